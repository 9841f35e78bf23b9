/** Owns Montgomery arithmetic modulo an odd number, for the NIST curves and for the set-up of RSA keys. */

/**
 * A number below 2^(27 · rows): limbs of 27 bits, least significant first. The product of two limbs has 54 bits. A column of the largest
 * multiplication here (8,192 bits: 304 rows of two products each) therefore fits 64 bits without a carry.
 */
export type Num = StaticArray<u32>;

export const BITS: u32 = 27;
export const MASK: u32 = (1 << BITS) - 1;

/** In bounds: a number has as many limbs as its modulus. */
@inline export function limb(x: Num, i: i32): u32 { return load<u32>(changetype<usize>(x) + (<usize>i << 2)); }
@inline function setLimb(x: Num, i: i32, value: u32): void { store<u32>(changetype<usize>(x) + (<usize>i << 2), value); }

function rowsFor(bits: i32): i32 { return ((bits + 2 + BITS - 1) / BITS + 1) & ~1; }

/** The limbs that store a number modulo an n of `bits` bits. */
export function limbsFor(bits: i32): i32 { return (rowsFor(bits) + 4) & ~3; }

/**
 * Works on Montgomery residues: x is stored as x · 2^(27 · rows) mod n. 2^(27 · rows) is at least 4n, so the product of two numbers below 2n is below
 * 2n again, without a final subtraction. `out` may be an operand, unless a method says otherwise. Nothing is constant-time, because only public
 * numbers pass through here.
 */
export class Modulus {
  /** Limbs that take part in a product. Even, because the kernel processes two rows at a time. */
  readonly rows: i32;
  /** Limbs stored: more than `rows`, and a multiple of four, because a vector holds four. The limbs past `rows` are zero. */
  protected readonly size: i32;
  protected readonly n: Num;
  /** -1/n mod 2^27. */
  private inverse: u32;
  /** The columns of the current product. */
  private readonly columns: StaticArray<u64>;
  /** The residue of one. */
  readonly one: Num;
  /** The residue of 2^(27 · rows): multiplying by it makes a residue. */
  private readonly shift: Num;
  private readonly unit: Num;
  /** The limb that holds the leading bit of n, and how many bits of n it holds. */
  protected readonly top: i32;
  protected readonly topBits: u32;

  /** `bytes` is n, big-endian. The caller ensures that n is odd and has exactly `bits` bits, with 3 < bits <= 8192. */
  constructor(bytes: Uint8Array, readonly bits: i32) {
    const rows = rowsFor(bits), size = limbsFor(bits);
    this.rows = rows;
    this.size = size;
    this.n = new StaticArray<u32>(size);
    this.columns = new StaticArray<u64>(rows + size);
    this.one = new StaticArray<u32>(size);
    this.shift = new StaticArray<u32>(size);
    this.unit = new StaticArray<u32>(size);
    this.top = (bits - 1) / BITS;
    this.topBits = (bits - 1) % BITS + 1;
    this.inverse = 0;
    this.unit[0] = 1;
    this.load(this.n, bytes);
    let inverse: u32 = 1; // Newton's method: each step doubles the number of correct bits
    for (let i = 0; i < 5; i++) inverse *= 2 - this.n[0] * inverse;
    this.inverse = (0 - inverse) & MASK;
    this.prepare();
  }

  /** Computes the residues of 1 and of 2^(27 · rows): first by doublings, then by squarings of a residue. */
  private prepare(): void {
    const x = this.shift, whole = <i32>BITS * this.rows;
    x[this.top] = 1 << (this.topBits - 1); // below n, because n has the same leading bit and is odd
    for (let bit = this.bits - 1; bit < whole; bit++) this.sum(x, x, x);
    this.copy(this.one, x);
    let leading = 31 - clz(whole); // x is the residue of 2^e, where e is the number formed by the leading bits of `whole`
    this.sum(x, x, x);
    while (leading-- > 0) {
      this.mul(x, x, x);
      this.settle(x);
      if ((whole >> leading) & 1) this.sum(x, x, x);
    }
  }

  make(): Num { return new StaticArray<u32>(this.size); }

  copy(out: Num, x: Num): void { memory.copy(changetype<usize>(out), changetype<usize>(x), <usize>this.size << 2); }

  /** Sets `out` to the plain number (not a residue) in big-endian `bytes`. Bits past 27 · rows are dropped, so callers must limit the length. */
  load(out: Num, bytes: Uint8Array): void {
    out.fill(0);
    let bit: u32 = 0;
    for (let i = bytes.length - 1; i >= 0; i--, bit += 8) {
      const at = bit / BITS, shift = bit % BITS, v = <u32>bytes[i];
      if (at >= <u32>this.rows) return;
      out[at] |= (v << shift) & MASK;
      if (shift > BITS - 8 && at + 1 < <u32>this.rows) out[at + 1] |= v >> (BITS - shift);
    }
  }

  /** The residue of the number in big-endian `bytes`. */
  read(bytes: Uint8Array): Num {
    const out = this.make();
    this.load(out, bytes);
    this.mul(out, out, this.shift);
    return out;
  }

