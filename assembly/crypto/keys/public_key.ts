/** Owns reading public keys from DER: SubjectPublicKeyInfo, PKCS#1 and X.509 certificates. */
import { Result } from "../../result";
import { coordinateSize } from "../elliptic/curve";
import { DerReader, Tag } from "../encoding/der";
import { EcPublicKey } from "../elliptic/ecdsa";
import { Ed25519PublicKey } from "../edwards/ed25519";
import { Curve, KeyFault, PublicKey } from "../encoding/key";
import { RsaPublicKey } from "../rsa/rsa";
import { algorithmOf, curveOf, KeyAlgorithm } from "../encoding/spki";

/** SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). Nothing may follow it. */
export function readSpki(der: Uint8Array): Result<PublicKey> {
  const outer = new DerReader(der), info = outer.enter(Tag.Sequence);
  if (info == null || !outer.done) return refuse(KeyFault.Der, "SubjectPublicKeyInfo");
  const algorithm = info.enter(Tag.Sequence);
  if (algorithm == null) return refuse(KeyFault.Der, "algorithm");
  const key = info.bits();
  if (key == null || !info.done) return refuse(KeyFault.Der, "subjectPublicKey");
  const name = algorithm.take(Tag.Oid);
  if (name == null) return refuse(KeyFault.Der, "algorithm");

  switch (algorithmOf(name)) {
    case KeyAlgorithm.Rsa: {
      const none = algorithm.take(Tag.Null);
      if (none == null || none.length != 0 || !algorithm.done) return refuse(KeyFault.AlgorithmParameters, "parameters");
      return readPkcs1(key);
    }
    case KeyAlgorithm.Ec: return readEc(algorithm, key);
    case KeyAlgorithm.Ed25519: {
      if (!algorithm.done) return refuse(KeyFault.AlgorithmParameters, "parameters");
      return upcast<Ed25519PublicKey>(Ed25519PublicKey.of(key));
    }
    default: return refuse(KeyFault.Algorithm, "algorithm");
  }
}

/** RSAPublicKey (RFC 8017 §A.1.1). */
export function readPkcs1(der: Uint8Array): Result<PublicKey> {
  const outer = new DerReader(der), pair = outer.enter(Tag.Sequence);
  if (pair == null || !outer.done) return refuse(KeyFault.Der, "RSAPublicKey");
  const n = pair.unsigned();
  if (n == null) return refuse(KeyFault.Der, "modulus");
  const e = pair.unsigned();
  if (e == null || !pair.done) return refuse(KeyFault.Der, "publicExponent");
  return upcast<RsaPublicKey>(RsaPublicKey.of(n, e));
}

/**
 * The public key of an X.509 certificate (RFC 5280 §4.1). Nothing else in it is checked, neither dates nor issuer: whoever configured the certificate
 * has decided to trust its key.
 */
export function readCertificate(der: Uint8Array): Result<PublicKey> {
  const outer = new DerReader(der), certificate = outer.enter(Tag.Sequence);
  if (certificate == null || !outer.done) return refuse(KeyFault.Der, "Certificate");
  const signed = certificate.enter(Tag.Sequence);
  if (signed == null) return refuse(KeyFault.Der, "tbsCertificate");
  if (signed.next(Tag.Context0) && signed.take(Tag.Context0) == null) return refuse(KeyFault.Der, "version");
  if (signed.take(Tag.Integer) == null) return refuse(KeyFault.Der, "serialNumber");
  for (let i = 0; i < BEFORE_KEY.length; i++) {
    if (signed.take(Tag.Sequence) == null) return refuse(KeyFault.Der, BEFORE_KEY[i]);
  }
  const info = signed.whole(Tag.Sequence);
  return info == null ? refuse(KeyFault.Der, "subjectPublicKeyInfo") : readSpki(info);
}

const BEFORE_KEY: StaticArray<string> = ["signature", "issuer", "validity", "subject"];

/** A named curve (RFC 5480 §2.1.1) and an uncompressed point (§2.2). */
function readEc(algorithm: DerReader, key: Uint8Array): Result<PublicKey> {
  const name = algorithm.take(Tag.Oid);
  const curve = name == null || !algorithm.done ? Curve.None : curveOf(name);
  if (curve == Curve.None) return refuse(KeyFault.Curve, "parameters");
  if (key.length == 0 || key[0] != 4) return refuse(KeyFault.PointFormat, "subjectPublicKey");
  const size = coordinateSize(curve);
  if (key.length != 1 + 2 * size) return refuse(KeyFault.EcCoordinateSize, "subjectPublicKey");
  return upcast<EcPublicKey>(EcPublicKey.of(curve, key.subarray(1, 1 + size), key.subarray(1 + size)));
}

function refuse(fault: KeyFault, at: string): Result<PublicKey> { return Result.fail<PublicKey>(fault, at); }

function upcast<K extends PublicKey>(key: Result<K>): Result<PublicKey> {
  const fault = key.fault;
  return fault != null ? Result.from<PublicKey>(fault) : Result.of<PublicKey>(key.value);
}
