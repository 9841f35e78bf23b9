// The lead of a request's path: its beginning that every server reads in the same way. Frameworks, file servers and proxies decode, cut, merge and fold
// paths differently: one may read /health where another reads /private (CVE-2025-54576, CVE-2026-40575). In the lead there is no such difference.

import { hexDigit, isAlphanumeric } from "../bytes/bytes";
import { Look, lookOf } from "./lookalikes";
import { hexPair } from "./percent";

/** Longer than any path of a rule, so the rest need not be compared. */
const LONGEST = 1100;
/** Longer than servers accept (8 kB in nginx and Apache). Such a path may be any path; reading it to its end would be expensive. */
const TOO_LONG = 8 * 1024;
/** The longest run of dots and blanks that is read. No name has so many. */
const LONGEST_RUN = 64;

const SLASH: u8 = 0x2f;
const DOT: u8 = 0x2e;
const BLANK: u8 = 0x20;
const PERCENT: u8 = 0x25;

/** All requests use one object, so that nothing is allocated, whatever clients send. */
@final
export class PathLead {
  /** The size of the lead after decoding. */
  size: i32 = 0;
  /** The size of its beginning that has no escapes. */
  plain: i32 = 0;
  /** Whether the lead is the whole path. */
  whole: bool = false;
  private readonly text: StaticArray<u8> = new StaticArray<u8>(LONGEST);

  /** The path and its end; the decoded character at the cursor, and its end. */
  private at: usize = 0;
  private end: i32 = 0;
  private char: u8 = 0;
  private after: i32 = 0;
  private escaped: bool = false;
  /** The path has something that others may read in any way: broken or overlong escapes, control characters. */
  private broken: bool = false;
  /** Up to here, dots and blanks do not end a segment, because other characters follow them. */
  private within: i32 = 0;

  /** Reads a path without its query. It must start with a slash. */
  read(at: usize, size: i32): void {
    this.at = at;
    this.end = size;
    this.size = this.plain = 0;
    this.broken = false;
    this.within = 0;
    this.whole = size <= TOO_LONG && this.lead() == size;
    // A path with `..`, or one that may be read as a URL with a host, can lead anywhere.
    if (!this.whole && (size > TOO_LONG || this.climbs()) || size > 1 && isSlash(load<u8>(at, 1))) this.size = this.plain = 0;
  }

  byte(i: i32): u8 { return this.text[i]; }

  /** Takes characters while every server reads them in the same way. Returns the end. */
  private lead(): i32 {
    let i = 0, before: u8 = 0, plain = true;
    while (i < this.end && this.size < LONGEST) {
      const b = load<u8>(this.at + i);
      if (isOrdinary(b) || b == SLASH && before != SLASH) {
        this.text[this.size++] = before = b;
        if (plain) this.plain = this.size;
        i++;
        continue;
      }
      this.decode(i);
      const c = this.char;
      if (this.broken || this.parts(c) || c == SLASH && (this.escaped || before == SLASH)) break;
      if ((c == DOT || c == BLANK) && this.endsSegment(i) || c >= 0x80 && this.look(i) != Look.Itself) break;
      this.decode(i);
      if (this.escaped) plain = false;
      this.text[this.size++] = c;
      if (plain) this.plain = this.size;
      before = c;
      i = this.after;
    }
    return i;
  }

  /** Whether some servers take the character for the end of a segment, of the path, or of a file name. A tilde and a digit make a short name on Windows. */
  private parts(c: u8): bool {
    return c == 0x5c || c == 0x3b || c == 0x23 || c == 0x3f || c == 0x3a || c == PERCENT || c == 0x7e && this.after < this.end && load<u8>(this.at + this.after) - 0x30 < 10;
  }

  /** Whether only dots and blanks are left of the segment: a dot segment, or a name's end that Windows drops. */
  private endsSegment(from: i32): bool {
    if (from < this.within) return false;
    for (let i = from, run = 0; i < this.end && run < LONGEST_RUN; i = this.after, run++) {
      const look = this.look(i);
      if (look == Look.Dot || look == Look.Dots || look == Look.Blank) continue;
      this.within = i;
      return look >= Look.Slash || this.parts(this.char) || this.broken;
    }
    return true;
  }

