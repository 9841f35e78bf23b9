// Which rule guards a request: the first whose host, path and method it meets. Where the path can be read in several ways that lead to
// different rules, the stricter one holds: whoever finds a spelling that one side takes for public gains nothing by it (duty 123).

import { copied, inLowerCase } from "../bytes/bytes";
import { BrowserSettings, Redirect } from "../config/browser";
import { Config, Mode, Rule } from "../config/config";
import { HeaderBlock } from "../http/header_block";
import { isPlainPath, pathLength, readingsOf } from "../http/request_path";
import { Place, placeOf } from "./visit";

/** What is not the number of a rule. */
export const NO_RULE: i32 = -1;
export const AMBIGUOUS: i32 = -2;

/** The rule's number, NO_RULE for the settings outside of all rules, or AMBIGUOUS. `headers` has a path. */
export function chooseRule(config: Config, headers: HeaderBlock): i32 {
  const rules = config.rules, count = rules.length;
  if (count == 0) return NO_RULE;
  for (let i = 0; i < count; i++) if (rules[i].match.takesHost(headers) && isAddressOf(rules[i].config.browser, headers)) return i;
  if (isAddressOf(config.browser, headers)) return NO_RULE;

  const size = pathLength(headers.pathAt, headers.pathSize);
  let chosen = find(rules, headers, headers.pathAt, size, false);
  if (isPlainPath(headers.pathAt, size)) return chosen;
  const readings = readingsOf(copied(headers.pathAt, size));
  if (readings == null) return AMBIGUOUS;
  for (let i = 0; i < readings.length && chosen != AMBIGUOUS; i++) {
    const written = readings[i], folded = inLowerCase(written);
    chosen = stricter(config, chosen, find(rules, headers, written.dataStart, written.length, false));
    chosen = stricter(config, chosen, find(rules, headers, folded.dataStart, folded.length, true));
  }
  return chosen;
}

/** One of the filter's own addresses belongs to whose it is, before all rules. Where every page has a callback, it goes with the page. */
function isAddressOf(browser: BrowserSettings | null, headers: HeaderBlock): bool {
  if (browser == null) return false;
  const place = placeOf(browser, headers);
  return place != Place.Elsewhere && (place != Place.Callback || browser.redirect != Redirect.Suffix);
}

function find(rules: Rule[], headers: HeaderBlock, path: usize, size: i32, folded: bool): i32 {
  for (let i = 0; i < rules.length; i++) {
    const match = rules[i].match;
    if (match.takesPath(path, size, folded) && match.takes(headers)) return i;
  }
  return NO_RULE;
}

/** Which of two to follow: the one that lets nobody through, else the one that asks for something. Which of two that ask, nobody can say. */
function stricter(config: Config, a: i32, b: i32): i32 {
  if (a == b || a == AMBIGUOUS) return a;
  const one = modeOf(config, a), other = modeOf(config, b);
  if (one == Mode.Denied || other == Mode.Public) return a;
  return other == Mode.Denied || one == Mode.Public ? b : AMBIGUOUS;
}

function modeOf(config: Config, rule: i32): Mode { return rule == NO_RULE ? config.mode : config.rules[rule].config.mode; }
