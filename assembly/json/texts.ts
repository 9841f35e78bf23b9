// The strings and numbers of a document that is compared with another: each is unescaped or cut out once, however often it is looked at.

import { Json } from "./json";

@final
export class Texts {
  private readonly held: StaticArray<Uint8Array | null>;

  /** Of the value `root` and all that is in it. */
  constructor(readonly json: Json, private readonly root: i32) { this.held = new StaticArray<Uint8Array | null>(json.next(root) - root); }

  /** A string's text, unescaped; a number as it is written. Only for nodes that are one of them. */
  of(node: i32): Uint8Array {
    const held = this.held[node - this.root];
    if (held != null) return held;
    const text = this.json.isNumber(node) ? this.json.raw(node) : this.json.text(node);
    this.held[node - this.root] = text;
    return text;
  }
}
