import { CONTEXTS } from "./format";

/** The adaptive binary range coder of LZMA, with chances that adapt faster, because there is less to learn from. */
export class RangeCoder {
  private readonly out: number[] = [];
  private readonly chances = new Uint16Array(CONTEXTS).fill(2048);
  private low = 0;
  private range = 0xffffffff;

  bit(context: number, bit: number): void {
    const chance = this.chances[context]!, bound = (this.range >>> 12) * chance;
    if (bit) {
      this.low += bound;
      this.range -= bound;
      this.chances[context] = chance - (chance >> 4);
    } else {
      this.range = bound;
      this.chances[context] = chance + (4096 - chance >> 4);
    }
    while (this.range < 2 ** 24) {
      this.range *= 256;
      this.shift();
    }
  }

  end(): Buffer {
    for (let i = 0; i < 4; i++) this.shift();
    return Buffer.from(this.out);
  }

  /** The highest of the 32 bits of `low` goes out; what is above them is carried into what has gone out already. */
  private shift(): void {
    if (this.low >= 2 ** 32) {
      let i = this.out.length - 1;
      while (this.out[i] === 255) this.out[i--] = 0;
      this.out[i]!++;
      this.low -= 2 ** 32;
    }
    this.out.push(Math.floor(this.low / 2 ** 24));
    this.low = this.low % 2 ** 24 * 256;
  }
}
