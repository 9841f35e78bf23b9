// docs/providers/hydra.md is true: Ory Hydra, a real Envoy, a real browser.

import { newProfile } from "../browser/support/browser";
import { BrowserClient } from "../envoy/support/browser-client";
import { hydra } from "./support/hydra";
import { completePagesIn, openPage, openPageIn } from "./support/pages";
import { tellStory } from "./support/story";
import { decoded, headersAt } from "./support/world";

const world = tellStory(hydra, {
  frame: { client: { backchannel_logout_uri: "" } },
  signed: { client: { more: { userinfo_signed_response_alg: "RS256" } } },
});

test("a logout at one application logs the user out of the others by frames (front-channel logout)", async () => {
  const profile = await newProfile();
  try {
    const page = await profile.newPage(), { app, frame } = world().apps;
    await openPageIn(page, `${frame!.url}/orders`);
    await openPageIn(page, `${app!.url}/orders`);
    await page.goto(`${app!.url}/logout`);
    await completePagesIn(page, app!.url);
    await page.goto(`${frame!.url}/orders`);
    expect(await page.locator("input[name=password]").count()).toBe(1);
  } finally {
    await profile.close();
  }
});

test("a signed UserInfo response (Core §5.3.2) is read too", async () => {
  const browser = new BrowserClient(), app = world().apps.signed!;
  await openPage(browser, `${app.url}/orders`);
  expect(decoded((await headersAt(browser, app))["x-userinfo"])).toMatchObject(hydra.userinfo);
});
