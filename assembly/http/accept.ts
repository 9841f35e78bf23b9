// Whether an answer is read by a person.

import { ListWords } from "./list_words";

/** True where `text/html` stands before `application/json`, or alone. Browsers send it first; programs ask for JSON or anything. */
export function prefersHtml(accept: Uint8Array[]): bool {
  const words = new ListWords(accept);
  while (words.next()) {
    if (words.is("text/html") || words.is("application/xhtml+xml")) return true;
    if (words.is("application/json")) return false;
  }
  return false;
}
