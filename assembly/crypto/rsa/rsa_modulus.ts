/** Owns powers modulo an RSA key's n: Montgomery multiplication with digits so small that one instruction computes eight products. */
import { Modulus } from "../arithmetic/montgomery";

/**
 * Bits of a digit. Digits are signed, from -4096 to 4096 and up to 360 beyond: a carry moves by one digit only, so that all carries are computed at
 * once. Two digits fit 32 bits, and `i32x4.dot_i16x8_s` adds two products in each of four columns.
 */
const BITS = 13;
const MASK = (1 << BITS) - 1;

/** This many products of two digits fit a signed 32-bit sum that already holds up to 2^13: 104 · 4456² + 2^13 < 2^31. */
const ROWS = 104;
/** The same for a square, in which one of the two digits is doubled. */
const SQUARE_ROWS = 48;

/** Columns that are summed at once: four vectors of four. */
const TILE = 16;

/**
 * The address of a number, which is the sum of digit i · 2^(13 · i). Its digits serve when it is the first factor, and the pairs behind them when it
 * is the second. See `RsaModulus`.
 */
type Factor = usize;

/**
 * The address of sums of products, one column for each power of 2^13. First come the lower halves of all columns, below 2^13; then the upper halves,
 * in units of 2^13, which belong to the next column. With 8,192 bits a column has 632 products, so an upper half stays below 2^21.
 */
type Columns = usize;

/** What `sum` does: replace the columns, add to them, or replace them by those of a square. */
const enum Sum { New, More, Square }

/**
 * Numbers are residues between -n and n: x is stored as x · R mod n, with R = 2^(13 · size). R is at least 16n, so a product of two residues is
 * between -0.6n and 0.6n. Nothing is constant-time, because only public numbers pass through here.
 */
@final
export class RsaModulus {
  /** Digits of a number: a multiple of eight, as the kernel requires. */
  private readonly size: i32;
  /**
   * The offset of a number's pairs. A number is `size` digits of 16 bits, sixteen zeros, the pairs, and sixteen zeros. Pair i is digit i with digit i
   * - 1 above it, so that a vector holds what two rows (i and i + 1 of the first factor) add to four adjacent columns.
   */
  private readonly pairs: usize;
  /** The offset of the upper halves of columns, which have a zero before them. There are sixteen more columns than a product has digits. */
  private readonly high: usize;
  /** Holds all numbers and columns. */
  private readonly memory: StaticArray<u8>;

  private readonly n: Factor;
  /** -1/n mod R. */
  private readonly inverse: Factor;
  /** The residue of R: multiplying by it makes a residue. */
  private readonly shift: Factor;
  // Intermediate values of a multiplication, and of a power.
  private readonly product: Columns;
  private readonly multiple: Columns;
  private readonly low: Factor;
  private readonly plain: Factor;
  private readonly residue: Factor;
  private readonly out: Factor;

  /** `bytes` is n, big-endian. The caller ensures that n is odd and has exactly `bits` bits, with 2048 <= bits <= 8192. */
  constructor(bytes: Uint8Array, bits: i32) {
    const size = (bits + 4 + 8 * BITS - 1) / (8 * BITS) * 8;
    const factor = 6 * size + 8 * TILE, half = 4 * (2 * size + TILE + 4), columns = 2 * half;
    this.memory = new StaticArray<u8>(7 * factor + 2 * columns);
    this.size = size;
    this.pairs = 2 * size + 4 * TILE;
    this.high = half;
    const at = changetype<usize>(this.memory);
    this.n = at;
    this.inverse = at + factor;
    this.shift = at + 2 * factor;
    this.low = at + 3 * factor;
    this.plain = at + 4 * factor;
    this.residue = at + 5 * factor;
    this.out = at + 6 * factor;
    this.product = at + 7 * factor;
    this.multiple = this.product + columns;
    this.read(this.n, bytes);
    this.invert(bytes[bytes.length - 1]);
    this.read(this.shift, powerOfTwo(bytes, bits, 2 * BITS * size));
  }

  /** base^e mod n, big-endian and as long as `base`, which must be below n. e is odd and above 1. */
  power(base: Uint8Array, e: u32): Uint8Array {
    const plain = this.plain, residue = this.residue, out = this.out;
    this.read(plain, base);
    this.multiply(residue, plain, this.shift, Sum.New);
    memory.copy(out, residue, this.plain - this.low);
    for (let bit = 30 - clz(e); bit >= 0; bit--) {
      this.multiply(out, out, out, Sum.Square);
      // The last factor is a plain number and not a residue, and so is the last product.
      if ((e >> bit) & 1) this.multiply(out, out, bit == 0 ? plain : residue, Sum.New);
    }
    return this.write(out, base.length);
  }

