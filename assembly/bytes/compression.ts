// Compresses a text that must fit into a cookie. The coder is LZMA's adaptive binary range coder. Its model has no context: eight decisions
// lead to a byte, and each of the 255 decisions learns how often it was a zero. So frequent characters become short, in links of any kind.

import { uncleared } from "../runtime";
import { same } from "./bytes";
import { ByteWriter } from "./writer";

/** The nodes of the tree of a byte's bits. A node's number is a 1 and the bits that lead to it, so at most 255. */
const NODES: u32 = 256;
/** For each node the probability of a zero, in 1/65536. One table is enough, because one text is coded at a time. */
const ZEROS = memory.data(512, 2);
const HALF: u16 = 1 << 15;

/** Each bit moves its probability by 1/32 of the way towards one of these, which it never passes: neither a zero nor a one becomes impossible. */
const SHIFT = 5;
const LEAST: i32 = 31, MOST: i32 = 65536;

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

function forget(): void { for (let node: u32 = 0; node < NODES; node++) store<u16>(addressOf(node), HALF); }

// @ts-ignore: decorator
@inline function addressOf(node: u32): usize { return ZEROS + (node << 1); }

/** The lower part of the range, which means a zero. Neither part is empty. */
// @ts-ignore: decorator
@inline function zeroPart(range: u32, at: usize): u32 { return <u32>(<u64>range * load<u16>(at) >> 16); }

// @ts-ignore: decorator
@inline function learn(at: usize, bit: u32): void {
  const zero: i32 = load<u16>(at);
  store<u16>(at, zero + (select(LEAST, MOST, bit == 1) - zero >> SHIFT));
}

// Both loops select without a branch: no processor can predict the bits.

@final
class Encoder {
  private range: u32 = u32.MAX_VALUE;
  /** The lower end of the range, in 32 bits, and above them a carry. */
  private low: u64 = 0;
  /** A carry can still change the last bytes: `held`, and `ones` bytes 0xff behind it. */
  private held: u8 = 0;
  private ones: i32 = 0;
  private readonly out: ByteWriter;

  constructor(length: i32) {
    forget();
    this.out = new ByteWriter(LENGTH_SIZE + FIRST_BYTES + length).u32(length);
  }

  byte(value: u32): void {
    let range = this.range;
    for (let node: u32 = 1, i: u32 = 7; node < NODES; i--) {
      const bit = value >> i & 1, at = addressOf(node), zero = zeroPart(range, at);
      this.low += select<u32>(zero, 0, bit == 1);
      range = select(range - zero, zero, bit == 1);
      learn(at, bit);
      for (; range < LEAST_RANGE; range <<= 8) this.shift();
      node = node << 1 | bit;
    }
    this.range = range;
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
  private range: u32 = u32.MAX_VALUE;
  /** How far the code lies above the lower end of the range. */
  private code: u32 = 0;
  private at: i32 = LENGTH_SIZE;

  constructor(private readonly from: Uint8Array) {
    forget();
    for (let i = 0; i < FIRST_BYTES; i++) this.code = this.code << 8 | this.next();
  }

  byte(): u8 {
    let range = this.range, code = this.code, node: u32 = 1;
    while (node < NODES) {
      const at = addressOf(node), zero = zeroPart(range, at), bit = u32(code >= zero);
      code -= select<u32>(zero, 0, bit == 1);
      range = select(range - zero, zero, bit == 1);
      learn(at, bit);
      for (; range < LEAST_RANGE; range <<= 8) code = code << 8 | this.next();
      node = node << 1 | bit;
    }
    this.range = range;
    this.code = code;
    return <u8>node;
  }

  /** The next byte of the code; after its end, zeros. */
  private next(): u32 { return this.at < this.from.length ? this.from[this.at++] : 0; }
}
