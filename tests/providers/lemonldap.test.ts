// docs/providers/lemonldap.md is true: LemonLDAP::NG, a real Envoy, a real browser.

import { newProfile } from "../browser/support/browser";
import { lemonldap } from "./support/lemonldap";
import { nameField, visitWith } from "./support/pages";
import { tellStory } from "./support/story";

const world = tellStory(lemonldap, { asked: { client: { more: { BypassConsent: 0, LogoutBypassConfirm: 1 } } } });

test("whoever was asked for consent is logged out too, and stays at the portal", async () => {
  const profile = await newProfile();
  try {
    const page = await profile.newPage(), { url } = world().apps.asked!;
    await visitWith(page, `${url}/orders`);
    await page.goto(`${url}/logout`);
    expect(page.url()).toBe(`${world().running.hosts["https://auth.example.com"]}/oauth2`);
    await page.goto(`${url}/orders`);
    expect(await nameField(page).count()).toBe(1);
  } finally {
    await profile.close();
  }
});
