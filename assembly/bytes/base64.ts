// Base64url as JOSE spells it (one spelling per value) and standard base64 as identity headers carry it.

import { Result } from "../result";

export const enum Base64Fault { BadLength = 1, BadCharacter, LooseBits }

const URL_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Values 0..63, or NONE for "not in the alphabet" (RFC 4648 §5); covers every u8, so no index can miss. */
const NONE: u8 = 0x80;
const VALUE: StaticArray<u8> = values();

/** Both alphabets by value (RFC 4648 §4, §5). */
const STANDARD: StaticArray<u8> = characters(0x2b, 0x2f); // + /
const URL: StaticArray<u8> = characters(0x2d, 0x5f); // - _

/** What a value's character is above the value: 26..51, then 52..63 one by one, then 0..25. */
const ABOVE_STANDARD = i8x16(71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, 0x2b - 62, 0x2f - 63, 65, 0, 0);
const ABOVE_URL = i8x16(71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, 0x2d - 62, 0x5f - 63, 65, 0, 0);

function values(): StaticArray<u8> {
  const t = new StaticArray<u8>(256).fill(NONE);
  for (let i = 0; i < 64; i++) t[URL_ALPHABET.charCodeAt(i)] = <u8>i;
  return t;
}

/** The 62 that both have, and the last two. */
function characters(value62: u8, value63: u8): StaticArray<u8> {
  const t = new StaticArray<u8>(64);
  for (let i = 0; i < 62; i++) t[i] = <u8>URL_ALPHABET.charCodeAt(i);
  t[62] = value62;
  t[63] = value63;
  return t;
}

/**
 * Decodes unpadded base64url, accepting exactly one spelling of every byte string: no padding, no whitespace,
 * no `+` or `/`, and no set bits past the last byte (RFC 7515 §2, RFC 4648 §3.5).
 */
export function decodeBase64url(text: Uint8Array): Result<Uint8Array> {
  const n = text.length;
  const tail = n & 3;
  if (tail == 1) return Result.fail<Uint8Array>(Base64Fault.BadLength, n.toString());

  const out = new Uint8Array((n >> 2) * 3 + (tail ? tail - 1 : 0));
  // Raw addresses: the loop reads whole groups of four within `text` and writes three bytes for each within `out`.
  let from = text.dataStart, to = out.dataStart;
  const groups = from + (n & ~3);
  let known = i8x16.splat(-1);
  // Twelve bytes for sixteen characters. Sixteen are stored: the next eight characters have room for the other four.
  for (; from + 24 <= groups; from += 16, to += 12) {
    const text = v128.load(from);
    const upper = among(text, 0x41, 26), lower = among(text, 0x61, 26), digit = among(text, 0x30, 10);
    const minus = i8x16.eq(text, i8x16.splat(0x2d)), underscore = i8x16.eq(text, i8x16.splat(0x5f));
    known = v128.and(known, v128.or(v128.or(upper, lower), v128.or(digit, v128.or(minus, underscore))));
    const letters = v128.or(v128.and(upper, i8x16.splat(-65)), v128.and(lower, i8x16.splat(-71)));
    const others = v128.or(v128.and(digit, i8x16.splat(4)), v128.or(v128.and(minus, i8x16.splat(62 - 0x2d)), v128.and(underscore, i8x16.splat(63 - 0x5f))));
    const values = i8x16.add(text, v128.or(letters, others));
    // Two values become 12 bits, two of those 24, and their bytes are turned round.
    const pairs = v128.or(i16x8.shl(v128.and(values, i16x8.splat(0xff)), 6), i16x8.shr_u(values, 8));
    const fours = i32x4.dot_i16x8_s(pairs, i32x4.splat(0x00011000));
    v128.store(to, v128.shuffle<i8>(fours, fours, 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 3, 3, 3, 3));
  }
  let wrong: u32 = i8x16.all_true(known) ? 0 : NONE;
  for (; from < groups; from += 4, to += 3) {
    const a = value(load<u8>(from)), b = value(load<u8>(from, 1)), c = value(load<u8>(from, 2)), d = value(load<u8>(from, 3));
    wrong |= a | b | c | d;
    store<u8>(to, <u8>(a << 2 | b >> 4));
    store<u8>(to, <u8>(b << 4 | c >> 2), 1);
    store<u8>(to, <u8>(c << 6 | d), 2);
  }
  let loose: u32 = 0;
  if (tail != 0) {
    const a = value(load<u8>(from)), b = value(load<u8>(from, 1)), c: u32 = tail == 3 ? value(load<u8>(from, 2)) : 0;
    wrong |= a | b | c;
    store<u8>(to, <u8>(a << 2 | b >> 4));
    if (tail == 3) store<u8>(to, <u8>(b << 4 | c >> 2), 1);
    loose = tail == 3 ? c & 3 : b & 15;
  }
  if (wrong & NONE) return Result.fail<Uint8Array>(Base64Fault.BadCharacter, firstWrong(text).toString());
  if (loose) return Result.fail<Uint8Array>(Base64Fault.LooseBits, n.toString());
  return Result.of<Uint8Array>(out);
}

