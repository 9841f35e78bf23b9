// docs/providers/spring.md is true: Spring Authorization Server, a real Envoy, a real browser.

import { BrowserClient } from "../envoy/support/browser-client";
import { getWith } from "../envoy/support/http";
import { visit } from "./support/pages";
import { spring } from "./support/spring";
import { tellStory } from "./support/story";
import { headersAt } from "./support/world";

const world = tellStory(spring, {
  "any scope": { filter: { use_jwks: false, introspection_endpoint: "https://idp.example.com/oauth2/introspect" } },
});

test("an ID Token does not pass where introspection calls it active and no scope is required", async () => {
  const browser = new BrowserClient(), { raw, "any scope": guarded } = world().apps;
  await visit(browser, `${raw!.url}/orders`);
  const { "x-raw-id-token": token } = await headersAt(browser, raw!);
  expect((await getWith(`${guarded!.url}/api`, token!)).status).toBe(401);
});
