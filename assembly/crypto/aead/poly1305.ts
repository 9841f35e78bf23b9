/** Owns Poly1305 (RFC 8439 §2.5). A key is used for one tag only. */

const MASK: u64 = 0x3ffffff;

/** From this length on, four blocks at once save more than their powers of r cost. */
const LANES_FROM = 256;
/** Bytes of a factor: five limbs of four lanes, and then the last four limbs times 5. */
const FACTOR_SIZE = 144;

/**
 * Numbers modulo 2^130 - 5 are five limbs of 26 bits, so that the columns of a product fit 64 bits. The code is constant-time: no step depends on a
 * secret's value.
 */
@final
export class Poly1305 {
  private r0: u64 = 0; private r1: u64 = 0; private r2: u64 = 0; private r3: u64 = 0; private r4: u64 = 0;
  private h0: u64 = 0; private h1: u64 = 0; private h2: u64 = 0; private h3: u64 = 0; private h4: u64 = 0;
  /** The key's second half, which is added at the end. */
  private readonly addLow: u64;
  private readonly addHigh: u64;

  /** `key` has 32 bytes. A shorter one would be padded with zeros. */
  constructor(key: Uint8Array) {
    const own = new StaticArray<u8>(32), k = changetype<usize>(own); // 32 bytes are there
    memory.copy(k, key.dataStart, min(key.length, 32));
    const low = load<u64>(k) & 0x0ffffffc0fffffff, high = load<u64>(k, 8) & 0x0ffffffc0ffffffc; // the clamp of §2.5
    this.addLow = load<u64>(k, 16);
    this.addHigh = load<u64>(k, 24);
    this.r0 = low & MASK;
    this.r1 = (low >> 26) & MASK;
    this.r2 = (low >> 52 | high << 12) & MASK;
    this.r3 = (high >> 14) & MASK;
    this.r4 = high >> 40;
  }

  /** Adds data, padded with zeros to a multiple of sixteen bytes as the AEAD requires (§2.8). */
  padded(data: Uint8Array): void {
    const whole = data.length & ~15;
    let at = 0;
    if (data.length >= LANES_FROM) {
      at = data.length & ~63;
      this.lanes(data.dataStart, data.dataStart + at); // whole groups of 64 bytes
    }
    for (; at < whole; at += 16) this.block(data.dataStart + at); // sixteen bytes of data remain
    if (whole == data.length) return;
    const last = new Uint8Array(16);
    last.set(data.subarray(whole));
    this.block(last.dataStart);
  }

  /** h = (h + block + 2^128) · r. */
  private block(at: usize): void {
    const low = load<u64>(at), high = load<u64>(at, 8);
    this.h0 += low & MASK;
    this.h1 += (low >> 26) & MASK;
    this.h2 += (low >> 52 | high << 12) & MASK;
    this.h3 += (high >> 14) & MASK;
    this.h4 += high >> 40 | 1 << 24;
    this.times();
  }

  /** h = h · r. */
  private times(): void {
    const h0 = this.h0, h1 = this.h1, h2 = this.h2, h3 = this.h3, h4 = this.h4;
    const r0 = this.r0, r1 = this.r1, r2 = this.r2, r3 = this.r3, r4 = this.r4;
    const s1 = r1 * 5, s2 = r2 * 5, s3 = r3 * 5, s4 = r4 * 5; // 2^130 mod 2^130 - 5 is 5
    this.carry(
      h0 * r0 + h1 * s4 + h2 * s3 + h3 * s2 + h4 * s1,
      h0 * r1 + h1 * r0 + h2 * s4 + h3 * s3 + h4 * s2,
      h0 * r2 + h1 * r1 + h2 * r0 + h3 * s4 + h4 * s3,
      h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 + h4 * s4,
      h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0,
    );
  }

  /** h = the columns of a product, each below 2^60. */
  // @ts-ignore: decorator
  @inline
  private carry(d0: u64, d1: u64, d2: u64, d3: u64, d4: u64): void {
    d1 += d0 >> 26; d2 += d1 >> 26; d3 += d2 >> 26; d4 += d3 >> 26;
    d0 = (d0 & MASK) + (d4 >> 26) * 5;
    this.h0 = d0 & MASK;
    this.h1 = (d1 & MASK) + (d0 >> 26);
    this.h2 = d2 & MASK;
    this.h3 = d3 & MASK;
    this.h4 = d4 & MASK;
  }

