/** Owns the only AEAD of the filter: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03). Its nonces are long enough to be random. */
import { Result } from "../../result";
import { uncleared } from "../../runtime";
import { ChaCha20, hChaCha20 } from "./chacha20";
import { sameBytes } from "../arithmetic/equal";
import { Poly1305 } from "./poly1305";

export const enum AeadFault { BadKey = 1, BadNonce, NotAuthentic }

export const KEY_SIZE = 32;
export const NONCE_SIZE = 24;
export const TAG_SIZE = 16;

/** The ciphertext, as long as `plain`, followed by the tag. */
export function seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plain: Uint8Array): Result<Uint8Array> {
  const fault = badSizes(key, nonce);
  if (fault) return Result.fail<Uint8Array>(fault, "");
  const out = new Uint8Array(plain.length + TAG_SIZE), stream = streamOf(key, nonce), mac = macOf(stream);
  const text = out.subarray(0, plain.length);
  stream.xor(plain, text);
  out.set(tagOf(mac, aad, text), plain.length);
  return Result.of<Uint8Array>(out);
}

/** The plaintext. It is decrypted only after the tag has been verified. All faults in `sealed` have the same code. */
export function open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Result<Uint8Array> {
  const fault = badSizes(key, nonce);
  if (fault) return Result.fail<Uint8Array>(fault, "");
  const size = sealed.length - TAG_SIZE;
  if (size < 0) return Result.fail<Uint8Array>(AeadFault.NotAuthentic, "");
  const stream = streamOf(key, nonce), mac = macOf(stream), text = sealed.subarray(0, size);
  if (!sameBytes(tagOf(mac, aad, text), sealed.subarray(size))) return Result.fail<Uint8Array>(AeadFault.NotAuthentic, "");
  const out = uncleared(size);
  stream.xor(text, out);
  return Result.of<Uint8Array>(out);
}

/** The fault in the sizes, or 0. */
function badSizes(key: Uint8Array, nonce: Uint8Array): i32 {
  return key.length != KEY_SIZE ? <i32>AeadFault.BadKey : nonce.length != NONCE_SIZE ? <i32>AeadFault.BadNonce : 0;
}

/** §2.3: the first sixteen bytes of the nonce go into the derived key. ChaCha20's nonce is four zeros and the other eight bytes. */
function streamOf(key: Uint8Array, nonce: Uint8Array): ChaCha20 {
  const short = new Uint8Array(12);
  short.set(nonce.subarray(16), 4);
  return new ChaCha20(hChaCha20(key, nonce.subarray(0, 16)), short);
}

/** The stream's first block holds Poly1305's one-time key (RFC 8439 §2.6). The text starts at the second block. */
function macOf(stream: ChaCha20): Poly1305 {
  const key = new Uint8Array(64);
  stream.xor(key, key);
  return new Poly1305(key.subarray(0, 32));
}

/** RFC 8439 §2.8: data and text, each padded to sixteen bytes, and both lengths. */
function tagOf(mac: Poly1305, aad: Uint8Array, text: Uint8Array): Uint8Array {
  const lengths = new Uint8Array(16); // two words of eight bytes
  store<u64>(lengths.dataStart, aad.length);
  store<u64>(lengths.dataStart, text.length, 8);
  mac.padded(aad);
  mac.padded(text);
  mac.padded(lengths);
  return mac.tag();
}
