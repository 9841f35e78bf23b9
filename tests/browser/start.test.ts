// `npm start` as a person meets it: the URL that it prints first, opened in a browser.

import { fourFreePorts, guideOf, startDemo } from "../envoy/support/demo";
import { chooses, heading, newProfile, picture } from "./support/browser";

test("the first URL leads to a login, a page that says who it is, a second tab, a logout, and a login again", async () => {
  const guide = await guideOf(startDemo(await fourFreePorts()));
  const [url] = /http:\S+/.exec(guide)!;
  const page = await (await newProfile()).newPage();
  await page.goto(url);
  await chooses(page, "alice");
  expect(page.url()).toBe(url);
  expect(await heading(page)).toBe("Logged in as Alice Example");
  const text = await page.locator("main").innerText();
  expect(text).toMatch(/Access token\s+Expires in (60|5\d) s/);
  expect(text).toMatch(/x-scopes\s+openid profile email read/);
  await picture(page, "start");
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
