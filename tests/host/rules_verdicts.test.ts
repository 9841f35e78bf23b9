/** Rules, cached verdicts and waits: each verdict, provider and wait belongs to one rule. */
import { bearer, ISSUER, KEY, makeKey, NOW, start, token, type Key } from "./fixture";
import { OTHER_CLIENT, outcome, PARTNER, PARTNER_KEY, PARTNER_SETTINGS, ruled, serveBoth, LOGIN, TOKENS } from "./ruled";

const GOOD = bearer(token());
const introspects = { ...TOKENS, use_jwks: false, client_id: "gateway", client_secret: "s3cr3t", introspection_endpoint: `${ISSUER}/introspect` };

describe("duty 68: the verdict of one rule is never used by another, in either direction", () => {
  const STRICT = { path_prefix: "/strict", required_scopes: ["admin"], claim_headers: { sub: "x-strict" } };
  const CONFIG = { ...TOKENS, mode: "bearer", claim_headers: { sub: "x-user" }, rules: [STRICT, { path_prefix: "/issuer", claim_validator: { issuer: { valid_issuers: ["https://nobody.example"] } } }, { path_prefix: "/open", mode: "public" }] };

  test.each([["the lax one first", ["/", "/strict", "/issuer"]], ["the strict one first", ["/issuer", "/strict", "/"]]])("%s", (_, order) => {
    const envoy = ruled(CONFIG), wanted: Record<string, string> = { "/": "forwarded", "/strict": "403 insufficient_scope", "/issuer": "401 wrong_issuer", "/open": "forwarded" };
    for (let i = 0; i < 3; i++) for (const path of [...order, "/open"]) expect([path, outcome(envoy.get(path, GOOD))]).toEqual([path, wanted[path]]);
  });

  test("and neither are its identity headers", () => {
    const envoy = ruled(CONFIG), admin = bearer(token({ scope: "admin read" }));
    for (let i = 0; i < 3; i++) {
      expect([envoy.get("/", admin).forwarded.get("x-user"), envoy.get("/", admin).forwarded.has("x-strict")]).toEqual(["joe", false]);
      expect([envoy.get("/strict", admin).forwarded.get("x-strict"), envoy.get("/strict", admin).forwarded.has("x-user")]).toEqual(["joe", false]);
      expect(envoy.get("/open", admin).forwarded.has("x-user")).toBe(false);
    }
  });

  test("a cached refusal by one does not refuse under the other", () => {
    const envoy = ruled({ ...TOKENS, mode: "bearer", rules: [{ path_prefix: "/lax", iat_slack: 300 }] }), early = bearer(token({ nbf: NOW + 200 }));
    for (let i = 0; i < 3; i++) expect([outcome(envoy.get("/", early)), outcome(envoy.get("/lax", early))]).toEqual(["401 not_yet_valid", "forwarded"]);
  });

  test("and neither does an introspection result: each rule introspects with its own credentials", () => {
    const envoy = ruled({ ...introspects, mode: "bearer", rules: [{ path_prefix: "/other", client_id: "other", client_secret: "s3cr3t-2" }, { path_prefix: "/strict", required_scopes: ["admin"] }] });
    const user = (): string => Buffer.from(envoy.callout().headers.get("authorization")!.slice(6), "base64").toString().split(":")[0]!;
    const first = envoy.get("/", bearer("opaque"));
    expect(user()).toBe("gateway");
    envoy.callout().json({ active: true, exp: 2e9, scope: "read" });
    const other = envoy.get("/other", bearer("opaque"));
    expect(user()).toBe("other");
    envoy.callout().json({ active: false });
    const strict = envoy.get("/strict", bearer("opaque"));
    expect(user()).toBe("gateway");
    envoy.callout().json({ active: true, exp: 2e9, scope: "read" });
    expect([first, other, strict].map(outcome)).toEqual(["forwarded", "401 inactive", "403 insufficient_scope"]);
    expect([outcome(envoy.get("/", bearer("opaque"))), outcome(envoy.get("/other", bearer("opaque"))), outcome(envoy.get("/strict", bearer("opaque")))]).toEqual(["forwarded", "401 inactive", "403 insufficient_scope"]);
    expect(envoy.callouts).toEqual([]);
  });

  test("a pending introspection is not shared: the same token under two rules is introspected twice", () => {
    const envoy = ruled({ ...introspects, mode: "bearer", rules: [{ path_prefix: "/strict", required_scopes: ["admin"] }] });
    const waiting = [envoy.get("/", bearer("opaque")), envoy.get("/strict", bearer("opaque")), envoy.get("/x", bearer("opaque"))];
    expect(envoy.callouts).toHaveLength(2);
    for (const call of envoy.callouts) call.json({ active: true, exp: 2e9, scope: "read" });
    expect(waiting.map(outcome)).toEqual(["forwarded", "403 insufficient_scope", "forwarded"]);
  });
});

