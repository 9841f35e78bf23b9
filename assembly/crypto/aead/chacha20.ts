/** Owns ChaCha20 (RFC 8439 §2.3, §2.4) and HChaCha20 (draft-irtf-cfrg-xchacha-03 §2.2). */

/** "expand 32-byte k". */
const SIGMA = i32x4(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574);

/** Added to the counter of the first block, it gives the counters of four blocks. */
const NEXT_FOUR = i32x4(0, 1, 2, 3);

/** A key stream in blocks of 64 bytes, from block 0 on. */
@final
export class ChaCha20 {
  /** The four rows of the state: constant, key, key, counter and nonce. */
  private readonly state: StaticArray<u8> = new StaticArray<u8>(64);
  private readonly rounds: StaticArray<u8> = new StaticArray<u8>(64);
  /** A copy of the last bytes of a text, with room for whole blocks. */
  private readonly blocks: StaticArray<u8> = new StaticArray<u8>(256);

  /** A key of 32 bytes and a nonce of 12. */
  constructor(key: Uint8Array, nonce: Uint8Array) {
    const state = changetype<usize>(this.state); // 64 bytes, filled to the last
    v128.store(state, SIGMA);
    memory.copy(state + 16, key.dataStart, min(key.length, 32));
    memory.copy(state + 52, nonce.dataStart, min(nonce.length, 12));
  }

  /**
   * `to` = `from` xor the stream's next blocks. The rest of the last block is not used again. `to` is as long as `from`, and may be `from` itself.
   */
  xor(from: Uint8Array, to: Uint8Array): void {
    const size = min(from.length, to.length), blocks = changetype<usize>(this.blocks);
    let at = 0;
    for (; size - at >= 256; at += 256) this.four(from.dataStart + at, to.dataStart + at, 4); // at least 256 bytes remain of both
    const left = size - at;
    if (left == 0) return;
    // In bounds: `left` bytes remain of both, and `blocks` has room for them.
    memory.copy(blocks, from.dataStart + at, left);
    if (left > 64) this.four(blocks, blocks, (left + 63) / 64);
    else this.one(blocks);
    memory.copy(to.dataStart + at, blocks, left);
  }

