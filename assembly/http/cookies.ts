// The Cookie header (RFC 6265 §5.4), as browsers and others write it.

import { same } from "../bytes/bytes";
import { HeaderBlock } from "./header_block";

/** Every value of the cookies of that name. What is not `name=value` is passed over. */
export function cookieValues(headers: HeaderBlock, name: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = [];
  const lines = headers.all("cookie");
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    let start = 0;
    for (let end = 0; end <= line.length; end++) {
      if (end < line.length && line[end] != 0x3b) continue;
      while (start < end && line[start] == 0x20) start++;
      if (start + name.length < end && line[start + name.length] == 0x3d && same(line.subarray(start, start + name.length), name)) {
        out.push(line.subarray(start + name.length + 1, end));
      }
      start = end + 1;
    }
  }
  return out;
}
