/** Owns points of the NIST curves, and the sum u1·G + u2·Q of an ECDSA verification. */
import { Field } from "./field";
import { Num } from "../arithmetic/montgomery";
import { signedDigits } from "../arithmetic/naf";

/** The odd multiples P, 3P, 5P, … of a point, as x and y. */
@final
export class Multiples {
  readonly x: Num[] = [];
  readonly y: Num[] = [];

  /** Makes 2^(width - 2) multiples, the number that signed digits of that width need. */
  constructor(f: Field, x: Num, y: Num, readonly width: i32) {
    const count = 1 << (width - 2);
    const at = new Point(f), twice = new Point(f), inverse = f.make(), product = f.make();
    at.set(x, y);
    twice.set(x, y);
    twice.double();
    f.invert(inverse, twice.z);
    affine(f, twice.x, twice.y, inverse);

    // One inversion for all: 1 / z[i] is the inverse of the product up to z[i], times the product before it.
    const zs: Num[] = [], before: Num[] = [];
    f.copy(product, f.one);
    for (let i = 0; i < count; i++) {
      if (i > 0) at.add(twice.x, twice.y, false);
      before.push(clone(f, product));
      zs.push(clone(f, at.z));
      this.x.push(clone(f, at.x));
      this.y.push(clone(f, at.y));
      f.mul(product, product, at.z);
    }
    const rest = f.make();
    f.invert(rest, product);
    for (let i = count - 1; i >= 0; i--) {
      f.mul(inverse, rest, before[i]);
      f.mul(rest, rest, zs[i]);
      affine(f, this.x[i], this.y[i], inverse);
    }
  }
}

function clone(f: Field, x: Num): Num {
  const out = f.make();
  f.copy(out, x);
  return out;
}

/** (x / z², y / z³), for `inverse` = 1 / z. */
function affine(f: Field, x: Num, y: Num, inverse: Num): void {
  const squared = f.make();
  f.square(squared, inverse);
  f.mul(x, x, squared);
  f.mul(y, y, squared);
  f.mul(y, y, inverse);
}

/** A point in Jacobian coordinates: (x / z², y / z³), or infinity when z is 0. Operations change it in place. */
@final
export class Point {
  readonly x: Num;
  readonly y: Num;
  readonly z: Num;
  private readonly a: Num;
  private readonly b: Num;
  private readonly c: Num;
  private readonly d: Num;

  /** Infinity. */
  constructor(private readonly f: Field) {
    this.x = f.make(); this.y = f.make(); this.z = f.make();
    this.a = f.make(); this.b = f.make(); this.c = f.make(); this.d = f.make();
  }

  set(x: Num, y: Num): void {
    this.f.copy(this.x, x);
    this.f.copy(this.y, y);
    this.f.copy(this.z, this.f.one);
  }

  get infinite(): bool { return this.f.vanishes(this.z); }

  /** Infinity stays infinity, because z = 0 stays 0. No point has y = 0 on a curve of prime order. */
  double(): void {
    const f = this.f, x = this.x, y = this.y, z = this.z, a = this.a, b = this.b, c = this.c, d = this.d;
    f.square(a, z);
    f.sub(b, x, a);
    f.add(a, x, a);
    f.mul(b, b, a);
    f.add(a, b, b);
    f.add(a, a, b);   // a = 3 (x - z²)(x + z²), the tangent's slope for a curve with -3x
    f.add(b, y, y);
    f.mul(z, z, b);   // z' = 2yz
    f.mul(d, y, b);   // d = 2y²
    f.add(b, d, d);
    f.mul(c, x, b);   // c = 4xy²
    f.mul(d, d, b);   // d = 8y⁴
    f.square(x, a);
    f.sub(x, x, c);
    f.sub(x, x, c);   // x' = a² - 8xy²
    f.sub(c, c, x);
    f.mul(y, a, c);
    f.sub(y, y, d);   // y' = a (4xy² - x') - 8y⁴
  }

  /** Adds (x2, y2), or subtracts it. */
  add(x2: Num, y2: Num, negative: bool): void {
    const f = this.f, x = this.x, y = this.y, z = this.z, a = this.a, b = this.b, c = this.c, d = this.d;
    if (this.infinite) {
      this.set(x2, y2);
      if (negative) f.negate(y);
      return;
    }
    f.square(a, z);
    f.mul(b, a, z);
    f.mul(a, a, x2);
    f.mul(b, b, y2);
    if (negative) f.negate(b);
    f.sub(a, a, x);   // a = x2 z² - x
    f.sub(b, b, y);   // b = y2 z³ - y
    if (f.vanishes(a)) { // the same x: the same point or its negative
      if (f.vanishes(b)) this.double(); else z.fill(0);
      return;
    }
    f.mul(z, z, a);   // z' = za
    f.square(c, a);
    f.mul(d, c, x);   // d = xa²
    f.mul(c, c, a);   // c = a³
    f.square(x, b);
    f.sub(x, x, c);
    f.sub(x, x, d);
    f.sub(x, x, d);   // x' = b² - a³ - 2xa²
    f.mul(c, c, y);
    f.sub(d, d, x);
    f.mul(y, b, d);
    f.sub(y, y, c);   // y' = b (xa² - x') - ya³
  }

  private addDigit(table: Multiples, digit: i32): void {
    if (digit == 0) return;
    const i = abs(digit) >> 1; // the digit is odd and below 2^(width - 1), so the table has its multiple
    this.add(table.x[i], table.y[i], digit < 0);
  }

  /** u·P + v·Q, with the same doublings for both. The scalars are public, so the time may depend on them. */
  static sum(f: Field, u: Uint8Array, p: Multiples, v: Uint8Array, q: Multiples): Point {
    const out = new Point(f), us = signedDigits(u, p.width), vs = signedDigits(v, q.width);
    for (let i = us.length - 1; i >= 0; i--) {
      out.double();
      out.addDigit(p, us[i]);
      out.addDigit(q, vs[i]);
    }
    return out;
  }
}
