// Fills in Keycloak's login form.

import type { Page } from "playwright-core";
import type { BrowserClient, Visit } from "../../envoy/support/browser-client";
import { USER, type Person } from "./keycloak";

/** Opens a page, logs in at Keycloak if its form appears, and returns the final page. With wrong credentials that is Keycloak's form. */
export async function keycloakLogin(client: BrowserClient, url: string, person: Person = USER): Promise<Visit> {
  const page = await client.open(url);
  return isLoginForm(page) ? submitLogin(client, page, person) : page;
}

/** Sends Keycloak's login form, and follows the redirects. */
export async function submitLogin(client: BrowserClient, form: Visit, { name, password }: Person = USER): Promise<Visit> {
  const action = /<form[^>]*\sid="kc-form-login"[^>]*\saction="([^"]+)"/s.exec(form.body)?.[1];
  if (action === undefined) throw new Error(`${form.url} is not Keycloak's login form; it answered ${form.status}.`);
  return client.settle(await client.post(action.replaceAll("&amp;", "&"), { username: name, password, credentialId: "" }));
}

export function isLoginForm(page: Visit): boolean {
  return page.status === 200 && page.body.includes('id="kc-form-login"');
}

/** Fills in the form in a real browser, whose `page` shows it. Returns when the browser has left Keycloak. */
export async function fillLoginForm(page: Page, { name, password }: Person = USER): Promise<void> {
  const form = new URL(page.url());
  await page.locator("#username").fill(name);
  await page.locator("#password").fill(password);
  await page.locator("#kc-login").click();
  await page.waitForURL((url) => url.origin !== form.origin);
}
