// Which rule guards a request: the first that takes it. Where not all who read its path would say the same, the strictest of those that
// it may be holds: whoever finds a spelling that one side takes for public gains nothing by it (duty 123).

import { utf8 } from "../bytes/bytes";
import { BrowserSettings, CALLBACK_SUFFIX, Redirect } from "../config/browser";
import { Config, Mode } from "../config/config";
import { HeaderBlock } from "../http/header_block";
import { Fit } from "../http/request_match";
import { RequestTarget } from "../http/request_target";
import { Endpoint, endpointOf } from "./decision/browser_request";

/** What is not the number of a rule. */
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
    // Where each page has a callback behind it, the callback goes with the page.
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
    if (match.takesHost(target)) return i;
  }
  return isAddressOf(config.browser, headers) ? NO_RULE : firstThatFits(config);
}

/** Rule number `i`, or what stands outside of the rules behind the last one. */
function hasSuffixHere(config: Config, i: i32): bool {
  const rules = config.rules, browser = i < rules.length ? rules[i].config.browser : config.browser;
  return browser != null && browser.redirect == Redirect.Suffix && (i == rules.length || rules[i].match.canTell(target) && rules[i].match.takesHost(target));
}

/** One of the filter's own addresses belongs to whose it is, before all rules. */
function isAddressOf(browser: BrowserSettings | null, headers: HeaderBlock): bool {
  if (browser == null) return false;
  const place = endpointOf(browser, headers);
  return place != Endpoint.Elsewhere && (place != Endpoint.Callback || browser.redirect != Redirect.Suffix);
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

/** Which of two to follow: the one that lets nobody through, else the one that asks for something. Which of two that ask, nobody can say. */
function stricter(config: Config, a: i32, b: i32): i32 {
  if (a == NONE_YET) return b;
  const one = settingsOf(config, a).mode, other = settingsOf(config, b).mode;
  if (one == Mode.Denied || other == Mode.Public) return a;
  return other == Mode.Denied || one == Mode.Public ? b : AMBIGUOUS;
}

function settingsOf(config: Config, rule: i32): Config { return rule < 0 ? config : config.rules[rule].config; }
