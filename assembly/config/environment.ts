// The variables that `$ENV://NAME` refers to.

import { indexOf, same } from "../bytes/bytes";

@final
export class Environment {
  /** `NAME=value` entries. */
  constructor(private readonly entries: Uint8Array[]) {}

  /** null where there is no such variable, or an empty one. */
  value(name: Uint8Array): Uint8Array | null {
    for (let i = 0; i < this.entries.length; i++) {
      const entry = this.entries[i];
      const equals = indexOf(entry, 0x3d);
      if (equals == name.length && same(entry.subarray(0, equals), name) && equals + 1 < entry.length) return entry.slice(equals + 1);
    }
    return null;
  }
}