  /** Newton's method: eight bits are correct at first, and each step doubles them. */
  private invert(lowest: u32): void {
    let x: u32 = 1;
    for (let i = 0; i < 3; i++) x *= 2 - lowest * x;
    const inverse = this.inverse, columns = this.multiple, low = this.low, size = this.size;
    store<i32>(columns, (0 - x) & 0xff);
    this.settle(columns, inverse, true);
    for (let right = 8; right < size * BITS; right *= 2) {
      this.sum(columns, this.n, inverse, 0, size, Sum.New);
      store<i32>(columns, load<i32>(columns) + 2);
      this.settle(columns, low, false);
      this.sum(columns, low, inverse, 0, size, Sum.New);
      this.settle(columns, inverse, true);
    }
  }

  /** Sets `out` to the plain number (not a residue) in big-endian `bytes`, which must be below R. */
  private read(out: Factor, bytes: Uint8Array): void {
    const columns = this.product;
    memory.fill(columns, 0, 2 * this.high);
    let held: u32 = 0, bits = 0, at = columns;
    for (let i = bytes.length - 1; i >= 0; i--) {
      held |= <u32>bytes[i] << bits;
      bits += 8;
      if (bits < BITS) continue;
      store<i32>(at, held & MASK);
      at += 4; held >>= BITS; bits -= BITS;
    }
    store<i32>(at, held);
    this.settle(columns, out, true);
  }

  /** The value modulo n of a number between -n and n, in `length` big-endian bytes. */
  private write(x: Factor, length: i32): Uint8Array {
    const out = new Uint8Array(length);
    let top = x + (<usize>this.size << 1) - 2;
    while (top > x && !load<i16>(top)) top -= 2;
    const negative = load<i16>(top) < 0; // the topmost digit that is not 0 has the sign of the number
    let held = 0, bits = 0, n = this.n;
    for (let i = length - 1; i >= 0; i--) {
      if (bits < 8) {
        held += (<i32>load<i16>(x) + (negative ? <i32>load<i16>(n) : 0)) << bits; // a negative sum borrows from the digits above
        x += 2; n += 2; bits += BITS;
      }
      out[i] = <u8>held;
      held >>= 8;
      bits -= 8;
    }
    return out;
  }

  /**
   * `out` = a · b / R mod n, between -0.6n and 0.6n. `out` may be a factor. It adds the multiple of n that makes the product divisible by R
   * (Montgomery, 1985). `how` is `Square` for a factor that is given twice.
   */
  private multiply(out: Factor, a: Factor, b: Factor, how: Sum): void {
    const size = this.size, product = this.product, multiple = this.multiple, low = this.low;
    this.sum(product, a, b, 0, 2 * size, how);
    this.settle(product, low, false);
    this.sum(multiple, low, this.inverse, 0, size, Sum.New);
    this.settle(multiple, low, false);
    this.sum(product, low, this.n, size - 8, 2 * size, Sum.More);
    // The columns below R add up to a multiple of R. The two highest determine it, because the others come to less than R / 20.
    const next = product + (<usize>size << 2), high = next + this.high;
    const top = load<i32>(next - 4) + load<i32>(high - 8), second = load<i32>(next - 8) + load<i32>(high - 12);
    store<i32>(next, load<i32>(next) + <i32>(((<i64>top << BITS) + second + (1 << (2 * BITS - 1))) >> (2 * BITS)));
    this.settle(next, out, true);
  }

