/** Owns sums of affine points of P-256, many of them with one inversion: 1 / z is that of the product up to z, times the product before it. */
import { SIZE } from "../arithmetic/inverse";
import { copy, invert, mul, ONE, sub, vanishes, ZERO } from "./p256_field";

const SCRATCH = memory.data(4 * 36, 16);
const PRODUCT = SCRATCH, A = SCRATCH + SIZE, B = SCRATCH + 2 * SIZE, C = SCRATCH + 3 * SIZE;

export function begin(): void { copy(PRODUCT, ONE); }

/** Prepares `to`, the place of an entry, for a quotient by z: a difference of two tidy numbers, from -12p to 12p. */
export function note(to: usize, z: usize): void {
  copy(to, z);
  copy(to + SIZE, PRODUCT);
  mul(PRODUCT, PRODUCT, z, ZERO);
}

/** False when one of all z was 0, by which nothing can be divided. */
export function solve(): bool {
  if (vanishes(PRODUCT)) return false;
  invert(PRODUCT, PRODUCT);
  return true;
}

/**
 * `to`, which is what was noted last, and at the next call what was noted before, becomes the sum of two entries p and q, by the line through
 * them: its slope is `rise` / z, where `rise` is a sum or difference of up to three tidy numbers, from -12p to 12p. With a -x of p and of q from
 * -p/2 to 3p/2 that of the sum is from -4p to 3p, and its -y is at most 2p from the y of p.
 */
export function sumOf(to: usize, p: usize, q: usize, rise: usize): void {
  mul(A, PRODUCT, to + SIZE, ZERO);
  mul(PRODUCT, PRODUCT, to, ZERO);
  mul(A, A, rise, ZERO);
  sub(B, ZERO, p);
  sub(B, B, q);
  sub(C, ZERO, A);
  mul(to, A, C, B);           // -x' = x + x2 - slope²
  sub(C, ZERO, p + SIZE);
  sub(B, p, to);
  mul(to + SIZE, A, B, C);    // -y' = slope (x' - x) + y
}
