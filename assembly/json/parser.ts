// The strict JSON parser: the grammar of RFC 8259, valid UTF-8, no duplicate names, bounded depth and size, no recursion.

import { isUtf8 } from "../bytes/utf8";
import { Result } from "../result";
import { ABSENT, hex4, Json, Kind } from "./json";
import { numberEnd } from "./number";

export const enum JsonFault { TooLarge = 1, NotUtf8, Syntax, TooDeep, TooMany, Duplicate }

/** Tokens, keys and metadata need no deeper nesting, and without a bound it is an attack (CVE-2026-48042). */
const MAX_DEPTH = 32;
/** The most members of an object, unless the caller allows fewer. It bounds the table of names. */
export const MAX_MEMBERS = 1024;
/** Up to so many names are compared pairwise, which is faster than a table. */
const FEW = 8;

/** A hash table of one object's names, at most half full: the upper half of a name's hash, and its node. It is used for one object after another. */
const NAMES = new StaticArray<u64>(2 * MAX_MEMBERS);
/** Attackers choose the names, and must not know which of them collide. */
let namesSeed: u64 = 0;

/** `seed`: a number that nobody can guess. */
export function seedNames(seed: u64): void { namesSeed = seed; }

/** The parser's stacks. All parses share them, because one ends before the next begins. */
const OPEN = new StaticArray<i32>(MAX_DEPTH);
const MEMBERS = new StaticArray<i32>(MAX_DEPTH);

/**
 * Parses a document of at most `maxSize` bytes, with at most `maxMembers` members in each object. A fault's place is the offset in the text.
 * `strictDepth`: a duplicate name in an object further inside is not a fault of the document. `Json.isAmbiguous` reports it.
 */
export function parse(bytes: Uint8Array, maxSize: i32, maxMembers: i32 = MAX_MEMBERS, strictDepth: i32 = MAX_DEPTH): Result<Json> {
  if (bytes.length > maxSize) return Result.fail<Json>(JsonFault.TooLarge, bytes.length.toString());
  if (!isUtf8(bytes)) return Result.fail<Json>(JsonFault.NotUtf8, "");
  const parser = new Parser(bytes, min(maxMembers, MAX_MEMBERS), strictDepth);
  const fault = parser.document();
  return fault == 0 ? Result.of<Json>(parser.json) : Result.fail<Json>(fault, parser.at.toString());
}

/** The same for a document that must be an object; null for any other. */
export function parseObject(bytes: Uint8Array, maxSize: i32): Json | null {
  const parsed = parse(bytes, maxSize);
  return parsed.failed || !parsed.value.isObject(parsed.value.root) ? null : parsed.value;
}

/** The end of a run of plain bytes, which are neither quotes nor backslashes nor control characters; at the latest the end of the text. */
function plainEnd(start: usize, at: i32, size: i32): i32 {
  const quote = i8x16.splat(0x22), backslash = i8x16.splat(0x5c), space = i8x16.splat(0x20);
  for (; at + 16 <= size; at += 16) {
    const block = v128.load(start + at);
    const special = v128.or(v128.or(i8x16.eq(block, quote), i8x16.eq(block, backslash)), i8x16.lt_u(block, space));
    const found = i8x16.bitmask(special);
    if (found != 0) return at + ctz(found);
  }
  for (; at < size; at++) {
    const c = load<u8>(start + at);
    if (c == 0x22 || c == 0x5c || c < 0x20) break;
  }
  return at;
}

@final
class Parser {
  readonly json: Json;
  at: i32 = 0;
  private readonly start: usize;
  private readonly size: i32;
  /** The innermost open container, whether it is an object, and its number of members until now. */
  private container: i32 = 0;
  private inObject: bool = false;
  private count: i32 = 0;
  /** The number of open containers, and for those around the innermost one the node and the number of members, outermost first. */
  private depth: i32 = 0;
  private readonly open: StaticArray<i32> = OPEN;
  private readonly members: StaticArray<i32> = MEMBERS;

  constructor(private readonly bytes: Uint8Array, private readonly maxMembers: i32, private readonly strictDepth: i32) {
    this.json = new Json(bytes);
    this.start = bytes.dataStart;
    this.size = bytes.length;
  }

  /** 0, or what is wrong at `at`. */
  document(): JsonFault {
    this.space();
    let fault = this.value();
    while (fault == 0 && this.depth > 0) fault = this.continued();
    if (fault != 0) return fault;
    this.space();
    return this.at == this.size ? <JsonFault>0 : JsonFault.Syntax;
  }

  /** Reads the end of the innermost container, or its next member, with the spaces around it. */
  private continued(): JsonFault {
    this.space();
    const c = this.peek();
    if (c == (this.inObject ? 0x7d : 0x5d)) return this.leave();
    if (this.count > 0) {
      if (c != 0x2c) return JsonFault.Syntax;
      this.at++;
      this.space();
    }
    this.count++;
    if (!this.inObject) return this.value();
    if (this.count > this.maxMembers) return JsonFault.TooMany;
    const fault = this.name();
    return fault != 0 ? fault : this.value();
  }

