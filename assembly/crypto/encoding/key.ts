/** Owns the base type of all keys and, for public keys, the DER that Envoy takes. */

export const enum Curve { None, P256, P384, P521 }

/** Why a key is refused, wherever it comes from. */
export const enum KeyFault {
  /** Below 2048 bits (RFC 7518 §3.3). */
  RsaModulusTooSmall = 1,
  /** Above 8192 bits. The limit bounds the work of a verification. */
  RsaModulusTooLarge,
  RsaModulusEven,
  RsaExponentEven,
  /** Made by a library whose private keys can be computed (ROCA). */
  RsaRoca,
  /** Below 3. */
  RsaExponentTooSmall,
  /** Above 2^32 - 1. */
  RsaExponentTooLarge,
  /** More than the one leading zero octet that some libraries write. */
  LeadingZeros,
  /** Not exactly as wide as the curve's field (RFC 7518 §6.2.1.2). */
  EcCoordinateSize,
  /** Not below the field's prime. */
  EcCoordinateTooLarge,
  EcNotOnCurve,
  /** Not 32 bytes (RFC 8037 §2). */
  EdSize,
  /** Not the encoding of a point, or not its one canonical encoding (RFC 8032 §5.1.3). */
  EdNotAPoint,
  /** One of the eight points of small order, under which one signature fits many messages. */
  EdSmallOrder,
  /** No `-----BEGIN …-----`. */
  PemNoBegin,
  /** No `-----END …-----`, or not that of the label it began with. */
  PemNoEnd,
  /** Something other than white space before the key, or after it. */
  PemOtherText,
  /** A label other than PUBLIC KEY, RSA PUBLIC KEY and CERTIFICATE. */
  PemLabel,
  /** A private key of any kind. Only public keys belong here. */
  PemPrivateKey,
  PemBase64,
  /** Longer than any key or certificate of a size accepted here. */
  PemTooLong,
  /** Not strict DER of the structure the label promises. */
  Der,
  /** An algorithm other than rsaEncryption, id-ecPublicKey and id-Ed25519. */
  Algorithm,
  /** The algorithm's parameters are not the required ones (RFC 3279 §2.3.1, RFC 8410 §3). */
  AlgorithmParameters,
  /** A curve other than P-256, P-384 and P-521, or one given by explicit parameters instead of its name. */
  Curve,
  /** A compressed, hybrid or infinite point. */
  PointFormat,
}

export abstract class Key {}

export abstract class PublicKey extends Key {
  private der: Uint8Array | null = null;

  protected abstract encode(): Uint8Array;

  /** DER SubjectPublicKeyInfo (RFC 5280 §4.1), encoded at the first call. */
  spki(): Uint8Array {
    const held = this.der;
    if (held != null) return held;
    const der = this.encode();
    this.der = der;
    return der;
  }
}

/** The bytes of a shared secret (`oct`, RFC 7518 §6.4). */
@final
export class SecretKey extends Key {
  constructor(readonly bytes: Uint8Array) { super(); }
}
