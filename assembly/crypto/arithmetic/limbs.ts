/** Owns little-endian numbers cut into limbs of so many bits, each of them 32 bits in memory. */

/** The longest number, and eight bytes that are touched with its last limb. */
const MOST = 64;
const BYTES = memory.data(72, 8);

/** Cuts `count` limbs of `width` bits out of at most 64 bytes, from the lowest bit on; past the last byte there are zeros. width · count is below 560. */
export function cut(out: usize, count: i32, width: i32, bytes: Uint8Array): void {
  memory.fill(BYTES, 0, MOST + 8);
  memory.copy(BYTES, bytes.dataStart, min(bytes.length, MOST));
  for (let i = 0, bit = 0; i < count; i++, bit += width) {
    const eight = load<u64>(BYTES + (bit >> 3));
    store<u32>(out + (<usize>i << 2), <u32>(eight >> (bit & 7)) & ((1 << width) - 1));
  }
}

/** The 32 bytes of nine limbs that are in their bits, but for the last one, which may have more. */
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
