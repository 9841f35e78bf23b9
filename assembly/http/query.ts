// The query of a request's path, read in place.

import { HeaderBlock } from "./header_block";
import { hexPair } from "./percent";

const AMPERSAND: u8 = 0x26;
const SEMICOLON: u8 = 0x3b;
const EQUALS: u8 = 0x3d;
const QUESTION_MARK: u8 = 0x3f;
const PERCENT: u8 = 0x25;
const PLUS: u8 = 0x2b;
const SPACE: u8 = 0x20;

/** The parameters with one name in a query. All requests use one object. */
@final
export class QueryParameter {
  /** The number of parameters with this name. */
  count: i32 = 0;
  /** The address of the first one's value, not decoded: a bearer token needs no decoding. Valid until the callback returns. */
  at: usize = 0;
  size: i32 = 0;

  find(headers: HeaderBlock, name: Uint8Array): this {
    this.count = 0;
    const path = headers.pathAt, size = max(headers.pathSize, 0), end = path + size;
    for (let start = path + headers.pathLength + 1; start <= end;) {
      const stop = parameterEnd(start, end), nameStop = start < stop ? nameEnd(start, stop, name) : 0;
      if (nameStop != 0 && this.count++ == 0) {
        this.at = min(nameStop + 1, stop);
        this.size = <i32>(stop - this.at);
      }
      start = stop + 1;
    }
    return this;
  }
}

/** The path without the parameters with this name. */
export function pathWithout(headers: HeaderBlock, name: Uint8Array): Uint8Array {
  const path = headers.pathAt, size = max(headers.pathSize, 0), end = path + size, bare = headers.pathLength;
  const out = new Uint8Array(size);
  memory.copy(out.dataStart, path, bare);
  let written = bare;
  // Each parameter with the separator before it.
  for (let from = path + bare; from < end;) {
    const stop = parameterEnd(from + 1, end);
    if (nameEnd(from + 1, stop, name) == 0) {
      const more = <i32>(stop - from);
      memory.copy(out.dataStart + written, from, more);
      if (written == bare) out[bare] = QUESTION_MARK;
      written += more;
    }
    from = stop;
  }
  return out.subarray(0, written);
}

/** The end of a parameter. A semicolon is a separator too: some servers take it for `&`, and would see a second token where others see a part of a value. */
function parameterEnd(from: usize, end: usize): usize {
  for (; from < end; from++) {
    const c = load<u8>(from);
    if (c == AMPERSAND || c == SEMICOLON) break;
  }
  return from;
}

/** The end of the name if it is this one after decoding (WHATWG URL §5.1); else 0. */
function nameEnd(at: usize, stop: usize, name: Uint8Array): usize {
  for (let i = 0; i < name.length; i++, at++) {
    if (at >= stop) return 0;
    let c = load<u8>(at);
    if (c == PLUS) c = SPACE;
    else if (c == PERCENT && stop - at > 2) {
      const byte = hexPair(load<u8>(at, 1), load<u8>(at, 2));
      if (byte >= 0) {
        c = <u8>byte;
        at += 2;
      }
    }
    if (c != name[i]) return 0;
  }
  return at == stop || load<u8>(at) == EQUALS ? at : 0;
}
