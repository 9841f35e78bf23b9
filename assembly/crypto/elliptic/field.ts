/** Owns the prime fields of the NIST curves, to which the coordinates of points belong. */
import { BITS, limb, limbsFor, MASK, Modulus, Num } from "../arithmetic/montgomery";

/**
 * The prime is just below a power of two (p > 2^k - 2^(k-32), which holds for all three), so the leading limbs show how many p to subtract. All
 * numbers are residues below 2p, and so are sums and differences.
 */
@final
export class Field extends Modulus {
  private readonly difference: Num;
  private readonly zero: Num;
  private readonly inverseExponent: Uint8Array;

  constructor(prime: Uint8Array, bits: i32) {
    super(prime, bits);
    this.difference = new StaticArray<u32>(limbsFor(bits));
    this.zero = new StaticArray<u32>(limbsFor(bits));
    const exponent = prime.slice();
    exponent[prime.length - 1] -= 2; // the last byte of each prime here is above 2
    this.inverseExponent = exponent;
  }

  add(out: Num, x: Num, y: Num): void {
    this.combine(out, x, y, 1, -<i32>((limb(x, this.top) + limb(y, this.top)) >> this.topBits));
  }

  sub(out: Num, x: Num, y: Num): void {
    // Computed as x - y + 2p, which is above zero. A borrow from the limbs below is covered by 2p, whose next limb carries.
    const lead = <i32>limb(x, this.top) - <i32>limb(y, this.top) + 2 * <i32>limb(this.n, this.top);
    this.combine(out, x, y, -1, 2 - (lead >> this.topBits));
  }

  /** `out` = x + sign · y + times · p. */
  @inline
  private combine(out: Num, x: Num, y: Num, sign: i32, times: i32): void {
    // In bounds: numbers have more than `rows` limbs. In range: |times| is at most 3 and a limb below 2^27.
    const px = changetype<usize>(x), py = changetype<usize>(y), pn = changetype<usize>(this.n), po = changetype<usize>(out);
    let carry: i32 = 0;
    for (let i: usize = 0, end = <usize>this.rows << 2; i < end; i += 4) {
      carry += load<i32>(px + i) + sign * load<i32>(py + i) + times * load<i32>(pn + i);
      store<i32>(po + i, carry & MASK);
      carry >>= BITS;
    }
  }

  negate(x: Num): void { this.sub(x, this.zero, x); }

  square(out: Num, x: Num): void { this.mul(out, x, x); }

  /** Whether the residue is that of zero: either 0 or p. */
  vanishes(x: Num): bool {
    const zero = limb(x, 0) == 0; // p is odd
    for (let i = 0; i < this.rows; i++) if (limb(x, i) != (zero ? 0 : limb(this.n, i))) return false;
    return true;
  }

  same(x: Num, y: Num): bool {
    this.sub(this.difference, x, y);
    return this.vanishes(this.difference);
  }

  /** `out` = x^(p - 2), the inverse by Fermat's little theorem (0 for 0). `out` must not be x. */
  invert(out: Num, x: Num): void { this.pow(out, x, this.inverseExponent); }
}
