/** Owns reading the client's private key from PEM (RFC 7468), and its conversion to PKCS#8. */
import { EMPTY, endsWith, is } from "../../bytes/bytes";
import { Result } from "../../result";
import { coordinateSize } from "../elliptic/curve";
import { DerReader, sequence, Tag, unsignedInteger, value } from "../encoding/der";
import { Curve } from "../encoding/key";
import { find, readPemBlock } from "./pem";
import { RsaPublicKey } from "../rsa/rsa";
import { algorithmOf, curveOf, ecSpki, KeyAlgorithm } from "../encoding/spki";

export const enum PrivateKeyFault {
  /** No single, well-formed PEM block. */
  Pem = 1,
  /** A label other than PRIVATE KEY, RSA PRIVATE KEY and EC PRIVATE KEY. */
  Label,
  /** Protected by a passphrase. */
  Encrypted,
  /** A public key or a certificate. */
  Public,
  /** Not strict DER of the structure the label promises. */
  Der,
  /** An algorithm that is neither rsaEncryption nor id-ecPublicKey. */
  Algorithm,
  /** A curve other than P-256, P-384 and P-521, or two that differ. */
  Curve,
  /** An RSA key whose public key would be refused too (rsa.ts), most often for its size. */
  Rsa,
}

/** A key for signing. Only `readPrivateKeyPem` makes one. */
@final
export class PrivateKey {
  constructor(
    /** DER PrivateKeyInfo of version 0 without attributes (RFC 5208 §5), the form that Envoy takes. */
    readonly pkcs8: Uint8Array,
    readonly rsa: bool,
    /** `None` for RSA. */
    readonly curve: Curve,
  ) {}
}

const OCTET_STRING = <Tag>0x04;
/** [0] and [1] of PrivateKeyInfo: attributes, and a public key (RFC 5958 §2). */
const ATTRIBUTES = <Tag>0xa0, PUBLIC_KEY = <Tag>0x81;
/** [0] and [1] of ECPrivateKey: the curve, and a public key (RFC 5915 §3). */
const EC_CURVE = <Tag>0xa0, EC_PUBLIC_KEY = <Tag>0xa1;

/** Reads PKCS#8 (PRIVATE KEY), PKCS#1 (RSA PRIVATE KEY) or SEC 1 (EC PRIVATE KEY). White space is accepted as in a public key's PEM. */
export function readPrivateKeyPem(pasted: Uint8Array): Result<PrivateKey> {
  const read = readPemBlock(pasted), fault = read.fault;
  // The older encryption format has headers where base64 is expected (RFC 1421 §4.6.1.1).
  if (fault != null) return refuse(find(pasted, "4,ENCRYPTED") >= 0 ? PrivateKeyFault.Encrypted : PrivateKeyFault.Pem, fault.at);
  const label = read.value.label, der = read.value.der;
  if (is(label, "PRIVATE KEY")) return readPkcs8(der);
  if (is(label, "RSA PRIVATE KEY")) return readRsa(der);
  if (is(label, "EC PRIVATE KEY")) return readEc(der, Curve.None);
  if (is(label, "ENCRYPTED PRIVATE KEY")) return refuse(PrivateKeyFault.Encrypted, "label");
  return refuse(endsWith(label, "PUBLIC KEY") || endsWith(label, "CERTIFICATE") ? PrivateKeyFault.Public : PrivateKeyFault.Label, "label");
}

/** The message for whoever configured the key. It never contains any part of the key. */
export function privateKeyFaultText(fault: i32): string {
  switch (fault) {
    case PrivateKeyFault.Pem: return 'expected a PEM private key that starts with "-----BEGIN PRIVATE KEY-----"';
    case PrivateKeyFault.Label: return "expected PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY as the PEM label (openssl pkcs8 -topk8 -nocrypt writes the first)";
    case PrivateKeyFault.Encrypted: return "the private key is protected by a passphrase (openssl pkcs8 -topk8 -nocrypt removes it)";
    case PrivateKeyFault.Public: return "this is a public key or a certificate: the private key is needed";
    case PrivateKeyFault.Algorithm: return "the private key is neither an RSA nor an EC key";
    case PrivateKeyFault.Curve: return "the curve is none of P-256, P-384 and P-521";
    case PrivateKeyFault.Rsa: return "the RSA key has less than 2048 bits, more than 8192, or an unusable exponent";
    default: return "the private key is not well-formed";
  }
}

