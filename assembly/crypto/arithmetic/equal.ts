/** Owns the comparison of secrets: it takes as long for a wrong first byte as for a wrong last one. Lengths are not secret. */
export function sameBytes(a: Uint8Array, b: Uint8Array): bool {
  if (a.length != b.length) return false;
  let difference: u32 = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i];
  return difference == 0;
}