  /**
   * Four blocks at once. Lane i adds every fourth block from block i on. It is multiplied by r^4, and the last time by r^(4 - i), so that the sum of
   * the lanes equals the result of block after block. `to` is a positive multiple of 64 bytes behind `from`.
   */
  private lanes(from: usize, to: usize): void {
    const factors = changetype<usize>(this.factors()), mask = i32x4.splat(<i32>MASK), top = i32x4.splat(1 << 24);
    let h0 = lane(this.h0), h1 = lane(this.h1), h2 = lane(this.h2), h3 = lane(this.h3), h4 = lane(this.h4);
    for (; from < to; from += 64) {
      // wi holds word i of each block.
      const a = v128.load(from), b = v128.load(from, 16), c = v128.load(from, 32), d = v128.load(from, 48);
      const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
      const ef = v128.shuffle<i32>(a, b, 2, 6, 3, 7), gh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
      const w0 = v128.shuffle<i64>(ab, cd, 0, 2), w1 = v128.shuffle<i64>(ab, cd, 1, 3), w2 = v128.shuffle<i64>(ef, gh, 0, 2), w3 = v128.shuffle<i64>(ef, gh, 1, 3);
      h0 = i32x4.add(h0, v128.and(w0, mask));
      h1 = i32x4.add(h1, v128.and(v128.or(i32x4.shr_u(w0, 26), i32x4.shl(w1, 6)), mask));
      h2 = i32x4.add(h2, v128.and(v128.or(i32x4.shr_u(w1, 20), i32x4.shl(w2, 12)), mask));
      h3 = i32x4.add(h3, v128.and(v128.or(i32x4.shr_u(w2, 14), i32x4.shl(w3, 18)), mask));
      h4 = i32x4.add(h4, v128.or(i32x4.shr_u(w3, 8), top));

      const last = from + 64 == to, p = last ? factors + FACTOR_SIZE : factors;
      const r0 = v128.load(p), r1 = v128.load(p, 16), r2 = v128.load(p, 32), r3 = v128.load(p, 48), r4 = v128.load(p, 64);
      const s1 = v128.load(p, 80), s2 = v128.load(p, 96), s3 = v128.load(p, 112), s4 = v128.load(p, 128);
      let k0 = low(h0, r0, h1, s4, h2, s3, h3, s2, h4, s1), l0 = high(h0, r0, h1, s4, h2, s3, h3, s2, h4, s1);
      let k1 = low(h0, r1, h1, r0, h2, s4, h3, s3, h4, s2), l1 = high(h0, r1, h1, r0, h2, s4, h3, s3, h4, s2);
      let k2 = low(h0, r2, h1, r1, h2, r0, h3, s4, h4, s3), l2 = high(h0, r2, h1, r1, h2, r0, h3, s4, h4, s3);
      let k3 = low(h0, r3, h1, r2, h2, r1, h3, r0, h4, s4), l3 = high(h0, r3, h1, r2, h2, r1, h3, r0, h4, s4);
      let k4 = low(h0, r4, h1, r3, h2, r2, h3, r1, h4, r0), l4 = high(h0, r4, h1, r3, h2, r2, h3, r1, h4, r0);
      if (last) return this.carry(sum(k0, l0), sum(k1, l1), sum(k2, l2), sum(k3, l3), sum(k4, l4));

      // As in carry(), but in two independent chains. No column is above 2^58 before, and no limb is above 2^27 afterwards.
      k1 = i64x2.add(k1, above(k0)); l1 = i64x2.add(l1, above(l0));
      k4 = i64x2.add(k4, above(k3)); l4 = i64x2.add(l4, above(l3));
      k2 = i64x2.add(k2, above(k1)); l2 = i64x2.add(l2, above(l1));
      k0 = i64x2.add(within(k0), five(above(k4))); l0 = i64x2.add(within(l0), five(above(l4)));
      k3 = i64x2.add(within(k3), above(k2)); l3 = i64x2.add(within(l3), above(l2));
      k1 = i64x2.add(within(k1), above(k0)); l1 = i64x2.add(within(l1), above(l0));
      k4 = i64x2.add(within(k4), above(k3)); l4 = i64x2.add(within(l4), above(l3));
      h0 = v128.and(both(k0, l0), mask);
      h1 = both(k1, l1);
      h2 = v128.and(both(k2, l2), mask);
      h3 = v128.and(both(k3, l3), mask);
      h4 = both(k4, l4);
    }
  }

  /** The factors of the lanes: r^4 in each lane and, for the last step, r^4, r^3, r^2 and r. */
  private factors(): StaticArray<u8> {
    const out = new StaticArray<u8>(2 * FACTOR_SIZE), to = changetype<usize>(out);
    const h0 = this.h0, h1 = this.h1, h2 = this.h2, h3 = this.h3, h4 = this.h4;
    this.h0 = this.r0; this.h1 = this.r1; this.h2 = this.r2; this.h3 = this.r3; this.h4 = this.r4;
    for (let i = 3; i >= 0; i--) {
      this.hold(to + FACTOR_SIZE + 4 * i);
      if (i > 0) this.times();
    }
    for (let i = 0; i < 4; i++) this.hold(to + 4 * i);
    this.h0 = h0; this.h1 = h1; this.h2 = h2; this.h3 = h3; this.h4 = h4;
    return out;
  }

