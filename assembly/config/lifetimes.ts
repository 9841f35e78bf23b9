// Whether a session that is over under one rule may be valid under another.

import { BrowserSettings } from "./browser";
import { allSettings, Config, Rule } from "./config";

/** Rules that share their sessions may differ in how long they accept one. */
export function compareLifetimes(whole: Config, rules: Rule[]): void {
  const all = allSettings(whole, rules);
  for (let i = 0; i < all.length; i++) {
    const browser = all[i].browser;
    if (browser == null) continue;
    for (let j = 0; j < all.length; j++) {
      const other = all[j].browser;
      if (other != null && differ(browser, other) && browser.sharesSessionsWith(other)) browser.lifetimesDiffer = true;
    }
  }
}

function differ(one: BrowserSettings, other: BrowserSettings): bool {
  const a = one.limits, b = other.limits;
  return a.idlingSec != b.idlingSec || a.rollingSec != b.rollingSec || a.absoluteSec != b.absoluteSec || one.refreshAccessToken != other.refreshAccessToken;
}
