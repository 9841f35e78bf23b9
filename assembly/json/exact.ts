// Compares JSON numbers exactly, by their text: as doubles, two different large ids could be equal. Every text here is a number that the parser has
// accepted.

/** A larger exponent counts as this one. No text is long enough to make up for it with digits. */
const MAX_EXPONENT: i64 = 1_000_000_000_000_000;

/** -1, 0 or 1: whether `a` is less than, equal to or greater than `b`, whatever their notation. */
export function compareNumbers(a: Uint8Array, b: Uint8Array): i32 {
  let i = firstDigit(a), j = firstDigit(b);
  const sign = signOf(a, i), other = signOf(b, j);
  if (sign != other) return sign < other ? -1 : 1;
  if (sign == 0) return 0;
  const digits = magnitude(a, i), otherDigits = magnitude(b, j);
  if (digits != otherDigits) return digits < otherDigits ? -sign : sign;
  const end = mantissaEnd(a), otherEnd = mantissaEnd(b);
  while (i < end || j < otherEnd) {
    if (i < end && a[i] == 0x2e) i++;
    if (j < otherEnd && b[j] == 0x2e) j++;
    const x = i < end ? a[i++] : <u8>0x30, y = j < otherEnd ? b[j++] : <u8>0x30;
    if (x != y) return x < y ? -sign : sign;
  }
  return 0;
}

/** Whether there are only zeros after the decimal point: 1.0 and 1e2 are whole, too. */
export function isWhole(text: Uint8Array): bool {
  const first = firstDigit(text);
  if (first < 0) return true;
  let last = mantissaEnd(text) - 1;
  while (text[last] == 0x30 || text[last] == 0x2e) last--;
  const point = pointAt(text);
  return last - first + (first < point && point < last ? 0 : 1) <= magnitude(text, first);
}

/** The offset of the first digit that is not 0; -1 for zero. */
function firstDigit(text: Uint8Array): i32 {
  for (let i = 0; i < text.length && (text[i] | 0x20) != 0x65; i++) if (text[i] - 0x31 < 9) return i;
  return -1;
}

function signOf(text: Uint8Array, first: i32): i32 { return first < 0 ? 0 : text[0] == 0x2d ? -1 : 1; }

/** The number of digits before the point if the number is written without an exponent; if negative, the number of zeros after it. */
function magnitude(text: Uint8Array, first: i32): i64 {
  const point = pointAt(text);
  let exponent: i64 = 0, i = mantissaEnd(text) + 1;
  const minus = i < text.length && text[i] == 0x2d;
  for (; i < text.length && exponent < MAX_EXPONENT; i++) if (text[i] - 0x30 < 10) exponent = exponent * 10 + (text[i] - 0x30);
  return (minus ? -exponent : exponent) + (first < point ? point - first : point + 1 - first);
}

/** The offset of the decimal point, or where it would be. */
function pointAt(text: Uint8Array): i32 {
  let i = 0;
  while (i < text.length && (text[i] == 0x2d || text[i] - 0x30 < 10)) i++;
  return i;
}

/** The offset of the exponent, or the end. */
function mantissaEnd(text: Uint8Array): i32 {
  let i = 0;
  while (i < text.length && (text[i] | 0x20) != 0x65) i++;
  return i;
}
