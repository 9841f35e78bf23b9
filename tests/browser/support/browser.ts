// A real browser for a test file: Chromium, started once, ended with the file; each test gets a profile of its own.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchChromium } from "../../../cli/chromium";
import { atEnd } from "../../envoy/support/cleanup";

export type { BrowserContext, Page } from "playwright-core";

const PICTURES = join(__dirname, "../../../build/screenshots");
/** No answer here takes longer, unless it never comes. */
const WITHIN_MS = 10_000;

let running: Promise<Browser> | undefined;

function start(): Promise<Browser> {
  const launched = launchChromium();
  atEnd(async () => (await launched).close());
  return launched;
}

/** A browser profile with nothing in it. Pages get scripts from tests, which their content security policy would forbid. */
export async function newProfile(): Promise<BrowserContext> {
  const browser = await (running ??= start());
  const profile = await browser.newContext({ bypassCSP: true, viewport: { width: 1000, height: 760 } });
  profile.setDefaultTimeout(WITHIN_MS);
  return profile;
}

/** A fresh profile and a page in it for each test of the file, closed after it. */
export function eachTestGets(take: (fresh: { profile: BrowserContext; page: Page }) => void): void {
  let profile: BrowserContext;
  beforeEach(async () => {
    profile = await newProfile();
    take({ profile, page: await profile.newPage() });
  });
  afterEach(() => profile.close());
}

/** Keeps what the page looks like in build/screenshots. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** Where a page stands: "/path?query" of the application, or the whole URL of anything else. */
export function whereabouts(page: Page, app: string): string {
  const url = page.url();
  return url.startsWith(`${app}/`) ? url.slice(app.length) : url;
}

export function heading(page: Page): Promise<string> {
  return page.locator("h1").innerText();
}

/** Chooses a person on the provider's page, and waits for the page that follows the redirects. */
export async function chooses(page: Page, person: string): Promise<void> {
  await page.locator(`button[name=login][value=${person}]`).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/interaction/"));
}

export async function logIn(page: Page, url: string, person = "alice"): Promise<void> {
  await page.goto(url);
  await chooses(page, person);
}

/** The Cookie header that the browser would send to this URL. */
export async function cookieHeader(profile: BrowserContext, url: string): Promise<string> {
  return (await profile.cookies(url)).map(({ name, value }) => `${name}=${value}`).join("; ");
}
