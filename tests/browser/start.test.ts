// `npm start`: the first URL that it prints, opened in a browser. `npm run docs:demo` makes README's picture with this test.

import { join } from "node:path";
import { fourFreePorts, guideOf, startDemo } from "../envoy/support/demo";
import { chooseUser, heading, newProfile, picture, type Page } from "./support/browser";

test("the first URL leads to a login, a page with the user's name, a second tab, a logout, and a login again", async () => {
  const guide = await guideOf(startDemo(await fourFreePorts()));
  const [url] = /http:\S+/.exec(guide)!;
  const page = await (await newProfile()).newPage();
  await page.goto(url);
  await chooseUser(page, "alice");
  expect(page.url()).toBe(url);
  expect(await heading(page)).toBe("Logged in as Alice Example");
  const text = await page.locator("main").innerText();
  expect(text).toMatch(/Access token\s+Expires in (60|5\d) s/);
  expect(text).toMatch(/x-scopes\s+openid profile email read/);
  await picture(page, "start");
  if (process.env.WRITE_DEMO) await pictureForReadme(page);
  const second = page.waitForEvent("popup");
  await page.getByRole("link", { name: "second tab" }).click();
  await (await second).waitForLoadState();
  expect(await heading(await second)).toBe("Logged in as Alice Example");
  await page.getByRole("link", { name: "Log out" }).click();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.waitForURL(/\/logout\?state=/);
  expect(await heading(page)).toBe("You are logged out");
  await picture(page, "logged-out");
  await page.getByRole("link", { name: "Go to the start page" }).click();
  await page.waitForURL(/\/interaction\//);
  expect(await heading(page)).toBe("Log in");
}, 60_000);

/** The page down to the first identity headers, for README. */
async function pictureForReadme(page: Page): Promise<void> {
  const before = page.viewportSize()!, width = 840;
  await page.setViewportSize({ width, height: before.height });
  const { y } = (await page.getByText("x-userinfo", { exact: true }).boundingBox())!;
  await page.screenshot({ path: join(__dirname, "../../docs/demo.png"), clip: { x: 0, y: 0, width, height: y - 8 }, fullPage: true });
  await page.setViewportSize(before);
}
