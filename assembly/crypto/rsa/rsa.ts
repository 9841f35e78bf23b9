/** Owns RSA public keys and the verification of their signatures (RFC 8017): PKCS#1 v1.5 and PSS. */
import { Result } from "../../result";
import { sameBytes } from "../arithmetic/equal";
import { digest, Hash, hashName, hashSize, newHasher } from "../hash/hash";
import { KeyFault, PublicKey } from "../encoding/key";
import { nativeVerifier } from "../arithmetic/native";
import { isRocaModulus } from "./roca";
import { RsaModulus } from "./rsa_modulus";
import { rsaSpki } from "../encoding/spki";

/** RFC 7518 §3.3 requires 2048 bits or more. The upper limit bounds the work: a verification with 8192 bits takes a third of a millisecond. */
const MIN_BITS = 2048;
const MAX_BITS = 8192;

/** DigestInfo up to the digest (RFC 8017 §9.2 note 1), for SHA-256; three bytes depend on the hash. */
const DIGEST_INFO: StaticArray<u8> = [
  0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
];

@final
export class RsaPublicKey extends PublicKey {
  /** Values that depend on n alone, made for the first signature that the filter verifies itself. */
  private modulus: RsaModulus | null = null;

  private constructor(private readonly n: Uint8Array, private readonly e: Uint8Array, private readonly bits: i32) { super(); }

  /**
   * Makes a key of big-endian n and e. RFC 7518 §2 (Base64urlUInt) allows no leading zeros, but §6.3.1.1 warns that some libraries prefix one zero
   * octet. Keys come from trusted documents, so one zero is dropped; more are refused. Envoy always gets the canonical DER encoding.
   */
  static of(n: Uint8Array, e: Uint8Array): Result<RsaPublicKey> {
    n = withoutZero(n);
    e = withoutZero(e);
    if (n.length > 0 && n[0] == 0) return refuse(KeyFault.LeadingZeros, "n");
    if (e.length > 0 && e[0] == 0) return refuse(KeyFault.LeadingZeros, "e");
    const bits = n.length == 0 ? 0 : n.length * 8 - clz(<u32>n[0]) + 24;
    if (bits < MIN_BITS) return refuse(KeyFault.RsaModulusTooSmall, bits.toString());
    if (bits > MAX_BITS) return refuse(KeyFault.RsaModulusTooLarge, bits.toString());
    if (!(n[n.length - 1] & 1)) return refuse(KeyFault.RsaModulusEven, "n");
    if (e.length > 4) return refuse(KeyFault.RsaExponentTooLarge, "e");
    if (e.length == 0 || (e.length == 1 && e[0] < 3)) return refuse(KeyFault.RsaExponentTooSmall, "e");
    if (!(e[e.length - 1] & 1)) return refuse(KeyFault.RsaExponentEven, "e");
    if (isRocaModulus(n)) return refuse(KeyFault.RsaRoca, "n");
    return Result.of<RsaPublicKey>(new RsaPublicKey(n.slice(), e.slice(), bits));
  }

  protected encode(): Uint8Array { return rsaSpki(this.n, this.e); }

  /** RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.2). It builds the only correct encoding and compares, so there is nothing to parse and no leeway. */
  verifyPkcs1(hash: Hash, data: Uint8Array, signature: Uint8Array): bool {
    if (signature.length != this.n.length) return false;
    const native = nativeVerifier(); // Envoy's function is faster: 20 µs, against 33 µs in wasm
    if (native != null) return native.verify(hashName(hash), this.spki(), signature, data);
    const encoded = this.open(signature);
    return encoded != null && sameBytes(encoded, pkcs1Encoding(hash, data, this.n.length));
  }

  /** RSASSA-PSS (RFC 8017 §8.1.2) with the parameters of RFC 7518 §3.5: MGF1 with the same hash, and a salt as long as the hash. */
  verifyPss(hash: Hash, data: Uint8Array, signature: Uint8Array): bool {
    const encoded = this.open(signature);
    return encoded != null && isPssEncoding(hash, data, encoded, this.bits - 1);
  }

  /** signature^e mod n, or null if the signature is not exactly as long as n or not below n (§8.1.2 step 1, §5.2.2 step 1). */
  private open(signature: Uint8Array): Uint8Array | null {
    if (signature.length != this.n.length || !isBelow(signature, this.n)) return null;
    let m = this.modulus;
    if (m == null) m = this.modulus = new RsaModulus(this.n, this.bits);
    let e: u32 = 0;
    for (let i = 0; i < this.e.length; i++) e = e << 8 | this.e[i];
    return m.power(signature, e);
  }
}

/** x < y, for big-endian numbers of the same length. */
function isBelow(x: Uint8Array, y: Uint8Array): bool {
  for (let i = 0; i < x.length; i++) if (x[i] != y[i]) return x[i] < y[i];
  return false;
}

function refuse(fault: KeyFault, at: string): Result<RsaPublicKey> { return Result.fail<RsaPublicKey>(fault, at); }

function withoutZero(x: Uint8Array): Uint8Array { return x.length > 0 && x[0] == 0 ? x.subarray(1) : x; }

/** EMSA-PKCS1-v1_5 (§9.2). A modulus of 2048 bits has room for any hash here. */
function pkcs1Encoding(hash: Hash, data: Uint8Array, size: i32): Uint8Array {
  const out = new Uint8Array(size).fill(0xff), length = hashSize(hash), prefix = size - length - DIGEST_INFO.length;
  out[0] = 0;
  out[1] = 1;
  out[prefix - 1] = 0;
  for (let i = 0; i < DIGEST_INFO.length; i++) out[prefix + i] = DIGEST_INFO[i];
  out[prefix + 1] = <u8>(length + 17);
  out[prefix + 14] = hash == Hash.Sha256 ? 1 : hash == Hash.Sha384 ? 2 : 3; // the last arc of the hash's OID
  out[prefix + 18] = <u8>length;
  out.set(digest(hash, data), size - length);
  return out;
}

/** EMSA-PSS verification (§9.1.2) with sLen = hLen. `message` may have one byte more than `bits` bits need. */
function isPssEncoding(hash: Hash, data: Uint8Array, message: Uint8Array, bits: i32): bool {
  const length = (bits + 7) >> 3, h = hashSize(hash), extra = message.length - length;
  if (extra > 0 && message[0] != 0) return false;
  const em = message.subarray(extra);
  const maskedSize = length - h - 1, spare = length * 8 - bits;
  const db = em.slice(0, maskedSize), stated = em.subarray(maskedSize, maskedSize + h);
  if (em[length - 1] != 0xbc) return false;
  if (<u32>db[0] >> (8 - spare)) return false;
  unmask(hash, stated, db);
  db[0] &= <u8>(<u32>0xff >> spare);

  const salt = maskedSize - h;
  for (let i = 0; i < salt - 1; i++) if (db[i] != 0) return false;
  if (db[salt - 1] != 1) return false;
  const again = newHasher(hash).update(new Uint8Array(8)).update(digest(hash, data)).update(db.subarray(salt)).finish();
  return sameBytes(again, stated);
}

/** db ^= MGF1(seed) (§B.2.1). */
function unmask(hash: Hash, seed: Uint8Array, db: Uint8Array): void {
  const counter = new Uint8Array(4);
  for (let at = 0, count: u32 = 0; at < db.length; count++) {
    counter[2] = <u8>(count >> 8);
    counter[3] = <u8>count;
    const mask = newHasher(hash).update(seed).update(counter).finish();
    for (let i = 0; i < mask.length && at < db.length; i++, at++) db[at] ^= mask[i];
  }
}
