// What a configuration finds in this Envoy: the variables that `$ENV://NAME` refers to, and whether it signs.

import { indexOf, same } from "../bytes/bytes";

@final
export class Environment {
  /** The values that were asked for, in that order. */
  readonly used: Uint8Array[] = [];

  constructor(
    /** `NAME=value`. */
    private readonly entries: Uint8Array[],
    /** Whether Envoy signs for the filter. */
    readonly signs: bool = true,
  ) {}

  /** null where there is no such variable. */
  value(name: Uint8Array): Uint8Array | null {
    for (let i = 0; i < this.entries.length; i++) {
      const entry = this.entries[i];
      const equals = indexOf(entry, 0x3d);
      if (equals != name.length || !same(entry.subarray(0, equals), name)) continue;
      const value = entry.slice(equals + 1);
      this.used.push(value);
      return value;
    }
    return null;
  }
}
