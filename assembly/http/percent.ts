// Reads percent-encoded bytes (RFC 3986 §2.1).

/** The value of `%` and two hex digits at `i`, or -1 if there are none. */
export function percentAt(text: Uint8Array, i: i32): i32 {
  return text[i] != 0x25 || i + 2 >= text.length ? -1 : hexPair(text[i + 1], text[i + 2]);
}

/** The value of two hex digits, or -1 if one is invalid. */
export function hexPair(first: u8, second: u8): i32 {
  const high = hexDigit(first), low = hexDigit(second);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

// @ts-ignore: decorator
@inline
export function hexDigit(c: u8): i32 {
  const digit: u8 = c - 0x30, letter: u8 = (c | 0x20) - 0x61;
  if (digit < 10) return digit;
  return letter < 6 ? <i32>letter + 10 : -1;
}
