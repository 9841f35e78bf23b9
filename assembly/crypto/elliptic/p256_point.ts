/** Owns the addition of points of P-256, y² = x³ - 3x + b. */
import { SIZE } from "../arithmetic/inverse";
import { copy, mul, ONE, read, sub, THREE_HALVES, vanishes, ZERO } from "./p256_field";

const SCRATCH = memory.data(9 * 36, 16);
/**
 * The current point is (x / zz, y / zzz), where zz³ = zzz². Once zz is 0 it stays 0, so an addition for which the formula does not hold is detected
 * at the end. x is from -6p to 6p. y is from -5p to 5p, but the first from -8p to 8p. zz and zzz are from -p/8 to 9p/8. All are normalized, except
 * the first x and y, which are negatives of normalized numbers.
 */
export const X = SCRATCH, Y = SCRATCH + SIZE, ZZ = SCRATCH + 2 * SIZE, ZZZ = SCRATCH + 3 * SIZE;
const A = SCRATCH + 4 * SIZE, B = SCRATCH + 5 * SIZE, C = SCRATCH + 6 * SIZE, D = SCRATCH + 7 * SIZE, E = SCRATCH + 8 * SIZE;

/** The affine point (x, y) is stored for additions as -x, from -4p to 3p, and -y, from -8p to 8p. Both are normalized. */
export const ENTRY: usize = 2 * SIZE;

/** Whether the current point is the negative of the intended one. */
let opposite = false;

export function isInfinite(): bool { return vanishes(ZZ); }

/** Whether the point's x is the number in 32 big-endian bytes. */
export function hasX(bytes: usize): bool {
  read(A, bytes);
  sub(B, ZERO, X);
  mul(A, A, ZZ, B);
  mul(A, A, ONE, ZERO); // from -7p to 8p, reduced to the range in which `vanishes` detects zero
  return vanishes(A);
}

/** Starts with a point, or with its negative. */
export function start(entry: usize, negative: bool): void {
  sub(X, ZERO, entry);
  sub(Y, ZERO, entry + SIZE);
  copy(ZZ, ONE);
  copy(ZZZ, ONE);
  opposite = negative;
}

/**
 * No point has y = 0 on a curve of prime order. Half the slope keeps all numbers so small that none must be doubled. `sub` never loads what the
 * product just before has stored: a vector load that follows stores of its parts has to wait for them.
 */
export function double(): void {
  sub(A, X, ZZ);
  sub(B, ZERO, ZZ);
  sub(B, X, B);
  mul(C, Y, Y, ZERO);     // b = y²
  mul(D, X, C, ZERO);     // d = xy²
  mul(ZZ, ZZ, C, ZERO);   // zz' = y² zz
  mul(A, A, B, ZERO);
  sub(B, ZERO, D);
  sub(B, B, D);
  mul(C, C, Y, ZERO);     // c = y³
  mul(A, A, THREE_HALVES, ZERO); // a = 3/2 (x - zz)(x + zz), half the tangent's slope for a curve with -3x
  mul(ZZZ, ZZZ, C, ZERO); // zzz' = y³ zzz
  sub(E, ZERO, C);
  mul(X, A, A, B);        // x' = a² - 2xy²
  mul(E, Y, E, ZERO);
  sub(D, D, X);
  mul(Y, A, D, E);        // y' = a (xy² - x') - y⁴
}

/** Adds a point, or subtracts it. The sum replaces the current point with the opposite sign, which saves negations. */
export function add(entry: usize, negative: bool): void {
  let y2 = entry + SIZE;
  if (negative != opposite) {
    sub(E, ZERO, y2);
    y2 = E;
  }
  opposite = !opposite;
  mul(A, entry, ZZ, X);   // a = x - x2 zz; 0 for the same point and for its negative, and then zz' = 0
  mul(B, y2, ZZZ, Y);     // b = y - y2 zzz
  mul(C, A, A, ZERO);
  mul(D, X, C, ZERO);     // d = xa²
  mul(ZZ, ZZ, C, ZERO);   // zz' = zz a²
  mul(C, C, A, ZERO);     // c = a³
  mul(ZZZ, ZZZ, C, ZERO); // zzz' = zzz a³
  sub(E, C, D);
  sub(E, E, D);
  mul(X, B, B, E);        // x' = b² + a³ - 2xa²
  mul(Y, Y, C, ZERO);
  sub(D, X, D);
  mul(Y, B, D, Y);        // y' = b (x' - xa²) + ya³
}
