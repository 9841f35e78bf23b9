/** Owns tables of multiples, with which multiplying a point of P-256 needs few doublings (similar to Lim and Lee, CRYPTO '94, but by digits). */
import { SIZE } from "../arithmetic/inverse";
import { begin, note, solve, sumOf } from "./p256_chords";
import { copy, invert, mul, ONE, read, sub, twice, ZERO } from "./p256_field";
import { double, ENTRY, X, Y, ZZ, ZZZ } from "./p256_point";

/** A row is 1, 2, 3 … 128 times one point, stored as -x (a product) and -y (from -6p to 6p). */
const COUNT: usize = 128;
export const ROW: usize = COUNT * ENTRY;
/** Rows for P, 2^16 P, 2^32 P … 2^240 P. One entry behind them is 2^256 P, for the last carry of a scalar. */
const ROWS: usize = 16;
/** 147 kB. The last two entries are scratch space while the table is made. */
export const TABLE_WORDS: i32 = 2051 * 18;

const SCRATCH = memory.data(5 * 36, 16);
const MINUS_ONE = SCRATCH, PRODUCT = SCRATCH + SIZE, A = SCRATCH + 2 * SIZE, B = SCRATCH + 3 * SIZE, C = SCRATCH + 4 * SIZE;

/** Fills a table of TABLE_WORDS with multiples of the point at `x` and `y`, 32 big-endian bytes each. The point must be on the curve. */
export function makeTable(table: usize, x: usize, y: usize): void {
  sub(MINUS_ONE, ZERO, ONE);
  read(X, x);
  read(Y, y);
  copy(ZZ, ONE);
  copy(ZZZ, ONE);
  bases(table);
  for (let count: usize = 1; count < COUNT; count <<= 1) grow(table, count);
}

/** Computes the first entry of each row, with one inversion for all: 1 / z is the inverse of the product up to z, times the product before it. */
function bases(table: usize): void {
  copy(PRODUCT, ONE);
  for (let i: usize = 0; i <= ROWS; i++) {
    if (i > 0) for (let j = 0; j < 16; j++) double();
    const entry = table + i * ROW, later = entry + ENTRY;
    copy(entry, X);
    copy(entry + SIZE, Y);
    copy(later, ZZZ);
    copy(later + SIZE, PRODUCT);
    copy(later + ENTRY, ZZ);
    mul(PRODUCT, PRODUCT, ZZZ, ZERO);
  }
  invert(PRODUCT, PRODUCT);
  for (let i = ROWS + 1; i-- > 0;) {
    const entry = table + i * ROW, later = entry + ENTRY;
    mul(A, PRODUCT, later + SIZE, ZERO);
    mul(PRODUCT, PRODUCT, later, ZERO);
    sub(A, ZERO, A);                            // -1 / zzz
    mul(entry + SIZE, entry + SIZE, A, ZERO);
    mul(A, A, later + ENTRY, ZERO);             // -zz / zzz, whose square is 1 / zz
    mul(A, A, A, ZERO);
    sub(A, ZERO, A);
    mul(entry, entry, A, ZERO);
  }
}

/** Doubles the length of rows of `count` multiples by adding the last one to each, again with one inversion for all. */
function grow(table: usize, count: usize): void {
  begin();
  for (let i: usize = 0; i < ROWS * count; i++) {
    const row = table + i / count * ROW, from = row + i % count * ENTRY, last = row + (count - 1) * ENTRY;
    if (from != last) sub(A, from, last);
    else {
      twice(A, last + SIZE);
      sub(A, ZERO, A);
    }
    note(from + count * ENTRY, A);
  }
  solve(); // always true: no two multiples here are equal or negatives of each other, in a group of prime order
  for (let i = ROWS * count; i-- > 0;) {
    const row = table + i / count * ROW, from = row + i % count * ENTRY, last = row + (count - 1) * ENTRY, to = from + count * ENTRY;
    if (from != last) sub(B, from + SIZE, last + SIZE);
    else {
      mul(C, last, last, MINUS_ONE);
      twice(B, C);
      sub(C, ZERO, C);
      sub(B, B, C);             // the tangent's slope is 3 (x² - 1) / 2y
    }
    sumOf(to, last, from, B);
    mul(to, to, ONE, ZERO);     // reduced to the range of a product
  }
}
