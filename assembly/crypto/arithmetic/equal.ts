/** Owns the comparison of secrets in constant time. Only the lengths, which are not secret, affect the time. */
export function sameBytes(a: Uint8Array, b: Uint8Array): bool {
  if (a.length != b.length) return false;
  let difference: u32 = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i];
  return difference == 0;
}