describe("two providers", () => {
  const CONFIG = { ...TOKENS, mode: "bearer", claim_headers: { sub: "x-user" }, rules: [{ path_prefix: "/partner", ...PARTNER_SETTINGS }] };
  const theirs = (key: Key = PARTNER_KEY): Record<string, string> => bearer(token({ iss: PARTNER, sub: "paul" }, { key })), ours = (key: Key = KEY): Record<string, string> => bearer(token({}, { key }));

  test("each rule accepts the tokens of its own provider, whose keys are fetched once", () => {
    const envoy = ruled(CONFIG);
    // Each is fetched before it is needed.
    expect(envoy.history.map(({ cluster, path }) => `${cluster} ${path}`).sort()).toEqual(["idp /.well-known/openid-configuration", "idp /jwks", "partner /.well-known/openid-configuration", "partner /jwks"]);
    expect([outcome(envoy.get("/", ours())), outcome(envoy.get("/partner", theirs())), outcome(envoy.get("/", theirs())), outcome(envoy.get("/partner", ours()))]).toEqual(["forwarded", "forwarded", "401 unknown_key", "401 unknown_key"]);
    expect(outcome(envoy.get("/partner", bearer(token({ iss: PARTNER }))))).toBe("401 unknown_key");
    expect(outcome(envoy.get("/", bearer(token({ iss: PARTNER }))))).toBe("401 wrong_issuer");
  });

  test("each rotates its keys separately", () => {
    const envoy = ruled(CONFIG), [k2, p2] = [makeKey("k2"), makeKey("p2")];
    envoy.get("/", ours()).forwarded;
    envoy.get("/partner", theirs()).forwarded;
    envoy.advance(60);
    serveBoth(envoy, [KEY, k2], [p2]);
    const waiting = [envoy.get("/", ours(k2)), envoy.get("/partner", theirs(p2))];
    envoy.advance(1);
    expect(waiting.map(outcome)).toEqual(["forwarded", "forwarded"]);
    // A token that passed before is checked again with the current keys.
    expect([outcome(envoy.get("/", ours())), outcome(envoy.get("/partner", theirs()))]).toEqual(["forwarded", "401 unknown_key"]);
    expect([outcome(envoy.get("/", ours(p2))), outcome(envoy.get("/partner", theirs(k2)))]).not.toContain("forwarded");
  });

  test.each([["partner", "the first"], ["idp", "the second"]])("cached verdicts end with the keys of %s, also if those of %s stay", (cluster) => {
    const envoy = ruled(CONFIG), next = makeKey("next"), [path, by] = cluster === "idp" ? ["/", ours] as const : ["/partner", theirs] as const;
    envoy.get(path, by()).forwarded;
    envoy.advance(60);
    serveBoth(envoy, cluster === "idp" ? [next] : [KEY], cluster === "partner" ? [next] : [PARTNER_KEY]);
    const refreshed = envoy.get(path, by(next));
    envoy.advance(1);
    expect([outcome(refreshed), outcome(envoy.get(path, by()))]).toEqual(["forwarded", "401 unknown_key"]);
  });

  test("one that is down does not affect the other", () => {
    const envoy = start({ config: CONFIG });
    envoy.provider("partner").answers(() => "fail");
    envoy.provider("idp").answers(({ path }) => path === "/jwks" ? { body: { keys: [KEY.jwk] } } : path.startsWith("/.well-known") ? { body: { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` } } : null);
    envoy.advance(2);
    expect([outcome(envoy.get("/", ours())), outcome(envoy.get("/partner", theirs()))]).toEqual(["forwarded", "503 provider_not_ready"]);
  });

  test("the same provider in several rules is fetched once", () => {
    const envoy = ruled({ ...CONFIG, rules: Array.from({ length: 10 }, (_, i) => ({ path_prefix: `/r${i}`, required_scopes: ["read"] })) });
    expect(envoy.history).toHaveLength(2);
  });
});

describe("a request that has to wait continues under its rule", () => {
  test("for the provider's keys", () => {
    const envoy = start({ config: { ...TOKENS, mode: "bearer", rules: [{ path_prefix: "/admin", required_scopes: ["admin"] }, { path_prefix: "/partner", ...PARTNER_SETTINGS }] } });
    const waiting = [envoy.get("/", GOOD), envoy.get("/admin", GOOD), envoy.get("/partner", bearer(token({ iss: PARTNER }, { key: PARTNER_KEY })))];
    expect(waiting.map(outcome)).toEqual(["waiting", "waiting", "waiting"]);
    serveBoth(envoy);
    envoy.advance(1);
    expect(waiting.map(outcome)).toEqual(["forwarded", "403 insufficient_scope", "forwarded"]);
  });

  test("through a reload with other rules, which apply to later requests", () => {
    const envoy = ruled({ ...introspects, mode: "bearer", rules: [{ path_prefix: "/a", required_scopes: ["read"] }] }), old = envoy.get("/a", bearer("opaque"));
    const call = envoy.callout();
    envoy.reload({ ...introspects, mode: "bearer", rules: [{ path_prefix: "/a", mode: "deny" }, { path_prefix: "/b", mode: "public" }] });
    expect([outcome(envoy.get("/a", bearer("opaque"))), outcome(envoy.get("/b"))]).toEqual(["403 denied", "forwarded"]);
    call.json({ active: true, exp: 2e9, scope: "read" });
    expect(outcome(old)).toBe("forwarded");
  });

  test("for a form's body, at the callback of one of two clients", () => {
    const envoy = ruled({ ...LOGIN, rules: [{ path_prefix: "/other", ...OTHER_CLIENT, backchannel_logout_path: "/other/back" }] });
    const sent = envoy.request("POST", "/other/back", { "content-type": "application/x-www-form-urlencoded" }, { body: "logout_token=x" });
    expect(outcome(sent)).toBe("400 logout_token_invalid");
  });

  test("many at once, under many rules", () => {
    const envoy = ruled({ ...introspects, mode: "bearer", rules: Array.from({ length: 8 }, (_, i) => ({ path_prefix: `/r${i}`, required_scopes: [`s${i}`] })) });
    const waiting = Array.from({ length: 64 }, (_, i) => ({ i, request: envoy.get(`/r${i % 8}`, bearer(`t${i >> 3}`)) }));
    for (const call of envoy.callouts) call.json({ active: true, exp: 2e9, scope: `s${call.form.get("token")!.slice(1)}` });
    for (const { i, request } of waiting) expect(outcome(request)).toBe(i % 8 === i >> 3 ? "forwarded" : "403 insufficient_scope");
  });
});

test("a reload with other rules drops the verdicts of the old ones", () => {
  const envoy = ruled({ ...TOKENS, mode: "bearer", rules: [{ path_prefix: "/a", required_scopes: ["read"] }] });
  envoy.get("/a", GOOD).forwarded;
  envoy.reload({ ...TOKENS, mode: "bearer", rules: [{ path_prefix: "/a", required_scopes: ["admin"] }] });
  expect(outcome(envoy.get("/a", GOOD))).toBe("403 insufficient_scope");
  envoy.reload({ ...TOKENS, mode: "bearer", required_scopes: ["admin"], rules: [{ path_prefix: "/a", required_scopes: ["read"] }] });
  expect([outcome(envoy.get("/", GOOD)), outcome(envoy.get("/a", GOOD))]).toEqual(["403 insufficient_scope", "forwarded"]);
});