  /** Whether any segment, by any server's reading, has only dots, two or more; or whether something is broken. */
  private climbs(): bool {
    let dots = 0, others = 0;
    for (let i = 0; i < this.end; i = this.after) {
      if (isOrdinary(load<u8>(this.at + i))) {
        others++;
        this.after = i + 1;
        continue;
      }
      const look = this.look(i);
      if (this.broken || look == Look.Percent && this.mayEscape(this.after)) return true;
      if (look == Look.Slash || look == Look.Part) {
        if (dots > 1 && others == 0) return true;
        dots = others = 0;
      } else if (look == Look.Dot) dots++;
      else if (look == Look.Dots) dots += 2;
      else if (look != Look.Blank) others++;
    }
    return dots > 1 && others == 0;
  }

  /** Whether a server may read an escape from the percent sign before and the digits at `i`. `decode` has already checked two ASCII digits. */
  private mayEscape(i: i32): bool {
    if (i >= this.end) return false;
    const sign = this.char, after = this.after, look = this.look(i), next = this.char;
    this.after = after;
    return next < 0x80 ? sign != PERCENT && (hexDigit(next) >= 0 || (next | 0x20) == 0x75) : look != Look.Itself;
  }

  /** What the character at `i` may be turned into; it ends before `after`. A byte that is no UTF-8 is a character of its own. */
  private look(i: i32): Look {
    this.decode(i);
    const c = this.char, after = this.after;
    if (c < 0x80) return lookOfAscii(c);
    const more = c < 0xc0 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    let point: u32 = c, size = 0;
    for (; size < more && this.after < this.end; size++) {
      this.decode(this.after);
      if ((this.char & 0xc0) != 0x80) break;
      point = (size == 0 ? point & 0x3f >> more : point) << 6 | this.char & 0x3f;
    }
    this.char = c;
    if (size < more) this.after = after;
    if (isOverlong(c, size == more ? point : 0)) {
      this.broken = true;
      return Look.Other;
    }
    return size < more || more == 0 ? Look.Itself : lookOf(point);
  }

  /** The character at `i`, decoded as often as it is encoded. */
  private decode(i: i32): void {
    let c = load<u8>(this.at + i), after = i + 1;
    this.escaped = c == PERCENT;
    if (c < BLANK || c == 0x7f) this.broken = true;
    if (c == PERCENT) {
      // %25 and two digits are an escape again.
      do {
        const value = this.hex(after);
        if (value < 0) {
          // A percent sign that was written as %25 may stand alone. A bare one is a broken escape, and %25%32%66 is an escape only for some servers.
          if (after == i + 1 || this.escapesHex(after)) this.broken = true;
          break;
        }
        c = <u8>value;
        after += 2;
      } while (c == PERCENT);
      if (c < BLANK || c == 0x7f) this.broken = true;
    }
    this.char = c;
    this.after = after;
  }

  /** The value of two hex digits, or -1. */
  private hex(i: i32): i32 { return i + 2 > this.end ? -1 : hexPair(load<u8>(this.at + i), load<u8>(this.at + i + 1)); }

  /** Whether an escaped hex digit or `u` is there, or a broken escape. */
  private escapesHex(i: i32): bool {
    if (i >= this.end || load<u8>(this.at + i) != PERCENT) return false;
    const value = this.hex(i + 1);
    return value < 0 || hexDigit(<u8>value) >= 0 || (value | 0x20) == 0x75;
  }
}

/** Characters that every server leaves as they are. */
function isOrdinary(c: u8): bool { return isAlphanumeric(c) || c == 0x2d || c == 0x5f; }

/** Whether a lenient decoder turns these bytes into ASCII (RFC 3629 §3, §10). `point`: the code point that begins with `c`, 0 if the bytes are no UTF-8. */
function isOverlong(c: u8, point: u32): bool {
  if (c < 0xc0) return false;
  return c < 0xc2 || c > 0xf4 || c == 0xe0 && point < 0x800 || c == 0xf0 && point < 0x10000;
}

function isSlash(c: u8): bool { return c == SLASH || c == 0x5c; }

function lookOfAscii(c: u8): Look {
  switch (c) {
    case DOT: return Look.Dot;
    case BLANK: return Look.Blank;
    case SLASH:
    case 0x5c: return Look.Slash;
    case 0x3b:
    case 0x23:
    case 0x3f: return Look.Part;
    case PERCENT: return Look.Percent;
    default: return Look.Itself;
  }
}