/** Standard base64 with padding (RFC 4648 §4). */
export function encodeBase64(data: Uint8Array): Uint8Array { return encode(data, changetype<usize>(STANDARD), ABOVE_STANDARD); }

/** Base64url without padding (RFC 7515 §2): the one spelling that the decoder takes. */
export function encodeBase64url(data: Uint8Array): Uint8Array {
  const padded = encode(data, changetype<usize>(URL), ABOVE_URL), tail = data.length % 3;
  return tail == 0 ? padded : padded.subarray(0, padded.length - 3 + tail);
}

/** How many characters `encodeBase64url` makes of so many bytes. */
export function base64urlSize(bytes: i32): i32 { return bytes / 3 * 4 + (bytes % 3 == 0 ? 0 : bytes % 3 + 1); }

/** `alphabet`: where its 64 characters lie; `above`: the same, as a vector needs it. */
function encode(data: Uint8Array, alphabet: usize, above: v128): Uint8Array {
  const n = data.length;
  const out = new Uint8Array((n + 2) / 3 * 4);
  // Raw addresses: whole groups of three within `data`, four characters for each within `out`.
  let from = data.dataStart, to = out.dataStart;
  const groups = from + n / 3 * 3, end = from + n;
  // Sixteen characters for twelve bytes. Sixteen bytes are loaded.
  for (; from + 16 <= end; from += 12, to += 16) {
    const bytes = v128.load(from), fours = v128.shuffle<i8>(bytes, i8x16.splat(0), 2, 1, 0, 16, 5, 4, 3, 16, 8, 7, 6, 16, 11, 10, 9, 16);
    const first = v128.or(i32x4.shr_u(fours, 18), v128.and(i32x4.shr_u(fours, 4), i32x4.splat(0x3f00)));
    const last = v128.or(v128.and(i32x4.shl(fours, 10), i32x4.splat(0x3f0000)), v128.and(i32x4.shl(fours, 24), i32x4.splat(0x3f000000)));
    const values = v128.or(first, last);
    const row = v128.or(i8x16.sub_sat_u(values, i8x16.splat(51)), v128.and(i8x16.lt_u(values, i8x16.splat(26)), i8x16.splat(13)));
    v128.store(to, i8x16.add(values, i8x16.swizzle(above, row)));
  }
  for (; from < groups; from += 3, to += 4) write(to, alphabet, <u32>load<u8>(from) << 16 | <u32>load<u8>(from, 1) << 8 | load<u8>(from, 2));
  const tail = n % 3;
  if (tail != 0) {
    write(to, alphabet, <u32>load<u8>(from) << 16 | (tail == 2 ? <u32>load<u8>(from, 1) << 8 : 0));
    store<u8>(to, 0x3d, 3);
    if (tail == 1) store<u8>(to, 0x3d, 2);
  }
  return out;
}

// @ts-ignore: decorator
@inline function value(c: u8): u32 { return load<u8>(changetype<usize>(VALUE) + c); }

/** All ones where a byte is one of the `count` from `first` on. */
// @ts-ignore: decorator
@inline function among(bytes: v128, first: u8, count: u8): v128 { return i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(first)), i8x16.splat(count)); }

/** Four characters for 24 bits. */
// @ts-ignore: decorator
@inline function write(to: usize, alphabet: usize, bits: u32): void {
  store<u8>(to, load<u8>(alphabet + (bits >> 18)));
  store<u8>(to, load<u8>(alphabet + (bits >> 12 & 63)), 1);
  store<u8>(to, load<u8>(alphabet + (bits >> 6 & 63)), 2);
  store<u8>(to, load<u8>(alphabet + (bits & 63)), 3);
}

function firstWrong(text: Uint8Array): i32 {
  let i = 0;
  while (i < text.length && value(text[i]) != NONE) i++;
  return i;
}
