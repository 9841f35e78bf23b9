/** Owns the field of P-256: the integers modulo p = 2^256 - 2^224 + 2^192 + 2^96 - 1. ES256 spends most of its time here. */
import { invert as invertModulo, loadBytes, oneOf, SIZE } from "../arithmetic/inverse";

// A number is nine 32-bit words at an address: signed limbs of 29 bits, least significant first, so that sums and differences need no carry. It
// stands for its value · 2^-261 mod p (Montgomery). A product is normalized: its limbs are from 0 to 2^29 - 1, except the top one, so that each value
// has one representation. The value is from -e to p + e with e = |a · b| / 2^261, which is p/2 for factors of 4p and 2p for factors of 8p.
//
// One factor may be the difference of two normalized numbers, and the other a sum or difference of up to three. A column is then below 9 · 2^29 · 3 ·
// 2^29, which leaves room in 63 bits for what the reduction adds. `out` may be an operand, unless a function says otherwise. Nothing is
// constant-time, because only public numbers pass through here.

const BITS: i64 = 29;
const MASK: i64 = (1 << BITS) - 1;

const PRIME: StaticArray<i32> = [0x1fffffff, 0x1fffffff, 0x1fffffff, 0x1ff, 0, 0, 0x40000, 0x1fe00000, 0xffffff];

const SCRATCH = memory.data(5 * 36, 16);
export const ZERO = SCRATCH;
export const ONE = SCRATCH + SIZE;
export const THREE_HALVES = SCRATCH + 4 * SIZE;
/** A plain number times this is its Montgomery form: 2^261. */
const SHIFT = SCRATCH + 2 * SIZE;
const T = SCRATCH + 3 * SIZE;

/** Must be called before any other function. */
export function prepareField(): void {
  oneOf(ONE, changetype<usize>(PRIME));
  copy(SHIFT, ONE);
  for (let i = 0; i < 261; i++) {
    twice(T, SHIFT);
    mul(SHIFT, T, ONE, ZERO);
  }
  copy(T, ZERO);
  store<i32>(T, 3 << 28, 32); // 3 · 2^260
  mul(THREE_HALVES, T, ONE, ZERO);
}

/**
 * `out` = a · b + plus. It goes through the limbs of a and reduces after each. -1/p mod 2^29 is 1, so adding m · p makes the lowest column zero,
 * where m is its own low limb. m · p is m · (2^256 - 2^224 + 2^192 + 2^96) - m, and the -m only removes that limb. The loop is unrolled: with a loop
 * of three limbs at a time a verification took a tenth longer, with a loop of one limb a sixth.
 */
