// A fast seeded hash for tables whose keys attackers can choose. It is no digest: its users compare the bytes too.

const P1: u64 = 0x9E3779B185EBCA87;
const P2: u64 = 0xC2B2AE3D27D4EB4F;
const P3: u64 = 0x165667B19E3779F9;

/** Four independent lanes, so that the multiplications overlap; the shape of xxHash64. */
export function hash(at: usize, size: usize, seed: u64): u64 {
  const end = at + size;
  let h: u64;
  if (size >= 32) {
    let a = seed + P1 + P2, b = seed + P2, c = seed, d = seed - P1;
    const last = end - 32;
    do {
      a = rotl<u64>(a + load<u64>(at) * P2, 31) * P1;
      b = rotl<u64>(b + load<u64>(at, 8) * P2, 31) * P1;
      c = rotl<u64>(c + load<u64>(at, 16) * P2, 31) * P1;
      d = rotl<u64>(d + load<u64>(at, 24) * P2, 31) * P1;
      at += 32;
    } while (at <= last);
    h = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18);
  } else {
    h = seed + P3;
  }
  h += size;
  for (; at + 8 <= end; at += 8) h = rotl<u64>(h ^ load<u64>(at) * P2, 27) * P1 + P3;
  for (; at < end; at++) h = rotl<u64>(h ^ <u64>load<u8>(at) * P3, 11) * P1;
  h = (h ^ h >> 33) * P2;
  h = (h ^ h >> 29) * P3;
  return h ^ h >> 32;
}
