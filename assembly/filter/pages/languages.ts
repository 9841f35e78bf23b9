// The language of a page.

import { ListWords, WHOLE } from "../../http/list_words";
import { CHINESE } from "./chinese";
import { ENGLISH } from "./english";
import { FRENCH } from "./french";
import { GERMAN } from "./german";
import { SPANISH } from "./spanish";
import { Texts } from "./texts";

/** The primary subtags (RFC 5646 §2.2.1) that requests name, and the texts for each. */
const TAGS: string[] = ["en", "de", "fr", "es", "zh"];
const TEXTS: Texts[] = [ENGLISH, GERMAN, FRENCH, SPANISH, CHINESE];

/** `configured`: the language of all pages (`page.language`), or "". Without it Accept-Language chooses: the language with the greatest weight that there are texts for, else English. */
export function textsFor(acceptLanguage: Uint8Array[], configured: string = ""): Texts {
  const tag = TAGS.indexOf(configured);
  if (tag >= 0) return TEXTS[tag];
  const words = new ListWords(acceptLanguage);
  let best = ENGLISH, most = 0, asked = -1, weight = 0;
  for (let more = true; more;) {
    more = words.next();
    const own = more ? words.weight : -1;
    if (own >= 0) {
      weight = own;
      continue;
    }
    // The word before this one is complete. Of equal weights the first is taken; 0 means "not this one".
    if (asked >= 0 && weight > most) {
      best = TEXTS[asked];
      most = weight;
    }
    asked = more ? named(words) : -1;
    weight = WHOLE;
  }
  return best;
}

/** The language that the word names, or -1. */
function named(word: ListWords): i32 {
  for (let i = 0; i < TAGS.length; i++) if (word.isTag(TAGS[i])) return i;
  return -1;
}
