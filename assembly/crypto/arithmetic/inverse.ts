/** Owns inverses and quotients modulo P-256's primes, by Bernstein and Yang's division steps (https://eprint.iacr.org/2019/266). */

// A number is nine 32-bit words: limbs of 29 bits, least significant first. It is normalized when every limb but the top one is from 0 to 2^29 - 1.
// The time depends on the values, so only public numbers may pass through here.

const BITS: i64 = 29;
const MASK: i64 = (1 << BITS) - 1;
/** Bytes of a number. */
export const SIZE: usize = 36;
const TOP: usize = SIZE - 4;

/** For f up to 2^256 and g up to 2^257, g is 0 after (49 · 257 + 57) / 17 = 744 steps (theorem 11.2). A round has 29 steps. */
const ROUNDS = 26;

const SCRATCH = memory.data(5 * 36, 16);
const F = SCRATCH, G = SCRATCH + SIZE, D = SCRATCH + 2 * SIZE, E = SCRATCH + 3 * SIZE, T = SCRATCH + 4 * SIZE;

/** The matrix of a round: it turns (x, y) into (u·x + v·y, q·x + r·y) / 2^29. */
let u: i64 = 0, v: i64 = 0, q: i64 = 0, r: i64 = 0;

/**
 * `out` = 2^261 / x modulo an odd prime n just below 2^256. x and n are normalized, and x is from -n to 2n. A multiple of n has no inverse: its
 * result is meaningless. The result is from -14n to 14n, and either it or its negative is normalized.
 */
export function invert(out: usize, x: usize, n: usize): void {
  for (let i: usize = 0; i < SIZE; i += 4) {
    store<i32>(F + i, load<i32>(n + i));
    store<i32>(G + i, load<i32>(x + i));
    store<i32>(D + i, 0);
  }
  oneOf(E, n);
  // Invariant modulo n: D · x = 2^261 · f and E · x = 2^261 · g. At the end g is 0, and f is 1 or -1.
  const inverse = inverseOf(n);
  let delta = 1;
  for (let i = 0; i < ROUNDS && !isZero(G); i++) {
    delta = steps(delta, load<i32>(F), load<i32>(G));
    transform(F, G, n, inverse);
    transform(D, E, n, inverse);
  }
  const sign = load<i32>(F, TOP) < 0 ? -1 : 1;
  for (let i: usize = 0; i < SIZE; i += 4) store<i32>(out + i, load<i32>(D + i) * sign);
}

/** Montgomery's product: `out` = x · y / 2^261 mod n, from 0 to n - 1, for a normalized x from 0 to 2^256 and a y from -14n to 14n. */
export function times(out: usize, x: usize, y: usize, n: usize): void {
  const inverse = inverseOf(n);
  for (let i: usize = 0; i < SIZE; i += 4) {
    store<i32>(out + i, 0);
    store<i32>(T + i, load<i32>(y + i));
  }
  u = 1; q = 0; r = 1 << BITS;
  for (let i: usize = 0; i < SIZE; i += 4) {
    v = load<i32>(x + i);
    transform(out, T, n, inverse); // out = (out + v·y) / 2^29; T, a copy of y, does not change
  }
  if (load<i32>(out, TOP) < 0) add(out, n, 1); // above -n: |x · y| / 2^261 is below n/2, and the added multiples of n come to n/2 at most
}

/** `out` = 2^261 mod n = 32 · (2^256 - n). */
export function oneOf(out: usize, n: usize): void {
  for (let i: usize = 0; i < TOP; i += 4) store<i32>(out + i, 0);
  store<i32>(out, 1 << 29, TOP);
  add(out, n, -32);
}

/** Computes u, v, q and r for 29 steps, which depend only on the lowest limbs of f and g. Returns the next delta. */
function steps(delta: i32, f: i32, g: i32): i32 {
  let a = 1, b = 0, c = 0, d = 1, left: i32 = 29;
  for (;;) {
    const zeros = ctz(g | (-1 << left));
    g >>= zeros; a <<= zeros; b <<= zeros;
    delta += zeros;
    left -= zeros;
    if (left == 0) break;
    if (delta > 0) {
      delta = -delta;
      let t = f; f = g; g = -t;
      t = a; a = c; c = -t;
      t = b; b = d; d = -t;
    }
    // Until delta is above 0 again, the steps only add f to g. Adding one multiple of f does the work of up to six steps, because f (f² - 2) is -1/f
    // mod 64.
    const bits = min(1 - delta, left), multiple = f * g * (f * f - 2) & ((1 << bits) - 1) & 63;
    g += f * multiple; c += a * multiple; d += b * multiple;
  }
  u = a; v = b; q = c; r = d;
  return delta;
}

/**
 * (x, y) = (u·x + v·y, q·x + r·y) / 2^29 mod n, normalized. To make them divisible by 2^29, each gets the multiple of n with the smallest absolute
 * value. `steps` keeps |u| + |v| and |q| + |r| up to 2^29, so the larger of |x| and |y| grows by n/2 at most.
 */
function transform(x: usize, y: usize, n: usize, inverse: i32): void {
  const xu = u, xv = v, yq = q, yr = r; // a global is read from memory at each use
  const x0: i64 = load<i32>(x), y0: i64 = load<i32>(y), n0: i64 = load<i32>(n);
  let s = xu * x0 + xv * y0, t = yq * x0 + yr * y0;
  const ms = -(<i64>(<i32>s * inverse << 3 >> 3)), mt = -(<i64>(<i32>t * inverse << 3 >> 3));
  s = (s + ms * n0) >> BITS;
  t = (t + mt * n0) >> BITS;
  for (let i: usize = 4; i < SIZE; i += 4) {
    const a: i64 = load<i32>(x + i), b: i64 = load<i32>(y + i), c: i64 = load<i32>(n + i);
    s += xu * a + xv * b + ms * c;
    t += yq * a + yr * b + mt * c;
    store<i32>(x + i - 4, <i32>(s & MASK));
    store<i32>(y + i - 4, <i32>(t & MASK));
    s >>= BITS;
    t >>= BITS;
  }
  store<i32>(x, <i32>s, TOP);
  store<i32>(y, <i32>t, TOP);
}

/** x += multiple · n, normalized. */
function add(x: usize, n: usize, multiple: i64): void {
  let t: i64 = 0;
  for (let i: usize = 0; i < SIZE; i += 4) {
    t += <i64>load<i32>(x + i) + multiple * <i64>load<i32>(n + i);
    store<i32>(x + i, <i32>(i < TOP ? t & MASK : t));
    t >>= BITS;
  }
}

/** 1 / n mod 2^32 by Newton's method: 3 bits are correct at first, and each step doubles them. */
function inverseOf(n: usize): i32 {
  let inverse = load<i32>(n);
  for (let i = 0; i < 4; i++) inverse *= 2 - load<i32>(n) * inverse;
  return inverse;
}

function isZero(x: usize): bool {
  let any = 0;
  for (let i: usize = 0; i < SIZE; i += 4) any |= load<i32>(x + i);
  return any == 0;
}

/** `out` = the number in 32 big-endian bytes, normalized. */
export function loadBytes(out: usize, bytes: usize): void {
  let held: i64 = 0, bits: i64 = 0;
  for (let i: usize = 32; i-- > 0;) {
    held |= <i64>load<u8>(bytes + i) << bits;
    bits += 8;
    if (bits < BITS) continue;
    store<i32>(out, <i32>(held & MASK));
    out += 4;
    held >>= BITS;
    bits -= BITS;
  }
  store<i32>(out, <i32>held);
}
