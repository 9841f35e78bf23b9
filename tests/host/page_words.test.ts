/** The words of the filter's pages: typography and tone of each language, and nothing that a person has to know OAuth for. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const FILES = ["english", "german", "french", "spanish", "chinese"] as const;
type Language = (typeof FILES)[number];

/** All texts, with the name of each. */
const texts = (language: Language): [name: string, text: string][] => {
  const source = readFileSync(join(__dirname, `../../assembly/filter/pages/${language}.ts`), "utf8");
  return [...source.matchAll(/^ {2}(\w+): (.*),$/gm)].flatMap(([, name, value]) => [...value!.matchAll(/"([^"]*)"/g)].map(([, text]): [string, string] => [name!, text!]));
};
/** The sentences of the pages, without titles, links and buttons. */
const sentences = (language: Language): [name: string, text: string][] => {
  const source = readFileSync(join(__dirname, `../../assembly/filter/pages/${language}.ts`), "utf8");
  return [...source.matchAll(/^ {2}(\w+): new Words\("[^"]*", (.*)\),$/gm)].flatMap(([, name, value]) => [...value!.matchAll(/"([^"]*)"/g)].map(([, text]): [string, string] => [name!, text!]));
};
/** The texts in which there is what may not be, with the name of each. */
const wrong = (language: Language, pattern: RegExp): string[] => texts(language).filter(([name, text]) => name !== "language" && pattern.test(text)).map(([name, text]) => `${name}: ${text}`);

test.each(FILES)("%s: no blanks that are too many, no typewriter's quotes, no three points", (language) => {
  expect(texts(language).length).toBeGreaterThan(50);
  expect(wrong(language, /^\s|\s$|\s\s|'|"|\.\.\.|…|<|>|&/)).toEqual([]);
});

test.each(FILES)("%s: every sentence ends, and no title, link or button does but for a question", (language) => {
  const ended = /[.。]$/, inSentences = sentences(language);
  expect(inSentences.filter(([, text]) => !ended.test(text))).toEqual([]);
  const short = texts(language).filter(([name, text]) => !inSentences.some(([other, sentence]) => other === name && sentence === text));
  expect(short.filter(([, text]) => ended.test(text) || text.length > 60)).toEqual([]);
});

test.each(FILES)("%s: nothing that only those who run the site can do something about", (language) => {
  expect(wrong(language, /token|\bjeton|令牌|\bOAuth|OpenID|provider|anbieter|fournisseur|proveedor|身份提供|callback|header|HTTP|JSON|gateway/i)).toEqual([]);
});

test.each(FILES)("%s: cookies are named only where a person can delete or allow them, or has to know that copies work", (language) => {
  expect([...new Set(texts(language).filter(([, text]) => /cookie/i.test(text)).map(([name]) => name))].sort()).toEqual(["copiesWork", "loginOver", "loopNoCookie", "loopOther", "tooManyCookies"]);
});

test.each<[Language, string, RegExp]>([
  ["english", "one word for each thing: log in, log out", /\b[Ss]ign(ed)?[ -]?(in|out|on)\b|\blogin (to|in)\b|\blogout (of|from)\b/],
  ["english", "no blank before punctuation", / [?!:;,.]/],
  ["german", "no blank before punctuation", / [?!:;,.]/],
  ["german", "people are addressed by Sie alone", /\b([Dd]u|[Dd]ich|[Dd]ir|[Dd]eine?[rnms]?|[Ee]uch|[Ee]uer)\b|\bihre?[rnms]? (Browser|Konto|Sitzung|Eingaben)/],
  ["german", "low and high quotes", /[«»”]|“(?=\w)|„(?!\w)/],
  ["french", "before ? ! ; : and » a blank that does not break, also after «", /[^\u00a0\u202f][?!;:»]|«[^\u00a0\u202f]/],
  ["french", "no blank before commas and points", /\s[,.]/],
  ["french", "people are addressed by vous alone, and no participle says whether it is a man", /\b(tu|ton|ta|tes|toi)\b|\b[Vv]ous (êtes|n’êtes)|vous a (mené|conduit)/],
  ["spanish", "a question or exclamation has both of its marks", /^[^¿]*\?|¿[^?]*$|^[^¡]*!|¡[^!]*$/],
  ["spanish", "people are addressed by usted alone", /\b(tú|tu|tus|ti|te|vos|vosotros|puedes|inicia|inténtalo|avisa|borra)\b/],
  ["spanish", "no word that is another one beyond the sea", /ordenador|computador/],
  ["chinese", "full-width punctuation alone", /[,.?!:;()]/],
  ["chinese", "a blank between Latin and Chinese characters, and none between Chinese ones", /[A-Za-z]\p{Script=Han}|\p{Script=Han}[A-Za-z]|[\p{Script=Han}，。？] [\p{Script=Han}，。？]/u],
  ["chinese", "simplified characters, and the polite 您 alone", /你|[錄請頁網頁務號權時間過點開關閉電腦]/],
])("%s: %s", (language, _, pattern) => expect(wrong(language, pattern)).toEqual([]));
