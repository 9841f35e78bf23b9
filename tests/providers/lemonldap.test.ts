// docs/providers/lemonldap.md is true: LemonLDAP::NG, a real Envoy, a real browser.

import { newProfile } from "../browser/support/browser";
import { BrowserClient } from "../envoy/support/browser-client";
import { lemonldap } from "./support/lemonldap";
import { nameField, openPage, openPageIn } from "./support/pages";
import { tellStory } from "./support/story";

const world = tellStory(lemonldap, {
  asked: { client: { more: { BypassConsent: 0, LogoutBypassConfirm: 1 } } },
  basic: { filter: { token_endpoint_auth_method: "client_secret_basic" } },
});

test("a user who was asked for consent is logged out too, and stays at the portal", async () => {
  const profile = await newProfile();
  try {
    const page = await profile.newPage(), { url } = world().apps.asked!;
    await openPageIn(page, `${url}/orders`);
    await page.goto(`${url}/logout`);
    expect(page.url()).toBe(`${world().running.hosts["https://auth.example.com"]}/oauth2`);
    await page.goto(`${url}/orders`);
    expect(await nameField(page).count()).toBe(1);
  } finally {
    await profile.close();
  }
});

test("client_secret_basic fails with an id and a secret that need escaping, and the log has the provider's error", async () => {
  await expect(openPage(new BrowserClient(), `${world().apps.basic!.url}/orders`)).rejects.toThrow("/callback?");
  expect(await world().envoy.logged(/basic.*invalid_client/)).toBeDefined();
});
