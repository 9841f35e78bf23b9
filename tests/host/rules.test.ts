/** Rules: which settings apply to which request, and that no rule affects the requests of another. */
import { bearer, ISSUER, start, token } from "./fixture";
import { Browser, openCall } from "./browser";
import { outcome, ruled, LOGIN, loginAt, TOKENS } from "./ruled";

const GOOD = bearer(token()), BAD = bearer(token({ exp: 1 }));

describe("the modes", () => {
  const envoy = ruled({ ...LOGIN, rules: [{ path: "/health", mode: "public" }, { path_prefix: "/internal", mode: "deny" }, { path_prefix: "/api", mode: "bearer" }, { path_prefix: "/hooks", mode: "bearer", unauth_action: "deny", realm: "hooks" }] });

  test.each<[string, string, string, string, string]>([
    // page, no credential, a browser, a valid token, an invalid one
    ["/health", "forwarded", "forwarded", "forwarded", "forwarded"],
    ["/internal/x", "403 denied", "403 denied", "403 denied", "403 denied"],
    ["/api/x", "401 no_token", "401 no_token", "forwarded", "401 expired"],
    ["/else", "401 sign_in_needed", "302", "forwarded", "401 expired"],
  ])("%s: no credential %s, a browser %s, a valid token %s, an invalid one %s", (path, stranger, browser, good, bad) => {
    expect([outcome(envoy.get(path)), outcome(new Browser(envoy).navigate(path)), outcome(envoy.get(path, GOOD)), outcome(envoy.get(path, BAD))]).toEqual([stranger, browser, good, bad]);
  });

  test("the challenge has the rule's realm, and a denied page has none", () => {
    expect(envoy.get("/hooks/x").local.headers.get("www-authenticate")).toBe('Bearer realm="hooks"');
    expect(envoy.get("/api/x").local.headers.get("www-authenticate")).toBe('Bearer realm="apisix"');
    expect(envoy.get("/internal/x", GOOD).local.headers.has("www-authenticate")).toBe(false);
  });

  test("refusals of rules are pages for browsers", () => {
    expect(new Browser(envoy).navigate("/internal/x").local.headers.get("content-type")).toMatch("text/html");
    expect(JSON.parse(envoy.get("/internal/x").local.body)).toMatchObject({ code: "denied" });
    expect(envoy.get("/internal/x").local.headers.get("cache-control")).toBe("no-store");
  });

  test("credentials sent to a public page are forwarded unchanged", () => {
    const { forwarded } = envoy.get("/health?access_token=x", { authorization: "Basic eDp5", cookie: "sid=1" });
    expect([forwarded.get("authorization"), forwarded.get("cookie"), forwarded.get(":path")]).toEqual(["Basic eDp5", "sid=1", "/health?access_token=x"]);
    expect(outcome(envoy.get("/health", [["authorization", "Bearer a"], ["authorization", "Bearer b"]]))).toBe("forwarded");
  });

  test("a mode outside the rules applies to requests that no rule matches: deny or public", () => {
    const rules = [{ path_prefix: "/api", mode: "bearer" }], closed = ruled({ ...TOKENS, mode: "deny", rules }), open = ruled({ ...TOKENS, mode: "public", rules });
    expect([outcome(closed.get("/x", GOOD)), outcome(closed.get("/api", GOOD)), outcome(open.get("/x")), outcome(open.get("/api"))]).toEqual(["403 denied", "forwarded", "forwarded", "401 no_token"]);
  });

  test("a public page needs no provider", () => {
    const unreached = start({ config: { ...TOKENS, mode: "bearer", rules: [{ path: "/health", mode: "public" }] } });
    expect(outcome(unreached.get("/health"))).toBe("forwarded");
    expect(outcome(unreached.get("/x", GOOD))).toBe("waiting");
  });
});

describe("the rule of a request", () => {
  test("is the first that matches it", () => {
    const envoy = ruled({ ...TOKENS, mode: "deny", rules: [{ path: "/a/open", mode: "public" }, { path_prefix: "/a", mode: "bearer", required_scopes: ["read"] }, { path_prefix: "/a", mode: "public" }, { host: "www.example", mode: "public" }] });
    expect([outcome(envoy.get("/a/open")), outcome(envoy.get("/a/x")), outcome(envoy.get("/a/x", GOOD))]).toEqual(["forwarded", "401 no_token", "forwarded"]);
    expect([outcome(envoy.get("/a/x", { ":authority": "www.example" })), outcome(envoy.get("/b", { ":authority": "www.example" })), outcome(envoy.get("/b"))]).toEqual(["401 no_token", "forwarded", "403 denied"]);
  });

  test("must match in host, path and method; one item of each list is enough", () => {
    const envoy = ruled({ ...TOKENS, mode: "deny", rules: [{ host: ["a.example", "b.example"], path: ["/one", "/two"], path_prefix: ["/more"], method: ["GET", "POST"], mode: "public" }] });
    const ask = (host: string, path: string, method: string): boolean => outcome(envoy.request(method, path, { ":authority": host })) === "forwarded";
    for (const host of ["a.example", "b.example"]) for (const path of ["/one", "/two", "/more/x"]) for (const method of ["GET", "POST"]) expect(ask(host, path, method)).toBe(true);
    expect([ask("c.example", "/one", "GET"), ask("a.example", "/three", "GET"), ask("a.example", "/one", "PUT")]).toEqual([false, false, false]);
  });

  test("is found among sixty-four", () => {
    const envoy = ruled({ ...TOKENS, mode: "bearer", rules: Array.from({ length: 64 }, (_, i) => ({ path_prefix: `/r${i}`, required_scopes: [`s${i}`] })) });
    for (let i = 0; i < 64; i += 7) {
      const mine = bearer(token({ scope: `s${i}` }));
      expect([0, 1, i, 63].map((n) => outcome(envoy.get(`/r${n}/x`, mine)))).toEqual([0, 1, i, 63].map((n) => n === i ? "forwarded" : "403 insufficient_scope"));
    }
  });
});

