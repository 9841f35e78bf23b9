// The filter's own pages in a real browser: in the user's language, light and dark, on a phone and on a desktop, under their content security policy.

import { newProfile, picture } from "./support/browser";
import { byKeys, startWorld, type World } from "../envoy/support/world";

const LOGO = `data:image/svg+xml;base64,${Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><rect width="120" height="40" rx="8" fill="#0b6b3a"/></svg>').toString("base64")}`;
const PAGE = { name: "Example Shop", logo: LOGO, help_uri: "https://help.example.com/", color: "#0b6b3a" };

let world: World;
beforeAll(async () => { world = await startWorld(({ provider }) => ({ filter: byKeys(provider, { page: PAGE, rules: [{ path_prefix: "/admin", mode: "deny" }] }) })); });

const SIZES = { desk: { width: 1000, height: 760 }, phone: { width: 340, height: 640 } };

test.each([
  ["en-GB", "light", "desk", "Not open", "Go to the start page"], ["en-GB", "dark", "phone", "Not open", "Go to the start page"],
  ["de-DE", "dark", "desk", "Nicht zugänglich", "Zur Startseite"], ["de-DE", "light", "phone", "Nicht zugänglich", "Zur Startseite"],
] as const)("%s, %s, %s", async (locale, colorScheme, size, title, button) => {
  const context = await (await newProfile()).browser()!.newContext({ locale, colorScheme, viewport: SIZES[size] });
  const page = await context.newPage();
  const blocked: string[] = [];
  page.on("console", (message) => { if (message.type() === "error" && !message.text().includes("403")) blocked.push(message.text()); });
  await page.goto(`${world.envoy.url}/admin/users`);
  expect(await page.locator("h1").innerText()).toBe(title);
  expect(await page.locator("html").getAttribute("lang")).toBe(locale.slice(0, 2));
  expect(await page.getByRole("link").first().innerText()).toBe(button);
  expect(await page.locator("img").evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)).toBeGreaterThan(0);
  // The page does not need horizontal scrolling.
  expect(await page.locator("html").evaluate((html) => html.scrollWidth <= html.clientWidth)).toBe(true);
  expect(blocked).toEqual([]);
  await picture(page, `page-${locale}-${colorScheme}-${size}`);
  await context.close();
});
