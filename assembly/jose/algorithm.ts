// The one table that knows what a JWS `alg` is: nothing else in the filter enumerates algorithms or looks into their names.

import { is } from "../bytes/bytes";
import { Hash } from "../crypto/hash";
import { KeyKind } from "../crypto/key";
import { Scheme } from "../crypto/verify";

/** A signature algorithm of RFC 7518 §3.1, RFC 8037 §3.1 or RFC 9864 §2.2. There is no entry for `none`. */
@final
export class Algorithm {
  constructor(
    readonly name: string,
    readonly scheme: Scheme,
    readonly hash: Hash,
    /** The one kind of key that goes with it. */
    readonly kind: KeyKind,
  ) {}

  get symmetric(): bool { return this.kind == KeyKind.Secret; }
}

const ALGORITHMS: Algorithm[] = [
  new Algorithm("RS256", Scheme.RsaPkcs1, Hash.Sha256, KeyKind.Rsa),
  new Algorithm("RS384", Scheme.RsaPkcs1, Hash.Sha384, KeyKind.Rsa),
  new Algorithm("RS512", Scheme.RsaPkcs1, Hash.Sha512, KeyKind.Rsa),
  new Algorithm("PS256", Scheme.RsaPss, Hash.Sha256, KeyKind.Rsa),
  new Algorithm("PS384", Scheme.RsaPss, Hash.Sha384, KeyKind.Rsa),
  new Algorithm("PS512", Scheme.RsaPss, Hash.Sha512, KeyKind.Rsa),
  new Algorithm("ES256", Scheme.Ecdsa, Hash.Sha256, KeyKind.P256),
  new Algorithm("ES384", Scheme.Ecdsa, Hash.Sha384, KeyKind.P384),
  new Algorithm("ES512", Scheme.Ecdsa, Hash.Sha512, KeyKind.P521),
  new Algorithm("EdDSA", Scheme.EdDsa, Hash.Sha512, KeyKind.Ed25519),
  new Algorithm("Ed25519", Scheme.EdDsa, Hash.Sha512, KeyKind.Ed25519),
  new Algorithm("HS256", Scheme.Hmac, Hash.Sha256, KeyKind.Secret),
  new Algorithm("HS384", Scheme.Hmac, Hash.Sha384, KeyKind.Secret),
  new Algorithm("HS512", Scheme.Hmac, Hash.Sha512, KeyKind.Secret),
];

/** By its exact name; null for every other, `none` in any spelling among them. */
export function algorithmNamed(name: Uint8Array): Algorithm | null {
  for (let i = 0; i < ALGORITHMS.length; i++) if (is(name, ALGORITHMS[i].name)) return ALGORITHMS[i];
  return null;
}

/** Every algorithm with a public key: what is expected where configuration names none. HS* must be asked for. */
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
