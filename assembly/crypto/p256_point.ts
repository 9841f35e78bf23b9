/** Owns the addition of points of P-256, y² = x³ - 3x + b. */
import { SIZE } from "./inverse";
import { copy, mul, ONE, read, sub, twice, vanishes, ZERO } from "./p256_field";

const SCRATCH = memory.data(9 * 36, 16);
/**
 * The point at work is (x / zz, y / zzz), where zz³ = zzz². Once zz is 0 it stays so: an addition for which the formula does not hold is seen in
 * the end. x is from -4p to 4p, y from -3p to 3p but for the first, which is as the table's; zz and zzz are products.
 */
export const X = SCRATCH, Y = SCRATCH + SIZE, ZZ = SCRATCH + 2 * SIZE, ZZZ = SCRATCH + 3 * SIZE;
const A = SCRATCH + 4 * SIZE, B = SCRATCH + 5 * SIZE, C = SCRATCH + 6 * SIZE, D = SCRATCH + 7 * SIZE, E = SCRATCH + 8 * SIZE;

/** The affine point (x, y) as it is added: -x and -y. */
export const ENTRY: usize = 2 * SIZE;

/** Whether the point at work is the opposite of what is meant. */
let opposite = false;

export function isInfinite(): bool { return vanishes(ZZ); }

/** Whether the point's x is the number in 32 big-endian bytes. */
export function hasX(bytes: usize): bool {
  read(A, bytes);
  sub(B, ZERO, X);
  mul(A, A, ZZ, B);
  mul(A, A, ONE, ZERO); // from -4p to 4p, brought to where zero is seen
  return vanishes(A);
}

/** Begins with a point, or with its opposite. */
export function start(entry: usize, negative: bool): void {
  sub(X, ZERO, entry);
  sub(Y, ZERO, entry + SIZE);
  copy(ZZ, ONE);
  copy(ZZZ, ONE);
  opposite = negative;
}

/** There is no point with y = 0 on a curve of prime order. */
export function double(): void {
  sub(A, X, ZZ);
  twice(B, X);
  sub(B, B, A);
  mul(A, A, B, ZERO);
  twice(B, A);
  mul(A, A, ONE, B);      // a = 3 (x - zz)(x + zz), the tangent's slope for a curve with -3x
  twice(B, Y);
  mul(C, Y, B, ZERO);
  twice(B, C);            // b = 4y²
  mul(ZZ, ZZ, B, ZERO);   // zz' = 4y² zz
  mul(D, X, B, ZERO);     // d = 4xy²
  mul(C, Y, B, ZERO);
  twice(B, C);            // b = 8y³
  mul(ZZZ, ZZZ, B, ZERO); // zzz' = 8y³ zzz
  mul(Y, Y, B, ZERO);
  twice(B, D);
  sub(B, ZERO, B);
  mul(X, A, A, B);        // x' = a² - 8xy²
  sub(D, D, X);
  sub(E, ZERO, Y);
  mul(Y, A, D, E);        // y' = a (4xy² - x') - 8y⁴
}

/** Adds a point, or takes it away. The sum becomes the opposite of what it was before: that saves negations. */
export function add(entry: usize, negative: bool): void {
  let y2 = entry + SIZE;
  if (negative != opposite) {
    sub(E, ZERO, y2);
    y2 = E;
  }
  opposite = !opposite;
  mul(A, entry, ZZ, X);   // a = x - x2 zz, which is 0 for the same point and for its opposite: zz will be
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
