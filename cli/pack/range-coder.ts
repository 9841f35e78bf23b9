import { CONTEXTS } from "./format";

/** The adaptive binary range coder of LZMA, with probabilities that adapt faster, because there is less data to learn from. */
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

  /** Writes the highest of the 32 bits of `low`, and carries what is above them into the bytes already written. */
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
