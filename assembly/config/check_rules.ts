// Mistakes that only several rules together can have: two of them want the same address or cookie on one host.

import { endsWith, same } from "../bytes/bytes";
import { RequestMatch } from "../http/request_match";
import { BrowserSettings, CALLBACK_SUFFIX, OWN_PATHS, Redirect } from "./browser";
import { Config, Rule, SourceKind } from "./config";
import { ConfigReader, itemAt } from "./reader";

/** `readers`: of the rules, in their order. */
export function checkTogether(readers: ConfigReader[], rules: Rule[], whole: Config): void {
  const everything = new RequestMatch([], [], [], []);
  for (let i = 0; i < rules.length; i++) {
    const match = rules[i].match;
    for (let j = i + 1; j <= rules.length; j++) {
      const last = j == rules.length, other = last ? whole : rules[j].config;
      if (!match.sharesHostWith(last ? everything : rules[j].match)) continue;
      const whose = last ? "the settings outside of the rules" : itemAt("rules", j);
      refuseSessionsAsTokens(readers[i], rules[i].config, other, whose);
      refuseSessionsAsTokens(readers[i], other, rules[i].config, whose);
      // After a rule that matches whole hosts, no request reaches the others there.
      if (!match.takesWholeHosts) refuseClashes(readers[i], rules[i].config.browser, other.browser, whose);
    }
  }
}

function refuseClashes(r: ConfigReader, a: BrowserSettings | null, b: BrowserSettings | null, whose: string): void {
  if (a == null || b == null || a.sharesSessionsWith(b)) return;
  const sameClient = same(a.context, b.context);
  const names = same(a.cookies.secureNames.session, b.cookies.secureNames.session) || same(a.cookies.plainNames.session, b.cookies.plainNames.session);
  if (names) r.wrongHere("session", sameClient ? "differs from that of " + whose + ", which has the same client and so the same cookies: leave it out here, or give each a cookie_name" : "has the cookie_name of " + whose + ", whose client is another: give each its own");
  if (a.redirect == Redirect.Suffix || b.redirect == Redirect.Suffix) {
    r.wrongHere("redirect_uri", "is required where logins differ, here and in " + whose + ": without it the filter cannot know which login a callback belongs to");
    return;
  }
  const own = a.ownPaths, others = b.ownPaths;
  for (let i = 0; i < own.length; i++) {
    for (let j = 0; j < others.length; j++) {
      if (own[i].length > 0 && same(own[i], others[j])) r.wrongHere(OWN_PATHS[i], "is " + (i == j ? "that" : "the " + OWN_PATHS[j]) + " of " + whose + " too, which has another login: give each its own");
    }
  }
}

/** `ready_path` is answered before a rule is chosen, on every host: no login may have the same path. */
export function checkReadyPath(r: ConfigReader, rules: Rule[], whole: Config): void {
  for (let i = -1; i < rules.length; i++) {
    const browser = i < 0 ? whole.browser : rules[i].config.browser;
    if (browser == null) continue;
    if (browser.redirect == Redirect.Suffix && endsWith(whole.readyPath, CALLBACK_SUFFIX)) {
      r.wrong("ready_path", "ends in " + CALLBACK_SUFFIX + ", which is the callback's where there is no redirect_uri");
      return;
    }
    const paths = browser.ownPaths;
    for (let j = 0; j < paths.length; j++) {
      if (paths[j].length == 0 || !same(paths[j], whole.readyPath)) continue;
      r.wrong("ready_path", "is the path of " + (i < 0 ? "" : itemAt("rules", i) + ".") + OWN_PATHS[j] + " already");
      return;
    }
  }
}

/** A cookie that contains a session of another rule must not be read as a bearer token. */
function refuseSessionsAsTokens(r: ConfigReader, bearer: Config, login: Config, whose: string): void {
  const browser = login.browser;
  if (browser == null) return;
  for (let i = 0; i < bearer.sources.length; i++) {
    const source = bearer.sources[i];
    if (source.kind != SourceKind.Cookie) continue;
    if (same(source.name, browser.cookies.secureNames.session) || same(source.name, browser.cookies.plainNames.session)) {
      r.wrongHere("auth_accept_token_as", "names the cookie that contains sessions, of this rule or of " + whose);
    }
  }
}
