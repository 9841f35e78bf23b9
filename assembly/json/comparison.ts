// Compares values of two documents, with a bound on the work: the writer of one document does not know the size of the other.

import { same } from "../bytes/bytes";
import { compareNumbers } from "./exact";
import { ABSENT, Json, Kind } from "./json";
import { Texts } from "./texts";

/** So many bytes that must be read cost one step more. */
const BYTES_PER_STEP = 4;

/** Each comparison of two values or names is one step. After the last step no result counts. */
@final
export class Comparison {
  constructor(private steps: i32) {}

  get stopped(): bool { return this.steps < 0; }

  /** Takes a step for a value of so many bytes; false if none is left. */
  step(bytes: i32 = 0): bool { return this.take(1 + bytes / BYTES_PER_STEP); }

  take(steps: i32): bool {
    if (!this.stopped) this.steps -= steps;
    return !this.stopped;
  }

  /** Compares values as JSON Schema does (core §4.2.2): 1 equals 1.0, escapes in strings make no difference, nor does the order of members. */
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
          if (!this.equal(a, key + 1, b, this.member(b, y, a, key))) return false; // no value equals ABSENT
        }
        return true;
      }
      default: return true;
    }
  }

  /** The member of `object` in `a` whose name is the text of the string `name` in `b`, or ABSENT (also if `object` is no object). */
  member(a: Texts, object: i32, b: Texts, name: i32): i32 {
    const json = a.json;
    if (!json.isObject(object)) return ABSENT;
    const wanted = b.of(name);
    for (let key = json.first(object); key >= 0 && this.step(); key = json.sibling(object, key + 1)) if (same(a.of(key), wanted)) return key + 1;
    return ABSENT;
  }
}

/** The number of items of a list, or twice the number of members of an object. */
export function childCount(json: Json, node: i32): i32 {
  let count = 0;
  for (let child = json.first(node); child >= 0; child = json.sibling(node, child)) count++;
  return count;
}
