// Rules: which requests have settings of their own. What a rule does not set, it has from the configuration around it.

import { EMPTY, endsWith, indexOf, inLowerCase, same } from "../bytes/bytes";
import { RequestMatch } from "../http/request_match";
import { BrowserSettings, Redirect } from "./browser";
import { Config, Rule } from "./config";
import { isServable } from "./paths";
import { ConfigReader } from "./reader";

export const MAX_RULES = 64;

/** Attributes that say which requests a rule is about. */
export const MATCH: string[] = ["host", "path", "path_prefix", "method"];

/** Attributes of the whole configuration. */
export const WHOLE_ONLY: string[] = ["rules", "cache_max_kib", "cache_segment"];

export function readMatch(r: ConfigReader): RequestMatch {
  for (let i = 0; i < WHOLE_ONLY.length; i++) if (r.owns(WHOLE_ONLY[i])) r.wrong(WHOLE_ONLY[i], "belongs to the whole configuration, not to a rule");
  const before = r.errors.length;
  const match = new RequestMatch(readHosts(r), readPaths(r, "path"), readPaths(r, "path_prefix"), readMethods(r));
  if (r.errors.length == before && match.takesWholeHosts && match.hosts.length == 0) r.wrong("path", "a rule needs at least one of " + MATCH.join(", ") + ": what holds for every request stands outside of the rules");
  return match;
}

function readHosts(r: ConfigReader): Uint8Array[] {
  const texts = r.ownTexts("host"), out: Uint8Array[] = [];
  for (let i = 0; i < texts.length; i++) {
    const host = inLowerCase(texts[i]), below = host.length > 2 && host[0] == 0x2a && host[1] == 0x2e;
    if (isHost(below ? host.subarray(2) : host)) out.push(below ? host.subarray(1) : host);
    else r.wrong("host", "expected host names such as app.example.com or *.example.com, without scheme, port and path");
  }
  return out;
}

function isHost(host: Uint8Array): bool {
  if (host.length == 0 || host.length > 253 || host[0] == 0x2e || host[host.length - 1] == 0x2e) return false;
  const literal = host[0] == 0x5b && host[host.length - 1] == 0x5d;
  for (let i = literal ? 1 : 0; i < host.length - (literal ? 1 : 0); i++) {
    const c = host[i];
    if (c - 0x30 >= 10 && c - 0x61 >= 26 && c != 0x2d && c != 0x2e && c != 0x5f && !(literal && c == 0x3a)) return false;
  }
  return true;
}

function readPaths(r: ConfigReader, key: string): Uint8Array[] {
  const texts = r.ownTexts(key), prefix = key == "path_prefix", out: Uint8Array[] = [];
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i];
    if (endsWith(text, "*")) r.wrong(key, "has no wildcards: path_prefix takes a path with everything below it, such as /api");
    else if (!isServable(text) || indexOf(text, 0x3b) >= 0 || indexOf(text, 0x25) >= 0) r.wrong(key, "expected paths such as /api: one slash in front, without query, fragment, parameters, escapes and dot segments");
    else out.push(prefix && endsWith(text, "/") ? text.subarray(0, text.length - 1) : text);
  }
  return out;
}

function readMethods(r: ConfigReader): Uint8Array[] {
  const texts = r.ownTexts("method");
  for (let i = 0; i < texts.length; i++) for (let j = 0; j < texts[i].length; j++) {
    if (texts[i][j] - 0x41 < 26) continue;
    r.wrong("method", "expected methods such as GET, in capitals");
    return [];
  }
  return texts;
}

/**
 * Addresses of the filter's own go before all rules: /callback says by itself whose sign-in it ends. So no two clients may share one
 * on a host that both are asked for.
 */
export function refuseSharedAddresses(readers: ConfigReader[], rules: Rule[], whole: Config): void {
  const everything = new RequestMatch([], [], [], []);
  for (let i = 0; i < rules.length; i++) {
    const browser = rules[i].config.browser, match = rules[i].match;
    if (browser == null || match.takesWholeHosts) continue; // nothing behind it is ever asked there
    for (let j = i + 1; j <= rules.length; j++) {
      const other = j < rules.length ? rules[j].config.browser : whole.browser;
      if (other == null || same(other.context, browser.context) || !match.sharesHostWith(j < rules.length ? rules[j].match : everything)) continue;
      const key = sharedAddress(browser, other);
      if (key.length > 0) readers[i].wrong(key, "is also the one of " + (j < rules.length ? `rules[${j}]` : "the settings outside of the rules") + ", which have another client: give each its own");
    }
  }
}

function sharedAddress(a: BrowserSettings, b: BrowserSettings): string {
  const keys = ["redirect_uri", "logout_path", "backchannel_logout_path", "frontchannel_logout_path"];
  const own = addresses(a), others = addresses(b);
  for (let i = 0; i < own.length; i++) for (let j = 0; j < others.length; j++) if (own[i].length > 0 && same(own[i], others[j])) return keys[i];
  return "";
}

function addresses(b: BrowserSettings): Uint8Array[] {
  return [b.redirect == Redirect.Suffix ? EMPTY : b.callbackPath, b.logoutPath, b.backchannelLogoutPath, b.frontchannelLogoutPath];
}
