// JSON numbers (RFC 8259 §6).

/** The end of the number that starts at `at`, or `at` if there is none. */
export function numberEnd(bytes: Uint8Array, at: i32): i32 {
  const n = bytes.length;
  let i = at;
  if (i < n && bytes[i] == 0x2d) i++;
  if (i >= n) return at;
  if (bytes[i] == 0x30) i++;
  else {
    const end = digitsEnd(bytes, i);
    if (end == i) return at;
    i = end;
  }
  if (i < n && bytes[i] == 0x2e) {
    const end = digitsEnd(bytes, i + 1);
    if (end == i + 1) return at;
    i = end;
  }
  if (i < n && (bytes[i] | 0x20) == 0x65) {
    i++;
    if (i < n && (bytes[i] == 0x2b || bytes[i] == 0x2d)) i++;
    const end = digitsEnd(bytes, i);
    if (end == i) return at;
    i = end;
  }
  return i;
}

/** The value of a well-formed number. It is exact for whole numbers up to 2^53, and to some 15 digits beyond; too large ones are infinite. */
export function decimal(text: Uint8Array): f64 {
  let i = 0, scale = 0, exponent = 0;
  const negative = text.length > 0 && text[0] == 0x2d;
  if (negative) i++;
  let mantissa: u64 = 0;
  let fraction = false;
  for (; i < text.length; i++) {
    const c = text[i];
    if (c == 0x2e) { fraction = true; continue; }
    if (c - 0x30 >= 10) break;
    if (mantissa < 100_000_000_000_000_000) {
      mantissa = mantissa * 10 + (c - 0x30);
      if (fraction) scale--;
    } else if (!fraction) scale++;
  }
  if (i < text.length) { // e or E
    i++;
    const minus = text[i] == 0x2d;
    if (minus || text[i] == 0x2b) i++;
    for (; i < text.length; i++) if (exponent < 100_000_000) exponent = exponent * 10 + (text[i] - 0x30);
    if (minus) exponent = -exponent;
  }
  let value = <f64>mantissa;
  let power = scale + exponent;
  // There are at most some 310 steps. After them the value is infinite or zero.
  for (; power > 0 && value != Infinity && value != 0; power--) value *= 10;
  for (; power < 0 && value != 0; power++) value /= 10;
  return negative ? -value : value;
}

/** The value of a text that is a number from its first to its last byte. NaN if it is none. */
export function numberIn(text: Uint8Array): f64 { return text.length > 0 && numberEnd(text, 0) == text.length ? decimal(text) : NaN; }

function digitsEnd(bytes: Uint8Array, at: i32): i32 {
  let i = at;
  while (i < bytes.length && bytes[i] - 0x30 < 10) i++;
  return i;
}
