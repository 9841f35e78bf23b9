// HChaCha20 (draft-irtf-cfrg-xchacha-03): derives the key of Node's ChaCha20 from a key and sixteen bytes of a nonce.

const QUARTERS = [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15], [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]] as const;

/** §2.2: the rounds of ChaCha20 without the final addition. The result is the first and the last row of the state. */
export function hChaCha20(key: Buffer, input: Buffer): Buffer {
  const x = new Uint32Array([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, ...words(key), ...words(input)]);
  const turn = (to: number, from: number, by: number): void => {
    const mixed = x[to]! ^ x[from]!;
    x[to] = mixed << by | mixed >>> (32 - by);
  };
  for (let round = 0; round < 10; round++) {
    for (const [a, b, c, d] of QUARTERS) {
      x[a]! += x[b]!; turn(d, a, 16);
      x[c]! += x[d]!; turn(b, c, 12);
      x[a]! += x[b]!; turn(d, a, 8);
      x[c]! += x[d]!; turn(b, c, 7);
    }
  }
  const out = Buffer.alloc(32);
  [0, 1, 2, 3, 12, 13, 14, 15].forEach((word, i) => out.writeUInt32LE(x[word]!, 4 * i));
  return out;
}

function words(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32LE(4 * i));
}