  /**
   * Four blocks at once. `xN` holds word N of each block, so a round needs no shuffles, and the blocks do not depend on each other. Reads 256 bytes
   * at `source` and writes 256 bytes at `target`. The counter advances by `count` blocks.
   */
  private four(source: usize, target: usize, count: i32): void {
    const s = changetype<usize>(this.state); // 64 bytes
    let x0 = v128.load_splat<u32>(s), x1 = v128.load_splat<u32>(s, 4), x2 = v128.load_splat<u32>(s, 8), x3 = v128.load_splat<u32>(s, 12);
    let x4 = v128.load_splat<u32>(s, 16), x5 = v128.load_splat<u32>(s, 20), x6 = v128.load_splat<u32>(s, 24), x7 = v128.load_splat<u32>(s, 28);
    let x8 = v128.load_splat<u32>(s, 32), x9 = v128.load_splat<u32>(s, 36), x10 = v128.load_splat<u32>(s, 40), x11 = v128.load_splat<u32>(s, 44);
    let x12 = v128.load_splat<u32>(s, 48), x13 = v128.load_splat<u32>(s, 52), x14 = v128.load_splat<u32>(s, 56), x15 = v128.load_splat<u32>(s, 60);
    x12 = i32x4.add(x12, NEXT_FOUR);
    for (let i = 0; i < 10; i++) {
      x0 = i32x4.add(x0, x4); x12 = turned(v128.xor(x12, x0), 16); x8 = i32x4.add(x8, x12); x4 = turned(v128.xor(x4, x8), 12);
      x0 = i32x4.add(x0, x4); x12 = turned(v128.xor(x12, x0), 8); x8 = i32x4.add(x8, x12); x4 = turned(v128.xor(x4, x8), 7);
      x1 = i32x4.add(x1, x5); x13 = turned(v128.xor(x13, x1), 16); x9 = i32x4.add(x9, x13); x5 = turned(v128.xor(x5, x9), 12);
      x1 = i32x4.add(x1, x5); x13 = turned(v128.xor(x13, x1), 8); x9 = i32x4.add(x9, x13); x5 = turned(v128.xor(x5, x9), 7);
      x2 = i32x4.add(x2, x6); x14 = turned(v128.xor(x14, x2), 16); x10 = i32x4.add(x10, x14); x6 = turned(v128.xor(x6, x10), 12);
      x2 = i32x4.add(x2, x6); x14 = turned(v128.xor(x14, x2), 8); x10 = i32x4.add(x10, x14); x6 = turned(v128.xor(x6, x10), 7);
      x3 = i32x4.add(x3, x7); x15 = turned(v128.xor(x15, x3), 16); x11 = i32x4.add(x11, x15); x7 = turned(v128.xor(x7, x11), 12);
      x3 = i32x4.add(x3, x7); x15 = turned(v128.xor(x15, x3), 8); x11 = i32x4.add(x11, x15); x7 = turned(v128.xor(x7, x11), 7);
      // The diagonals.
      x0 = i32x4.add(x0, x5); x15 = turned(v128.xor(x15, x0), 16); x10 = i32x4.add(x10, x15); x5 = turned(v128.xor(x5, x10), 12);
      x0 = i32x4.add(x0, x5); x15 = turned(v128.xor(x15, x0), 8); x10 = i32x4.add(x10, x15); x5 = turned(v128.xor(x5, x10), 7);
      x1 = i32x4.add(x1, x6); x12 = turned(v128.xor(x12, x1), 16); x11 = i32x4.add(x11, x12); x6 = turned(v128.xor(x6, x11), 12);
      x1 = i32x4.add(x1, x6); x12 = turned(v128.xor(x12, x1), 8); x11 = i32x4.add(x11, x12); x6 = turned(v128.xor(x6, x11), 7);
      x2 = i32x4.add(x2, x7); x13 = turned(v128.xor(x13, x2), 16); x8 = i32x4.add(x8, x13); x7 = turned(v128.xor(x7, x8), 12);
      x2 = i32x4.add(x2, x7); x13 = turned(v128.xor(x13, x2), 8); x8 = i32x4.add(x8, x13); x7 = turned(v128.xor(x7, x8), 7);
      x3 = i32x4.add(x3, x4); x14 = turned(v128.xor(x14, x3), 16); x9 = i32x4.add(x9, x14); x4 = turned(v128.xor(x4, x9), 12);
      x3 = i32x4.add(x3, x4); x14 = turned(v128.xor(x14, x3), 8); x9 = i32x4.add(x9, x14); x4 = turned(v128.xor(x4, x9), 7);
    }
    x12 = i32x4.add(x12, NEXT_FOUR);
    strip(source, target, s, x0, x1, x2, x3);
    strip(source + 16, target + 16, s + 16, x4, x5, x6, x7);
    strip(source + 32, target + 32, s + 32, x8, x9, x10, x11);
    strip(source + 48, target + 48, s + 48, x12, x13, x14, x15);
    this.count(count);
  }

  /** One block, xored into the 64 bytes at `target`. */
  private one(target: usize): void {
    // In bounds: the state has 64 bytes, four vectors of sixteen.
    const s = changetype<usize>(this.state), a = v128.load(s), b = v128.load(s, 16), c = v128.load(s, 32), d = v128.load(s, 48);
    const out = changetype<usize>(this.rounds);
    permute(out, a, b, c, d);
    v128.store(target, v128.xor(v128.load(target), i32x4.add(v128.load(out), a)));
    v128.store(target, v128.xor(v128.load(target, 16), i32x4.add(v128.load(out, 16), b)), 16);
    v128.store(target, v128.xor(v128.load(target, 32), i32x4.add(v128.load(out, 32), c)), 32);
    v128.store(target, v128.xor(v128.load(target, 48), i32x4.add(v128.load(out, 48), d)), 48);
    this.count(1);
  }

