/** Owns the choice of hash function: the three of RFC 7518 §3.1. There is no default. */
import { Hasher } from "./hasher";
import { Sha256 } from "./sha256";
import { Sha512 } from "./sha512";

export const enum Hash { Sha256, Sha384, Sha512 }

/** Bytes of a digest. */
export function hashSize(hash: Hash): i32 {
  return hash == Hash.Sha256 ? 32 : hash == Hash.Sha384 ? 48 : 64;
}

/** Bytes of a block. HMAC pads its key to them (RFC 2104 §2). */
export function blockSize(hash: Hash): i32 { return hash == Hash.Sha256 ? 64 : 128; }

/** The name that Envoy's `verify_signature` expects. */
export function hashName(hash: Hash): string {
  return hash == Hash.Sha256 ? "sha256" : hash == Hash.Sha384 ? "sha384" : "sha512";
}

export function newHasher(hash: Hash): Hasher {
  if (hash == Hash.Sha256) return new Sha256();
  return new Sha512(hashSize(hash));
}

export function digest(hash: Hash, data: Uint8Array): Uint8Array {
  return newHasher(hash).update(data).finish();
}
