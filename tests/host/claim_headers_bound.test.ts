/** Duty 164: what claims become in headers is bounded, and says so at once: never by an upstream's bare 431. */
import { browse, code, idToken, jump, openCall, logIn, logInAs, through, tokens, tryAgain, USERINFO } from "./browser";
import { bearer, INTROSPECTION_CONFIG, JWKS_CONFIG, NOW, ready, refused, start, token } from "./fixture";
import type { StreamContext } from "./host/stream";

const DEFAULT = 24_576;
const groups = (bytes: number): string[] => Array.from({ length: Math.ceil(bytes / 10) }, (_, i) => String(i).padStart(9, "g"));
/** Bytes of the headers that claims have become. */
const claimBytes = (request: StreamContext, ...names: string[]): number => request.forwarded.list.filter(([name]) => names.includes(name)).reduce((sum, [name, value]) => sum + name.length + value.length, 0);

describe("duty 164: with a bearer token", () => {
  test("an 11 kB token that would become 56 kB of headers is refused by name, each time", () => {
    const paths = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`list${i}`, `x-list-${i}`]));
    const envoy = ready({ config: { ...JWKS_CONFIG, claim_headers: paths } });
    const value = token(Object.fromEntries(Object.keys(paths).map((name) => [name, Array.from({ length: 30 }, (_, i) => "é".repeat(20) + i)])));
    expect(value.length).toBeLessThan(14_000);
    for (let i = 0; i < 2; i++) {
      const request = envoy.get("/", bearer(value));
      expect(refused(request)).toBe("431 claims_too_large");
      expect(request.local.headers.has("www-authenticate")).toBe(false);
    }
    expect(envoy.logText).toMatch(/info: envoy-oidc: refused, claims_too_large \(431\) by max_claim_headers_bytes \(claim headers have \d{5} bytes, and 24576 are allowed\) time=/m);
    envoy.get("/", bearer(token())).forwarded;
  });

  test("names and values count up to the bound, and tokens do not", () => {
    const value = token({ groups: groups(600) }), names = ["x-userinfo", "x-user", "x-groups"];
    const at = (bound: number) => ready({ config: { ...JWKS_CONFIG, claim_headers: { sub: "x-user", groups: "x-groups" }, max_claim_headers_bytes: bound } }).get("/", bearer(value));
    const size = claimBytes(at(65_536), ...names);
    expect(claimBytes(at(size), ...names)).toBe(size);
    expect(refused(at(size - 1))).toBe("431 claims_too_large");
  });

  test("every token that is read passes where X-Userinfo alone is made of it", () => {
    const value = token({ groups: groups(9_500) });
    expect(value.length).toBeGreaterThan(15_000);
    ready().get("/", bearer(value)).forwarded;
  });

  test("an introspection answer is bounded likewise", () => {
    const envoy = start({ config: INTROSPECTION_CONFIG });
    const answers = [groups(15_000), groups(19_000)].map((list, i) => {
      const request = envoy.get("/", bearer(`opaque-${i}`));
      envoy.callout().json({ active: true, sub: "joe", exp: NOW + 300, groups: list });
      return request;
    });
    expect(claimBytes(answers[0]!, "x-userinfo")).toBeLessThanOrEqual(DEFAULT);
    expect(refused(answers[1]!)).toBe("431 claims_too_large");
  });
});

describe("duty 164: with a session", () => {
  const config = { claim_headers: { groups: "x-groups" } };
  const said = (bound: number): RegExp => new RegExp(`warn: envoy-oidc: session: max_claim_headers_bytes \\(claim headers have \\d{4,5} bytes, and ${bound} are allowed\\)`, "m");

  test("whoever has too many claims sees a page right after the login, and the log says how many and where to allow more", () => {
    const { envoy, browser } = browse(config);
    logIn(browser, { userinfo: { ...USERINFO, groups: groups(11_000) } });
    const page = browser.navigate("/page?a=1");
    expect([code(page.local), tryAgain(page.local)]).toEqual(["431 claims_too_large", "/"]);
    expect(page.local.body).not.toContain("max_claim_headers_bytes");
    expect(envoy.logText).toMatch(said(DEFAULT));
    expect(code(browser.fetch("/api").local)).toBe("431 claims_too_large");
  });

  test("and is let in where more is allowed", () => {
    const { browser } = browse({ ...config, max_claim_headers_bytes: 40_000 });
    logIn(browser, { userinfo: { ...USERINFO, groups: groups(11_000) } });
    for (let i = 0; i < 2; i++) expect(claimBytes(through(browser), "x-userinfo", "x-id-token", "x-groups")).toBeGreaterThan(DEFAULT);
  });

  test("tokens have bounds of their own", () => {
    const { browser } = browse({ max_claim_headers_bytes: 1_024, set_raw_id_token_header: true });
    logIn(browser, { tokens: { access_token: "a".repeat(6_000) } });
    expect(through(browser).forwarded.get("x-access-token")).toHaveLength(6_000);
  });

  test("each rule has its own bound: others go on", () => {
    const { browser } = browse({ rules: [{ path_prefix: "/small", max_claim_headers_bytes: 1_024 }] });
    logInAs(browser, { groups: groups(1_000) });
    through(browser, "/large").forwarded;
    expect(code(browser.navigate("/small/x").local)).toBe("431 claims_too_large");
    through(browser, "/large").forwarded;
  });

  test("a refresh that brings too many shows the same", () => {
    const { envoy, browser } = browse({ ...config, max_claim_headers_bytes: 8_192 });
    logInAs(browser);
    through(browser).forwarded;
    jump(envoy, 301);
    const request = browser.fetch("/api"), now = Math.floor(envoy.now);
    openCall(envoy, "/token").json(tokens(undefined, { id_token: idToken(undefined, { groups: groups(4_000), iat: now, exp: now + 300 }) }));
    envoy.advance(1);
    expect(code(request.local)).toBe("431 claims_too_large");
    expect(envoy.logText).toMatch(said(8_192));
  });
});

test.each([1_023, 65_537, 0, "24kB", 1_024.5])("duty 164: max_claim_headers_bytes %p is refused", (max_claim_headers_bytes) => {
  expect(() => start({ config: { ...JWKS_CONFIG, max_claim_headers_bytes } })).toThrow(/max_claim_headers_bytes: expected a whole number from 1024 to 65536, found /);
});
