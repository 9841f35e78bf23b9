/** The door from the tests that reckon with BigInt to Ed25519's arithmetic: numbers as limbs and as bytes, in one buffer in linear memory. */
import { Ed25519PublicKey } from "../../../../assembly/crypto/edwards/ed25519";
import { EdMultiples } from "../../../../assembly/crypto/edwards/ed_multiples";
import { isScalar, reduce } from "../../../../assembly/crypto/edwards/ed_order";
import { decode, encode, POINT_SIZE, setNeutral } from "../../../../assembly/crypto/edwards/edwards";
import { add, both, invert, mul, read, rootPower, SIZE, sub, vanishes, write } from "../../../../assembly/crypto/edwards/field25519";

const room = new Uint8Array(1024);
const point = new StaticArray<u8>(<i32>POINT_SIZE), sum = new StaticArray<u8>(<i32>POINT_SIZE);
const P = changetype<usize>(point), SUM = changetype<usize>(sum);
const keys: Ed25519PublicKey[] = [];

/** Operands lie at its beginning, one behind the other, and so does what comes of them. */
export function buffer(): usize { return room.dataStart; }

/** To be called between calls: nothing managed is on the stack then. */
export function collect(): void { __collect(); }

function take(at: i32, size: i32): Uint8Array { return room.slice(at, at + size); }
function put(bytes: Uint8Array): void { room.set(bytes); }

// Numbers of nine limbs; the outcome lies behind both operands, or where one of them does.
export function product(to: i32): void { mul(at(to), at(0), at(1)); }
export function sumOf(to: i32): void { add(at(to), at(0), at(1)); }
export function differenceOf(to: i32): void { sub(at(to), at(0), at(1)); }
export function bothOf(to: i32): void { both(at(to), at(to + 1), at(0), at(1)); }
export function inverse(to: i32): void { invert(at(to), at(0)); }
export function power(to: i32): void { rootPower(at(to), at(0)); }
function at(i: i32): usize { return room.dataStart + <usize>i * SIZE; }

/** 32 bytes become a number, and a number 32 bytes. */
export function reads(): void { read(at(0), take(0, 32)); }
export function writes(): void { put(write(at(0))); }
export function isZero(): bool { return vanishes(at(0)); }

/** 64 bytes modulo L, and whether 32 are below it. */
export function reduced(): void { put(reduce(take(0, 64))); }
export function isBelow(): bool { return isScalar(take(0, 32)); }

/** [t]B - [s]A for an encoded point A (32 bytes), s and t (32 each): by tables of those shapes, the second of them of A again. 0 where A is no point. */
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

/** The number of a new key, or -1 where 32 bytes are none. */
export function key(): i32 {
  const made = Ed25519PublicKey.of(take(0, 32));
  return made.failed ? -1 : keys.push(made.value) - 1;
}

/** Whether the 64 bytes of a signature over the `size` behind them are that key's. */
export function verifies(number: i32, size: i32): bool { return keys[number].verify(take(64, size), take(0, 64)); }
