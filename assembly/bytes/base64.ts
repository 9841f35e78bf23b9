// Base64url as in JOSE, with one spelling for each value, and standard base64 as in identity headers.

import { Result } from "../result";
import { uncleared } from "../runtime";

export const enum Base64Fault { BadLength = 1, BadCharacter, LooseBits }

const URL_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Values 0..63, or NONE for "not in the alphabet" (RFC 4648 §5); covers every u8, so no index can miss. */
const NONE: u8 = 0x80;
const VALUE: StaticArray<u8> = values();

/** Both alphabets by value (RFC 4648 §4, §5). */
const STANDARD: StaticArray<u8> = characters(0x2b, 0x2f); // + /
const URL: StaticArray<u8> = characters(0x2d, 0x5f); // - _

/**
 * Vectors for sixteen characters at once. They are in memory because engines make a constant again in every iteration of a loop, but keep a vector
 * that was loaded before it.
 *
 * A byte's upper half says what it may be, with one bit for each: nothing, `-`, a digit, the first fifteen letters (of either case), the last eleven
 * capitals or `_`, the last eleven small letters. Its lower half says which of these it is not.
 */
const MAY_BE = memory.data<u8>([1, 1, 2, 4, 8, 16, 8, 32, 1, 1, 1, 1, 1, 1, 1, 1], 16);
const IS_NOT = memory.data<u8>([0x0b, 3, 3, 3, 3, 3, 3, 3, 3, 3, 7, 0x37, 0x37, 0x35, 0x37, 0x27], 16);
/** A character's value minus the character, by its upper half; at 13 that of `_`, which has the same upper half as some capitals. */
const VALUE_ABOVE = memory.data<i8>([0, 0, 62 - 0x2d, -0x30 + 52, -0x41, -0x41, -0x61 + 26, -0x61 + 26, 0, 0, 0, 0, 0, 63 - 0x5f, 0, 0], 16);
/** The byte orders of numbers of 24 bits, to write and to read them: their three bytes are reversed. */
const TO_BYTES = memory.data<u8>([2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 3, 3, 3, 3], 16);
const FROM_BYTES = memory.data<u8>([2, 1, 0, 255, 5, 4, 3, 255, 8, 7, 6, 255, 11, 10, 9, 255], 16);
const HALF = memory.data<u8>([15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15], 16);
const LOWER_BYTE = memory.data<u16>([255, 255, 255, 255, 255, 255, 255, 255], 16);
const TIMES_4096_AND_1 = memory.data<u16>([4096, 1, 4096, 1, 4096, 1, 4096, 1], 16);
const SECOND_VALUE = memory.data<u32>([0x3f00, 0x3f00, 0x3f00, 0x3f00], 16);
const THIRD_VALUE = memory.data<u32>([0x3f0000, 0x3f0000, 0x3f0000, 0x3f0000], 16);
const FOURTH_VALUE = memory.data<u32>([0x3f000000, 0x3f000000, 0x3f000000, 0x3f000000], 16);
/** A character minus its value: for 26..51, then for 52..63 one by one, then for 0..25. */
const STANDARD_ABOVE = memory.data<i8>([71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, 0x2b - 62, 0x2f - 63, 65, 0, 0], 16);
const URL_ABOVE = memory.data<i8>([71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, 0x2d - 62, 0x5f - 63, 65, 0, 0], 16);

function values(): StaticArray<u8> {
  const t = new StaticArray<u8>(256).fill(NONE);
  for (let i = 0; i < 64; i++) t[URL_ALPHABET.charCodeAt(i)] = <u8>i;
  return t;
}

