/** Owns the writing of SubjectPublicKeyInfo (RFC 5280 §4.1.2.7): the OIDs of the algorithms, and the canonical encoding of each key. */
import { concat } from "../../bytes/bytes";
import { bitString, sequence, Tag, unsignedInteger, value } from "./der";
import { Curve } from "./key";

/** rsaEncryption (RFC 3279 §2.3.1). */
const RSA: StaticArray<u8> = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/** id-ecPublicKey and the curves (RFC 5480 §2.1.1). */
const EC: StaticArray<u8> = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: StaticArray<u8> = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: StaticArray<u8> = [0x2b, 0x81, 0x04, 0x00, 0x22];
const P521: StaticArray<u8> = [0x2b, 0x81, 0x04, 0x00, 0x23];
/** id-Ed25519 (RFC 8410 §3). */
const ED25519: StaticArray<u8> = [0x2b, 0x65, 0x70];

export const enum KeyAlgorithm { Unknown, Rsa, Ec, Ed25519 }

export function algorithmOf(oid: Uint8Array): KeyAlgorithm {
  return isOid(oid, RSA) ? KeyAlgorithm.Rsa : isOid(oid, EC) ? KeyAlgorithm.Ec : isOid(oid, ED25519) ? KeyAlgorithm.Ed25519 : KeyAlgorithm.Unknown;
}

export function curveOf(oid: Uint8Array): Curve {
  return isOid(oid, P256) ? Curve.P256 : isOid(oid, P384) ? Curve.P384 : isOid(oid, P521) ? Curve.P521 : Curve.None;
}

/** The parameters of RSA are NULL, which must be present (RFC 3279 §2.3.1). */
export function rsaSpki(n: Uint8Array, e: Uint8Array): Uint8Array {
  const none = value(Tag.Null, []);
  return info([oid(RSA), none], sequence([unsignedInteger(n), unsignedInteger(e)]));
}

/** The coordinates are as wide as the curve's field. The point is uncompressed (SEC 1 §2.3.3). */
export function ecSpki(curve: Curve, x: Uint8Array, y: Uint8Array): Uint8Array {
  const name = curve == Curve.P256 ? P256 : curve == Curve.P384 ? P384 : P521;
  return info([oid(EC), oid(name)], concat([new Uint8Array(1).fill(4), x, y]));
}

/** An Ed25519 key has no parameters, not even NULL (RFC 8410 §3). */
export function ed25519Spki(x: Uint8Array): Uint8Array { return info([oid(ED25519)], x); }

function info(algorithm: Uint8Array[], key: Uint8Array): Uint8Array { return sequence([sequence(algorithm), bitString(key)]); }

function oid(name: StaticArray<u8>): Uint8Array { return value(Tag.Oid, [bytesOf(name)]); }

function bytesOf(name: StaticArray<u8>): Uint8Array {
  const out = new Uint8Array(name.length);
  for (let i = 0; i < name.length; i++) out[i] = name[i];
  return out;
}

function isOid(oid: Uint8Array, name: StaticArray<u8>): bool {
  if (oid.length != name.length) return false;
  for (let i = 0; i < name.length; i++) if (oid[i] != name[i]) return false;
  return true;
}
