// Where a browser goes after the login: a path of this origin, and nothing else.

import { utf8 } from "../bytes/bytes";
import { percentAt } from "./percent";

/** The longest path and query, in bytes. A login's cookie holds less: how much, its name and the rest of it decide. */
export const MAX_PATH = 4096;

/** The path and query as they are where a redirect to them cannot leave this origin; else `/`. */
export function safeReturnTo(path: Uint8Array): Uint8Array {
  return isLocal(path) ? path : utf8("/");
}

/**
 * Exactly one slash in front: browsers take `//host`, and `/\host` as well, for another host (WHATWG URL §4.4), and drop tabs
 * and line ends before they look. So only visible ASCII, no `#`, which they never send, and no `\` in the path, where they read it as a
 * slash. In the query it is a character as any other, which they send as it is.
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
 * What is harmless to a browser may not be to whoever decodes once more: no encoded control character in the path, no encoded
 * slash behind the first one. And no dot segment: a browser has resolved them before it asks, so somebody else has written it.
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
