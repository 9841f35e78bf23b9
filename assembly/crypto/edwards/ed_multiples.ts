/** Owns tables of a point's multiples, with which a multiplication consists mostly of additions. */
import { addPrepared, double, POINT_SIZE, prepare, PREPARED_SIZE, setNeutral } from "./edwards";
import { cut } from "../arithmetic/limbs";

/** Bits of a scalar, which is below 2^253. */
const BITS = 253;

/**
 * A scalar is split into signed digits of `width` bits, from -2^(width - 1) to 2^(width - 1) - 1. Every `stride`-th digit has its own row in the
 * table: the point times 2^(width · stride · row), multiplied by 1 to 2^(width - 1). With stride 1 there are no doublings. A larger stride makes the
 * table smaller, and needs width · (stride - 1) doublings to shift the digits to their places.
 */
@final
export class EdMultiples {
  private readonly digits: i32;
  private readonly table: StaticArray<u8>;

  /** `width` is from 3 to 8. With each of these the topmost digit has so few of the 253 bits that it has room for the carry. */
  constructor(point: usize, private readonly width: i32, private readonly stride: i32) {
    const digits = BITS / width + 1, rows = (digits + stride - 1) / stride, each = 1 << (width - 1);
    this.digits = digits;
    this.table = new StaticArray<u8>(rows * each * <i32>PREPARED_SIZE);

    const points = new StaticArray<u8>(rows * each * <i32>POINT_SIZE), firsts = new StaticArray<u8>(rows * <i32>PREPARED_SIZE);
    let at = changetype<usize>(points);
    memory.copy(at, point, POINT_SIZE);
    for (let row = 1; row < rows; row++, at += POINT_SIZE) {
      memory.copy(at + POINT_SIZE, at, POINT_SIZE);
      double(at + POINT_SIZE, width * stride);
    }
    prepare(changetype<usize>(firsts), changetype<usize>(points), rows);
    at = changetype<usize>(points);
    for (let row = 0; row < rows; row++) {
      const first = changetype<usize>(firsts) + <usize>row * PREPARED_SIZE;
      for (let i = 0; i < each; i++, at += POINT_SIZE) {
        if (i == 0) setNeutral(at);
        else memory.copy(at, at - POINT_SIZE, POINT_SIZE);
        addPrepared(at, first, false);
      }
    }
    prepare(changetype<usize>(this.table), changetype<usize>(points), rows * each);
  }

  /** out = -[scalar]P, for a scalar below 2^253 in 32 little-endian bytes. */
  negated(out: usize, scalar: Uint8Array): void {
    const digits = this.split(scalar);
    setNeutral(out);
    for (let step = this.stride - 1; step >= 0; step--) {
      this.addStep(out, digits, step, true);
      if (step > 0) double(out, this.width);
    }
  }

  /** sum += [scalar]P. Only a table of stride 1 can do it. */
  addTo(sum: usize, scalar: Uint8Array): void { this.addStep(sum, this.split(scalar), 0, false); }

  /** Adds, for every row, the entry of the digit `step` places above the row's first digit. */
  private addStep(sum: usize, digits: StaticArray<i32>, step: i32, negative: bool): void {
    const each = <usize>1 << (this.width - 1);
    let row = changetype<usize>(this.table) - PREPARED_SIZE; // a digit of 0 has no entry
    for (let i = step; i < this.digits; i += this.stride, row += each * PREPARED_SIZE) {
      const digit = digits[i];
      if (digit != 0) addPrepared(sum, row + <usize>abs(digit) * PREPARED_SIZE, (digit < 0) != negative);
    }
  }

  private split(scalar: Uint8Array): StaticArray<i32> {
    const width = this.width, half = 1 << (width - 1), out = new StaticArray<i32>(this.digits);
    let at = changetype<usize>(out);
    cut(at, this.digits, width, scalar);
    const end = at + (<usize>this.digits << 2);
    for (let owed = 0; at < end; at += 4) {
      const digit = load<i32>(at) + owed;
      owed = (digit + half) >> width; // a digit in the upper half is lowered by 2^width, with a carry of 1
      store<i32>(at, digit - (owed << width));
    }
    return out;
  }
}
