// Whether a user reads the answer, or a program.

import { ListWords } from "./list_words";

/** True if `text/html` comes before `application/json`, or alone. Browsers send it first; programs ask for JSON or for anything. */
export function prefersHtml(accept: Uint8Array[]): bool {
  const words = new ListWords(accept);
  while (words.next()) {
    if (words.is("text/html") || words.is("application/xhtml+xml")) return true;
    if (words.is("application/json")) return false;
  }
  return false;
}
