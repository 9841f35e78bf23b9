// Compresses a text that must fit into a cookie. The coder is LZMA's adaptive binary range coder. Its model has no context: eight decisions
// lead to a byte, and each of the 255 decisions learns how often it was a zero. So frequent characters become short, in links of any kind.

import { uncleared } from "../runtime";
import { same } from "./bytes";
import { ByteWriter } from "./writer";

/** Probabilities are in 1/65536. A half at first; each bit moves its probability by 1/32 towards what the bit was, so none becomes 0 or 1. */
const HALF: u16 = 1 << 15;
const SHIFT = 5;

/** Below this the range is too small to be divided exactly, and the next byte is due. */
const LEAST_RANGE: u32 = 1 << 24;

const LENGTH_SIZE = 4;
/** The first byte of a range coder is always 0; the others are compared with the range. */
const FIRST_BYTES = 5;

/** The text's length, then its code. */
export function compress(text: Uint8Array): Uint8Array {
  const encoder = new Encoder(text.length);
  for (let i = 0; i < text.length; i++) encoder.byte(text[i]);
  return encoder.done();
}

/** Null for anything that `compress` does not write, and for a text of more than `most` bytes, before it is allocated. */
export function decompress(from: Uint8Array, most: i32): Uint8Array | null {
  if (from.length < LENGTH_SIZE) return null;
  const length = <u32>from[0] | <u32>from[1] << 8 | <u32>from[2] << 16 | <u32>from[3] << 24;
  if (length > <u32>most) return null;
  const decoder = new Decoder(from), text = uncleared(length);
  for (let i = 0; i < text.length; i++) text[i] = decoder.byte();
  // The decoder takes any bytes. Only one code of a text is the encoder's.
  return same(compress(text), from) ? text : null;
}

/** What both sides know: the range that is left, and the probability of a zero at each node in the tree of a byte's bits. */
@final
class Model {
  range: u32 = u32.MAX_VALUE;
  private readonly zeros: StaticArray<u16> = new StaticArray<u16>(256).fill(HALF);

  /** The lower part of the range, which means a zero. Neither part is empty. */
  zeroPart(node: u32): u32 { return <u32>(<u64>this.range * this.zeros[node] >> 16); }

  /** Narrows the range to the bit's part. */
  learn(node: u32, bit: u32, zeroPart: u32): void {
    const zero: u32 = this.zeros[node];
    this.zeros[node] = <u16>(bit ? zero - (zero >> SHIFT) : zero + (65536 - zero >> SHIFT));
    this.range = bit ? this.range - zeroPart : zeroPart;
  }
}

@final
class Encoder {
  private readonly model: Model = new Model();
  private readonly out: ByteWriter;
  /** The lower end of the range, in 32 bits, and above them a carry. */
  private low: u64 = 0;
  /** A carry can still change the last bytes: `held`, and `ones` bytes 0xff behind it. */
  private held: u8 = 0;
  private ones: i32 = 0;

  constructor(length: i32) { this.out = new ByteWriter(LENGTH_SIZE + FIRST_BYTES + length).u32(length); }

  byte(value: u32): void {
    const model = this.model;
    for (let node: u32 = 1, i = 7; i >= 0; i--) {
      const bit = value >> i & 1, zeroPart = model.zeroPart(node);
      if (bit) this.low += zeroPart;
      model.learn(node, bit, zeroPart);
      for (; model.range < LEAST_RANGE; model.range <<= 8) this.shift();
      node = node << 1 | bit;
    }
  }

  done(): Uint8Array {
    for (let i = 0; i < FIRST_BYTES; i++) this.shift();
    return this.out.written();
  }

  /** Takes the highest byte from `low`. */
  private shift(): void {
    const carry = <u8>(this.low >> 32), next = <u8>(this.low >> 24);
    this.low = (this.low & 0xffffff) << 8;
    if (carry == 0 && next == 0xff) {
      this.ones++;
      return;
    }
    this.out.byte(this.held + carry);
    for (; this.ones > 0; this.ones--) this.out.byte(0xff + carry);
    this.held = next;
  }
}

@final
class Decoder {
  private readonly model: Model = new Model();
  private at: i32 = LENGTH_SIZE;
  /** How far the code lies above the lower end of the range. */
  private code: u32 = 0;

  constructor(private readonly from: Uint8Array) { for (let i = 0; i < FIRST_BYTES; i++) this.shift(); }

  byte(): u8 {
    const model = this.model;
    let node: u32 = 1;
    while (node < 256) {
      const zeroPart = model.zeroPart(node), bit = u32(this.code >= zeroPart);
      if (bit) this.code -= zeroPart;
      model.learn(node, bit, zeroPart);
      for (; model.range < LEAST_RANGE; model.range <<= 8) this.shift();
      node = node << 1 | bit;
    }
    return <u8>node;
  }

  /** Behind the end there are zeros. */
  private shift(): void { this.code = this.code << 8 | (this.at < this.from.length ? this.from[this.at++] : 0); }
}
