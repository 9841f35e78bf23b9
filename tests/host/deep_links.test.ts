// Deep links: what a browser asked for before the login is what it is led to afterwards, byte for byte, or it is told that it cannot be.
import { asked, browse, code, redeeming, logIn, tryAgain } from "./browser";

const landing = (path: string): string => logIn(browse().browser, { path }).local.headers.get("location")!;

/** What the URL standard leaves as it is in a query; Chromium and Firefox send it so. */
const RAW: [string, string][] = [
  ["a backslash, as in Windows paths", "/open?file=C:\\\\share\\report"], ["a quote, as in OData filters", "/odata?$filter=name eq 'x'".replaceAll(" ", "%20")],
  ["a bar, as in wiki links and Jira filters", "/issues?labels=a|b"], ["a caret", "/search?q=^a"], ["braces, as in JSON", "/app?state={%22a%22:[1,{}]}"],
  ["brackets", "/list?filter[0]=a&filter[]=b"], ["a backtick and a tilde", "/q?a=`b`~c"], ["everything else that is visible", "/q?!$&'()*+,-./:;=?@_~"],
  ["escapes that are none", "/q?100%&%zz"], ["a backslash behind what looks like another host", "/q?next=\\\\evil.example\\"],
];
test.each(RAW)("with %s in the query", (_, path) => expect(landing(path)).toBe(path));

test.each([1000, 2000, 2700])("of %i bytes", (size) => {
  const path = `/page?${"q".repeat(size - 6)}`;
  expect(landing(path)).toBe(path);
});

test.each([["query", `/page?${"q".repeat(3500)}`, "/page"], ["query beyond all bounds", `/page?${"q".repeat(50_000)}`, "/page"], ["path", `/${"p".repeat(5000)}`, "/"], ["path that is another host's", `//${"p".repeat(5000)}`, "/"]])(
  "a %s that is too long is said on a page, which leads to a login without it", (_, path, without) => {
    const { browser } = browse(), { local } = browser.navigate(path);
    expect([code(local), tryAgain(local), browser.names]).toEqual(["414 address_too_long", without, []]);
    asked(browser.navigate(without));
  });

test("duty 21: the page never leads to another host: a backslash in the path stays refused, with a query or without", () => {
  for (const path of ["/\\evil.example", "/a\\..\\evil?x", "/\\?\\"]) expect(landing(path)).toBe("/");
});

test("what does not fit into the answer of a script's request either is `/` there, and a backslash cannot break out of it", () => {
  const { browser } = browse(), loginAt = (path: string): unknown => JSON.parse(browser.fetch("/api", { accept: "application/json", referer: `https://app.example${path}` }).local.body).sign_in;
  expect([loginAt("/a?b\\\"c"), loginAt(`/${"a".repeat(5000)}`)]).toEqual(["/a?b%5C%22c", "/"]);
});

test("a page that tells of a failure leads back to the very address", () => {
  const { browser } = browse(), { back, call } = redeeming(browser, "/open?file=C:\\a&b='c'");
  call.json({ error: "invalid_grant" }, 400);
  expect(tryAgain(browser.take(back).local)).toBe("/open?file=C:\\a&amp;b=&#39;c&#39;");
});
