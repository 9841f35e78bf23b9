/** Owns h/s·G + r/s·Q by the tables of G and Q: what an ES256 verification is (FIPS 186-5 §6.4.2 steps 3 to 6). */
import { invert, loadBytes, SIZE, times } from "./inverse";
import { add, double, ENTRY, isInfinite, start } from "./p256_point";
import { ROW } from "./p256_table";

const DIGITS: usize = 33;

const SCRATCH = memory.data(4 * 36 + 2 * 33, 16);
const N = SCRATCH, S = SCRATCH + SIZE, INVERSE = SCRATCH + 2 * SIZE, T = SCRATCH + 3 * SIZE;
/** The digits of h/s, and of r/s. */
const U = SCRATCH + 4 * SIZE, V = U + DIGITS;

/**
 * The sum, or its opposite, becomes the point at work. h and n, the order, are 32 big-endian bytes, and the signature two times that: r, s. False
 * when the sum is infinity, or when on the way a point met itself or its opposite: whoever owns a key can make up such signatures.
 */
export function sum(h: usize, signature: usize, n: usize, g: usize, q: usize): bool {
  loadBytes(N, n);
  loadBytes(S, signature + 32);
  invert(INVERSE, S, N);
  digits(U, h);
  digits(V, signature);
  let started = false;
  for (let half: usize = 2; half-- > 0;) { // the odd digits, and to 256 times their sum the even ones
    if (started) for (let i = 0; i < 8; i++) double();
    for (let i = half; i < DIGITS; i += 2) {
      for (let which: usize = 0; which < 2; which++) {
        const digit: i32 = load<i8>((which ? V : U) + i);
        if (digit == 0) continue;
        const entry = (which ? q : g) + (i >> 1) * ROW + <usize>(abs(digit) - 1) * ENTRY;
        if (started) add(entry, digit < 0);
        else start(entry, digit < 0);
        started = true;
      }
    }
  }
  return started && !isInfinite();
}

/** x/s mod n in digits from -128 to 127, the lowest first: those of base 256, made smaller by a carry. The last is 0 or 1. */
function digits(out: usize, bytes: usize): void {
  loadBytes(S, bytes);
  times(T, S, INVERSE, N);
  let held: i64 = 0, bits = 0, carry: i32 = 0;
  for (let i: usize = 0, from = T; i < 32; i++) {
    if (bits < 8) {
      held |= <i64>load<i32>(from) << bits;
      from += 4;
      bits += 29;
    }
    carry += <i32>(held & 255);
    store<i8>(out + i, <i8>carry);
    carry = (carry + 128) >> 8;
    held >>= 8;
    bits -= 8;
  }
  store<i8>(out, <i8>carry, 32);
}
