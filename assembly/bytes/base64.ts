// Base64url as JOSE spells it (one spelling per value) and standard base64 as identity headers carry it.

import { Result } from "../result";

export const enum Base64Fault { BadLength = 1, BadCharacter, LooseBits }

const URL_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Values 0..63, or 64 for "not in the alphabet" (RFC 4648 §5); covers every u8, so no index can miss. */
const VALUE: StaticArray<u8> = values();

function values(): StaticArray<u8> {
  const t = new StaticArray<u8>(256).fill(64);
  for (let i = 0; i < 64; i++) t[URL_ALPHABET.charCodeAt(i)] = <u8>i;
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
  let bits: u32 = 0, held = 0, o = 0;
  for (let i = 0; i < n; i++) {
    const v: u32 = VALUE[text[i]];
    if (v == 64) return Result.fail<Uint8Array>(Base64Fault.BadCharacter, i.toString());
    bits = bits << 6 | v;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out[o++] = <u8>(bits >> held);
    }
  }
  if (bits & ((1 << held) - 1)) return Result.fail<Uint8Array>(Base64Fault.LooseBits, n.toString());
  return Result.of<Uint8Array>(out);
}

/** Standard base64 with padding (RFC 4648 §4). */
export function encodeBase64(data: Uint8Array): Uint8Array {
  const n = data.length;
  const out = new Uint8Array((n + 2) / 3 * 4);
  let o = 0;
  for (let i = 0; i < n; i += 3) {
    const left = n - i;
    const bits: u32 = <u32>data[i] << 16 | (left > 1 ? <u32>data[i + 1] << 8 : 0) | (left > 2 ? <u32>data[i + 2] : 0);
    out[o++] = standard(bits >> 18);
    out[o++] = standard(bits >> 12);
    out[o++] = left > 1 ? standard(bits >> 6) : 0x3d;
    out[o++] = left > 2 ? standard(bits) : 0x3d;
  }
  return out;
}

function standard(bits: u32): u8 {
  const v = bits & 63;
  if (v == 62) return 0x2b; // +
  if (v == 63) return 0x2f; // /
  return <u8>URL_ALPHABET.charCodeAt(v);
}
