// The strings and numbers of a document that is compared with another. Each is decoded once, however often it is compared.

import { Json } from "./json";

@final
export class Texts {
  private readonly held: StaticArray<Uint8Array | null>;

  /** For the value `root` and everything in it. */
  constructor(readonly json: Json, private readonly root: i32) { this.held = new StaticArray<Uint8Array | null>(json.next(root) - root); }

  /** The unescaped text of a string, or a number as it is written. The node must be one of them. */
  of(node: i32): Uint8Array {
    const held = this.held[node - this.root];
    if (held != null) return held;
    const text = this.json.isNumber(node) ? this.json.raw(node) : this.json.text(node);
    this.held[node - this.root] = text;
    return text;
  }
}
