// Completes a provider's pages, whatever they are: fills in a form that has a field for a user name, and accepts any other.

import type { BrowserClient, Visit } from "../../envoy/support/browser-client";
import { until } from "../../envoy/support/envoy";
import type { Page } from "../../browser/support/browser";
import { PERSON } from "./provider";

const AT_MOST = 5;
const NEXT_PAGE_WITHIN_MS = 15_000;

/** The field for the user's name on a login page. */
export const NAME_FIELD = /<input\b[^>]*\sname="user(?:name)?"/;
export const nameField = (page: Page) => page.locator("input[name=username], input[name=user]");

/** Opens a page of the application, and completes the provider's pages until that page is there. If another page is there, it throws. */
export async function openPage(browser: BrowserClient, url: string): Promise<void> {
  const { url: at, status, body } = await completePages(browser, await browser.open(url), new URL(url).origin);
  if (at !== url || status !== 200) throw new Error(`${url} led to ${at}, ${status}: ${/<footer.*?<code>(.*?)<\/code>/s.exec(body)?.[1] ?? body.slice(0, 300)}`);
}

/** Completes pages until a page of the application is there. With `out`, for a logout, it also stops at the provider's login page. */
export async function completePages(browser: BrowserClient, page: Visit, app: string, out = false): Promise<Visit> {
  const isThere = () => new URL(page.url).origin === app || !page.body.includes("<form") || (out && NAME_FIELD.test(page.body));
  for (let forms = 0; forms < AT_MOST && !isThere(); forms++) {
    page = await browser.settle(await browser.post(new URL(action(page.body), page.url).href, filledIn(page.body)));
  }
  return page;
}

function action(html: string): string {
  return unescape(/<form[^>]*\saction="([^"]*)"/s.exec(html)?.[1] ?? "");
}

function filledIn(html: string): Record<string, string> {
  const form: Record<string, string> = {};
  for (const [input] of html.matchAll(/<(?:input|button)\b[^>]*>/gs)) {
    const attribute = (name: string) => new RegExp(`\\s${name}="([^"]*)"`, "s").exec(input)?.[1];
    const name = attribute("name");
    if (name !== undefined) form[name] = unescape(attribute("value") ?? "");
  }
  const name = ["username", "user"].find((field) => field in form);
  return { ...form, ...(name === undefined ? {} : { [name]: PERSON.name, password: PERSON.password }) };
}

function unescape(html: string): string {
  return html.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(amp|quot|lt|gt));/gi, (_all, hex: string, decimal: string, name: string) =>
    name ? { amp: "&", quot: '"', lt: "<", gt: ">" }[name]! : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal)));
}

/** `openPage` in a real browser. */
export async function openPageIn(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await completePagesIn(page, new URL(url).origin);
}

export async function completePagesIn(page: Page, app: string): Promise<void> {
  for (let forms = 0; forms < AT_MOST && !page.url().startsWith(`${app}/`); forms++) {
    const before = page.url();
    // A page without a form leads to the next one by itself.
    if (await until("a form or the application", NEXT_PAGE_WITHIN_MS, async () => (page.url().startsWith(`${app}/`) ? "application" : (await page.locator("form").count()) > 0 ? "form" : undefined)) === "application") return;
    const name = nameField(page), password = page.locator("input[name=password]");
    if (await name.count() > 0) {
      await name.fill(PERSON.name);
      if (await password.count() > 0) await password.fill(PERSON.password);
      await name.press("Enter");
    } else {
      await page.locator("[name=allow], button.positive").click();
    }
    await page.waitForURL((now) => now.href !== before);
  }
}
