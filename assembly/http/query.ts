// The query of a request's path.

import { indexOf, same } from "../bytes/bytes";
import { HeaderBlock } from "./header_block";

/** Every value of the parameters of that name, as written: a bearer token needs no decoding. */
export function queryValues(headers: HeaderBlock, name: Uint8Array): Uint8Array[] {
  const out = new Array<Uint8Array>();
  const path = headers.path();
  const question = indexOf(path, 0x3f);
  if (question < 0) return out;
  let start = question + 1;
  for (let end = start; end <= path.length; end++) {
    if (end < path.length && path[end] != 0x26) continue;
    if (isParameter(path, start, end, name)) out.push(path.slice(min(start + name.length + 1, end), end));
    start = end + 1;
  }
  return out;
}

/** The path without the parameters of that name. */
export function pathWithout(headers: HeaderBlock, name: Uint8Array): Uint8Array {
  const path = headers.path();
  const question = indexOf(path, 0x3f);
  if (question < 0) return path;
  const out = new Uint8Array(path.length);
  out.set(path.subarray(0, question));
  let o = question, start = question + 1;
  for (let end = start; end <= path.length; end++) {
    if (end < path.length && path[end] != 0x26) continue;
    if (!isParameter(path, start, end, name)) {
      out[o] = o == question ? 0x3f : 0x26;
      out.set(path.subarray(start, end), o + 1);
      o += 1 + end - start;
    }
    start = end + 1;
  }
  return out.subarray(0, o);
}

/** `name`, or `name=…`. */
function isParameter(path: Uint8Array, start: i32, end: i32, name: Uint8Array): bool {
  const stop = start + name.length;
  return stop <= end && (stop == end || path[stop] == 0x3d) && same(path.subarray(start, stop), name);
}