  /** The number that a residue stands for, below n, in `length` big-endian bytes. */
  write(x: Num, length: i32): Uint8Array {
    const plain = this.make(), out = new Uint8Array(length);
    this.mul(plain, x, this.unit);
    this.settle(plain);
    let bit: u32 = 0;
    for (let i = length - 1; i >= 0; i--, bit += 8) {
      const at = bit / BITS, shift = bit % BITS;
      if (at >= <u32>this.rows) break;
      let v = plain[at] >> shift;
      if (shift > BITS - 8) v |= plain[at + 1] << (BITS - shift);
      out[i] = <u8>v;
    }
    return out;
  }

  /** Whether the plain number `x` is below n. */
  below(x: Num): bool {
    for (let i = this.size - 1; i >= 0; i--) if (limb(x, i) != limb(this.n, i)) return limb(x, i) < limb(this.n, i);
    return false;
  }

  isZero(x: Num): bool {
    for (let i = 0; i < this.size; i++) if (x[i] != 0) return false;
    return true;
  }

  /** Reduces a number below 2n, such as a product, to below n. */
  settle(x: Num): void {
    if (this.below(x)) return;
    let carry: i32 = 0;
    for (let i = 0; i < this.rows; i++) {
      const t = <i32>limb(x, i) - <i32>limb(this.n, i) + carry;
      setLimb(x, i, t & MASK);
      carry = t >> BITS;
    }
  }

  /** `out` = x + y mod n. x, y and the result are below n. */
  sum(out: Num, x: Num, y: Num): void {
    let carry: u32 = 0;
    for (let i = 0; i < this.rows; i++) {
      const t = limb(x, i) + limb(y, i) + carry;
      setLimb(out, i, t & MASK);
      carry = t >> BITS;
    }
    this.settle(out);
  }

  /** `out` = a · b / 2^(27 · rows) mod n, below 2n. If b is below n, a may be any number of `rows` limbs. */
  mul(out: Num, a: Num, b: Num): void {
    // In bounds: numbers have `size` limbs, and a vector of four starts at limb `size - 4` at most. `columns` has rows + size entries; `p` is at most
    // `rows - 2` entries past its start, and the last four entries accessed from there start at `size - 4`.
    const rows = <usize>this.rows, size = <usize>this.size, inverse = this.inverse;
    const pa = changetype<usize>(a), pb = changetype<usize>(b), pn = changetype<usize>(this.n);
    const b0: u64 = load<u32>(pb), b1: u64 = load<u32>(pb, 4), n0: u64 = load<u32>(pn), n1: u64 = load<u32>(pn, 4);
    let p = changetype<usize>(this.columns), carry: u64 = 0;
    memory.fill(p, 0, (rows + size) << 3);
    for (let i: usize = 0; i < rows; i += 2, p += 16) {
      // The lowest two columns determine the multiples of n (m0, m1) that make these columns zero.
      const a0: u64 = load<u32>(pa + (i << 2)), a1: u64 = load<u32>(pa + (i << 2), 4);
      let t = load<u64>(p) + carry + a0 * b0;
      const m0: u64 = (<u32>t * inverse) & MASK;
      t = (t + m0 * n0) >> BITS;
      t += load<u64>(p, 8) + a0 * b1 + a1 * b0 + m0 * n1;
      const m1: u64 = (<u32>t * inverse) & MASK;
      carry = (t + m1 * n0) >> BITS;

      const va0 = i32x4.splat(<i32>a0), va1 = i32x4.splat(<i32>a1), vm0 = i32x4.splat(<i32>m0), vm1 = i32x4.splat(<i32>m1);
      let lastB = i32x4.splat(0), lastN = lastB;
      for (let j: usize = 0; j < size; j += 4) {
        const vb = v128.load(pb + (j << 2)), vn = v128.load(pn + (j << 2)), q = p + (j << 3);
        const sb = v128.shuffle<i32>(lastB, vb, 3, 4, 5, 6), sn = v128.shuffle<i32>(lastN, vn, 3, 4, 5, 6);
        v128.store(q, i64x2.add(
          i64x2.add(i64x2.add(v128.load(q), i64x2.extmul_low_i32x4_u(va0, vb)), i64x2.extmul_low_i32x4_u(va1, sb)),
          i64x2.add(i64x2.extmul_low_i32x4_u(vm0, vn), i64x2.extmul_low_i32x4_u(vm1, sn))));
        v128.store(q, i64x2.add(
          i64x2.add(i64x2.add(v128.load(q, 16), i64x2.extmul_high_i32x4_u(va0, vb)), i64x2.extmul_high_i32x4_u(va1, sb)),
          i64x2.add(i64x2.extmul_high_i32x4_u(vm0, vn), i64x2.extmul_high_i32x4_u(vm1, sn))), 16);
        lastB = vb; lastN = vn;
      }
    }
    const po = changetype<usize>(out);
    for (let i: usize = 0; i < rows; i++) {
      carry += load<u64>(p + (i << 3));
      store<u32>(po + (i << 2), <u32>carry & MASK);
      carry >>= BITS;
    }
  }

  /** `out` = base ^ exponent for a public big-endian exponent, from left to right. `out` must not be `base`. */
  pow(out: Num, base: Num, exponent: Uint8Array): void {
    let started = false;
    this.copy(out, this.one);
    for (let i = 0; i < exponent.length * 8; i++) {
      if (started) this.mul(out, out, out);
      if ((exponent[i >> 3] >> <u8>(7 - (i & 7))) & 1) {
        if (started) this.mul(out, out, base); else this.copy(out, base);
        started = true;
      }
    }
  }
}
