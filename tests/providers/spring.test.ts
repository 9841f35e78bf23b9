// docs/providers/spring.md is true: Spring Authorization Server, a real Envoy, a real browser.

import { BrowserClient } from "../envoy/support/browser-client";
import { getWith } from "../envoy/support/http";
import { openPage } from "./support/pages";
import { asClient } from "./support/provider";
import { spring } from "./support/spring";
import { tellStory } from "./support/story";
import { headersAt, jwtPart } from "./support/world";

const world = tellStory(spring, {
  "any scope": { filter: { use_jwks: false, introspection_endpoint: "https://idp.example.com/oauth2/introspect" } },
});

/** The ID Token of a refresh. */
async function refreshedIdToken(): Promise<string> {
  const browser = new BrowserClient(), app = world().apps.app!;
  await openPage(browser, `${app.url}/orders`);
  const { "x-refresh-token": token } = await headersAt(browser, app);
  const { json } = await asClient(spring, world().running.tokenEndpoint, app.client.id, { grant_type: "refresh_token", refresh_token: token! });
  return json.id_token as string;
}

test("an ID Token is refused, with or without a nonce, even if introspection calls it active and no scope is required", async () => {
  const browser = new BrowserClient(), { raw, "any scope": guarded } = world().apps;
  await openPage(browser, `${raw!.url}/orders`);
  const { "x-raw-id-token": first } = await headersAt(browser, raw!), later = await refreshedIdToken();
  expect([jwtPart(first!, 1), jwtPart(later, 1)].map(({ nonce }) => nonce !== undefined)).toEqual([true, false]);
  for (const token of [first!, later]) expect((await getWith(`${guarded!.url}/api`, token)).status).toBe(401);
});
