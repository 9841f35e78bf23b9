// docs/providers/navikt.md is true: NAV's mock-oauth2-server, a real Envoy, a real browser.

import { BrowserClient } from "../envoy/support/browser-client";
import { getWith } from "../envoy/support/http";
import { navikt } from "./support/navikt";
import { openPage } from "./support/pages";
import { tellStory } from "./support/story";
import { headersAt, sections } from "./support/world";

/** Another issuer of the same server. Its tokens have an audience. */
const discovery = "https://idp.example.com/other/.well-known/openid-configuration";
const world = tellStory(navikt, { bearer: { filter: { discovery, set_raw_id_token_header: true, ...sections("navikt")["Bearer tokens"] } } });

test("the audience distinguishes access tokens, which have a nonce here, from ID Tokens", async () => {
  const browser = new BrowserClient(), app = world().apps.bearer!;
  await openPage(browser, `${app.url}/orders`);
  const { "x-access-token": access, "x-raw-id-token": id } = await headersAt(browser, app);
  expect(await Promise.all([access, id].map(async (token) => (await getWith(`${app.url}/api`, token!)).status))).toEqual([200, 401]);
  expect((await getWith(`${world().apps.app!.url}/api`, access!)).status).toBe(401);
});
