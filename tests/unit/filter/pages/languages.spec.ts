import { textsFor } from "../../../../assembly/filter/pages/languages";
import { Texts, wordsOf } from "../../../../assembly/filter/pages/texts";
import { PageKind } from "../../../../assembly/flow/decision/page_kind";
import { ascii, equal, equalInt, isFalse, isTrue } from "../../check";

const TAGS = ["en", "de", "fr", "es", "zh"];

function chosen(header: string): string { return textsFor([ascii(header)]).language; }

export function the_first_supported_language_is_used(): void {
  equal(chosen("de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7"), "de");
  equal(chosen("it-IT, it;q=0.9, fr;q=0.8, en;q=0.5"), "fr");
  equal(chosen("ES"), "es");
  equal(chosen("zh-TW,zh;q=0.9"), "zh-Hans");
  equal(chosen("pt,nl;q=0.9,*;q=0.5,de;q=0.1"), "de");
}

export function the_greatest_weight_wins_at_every_position(): void {
  equal(chosen("de;q=0.5,fr;q=0.9,es;q=0.7"), "fr");
  equal(chosen("de;q=0.5, en"), "en");
  equal(chosen("en;q=0.1,de;q=0.11"), "de");
  equal(chosen("es;Q=0.2 ; q=0.3,fr;q=0.25"), "es");
  equal(chosen("fr;q=0.8,de ; q=0.801"), "de");
  equal(chosen("it,de;q=0.2,nl;q=1.0,fr;q=0.3"), "fr");
  equal(textsFor([ascii("de;q=0.3"), ascii("fr ;\tq=0.4"), ascii("es;q=0.2")]).language, "fr");
}

export function of_equal_weights_the_first_wins(): void {
  equal(chosen("fr;q=0.5,de;q=0.5"), "fr");
  equal(chosen("de,fr;q=1.000"), "de");
  equal(chosen("es;q=1.0,fr"), "es");
}

export function a_language_with_weight_0_is_not_used(): void {
  equal(chosen("de;q=0"), "en");
  equal(chosen("de;q=0,fr;q=0.001"), "fr");
  equal(chosen("de;q=0.000,*;q=0.5"), "en");
  equal(chosen("de-AT;q=0,de;q=0.5"), "de");
}

export function an_invalid_weight_counts_as_0(): void {
  const wrong = ["q=", "q=x", "q=2", "q=-1", "q=.9", "q=09", "q=0.x", "q=0.9x", "q=1e0", "q==1"];
  for (let i = 0; i < wrong.length; i++) {
    equal(chosen("de;" + wrong[i]), "en");
    equal(chosen("de;" + wrong[i] + ",fr;q=0.001"), "fr");
  }
}

export function more_than_three_digits_and_weights_above_one_change_nothing(): void {
  equal(chosen("de;q=0.9" + "9".repeat(1000) + ",fr"), "fr");
  equal(chosen("de;q=0.5" + "0".repeat(1000) + ",fr;q=0.499"), "de");
  equal(chosen("fr,de;q=1.999"), "fr");
}

export function weights_past_the_bound_are_not_read(): void {
  equal(chosen("de;q=0.5," + "x,".repeat(2000) + "fr"), "de");
  equal(chosen("x,".repeat(1000) + "de;q=0.5," + "x,".repeat(2000)), "de");
}

export function a_configured_language_is_used_for_every_request(): void {
  for (let i = 0; i < TAGS.length; i++) equal(textsFor([ascii("de,fr;q=0.5")], TAGS[i]).language, textsFor([ascii(TAGS[i])]).language);
}

export function english_is_used_if_no_language_matches(): void {
  equal(textsFor([]).language, "en");
  const others = ["", "*", "it", "deutsch", "d", "eng", "q=de", "-de", "<script>", ";;;,,,"];
  for (let i = 0; i < others.length; i++) equal(chosen(others[i]), "en");
}

export function only_two_kilobytes_of_the_header_are_read(): void {
  equal(chosen("x,".repeat(1000) + "de"), "de");
  equal(chosen("x,".repeat(2000) + "de"), "en");
}

export function every_language_has_all_texts_without_markup(): void {
  for (let i = 0; i < TAGS.length; i++) {
    const texts = textsFor([ascii(TAGS[i])]);
    const all = labels(texts);
    for (let kind = 0; kind < <i32>PageKind.Nothing; kind++) {
      const words = wordsOf(texts, <PageKind>kind);
      isTrue(words.title.length > 0 && words.text.length > 0, TAGS[i] + " " + kind.toString());
      all.push(words.title);
      all.push(words.text);
      all.push(words.hint);
    }
    for (let k = 0; k < all.length; k++) isPlain(all[k]);
    for (let k = 0; k < labels(texts).length; k++) isTrue(labels(texts)[k].length > 0, TAGS[i]);
  }
}

/** A hint says what the user can do. */
export function every_language_has_a_hint_wherever_english_has_one(): void {
  const english = textsFor([]);
  for (let i = 1; i < TAGS.length; i++) {
    const texts = textsFor([ascii(TAGS[i])]);
    for (let kind = 0; kind < <i32>PageKind.Nothing; kind++) {
      equalInt(<i32>(wordsOf(texts, <PageKind>kind).hint.length > 0), <i32>(wordsOf(english, <PageKind>kind).hint.length > 0));
      isFalse(wordsOf(texts, <PageKind>kind).text == wordsOf(english, <PageKind>kind).text, TAGS[i] + " " + kind.toString());
    }
  }
}

function labels(t: Texts): string[] { return [t.logIn, t.tryAgain, t.frontPage, t.goOn, t.cancel, t.logOut, t.logOutAtProvider, t.help]; }

function isPlain(text: string): void {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    isTrue(c >= 0x20 && c != 0x3c && c != 0x3e && c != 0x26 && c != 0x22 && c != 0x27 && c != 0x5f && c != 0x7f, text);
  }
}
