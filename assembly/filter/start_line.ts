// The log line that says what a configuration does, for whoever has started or changed an Envoy.

import { EMPTY, same, utf8 } from "../bytes/bytes";
import { CALLBACK_SUFFIX, Redirect } from "../config/browser";
import { Config, Mode } from "../config/config";
import { originOf } from "../http/origin";
import { escaped } from "./observe/trail";
import { MAX_WAITING } from "./rules/share";

/** Of one address, and of all text. The rest is left out. */
const MAX_ADDRESS = 100;
const MAX_TEXT = 360;

const MODES: string[] = ["public", "deny", "bearer", "browser"];

/** Names are those of the attributes, where there is one. Of addresses that rules have of their own, the first and the number of the others. */
export function startLine(config: Config): string {
  const rules = config.rules, counts = new StaticArray<i32>(MODES.length);
  const providers: Uint8Array[] = [], callbacks: Uint8Array[] = [], logouts: Uint8Array[] = [];
  for (let i = -1; i < rules.length; i++) {
    const settings = i < 0 ? config : rules[i].config, browser = settings.browser;
    if (i >= 0) counts[modeOf(settings)]++;
    note(providers, providerOf(settings));
    if (browser == null) continue;
    note(callbacks, browser.redirect == Redirect.Suffix ? utf8("*" + CALLBACK_SUFFIX) : browser.redirect == Redirect.Path ? browser.callbackPath : browser.redirectUrl);
    note(logouts, browser.logoutPath);
  }
  const modes: string[] = [];
  for (let i = 0; i < MODES.length; i++) if (counts[i] > 0) modes.push(counts[i].toString() + " " + MODES[i]);
  const out = "in force: mode=" + MODES[modeOf(config)] + ` rules=${rules.length}` + (modes.length > 0 ? " (" + modes.join(", ") + ")" : "")
    + ` cache_max_kib=${config.cacheBytes / 1024} timeout=${config.timeoutMs / 1000} max_waiting=${MAX_WAITING}`
    + shown("provider", providers) + shown("callback", callbacks) + shown("logout_path", logouts) + (config.readyPath.length > 0 ? shown("ready_path", [config.readyPath]) : "");
  return out.length > MAX_TEXT ? out.substring(0, MAX_TEXT) + "..." : out;
}

/** Its index in MODES. */
function modeOf(config: Config): i32 {
  if (config.mode != Mode.Guarded) return config.mode == Mode.Public ? 0 : 1;
  return config.browser == null ? 2 : 3;
}

/** The issuer whose tokens are meant, without the provider's metadata the first of them; else the origin of the introspection endpoint, whose query may be secret. */
function providerOf(config: Config): Uint8Array {
  const settings = config.provider, endpoint = config.introspection.endpoint;
  if (settings != null) return settings.issuer;
  if (config.issuers.length > 0) return config.issuers[0];
  return endpoint == null ? EMPTY : originOf(utf8(endpoint.url.https ? "https" : "http"), endpoint.url.authority);
}

/** Adds a text that is not there yet. */
function note(all: Uint8Array[], text: Uint8Array): void {
  if (text.length == 0) return;
  for (let i = 0; i < all.length; i++) if (same(all[i], text)) return;
  all.push(text);
}

function shown(name: string, all: Uint8Array[]): string {
  if (all.length == 0) return "";
  return " " + name + "=" + escaped(all[0], MAX_ADDRESS) + (all.length > 1 ? ` (and ${all.length - 1} more)` : "");
}
