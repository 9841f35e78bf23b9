// The encoding of sealed data: numbers, and byte strings after their length. Each value has one encoding, and only that is read.

import { EMPTY } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";

/** Seconds since 1970 in 32 bits, which last until 2106. A time out of range becomes the nearest in range. */
export function writeTime(out: ByteWriter, timeSec: i64): void {
  out.u32(<u32>max<i64>(0, min<i64>(timeSec, u32.MAX_VALUE)));
}

export function writeField(out: ByteWriter, value: Uint8Array): void {
  out.u32(value.length).bytes(value);
}

/** Reads from the front. After the first field that does not fit, everything reads as 0 or EMPTY, and `done` is false. */
@final
export class FieldReader {
  private at: i32 = 0;
  private wrong: bool = false;

  constructor(private readonly from: Uint8Array) {}

  /** Whether all fields fitted and nothing is left. */
  get done(): bool { return !this.wrong && this.at == this.from.length; }

  refuse(): void { this.wrong = true; }

  byte(): u8 { return this.fits(1) ? this.from[this.at++] : 0; }

  /** A byte that is 0 or 1. */
  flag(): bool {
    const value = this.byte();
    if (value > 1) this.refuse();
    return value == 1;
  }

  time(): i64 { return this.number(); }

  /** A byte string after its length. */
  field(): Uint8Array {
    // A length above 2^31 is too long, like any other that does not fit.
    return this.take(<i32>min<u32>(this.number(), i32.MAX_VALUE));
  }

  /** So many bytes. They are not copied. */
  take(size: i32): Uint8Array {
    if (!this.fits(size)) return EMPTY;
    this.at += size;
    return this.from.subarray(this.at - size, this.at);
  }

  /** Little-endian. */
  number(): u32 {
    if (!this.fits(4)) return 0;
    const from = this.from, at = this.at;
    this.at += 4;
    return <u32>from[at] | <u32>from[at + 1] << 8 | <u32>from[at + 2] << 16 | <u32>from[at + 3] << 24;
  }

  private fits(size: i32): bool {
    if (size > this.from.length - this.at) this.wrong = true;
    return !this.wrong;
  }
}
