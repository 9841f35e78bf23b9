// Reads the current request: its headers in one host call, in place, and its cookies.

import { MapType } from "../../abi/enums";
import { headerPairs, pairsAt, pairsSize } from "../../abi/host";
import { utf8 } from "../../bytes/bytes";
import { isSecure } from "../../flow/decision/browser_request";
import { oneCookieLine } from "../../http/cookies";
import { NO_NAMES } from "../../http/name_table";
import { RuleSettings } from "../rules/rule_settings";
import { cookies, credential, headers, setStream } from "./current";

/** False if the headers cannot be read. Then the request must be refused. */
export function readHeaders(rule: RuleSettings, stream: u32): bool {
  setStream(stream);
  credential.forget();
  return headerPairs(MapType.HttpRequestHeaders) && headers.read(pairsAt(), pairsSize(), rule.names);
}

/** The same where there is no configuration: no header has a role, but each can be found by its name. */
export function readHeadersAlone(stream: u32): void {
  setStream(stream);
  credential.forget();
  if (!headerPairs(MapType.HttpRequestHeaders) || !headers.read(pairsAt(), pairsSize(), NO_NAMES)) headers.forget();
}

/** Returns whether the filter's cookies have their Secure names. Call it before the request is decided or admitted. */
export function readCookies(rule: RuleSettings): bool {
  const browser = rule.config.browser, names = rule.root.cookieNames;
  if (names.isEmpty) {
    cookies.tooMany = false;
    return false;
  }
  const secure = browser != null && isSecure(browser, headers), naming = secure ? rule.secureNaming : rule.plainNaming;
  if (headers.cookieLines > 1) {
    // Garbage is not collected before the callback ends, and the line is not read afterwards.
    const line = oneCookieLine(headers);
    cookies.scan(line.dataStart, line.length, names, naming);
  } else cookies.scan(headers.cookieAt, headers.cookieSize, names, naming);
  return secure;
}

/** Names and values of the headers that introspection sends along. */
export function addonHeaders(names: string[]): Uint8Array[] {
  const out = new Array<Uint8Array>();
  for (let i = 0; i < names.length; i++) {
    const values = headers.all(names[i]);
    for (let j = 0; j < values.length; j++) {
      out.push(utf8(names[i]));
      out.push(values[j]);
    }
  }
  return out;
}
