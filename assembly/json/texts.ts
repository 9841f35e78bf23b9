// The strings and numbers of a document that is compared with another: each is unescaped or cut out once, however often it is looked at.

import { Json } from "./json";

@final
export class Texts {
  private readonly held: StaticArray<Uint8Array | null>;

  constructor(readonly json: Json) { this.held = new StaticArray<Uint8Array | null>(json.nodeCount); }

  /** A string's text, unescaped; a number as it is written. Only for nodes that are one of them. */
  of(node: i32): Uint8Array {
    const held = this.held[node];
    if (held != null) return held;
    const text = this.json.isNumber(node) ? this.json.raw(node) : this.json.text(node);
    this.held[node] = text;
    return text;
  }
}
