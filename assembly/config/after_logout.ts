// Warns if a logout ends at a page that requires a login, as far as the configuration alone shows it.

import { joined, same } from "../bytes/bytes";
import { decodeUtf8 } from "../bytes/utf8";
import { originOfUrl } from "../http/origin";
import { BrowserSettings, Redirect } from "./browser";
import { Config, Mode, Rule, Unauthenticated } from "./config";

/** With rules, or if the origin is that of each request, this cannot be known. Then there is no warning. */
export function warnOfGuardedLanding(whole: Config, rules: Rule[], warnings: string[]): void {
  const browser = whole.browser;
  if (browser == null || rules.length > 0 || whole.mode != Mode.Guarded || whole.unauthenticated != Unauthenticated.Login) return;
  if (!isOfThisSite(browser) || same(browser.postLogoutRedirectUri, joined(originOfUrl(browser.redirectUrl), browser.logoutPath))) return;
  warnings.push("post_logout_redirect_uri (" + decodeUtf8(browser.postLogoutRedirectUri) + ") needs a login itself, so whoever logs out is asked to log in again. Use logout_path itself, which then shows that the logout is done, or a page under a rule with mode: public, or a page of another site");
}

function isOfThisSite(browser: BrowserSettings): bool {
  const landing = browser.postLogoutRedirectUri;
  if (browser.redirect != Redirect.Absolute || landing.length == 0) return false;
  const origin = originOfUrl(browser.redirectUrl);
  return same(landing, origin) || landing.length > origin.length && same(landing.subarray(0, origin.length), origin) && isEnd(landing[origin.length]);
}

/** A byte that may follow an authority. */
function isEnd(c: u8): bool { return c == 0x2f || c == 0x3f; }
