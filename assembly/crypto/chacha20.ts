/** Owns ChaCha20 (RFC 8439 §2.3, §2.4) and HChaCha20 (draft-irtf-cfrg-xchacha-03 §2.2). */

/** "expand 32-byte k". */
const SIGMA = i32x4(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574);

/** A key stream: 64 bytes to a block, block 0 first. */
@final
export class ChaCha20 {
  /** The four rows of the state: constant, key, key, counter and nonce. */
  private readonly state: StaticArray<u8> = new StaticArray<u8>(64);
  private readonly block: Uint8Array = new Uint8Array(64);

  /** A key of 32 bytes and a nonce of 12. */
  constructor(key: Uint8Array, nonce: Uint8Array) {
    const state = changetype<usize>(this.state); // 64 bytes, filled to the last
    v128.store(state, SIGMA);
    memory.copy(state + 16, key.dataStart, min(key.length, 32));
    memory.copy(state + 52, nonce.dataStart, min(nonce.length, 12));
  }

  /** `to` = `from` xor the stream's next blocks; what is left of the last block is not used again. `to` is as long, or the same. */
  xor(from: Uint8Array, to: Uint8Array): void {
    const size = min(from.length, to.length), block = this.block.dataStart;
    let at = 0;
    for (; size - at >= 64; at += 64) {
      this.next();
      const source = from.dataStart + at, target = to.dataStart + at; // 64 bytes are left of both, and are in the block
      for (let i = 0; i < 64; i += 16) v128.store(target + i, v128.xor(v128.load(source + i), v128.load(block + i)));
    }
    if (at == size) return;
    this.next();
    for (let i = 0; at < size; i++, at++) to[at] = from[at] ^ this.block[i];
  }

  private next(): void {
    // In bounds: state and block have 64 bytes, four vectors of sixteen.
    const s = changetype<usize>(this.state), out = this.block.dataStart;
    const a = v128.load(s), b = v128.load(s, 16), c = v128.load(s, 32), d = v128.load(s, 48);
    permute(out, a, b, c, d);
    v128.store(out, i32x4.add(v128.load(out), a));
    v128.store(out, i32x4.add(v128.load(out, 16), b), 16);
    v128.store(out, i32x4.add(v128.load(out, 32), c), 32);
    v128.store(out, i32x4.add(v128.load(out, 48), d), 48);
    store<u32>(s, load<u32>(s, 48) + 1, 48); // 2^32 blocks are 256 GiB: more than any memory here
  }
}

/** A key from a key of 32 bytes and sixteen bytes more: the first and the last row after the rounds. */
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

/** Twenty rounds over four rows, stored to the 64 bytes at `out`. One vector operation is that of four quarter rounds. */
function permute(out: usize, a: v128, b: v128, c: v128, d: v128): void {
  for (let i = 0; i < 10; i++) {
    for (let half = 0; half < 2; half++) {
      a = i32x4.add(a, b); d = turned(v128.xor(d, a), 16);
      c = i32x4.add(c, d); b = turned(v128.xor(b, c), 12);
      a = i32x4.add(a, b); d = turned(v128.xor(d, a), 8);
      c = i32x4.add(c, d); b = turned(v128.xor(b, c), 7);
      // Columns become diagonals, and after the second half columns again.
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

// @ts-ignore: decorator
@inline
function turned(x: v128, by: i32): v128 { return v128.or(i32x4.shl(x, by), i32x4.shr_u(x, 32 - by)); }
