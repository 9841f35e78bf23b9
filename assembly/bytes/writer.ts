// A growing byte string.

import { uncleared } from "../runtime";

@final
export class ByteWriter {
  private held: Uint8Array;
  private size: i32 = 0;

  /** `expected`: the probable size. */
  constructor(expected: i32 = 128) { this.held = uncleared(expected); }

  get length(): i32 { return this.size; }

  byte(value: u8): this {
    this.reserve(1);
    this.held[this.size++] = value;
    return this;
  }

  /** Little-endian. */
  u32(value: u32): this {
    this.reserve(4);
    store<u32>(this.held.dataStart + this.size, value);
    this.size += 4;
    return this;
  }

  bytes(value: Uint8Array): this {
    this.reserve(value.length);
    this.held.set(value, this.size);
    this.size += value.length;
    return this;
  }

  /** An ASCII text. */
  text(value: string): this {
    this.reserve(value.length);
    for (let i = 0; i < value.length; i++) this.held[this.size++] = <u8>value.charCodeAt(i);
    return this;
  }

  /** A number in decimal digits. It must not be negative. */
  decimal(value: i64): this {
    if (value >= 10) this.decimal(value / 10);
    return this.byte(0x30 + <u8>(value % 10));
  }

  /** The written bytes. Valid until more are written. */
  written(): Uint8Array { return this.held.subarray(0, this.size); }

  /** A copy of the written bytes. */
  done(): Uint8Array { return this.held.slice(0, this.size); }

  /** Starts anew in the same memory. */
  clear(): this {
    this.size = 0;
    return this;
  }

  private reserve(more: i32): void {
    const needed = this.size + more;
    if (needed <= this.held.length) return;
    const grown = uncleared(max(needed, this.held.length * 2));
    grown.set(this.held.subarray(0, this.size));
    this.held = grown;
  }
}
