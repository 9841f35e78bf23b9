/** Exports Ed25519's arithmetic to tests in Node. Numbers, as limbs or as bytes, are in one buffer in linear memory. */
import { Ed25519PublicKey } from "../../../../assembly/crypto/edwards/ed25519";
import { EdMultiples } from "../../../../assembly/crypto/edwards/ed_multiples";
import { isScalar, reduce } from "../../../../assembly/crypto/edwards/ed_order";
import { decode, encode, POINT_SIZE, setNeutral } from "../../../../assembly/crypto/edwards/edwards";
import { add, both, invert, mul, read, rootPower, SIZE, sub, vanishes, write } from "../../../../assembly/crypto/edwards/field25519";

const room = new Uint8Array(1024);
const point = new StaticArray<u8>(<i32>POINT_SIZE), sum = new StaticArray<u8>(<i32>POINT_SIZE);
const P = changetype<usize>(point), SUM = changetype<usize>(sum);
const keys: Ed25519PublicKey[] = [];

/** The buffer's address. Operands are at its beginning, one after the other; a result in bytes replaces them. */
export function buffer(): usize { return room.dataStart; }

/** Call this between other calls, when no managed value is on the stack. */
export function collect(): void { __collect(); }

function take(at: i32, size: i32): Uint8Array { return room.slice(at, at + size); }
function put(bytes: Uint8Array): void { room.set(bytes); }

// Numbers of nine limbs. `to` is the number of the result: 0 or 1 overwrites an operand.
export function product(to: i32): void { mul(at(to), at(0), at(1)); }
export function sumOf(to: i32): void { add(at(to), at(0), at(1)); }
export function differenceOf(to: i32): void { sub(at(to), at(0), at(1)); }
export function bothOf(to: i32): void { both(at(to), at(to + 1), at(0), at(1)); }
export function inverse(to: i32): void { invert(at(to), at(0)); }
export function power(to: i32): void { rootPower(at(to), at(0)); }
function at(i: i32): usize { return room.dataStart + <usize>i * SIZE; }

// From 32 bytes to limbs, and back.
export function reads(): void { read(at(0), take(0, 32)); }
export function writes(): void { put(write(at(0))); }
export function isZero(): bool { return vanishes(at(0)); }

// 64 bytes modulo L, and whether 32 bytes are below L.
export function reduced(): void { put(reduce(take(0, 64))); }
export function isBelow(): bool { return isScalar(take(0, 32)); }

/** [t]B - [s]A for A, s, B and t of 32 bytes each, by tables of these shapes. False if A or B is not a point. */
export function multiplied(width: i32, stride: i32, width2: i32): bool {
  if (!decode(P, take(0, 32))) return false;
  new EdMultiples(P, width, stride).negated(SUM, take(32, 32));
  if (!decode(P, take(64, 32))) return false;
  new EdMultiples(P, width2, 1).addTo(SUM, take(96, 32));
  put(encode(SUM));
  return true;
}

export function neutral(): void {
  setNeutral(SUM);
  put(encode(SUM));
}

/** The number of a new key, or -1 if the 32 bytes are not a key. */
export function key(): i32 {
  const made = Ed25519PublicKey.of(take(0, 32));
  return made.failed ? -1 : keys.push(made.value) - 1;
}

/** Verifies the first 64 bytes as the key's signature over the `size` bytes after them. */
export function verifies(number: i32, size: i32): bool { return keys[number].verify(take(64, size), take(0, 64)); }
