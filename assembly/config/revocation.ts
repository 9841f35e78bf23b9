// How long a revoked session is remembered: for as long as a copy of its cookies would be accepted anywhere.

import { same } from "../bytes/bytes";
import { BrowserSettings } from "./browser";
import { Config, Rule } from "./config";

/** Rules with the same provider and client share the revoked sessions, and one of them may serve the logout: the longest of their absolute timeouts counts. */
export function rememberRevoked(whole: Config, rules: Rule[]): void {
  const all: BrowserSettings[] = [];
  for (let i = 0; i <= rules.length; i++) {
    const browser = i < rules.length ? rules[i].config.browser : whole.browser;
    if (browser != null) all.push(browser);
  }
  for (let i = 0; i < all.length; i++) {
    for (let j = 0; j < all.length; j++) if (same(all[i].context, all[j].context)) all[i].revokedSec = max(all[i].revokedSec, all[j].limits.absoluteSec);
  }
}