  /** Advances the block counter. It cannot overflow: 2^32 blocks are 256 GiB, more than a 32-bit memory holds. */
  private count(blocks: i32): void {
    const s = changetype<usize>(this.state); // 64 bytes
    store<u32>(s, load<u32>(s, 48) + blocks, 48);
  }
}

/** Derives a key from a key of 32 bytes and an input of 16 bytes: the first and the last row after the rounds. */
export function hChaCha20(key: Uint8Array, input: Uint8Array): Uint8Array {
  const state = new StaticArray<u8>(64), out = new Uint8Array(32);
  const s = changetype<usize>(state), to = out.dataStart; // 64 and 32 bytes
  memory.copy(s + 16, key.dataStart, min(key.length, 32));
  memory.copy(s + 48, input.dataStart, min(input.length, 16));
  permute(s, SIGMA, v128.load(s, 16), v128.load(s, 32), v128.load(s, 48));
  v128.store(to, v128.load(s));
  v128.store(to, v128.load(s, 48), 16);
  return out;
}

/** Twenty rounds over four rows, stored in the 64 bytes at `out`. One vector operation does the work of four quarter rounds. */
function permute(out: usize, a: v128, b: v128, c: v128, d: v128): void {
  for (let i = 0; i < 10; i++) {
    for (let half = 0; half < 2; half++) {
      a = i32x4.add(a, b); d = turned(v128.xor(d, a), 16);
      c = i32x4.add(c, d); b = turned(v128.xor(b, c), 12);
      a = i32x4.add(a, b); d = turned(v128.xor(d, a), 8);
      c = i32x4.add(c, d); b = turned(v128.xor(b, c), 7);
      // Turns columns into diagonals, and after the second half back into columns.
      if (half == 0) {
        b = v128.shuffle<i32>(b, b, 1, 2, 3, 0); c = v128.shuffle<i32>(c, c, 2, 3, 0, 1); d = v128.shuffle<i32>(d, d, 3, 0, 1, 2);
      } else {
        b = v128.shuffle<i32>(b, b, 3, 0, 1, 2); c = v128.shuffle<i32>(c, c, 2, 3, 0, 1); d = v128.shuffle<i32>(d, d, 1, 2, 3, 0);
      }
    }
  }
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
}

/**
 * Sixteen bytes of each of four blocks, 64 bytes apart: the four words after the rounds, plus the initial words at `s`, xor the bytes at `source`.
 */
// @ts-ignore: decorator
@inline
function strip(source: usize, target: usize, s: usize, a: v128, b: v128, c: v128, d: v128): void {
  a = i32x4.add(a, v128.load_splat<u32>(s));
  b = i32x4.add(b, v128.load_splat<u32>(s, 4));
  c = i32x4.add(c, v128.load_splat<u32>(s, 8));
  d = i32x4.add(d, v128.load_splat<u32>(s, 12));
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5); // blocks 0 and 1
  const ef = v128.shuffle<i32>(a, b, 2, 6, 3, 7), gh = v128.shuffle<i32>(c, d, 2, 6, 3, 7); // blocks 2 and 3
  v128.store(target, v128.xor(v128.load(source), v128.shuffle<i64>(ab, cd, 0, 2)));
  v128.store(target, v128.xor(v128.load(source, 64), v128.shuffle<i64>(ab, cd, 1, 3)), 64);
  v128.store(target, v128.xor(v128.load(source, 128), v128.shuffle<i64>(ef, gh, 0, 2)), 128);
  v128.store(target, v128.xor(v128.load(source, 192), v128.shuffle<i64>(ef, gh, 1, 3)), 192);
}

// @ts-ignore: decorator
@inline
function turned(x: v128, by: i32): v128 { return v128.or(i32x4.shl(x, by), i32x4.shr_u(x, 32 - by)); }