describe("settings inherited by a rule", () => {
  const OUTSIDE = { ...TOKENS, mode: "bearer", required_scopes: ["read"], claim_headers: { sub: "x-user", scope: "x-scope" }, claim_validator: { audience: { required: true, valid_audiences: ["https://api.example.com"] } } };
  const envoy = ruled({ ...OUTSIDE, rules: [{ path_prefix: "/same" }, { path_prefix: "/admin", required_scopes: ["admin"] }, { path_prefix: "/named", claim_headers: { sub: "x-name" } }, { path_prefix: "/any", claim_validator: { issuer: { valid_issuers: [ISSUER] } } }] });

  test("are all that it does not set", () => {
    expect(outcome(envoy.get("/same", bearer(token({ scope: "none" }))))).toBe("403 insufficient_scope");
    expect(outcome(envoy.get("/same", bearer(token({ aud: "other" }))))).toBe("401 wrong_audience");
    expect(envoy.get("/same", GOOD).forwarded.get("x-user")).toBe("joe");
  });

  test("are replaced as whole attributes", () => {
    expect(outcome(envoy.get("/admin", GOOD))).toBe("403 insufficient_scope");
    expect(outcome(envoy.get("/admin", bearer(token({ scope: "admin" }))))).toBe("forwarded");
    const { forwarded } = envoy.get("/named", GOOD);
    expect([forwarded.get("x-name"), forwarded.has("x-user"), forwarded.has("x-scope")]).toEqual(["joe", false, false]);
    expect(outcome(envoy.get("/any", bearer(token({ aud: "other" }))))).toBe("forwarded");
  });
});

describe("duties 87, 88: identity headers of any rule", () => {
  const envoy = ruled({ ...TOKENS, mode: "deny", claim_headers: { sub: "x-outside" }, rules: [{ path_prefix: "/a", mode: "bearer", claim_headers: { sub: "x-user" } }, { path_prefix: "/b", mode: "bearer", claim_headers: { sub: "x-name" } }, { path_prefix: "/c", mode: "bearer" }, { path_prefix: "/open", mode: "public" }] });
  const forged = { "x-user": "admin", X_User: "admin", "x-name": "admin", x_name: "admin", "x-outside": "admin", "x-userinfo": "e30=", X_Access_Token: "t", "x-id-token": "t", "x-refresh-token": "t", "x-raw-id-token": "t", "x-mine": "1" };

  test.each([["/a", GOOD, { "x-user": "joe" }], ["/b", GOOD, { "x-name": "joe" }], ["/c", GOOD, { "x-outside": "joe" }], ["/open", {}, {}], ["/open", GOOD, {}]] as const)("%s: a client cannot send any of them", (path, headers, own) => {
    const { forwarded } = envoy.get(path, { ...forged, ...headers });
    const left = Object.fromEntries(Object.entries(forwarded.object()).filter(([name]) => /^x[-_]/.test(name) && !/^x-(access-token|userinfo|mine)$/.test(name)));
    expect(left).toEqual(own);
    expect(forwarded.get("x-mine")).toBe("1");
    expect(forwarded.has("x-access-token")).toBe(path !== "/open");
    expect(forwarded.has("x-userinfo")).toBe(path !== "/open");
  });
});

