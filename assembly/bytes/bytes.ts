// Byte strings, for all data from outside. The filter's own texts are `string`.

import { uncleared } from "../runtime";
import { encodeCodePoint } from "./utf8";

/** The UTF-8 bytes of one of the filter's own texts. */
export function utf8(text: string): Uint8Array {
  const out = uncleared(text.length * 3); // the most that one of its units takes
  let size = 0;
  for (let i = 0; i < text.length; i++) {
    let point: u32 = text.charCodeAt(i);
    if (point < 0x80) {
      store<u8>(out.dataStart + size++, point);
      continue;
    }
    // A code point above 65,535 is two units, a surrogate pair. After the end `charCodeAt` gives -1, which is no surrogate.
    const second: u32 = (point & 0xfc00) == 0xd800 ? text.charCodeAt(i + 1) : 0;
    if ((second & 0xfffffc00) == 0xdc00) {
      point = 0x10000 + ((point & 0x3ff) << 10 | second & 0x3ff);
      i++;
    }
    size += encodeCodePoint(point, out, size);
  }
  return out.slice(0, size);
}

export const EMPTY = new Uint8Array(0);

export function same(a: Uint8Array, b: Uint8Array): bool {
  return a.length == b.length && sameAt(a.dataStart, b.dataStart, a.length);
}

/** Whether the same bytes stand at both addresses. Not for secrets: it stops at the first difference (crypto/arithmetic/equal.ts). */
export function sameAt(a: usize, b: usize, size: usize): bool {
  // Sixteen at a time, the last sixteen once more.
  if (size >= 16) {
    const last = size - 16;
    for (let i: usize = 0; i < last; i += 16) if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false;
    return !v128.any_true(v128.xor(v128.load(a + last), v128.load(b + last)));
  }
  for (let i: usize = 0; i < size; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}

/** Whether the bytes are exactly this ASCII text. */
export function is(bytes: Uint8Array, text: string): bool {
  return bytes.length == text.length && startsWith(bytes, text);
}

/** The index of the ASCII text that the bytes are exactly, or -1. */
export function indexIn(texts: string[], bytes: Uint8Array): i32 {
  for (let i = 0; i < texts.length; i++) if (is(bytes, texts[i])) return i;
  return -1;
}

/** Whether one of them is exactly `wanted`. */
export function includes(all: Uint8Array[], wanted: Uint8Array): bool {
  for (let i = 0; i < all.length; i++) if (same(all[i], wanted)) return true;
  return false;
}

export function startsWith(bytes: Uint8Array, text: string): bool {
  return bytes.length >= text.length && textAt(bytes.dataStart, text);
}

/** Whether this ASCII text is at the address. The caller must have checked the length. */
export function textAt(at: usize, text: string): bool {
  const wanted = changetype<usize>(text);
  for (let i = 0; i < text.length; i++) if (load<u8>(at + i) != load<u16>(wanted + (<usize>i << 1))) return false;
  return true;
}

export function endsWith(bytes: Uint8Array, text: string): bool {
  return bytes.length >= text.length && startsWith(bytes.subarray(bytes.length - text.length), text);
}

/** Compares ASCII text ignoring case, as for media types and authentication schemes. */
export function isIgnoringCase(bytes: Uint8Array, lower: string): bool {
  return bytes.length == lower.length && startsIgnoringCase(bytes, lower);
}

export function startsIgnoringCase(bytes: Uint8Array, lower: string): bool {
  if (bytes.length < lower.length) return false;
  for (let i = 0; i < lower.length; i++) if (lowerCase(bytes[i]) != lower.charCodeAt(i)) return false;
  return true;
}

export function lowerCase(c: u8): u8 { return c - 0x41 < 26 ? c | 0x20 : c; }

/** Whether it is an ASCII letter or digit. */
// @ts-ignore: decorator
@inline
export function isAlphanumeric(c: u8): bool { return (c | 0x20) - 0x61 < 26 || c - 0x30 < 10; }

/** The value of a hexadecimal digit, or -1. */
// @ts-ignore: decorator
@inline
export function hexDigit(c: u8): i32 {
  const digit: u8 = c - 0x30, letter: u8 = (c | 0x20) - 0x61;
  if (digit < 10) return digit;
  return letter < 6 ? <i32>letter + 10 : -1;
}

/** The number that one to `most` decimal digits are; -1 for any other text. */
export function wholeNumber(digits: Uint8Array, most: i32): i64 {
  if (digits.length == 0 || digits.length > most) return -1;
  let value: i64 = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits[i] - 0x30;
    if (digit >= 10) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** A copy with ASCII letters in lower case. */
export function inLowerCase(text: Uint8Array): Uint8Array {
  const out = text.slice();
  for (let i = 0; i < out.length; i++) out[i] = lowerCase(out[i]);
  return out;
}

/** The first offset of `byte` at or after `from`, or -1. */
export function indexOf(bytes: Uint8Array, byte: u8, from: i32 = 0): i32 {
  const start = bytes.dataStart, end = start + bytes.length, found = find(start + from, end, byte);
  return found < end ? <i32>(found - start) : -1;
}

/** The first address of `byte` from `at` on, or `end`. */
export function find(at: usize, end: usize, byte: u8): usize {
  // Sixteen at a time, while sixteen are left.
  const wanted = i8x16.splat(byte);
  for (; at + 16 <= end; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
    if (found != 0) return at + ctz(found);
  }
  while (at < end && load<u8>(at) != byte) at++;
  return at;
}

/** A copy of the bytes at an address. */
export function copied(at: usize, size: usize): Uint8Array {
  const out = uncleared(<i32>size);
  memory.copy(out.dataStart, at, size);
  return out;
}

export function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = uncleared(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

export function concat(parts: Uint8Array[]): Uint8Array {
  let size = 0;
  for (let i = 0; i < parts.length; i++) size += parts[i].length;
  const out = uncleared(size);
  let at = 0;
  for (let i = 0; i < parts.length; i++) {
    out.set(parts[i], at);
    at += parts[i].length;
  }
  return out;
}
