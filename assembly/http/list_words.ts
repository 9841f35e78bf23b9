// The words of headers that are lists (RFC 9110 §5.6.1), read in place and up to a bound, because attackers choose their number.

import { lowerCase } from "../bytes/bytes";

/** Bytes that are read, of all lines together. A browser's longest list, Accept, has some 150. */
const MAX_BYTES = 2048;

/** The weight of a word that has none. */
export const WHOLE = 1000;

@final
export class ListWords {
  private line: i32 = 0;
  /** The start and the end of the word in its line. */
  private start: i32 = 0;
  private stop: i32 = 0;
  private left: i32 = MAX_BYTES;

  constructor(private readonly lines: Uint8Array[]) {}

  /** Goes to the next word. Commas, semicolons and blanks separate words. False after the last one, and at the bound. */
  next(): bool {
    for (; this.line < this.lines.length; this.line++, this.stop = 0) {
      const line = this.lines[this.line], from = this.stop, end = min(line.length, from + this.left);
      let start = from;
      while (start < end && parts(line[start])) start++;
      let stop = start;
      while (stop < end && !parts(line[stop])) stop++;
      if (stop == end && end < line.length) return false;
      this.left -= stop - from;
      this.start = start;
      this.stop = stop;
      if (stop > start) return true;
    }
    return false;
  }

  /** Whether it is this word, ignoring case. */
  is(lower: string): bool { return this.stop - this.start == lower.length && this.begins(lower); }

  /** Whether it is this language, or this language in some country or script (RFC 4647 §3.3.1). */
  isTag(lower: string): bool {
    const end = this.start + lower.length;
    return this.begins(lower) && (end == this.stop || this.lines[this.line][end] == 0x2d);
  }

  /** If it is a weight (RFC 9110 §12.4.2), which belongs to the word before it: in thousandths, 0 if it cannot be read. -1: it is another word. */
  get weight(): i32 {
    if (!this.begins("q=")) return -1;
    const line = this.lines[this.line], from = this.start + 2, size = this.stop - from;
    if (size == 0 || line[from] - 0x30 > 1 || size > 1 && line[from + 1] != 0x2e) return 0;
    let value = <i32>(line[from] - 0x30) * WHOLE;
    for (let i = 2, unit = WHOLE / 10; i < size; i++, unit /= 10) {
      const digit = line[from + i] - 0x30;
      if (digit > 9) return 0;
      value += <i32>digit * unit;
    }
    return min(value, WHOLE);
  }

  private begins(lower: string): bool {
    if (this.line >= this.lines.length || this.stop - this.start < lower.length) return false;
    const line = this.lines[this.line];
    for (let i = 0; i < lower.length; i++) if (lowerCase(line[this.start + i]) != lower.charCodeAt(i)) return false;
    return true;
  }
}

function parts(c: u8): bool { return c == 0x2c || c == 0x3b || c == 0x20 || c == 0x09; }