describe("auth_header_name and auth_accept_token_as", () => {
  const envoy = ruled({ ...TOKENS, mode: "bearer", rules: [{ path_prefix: "/key", auth_header_name: "X-Api-Token" }, { path_prefix: "/query", auth_accept_token_as: ["query:t"] }, { path_prefix: "/open", mode: "public" }] });
  const value = token(), raw = { "x-api-token": value };
  test("a credential for one rule does not count for another", () => {
    expect([outcome(envoy.get("/key", raw)), outcome(envoy.get("/key", bearer(value))), outcome(envoy.get("/x", raw)), outcome(envoy.get("/x", bearer(value)))]).toEqual(["forwarded", "401 no_token", "401 no_token", "forwarded"]);
    expect([outcome(envoy.get(`/query?t=${value}`)), outcome(envoy.get(`/x?t=${value}`)), outcome(envoy.get(`/key?t=${value}`)), outcome(envoy.get("/query", bearer(value)))]).toEqual(["forwarded", "401 no_token", "401 no_token", "401 no_token"]);
  });
  test("both at once are one credential if one counts, and are forwarded unchanged if none does", () => {
    expect(outcome(envoy.get("/key", { ...raw, authorization: "Bearer other" }))).toBe("forwarded");
    expect(outcome(envoy.get("/x", { "x-api-token": "bad bad", ...bearer(value) }))).toBe("forwarded");
    expect(envoy.get(`/open?t=${value}`, raw).forwarded.get("x-api-token")).toBe(value);
  });
  test("duty 74: a token is removed from the query only if the rule reads it there", () => {
    expect(envoy.get(`/query?a=1&t=${value}`).forwarded.get(":path")).toBe("/query?a=1");
    expect(envoy.get(`/x?t=${value}`, GOOD).forwarded.get(":path")).toBe(`/x?t=${value}`);
    expect(envoy.get(`/query?t=${value}`).respond(200, { "cache-control": "public" }).headers.get("cache-control")).toBe("no-store");
    expect(envoy.get(`/open?t=${value}`).respond(200, { "cache-control": "public" }).headers.get("cache-control")).toBe("public");
  });
});

test("each rule has its own access rules, and the log names the rule that refused", () => {
  const ADMINS = { claim: "roles", contains: "admin" };
  const envoy = ruled({ ...TOKENS, mode: "bearer", rules: [{ path_prefix: "/admin", access_rules: ADMINS }, { path_prefix: "/sales", claim_schema: { required: ["department"] } }] });
  const user = bearer(token({ roles: ["user"] })), admin = bearer(token({ roles: ["admin"], department: "sales" }));
  expect([outcome(envoy.get("/", user)), outcome(envoy.get("/admin", user)), outcome(envoy.get("/sales", user))]).toEqual(["forwarded", "403 access_denied", "403 claims_refused"]);
  expect([outcome(envoy.get("/", admin)), outcome(envoy.get("/admin", admin)), outcome(envoy.get("/sales", admin))]).toEqual(["forwarded", "forwarded", "forwarded"]);
  expect(envoy.logText).toContain("refused, access_denied (403) by rules[0].access_rules");
  expect(envoy.logText).toContain("refused, claims_refused (403) by rules[1].claim_schema");
});

test("metrics and logs distinguish public pages, denials and ambiguous paths", () => {
  const envoy = ruled({ ...TOKENS, mode: "bearer", rules: [{ path: "/health", mode: "public" }, { path_prefix: "/internal", mode: "deny" }, { path_prefix: "/api", required_scopes: ["read"] }] }, { start: { logLevel: "debug" } });
  for (let i = 0; i < 3; i++) envoy.get("/health");
  for (let i = 0; i < 2; i++) envoy.get("/internal", GOOD);
  envoy.get("/api;x", GOOD);
  envoy.get("/api", GOOD);
  envoy.advance(1);
  expect(envoy.metrics()).toMatchObject({ "envoy_oidc.public": 3, "envoy_oidc.refused.denied": 2, "envoy_oidc.refused.ambiguous_path": 1, "envoy_oidc.allowed": 1 });
  expect(envoy.logText).toMatch(/refused, denied \(403\)[^]*refused, ambiguous_path \(400\)/);
  expect(envoy.get("/internal").local.details).toBe("oidc_denied");
});

describe("the cost of a request", () => {
  test("a public page: the headers once", () => {
    const envoy = ruled({ ...LOGIN, rules: [{ path: "/health", mode: "public" }] });
    expect(envoy.counting(() => envoy.get("/health"))).toEqual({ proxy_get_header_map_pairs: 1 });
  });
  test("duty 141: no path increases the memory", () => {
    const envoy = ruled({ ...TOKENS, mode: "public", rules: [{ path_prefix: "/private", mode: "bearer" }] }), long = "b".repeat(2000);
    const flood = (): void => { for (let i = 0; i < 2000; i++) for (const path of [`/x/${long}%41`, `/%70rivate/${long}`, `/x//${long}/..;/`, "/x?".concat(long)]) envoy.get(path); };
    flood();
    flood(); // one flood is not enough for a collection
    const before = envoy.memoryBytes();
    for (let i = 0; i < 4; i++) flood();
    expect(envoy.memoryBytes()).toBeLessThanOrEqual(before);
    expect(before).toBeLessThan(4 << 20);
  });
  test("sessions that two rules share are cached for each, and neither calls the provider", () => {
    const browser = new Browser(ruled({ ...LOGIN, rules: [{ path_prefix: "/x", claim_headers: { sub: "x-user" } }] }));
    loginAt(browser, "/page");
    for (const path of ["/page", "/x"]) browser.fetch(path).forwarded;
    for (const path of ["/page", "/x"]) expect(browser.envoy.counting(() => { browser.fetch(path).forwarded; })).not.toHaveProperty("proxy_http_call");
    expect(() => openCall(browser.envoy, "/token")).toThrow();
  });
});
