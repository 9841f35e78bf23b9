// What a configuration depends on in this Envoy: the variables that `$ENV://NAME` refers to, and whether Envoy can sign.

import { indexOf, same } from "../bytes/bytes";

@final
export class Environment {
  /** The values that were read, in their order. */
  readonly used: Uint8Array[] = [];

  constructor(
    /** Each is `NAME=value`. */
    private readonly entries: Uint8Array[],
    /** Whether Envoy can sign. */
    readonly signs: bool = true,
  ) {}

  /** null if there is no such variable. */
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
