// Keycloak's login form, filled in.

import type { Page } from "playwright-core";
import type { BrowserClient, Visit } from "../../envoy/support/browser-client";
import { USER, type Person } from "./keycloak";

/** Opens a page, logs in at Keycloak if asked to, and gives the page at the end. Wrong credentials end at Keycloak's form. */
export async function keycloakLogin(client: BrowserClient, url: string, person: Person = USER): Promise<Visit> {
  const page = await client.open(url);
  return isLoginForm(page) ? submitLogin(client, page, person) : page;
}

/** Sends Keycloak's login form, and follows where it leads. */
export async function submitLogin(client: BrowserClient, form: Visit, { name, password }: Person = USER): Promise<Visit> {
  const action = /<form[^>]*\sid="kc-form-login"[^>]*\saction="([^"]+)"/s.exec(form.body)?.[1];
  if (action === undefined) throw new Error(`${form.url} is not Keycloak's login form; it answered ${form.status}.`);
  return client.settle(await client.post(action.replaceAll("&amp;", "&"), { username: name, password, credentialId: "" }));
}

export function isLoginForm(page: Visit): boolean {
  return page.status === 200 && page.body.includes('id="kc-form-login"');
}

/** The same in a real browser: `page` stands at Keycloak's form. Returns when it has left it. */
export async function fillLoginForm(page: Page, { name, password }: Person = USER): Promise<void> {
  const form = new URL(page.url());
  await page.locator("#username").fill(name);
  await page.locator("#password").fill(password);
  await page.locator("#kc-login").click();
  await page.waitForURL((url) => url.origin !== form.origin);
}
