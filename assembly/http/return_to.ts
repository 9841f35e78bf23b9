// Where a browser goes after the login: a path of this origin, and nothing else.

import { utf8 } from "../bytes/bytes";
import { percentAt } from "./percent";

/** The longest path with its query, in bytes. A login's cookie holds it compressed, so not every path of this size fits (session/login.ts). */
export const MAX_PATH = 4096;

/** The same path and query if a redirect to them cannot leave this origin; else `/`. */
export function safeReturnTo(path: Uint8Array): Uint8Array {
  return isLocal(path) ? path : utf8("/");
}

/**
 * Browsers read `//host` and `/\host` as another host (WHATWG URL §4.4), and remove tabs and line ends first. So the path begins with exactly one slash
 * and has only visible ASCII, without `#`, which browsers never send, and without `\`, which they read as a slash. In the query, `\` is an ordinary
 * character.
 */
function isLocal(path: Uint8Array): bool {
  if (path.length == 0 || path.length > MAX_PATH || path[0] != 0x2f) return false;
  if (path.length > 1 && path[1] == 0x2f) return false;
  let inQuery = false;
  for (let i = 0; i < path.length; i++) {
    const c = path[i];
    if (c <= 0x20 || c >= 0x7f || c == 0x23 || c == 0x5c && !inQuery) return false;
    if (c == 0x3f) inQuery = true;
  }
  return isPlain(path);
}

/**
 * A server that decodes the path again must not be led elsewhere either. So it has no encoded control character, no encoded slash after the first one, and
 * no dot segment: browsers resolve these before they send a request.
 */
function isPlain(path: Uint8Array): bool {
  let dots = 0, others = 0;
  for (let i = 1; i < path.length && path[i] != 0x3f; i++) {
    const encoded = percentAt(path, i);
    if (encoded >= 0 && (encoded < 0x20 || encoded == 0x7f)) return false;
    if (i == 1 && (encoded == 0x2f || encoded == 0x5c)) return false;
    if (path[i] == 0x2f) {
      if (isDotSegment(dots, others)) return false;
      dots = 0;
      others = 0;
    } else if (path[i] == 0x2e || encoded == 0x2e) dots++;
    else others++;
    if (encoded >= 0) i += 2;
  }
  return !isDotSegment(dots, others);
}

function isDotSegment(dots: i32, others: i32): bool { return others == 0 && (dots == 1 || dots == 2); }
