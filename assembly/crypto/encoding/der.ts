/** Owns DER (ITU-T X.690 §10): a reader that accepts only the canonical encoding, and the few writers that keys need. */
import { concat } from "../../bytes/bytes";

export const enum Tag {
  Integer = 0x02, BitString = 0x03, Null = 0x05, Oid = 0x06, Sequence = 0x30,
  /** [0], constructed: a certificate's version. */
  Context0 = 0xa0,
}

/** Reads values one after the other. The result is null if the next value is not what the method asks for. */
@final
export class DerReader {
  private at: i32 = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get done(): bool { return this.at == this.bytes.length; }

  /** Whether the next value has this tag. */
  next(tag: Tag): bool { return this.at < this.bytes.length && this.bytes[this.at] == tag; }

  /** The contents of the next value. Its length must be definite, minimal (§10.1) and within the input, which is far below 2^24 bytes. */
  take(tag: Tag): Uint8Array | null {
    const b = this.bytes, size = b.length, start = this.at;
    if (!this.next(tag) || size - start < 2) return null;
    let length = <i32>b[start + 1], head = 2;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      if (octets == 0 || octets > 3 || size - start < 2 + octets) return null;
      length = 0;
      for (let i = 0; i < octets; i++) length = length << 8 | b[start + 2 + i];
      if (length < 0x80 || length >> (8 * (octets - 1)) == 0) return null;
      head += octets;
    }
    const from = start + head;
    if (size - from < length) return null;
    this.at = from + length;
    return b.subarray(from, from + length);
  }

  /** The next value with its tag and length. */
  whole(tag: Tag): Uint8Array | null {
    const start = this.at;
    return this.take(tag) == null ? null : this.bytes.subarray(start, this.at);
  }

  /** A reader for the contents of the next value. */
  enter(tag: Tag): DerReader | null {
    const inside = this.take(tag);
    return inside == null ? null : new DerReader(inside);
  }

  /** The next value, an integer, without its leading zero. It must be minimal (§8.3.2) and not negative. */
  unsigned(): Uint8Array | null {
    const b = this.take(Tag.Integer);
    if (b == null || b.length == 0 || b[0] >= 0x80) return null;
    if (b[0] != 0) return b;
    if (b.length > 1 && b[1] < 0x80) return null;
    return b.subarray(1);
  }

  /** The next value, a bit string of whole bytes. */
  bits(): Uint8Array | null {
    const b = this.take(Tag.BitString);
    return b == null || b.length == 0 || b[0] != 0 ? null : b.subarray(1);
  }
}

/** A value: tag, minimal length, and `parts` as its contents. */
export function value(tag: Tag, parts: Uint8Array[]): Uint8Array {
  const contents = concat(parts), size = contents.length;
  const octets = size < 0x80 ? 0 : size < 0x100 ? 1 : 2; // no key written here reaches 2^16 bytes
  const head = new Uint8Array(2 + octets);
  head[0] = <u8>tag;
  head[1] = octets == 0 ? <u8>size : <u8>(0x80 | octets);
  for (let i = 0; i < octets; i++) head[2 + i] = <u8>(size >> (8 * (octets - 1 - i)));
  return concat([head, contents]);
}

export function sequence(parts: Uint8Array[]): Uint8Array { return value(Tag.Sequence, parts); }

export function bitString(contents: Uint8Array): Uint8Array { return value(Tag.BitString, [new Uint8Array(1), contents]); }

/**
 * A big-endian number as an INTEGER. Its leading zeros are removed. One is added when there is no other byte, or when the first bit would be read as
 * a sign.
 */
export function unsignedInteger(number: Uint8Array): Uint8Array {
  let from = 0;
  while (from < number.length && number[from] == 0) from++;
  const digits = number.subarray(from);
  const sign = digits.length == 0 || digits[0] >= 0x80;
  return value(Tag.Integer, [new Uint8Array(sign ? 1 : 0), digits]);
}
