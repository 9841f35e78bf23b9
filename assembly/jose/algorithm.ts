// The table of JWS algorithms. No other code lists algorithms, or looks into their names.

import { is } from "../bytes/bytes";
import { Hash } from "../crypto/hash/hash";
import { EcPublicKey } from "../crypto/elliptic/ecdsa";
import { Ed25519PublicKey } from "../crypto/edwards/ed25519";
import { Curve, Key, SecretKey } from "../crypto/encoding/key";
import { RsaPublicKey } from "../crypto/rsa/rsa";
import { Scheme } from "../crypto/verify";

/** A signature algorithm of RFC 7518 §3.1, RFC 8037 §3.1 or RFC 9864 §2.2. There is no entry for `none`. */
@final
export class Algorithm {
  constructor(
    readonly name: string,
    readonly scheme: Scheme,
    readonly hash: Hash,
    /** Only for ECDSA: its curve. */
    readonly curve: Curve,
  ) {}

  get symmetric(): bool { return this.scheme == Scheme.Hmac; }

  /** Whether one verification takes a millisecond or more. */
  get slow(): bool { return this.curve == Curve.P384 || this.curve == Curve.P521; }

  /** Whether the key has the kind that this algorithm requires (RFC 8725 §3.1). */
  fits(key: Key): bool {
    switch (this.scheme) {
      case Scheme.RsaPkcs1:
      case Scheme.RsaPss: return key instanceof RsaPublicKey;
      case Scheme.Ecdsa: return key instanceof EcPublicKey && (key as EcPublicKey).curve == this.curve;
      case Scheme.EdDsa: return key instanceof Ed25519PublicKey;
      default: return key instanceof SecretKey;
    }
  }
}

const ALGORITHMS: Algorithm[] = [
  new Algorithm("RS256", Scheme.RsaPkcs1, Hash.Sha256, Curve.None),
  new Algorithm("RS384", Scheme.RsaPkcs1, Hash.Sha384, Curve.None),
  new Algorithm("RS512", Scheme.RsaPkcs1, Hash.Sha512, Curve.None),
  new Algorithm("PS256", Scheme.RsaPss, Hash.Sha256, Curve.None),
  new Algorithm("PS384", Scheme.RsaPss, Hash.Sha384, Curve.None),
  new Algorithm("PS512", Scheme.RsaPss, Hash.Sha512, Curve.None),
  new Algorithm("ES256", Scheme.Ecdsa, Hash.Sha256, Curve.P256),
  new Algorithm("ES384", Scheme.Ecdsa, Hash.Sha384, Curve.P384),
  new Algorithm("ES512", Scheme.Ecdsa, Hash.Sha512, Curve.P521),
  new Algorithm("EdDSA", Scheme.EdDsa, Hash.Sha512, Curve.None),
  new Algorithm("Ed25519", Scheme.EdDsa, Hash.Sha512, Curve.None),
  new Algorithm("HS256", Scheme.Hmac, Hash.Sha256, Curve.None),
  new Algorithm("HS384", Scheme.Hmac, Hash.Sha384, Curve.None),
  new Algorithm("HS512", Scheme.Hmac, Hash.Sha512, Curve.None),
];

/** The algorithm with this exact name; null for any other name, `none` in any spelling included. */
export function algorithmNamed(name: Uint8Array): Algorithm | null {
  for (let i = 0; i < ALGORITHMS.length; i++) if (is(name, ALGORITHMS[i].name)) return ALGORITHMS[i];
  return null;
}

/** All algorithms with a public key: the default if none are configured. HS* must be configured. */
export function asymmetricAlgorithms(): Algorithm[] {
  const out: Algorithm[] = [];
  for (let i = 0; i < ALGORITHMS.length; i++) if (!ALGORITHMS[i].symmetric) out.push(ALGORITHMS[i]);
  return out;
}

export function algorithmNames(): string {
  const names: string[] = [];
  for (let i = 0; i < ALGORITHMS.length; i++) names.push(ALGORITHMS[i].name);
  return names.join(", ");
}
