/** Owns the numbers modulo p = 2^255 - 19, which the coordinates on edwards25519 are. */
import { cut, join } from "../arithmetic/limbs";

/**
 * A number is nine signed limbs of 29 bits (the topmost of 23), least significant first, at an address of 36 bytes; no operation
 * allocates, and an outcome may lie where an operand does. Only public numbers pass through here, so nothing is constant-time.
 *
 * What products give is reduced: limbs from 0 to 2^29, but for the second one, which may be 2^16 below or above. Sums and differences
 * are not, as a product needs no more: a column of nine holds 63 bits. With the largest limb in units of 2^29 as a number's size, what
 * is reduced and the difference of two such have size 1, a sum adds the sizes, and two factors may have sizes 1 and 3, not 2 and 2.
 */
export const SIZE: usize = 36;

const BITS = 29;
const MASK = (1 << BITS) - 1;
/** The topmost limb: where it is, and its bits, since 8 · 29 + 23 = 255. */
const TOP: usize = 32;
const TOP_BITS = 23;
const TOP_MASK = (1 << TOP_BITS) - 1;
/** 2^261 modulo p: what a column counts in the one nine below it. */
const ABOVE: i64 = 19 << 6;

// Where raise() works, and write().
const POWER = memory.data(36), AGAIN = memory.data(36), HELD = memory.data(36), ELEVENTH = memory.data(36);
const PLAIN = memory.data(36);

/** out = x · y, for factors whose sizes times one another are at most 3. */
export function mul(out: usize, x: usize, y: usize): void {
  const b0: i64 = load<i32>(y), b1: i64 = load<i32>(y, 4), b2: i64 = load<i32>(y, 8), b3: i64 = load<i32>(y, 12), b4: i64 = load<i32>(y, 16);
  const b5: i64 = load<i32>(y, 20), b6: i64 = load<i32>(y, 24), b7: i64 = load<i32>(y, 28), b8: i64 = load<i32>(y, 32);
  // From x's topmost limb on: the columns times 2^29, and that limb times y. What leaves the ninth column counts ABOVE times as much in the first;
  // it is cut in two, as a column has up to 63 bits.
  let c0: i64 = 0, c1: i64 = 0, c2: i64 = 0, c3: i64 = 0, c4: i64 = 0, c5: i64 = 0, c6: i64 = 0, c7: i64 = 0, c8: i64 = 0;
  for (let at = x + TOP; at >= x; at -= 4) {
    const a: i64 = load<i32>(at), top = c8;
    c8 = c7 + a * b8;
    c7 = c6 + a * b7;
    c6 = c5 + a * b6;
    c5 = c4 + a * b5;
    c4 = c3 + a * b4;
    c3 = c2 + a * b3;
    c2 = c1 + a * b2;
    c1 = c0 + a * b1 + (top >> BITS) * ABOVE;
    c0 = a * b0 + (top & MASK) * ABOVE;
  }
  c1 += c0 >> BITS;
  c2 += c1 >> BITS;
  store<i32>(out, <i32>c2 & MASK, 8);
  c3 += c2 >> BITS;
  store<i32>(out, <i32>c3 & MASK, 12);
  c4 += c3 >> BITS;
  store<i32>(out, <i32>c4 & MASK, 16);
  c5 += c4 >> BITS;
  store<i32>(out, <i32>c5 & MASK, 20);
  c6 += c5 >> BITS;
  store<i32>(out, <i32>c6 & MASK, 24);
  c7 += c6 >> BITS;
  store<i32>(out, <i32>c7 & MASK, 28);
  c8 += c7 >> BITS;
  store<i32>(out, <i32>c8 & TOP_MASK, TOP);
  c0 = (c0 & MASK) + (c8 >> TOP_BITS) * 19;
  store<i32>(out, <i32>c0 & MASK);
  store<i32>(out, (<i32>c1 & MASK) + <i32>(c0 >> BITS), 4);
}

export function add(out: usize, x: usize, y: usize): void {
  for (let i: usize = 0; i < SIZE; i += 4) store<i32>(out + i, load<i32>(x + i) + load<i32>(y + i));
}

