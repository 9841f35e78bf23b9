// Values of two documents compared, with a bound on the work: whoever writes the one need not know how large the other is.

import { same } from "../bytes/bytes";
import { compareNumbers } from "./exact";
import { ABSENT, Json, Kind } from "./json";
import { Texts } from "./texts";

/** So many bytes that must be read to their end are one step more. */
const BYTES_PER_STEP = 4;

/** Two values or names that are held against each other are one step. Once it has had to stop, none of its answers counts. */
@final
export class Comparison {
  constructor(private steps: i32) {}

  get stopped(): bool { return this.steps < 0; }

  /** Takes a step; false where none is left. */
  step(bytes: i32 = 0): bool {
    this.steps -= 1 + bytes / BYTES_PER_STEP;
    return !this.stopped;
  }

  /** By value, as JSON Schema has it (core §4.2.2): 1 is 1.0, a string is its text, the order of members means nothing. */
  equal(a: Texts, x: i32, b: Texts, y: i32): bool {
    const left = a.json, right = b.json, kind = left.kind(x);
    if (!this.step() || kind != right.kind(y)) return false;
    switch (kind) {
      case Kind.Number: {
        const one = a.of(x), other = b.of(y);
        return this.step(one.length + other.length) && compareNumbers(one, other) == 0;
      }
      case Kind.String: return same(a.of(x), b.of(y));
      case Kind.List: {
        let i = left.first(x), j = right.first(y);
        while (i >= 0 && j >= 0 && this.equal(a, i, b, j)) {
          i = left.sibling(x, i);
          j = right.sibling(y, j);
        }
        return i < 0 && j < 0;
      }
      case Kind.Object: {
        if (childCount(left, x) != childCount(right, y)) return false;
        for (let key = left.first(x); key >= 0; key = left.sibling(x, key + 1)) {
          if (!this.equal(a, key + 1, b, this.member(b, y, a, key))) return false; // nothing equals what is ABSENT
        }
        return true;
      }
      default: return true;
    }
  }

  /** The member of `object` in `a` whose name is the text of the string `name` in `b`, or ABSENT (also when `object` is none). */
  member(a: Texts, object: i32, b: Texts, name: i32): i32 {
    const json = a.json;
    if (!json.isObject(object)) return ABSENT;
    const wanted = b.of(name);
    for (let key = json.first(object); key >= 0 && this.step(); key = json.sibling(object, key + 1)) if (same(a.of(key), wanted)) return key + 1;
    return ABSENT;
  }
}

/** How many items a list has, or twice how many members an object. */
export function childCount(json: Json, node: i32): i32 {
  let count = 0;
  for (let child = json.first(node); child >= 0; child = json.sibling(node, child)) count++;
  return count;
}
