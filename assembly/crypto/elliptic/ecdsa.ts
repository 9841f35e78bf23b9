/** Owns elliptic-curve public keys and ECDSA verification (FIPS 186-5 §6.4.2) as JOSE uses it (RFC 7518 §3.4). */
import { Result } from "../../result";
import { coordinateSize, CurveParameters, parametersOf } from "./curve";
import { ecdsaRawToDer } from "./ecdsa_der";
import { digest, Hash, hashName } from "../hash/hash";
import { Curve, KeyFault, PublicKey } from "../encoding/key";
import { Num } from "../arithmetic/montgomery";
import { nativeVerifier } from "../arithmetic/native";
import { generatorTable, makeTableOf, tableOf } from "./p256_keys";
import { hasX } from "./p256_point";
import { sum } from "./p256_sum";
import { Multiples, Point } from "./point";
import { ecSpki } from "../encoding/spki";

/** The key's table is dropped with the key. The generator's has its own width (curve.ts). */
const KEY_WIDTH = 6;

/** The hash that belongs to a curve. */
export function hashOf(curve: Curve): Hash {
  return curve == Curve.P256 ? Hash.Sha256 : curve == Curve.P384 ? Hash.Sha384 : Hash.Sha512;
}

@final
export class EcPublicKey extends PublicKey {
  /** Odd multiples of the key, made for the first signature that the filter verifies itself. */
  private multiples: Multiples | null = null;

  private constructor(readonly curve: Curve, private readonly x: Uint8Array, private readonly y: Uint8Array) { super(); }

  /** Makes a key of big-endian coordinates of exactly the curve's width (RFC 7518 §6.2.1.2). Infinity has no coordinates, so it cannot be given. */
  static of(curve: Curve, x: Uint8Array, y: Uint8Array): Result<EcPublicKey> {
    const size = coordinateSize(curve);
    if (size == 0) return refuse(KeyFault.Curve, "crv");
    if (x.length != size) return refuse(KeyFault.EcCoordinateSize, "x");
    if (y.length != size) return refuse(KeyFault.EcCoordinateSize, "y");
    const c = parametersOf(curve), plain = c.field.make();
    c.field.load(plain, x);
    if (!c.field.below(plain)) return refuse(KeyFault.EcCoordinateTooLarge, "x");
    c.field.load(plain, y);
    if (!c.field.below(plain)) return refuse(KeyFault.EcCoordinateTooLarge, "y");
    if (!isOnCurve(c, c.field.read(x), c.field.read(y))) return refuse(KeyFault.EcNotOnCurve, "y");
    return Result.of<EcPublicKey>(new EcPublicKey(curve, x.slice(), y.slice()));
  }

  protected encode(): Uint8Array { return ecSpki(this.curve, this.x, this.y); }

  /**
   * `signature` is r and s, each as wide as a coordinate, and never DER (RFC 7518 §3.4). A good ES256 signature gives its key a table, if there is
   * room. With a table the filter is faster than Envoy, which parses key and signature each time.
   */
  verify(data: Uint8Array, signature: Uint8Array): bool {
    if (!this.isInRange(signature)) return false;
    if (this.curve != Curve.P256) return this.verifyAnew(data, signature);
    const table = tableOf(this.x, this.y);
    if (table != 0 && this.addUp(table, data, signature)) return isSum(signature);
    const good = this.verifyAnew(data, signature);
    if (good && table == 0) makeTableOf(this.x, this.y);
    return good;
  }

  /** Whether the signature has the right width, with r and s from 1 to n - 1. */
  isInRange(signature: Uint8Array): bool {
    const c = parametersOf(this.curve);
    return signature.length == 2 * c.size && isScalar(c, signature.subarray(0, c.size)) && isScalar(c, signature.subarray(c.size));
  }

