// Whether anything uses UserInfo. If nothing does, it is not fetched: an unused call could only fail.

import { BrowserSettings } from "./browser";
import { allSettings, Config, Rule } from "./config";

/** Rules that share their sessions share their contents too. */
export function leaveOutUnusedUserinfo(whole: Config, rules: Rule[]): void {
  const all = allSettings(whole, rules);
  for (let i = 0; i < all.length; i++) {
    const browser = all[i].browser;
    if (browser != null && !isUsed(browser, all)) browser.contents.user = false;
  }
}

function isUsed(browser: BrowserSettings, all: Config[]): bool {
  if (browser.userinfoRequired) return true;
  for (let i = 0; i < all.length; i++) {
    const other = all[i].browser;
    if (other != null && (uses(all[i]) || other.userinfoPath.length > 0) && browser.sharesSessionsWith(other)) return true;
  }
  return false;
}

function uses(c: Config): bool {
  const identity = c.identity;
  return identity.userinfoHeader || identity.claimHeaders.length > 0 || identity.filterState || c.claimSchema != null || c.accessRules != null;
}
