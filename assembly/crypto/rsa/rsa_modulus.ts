/** Owns powers modulo an RSA key's n: Montgomery's multiplication in small digits, eight products of which are one instruction. */
import { Modulus } from "../arithmetic/montgomery";

/**
 * Bits to a digit. Digits are signed: from -4096 to 4096 and up to 360 beyond, since carries go one digit far and no further, so that all of
 * them can be made at once. Two digits fit 32 bits, and `i32x4.dot_i16x8_s` adds two products in each of four columns.
 */
const BITS = 13;
const MASK = (1 << BITS) - 1;

/** So many products of two digits fit 32 bits with a sign, beside 2^13 that were there before: 104 · 4456² + 2^13 < 2^31. */
const ROWS = 104;
/** In a square one of the two is doubled. */
const SQUARE_ROWS = 48;

/** Columns that are summed at once: four vectors of four. */
const TILE = 16;

/** The address of a number, the sum of digit · 2^(13 · i): its digits as the first factor, then its pairs as the second. See `RsaModulus`. */
type Factor = usize;

/**
 * The address of sums of products, a column for each power of 2^13: what is below 2^13 of each, and then how often 2^13 is in the rest,
 * which is the next column's. With 8,192 bits a column has 632 products: that stays below 2^21.
 */
type Columns = usize;

/** What becomes of sums that are there already. */
const enum Sum { New, More, Square }

/**
 * Numbers are residues: x stands for x · R mod n, with R = 2^(13 · size), and lie between -n and n. Since R is at least 16n, a product
 * of two such lies between -0.6n and 0.6n again. Only public numbers pass through here, so nothing is constant-time.
 */
@final
export class RsaModulus {
  /** Digits of a number: a multiple of eight, as the kernel wants. */
  private readonly size: i32;
  /**
   * A number has `size` digits of 16 bits and then, between two times sixteen zeros, its pairs: for each i, digit i and above it digit i - 1,
   * so that a vector holds what two rows (i and i + 1 of the first factor) give to four neighbouring columns.
   */
  private readonly pairs: usize;
  /** From the lower halves of columns to the upper ones, which have a zero before them. There are sixteen columns more than digits of a product. */
  private readonly high: usize;
  /** All of the numbers and columns. */
  private readonly memory: StaticArray<u8>;

  private readonly n: Factor;
  /** -1/n mod R. */
  private readonly inverse: Factor;
  /** The residue of R: multiplying by it makes a residue. */
  private readonly shift: Factor;
  // What is at work in a multiplication, and in a power.
  private readonly product: Columns;
  private readonly multiple: Columns;
  private readonly low: Factor;
  private readonly plain: Factor;
  private readonly residue: Factor;
  private readonly out: Factor;

  /** `bytes` is n, big-endian: odd, of `bits` bits with 2048 <= bits <= 8192, which the caller has seen to. */
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

  /** base^e mod n, in as many big-endian bytes as `base` has, which must be below n; e is odd and above 1. */
  power(base: Uint8Array, e: u32): Uint8Array {
    const plain = this.plain, residue = this.residue, out = this.out;
    this.read(plain, base);
    this.multiply(residue, plain, this.shift, Sum.New);
    memory.copy(out, residue, this.plain - this.low);
    for (let bit = 30 - clz(e); bit >= 0; bit--) {
      this.multiply(out, out, out, Sum.Square);
      // The last factor is no residue, and so the last product is none.
      if ((e >> bit) & 1) this.multiply(out, out, bit == 0 ? plain : residue, Sum.New);
    }
    return this.write(out, base.length);
  }

  /** Newton: every step doubles the right bits, which are eight at first. */
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

  /** The number, not residue, in big-endian `bytes`, which must be below R. */
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

  /** A number between -n and n as what it is modulo n, in `length` big-endian bytes. */
  private write(x: Factor, length: i32): Uint8Array {
    const out = new Uint8Array(length);
    let top = x + (<usize>this.size << 1) - 2;
    while (top > x && !load<i16>(top)) top -= 2;
    const negative = load<i16>(top) < 0; // all others together cannot outweigh the first
    let held = 0, bits = 0, n = this.n;
    for (let i = length - 1; i >= 0; i--) {
      if (bits < 8) {
        held += (<i32>load<i16>(x) + (negative ? <i32>load<i16>(n) : 0)) << bits; // what is below zero is borrowed from above
        x += 2; n += 2; bits += BITS;
      }
      out[i] = <u8>held;
      held >>= 8;
      bits -= 8;
    }
    return out;
  }

  /**
   * `out` = a · b / R mod n, between -0.6n and 0.6n, where `out` may be a factor: adds to the product the multiple of n that makes a multiple
   * of R of it (Montgomery, 1985). A square, of a factor that is given twice, is `how`.
   */
  private multiply(out: Factor, a: Factor, b: Factor, how: Sum): void {
    const size = this.size, product = this.product, multiple = this.multiple, low = this.low;
    this.sum(product, a, b, 0, 2 * size, how);
    this.settle(product, low, false);
    this.sum(multiple, low, this.inverse, 0, size, Sum.New);
    this.settle(multiple, low, false);
    this.sum(product, low, this.n, size - 8, 2 * size, Sum.More);
    // All that is below R together is a whole number of R, which its two highest columns tell: the others come to less than R / 20.
    const next = product + (<usize>size << 2), high = next + this.high;
    const top = load<i32>(next - 4) + load<i32>(high - 8), second = load<i32>(next - 8) + load<i32>(high - 12);
    store<i32>(next, load<i32>(next) + <i32>(((<i64>top << BITS) + second + (1 << (2 * BITS - 1))) >> (2 * BITS)));
    this.settle(next, out, true);
  }

  /**
   * The columns of a · b from `k` (a multiple of eight) up to `to` at least. A square spoils its factors.
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
          // Rows 0 and 4 share vectors, and 2 and 6 do. The break, which is never taken, keeps V8 from loading all vectors first: it would
          // run out of registers.
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
   * Makes a number of `size` columns: each keeps the least it can and passes multiples of 2^13 on. What leaves the last is dropped.
   * Only second factors need pairs.
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

/** Adds what is above 13 bits of each sum to the upper halves at `high`, and gives what is below. */
@inline function carry(high: usize, sums: v128): v128 {
  v128.store(high, i32x4.add(v128.load(high), i32x4.shr_s(sums, BITS)));
  return v128.and(sums, i32x4.splat(MASK));
}

/**
 * In a square the products of two different digits are there twice. Before the columns from 2h on the digits below h are doubled as first
 * factor and made zero as second, so that they meet digits from h on only, once. Given are the addresses of digit h, eight more each time.
 */
@inline function fold(a: usize, b: usize): void {
  v128.store(a - 16, i16x8.shl(v128.load(a - 16), 1));
  v128.store(b - 32, i32x4.splat(0));
  v128.store(b - 16, i32x4.splat(0));
  store<u32>(b, load<u32>(b) & 0xffff);
}

/** 2^exponent modulo the n of `bits` bits in `bytes`, in as many. */
function powerOfTwo(bytes: Uint8Array, bits: i32, exponent: i32): Uint8Array {
  const m = new Modulus(bytes, bits), out = m.make(), two = new Uint8Array(1), power = new Uint8Array(2);
  two[0] = 2;
  power[0] = <u8>(exponent >> 8);
  power[1] = <u8>exponent;
  m.pow(out, m.read(two), power);
  return m.write(out, bytes.length);
}
