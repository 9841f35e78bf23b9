/** Owns scalars: numbers modulo L = 2^252 + 27742317777372353535851937790883648493, the order of Ed25519's base point (RFC 8032 §5.1). */
import { cut, join } from "../arithmetic/limbs";

const WIDTH = 28;
const MASK = (1 << WIDTH) - 1;

/** L; its limb 9 is 1. */
const ORDER: StaticArray<i32> = [0xcf5d3ed, 0x12631a5, 0x79cd658, 0xf9dea2f, 0x14de, 0, 0, 0, 0, 1];

/** Whether the number in 32 little-endian bytes is below L. */
export function isScalar(bytes: Uint8Array): bool {
  const limbs = new StaticArray<i32>(10);
  cut(changetype<usize>(limbs), 10, WIDTH, bytes);
  for (let i = 9; i >= 0; i--) if (limbs[i] != ORDER[i]) return limbs[i] < ORDER[i];
  return false;
}

/** The number in 64 little-endian bytes modulo L, in 32 little-endian bytes. */
export function reduce(hash: Uint8Array): Uint8Array {
  const x = new StaticArray<i32>(19);
  cut(changetype<usize>(x), 19, WIDTH, hash);
  for (let i = 18; i >= 9; i--) subtract(x, i, x[i]);
  if (x[8] < 0) { // one L too many was subtracted, because the last limb was that of a number below L
    x[8] &= MASK;
    subtract(x, 9, -1);
  }
  return join(changetype<usize>(x), WIDTH);
}

/**
 * Subtracts `times` · L · 2^(28 · (i - 9)) from the number in limbs i - 9 to i, where `times` is limb i. That limb becomes 0, and its remainder, from
 * -1 to 1, is added to the limb below.
 */
function subtract(x: StaticArray<i32>, i: i32, times: i64): void {
  // In bounds: 9 <= i < 19.
  const limbs = changetype<usize>(x) + (<usize>(i - 9) << 2), order = changetype<usize>(ORDER);
  let carry: i64 = 0;
  for (let j: usize = 0; j < 36; j += 4) {
    carry += <i64>load<i32>(limbs + j) - times * <i64>load<i32>(order + j);
    store<i32>(limbs + j, <i32>carry & MASK);
    carry >>= WIDTH;
  }
  store<i32>(limbs, load<i32>(limbs, 32) + (<i32>carry << WIDTH), 32);
  store<i32>(limbs, 0, 36);
}