export function sub(out: usize, x: usize, y: usize): void {
  for (let i: usize = 0; i < SIZE; i += 4) store<i32>(out + i, load<i32>(x + i) - load<i32>(y + i));
}

/** x + y and x - y. */
export function both(sum: usize, difference: usize, x: usize, y: usize): void {
  const a = v128.load(x), b = v128.load(y), c = v128.load(x, 16), d = v128.load(y, 16), e = load<i32>(x, TOP), f = load<i32>(y, TOP);
  v128.store(sum, i32x4.add(a, b));
  v128.store(sum, i32x4.add(c, d), 16);
  store<i32>(sum, e + f, TOP);
  v128.store(difference, i32x4.sub(a, b));
  v128.store(difference, i32x4.sub(c, d), 16);
  store<i32>(difference, e - f, TOP);
}

export function copy(out: usize, x: usize): void { memory.copy(out, x, SIZE); }

/** out = `value`, from -2^29 to 2^29. */
export function set(out: usize, value: i32): void {
  memory.fill(out, 0, SIZE);
  store<i32>(out, value);
}

/** out = x^-1 = x^(p - 2) by Fermat's little theorem, and 0 for 0; x has size 1. */
export function invert(out: usize, x: usize): void {
  raise(x);
  squares(POWER, 5);
  mul(out, AGAIN, ELEVENTH);
}

/** out = x^((p - 5) / 8), which is all of a square root but for a few products (RFC 8032 §5.1.3); x has size 1. */
export function rootPower(out: usize, x: usize): void {
  raise(x);
  squares(POWER, 2);
  mul(out, AGAIN, x);
}

/** POWER = x^(2^250 - 1), and ELEVENTH = x^11. */
function raise(x: usize): void {
  mul(HELD, x, x);
  squares(HELD, 2);
  mul(POWER, AGAIN, x);         // x^9
  mul(ELEVENTH, POWER, HELD);
  copy(HELD, POWER);
  copy(POWER, ELEVENTH);
  longer(1, HELD);              // x^(22 + 9), so of five ones
  longer(5, POWER);
  copy(HELD, POWER);            // ten
  longer(10, POWER);
  longer(20, POWER);
  longer(10, HELD);
  copy(HELD, POWER);            // fifty
  longer(50, POWER);
  longer(100, POWER);
  longer(50, HELD);
}

/** Moves the ones that POWER's exponent is written in up by `n` bits and puts the exponent of `low` below them. */
function longer(n: i32, low: usize): void {
  squares(POWER, n);
  mul(POWER, AGAIN, low);
}

/** AGAIN = x^(2^n), n > 0. */
function squares(x: usize, n: i32): void {
  mul(AGAIN, x, x);
  while (--n > 0) mul(AGAIN, AGAIN, AGAIN);
}

/** out = the number in 32 little-endian bytes but for their topmost bit: 0 to 2^255 - 1. */
export function read(out: usize, bytes: Uint8Array): void {
  cut(out, 9, BITS, bytes);
  store<u32>(out, load<u32>(out, TOP) & TOP_MASK, TOP);
}

/** The 32 little-endian bytes of x, below p: the one spelling of it. x may have size 3, and be negative. */
export function write(x: usize): Uint8Array {
  copy(PLAIN, x);
  // What is above 2^255, or owed, is folded until nothing is: each time less, so three times at most.
  let above = carry(0);
  while (above != 0) above = carry(19 * above);
  if (carry(19) == 0) carry(-19); // below p, as 19 more did not reach 2^255; if they did, what is left is x - p
  return join(PLAIN, BITS);
}

/** Adds to PLAIN, brings its limbs into their bits and gives what is above 2^255. */
function carry(more: i32): i32 {
  for (let i: usize = 0; i < TOP; i += 4) {
    more += load<i32>(PLAIN + i);
    store<i32>(PLAIN + i, more & MASK);
    more >>= BITS;
  }
  more += load<i32>(PLAIN, TOP);
  store<i32>(PLAIN, more & TOP_MASK, TOP);
  return more >> TOP_BITS;
}

/** Whether x, of size 3 at most, is 0 modulo p. */
export function vanishes(x: usize): bool {
  const bytes = write(x);
  for (let i = 0; i < 32; i++) if (bytes[i] != 0) return false;
  return true;
}
