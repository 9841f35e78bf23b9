// Deep links: after the login the browser gets exactly the address that it requested before, or a page says that this is impossible.
import { createHash } from "node:crypto";
import { asked, browse, BROWSER_CONFIG, code, redeeming, logIn, tryAgain } from "./browser";

const landing = (path: string): string => logIn(browse().browser, { path }).local.headers.get("location")!;

/** Characters that the URL standard does not encode in a query. Chromium and Firefox send them unencoded. */
const RAW: [string, string][] = [
  ["a backslash, as in Windows paths", "/open?file=C:\\\\share\\report"], ["a quote, as in OData filters", "/odata?$filter=name eq 'x'".replaceAll(" ", "%20")],
  ["a bar, as in wiki links and Jira filters", "/issues?labels=a|b"], ["a caret", "/search?q=^a"], ["braces, as in JSON", "/app?state={%22a%22:[1,{}]}"],
  ["brackets", "/list?filter[0]=a&filter[]=b"], ["a backtick and a tilde", "/q?a=`b`~c"], ["all other visible characters", "/q?!$&'()*+,-./:;=?@_~"],
  ["malformed escapes", "/q?100%&%zz"], ["backslashes before the name of another host", "/q?next=\\\\evil.example\\"],
];
test.each(RAW)("with %s in the query", (_, path) => expect(landing(path)).toBe(path));

test.each([1000, 2000, 2700, 4096])("of %i bytes", (size) => {
  const path = `/page?${"q".repeat(size - 6)}`;
  expect(landing(path)).toBe(path);
});

/** Incompressible bytes, the same in every run. */
const noise = (size: number): Buffer => Buffer.concat(Array.from({ length: Math.ceil(size / 32) }, (_, i) => createHash("sha256").update(`${i}`).digest())).subarray(0, size);
/** A link of this size, made of the parts that `part` returns. */
function link(size: number, part: (i: number, random: Buffer) => string): string {
  const random = noise(16 * size);
  let path = "/page?";
  for (let i = 0; path.length < size; i++) path += part(i, random.subarray(16 * i));
  return path.slice(0, size);
}
const uuid = (random: Buffer): string => random.toString("hex", 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
const WORDS = ["the", "report", "of", "customers", "order", "status", "open", "closed", "sort", "asc"];
const VISIBLE = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).filter((c) => c !== "#");

describe("of 3,500 bytes", () => {
  const KINDS: [string, string][] = [
    ["a plain query", link(3500, (i, [a]) => `filter${i}=value${a}&`)],
    ["percent encodings", link(3500, (_, [a]) => `q=${encodeURIComponent(`Größe ${String.fromCodePoint(0x4e00 + a!)}`)}&`)],
    ["JSON", link(3500, (i, [a]) => encodeURIComponent(JSON.stringify({ id: i, name: `item ${a}`, on: true })))],
    ["base64url of JSON", link(3500, (i, [a]) => Buffer.from(JSON.stringify({ id: i, name: `item ${a}` })).toString("base64url"))],
    ["a JWT", link(3500, (i, random) => (i === 0 ? "token=eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ." : "") + (i < 60 ? Buffer.from(`"claim${i}":"${random[0]}",`) : i === 60 ? "." : random.subarray(0, 12)).toString("base64url"))],
    ["random bytes in base64url, as sealed tokens have them", link(3500, (_, random) => random.toString("base64url", 0, 12))],
    ["UUIDs", link(3500, (_, random) => `id=${uuid(random)}&`)],
    ["hexadecimal digits", link(3500, (_, random) => random.toString("hex", 0, 16))],
    ["words", link(3500, (_, [a]) => `${WORDS[a! % WORDS.length]}+`)],
  ];
  test.each(KINDS)("made of %s", (_, path) => {
    expect(path).toHaveLength(3500);
    expect(landing(path)).toBe(path);
  });

  test("in every form of the login's cookie", () => {
    const path = KINDS[5]![1];
    for (const changes of [{ response_mode: "form_post" }, { redirect_uri: "/oauth2/callback" }, { session: { ...BROWSER_CONFIG.session, cookie_name: "a_session_of_this_application" } }]) {
      asked(browse(changes).browser.navigate(path));
    }
  });
});

const incompressible = link(3500, (_, [a]) => VISIBLE[a! % VISIBLE.length]!);
test.each([["query", incompressible, "/page"], ["query of more than 4 kB", `/page?${"q".repeat(4091)}`, "/page"], ["query beyond all bounds", `/page?${"q".repeat(50_000)}`, "/page"], ["path", `/${"p".repeat(5000)}`, "/"], ["path that begins like another host", `//${"p".repeat(5000)}`, "/"]])(
  "for a %s that is too long a page offers a login without it", (_, path, without) => {
    const { browser } = browse(), { local } = browser.navigate(path);
    expect([code(local), tryAgain(local), browser.names]).toEqual(["414 address_too_long", without, []]);
    asked(browser.navigate(without));
  });

test("duty 21: a login never leads to another host: a backslash in the path stays refused, with or without a query", () => {
  for (const path of ["/\\evil.example", "/a\\..\\evil?x", "/\\?\\"]) expect(landing(path)).toBe("/");
});

test("in the JSON for a script a page that is too long is replaced by `/`, and a backslash is encoded", () => {
  const { browser } = browse(), loginAt = (path: string): unknown => JSON.parse(browser.fetch("/api", { accept: "application/json", referer: `https://app.example${path}` }).local.body).sign_in;
  expect([loginAt("/a?b\\\"c"), loginAt(`/${"a".repeat(5000)}`)]).toEqual(["/a?b%5C%22c", "/"]);
});

test("an error page links to exactly the requested address", () => {
  const { browser } = browse(), { back, call } = redeeming(browser, "/open?file=C:\\a&b='c'");
  call.json({ error: "invalid_grant" }, 400);
  expect(tryAgain(browser.take(back).local)).toBe("/open?file=C:\\a&amp;b=&#39;c&#39;");
});