  private enter(kind: Kind): JsonFault {
    if (this.depth == MAX_DEPTH) return JsonFault.TooDeep;
    this.open[this.depth] = this.container;
    this.members[this.depth++] = this.count;
    this.container = this.json.open(kind, this.at++);
    this.inObject = kind == Kind.Object;
    this.count = 0;
    return <JsonFault>0;
  }

  private leave(): JsonFault {
    this.json.close(this.container, ++this.at, false);
    if (this.inObject && this.count > 1) {
      const twice = this.count > FEW ? this.twiceOfMany() : this.twiceOfFew();
      if (twice != ABSENT && this.depth > this.strictDepth) this.json.ambiguous(this.container);
      else if (twice != ABSENT) {
        this.at = this.json.end(twice) + 1;
        return JsonFault.Duplicate;
      }
    }
    this.container = this.open[--this.depth];
    this.count = this.members[this.depth];
    this.inObject = this.json.isObject(this.container);
    return <JsonFault>0;
  }

  /** The first duplicate name in the innermost object, or ABSENT. */
  private twiceOfFew(): i32 {
    const json = this.json, end = json.nodeCount;
    for (let key = json.next(this.container + 2); key < end; key = json.next(key + 1)) {
      for (let other = this.container + 1; other < key; other = json.next(other + 1)) if (json.sameText(other, key)) return key;
    }
    return ABSENT;
  }

  /** The same in one pass, by the table. */
  private twiceOfMany(): i32 {
    const json = this.json, end = json.nodeCount, last: u32 = (1 << (33 - clz(this.count - 1))) - 1;
    NAMES.fill(0, 0, last + 1);
    for (let key = this.container + 1; key < end; key = json.next(key + 1)) {
      const hash = json.textHash(key, namesSeed);
      let slot = <u32>hash & last;
      for (let other = NAMES[slot]; other != 0; other = NAMES[slot]) {
        if (((other ^ hash) >> 32) == 0 && json.sameText(<i32>other, key)) return key;
        slot = (slot + 1) & last;
      }
      NAMES[slot] = hash >> 32 << 32 | <u64>key;
    }
    return ABSENT;
  }

  private name(): JsonFault {
    if (this.peek() != 0x22) return JsonFault.Syntax;
    const fault = this.string();
    if (fault != 0) return fault;
    this.space();
    if (this.peek() != 0x3a) return JsonFault.Syntax;
    this.at++;
    this.space();
    return <JsonFault>0;
  }

  private value(): JsonFault {
    const c = this.peek();
    switch (c) {
      case 0x7b: return this.enter(Kind.Object);
      case 0x5b: return this.enter(Kind.List);
      case 0x22: return this.string();
      case 0x74: return this.word("true", Kind.True);
      case 0x66: return this.word("false", Kind.False);
      case 0x6e: return this.word("null", Kind.Null);
      default: {
        const end = numberEnd(this.bytes, this.at);
        if (end == this.at) return JsonFault.Syntax;
        this.json.close(this.json.open(Kind.Number, this.at), end, false);
        this.at = end;
        return <JsonFault>0;
      }
    }
  }

  private string(): JsonFault {
    const node = this.json.open(Kind.String, ++this.at);
    let escaped = false;
    while (true) {
      this.at = plainEnd(this.start, this.at, this.size);
      const c = this.peek();
      if (c == 0x22) {
        this.json.close(node, this.at++, escaped);
        return <JsonFault>0;
      }
      if (c != 0x5c) return JsonFault.Syntax; // a control character, or the end of the text
      escaped = true;
      if (!this.escape()) return JsonFault.Syntax;
      this.at++;
    }
  }

  /** Reads an escape; `at` is then at its last byte. A lone surrogate is refused, because it is no text (RFC 8259 §8.2). */
  private escape(): bool {
    const c = ++this.at < this.bytes.length ? this.bytes[this.at] : <u8>0;
    if (c == 0x75) {
      const unit = hex4(this.bytes, this.at + 1);
      this.at += 4;
      if (unit < 0xd800 || unit > 0xdfff) return unit <= 0xffff;
      if (unit > 0xdbff || this.at + 2 >= this.bytes.length || this.bytes[this.at + 1] != 0x5c || this.bytes[this.at + 2] != 0x75) return false;
      const low = hex4(this.bytes, this.at + 3);
      this.at += 6;
      return low >= 0xdc00 && low <= 0xdfff;
    }
    return c == 0x22 || c == 0x5c || c == 0x2f || c == 0x62 || c == 0x66 || c == 0x6e || c == 0x72 || c == 0x74;
  }

  private word(word: string, kind: Kind): JsonFault {
    for (let i = 0; i < word.length; i++) {
      if (this.at + i >= this.bytes.length || this.bytes[this.at + i] != word.charCodeAt(i)) return JsonFault.Syntax;
    }
    const start = this.at;
    this.at += word.length;
    this.json.close(this.json.open(kind, start), this.at, false);
    return <JsonFault>0;
  }

  private space(): void {
    for (; this.at < this.size; this.at++) {
      const c = load<u8>(this.start + this.at);
      if (c > 0x20 || c != 0x20 && c != 0x0a && c != 0x0d && c != 0x09) return;
    }
  }

  /** The current byte; 0 at the end of the text, with which no token starts. */
  private peek(): u8 { return this.at < this.size ? load<u8>(this.start + this.at) : 0; }
}
