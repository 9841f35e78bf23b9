// Reads percent-encoded bytes (RFC 3986 §2.1).

import { hexDigit } from "../bytes/bytes";

/** The value of `%` and two hex digits at `i`, or -1 if there are none. */
export function percentAt(text: Uint8Array, i: i32): i32 {
  return text[i] != 0x25 || i + 2 >= text.length ? -1 : hexPair(text[i + 1], text[i + 2]);
}

/** The value of two hex digits, or -1 if one is invalid. */
export function hexPair(first: u8, second: u8): i32 {
  const high = hexDigit(first), low = hexDigit(second);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}
