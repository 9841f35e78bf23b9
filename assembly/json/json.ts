// A JSON text that was parsed strictly (RFC 8259). Values are found by node number, and decoded only when they are read.

import { encodeCodePoint } from "../bytes/utf8";
import { hexDigit, sameAt, textAt } from "../bytes/bytes";
import { hash } from "../bytes/hash";
import { decimal, numberIn } from "./number";

export const enum Kind { Null = 1, False, True, Number, String, List, Object }

/** The node number of an absent member. */
export const ABSENT: i32 = -1;

/** A node has four words: kind and flags, start and end of its content in the text, the first node after it. */
const WORDS = 4;
const ESCAPED: i32 = 256;
const TWICE: i32 = 512;

/**
 * A document as a list of nodes in the order of the text: an object is followed by its keys and values in turn, a list by its items. Only `parse`
 * (parser.ts) makes this object, so the document is well-formed.
 */
@final
export class Json {
  private nodes: StaticArray<i32>;
  private size: i32 = 0;

  constructor(readonly bytes: Uint8Array) { this.nodes = new StaticArray<i32>((16 + (bytes.length >> 4)) * WORDS); }

  /** The node of the whole document. */
  get root(): i32 { return 0; }

  get nodeCount(): i32 { return this.size; }

  kind(node: i32): Kind { return <u32>node >= <u32>this.size ? <Kind>0 : <Kind>(this.word(node, 0) & 255); }
  isString(node: i32): bool { return this.kind(node) == Kind.String; }
  isObject(node: i32): bool { return this.kind(node) == Kind.Object; }
  isList(node: i32): bool { return this.kind(node) == Kind.List; }
  isNumber(node: i32): bool { return this.kind(node) == Kind.Number; }
  isTrue(node: i32): bool { return this.kind(node) == Kind.True; }

  /** The member's value, or ABSENT (also if `object` is no object). `null` counts as absent: providers write it for absent members. */
  member(object: i32, name: string): i32 {
    const value = this.memberOrNull(object, name);
    return this.kind(value) == Kind.Null ? ABSENT : value;
  }

  /** The same, but `null` is a value, as in configurations and in rules over claims. */
  memberOrNull(object: i32, name: string): i32 {
    if (!this.isObject(object)) return ABSENT;
    const end = this.next(object), size = name.length;
    for (let key = object + 1; key < end; key = this.next(key + 1)) {
      // The lengths of most names differ, unless they have escapes.
      if ((this.word(key, 2) - this.word(key, 1) == size || this.word(key, 0) & ESCAPED) && this.reads(key, name)) return key + 1;
    }
    return ABSENT;
  }

  /** The first child (an object's first key, a list's first item), or ABSENT. Siblings follow by `sibling`. */
  first(node: i32): i32 { return this.kind(node) >= Kind.List && node + 1 < this.next(node) ? node + 1 : ABSENT; }

  /** The item after this one in the list, or the value after this key, the key after this value; ABSENT at the end of `parent`. */
  sibling(parent: i32, node: i32): i32 {
    const after = this.next(node);
    return after < this.next(parent) ? after : ABSENT;
  }

  /** The content of a string or key, unescaped, in UTF-8. Empty for any other kind. */
  text(node: i32): Uint8Array {
    if (this.kind(node) != Kind.String) return new Uint8Array(0);
    return this.word(node, 0) & ESCAPED ? this.unescaped(node) : this.raw(node);
  }

  /** The node's text in the document; a string without its quotes. */
  raw(node: i32): Uint8Array {
    return this.bytes.subarray(this.word(node, 1), this.word(node, 2));
  }

  /** The number; NaN for any other kind. Beyond the range of a double it is an infinity. */
  number(node: i32): f64 { return this.isNumber(node) ? decimal(this.raw(node)) : NaN; }

  /** The same, but a text counts as the number that it contains: some providers write numbers so. */
  numberOrText(node: i32): f64 { return this.isString(node) ? numberIn(this.text(node)) : this.number(node); }

  private unescaped(node: i32): Uint8Array {
    const end = this.word(node, 2), out = new Uint8Array(end - this.word(node, 1)); // an escape is never shorter than what it stands for
    let size = 0;
    for (let at = this.word(node, 1); at < end;) {
      const point = this.point(at);
      size += encodeCodePoint(point & 0xffffff, out, size);
      at += point >> 24;
    }
    return out.subarray(0, size);
  }

  /** Whether the string nodes `a` and `b` have the same text, whatever their escapes. It allocates nothing, because attackers choose how many names are compared. */
  sameText(a: i32, b: i32): bool {
    let i = this.word(a, 1), j = this.word(b, 1);
    const endOfA = this.word(a, 2), endOfB = this.word(b, 2);
    if (((this.word(a, 0) | this.word(b, 0)) & ESCAPED) == 0) {
      // The raw addresses are valid: the parser has put the nodes' ends within the text.
      return endOfA - i == endOfB - j && sameAt(this.bytes.dataStart + i, this.bytes.dataStart + j, endOfA - i);
    }
    while (i < endOfA && j < endOfB) {
      const one = this.point(i), other = this.point(j);
      if ((one ^ other) << 8) return false;
      i += one >> 24;
      j += other >> 24;
    }
    return i == endOfA && j == endOfB;
  }

