/** Owns the signed-digit form of scalars (width-w NAF), in which a multiplication needs few additions. */

/**
 * The digits of a public big-endian number, least significant first. Each is 0, or odd with an absolute value below 2^(width - 1). Of any `width`
 * consecutive digits at most one is not 0. There is one digit more than the number has bits.
 */
export function signedDigits(scalar: Uint8Array, width: i32): StaticArray<i8> {
  const bits = scalar.length << 3, size = 1 << width;
  const out = new StaticArray<i8>(bits + 1);
  let carry = 0;
  for (let at = 0; at <= bits;) {
    if ((bitOf(scalar, at) ^ carry) == 0) { at++; continue; }
    let digit = carry;
    for (let i = 0; i < width; i++) digit += bitOf(scalar, at + i) << i;
    carry = digit >> (width - 1) & 1; // a digit in the upper half becomes negative, and 1 is carried to the next position
    out[at] = <i8>(digit - (carry ? size : 0));
    at += width;
  }
  return out;
}

function bitOf(scalar: Uint8Array, at: i32): i32 {
  const byte = scalar.length - 1 - (at >> 3);
  return byte < 0 ? 0 : (scalar[byte] >> <u8>(at & 7)) & 1;
}
