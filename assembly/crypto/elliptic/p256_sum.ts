/** Owns h/s·G + r/s·Q by the tables of G and Q, the main part of an ES256 verification (FIPS 186-5 §6.4.2 steps 3 to 6). */
import { invert, loadBytes, SIZE, times } from "../arithmetic/inverse";
import { begin, note, solve, sumOf } from "./p256_chords";
import { copy, sub, ZERO } from "./p256_field";
import { add, double, ENTRY, isInfinite, start } from "./p256_point";
import { ROW } from "./p256_table";

/** Steps of a multiplication: the digits of the number to the base 256, and a carry. */
const DIGITS: usize = 33;

const SCRATCH = memory.data(4 * 36 + 66 * 4 + 4 + 4 + 33 * 72, 16);
const N = SCRATCH, S = SCRATCH + SIZE, INVERSE = SCRATCH + 2 * SIZE, T = SCRATCH + 3 * SIZE;
/**
 * For each digit, lowest first, the entry to add from G's table and the one from Q's: the address of the entry, plus 1 to subtract it; or 0. `pair`
 * combines the two in the first word.
 */
const STEPS = SCRATCH + 4 * SIZE;
/** Stored so that the compiler keeps the loads that fill the cache. */
const SEEN = STEPS + 8 * DIGITS;
/** For each digit, the sum of its two entries. */
const SUMS = SEEN + 8;

/**
 * The sum, or its negative, becomes the current point. h and n (the order) are 32 big-endian bytes each; `signature` is r and s, 32 each. False if
 * the sum is infinity, or if on the way a point met itself or its negative. The owner of a key can construct such signatures.
 */
export function sum(h: usize, signature: usize, n: usize, g: usize, q: usize): bool {
  loadBytes(N, n);
  loadBytes(S, signature + 32);
  invert(INVERSE, S, N);
  plan(STEPS, h, g);
  plan(STEPS + 4, signature, q);
  if (!pair()) return false;
  let started = false;
  for (let half: usize = 2; half-- > 0;) { // the odd digits, and then the even ones, added to 256 times that sum
    if (started) for (let i = 0; i < 8; i++) double();
    for (let i = half; i < DIGITS; i += 2) {
      const step: usize = load<u32>(STEPS + 8 * i);
      if (step == 0) continue;
      if (started) add(step & ~1, (step & 1) != 0);
      else start(step & ~1, (step & 1) != 0);
      started = true;
    }
  }
  return started && !isInfinite();
}

/**
 * Combines the two steps of each digit: a sum of affine points takes 6 products, and adding it to the current point takes 10. False if two entries
 * are equal or negatives of each other.
 */
function pair(): bool {
  begin();
  for (let i: usize = 0; i < DIGITS; i++) {
    const p: usize = load<u32>(STEPS + 8 * i) & ~1, q: usize = load<u32>(STEPS + 8 * i, 4) & ~1;
    if (p == 0 || q == 0) continue;
    sub(T, q, p);
    note(SUMS + i * ENTRY, T);
  }
  if (!solve()) return false;
  for (let i = DIGITS; i-- > 0;) {
    const a: usize = load<u32>(STEPS + 8 * i), b: usize = load<u32>(STEPS + 8 * i, 4), p = a & ~1, q = b & ~1, to = SUMS + i * ENTRY;
    let step = a | b;
    if (p != 0 && q != 0) {
      copy(T, q + SIZE);
      if (((a ^ b) & 1) != 0) sub(T, ZERO, T);
      sub(T, T, p + SIZE);
      sumOf(to, p, q, T);
      step = to | (a & 1); // where p is subtracted, so is the sum
    }
    store<u32>(STEPS + 8 * i, step);
  }
  return true;
}

/**
 * Fills every second word at `steps` with the steps of x/s times the point of a table, for the x at `bytes`. Digits to the base 256 are brought to
 * the range from -128 to 127 by a carry, so the last is 0 or 1.
 */
function plan(steps: usize, bytes: usize, table: usize): void {
  loadBytes(S, bytes);
  times(T, S, INVERSE, N);
  let held: i64 = 0, bits = 0, carry: i32 = 0, from = T, seen = 0;
  for (let i: usize = 0; i < DIGITS; i++) {
    if (bits < 8 && i < 32) {
      held |= <i64>load<i32>(from) << bits;
      from += 4;
      bits += 29;
    }
    const digit = <i32>(held & 255) + carry;
    held >>= 8;
    bits -= 8;
    carry = (digit + 128) >> 8;
    let step: usize = 0;
    if ((digit & 255) != 0) {
      step = table + (i >> 1) * ROW + <usize>((carry ? 256 - digit : digit) - 1) * ENTRY;
      seen += load<i32>(step) + load<i32>(step, 64);
      step |= carry;
    }
    store<u32>(steps + 8 * i, step);
  }
  // Between two requests the tables drop out of the cache. These loads bring the entries back in parallel instead of one after the other.
  store<i32>(SEEN, seen);
}