  /**
   * Computes the columns of a · b from `k` (a multiple of eight) to `to` at least. A square overwrites its factors.
   * In bounds: i stays below `size`, and k - i is above -16 and, where a vector ends, at most size + 15.
   */
  private sum(columns: Columns, a: Factor, b: Factor, k: i32, to: i32, how: Sum): void {
    const size = this.size, rows = how == Sum.Square ? SQUARE_ROWS : ROWS;
    b += this.pairs;
    for (; k < to; k += TILE) {
      let i = max(0, k - size), last = k;
      if (how == Sum.Square) {
        last = k >> 1;
        if (k > 0) fold(a + <usize>k, b + (<usize>k << 1));
      }
      last = min(size, last + TILE);
      const low = columns + (<usize>k << 2), high = low + this.high;
      let c0 = i32x4.splat(0), c1 = c0, c2 = c0, c3 = c0;
      if (how == Sum.More) {
        c0 = v128.load(low); c1 = v128.load(low, 16); c2 = v128.load(low, 32); c3 = v128.load(low, 48);
      } else {
        v128.store(high, c0); v128.store(high, c0, 16); v128.store(high, c0, 32); v128.store(high, c0, 48);
      }
      while (i < last) {
        let x = a + (<usize>i << 1), y = b + (<usize>(k - i - 4) << 2);
        i = min(last, i + rows);
        const end = a + (<usize>i << 1);
        while (x < end) {
          // Rows 0 and 4 share vectors, and so do rows 2 and 6. The break is never taken. It keeps V8 from loading all vectors first, which would
          // need too many registers.
          let x0 = v128.load32_splat(x), x1 = v128.load32_splat(x, 8);
          let y0 = v128.load(y), y1 = v128.load(y, 16), y2 = v128.load(y, 32), y3 = v128.load(y, 48), y4 = v128.load(y, 64);
          c0 = i32x4.add(i32x4.add(c0, i32x4.dot_i16x8_s(x0, y1)), i32x4.dot_i16x8_s(x1, y0));
          c1 = i32x4.add(i32x4.add(c1, i32x4.dot_i16x8_s(x0, y2)), i32x4.dot_i16x8_s(x1, y1));
          c2 = i32x4.add(i32x4.add(c2, i32x4.dot_i16x8_s(x0, y3)), i32x4.dot_i16x8_s(x1, y2));
          c3 = i32x4.add(i32x4.add(c3, i32x4.dot_i16x8_s(x0, y4)), i32x4.dot_i16x8_s(x1, y3));
          x += 4; y -= 8;
          if (x >= end) break;
          x0 = v128.load32_splat(x); x1 = v128.load32_splat(x, 8);
          y0 = v128.load(y); y1 = v128.load(y, 16); y2 = v128.load(y, 32); y3 = v128.load(y, 48); y4 = v128.load(y, 64);
          c0 = i32x4.add(i32x4.add(c0, i32x4.dot_i16x8_s(x0, y1)), i32x4.dot_i16x8_s(x1, y0));
          c1 = i32x4.add(i32x4.add(c1, i32x4.dot_i16x8_s(x0, y2)), i32x4.dot_i16x8_s(x1, y1));
          c2 = i32x4.add(i32x4.add(c2, i32x4.dot_i16x8_s(x0, y3)), i32x4.dot_i16x8_s(x1, y2));
          c3 = i32x4.add(i32x4.add(c3, i32x4.dot_i16x8_s(x0, y4)), i32x4.dot_i16x8_s(x1, y3));
          x += 12; y -= 24;
        }
        c0 = carry(high, c0); c1 = carry(high + 16, c1); c2 = carry(high + 32, c2); c3 = carry(high + 48, c3);
      }
      v128.store(low, c0); v128.store(low, c1, 16); v128.store(low, c2, 32); v128.store(low, c3, 48);
    }
  }

  /**
   * Turns `size` columns into a number. Each column keeps the remainder that is nearest to zero, and carries the multiples of 2^13. The carry of the
   * last column is dropped. `second` also stores the pairs, which only a second factor needs.
   */
  private settle(low: Columns, out: Factor, second: bool): void {
    const half = i32x4.splat(1 << (BITS - 1)), word = i32x4.splat(0xffff);
    let carries = i32x4.splat(0), before = carries, high = low + this.high - 4, pairs = out + this.pairs;
    for (const end = out + (<usize>this.size << 1); out < end; out += 8, low += 16, high += 16, pairs += 16) {
      const sum = i32x4.add(v128.load(low), v128.load(high)), rest = i32x4.shr_s(i32x4.add(sum, half), BITS);
      const digit = i32x4.add(i32x4.sub(sum, i32x4.shl(rest, BITS)), v128.shuffle<i32>(carries, rest, 3, 4, 5, 6));
      v128.store64_lane(out, i16x8.narrow_i32x4_s(digit, digit), 0);
      carries = rest;
      if (!second) continue;
      v128.store(pairs, v128.or(v128.and(digit, word), i32x4.shl(v128.shuffle<i32>(before, digit, 3, 4, 5, 6), 16)));
      before = digit;
    }
    if (second) store<i32>(pairs, i32x4.extract_lane(before, 3) << 16);
  }
}

/** Adds the bits above the lowest 13 of each sum to the upper halves at `high`. Returns the lowest 13. */
@inline function carry(high: usize, sums: v128): v128 {
  v128.store(high, i32x4.add(v128.load(high), i32x4.shr_s(sums, BITS)));
  return v128.and(sums, i32x4.splat(MASK));
}

/**
 * In a square each product of two different digits occurs twice. Before the columns from 2h on are summed, the digits below h are doubled in the
 * first factor and set to zero in the second. They then meet only the digits from h on, once each. `a` and `b` are the addresses of digit h, which
 * grows by eight with every call.
 */
@inline function fold(a: usize, b: usize): void {
  v128.store(a - 16, i16x8.shl(v128.load(a - 16), 1));
  v128.store(b - 32, i32x4.splat(0));
  v128.store(b - 16, i32x4.splat(0));
  store<u32>(b, load<u32>(b) & 0xffff);
}

/** 2^exponent modulo the n of `bits` bits in `bytes`, as long as `bytes`. */
function powerOfTwo(bytes: Uint8Array, bits: i32, exponent: i32): Uint8Array {
  const m = new Modulus(bytes, bits), out = m.make(), two = new Uint8Array(1), power = new Uint8Array(2);
  two[0] = 2;
  power[0] = <u8>(exponent >> 8);
  power[1] = <u8>exponent;
  m.pow(out, m.read(two), power);
  return m.write(out, bytes.length);
}
