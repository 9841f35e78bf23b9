// A real browser for a test file: Chromium, started once, stopped with the file. Each test gets its own profile.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchChromium } from "../../../cli/chromium";
import { atEnd } from "../../envoy/support/cleanup";

export type { BrowserContext, Page } from "playwright-core";

const PICTURES = join(__dirname, "../../../build/screenshots");
/** The timeout of every wait for the browser. */
const WITHIN_MS = 10_000;

let running: Promise<Browser> | undefined;

function start(): Promise<Browser> {
  const launched = launchChromium();
  atEnd(async () => (await launched).close());
  return launched;
}

/** An empty browser profile. It ignores pages' content security policy, which would block the tests' scripts. */
export async function newProfile(): Promise<BrowserContext> {
  const browser = await (running ??= start());
  const profile = await browser.newContext({ bypassCSP: true, viewport: { width: 1000, height: 760 } });
  profile.setDefaultTimeout(WITHIN_MS);
  return profile;
}

/** Gives each test of the file a new profile with a page, and closes it afterwards. */
export function eachTestGets(take: (fresh: { profile: BrowserContext; page: Page }) => void): void {
  let profile: BrowserContext;
  beforeEach(async () => {
    profile = await newProfile();
    take({ profile, page: await profile.newPage() });
  });
  afterEach(() => profile.close());
}

/** Saves a screenshot of the page in build/screenshots. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** The page's address: "/path?query" within the application, otherwise the whole URL. */
export function addressIn(page: Page, app: string): string {
  const url = page.url();
  return url.startsWith(`${app}/`) ? url.slice(app.length) : url;
}

export function heading(page: Page): Promise<string> {
  return page.locator("h1").innerText();
}

/** Chooses a user on the provider's page, and waits for the page after the redirects. */
export async function chooseUser(page: Page, person: string): Promise<void> {
  await page.locator(`button[name=login][value=${person}]`).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/interaction/"));
}

export async function logIn(page: Page, url: string, person = "alice"): Promise<void> {
  await page.goto(url);
  await chooseUser(page, person);
}

/** The Cookie header that the browser would send to this URL. */
export async function cookieHeader(profile: BrowserContext, url: string): Promise<string> {
  return (await profile.cookies(url)).map(({ name, value }) => `${name}=${value}`).join("; ");
}
