/** Owns the field of edwards25519: the integers modulo p = 2^255 - 19. */
import { cut, join } from "../arithmetic/limbs";

/**
 * A number is nine signed limbs of 29 bits (the topmost of 23), least significant first, at an address of 36 bytes. No operation allocates, and a
 * result may be stored over an operand. Nothing is constant-time, because only public numbers pass through here.
 *
 * Products are reduced: their limbs are from 0 to 2^29, except the second, which may exceed that range by 2^16 on either side. Sums and differences
 * are not reduced, because a product does not need it: a column of nine products has room in 63 bits. The size of a number is its largest limb in
 * units of 2^29. A reduced number, and the difference of two, has size 1. A sum has the sum of the sizes. The factors of a product may have the sizes
 * 1 and 3, but not 2 and 2.
 */
export const SIZE: usize = 36;

const BITS = 29;
const MASK = (1 << BITS) - 1;
/** The topmost limb: its offset, and its bits, since 8 · 29 + 23 = 255. */
const TOP: usize = 32;
const TOP_BITS = 23;
const TOP_MASK = (1 << TOP_BITS) - 1;
/** 2^261 modulo p: the weight of a column in the column nine below it. */
const ABOVE: i64 = 19 << 6;

// Intermediate values of raise() and write().
const POWER = memory.data(36), AGAIN = memory.data(36), HELD = memory.data(36), ELEVENTH = memory.data(36);
const PLAIN = memory.data(36);

/** out = x · y, for factors whose sizes multiply to at most 3. */
export function mul(out: usize, x: usize, y: usize): void {
  const b0: i64 = load<i32>(y), b1: i64 = load<i32>(y, 4), b2: i64 = load<i32>(y, 8), b3: i64 = load<i32>(y, 12), b4: i64 = load<i32>(y, 16);
  const b5: i64 = load<i32>(y, 20), b6: i64 = load<i32>(y, 24), b7: i64 = load<i32>(y, 28), b8: i64 = load<i32>(y, 32);
  // From x's topmost limb on, the columns are multiplied by 2^29 and that limb times y is added. What leaves the ninth column is added to the first,
  // times ABOVE. It is split in two, because a column has up to 63 bits.
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

/** out = x^-1 = x^(p - 2) by Fermat's little theorem, and 0 for 0. x has size 1. */
export function invert(out: usize, x: usize): void {
  raise(x);
  squares(POWER, 5);
  mul(out, AGAIN, ELEVENTH);
}

/** out = x^((p - 5) / 8), from which a few products give a square root (RFC 8032 §5.1.3). x has size 1. */
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
  longer(1, HELD);              // x^(22 + 9): the exponent is five ones
  longer(5, POWER);
  copy(HELD, POWER);            // ten ones
  longer(10, POWER);
  longer(20, POWER);
  longer(10, HELD);
  copy(HELD, POWER);            // fifty ones
  longer(50, POWER);
  longer(100, POWER);
  longer(50, HELD);
}

/** Shifts POWER's exponent, a row of ones, up by `n` bits and adds the exponent of `low` below it. */
function longer(n: i32, low: usize): void {
  squares(POWER, n);
  mul(POWER, AGAIN, low);
}

/** AGAIN = x^(2^n), n > 0. */
function squares(x: usize, n: i32): void {
  mul(AGAIN, x, x);
  while (--n > 0) mul(AGAIN, AGAIN, AGAIN);
}

/** out = the number in 32 little-endian bytes without their topmost bit: 0 to 2^255 - 1. */
export function read(out: usize, bytes: Uint8Array): void {
  cut(out, 9, BITS, bytes);
  store<u32>(out, load<u32>(out, TOP) & TOP_MASK, TOP);
}

/** The 32 little-endian bytes of x modulo p, its canonical encoding. x may have size 3, and may be negative. */
export function write(x: usize): Uint8Array {
  copy(PLAIN, x);
  // The part above 2^255, or the borrow, is folded until none is left. It shrinks each time, so three times are enough.
  let above = carry(0);
  while (above != 0) above = carry(19 * above);
  if (carry(19) == 0) carry(-19); // if adding 19 did not reach 2^255, x was below p and gets 19 subtracted; if it did, x - p remains
  return join(PLAIN, BITS);
}

/** Adds `more` to PLAIN, normalizes its limbs, and returns the part above 2^255. */
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
