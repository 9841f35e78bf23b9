/** Owns the points of edwards25519 (RFC 8032 §5.1): -x² + y² = 1 + d·x²·y² over the integers modulo 2^255 - 19. */
import { sameBytes } from "../arithmetic/equal";
import { add, both, copy, invert, mul, read, rootPower, set, SIZE, sub, vanishes, write } from "./field25519";

/** A point is four reduced numbers at an address, X, Y, Z and T: it is (X/Z, Y/Z) with T = XY/Z (RFC 8032 §5.1.4). */
export const POINT_SIZE: usize = 4 * SIZE;
const Y: usize = SIZE, Z: usize = 2 * SIZE, T: usize = 3 * SIZE;

/** A prepared point, which can be added, is three reduced numbers: (y - x)/2, (y + x)/2 and dxy. */
export const PREPARED_SIZE: usize = 3 * SIZE;

/** d = -121665/121666, 2d, 1/2, a square root of -1, and 1. */
const D = memory.data(36), D2 = memory.data(36), HALF = memory.data(36), ROOT = memory.data(36), ONE = memory.data(36);
/** Intermediate values of an operation. */
const A = memory.data(36), B = memory.data(36), C = memory.data(36);
const E = memory.data(36), F = memory.data(36), G = memory.data(36), H = memory.data(36), OTHER = memory.data(144);

let ready = false;

/** `decode` calls it: every computation starts from a decoded point. */
function makeConstants(): void {
  if (ready) return;
  ready = true;
  set(ONE, 1);
  set(A, 121666);
  invert(B, A);
  set(A, -121665);
  mul(D, A, B);
  set(A, 2);
  mul(D2, A, D);
  invert(HALF, A);
  rootPower(B, A);
  mul(B, B, B);
  mul(ROOT, B, A); // 2^((p - 1) / 4) = (2^((p - 5) / 8))² · 2
}

/** p = (0, 1). */
export function setNeutral(p: usize): void {
  memory.fill(p, 0, POINT_SIZE);
  set(p + Y, 1);
  set(p + Z, 1);
}

/** p = [2^times]p, times > 0. T is computed after the last doubling only, because a doubling does not use it. */
export function double(p: usize, times: i32): void {
  do {
    add(A, p + Y, p + Y);
    mul(E, p, A);         // E = 2XY
    mul(A, p, p);
    mul(B, p + Y, p + Y);
    mul(C, p + Z, p + Z);
    add(C, C, C);
    both(H, G, B, A);     // H = Y² + X² and G = Y² - X²
    sub(F, C, G);         // F = 2Z² - G, of size 3
    mul(p, E, F);
    mul(p + Y, G, H);
    mul(p + Z, F, G);
  } while (--times > 0);
  mul(p + T, E, H);
}

/**
 * Adds the prepared point q to p, or subtracts it. It is the formula of §5.1.4 with every term halved, and is valid for every pair of points. To
 * subtract q, exchange x and y in both points, add, and exchange them back; so no product is ever of two sums.
 */
export function addPrepared(p: usize, q: usize, negative: bool): void {
  const u = negative ? p + Y : p, v = negative ? p : p + Y, first = negative ? q + SIZE : q, second = negative ? q : q + SIZE;
  both(B, A, u, v);
  mul(A, A, first);
  mul(B, B, second);
  mul(C, p + T, q + 2 * SIZE);
  both(E, H, B, A);
  both(G, F, p + Z, C);
  mul(u, E, F);
  mul(v, G, H);
  mul(p + Z, F, G);
  mul(p + T, E, H);
}

/** Prepares `count` consecutive points, with one inversion for all. */
export function prepare(out: usize, points: usize, count: i32): void {
  // Forwards: G is the product of all Z so far, and each entry keeps the product of those before it. Backwards: G is half the inverse of that
  // product.
  set(G, 1);
  let p = points, q = out;
  for (let i = 0; i < count; i++, p += POINT_SIZE, q += PREPARED_SIZE) {
    copy(q, G);
    mul(G, G, p + Z);
  }
  invert(G, G);
  mul(G, G, HALF);
  while (count-- > 0) {
    p -= POINT_SIZE;
    q -= PREPARED_SIZE;
    mul(F, G, q);         // 1/(2Z)
    mul(G, G, p + Z);
    both(B, A, p + Y, p);
    mul(q, A, F);
    mul(q + SIZE, B, F);
    mul(C, p + T, F);
    mul(q + 2 * SIZE, C, D2);
  }
}

/** Whether [8]p is the neutral point. */
export function hasSmallOrder(p: usize): bool {
  memory.copy(OTHER, p, POINT_SIZE);
  double(OTHER, 3);
  sub(A, OTHER + Y, OTHER + Z);
  return vanishes(OTHER) && vanishes(A);
}

/** Encodes p: y, little-endian, with the parity of x as the topmost bit (§5.1.2). */
export function encode(p: usize): Uint8Array {
  invert(A, p + Z);
  mul(B, p, A);
  mul(A, p + Y, A);
  const out = write(A);
  out[31] |= write(B)[0] << 7;
  return out;
}

/**
 * Sets p to the point that 32 bytes encode. False if there is none: y must be below 2^255 - 19, and x must exist and not be a negative zero (§5.1.3).
 */
export function decode(p: usize, bytes: Uint8Array): bool {
  makeConstants();
  const y = p + Y, negative = bytes[31] >> 7;
  read(y, bytes);
  const spelt = write(y);
  spelt[31] |= negative << 7;
  if (!sameBytes(spelt, bytes)) return false;

  // x² = u/v = (y² - 1) / (dy² + 1), so x = u v³ (u v⁷)^((p - 5)/8), or that times a square root of -1.
  mul(A, y, y);
  mul(B, A, D);
  sub(A, A, ONE);         // u
  add(B, B, ONE);         // v, of size close to 1, because only one limb has grown
  mul(C, B, B);
  mul(C, C, B);
  mul(E, C, A);
  mul(C, C, C);
  mul(C, C, B);
  mul(C, C, A);
  rootPower(C, C);
  mul(p, E, C);
  mul(C, p, p);
  mul(C, C, B);           // vx² is u or -u; otherwise there is no x
  sub(E, C, A);
  if (!vanishes(E)) {
    add(E, C, A);
    if (!vanishes(E)) return false;
    mul(p, p, ROOT);
  }
  if (vanishes(p) && negative) return false;
  if ((write(p)[0] & 1) != negative) {
    set(A, -1);
    mul(p, p, A);
  }
  set(p + Z, 1);
  mul(p + T, p, y);
  return true;
}
