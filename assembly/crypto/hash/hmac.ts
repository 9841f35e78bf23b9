/** Owns HMAC (RFC 2104, FIPS 198-1). */
import { blockSize, digest, Hash, newHasher } from "./hash";

export function hmac(hash: Hash, key: Uint8Array, data: Uint8Array): Uint8Array {
  const size = blockSize(hash);
  const short = key.length > size ? digest(hash, key) : key;
  const inner = new Uint8Array(size).fill(0x36), outer = new Uint8Array(size).fill(0x5c);
  for (let i = 0; i < short.length; i++) {
    inner[i] ^= short[i];
    outer[i] ^= short[i];
  }
  const first = newHasher(hash).update(inner).update(data).finish();
  return newHasher(hash).update(outer).update(first).finish();
}
