/** Owns what all SHA-2 functions share: splitting the input into blocks, and the padding (FIPS 180-4 §5.1). */

/**
 * A hash computation in progress. Each object has its own state, so several can run at once. Input may come in pieces of any size. After `finish` the
 * object must not be used again.
 */
export abstract class Hasher {
  /** Input that does not fill a block yet. */
  private readonly block: StaticArray<u8>;
  private held: i32 = 0;
  private total: u64 = 0;

  constructor(private readonly blockSize: i32) { this.block = new StaticArray<u8>(blockSize); }

  /** Processes the block of `blockSize` bytes at `from`. The caller ensures that they are readable. */
  protected abstract compress(from: usize): void;

  /** The digest: the first bytes of the state, big-endian. */
  protected abstract result(): Uint8Array;

  update(data: Uint8Array): this {
    const size = this.blockSize, n = data.length;
    const block = changetype<usize>(this.block); // `size` bytes: all writes below stay within them
    let from = data.dataStart, left = n;
    this.total += n;
    if (this.held > 0) {
      const take = min(left, size - this.held);
      memory.copy(block + this.held, from, take);
      this.held += take; from += take; left -= take;
      if (this.held < size) return this;
      this.compress(block);
      this.held = 0;
    }
    while (left >= size) { // whole blocks are read in place: `left` bytes remain from `from` on
      this.compress(from);
      from += size; left -= size;
    }
    memory.copy(block, from, left);
    this.held = left;
    return this;
  }

  finish(): Uint8Array {
    // The padding is a one bit, zeros, and the length in bits, up to the end of a block. Lengths here stay far below 2^61 bytes, so the upper half of
    // SHA-512's 16-byte length field is always zero.
    const size = this.blockSize, bits = this.total << 3, lengthField = size >> 3;
    const zeros = (2 * size - 1 - lengthField - this.held) % size;
    const tail = new Uint8Array(1 + zeros + lengthField);
    tail[0] = 0x80;
    for (let i = 0; i < 8; i++) tail[tail.length - 1 - i] = <u8>(bits >> (8 * i));
    this.update(tail);
    return this.result();
  }
}
