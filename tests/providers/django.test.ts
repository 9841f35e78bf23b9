// docs/providers/django.md is true: django-oauth-toolkit, a real Envoy, a real browser.

import { BrowserClient } from "../envoy/support/browser-client";
import { django } from "./support/django";
import { openPage } from "./support/pages";
import { tellStory } from "./support/story";

const world = tellStory(django, { revoking: { filter: { revoke_tokens_on_logout: true } } });

test("revoke_tokens_on_logout without a revocation endpoint logs a warning", async () => {
  const browser = new BrowserClient(), { url } = world().apps.revoking!;
  await openPage(browser, `${url}/orders`);
  await browser.get(`${url}/logout`);
  expect(await world().envoy.logged(/revoke_tokens_on_logout/)).toBeDefined();
});
