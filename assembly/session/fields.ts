// The bytes of what is sealed: numbers, and byte strings behind their length. There is one way to write a value, and only that is read.

import { EMPTY } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";

/** Seconds since 1970 take 32 bits until 2106; what cannot be a time of ours becomes the nearest that can. */
export function writeTime(out: ByteWriter, timeSec: i64): void {
  out.u32(<u32>max<i64>(0, min<i64>(timeSec, u32.MAX_VALUE)));
}

export function writeField(out: ByteWriter, value: Uint8Array): void {
  out.u32(value.length).bytes(value);
}

/** Reads from the front. The first thing that does not fit spoils the whole, and everything after that reads as nothing. */
@final
export class FieldReader {
  private at: i32 = 0;
  private wrong: bool = false;

  constructor(private readonly from: Uint8Array) {}

  /** Whether everything fitted and nothing is left. */
  get done(): bool { return !this.wrong && this.at == this.from.length; }

  refuse(): void { this.wrong = true; }

  byte(): u8 { return this.fits(1) ? this.from[this.at++] : 0; }

  /** False or true, and no other byte. */
  flag(): bool {
    const value = this.byte();
    if (value > 1) this.refuse();
    return value == 1;
  }

  time(): i64 { return this.number(); }

  /** A byte string behind its length. */
  field(): Uint8Array {
    // A length above 2^31 is as much too long as any other.
    return this.take(<i32>min<u32>(this.number(), i32.MAX_VALUE));
  }

  /** So many bytes, which stay where they are. */
  take(size: i32): Uint8Array {
    if (!this.fits(size)) return EMPTY;
    this.at += size;
    return this.from.subarray(this.at - size, this.at);
  }

  /** Little-endian. */
  private number(): u32 {
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