export function mul(out: usize, a: usize, b: usize, plus: usize): void {
  const b0: i64 = load<i32>(b), b1: i64 = load<i32>(b, 4), b2: i64 = load<i32>(b, 8), b3: i64 = load<i32>(b, 12), b4: i64 = load<i32>(b, 16),
    b5: i64 = load<i32>(b, 20), b6: i64 = load<i32>(b, 24), b7: i64 = load<i32>(b, 28), b8: i64 = load<i32>(b, 32);
  let c0: i64 = 0, c1: i64 = 0, c2: i64 = 0, c3: i64 = 0, c4: i64 = 0, c5: i64 = 0, c6: i64 = 0, c7: i64 = 0;
  let x: i64 = 0, t: i64 = 0, m: i64 = 0;

  x = load<i32>(a); t = c0 + x * b0; m = t & MASK;
  c0 = c1 + x * b1 + (t >> BITS);
  c1 = c2 + x * b2;
  c2 = c3 + x * b3 + (m << 9);
  c3 = c4 + x * b4;
  c4 = c5 + x * b5;
  c5 = c6 + x * b6 + (m << 18);
  c6 = c7 + x * b7 - (m << 21);
  c7 = x * b8 + (m << 24);

  x = load<i32>(a, 4); t = c0 + x * b0; m = t & MASK;
  c0 = c1 + x * b1 + (t >> BITS);
  c1 = c2 + x * b2;
  c2 = c3 + x * b3 + (m << 9);
  c3 = c4 + x * b4;
  c4 = c5 + x * b5;
  c5 = c6 + x * b6 + (m << 18);
  c6 = c7 + x * b7 - (m << 21);
  c7 = x * b8 + (m << 24);

  x = load<i32>(a, 8); t = c0 + x * b0; m = t & MASK;
  c0 = c1 + x * b1 + (t >> BITS);
  c1 = c2 + x * b2;
  c2 = c3 + x * b3 + (m << 9);
  c3 = c4 + x * b4;
  c4 = c5 + x * b5;
  c5 = c6 + x * b6 + (m << 18);
  c6 = c7 + x * b7 - (m << 21);
  c7 = x * b8 + (m << 24);

  x = load<i32>(a, 12); t = c0 + x * b0; m = t & MASK;
  c0 = c1 + x * b1 + (t >> BITS);
  c1 = c2 + x * b2;
  c2 = c3 + x * b3 + (m << 9);
  c3 = c4 + x * b4;
  c4 = c5 + x * b5;
  c5 = c6 + x * b6 + (m << 18);
  c6 = c7 + x * b7 - (m << 21);
  c7 = x * b8 + (m << 24);

  x = load<i32>(a, 16); t = c0 + x * b0; m = t & MASK;
  c0 = c1 + x * b1 + (t >> BITS);
  c1 = c2 + x * b2;
  c2 = c3 + x * b3 + (m << 9);
  c3 = c4 + x * b4;
  c4 = c5 + x * b5;
  c5 = c6 + x * b6 + (m << 18);
  c6 = c7 + x * b7 - (m << 21);
  c7 = x * b8 + (m << 24);

  x = load<i32>(a, 20); t = c0 + x * b0; m = t & MASK;
  c0 = c1 + x * b1 + (t >> BITS);
  c1 = c2 + x * b2;
  c2 = c3 + x * b3 + (m << 9);
  c3 = c4 + x * b4;
  c4 = c5 + x * b5;
  c5 = c6 + x * b6 + (m << 18);
  c6 = c7 + x * b7 - (m << 21);
  c7 = x * b8 + (m << 24);

  x = load<i32>(a, 24); t = c0 + x * b0; m = t & MASK;
  c0 = c1 + x * b1 + (t >> BITS);
  c1 = c2 + x * b2;
  c2 = c3 + x * b3 + (m << 9);
  c3 = c4 + x * b4;
  c4 = c5 + x * b5;
  c5 = c6 + x * b6 + (m << 18);
  c6 = c7 + x * b7 - (m << 21);
  c7 = x * b8 + (m << 24);

  x = load<i32>(a, 28); t = c0 + x * b0; m = t & MASK;
  c0 = c1 + x * b1 + (t >> BITS);
  c1 = c2 + x * b2;
  c2 = c3 + x * b3 + (m << 9);
  c3 = c4 + x * b4;
  c4 = c5 + x * b5;
  c5 = c6 + x * b6 + (m << 18);
  c6 = c7 + x * b7 - (m << 21);
  c7 = x * b8 + (m << 24);

  x = load<i32>(a, 32); t = c0 + x * b0; m = t & MASK;
  c0 = c1 + x * b1 + (t >> BITS);
  c1 = c2 + x * b2;
  c2 = c3 + x * b3 + (m << 9);
  c3 = c4 + x * b4;
  c4 = c5 + x * b5;
  c5 = c6 + x * b6 + (m << 18);
  c6 = c7 + x * b7 - (m << 21);
  c7 = x * b8 + (m << 24);

  c0 += <i64>load<i32>(plus);
  store<i32>(out, <i32>(c0 & MASK));
  c1 += <i64>load<i32>(plus, 4) + (c0 >> BITS);
  store<i32>(out, <i32>(c1 & MASK), 4);
  c2 += <i64>load<i32>(plus, 8) + (c1 >> BITS);
  store<i32>(out, <i32>(c2 & MASK), 8);
  c3 += <i64>load<i32>(plus, 12) + (c2 >> BITS);
  store<i32>(out, <i32>(c3 & MASK), 12);
  c4 += <i64>load<i32>(plus, 16) + (c3 >> BITS);
  store<i32>(out, <i32>(c4 & MASK), 16);
  c5 += <i64>load<i32>(plus, 20) + (c4 >> BITS);
  store<i32>(out, <i32>(c5 & MASK), 20);
  c6 += <i64>load<i32>(plus, 24) + (c5 >> BITS);
  store<i32>(out, <i32>(c6 & MASK), 24);
  c7 += <i64>load<i32>(plus, 28) + (c6 >> BITS);
  store<i32>(out, <i32>(c7 & MASK), 28);
  store<i32>(out, <i32>(c7 >> BITS) + load<i32>(plus, 32), 32);
}

/** `out` = a - b, limb by limb. */
export function sub(out: usize, a: usize, b: usize): void {
  v128.store(out, i32x4.sub(v128.load(a), v128.load(b)));
  v128.store(out, i32x4.sub(v128.load(a, 16), v128.load(b, 16)), 16);
  store<i32>(out, load<i32>(a, 32) - load<i32>(b, 32), 32);
}

/** `out` = 2x, limb by limb; `out` is not x. */
export function twice(out: usize, x: usize): void {
  sub(out, ZERO, x);
  sub(out, x, out);
}

export function copy(out: usize, x: usize): void { sub(out, x, ZERO); }

/** `out` = the number in 32 big-endian bytes, which may be p or more. */
export function read(out: usize, bytes: usize): void {
  loadBytes(out, bytes);
  mul(out, out, SHIFT, ZERO);
}

/** `out` = 1 / x for a product x that is not 0. */
export function invert(out: usize, x: usize): void {
  invertModulo(T, x, changetype<usize>(PRIME));
  mul(out, T, SHIFT, ZERO);
}

/** Whether a product from -p/2 to 3p/2 is 0 modulo p: its value is then 0 or p. */
export function vanishes(x: usize): bool {
  const zero = load<i32>(x) == 0;
  for (let i: usize = 0; i < SIZE; i += 4) {
    if (load<i32>(x + i) != (zero ? 0 : load<i32>(changetype<usize>(PRIME) + i))) return false;
  }
  return true;
}
