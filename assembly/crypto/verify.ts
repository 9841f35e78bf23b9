/** Owns signature verification: one entry point for all keys and algorithms. */
import { EcPublicKey, hashOf } from "./elliptic/ecdsa";
import { Ed25519PublicKey } from "./edwards/ed25519";
import { sameBytes } from "./arithmetic/equal";
import { Hash } from "./hash/hash";
import { hmac } from "./hash/hmac";
import { Key, SecretKey } from "./encoding/key";
import { RsaPublicKey } from "./rsa/rsa";

export const enum Scheme { RsaPkcs1, RsaPss, Ecdsa, EdDsa, Hmac }

/** A key of another type, or a curve that does not belong to `hash`, gives false. A secret key verifies HMAC only. EdDSA ignores `hash`. */
export function verify(scheme: Scheme, hash: Hash, key: Key, data: Uint8Array, signature: Uint8Array): bool {
  switch (scheme) {
    case Scheme.RsaPkcs1: return key instanceof RsaPublicKey && (key as RsaPublicKey).verifyPkcs1(hash, data, signature);
    case Scheme.RsaPss: return key instanceof RsaPublicKey && (key as RsaPublicKey).verifyPss(hash, data, signature);
    case Scheme.Ecdsa: {
      if (!(key instanceof EcPublicKey)) return false;
      const ec = key as EcPublicKey;
      return hashOf(ec.curve) == hash && ec.verify(data, signature);
    }
    case Scheme.EdDsa: return key instanceof Ed25519PublicKey && (key as Ed25519PublicKey).verify(data, signature);
    case Scheme.Hmac: return key instanceof SecretKey && sameBytes(hmac(hash, (key as SecretKey).bytes, data), signature);
    default: return false;
  }
}
