// The language of a page.

import { ListWords } from "../../http/list_words";
import { CHINESE } from "./chinese";
import { ENGLISH } from "./english";
import { FRENCH } from "./french";
import { GERMAN } from "./german";
import { SPANISH } from "./spanish";
import { Texts } from "./texts";

/** The primary subtags (RFC 5646 §2.2.1) that requests name, and the texts for each. */
const TAGS: string[] = ["en", "de", "fr", "es", "zh"];
const TEXTS: Texts[] = [ENGLISH, GERMAN, FRENCH, SPANISH, CHINESE];

/** By Accept-Language: the first language in it that there are texts for, else English. Weights are not read: browsers name the best first. */
export function textsFor(acceptLanguage: Uint8Array[]): Texts {
  const words = new ListWords(acceptLanguage);
  while (words.next()) for (let i = 0; i < TAGS.length; i++) if (words.isTag(TAGS[i])) return TEXTS[i];
  return ENGLISH;
}
