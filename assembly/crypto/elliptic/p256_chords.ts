/**
 * Owns the addition of affine points of P-256, many at a time with one inversion (Montgomery's trick): 1 / z is the inverse of the product up to z,
 * times the product before it.
 */
import { SIZE } from "../arithmetic/inverse";
import { copy, invert, mul, ONE, sub, vanishes, ZERO } from "./p256_field";

const SCRATCH = memory.data(4 * 36, 16);
const PRODUCT = SCRATCH, A = SCRATCH + SIZE, B = SCRATCH + 2 * SIZE, C = SCRATCH + 3 * SIZE;

export function begin(): void { copy(PRODUCT, ONE); }

/** Records a division by z at `to`, the place of an entry. z is a difference of two normalized numbers, from -12p to 12p. */
export function note(to: usize, z: usize): void {
  copy(to, z);
  copy(to + SIZE, PRODUCT);
  mul(PRODUCT, PRODUCT, z, ZERO);
}

/** Inverts the product. False if one of the z was 0, by which nothing can be divided. */
export function solve(): bool {
  if (vanishes(PRODUCT)) return false;
  invert(PRODUCT, PRODUCT);
  return true;
}

/**
 * `to` becomes the sum of the entries p and q. Calls go backwards, from the last `to` that was recorded to the first. The line through p and q has
 * the slope `rise` / z; `rise` is a sum or difference of up to three normalized numbers, from -12p to 12p. If -x of p and of q is from -p/2 to 3p/2,
 * then -x of the sum is from -4p to 3p, and its -y differs from y of p by at most 2p.
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