  /** Stores h as one lane of a factor. */
  private hold(at: usize): void {
    store<u32>(at, <u32>this.h0);
    store<u32>(at, <u32>this.h1, 16);
    store<u32>(at, <u32>this.h2, 32);
    store<u32>(at, <u32>this.h3, 48);
    store<u32>(at, <u32>this.h4, 64);
    store<u32>(at, <u32>this.h1 * 5, 80);
    store<u32>(at, <u32>this.h2 * 5, 96);
    store<u32>(at, <u32>this.h3 * 5, 112);
    store<u32>(at, <u32>this.h4 * 5, 128);
  }

  tag(): Uint8Array {
    let h0 = this.h0, h1 = this.h1, h2 = this.h2, h3 = this.h3, h4 = this.h4;
    h2 += h1 >> 26; h1 &= MASK;
    h3 += h2 >> 26; h2 &= MASK;
    h4 += h3 >> 26; h3 &= MASK;
    h0 += (h4 >> 26) * 5; h4 &= MASK;
    h1 += h0 >> 26; h0 &= MASK;

    // h + 5 reaches 2^130 exactly when h is not below the prime. The reduced value is then h + 5 - 2^130.
    const g0 = h0 + 5, g1 = h1 + (g0 >> 26), g2 = h2 + (g1 >> 26), g3 = h3 + (g2 >> 26), g4 = h4 + (g3 >> 26);
    const pick: u64 = 0 - (g4 >> 26); // all ones, or zero
    h0 ^= (h0 ^ (g0 & MASK)) & pick;
    h1 ^= (h1 ^ (g1 & MASK)) & pick;
    h2 ^= (h2 ^ (g2 & MASK)) & pick;
    h3 ^= (h3 ^ (g3 & MASK)) & pick;
    h4 ^= (h4 ^ (g4 & MASK)) & pick;

    const low = h0 | h1 << 26 | h2 << 52, high = h2 >> 12 | h3 << 14 | h4 << 40;
    const out = new Uint8Array(16), to = out.dataStart; // 16 bytes
    const sum = low + this.addLow;
    store<u64>(to, sum);
    store<u64>(to, high + this.addHigh + u64(sum < low), 8);
    return out;
  }
}

/** A limb in lane 0. */
// @ts-ignore: decorator
@inline
function lane(limb: u64): v128 { return i32x4.replace_lane(i32x4.splat(0), 0, <i32>limb); }

/** A column of a product for lanes 0 and 1. */
// @ts-ignore: decorator
@inline
function low(a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128, i: v128, j: v128): v128 {
  const ab = i64x2.extmul_low_i32x4_u(a, b), cd = i64x2.extmul_low_i32x4_u(c, d), ef = i64x2.extmul_low_i32x4_u(e, f), gh = i64x2.extmul_low_i32x4_u(g, h);
  return i64x2.add(i64x2.add(i64x2.add(ab, cd), i64x2.add(ef, gh)), i64x2.extmul_low_i32x4_u(i, j));
}

/** The same for lanes 2 and 3. */
// @ts-ignore: decorator
@inline
function high(a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128, i: v128, j: v128): v128 {
  const ab = i64x2.extmul_high_i32x4_u(a, b), cd = i64x2.extmul_high_i32x4_u(c, d), ef = i64x2.extmul_high_i32x4_u(e, f), gh = i64x2.extmul_high_i32x4_u(g, h);
  return i64x2.add(i64x2.add(i64x2.add(ab, cd), i64x2.add(ef, gh)), i64x2.extmul_high_i32x4_u(i, j));
}

/** The sum of a column over all lanes. */
// @ts-ignore: decorator
@inline
function sum(lower: v128, upper: v128): u64 {
  const two = i64x2.add(lower, upper);
  return i64x2.extract_lane(two, 0) + i64x2.extract_lane(two, 1);
}

/** The carry of a column. */
// @ts-ignore: decorator
@inline
function above(x: v128): v128 { return i64x2.shr_u(x, 26); }

/** The 26 bits that a column keeps. */
// @ts-ignore: decorator
@inline
function within(x: v128): v128 { return v128.and(x, i64x2.splat(MASK)); }

// @ts-ignore: decorator
@inline
function five(x: v128): v128 { return i64x2.add(x, i64x2.shl(x, 2)); }

/** A limb of all lanes, from its columns, which must fit 32 bits. */
// @ts-ignore: decorator
@inline
function both(lower: v128, upper: v128): v128 { return v128.shuffle<i32>(lower, upper, 0, 2, 4, 6); }