  /** A hash of a string's text, whatever its escapes. */
  textHash(node: i32, seed: u64): u64 {
    if (this.word(node, 0) & ESCAPED) {
      const text = this.text(node);
      return hash(text.dataStart, text.length, seed);
    }
    // A raw address: the parser put the node's ends within the text.
    const start = this.word(node, 1);
    return hash(this.bytes.dataStart + start, this.word(node, 2) - start, seed);
  }

  /** Whether the string is exactly this ASCII text. It allocates nothing, because attackers choose how many names are compared. */
  reads(node: i32, text: string): bool {
    if (!this.isString(node)) return false;
    const start = this.word(node, 1);
    if (this.word(node, 0) & ESCAPED) return this.readsEscaped(start, this.word(node, 2), text);
    // A raw address: the parser put the node's ends within the text.
    return this.word(node, 2) - start == text.length && textAt(this.bytes.dataStart + start, text);
  }

  private readsEscaped(at: i32, end: i32, text: string): bool {
    for (let i = 0; i < text.length; i++) {
      if (at >= end) return false;
      const point = this.point(at);
      if (<i32>(point & 0xffffff) != text.charCodeAt(i)) return false;
      at += point >> 24;
    }
    return at == end;
  }

  /** For the parser. */
  open(kind: Kind, start: i32): i32 {
    if (this.size * WORDS == this.nodes.length) this.nodes = StaticArray.concat<i32>(this.nodes, new StaticArray<i32>(this.nodes.length));
    const node = this.at(this.size);
    store<i32>(node, kind);
    store<i32>(node, start, 4);
    store<i32>(node, start, 8);
    store<i32>(node, this.size + 1, 12);
    return this.size++;
  }

  /** For the parser. */
  close(index: i32, end: i32, escaped: bool): void {
    const node = this.at(index);
    if (escaped) store<i32>(node, load<i32>(node) | ESCAPED);
    store<i32>(node, end, 8);
    store<i32>(node, this.size, 12);
  }

  /** For the parser: the object has a duplicate name. */
  ambiguous(object: i32): void { store<i32>(this.at(object), this.word(object, 0) | TWICE); }

  /** Whether the node, or an object within it, has a duplicate name. This is possible only if `parse` was told to accept them. */
  isAmbiguous(node: i32): bool {
    for (let i = node, end = this.next(node); i < end; i++) if (this.word(i, 0) & TWICE) return true;
    return false;
  }

  /** The end of its content in the text. */
  end(node: i32): i32 { return this.word(node, 2); }

  /** The first node that is not part of this one. */
  next(node: i32): i32 { return this.word(node, 3); }

  /** The character at `i` of a string: its code point in the low 24 bits, above them its number of bytes in the text. */
  private point(i: i32): u32 {
    const text = this.bytes, c: u32 = text[i];
    if (c == 0x5c) {
      if (text[i + 1] != 0x75) return 2 << 24 | <u32>escapedByte(text[i + 1]);
      const high = hex4(text, i + 2);
      return high - 0xd800 >= 0x400 ? 6 << 24 | high : 12 << 24 | 0x10000 + ((high & 0x3ff) << 10 | hex4(text, i + 8) & 0x3ff);
    }
    if (c < 0x80) return 1 << 24 | c;
    if (c < 0xe0) return 2 << 24 | (c & 0x1f) << 6 | <u32>text[i + 1] & 0x3f;
    const low = (<u32>text[i + 1] & 0x3f) << 6 | <u32>text[i + 2] & 0x3f;
    return c < 0xf0 ? 3 << 24 | (c & 0xf) << 12 | low : 4 << 24 | (c & 7) << 18 | low << 6 | <u32>text[i + 3] & 0x3f;
  }

  // The raw address is valid: a node number comes from this class, or goes through `kind`, which checks it.
  // @ts-ignore: decorator
  @inline private at(node: i32): usize { return changetype<usize>(this.nodes) + (<usize>(node * WORDS) << 2); }
  // @ts-ignore: decorator
  @inline private word(node: i32, word: i32): i32 { return load<i32>(this.at(node) + (<usize>word << 2)); }
}

function escapedByte(c: u8): u8 {
  switch (c) {
    case 0x62: return 0x08; // \b
    case 0x66: return 0x0c; // \f
    case 0x6e: return 0x0a; // \n
    case 0x72: return 0x0d; // \r
    case 0x74: return 0x09; // \t
    default: return c;
  }
}

/** The value of four hex digits, or a larger number if they are invalid. */
export function hex4(bytes: Uint8Array, at: i32): u32 {
  if (at + 4 > bytes.length) return 0x10000;
  let value: u32 = 0;
  for (let i = at; i < at + 4; i++) {
    const digit = hexDigit(bytes[i]);
    if (digit < 0) return 0x10000;
    value = value << 4 | <u32>digit;
  }
  return value;
}
