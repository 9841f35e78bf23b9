// Chooses the rule for a request: the first that matches. If upstreams may read the path in different ways, the strictest of the rules that
// may match applies, so a spelling that only looks public gains nothing (duty 123).

import { utf8 } from "../bytes/bytes";
import { BrowserSettings, CALLBACK_SUFFIX, Redirect } from "../config/browser";
import { Config, Mode } from "../config/config";
import { HeaderBlock } from "../http/header_block";
import { Fit } from "../http/request_match";
import { RequestTarget } from "../http/request_target";
import { OwnEndpoint, ownEndpointOf } from "./decision/browser_request";

/** Values that are not the number of a rule. */
export const NO_RULE: i32 = -1;
export const AMBIGUOUS: i32 = -2;
const NONE_YET: i32 = -3;

const ROOT_CALLBACK = utf8(CALLBACK_SUFFIX);

const target = new RequestTarget();

/** The rule's number, NO_RULE for the settings outside of all rules, or AMBIGUOUS. `headers` has a path. */
export function chooseRule(config: Config, headers: HeaderBlock): i32 {
  const rules = config.rules;
  if (rules.length == 0) return NO_RULE;
  if (headers.pathEndsWith(CALLBACK_SUFFIX)) {
    // If each page has a callback of its own, the callback belongs to the page's rule.
    target.read(headers, CALLBACK_SUFFIX.length);
    const rule = firstThatFits(config), browser = settingsOf(config, rule).browser;
    if (rule != AMBIGUOUS && browser != null && browser.redirect == Redirect.Suffix) return rule;
    // A page whose own callback could be no URL has this one. Two logins that share a host cannot both have it (config/check_rules.ts).
    if (headers.pathIs(ROOT_CALLBACK)) for (let i = 0; i <= rules.length; i++) if (hasSuffixHere(config, i)) return i < rules.length ? i : NO_RULE;
  }
  target.read(headers);
  for (let i = 0; i < rules.length; i++) {
    const match = rules[i].match;
    if (!isAddressOf(rules[i].config.browser, headers)) continue;
    if (!match.canTell(target)) return AMBIGUOUS;
    if (match.takesHost(target)) return ownerOf(config, headers, i);
  }
  return isAddressOf(config.browser, headers) ? ownerOf(config, headers, NO_RULE) : firstThatFits(config);
}

/**
 * Of settings that share an address, and so their sessions, those that the request matches; if they do not have it, the first. A rule that only inherits
 * `userinfo_path` must not judge everybody's requests for it.
 */
function ownerOf(config: Config, headers: HeaderBlock, first: i32): i32 {
  const fits = firstThatFits(config);
  return fits != AMBIGUOUS && isAddressOf(settingsOf(config, fits).browser, headers) ? fits : first;
}

/** About rule number `i`; the number after the last rule means the settings outside of all rules. */
function hasSuffixHere(config: Config, i: i32): bool {
  const rules = config.rules, browser = i < rules.length ? rules[i].config.browser : config.browser;
  return browser != null && browser.redirect == Redirect.Suffix && (i == rules.length || rules[i].match.canTell(target) && rules[i].match.takesHost(target));
}

/** Whether the path is one of this rule's own addresses. These are assigned before any rule is matched. */
function isAddressOf(browser: BrowserSettings | null, headers: HeaderBlock): bool {
  if (browser == null) return false;
  const endpoint = ownEndpointOf(browser, headers);
  return endpoint != OwnEndpoint.None && (endpoint != OwnEndpoint.Callback || browser.redirect != Redirect.Suffix);
}

function firstThatFits(config: Config): i32 {
  const rules = config.rules;
  let chosen = NONE_YET;
  for (let i = 0; i < rules.length; i++) {
    const match = rules[i].match;
    if (!match.canTell(target)) return AMBIGUOUS;
    const fit = match.fit(target);
    if (fit != Fit.No) chosen = stricter(config, chosen, i);
    if (fit == Fit.Yes || chosen == AMBIGUOUS) return chosen;
  }
  return stricter(config, chosen, NO_RULE);
}

/** The stricter of two rules: one that denies everything, else one that requires a login or token. Of two that do, neither is the stricter. */
function stricter(config: Config, a: i32, b: i32): i32 {
  if (a == NONE_YET) return b;
  const one = settingsOf(config, a).mode, other = settingsOf(config, b).mode;
  if (one == Mode.Denied || other == Mode.Public) return a;
  return other == Mode.Denied || one == Mode.Public ? b : AMBIGUOUS;
}

function settingsOf(config: Config, rule: i32): Config { return rule < 0 ? config : config.rules[rule].config; }
