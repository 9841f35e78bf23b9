/** Every page of the filter in every language: one heading, a way on that ends nothing, and what the documentation says of its first button. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LANGUAGES, LOGGED_OUT, pageOf, REFUSED } from "./every_page";
import type { LocalReply } from "./host";

const KINDS = [...readFileSync(join(__dirname, "../../assembly/flow/decision/refusal.ts"), "utf8").matchAll(/new Refusal\("(\w+)", \d+,.*PageKind\.(\w+)\)/g)];
const ROWS = [...readFileSync(join(__dirname, "../../docs/pages.md"), "utf8").matchAll(/^\| [^|`]+ \| (`.*`) \| (.+) \|$/gm)];

const buttons = ({ body }: LocalReply): string[] => [...body.matchAll(/<(?:a|button) class="[bo]"[^>]*>([^<]*)</g)].map(([, label]) => label!);
const first = ({ body }: LocalReply): string => /<a class="b" href="([^"]*)">/.exec(body)![1]!;

test("the conversations lead to the pages that they are named after, and to each kind of page", () => {
  for (const code of REFUSED) expect(pageOf(code, "en").details).toBe(`oidc_${code}`);
  const kinds = new Map(KINDS.map(([, code, kind]) => [code!, kind!]));
  expect(new Set(REFUSED.map((code) => kinds.get(code)))).toEqual(new Set(kinds.values()));
});

test.each([...REFUSED, ...LOGGED_OUT])("%s: in each language a page with one heading, its title, and a first button that logs nobody out", (name) => {
  const labels = LANGUAGES.map((language) => {
    const page = pageOf(name, language), tag = language === "zh" ? "zh-Hans" : language;
    expect(page.headers.get("content-language")).toBe(tag);
    expect(page.body).toMatch(new RegExp(`^<!doctype html>\n<html lang="${tag}">\n`));
    const [, heading] = /<h1>([^<]+)<\/h1>/.exec(page.body)!;
    expect(page.body.split("<h1>")).toHaveLength(2);
    expect(page.body).toContain(`<title>${heading}</title>`);
    expect(page.body.split("<main>")).toHaveLength(2);
    expect(buttons(page).length).toBeGreaterThan(0);
    // There the session has ended, and the way on is the provider's logout.
    if (name !== "logged out, but not recorded") expect(first(page)).not.toContain("logout");
    return buttons(page).join();
  });
  expect(new Set(labels).size).toBe(LANGUAGES.length);
});

test("the first button is the one that the documentation names", () => {
  const documented = new Map(ROWS.flatMap(([, codes, button]) => codes!.replaceAll("`", "").split(", ").map((code) => [code, button!])));
  const SAYS: Record<string, RegExp> = { "Try again": /^another try/, "Go to the start page": /^the front page/, "Log in": /^the login/, Continue: /^the login/ };
  for (const code of REFUSED) {
    // The page of two codes with the same row leads to different places: the row says so.
    const said = code === "claims_too_large" ? /after `claims_too_large` (.*)/.exec(documented.get(code)!)![1]! : documented.get(code)!;
    expect(`${code}: ${said}`).toMatch(new RegExp(`^${code}: ${SAYS[buttons(pageOf(code, "en"))[0]!]!.source.slice(1)}`));
  }
});

test("a logout is offered second, and only to who is logged in", () => {
  const offers = REFUSED.filter((code) => /<a class="o" href="\/logout">/.test(pageOf(code, "en").body));
  expect(offers).toEqual(["claim_missing", "claims_too_large"]);
});
