// docs/providers/spring.md is true: Spring Authorization Server, a real Envoy, a real browser.

import { BrowserClient } from "../envoy/support/browser-client";
import { getWith } from "../envoy/support/http";
import { visit } from "./support/pages";
import { asClient } from "./support/provider";
import { spring } from "./support/spring";
import { tellStory } from "./support/story";
import { headersAt, jwtPart } from "./support/world";

const world = tellStory(spring, {
  "any scope": { filter: { use_jwks: false, introspection_endpoint: "https://idp.example.com/oauth2/introspect" } },
});

/** What the refresh of a new login gives. */
async function refreshed(): Promise<{ refresh: string; id: string }> {
  const browser = new BrowserClient(), app = world().apps.app!;
  await visit(browser, `${app.url}/orders`);
  const { "x-refresh-token": token } = await headersAt(browser, app);
  const { json } = await asClient(world().running.tokenEndpoint, app.client.id, { grant_type: "refresh_token", refresh_token: token! });
  return { refresh: json.refresh_token as string, id: json.id_token as string };
}

const bearer = async (name: string, token: string) => (await getWith(`${world().apps[name]!.url}/api`, token)).status;

test("an ID Token does not pass where introspection calls it active and no scope is required, with a nonce or without", async () => {
  const browser = new BrowserClient(), { raw } = world().apps;
  await visit(browser, `${raw!.url}/orders`);
  const { "x-raw-id-token": first } = await headersAt(browser, raw!), { id } = await refreshed();
  expect([jwtPart(first!, 1), jwtPart(id, 1)].map(({ nonce }) => nonce !== undefined)).toEqual([true, false]);
  for (const token of [first!, id]) expect(await bearer("any scope", token)).toBe(401);
});

test("where token_type is required, an access token passes, and a refresh token does not", async () => {
  const browser = new BrowserClient(), { unscoped } = world().apps;
  await visit(browser, `${unscoped!.url}/orders`);
  expect(await bearer("unscoped", (await headersAt(browser, unscoped!))["x-access-token"]!)).toBe(200);
  expect(await bearer("unscoped", (await refreshed()).refresh)).toBe(403);
});
