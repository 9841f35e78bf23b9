// Reads a JSON Web Key of a provider (RFC 7517, RFC 7518 §6, RFC 8037 §2). Only public keys for signatures are used.

import { decodeAnyBase64 } from "../bytes/base64";
import { is } from "../bytes/bytes";
import { coordinateSize } from "../crypto/elliptic/curve";
import { EcPublicKey } from "../crypto/elliptic/ecdsa";
import { Ed25519PublicKey } from "../crypto/edwards/ed25519";
import { Curve, KeyFault, PublicKey } from "../crypto/encoding/key";
import { RsaPublicKey } from "../crypto/rsa/rsa";
import { Json } from "../json/json";
import { Result } from "../result";
import { Algorithm, algorithmNamed } from "./algorithm";

export const enum JwkFault { NotAnObject = 1, NotForSignatures, Private, Symmetric, UnknownType, BadMember, BadKey, Roca, Ambiguous }

/** The longest key id. It bounds what is kept and compared. */
export const MAX_KID = 512;

/** Members of private keys (RFC 7518 §6.2.2, §6.3.2). A published private key is compromised. */
const PRIVATE: string[] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

@final
export class Jwk {
  constructor(
    /** null if there is none. */
    readonly kid: Uint8Array | null,
    /** The only algorithm that it may be used with; null if the provider does not say. */
    readonly algorithm: Algorithm | null,
    readonly key: PublicKey,
  ) {}

  /** Whether this key can verify the algorithm: by its family, its curve, and its own `alg`. */
  fits(algorithm: Algorithm): bool {
    const own = this.algorithm;
    if (own != null && !(own.scheme == algorithm.scheme && own.hash == algorithm.hash)) return false;
    return algorithm.fits(this.key);
  }
}

/** For the log, after a key's id. Empty for keys that a set may contain for another use. */
export function jwkFaultText(fault: i32, at: string): string {
  switch (fault) {
    case JwkFault.NotForSignatures: return "";
    case JwkFault.NotAnObject: return "is not an object";
    case JwkFault.Private: return "holds " + at + ", which only private keys have: the key is disclosed";
    case JwkFault.Symmetric: return "is a shared secret, now disclosed";
    case JwkFault.UnknownType: return "has a " + at + " that is not known here";
    case JwkFault.BadMember: return "has a malformed " + at;
    case JwkFault.Roca: return "has a private key that can be computed (ROCA, CVE-2017-15361)";
    case JwkFault.Ambiguous: return "has a member twice";
    default: return "is not a valid key, or too weak";
  }
}

/** Reads one key of a set. After a fault the key is not used, but the rest of the set may be. */
export function readJwk(json: Json, node: i32): Result<Jwk> {
  if (!json.isObject(node)) return Result.fail<Jwk>(JwkFault.NotAnObject, "");
  if (json.isAmbiguous(node)) return Result.fail<Jwk>(JwkFault.Ambiguous, "");
  for (let i = 0; i < PRIVATE.length; i++) {
    const member = json.member(node, PRIVATE[i]);
    if (member >= 0 && !isEmptyList(json, member)) return Result.fail<Jwk>(JwkFault.Private, PRIVATE[i]);
  }
  if (!forSignatures(json, node)) return Result.fail<Jwk>(JwkFault.NotForSignatures, "use");

  const key = readKey(json, node);
  const fault = key.fault;
  if (fault != null) return Result.from<Jwk>(fault);

  let kid: Uint8Array | null = null;
  const kidNode = json.member(node, "kid");
  if (kidNode >= 0) {
    const text = json.text(kidNode);
    if (!json.isString(kidNode) || text.length > MAX_KID) return Result.fail<Jwk>(JwkFault.BadMember, "kid");
    kid = text;
  }
  let algorithm: Algorithm | null = null;
  const alg = json.member(node, "alg");
  if (alg >= 0) {
    algorithm = algorithmNamed(json.text(alg));
    if (algorithm == null) return Result.fail<Jwk>(JwkFault.NotForSignatures, "alg");
  }
  return Result.of<Jwk>(new Jwk(kid, algorithm, key.value));
}

function forSignatures(json: Json, node: i32): bool {
  const use = json.member(node, "use");
  if (use >= 0 && !json.reads(use, "sig")) return false;
  const operations = json.member(node, "key_ops");
  if (operations < 0 || isEmptyList(json, operations)) return true;
  for (let item = json.isList(operations) ? json.first(operations) : -1; item >= 0; item = json.sibling(operations, item)) {
    if (json.reads(item, "verify")) return true;
  }
  return false;
}

/** Some libraries write empty lists (`key_ops`, `oth`). They count as absent. */
function isEmptyList(json: Json, node: i32): bool { return json.isList(node) && json.first(node) < 0; }

function readKey(json: Json, node: i32): Result<PublicKey> {
  const type = json.text(json.member(node, "kty"));
  if (is(type, "RSA")) {
    const n = bytesOf(json, node, "n"), e = bytesOf(json, node, "e");
    if (n.failed || e.failed) return Result.fail<PublicKey>(JwkFault.BadMember, n.failed ? "n" : "e");
    return upcast<RsaPublicKey>(RsaPublicKey.of(n.value, e.value));
  }
  if (is(type, "EC")) {
    const curve = curveNamed(json.text(json.member(node, "crv")));
    if (curve == Curve.None) return Result.fail<PublicKey>(JwkFault.UnknownType, "crv");
    const x = bytesOf(json, node, "x"), y = bytesOf(json, node, "y");
    if (x.failed || y.failed) return Result.fail<PublicKey>(JwkFault.BadMember, x.failed ? "x" : "y");
    return upcast<EcPublicKey>(EcPublicKey.of(curve, coordinate(x.value, coordinateSize(curve)), coordinate(y.value, coordinateSize(curve))));
  }
  if (is(type, "OKP")) {
    if (!json.reads(json.member(node, "crv"), "Ed25519")) return Result.fail<PublicKey>(JwkFault.UnknownType, "crv");
    const x = bytesOf(json, node, "x");
    if (x.failed) return Result.fail<PublicKey>(JwkFault.BadMember, "x");
    return upcast<Ed25519PublicKey>(Ed25519PublicKey.of(x.value));
  }
  // A secret in a public document is no secret (RFC 8725 §3.4).
  return Result.fail<PublicKey>(is(type, "oct") ? JwkFault.Symmetric : JwkFault.UnknownType, "kty");
}

function upcast<K extends PublicKey>(key: Result<K>): Result<PublicKey> {
  const fault = key.fault;
  if (fault == null) return Result.of<PublicKey>(key.value);
  return Result.fail<PublicKey>(fault.code == KeyFault.RsaRoca ? JwkFault.Roca : JwkFault.BadKey, "");
}

function bytesOf(json: Json, node: i32, name: string): Result<Uint8Array> {
  return decodeAnyBase64(json.text(json.member(node, name)));
}

/** The coordinate in the width of the curve's field (RFC 7518 §6.2.1.2). Some libraries leave leading zeros out, and those with signed numbers add one. */
function coordinate(number: Uint8Array, size: i32): Uint8Array {
  if (number.length == size + 1 && number[0] == 0) return number.subarray(1);
  if (number.length == 0 || number.length >= size) return number;
  const out = new Uint8Array(size);
  out.set(number, size - number.length);
  return out;
}

function curveNamed(name: Uint8Array): Curve {
  if (is(name, "P-256")) return Curve.P256;
  if (is(name, "P-384")) return Curve.P384;
  return is(name, "P-521") ? Curve.P521 : Curve.None;
}
