/** error_pages: the operator's HTML in place of the filter's pages, with placeholders for the refusal. */
import { bearer, JWKS_CONFIG, ready, token } from "./fixture";
import { browse, logIn } from "./browser";
import { mistakes } from "./mistakes";

const HTML = { accept: "text/html" };
const ALL = "{{code}}|{{status}}|{{title}}|{{text}}|{{hint}}|{{link}}|{{action}}|{{logout_link}}|{{request_id}}|{{time}}|{{language}}|{{name}}|{{help_uri}}";
const paged = (error_pages: object, more: object = {}) => ready({ config: { ...JWKS_CONFIG, error_pages, ...more } });
const body = (envoy: ReturnType<typeof ready>, headers: Record<string, string> = {}, path = "/a"): string => envoy.get(path, { ...HTML, ...bearer(token({ exp: 1 })), ...headers }).local.body;

test("each placeholder gets its value, in the user's language", () => {
  const envoy = paged({ expired: `<p>${ALL}</p>` }, { page: { name: "Shop", help_uri: "/help" } });
  expect(body(envoy, { "x-request-id": "abc-1", "accept-language": "de" })).toMatch(/^<p>expired\|401\|Nicht akzeptiert\|Die Anfrage [^|]+\|Wenn eine App [^|]+\|\/\|Zur Startseite\|\|abc-1\|2026-01-01T[^|]+Z\|de\|Shop\|\/help<\/p>$/);
});

test("a code's own page takes precedence over the default, and without both the filter's page is shown", () => {
  expect(body(paged({ default: "other", expired: "own {{code}}" }))).toBe("own expired");
  expect(body(paged({ inactive: "own", default: "<p>{{code}}{{code}}" }))).toBe("<p>expiredexpired");
  expect(body(paged({ inactive: "own" }))).toContain("<h1>Not accepted</h1>");
});

test("a logged-in user gets the logout link, and a rule has its own pages", () => {
  const { browser } = browse({ access_rules: { claim: "role", equals: "admin" }, error_pages: { default: "to {{link}} {{logout_link}}" }, rules: [{ path_prefix: "/wiki", error_pages: { default: "wiki" } }] });
  logIn(browser);
  expect(browser.navigate("/page").local.body).toBe("to / /logout");
  expect(browser.navigate("/wiki/page").local.body).toBe("wiki");
});

test("programs still get JSON, and status, headers and log stay the filter's", () => {
  const envoy = paged({ default: "own" });
  expect(JSON.parse(envoy.get("/a", bearer(token({ exp: 1 }))).local.body)).toMatchObject({ code: "expired" });
  const { local } = envoy.get("/a", { ...HTML, ...bearer(token({ exp: 1 })) });
  expect([local.status, local.details, local.headers.get("content-type"), local.headers.get("cache-control")]).toEqual([401, "oidc_expired", "text/html; charset=utf-8", "no-store"]);
  expect(local.headers.get("www-authenticate")).toContain("invalid_token");
});

test("duty 172: no script runs, nothing is loaded, and no site can frame the page", () => {
  const { headers } = paged({ default: "<script>alert(1)</script>" }).get("/a", HTML).local;
  expect(headers.get("content-security-policy")).toBe("default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'");
  expect(headers.get("x-frame-options")).toBe("DENY");
});

test("duty 172: values that an attacker can choose are escaped, and link to no other site", () => {
  const { browser } = browse({ error_pages: { default: '<a href="{{link}}">{{request_id}}</a>' } });
  const evil = `/a?"><script>alert('1')</script>&{{code}}`;
  const { local } = browser.send("GET", evil, { accept: "text/html", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image", referer: `https://app.example${evil}`, "x-request-id": "<b>" });
  expect(local.body).toBe('<a href="/a?&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;{{code}}"></a>');
});

test("a page may come from an environment variable", () => {
  const envoy = ready({ config: { ...JWKS_CONFIG, error_pages: { default: "$ENV://PAGE" } }, start: { env: { PAGE: "<h1>{{code}}</h1>" } } });
  expect(body(envoy)).toBe("<h1>expired</h1>");
});

test.each([
  ["an unknown code", { acess_denied: "x" }, "error_pages.acess_denied: no refusal has this code; did you mean access_denied?"],
  ["an unknown placeholder", { default: "<p>{{codes}}" }, "error_pages.default: expected {{ and one of code, status, title, text, hint, link, action, logout_link, request_id, time, language, name, help_uri and }}"],
  ["a placeholder with spaces", { default: "<p>{{ code }}" }, /^error_pages\.default: expected \{\{ and one of/],
  ["an unclosed placeholder", { default: "<p>{{code" }, /^error_pages\.default: expected \{\{ and one of/],
  ["too many placeholders", { default: `<p>${"{{code}}".repeat(33)}` }, "error_pages.default: expected at most 32 placeholders"],
  ["a page that is too large", { default: "x".repeat(65_537) }, "error_pages.default: expected at most 65536 bytes of UTF-8, found 65537"],
  ["a number", { default: 7 }, "error_pages.default: expected a string, found a number"],
])("%s is refused", (_, error_pages, expected) => {
  expect(mistakes({ ...JWKS_CONFIG, error_pages })).toEqual([expected instanceof RegExp ? expect.stringMatching(expected) : expected]);
});

test("a mistake in a rule is reported with its place", () => {
  expect(mistakes({ ...JWKS_CONFIG, rules: [{ path: "/a", error_pages: { loginfailed: "x" } }] })).toEqual(["rules[0].error_pages.loginfailed: no refusal has this code; did you mean login_failed?"]);
});
