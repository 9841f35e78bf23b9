// Whether a session that is over under one rule may be valid under another.

import { BrowserSettings } from "./browser";
import { Config, Rule } from "./config";

/** Rules that share their sessions may differ in how long they accept one. */
export function compareLifetimes(whole: Config, rules: Rule[]): void {
  const all: BrowserSettings[] = [];
  for (let i = 0; i <= rules.length; i++) {
    const browser = i < rules.length ? rules[i].config.browser : whole.browser;
    if (browser != null) all.push(browser);
  }
  for (let i = 0; i < all.length; i++) {
    for (let j = 0; j < all.length; j++) if (differ(all[i], all[j]) && all[i].sharesSessionsWith(all[j])) all[i].lifetimesDiffer = true;
  }
}

function differ(one: BrowserSettings, other: BrowserSettings): bool {
  const a = one.limits, b = other.limits;
  return a.idlingSec != b.idlingSec || a.rollingSec != b.rollingSec || a.absoluteSec != b.absoluteSec || one.refreshAccessToken != other.refreshAccessToken;
}
