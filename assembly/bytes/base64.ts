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
  let wrong: u32 = 0;
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
export function encodeBase64(data: Uint8Array): Uint8Array { return encode(data, changetype<usize>(STANDARD)); }

/** Base64url without padding (RFC 7515 §2): the one spelling that the decoder takes. */
export function encodeBase64url(data: Uint8Array): Uint8Array {
  const padded = encode(data, changetype<usize>(URL)), tail = data.length % 3;
  return tail == 0 ? padded : padded.subarray(0, padded.length - 3 + tail);
}

/** How many characters `encodeBase64url` makes of so many bytes. */
export function base64urlSize(bytes: i32): i32 { return bytes / 3 * 4 + (bytes % 3 == 0 ? 0 : bytes % 3 + 1); }

/** `alphabet`: where its 64 characters lie. */
function encode(data: Uint8Array, alphabet: usize): Uint8Array {
  const n = data.length;
  const out = new Uint8Array((n + 2) / 3 * 4);
  // Raw addresses: whole groups of three within `data`, four characters for each within `out`.
  let from = data.dataStart, to = out.dataStart;
  const groups = from + n / 3 * 3;
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
