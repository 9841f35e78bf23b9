// Whether an answer is read by a person.

import { isIgnoringCase } from "../bytes/bytes";

/** True where `text/html` stands before `application/json`, or alone. Browsers send it first; programs ask for JSON or anything. */
export function prefersHtml(accept: Uint8Array[]): bool {
  for (let i = 0; i < accept.length; i++) {
    const line = accept[i];
    let start = 0;
    for (let end = 0; end <= line.length; end++) {
      if (end < line.length && line[end] != 0x2c && line[end] != 0x3b) continue;
      while (start < end && line[start] == 0x20) start++;
      const range = line.subarray(start, end);
      if (isIgnoringCase(range, "text/html") || isIgnoringCase(range, "application/xhtml+xml")) return true;
      if (isIgnoringCase(range, "application/json")) return false;
      start = end + 1;
    }
  }
  return false;
}
