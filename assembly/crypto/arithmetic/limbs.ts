/** Owns the conversion between little-endian bytes and limbs of a given width, each stored in 32 bits. */

/** Bytes of the longest number. The buffer has eight bytes more, because a limb is accessed through 64 bits. */
const MOST = 64;
const BYTES = memory.data(72, 8);

/**
 * Splits at most 64 bytes into `count` limbs of `width` bits, from the lowest bit on. Bits past the last byte are zero. width · count must be below
 * 560.
 */
export function cut(out: usize, count: i32, width: i32, bytes: Uint8Array): void {
  memory.fill(BYTES, 0, MOST + 8);
  memory.copy(BYTES, bytes.dataStart, min(bytes.length, MOST));
  for (let i = 0, bit = 0; i < count; i++, bit += width) {
    const eight = load<u64>(BYTES + (bit >> 3));
    store<u32>(out + (<usize>i << 2), <u32>(eight >> (bit & 7)) & ((1 << width) - 1));
  }
}

/** The 32 bytes of nine limbs. Every limb but the last must fit `width` bits; the last may have more. */
export function join(limbs: usize, width: i32): Uint8Array {
  const out = new Uint8Array(32);
  memory.fill(BYTES, 0, MOST);
  for (let i = 0, bit = 0; i < 9; i++, bit += width) {
    const at = BYTES + (bit >> 3);
    store<u64>(at, load<u64>(at) | <u64>load<u32>(limbs + (<usize>i << 2)) << (bit & 7));
  }
  memory.copy(out.dataStart, BYTES, 32);
  return out;
}
