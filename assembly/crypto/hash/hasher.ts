/** Owns what all SHA-2 functions share: collecting input into blocks, and the padding (FIPS 180-4 §5.1). */

/**
 * A hash being fed. All state is in the object, so any number can be fed at once, in pieces of any size.
 * After `finish` the object is spent.
 */
export abstract class Hasher {
  /** One block, for input that does not fill one yet. */
  private readonly block: StaticArray<u8>;
  private held: i32 = 0;
  private total: u64 = 0;

  constructor(private readonly blockSize: i32) { this.block = new StaticArray<u8>(blockSize); }

  /** Takes in the block of `blockSize` bytes at `from`, which the caller has seen to be readable. */
  protected abstract compress(from: usize): void;

  /** The first bytes of the state, big-endian. */
  protected abstract result(): Uint8Array;

  update(data: Uint8Array): this {
    const size = this.blockSize, n = data.length;
    const block = changetype<usize>(this.block); // all writes below stay under `size`, its length
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
    while (left >= size) { // whole blocks are read where they lie: `left` bytes remain from `from` on
      this.compress(from);
      from += size; left -= size;
    }
    memory.copy(block, from, left);
    this.held = left;
    return this;
  }

  finish(): Uint8Array {
    // A one bit, zeros, and the length in bits as the last bytes of a block. Lengths here stay far below 2^61 bytes, so the
    // upper half of SHA-512's 16-byte length field is always zero.
    const size = this.blockSize, bits = this.total << 3, lengthField = size >> 3;
    const zeros = (2 * size - 1 - lengthField - this.held) % size;
    const tail = new Uint8Array(1 + zeros + lengthField);
    tail[0] = 0x80;
    for (let i = 0; i < 8; i++) tail[tail.length - 1 - i] = <u8>(bits >> (8 * i));
    this.update(tail);
    return this.result();
  }
}
