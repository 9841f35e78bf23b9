/** The format of packed data: the bits of each step, and the context of each bit. assembly/unpack.ts reads it. */

/** A literal byte (distance 0), or a copy of `length` bytes from `distance` before. */
export interface Step { length: number; distance: number }

/** Receives one bit: to encode it, to count it, or to add up its cost. */
export type Sink = (context: number, bit: number) => void;

const DISTANCES = 16, LENGTHS = 64, LITERALS = 256;
export const CONTEXTS = LITERALS + 16 * 256;

/** `address`: the byte's address in memory. Strings are UTF-16, so odd and even addresses have little in common. */
export function flag(address: number, afterCopy: boolean, copy: boolean, sink: Sink): void {
  sink((afterCopy ? 2 : 0) | address & 1, Number(copy));
}

/** `before`: the byte two places before, which is of the same kind. */
export function literal(byte: number, address: number, before: number, sink: Sink): void {
  const tree = LITERALS + ((address & 1) << 11) + (before >> 5 << 8);
  for (let held = 1, shift = 7; shift >= 0; shift--) {
    const bit = byte >> shift & 1;
    sink(tree + held, bit);
    held = held << 1 | bit;
  }
}

export function distance(value: number, sink: Sink): void { number(DISTANCES, value, sink); }
export function length(value: number, sink: Sink): void { number(LENGTHS, value, sink); }

function number(context: number, value: number, sink: Sink): void {
  for (; value > 1; value >>= 1, context += 2) {
    sink(context, 1);
    sink(context + 1, value & 1);
  }
  sink(context, 0);
}

export function write(data: Uint8Array, address: number, steps: Step[], sink: Sink): void {
  let at = 0, afterCopy = false;
  for (const step of steps) {
    const copy = step.distance > 0;
    flag(address + at, afterCopy, copy, sink);
    if (copy) {
      distance(step.distance, sink);
      length(step.length, sink);
    } else literal(data[at]!, address + at, data[at - 2] ?? 0, sink);
    at += step.length;
    afterCopy = copy;
  }
}