/** The 62 characters of both alphabets, and the last two. */
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

  const out = uncleared((n >> 2) * 3 + (tail ? tail - 1 : 0));
  // The raw addresses are valid: the loop reads whole groups of four within `text`, and writes three bytes for each within `out`.
  let from = text.dataStart, to = out.dataStart;
  const groups = from + (n & ~3);
  const mayBe = v128.load(MAY_BE), isNot = v128.load(IS_NOT), above = v128.load(VALUE_ABOVE), half = v128.load(HALF);
  const lowerByte = v128.load(LOWER_BYTE), times = v128.load(TIMES_4096_AND_1), toBytes = v128.load(TO_BYTES);
  let strange = i8x16.splat(0);
  // Twelve bytes for sixteen characters. Sixteen bytes are stored: the next eight characters have room for the other four.
  for (; from + 24 <= groups; from += 16, to += 12) {
    const text = v128.load(from), upper = v128.and(i16x8.shr_u(text, 4), half), lower = v128.and(text, half);
    strange = v128.or(strange, v128.and(i8x16.swizzle(mayBe, upper), i8x16.swizzle(isNot, lower)));
    const underscore = i8x16.eq(text, i8x16.splat(0x5f));
    const values = i8x16.add(text, i8x16.swizzle(above, v128.xor(upper, v128.and(underscore, i8x16.splat(8)))));
    // Two values make 12 bits, and two of these 24.
    const twelve = v128.or(i16x8.shl(v128.and(values, lowerByte), 6), i16x8.shr_u(values, 8));
    v128.store(to, i8x16.swizzle(i32x4.dot_i16x8_s(twelve, times), toBytes));
  }
  let wrong: u32 = v128.any_true(strange) ? NONE : 0;
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

/** Accepts either alphabet, with or without padding, as some providers write the members of their keys. Otherwise it is as strict. */
export function decodeAnyBase64(text: Uint8Array): Result<Uint8Array> {
  let size = text.length;
  for (let i = 0; i < 2 && size > 0 && text[size - 1] == 0x3d; i++) size--;
  const out = text.slice(0, size);
  for (let i = 0; i < size; i++) if (out[i] == 0x2b) out[i] = 0x2d; else if (out[i] == 0x2f) out[i] = 0x5f;
  return decodeBase64url(out);
}

/** Standard base64 with padding (RFC 4648 §4). */
export function encodeBase64(data: Uint8Array): Uint8Array { return encode(data, changetype<usize>(STANDARD), STANDARD_ABOVE); }

/** Base64url without padding (RFC 7515 §2), the one spelling that the decoder accepts. */
export function encodeBase64url(data: Uint8Array): Uint8Array {
  const padded = encode(data, changetype<usize>(URL), URL_ABOVE), tail = data.length % 3;
  return tail == 0 ? padded : padded.subarray(0, padded.length - 3 + tail);
}

/** The number of characters that `encodeBase64url` makes of so many bytes. */
export function base64urlSize(bytes: i32): i32 { return bytes / 3 * 4 + (bytes % 3 == 0 ? 0 : bytes % 3 + 1); }

/** `alphabet`: the address of its 64 characters; `vector`: the address of its vector. */
function encode(data: Uint8Array, alphabet: usize, vector: usize): Uint8Array {
  const n = data.length;
  const out = uncleared((n + 2) / 3 * 4);
  // The raw addresses are valid: the loop reads whole groups of three within `data`, and writes four characters for each within `out`.
  let from = data.dataStart, to = out.dataStart;
  const groups = from + n / 3 * 3, end = from + n;
  const above = v128.load(vector), fromBytes = v128.load(FROM_BYTES);
  const second = v128.load(SECOND_VALUE), third = v128.load(THIRD_VALUE), fourth = v128.load(FOURTH_VALUE);
  // Sixteen characters for twelve bytes. Sixteen bytes are loaded.
  for (; from + 16 <= end; from += 12, to += 16) {
    const bits = i8x16.swizzle(v128.load(from), fromBytes); // four numbers of 24 bits
    const front = v128.or(i32x4.shr_u(bits, 18), v128.and(i32x4.shr_u(bits, 4), second));
    const values = v128.or(front, v128.or(v128.and(i32x4.shl(bits, 10), third), v128.and(i32x4.shl(bits, 24), fourth)));
    const place = v128.or(i8x16.sub_sat_u(values, i8x16.splat(51)), v128.and(i8x16.lt_u(values, i8x16.splat(26)), i8x16.splat(13)));
    v128.store(to, i8x16.add(values, i8x16.swizzle(above, place)));
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
