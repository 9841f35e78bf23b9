// A request's path in every way that somebody behind the filter may read it. Frameworks, file servers and proxies decode, cut and fold
// differently: what one takes for /health, another takes for /private (CVE-2025-54576, CVE-2026-40575).

import { indexOf } from "../bytes/bytes";
import { percentAt } from "./percent";

/** Nobody encodes more often by accident. */
const DECODINGS = 3;

const SLASH: u8 = 0x2f;
const DOT: u8 = 0x2e;

/** The size of the path without its query. */
export function pathLength(at: usize, size: i32): i32 {
  let i = 0;
  while (i < size && load<u8>(at + i) != 0x3f) i++;
  return i;
}

/** Whether there is but one way to read it: lower case, and nothing that anyone decodes, cuts, merges or resolves. */
export function isPlainPath(at: usize, size: i32): bool {
  let before: u8 = 0;
  for (let i = 0; i < size; i++) {
    const c = load<u8>(at + i);
    if (c <= 0x20 || c >= 0x7f || c - 0x41 < 26) return false;
    if (c == 0x25 || c == 0x5c || c == 0x3b || c == 0x23) return false; // % \ ; #
    if (before == SLASH && (c == SLASH || c == DOT)) return false;
    before = c;
  }
  return true;
}

/** The ways to read a path without its query, or null where there is no end to them. */
export function readingsOf(path: Uint8Array): Uint8Array[] | null {
  let decoded = path;
  for (let i = 0; ; i++) {
    const once = decodedOnce(decoded);
    if (once.length == decoded.length) break; // no escape in it
    if (i == DECODINGS) return null;
    decoded = once;
  }
  const out = [path, resolved(decoded)], cut = cutAt(decoded);
  if (cut < decoded.length) out.push(resolved(decoded.subarray(0, cut)));
  return out;
}

function decodedOnce(path: Uint8Array): Uint8Array {
  const out = new Uint8Array(path.length);
  let size = 0;
  for (let i = 0; i < path.length; i++) {
    const encoded = percentAt(path, i);
    if (encoded >= 0) i += 2;
    out[size++] = encoded >= 0 ? <u8>encoded : path[i];
  }
  return out.subarray(0, size);
}

/** Where somebody might see a query or a fragment begin. */
function cutAt(path: Uint8Array): i32 {
  const question = indexOf(path, 0x3f), hash = indexOf(path, 0x23);
  return min(question < 0 ? path.length : question, hash < 0 ? path.length : hash);
}

/** Without parameters (`;v=1`), empty and dot segments, and with `\` read as a slash. Always starts with one; ends with one where it did. */
function resolved(path: Uint8Array): Uint8Array {
  const out = new Uint8Array(path.length + 2);
  /** Ends behind a slash, but for the last segment. */
  let size = 1;
  out[0] = SLASH;
  for (let from = 0; from < path.length;) {
    let to = from;
    while (to < path.length && !isSlash(path[to])) to++;
    const segment = withoutParameters(path, from, to), length = segment.length, open = to == path.length;
    if (length == 2 && segment[0] == DOT && segment[1] == DOT) {
      if (size > 1) size--;
      while (size > 1 && out[size - 1] != SLASH) size--;
    } else if (length > 0 && !(length == 1 && segment[0] == DOT)) {
      out.set(segment, size);
      size += length;
      if (!open) out[size++] = SLASH;
    }
    from = to + 1;
  }
  return out.subarray(0, size);
}

function withoutParameters(path: Uint8Array, from: i32, to: i32): Uint8Array {
  const semicolon = indexOf(path, 0x3b, from);
  return path.subarray(from, semicolon >= 0 && semicolon < to ? semicolon : to);
}

function isSlash(c: u8): bool { return c == SLASH || c == 0x5c; }
