// Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.

export function isUtf8(bytes: Uint8Array): bool {
  const n = bytes.length, start = bytes.dataStart;
  let i = 0;
  while (i < n) {
    // Eight ASCII bytes at a time, while eight are left.
    while (i + 8 <= n && (load<u64>(start + i) & 0x8080808080808080) == 0) i += 8;
    if (i == n) break;
    const c = bytes[i++];
    if (c < 0x80) continue;
    const size = sequenceSize(c);
    if (size == 0 || i + size - 1 > n) return false;
    const second = bytes[i];
    // The range of the second byte excludes overlong forms and surrogates (RFC 3629 §4).
    const low: u8 = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    const high: u8 = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return false;
    for (let k = 1; k < size - 1; k++) if ((bytes[i + k] & 0xc0) != 0x80) return false;
    i += size - 1;
  }
  return true;
}

/** The text, or "" if the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  // The decoder itself accepts invalid sequences, so they are checked first.
  return isUtf8(bytes) ? String.UTF8.decodeUnsafe(bytes.dataStart, bytes.length) : "";
}

/** Writes one code point and returns how many bytes it took. */
export function encodeCodePoint(point: u32, out: Uint8Array, at: i32): i32 {
  if (point < 0x80) { out[at] = <u8>point; return 1; }
  if (point < 0x800) {
    out[at] = <u8>(0xc0 | point >> 6);
    out[at + 1] = <u8>(0x80 | point & 0x3f);
    return 2;
  }
  if (point < 0x10000) {
    out[at] = <u8>(0xe0 | point >> 12);
    out[at + 1] = <u8>(0x80 | point >> 6 & 0x3f);
    out[at + 2] = <u8>(0x80 | point & 0x3f);
    return 3;
  }
  out[at] = <u8>(0xf0 | point >> 18);
  out[at + 1] = <u8>(0x80 | point >> 12 & 0x3f);
  out[at + 2] = <u8>(0x80 | point >> 6 & 0x3f);
  out[at + 3] = <u8>(0x80 | point & 0x3f);
  return 4;
}

function sequenceSize(lead: u8): i32 {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if ((lead & 0xf0) == 0xe0) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}