/** PrivateKeyInfo (RFC 5208 §5) or OneAsymmetricKey (RFC 5958 §2). Attributes and the public key are ignored. */
function readPkcs8(der: Uint8Array): Result<PrivateKey> {
  const outer = new DerReader(der), info = outer.enter(Tag.Sequence);
  if (info == null || !outer.done) return refuse(PrivateKeyFault.Der, "PrivateKeyInfo");
  const version = info.unsigned();
  if (version == null || version.length > 1 || version.length == 1 && version[0] != 1) return refuse(PrivateKeyFault.Der, "version");
  const algorithm = info.enter(Tag.Sequence);
  if (algorithm == null) return refuse(PrivateKeyFault.Der, "privateKeyAlgorithm");
  const key = info.take(OCTET_STRING);
  if (key == null) return refuse(PrivateKeyFault.Der, "privateKey");
  if (info.next(ATTRIBUTES) && info.take(ATTRIBUTES) == null) return refuse(PrivateKeyFault.Der, "attributes");
  if (info.next(PUBLIC_KEY) && info.take(PUBLIC_KEY) == null) return refuse(PrivateKeyFault.Der, "publicKey");
  if (!info.done) return refuse(PrivateKeyFault.Der, "PrivateKeyInfo");

  const name = algorithm.take(Tag.Oid);
  if (name == null) return refuse(PrivateKeyFault.Der, "privateKeyAlgorithm");
  const kind = algorithmOf(name);
  if (kind == KeyAlgorithm.Rsa) {
    const none = algorithm.take(Tag.Null);
    return none != null && none.length == 0 && algorithm.done ? readRsa(key) : refuse(PrivateKeyFault.Der, "parameters");
  }
  if (kind != KeyAlgorithm.Ec) return refuse(PrivateKeyFault.Algorithm, "privateKeyAlgorithm");
  const curve = namedCurve(algorithm);
  return curve == Curve.None ? refuse(PrivateKeyFault.Curve, "parameters") : readEc(key, curve);
}

/** RSAPrivateKey (RFC 8017 §A.1.2) with two primes. */
function readRsa(der: Uint8Array): Result<PrivateKey> {
  const outer = new DerReader(der), key = outer.enter(Tag.Sequence);
  if (key == null || !outer.done) return refuse(PrivateKeyFault.Der, "RSAPrivateKey");
  const version = key.unsigned();
  if (version == null || version.length != 0) return refuse(PrivateKeyFault.Der, "version");
  const n = key.unsigned();
  if (n == null) return refuse(PrivateKeyFault.Der, "modulus");
  const e = key.unsigned();
  if (e == null) return refuse(PrivateKeyFault.Der, "publicExponent");
  for (let i = 0; i < RSA_SECRETS.length; i++) {
    const secret = key.unsigned();
    if (secret == null || secret.length == 0) return refuse(PrivateKeyFault.Der, RSA_SECRETS[i]);
  }
  if (!key.done) return refuse(PrivateKeyFault.Der, "RSAPrivateKey");
  const half = RsaPublicKey.of(n, e);
  return half.failed ? refuse(PrivateKeyFault.Rsa, "modulus") : Result.of<PrivateKey>(new PrivateKey(pkcs8(half.value.spki(), der), true, Curve.None));
}

const RSA_SECRETS: StaticArray<string> = ["privateExponent", "prime1", "prime2", "exponent1", "exponent2", "coefficient"];

/** ECPrivateKey (RFC 5915 §3). `outside` is the curve that PKCS#8 names. If it is `None`, the key must name its curve. */
function readEc(der: Uint8Array, outside: Curve): Result<PrivateKey> {
  const outer = new DerReader(der), key = outer.enter(Tag.Sequence);
  if (key == null || !outer.done) return refuse(PrivateKeyFault.Der, "ECPrivateKey");
  const version = key.unsigned();
  if (version == null || version.length != 1 || version[0] != 1) return refuse(PrivateKeyFault.Der, "version");
  const secret = key.take(OCTET_STRING);
  if (secret == null) return refuse(PrivateKeyFault.Der, "privateKey");
  let curve = outside;
  if (key.next(EC_CURVE)) {
    const parameters = key.enter(EC_CURVE);
    if (parameters == null) return refuse(PrivateKeyFault.Der, "parameters");
    curve = namedCurve(parameters);
    if (outside != Curve.None && curve != outside) return refuse(PrivateKeyFault.Curve, "parameters");
  }
  if (curve == Curve.None) return refuse(PrivateKeyFault.Curve, "parameters");
  if (key.next(EC_PUBLIC_KEY) && key.take(EC_PUBLIC_KEY) == null) return refuse(PrivateKeyFault.Der, "publicKey");
  if (!key.done) return refuse(PrivateKeyFault.Der, "ECPrivateKey");
  const width = coordinateSize(curve);
  if (secret.length != width) return refuse(PrivateKeyFault.Der, "privateKey");
  // Any point will do: only the algorithm before it is used.
  const spki = ecSpki(curve, new Uint8Array(width), new Uint8Array(width));
  const inner = sequence([value(Tag.Integer, [new Uint8Array(1).fill(1)]), value(OCTET_STRING, [secret])]);
  return Result.of<PrivateKey>(new PrivateKey(pkcs8(spki, inner), false, curve));
}

/** The curve that `parameters` name, or `None`. Nothing may follow the name. */
function namedCurve(parameters: DerReader): Curve {
  const name = parameters.take(Tag.Oid);
  return name == null || !parameters.done ? Curve.None : curveOf(name);
}

/** PrivateKeyInfo with the AlgorithmIdentifier of `spki`, which public and private keys share. */
function pkcs8(spki: Uint8Array, key: Uint8Array): Uint8Array {
  const info = new DerReader(spki).enter(Tag.Sequence);
  let algorithm: Uint8Array | null = null;
  if (info != null) algorithm = info.whole(Tag.Sequence);
  return sequence([unsignedInteger(EMPTY), algorithm != null ? algorithm : EMPTY, value(OCTET_STRING, [key])]);
}

function refuse(fault: PrivateKeyFault, at: string): Result<PrivateKey> { return Result.fail<PrivateKey>(fault, at); }