  /** Verifies without a table, by Envoy's function if there is one. The signature is in range. */
  verifyAnew(data: Uint8Array, signature: Uint8Array): bool {
    const native = nativeVerifier(), hash = hashOf(this.curve);
    if (native != null) return native.verify(hashName(hash), this.spki(), ecdsaRawToDer(signature), data);
    const c = parametersOf(this.curve);
    return this.check(c, signature.subarray(0, c.size), signature.subarray(c.size), digest(hash, data));
  }

  /** §6.4.2 steps 3 to 7. No hash here is longer than its curve's n, so none is truncated. */
  private check(c: CurveParameters, r: Uint8Array, s: Uint8Array, hash: Uint8Array): bool {
    const n = c.order, inverse = n.make(), u = n.make(), v = n.make();
    n.pow(inverse, n.read(s), c.inverseExponent);
    n.mul(u, n.read(hash), inverse);
    n.mul(v, n.read(r), inverse);
    const sum = Point.sum(c.field, n.write(u, c.size), c.generator(), n.write(v, c.size), this.multiplesOf(c));
    if (sum.infinite) return false;

    // x of the point, mod n, must be r. Instead of dividing x by z², r is multiplied by it.
    const f = c.field, zz = f.make(), expected = f.make();
    f.square(zz, sum.z);
    f.mul(expected, f.read(r), zz);
    if (f.same(expected, sum.x)) return true;
    const above = plusOrder(c, r);
    if (above == null) return false;
    f.mul(expected, f.read(above), zz);
    return f.same(expected, sum.x);
  }

  /** The same steps up to the sum, with tables. False if the tables cannot compute it, which only the owner of the key can cause. */
  private addUp(table: usize, data: Uint8Array, signature: Uint8Array): bool {
    const c = parametersOf(Curve.P256);
    return sum(digest(Hash.Sha256, data).dataStart, signature.dataStart, c.orderBytes.dataStart, generatorTable(c), table);
  }

  private multiplesOf(c: CurveParameters): Multiples {
    let made = this.multiples;
    if (made == null) made = this.multiples = new Multiples(c.field, c.field.read(this.x), c.field.read(this.y), KEY_WIDTH);
    return made;
  }
}

function refuse(fault: KeyFault, at: string): Result<EcPublicKey> { return Result.fail<EcPublicKey>(fault, at); }

/** y² = x³ - 3x + b. */
function isOnCurve(c: CurveParameters, x: Num, y: Num): bool {
  const f = c.field, right = f.make(), left = f.make();
  f.square(right, x);
  f.mul(right, right, x);
  for (let i = 0; i < 3; i++) f.sub(right, right, x);
  f.add(right, right, c.b);
  f.square(left, y);
  return f.same(left, right);
}

/** Whether the number is from 1 to n - 1. */
function isScalar(c: CurveParameters, bytes: Uint8Array): bool {
  const n = c.orderBytes;
  let any = 0, i = 0;
  for (let j = 0; j < bytes.length; j++) any |= bytes[j];
  while (i < n.length - 1 && bytes[i] == n[i]) i++;
  return any != 0 && bytes[i] < n[i];
}

/** Whether x of the sum, mod n, is r. */
function isSum(signature: Uint8Array): bool {
  const r = signature.subarray(0, 32);
  if (hasX(r.dataStart)) return true;
  const above = plusOrder(parametersOf(Curve.P256), r);
  return above != null && hasX(above.dataStart);
}

/** r + n, another possible x because p exceeds n; or null if it is not below p. */
function plusOrder(c: CurveParameters, r: Uint8Array): Uint8Array | null {
  const n = c.orderBytes, out = new Uint8Array(c.size), plain = c.field.make();
  let carry: u32 = 0;
  for (let i = c.size - 1; i >= 0; i--) {
    carry += <u32>r[i] + n[i];
    out[i] = <u8>carry;
    carry >>= 8;
  }
  c.field.load(plain, out);
  return carry == 0 && c.field.below(plain) ? out : null;
}
