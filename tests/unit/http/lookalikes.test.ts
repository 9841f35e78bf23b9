/** Duty 157: compares the filter's table of characters that some software reads as ASCII with the Unicode data of Node. */
import { compile } from "../../support/compile";
import { watch } from "../../support/coverage";
import { imports } from "../harness-imports";

const LOOKS = ["itself", "other", "blank", "dot", "dots", "slash", "part", "percent"] as const;
type Look = typeof LOOKS[number];

let look: (point: number) => Look;
beforeAll(() => {
  const build = compile("tests/unit/http/lookalikes.as.ts", { name: "lookalikes", release: true });
  const module = new WebAssembly.Module(new Uint8Array(build.wasm));
  const instance: WebAssembly.Instance = new WebAssembly.Instance(module, imports(module, () => instance.exports.memory as WebAssembly.Memory));
  (instance.exports._initialize as () => void)();
  watch(build, instance.exports.memory as WebAssembly.Memory);
  look = (point) => LOOKS[(instance.exports.look as (point: number) => number)(point)]!;
});

/** Lookalikes from Windows' best-fit tables and iconv's //TRANSLIT, in addition to Unicode's foldings. */
const CONVERTED: Record<string, Look> = {
  "\u00a5": "slash", "\u00b4": "slash", "\u00f7": "slash", "\u2044": "slash", "\u20a9": "slash", "\u2215": "slash", "\u2216": "slash", "\u2571": "slash", "\u2572": "slash",
  "\u27cb": "slash", "\u27cd": "slash", "\u29f5": "slash", "\u29f8": "slash", "\u29f9": "slash", "\u00b7": "dot", "\u00bf": "part", "\u02d0": "part", "\u0589": "part", "\u2236": "part",
  "\u29e3": "part", "\u29e5": "part", "\u066a": "percent", "\u0303": "other", "\u223c": "other",
};

const ASCII = /[\x20-\x7e]/;
const IGNORED = /^\p{Default_Ignorable_Code_Point}$/u;

/** How software that normalises, or compares without case, may read the character. */
function readings(character: string): string[] {
  const changes = [(text: string) => text.normalize("NFKC"), (text: string) => text.toLowerCase(), (text: string) => text.toUpperCase()];
  const one = changes.map((change) => change(character)).filter((text) => text !== character);
  return [...one, ...one.flatMap((text) => changes.map((change) => change(text)))];
}

function expected(character: string): Look {
  const converted = CONVERTED[character], nfkc = character.normalize("NFKC");
  if (converted) return converted;
  if (/^\.+$/.test(nfkc)) return nfkc.length === 1 ? "dot" : "dots";
  if (/^[/\\]$/.test(nfkc)) return "slash";
  if (nfkc === "%") return "percent";
  if (/^[;#?:]/.test(nfkc) || /[;#?]$/.test(nfkc)) return "part";
  if (nfkc === " " || IGNORED.test(character)) return "blank";
  return readings(character).some((text) => ASCII.test(text)) ? "other" : "itself";
}

const characters = Array.from({ length: 0x110000 - 0x80 }, (_, i) => i + 0x80).filter((point) => point < 0xd800 || point > 0xdfff);

test("duty 157: a character that Unicode folds or a converter maps to ASCII is in the table", () => {
  const wrong = characters.filter((point) => {
    const want = expected(String.fromCodePoint(point)), got = look(point);
    // The table has whole blocks of such characters as "other", and Node may not know all of them.
    return got !== want && !(got === "other" && want === "itself");
  });
  // Ignore code points that are unassigned in Node's Unicode version.
  expect(wrong.filter((point) => !/^\p{Cn}$/u.test(String.fromCodePoint(point))).map((point) => point.toString(16))).toEqual([]);
  expect(characters.filter((point) => look(point) !== "itself").length).toBeGreaterThan(6000);
});

test("duty 157: letters and digits of other scripts are not in the table", () => {
  const rounded = characters.filter((point) => look(point) === "other").map((point) => String.fromCodePoint(point)).filter((character) => expected(character) === "itself" && character.normalize("NFKC") === character);
  expect(rounded.filter((character) => /^[\p{Nd}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Devanagari}\p{Script=Thai}]$/u.test(character))).toEqual([]);
  for (const character of "\u2010\u2011\u2012\u2013\u2014\u2018\u2019\u201c\u201d\u2020\u2030\u20ac\u00e9\u044f\u6f22\ud55c") expect([character, look(character.codePointAt(0)!)]).toEqual([character, "itself"]);
});
