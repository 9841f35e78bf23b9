// The strict JSON parser: one grammar (RFC 8259), valid UTF-8, no duplicate names, bounded depth and size, no recursion.

import { isUtf8 } from "../bytes/utf8";
import { Result } from "../result";
import { hex4, Json, Kind } from "./json";
import { numberEnd } from "./number";

export const enum JsonFault { TooLarge = 1, NotUtf8, Syntax, TooDeep, TooMany, Duplicate }

/** Deeper nesting has no use in tokens, keys or metadata; without a bound it is an attack (CVE-2026-48042). */
const MAX_DEPTH = 32;
/** Bounds the comparison of each name with those before it in the same object. */
const MAX_MEMBERS = 1024;

/** The parser's stacks. One parse ends before the next begins, so all share them. */
const OPEN = new StaticArray<i32>(MAX_DEPTH);
const MEMBERS = new StaticArray<i32>(MAX_DEPTH);

/** Reads a whole document of at most `maxSize` bytes. The fault's place is the offset in the text. */
export function parse(bytes: Uint8Array, maxSize: i32): Result<Json> {
  if (bytes.length > maxSize) return Result.fail<Json>(JsonFault.TooLarge, bytes.length.toString());
  if (!isUtf8(bytes)) return Result.fail<Json>(JsonFault.NotUtf8, "");
  const parser = new Parser(bytes);
  const fault = parser.document();
  return fault == 0 ? Result.of<Json>(parser.json) : Result.fail<Json>(fault, parser.at.toString());
}

/** Where the run of bytes ends that need no look: neither quote nor backslash nor control. At the latest, the end of the text. */
function plainEnd(bytes: Uint8Array, at: i32): i32 {
  const start = bytes.dataStart;
  const quote = i8x16.splat(0x22), backslash = i8x16.splat(0x5c), space = i8x16.splat(0x20);
  for (; at + 16 <= bytes.length; at += 16) {
    const block = v128.load(start + at);
    const special = v128.or(v128.or(i8x16.eq(block, quote), i8x16.eq(block, backslash)), i8x16.lt_u(block, space));
    const found = i8x16.bitmask(special);
    if (found != 0) return at + ctz(found);
  }
  while (at < bytes.length) {
    const c = bytes[at];
    if (c == 0x22 || c == 0x5c || c < 0x20) break;
    at++;
  }
  return at;
}

@final
class Parser {
  readonly json: Json;
  at: i32 = 0;
  /** The containers that are open, outermost first, and how many members each has so far. */
  private readonly open: StaticArray<i32> = OPEN;
  private readonly members: StaticArray<i32> = MEMBERS;
  private depth: i32 = 0;

  constructor(private readonly bytes: Uint8Array) { this.json = new Json(bytes); }

  /** 0, or what is wrong at `at`. */
  document(): JsonFault {
    this.space();
    let fault = this.value();
    while (fault == 0 && this.depth > 0) fault = this.continued();
    if (fault != 0) return fault;
    this.space();
    return this.at == this.bytes.length ? <JsonFault>0 : JsonFault.Syntax;
  }

  /** One step inside the innermost container: its end, or one more member. Spaces before it are skipped, after a value too. */
  private continued(): JsonFault {
    const top = this.depth - 1;
    const container = this.open[top];
    const object = this.json.isObject(container);
    this.space();
    const c = this.peek();
    if (c == (object ? 0x7d : 0x5d)) {
      this.at++;
      this.json.close(container, this.at, false);
      this.depth--;
      return <JsonFault>0;
    }
    if (this.members[top] > 0) {
      if (c != 0x2c) return JsonFault.Syntax;
      this.at++;
      this.space();
    }
    if (++this.members[top] > MAX_MEMBERS && object) return JsonFault.TooMany;
    if (object) {
      const fault = this.name(container);
      if (fault != 0) return fault;
    }
    return this.value();
  }

  private name(object: i32): JsonFault {
    if (this.peek() != 0x22) return JsonFault.Syntax;
    const key = this.json.nodeCount;
    const fault = this.string();
    if (fault != 0) return fault;
    for (let other = object + 1; other < key; other = this.json.next(other + 1)) {
      if (this.json.sameText(other, key)) return JsonFault.Duplicate;
    }
    this.space();
    if (this.peek() != 0x3a) return JsonFault.Syntax;
    this.at++;
    this.space();
    return <JsonFault>0;
  }

  private value(): JsonFault {
    const c = this.peek();
    switch (c) {
      case 0x7b: return this.container(Kind.Object);
      case 0x5b: return this.container(Kind.List);
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

  private container(kind: Kind): JsonFault {
    if (this.depth == MAX_DEPTH) return JsonFault.TooDeep;
    this.open[this.depth] = this.json.open(kind, this.at);
    this.members[this.depth] = 0;
    this.depth++;
    this.at++;
    return <JsonFault>0;
  }

  private string(): JsonFault {
    this.at++;
    const node = this.json.open(Kind.String, this.at);
    let escaped = false;
    for (; this.at < this.bytes.length; this.at++) {
      this.at = plainEnd(this.bytes, this.at);
      if (this.at == this.bytes.length) break;
      const c = this.bytes[this.at];
      if (c == 0x22) {
        this.json.close(node, this.at, escaped);
        this.at++;
        return <JsonFault>0;
      }
      if (c < 0x20) return JsonFault.Syntax;
      if (c == 0x5c) {
        escaped = true;
        if (!this.escape()) return JsonFault.Syntax;
      }
    }
    return JsonFault.Syntax;
  }

  /** Leaves `at` on the escape's last byte. A lone surrogate is no text (RFC 8259 §8.2), so it is refused. */
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
    while (this.at < this.bytes.length) {
      const c = this.bytes[this.at];
      if (c != 0x20 && c != 0x0a && c != 0x0d && c != 0x09) return;
      this.at++;
    }
  }

  /** 0 at the end of the text: no token starts with it. */
  private peek(): u8 { return this.at < this.bytes.length ? this.bytes[this.at] : 0; }
}
