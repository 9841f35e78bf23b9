/** claim_schema and access_rules: which tokens, introspection results and sessions pass, and how the others are refused. */
import { accessToken, browse, code, idToken, logIn, tokens, USERINFO, type Login } from "./browser";
import { bearer, claims, INTROSPECTION_CONFIG, JWKS_CONFIG, NOW, ready, refused, start, token } from "./fixture";

const ADMINS = { claim: "realm_access.roles", contains: "admin" };
const roles = (...names: string[]): Record<string, unknown> => ({ realm_access: { roles: names } });
const SCHEMA = { type: "object", required: ["department"], properties: { department: { enum: ["sales", "support"] } } };

const byToken = (changes: Record<string, unknown>, settings: object) => {
  const envoy = ready({ config: { ...JWKS_CONFIG, ...settings } });
  return { envoy, request: envoy.get("/", bearer(token(changes))) };
};

describe("a bearer token", () => {
  test("passes if the rule holds", () => expect(byToken(roles("user", "admin"), { access_rules: ADMINS }).request.forwarded).toBeTruthy());
  test.each([
    ["duty 94: without the claim", {}, "403 claim_missing"], ["duty 94: with null for it", { realm_access: { roles: null } }, "403 claim_missing"], ["duty 94: with an object for it", { realm_access: { roles: { admin: true } } }, "403 claim_type"],
    ["without the role", roles("user"), "403 access_denied"], ["duty 94: with a role that only starts with it", roles("administrator"), "403 access_denied"],
  ])("%s does not pass", (_name, changes, refusal) => expect(refused(byToken(changes as Record<string, unknown>, { access_rules: ADMINS }).request)).toBe(refusal));

  test("passes if it matches the schema", () => expect(byToken({ department: "sales" }, { claim_schema: SCHEMA }).request.forwarded).toBeTruthy());
  test.each([["without the claim", {}], ["with another value", { department: "legal" }], ["with another type", { department: ["sales"] }]])("%s does not match the schema", (_name, changes) =>
    expect(refused(byToken(changes, { claim_schema: SCHEMA }).request)).toBe("403 claims_refused"));

  test("must match both the schema and the rules", () => {
    const both = { claim_schema: SCHEMA, access_rules: ADMINS };
    expect(byToken({ department: "sales", ...roles("admin") }, both).request.forwarded).toBeTruthy();
    expect(refused(byToken({ department: "sales", ...roles("user") }, both).request)).toBe("403 access_denied");
    expect(refused(byToken({ department: "legal", ...roles("admin") }, both).request)).toBe("403 claims_refused");
  });

  test("that is invalid is refused as invalid, whatever its claims", () => expect(refused(byToken({ exp: NOW - 1, ...roles("user") }, { access_rules: ADMINS }).request)).toBe("401 expired"));

  test("is refused from the cache too, and one that passes is admitted from it", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, access_rules: ADMINS } }), no = token(roles("user")), yes = token(roles("admin"));
    for (let i = 0; i < 3; i++) {
      expect(refused(envoy.get("/", bearer(no)))).toBe("403 access_denied");
      expect(envoy.get("/", bearer(yes)).forwarded).toBeTruthy();
    }
    expect(envoy.logs.map(({ text }) => text).filter((line) => line.includes("access_denied (403) by access_rules (realm_access.roles)"))).toHaveLength(3);
  });

  test("is refused with the rule in the log, and with no claim's value anywhere", () => {
    const { envoy, request } = byToken({ realm_access: { roles: ["s3cret-role"] }, department: "s3cret-department" }, { access_rules: { all: [{ claim: "sub", exists: true }, ADMINS] } });
    const { body, headers } = request.local, log = envoy.logs.map(({ text }) => text).join("\n");
    expect(log).toContain("refused, access_denied (403) by access_rules.all[1] (realm_access.roles)");
    expect(JSON.parse(body)).toEqual({ code: "access_denied", error_description: "You are not allowed to do this.", time: expect.any(String) });
    expect(`${body} ${log} ${JSON.stringify(headers)}`).not.toContain("s3cret");
    expect(headers.get("www-authenticate")).toBeUndefined();
  });
});

describe("an e-mail address", () => {
  const OURS = { all: [{ claim: "email_verified", equals: true }, { claim: "email", equals: "joe@corp.example" }] };
  const about = (email: unknown, email_verified: unknown): Record<string, unknown> => ({ email, email_verified });
  test("passes if it is the expected one and verified", () => expect(byToken(about("joe@corp.example", true), { access_rules: OURS }).request.forwarded).toBeTruthy());
  test.each([
    ["with two at signs", about("joe@corp.example@evil.example", true), "403 access_denied"], ["of another domain, followed by ours", about("joe@evil.example@corp.example", true), "403 access_denied"],
    ["with a prefix", about("x+joe@corp.example", true), "403 access_denied"], ["with a trailing space", about("joe@corp.example ", true), "403 access_denied"],
    ["with a trailing line break", about("joe@corp.example\n", true), "403 access_denied"], ["in capitals", about("JOE@CORP.EXAMPLE", true), "403 access_denied"],
    ["in a list", about(["joe@corp.example"], true), "403 claim_type"], ["that is not verified", about("joe@corp.example", false), "403 access_denied"],
    ["with email_verified as a string", about("joe@corp.example", "true"), "403 claim_type"], ["without email_verified", about("joe@corp.example", undefined), "403 claim_missing"],
  ])("duty 93: %s does not pass", (_name, changes, refusal) => expect(refused(byToken(changes, { access_rules: OURS }).request)).toBe(refusal));
  test.each(["pattern", "format"])("duty 93: a rule cannot match a part of it: %s is refused", (keyword) => {
    expect(() => ready({ config: { ...JWKS_CONFIG, claim_schema: { properties: { email: { [keyword]: "@corp.example$" } } } } })).toThrow(keyword);
    expect(() => ready({ config: { ...JWKS_CONFIG, access_rules: { claim: "email", [keyword]: "@corp.example$" } } })).toThrow(keyword);
  });
});

test.each([["weaker", "1", "403 access_denied"], ["missing", undefined, "403 claim_missing"], ["a number", 2, "403 claim_type"]])(
  "duty 86: a token whose acr is %s does not pass if a stronger one is required, and gets no challenge", (_, acr, refusal) => {
    const { request } = byToken({ acr }, { access_rules: { claim: "acr", one_of: ["2", "3"] } });
    expect(refused(request)).toBe(refusal);
    expect(request.local.headers.get("www-authenticate")).toBeUndefined();
  });

describe("an introspected token", () => {
  const asks = (answer: object) => {
    const envoy = start({ config: { ...INTROSPECTION_CONFIG, access_rules: ADMINS, claim_schema: { required: ["active"] } } }), request = envoy.get("/", bearer("opaque"));
    envoy.callout().json({ active: true, exp: NOW + 300, ...answer });
    return request;
  };
  test("passes by the claims of the introspection result", () => expect(asks(roles("admin")).forwarded).toBeTruthy());
  test("does not pass without them", () => expect(refused(asks({}))).toBe("403 claim_missing"));
});

describe("a session", () => {
  const openPage = (settings: Record<string, unknown>, login: Login) => {
    const world = browse(settings);
    logIn(world.browser, login);
    return { ...world, page: world.browser.navigate("/page") };
  };
  const withRoles = (...names: string[]): Login => ({ tokens: { access_token: accessToken(roles(...names)) } });

  test("passes by its verified access token", () => expect(openPage({ access_rules: ADMINS }, withRoles("admin")).page.forwarded).toBeTruthy());
  test("passes by UserInfo", () => expect(openPage({ access_rules: { claim: "email", equals: USERINFO.email } }, {}).page.forwarded).toBeTruthy());
  test("does not pass without the role, and gets a page with a logout link", () => {
    const { page } = openPage({ access_rules: ADMINS }, withRoles("user"));
    expect(code(page.local)).toBe("403 access_denied");
    expect(page.local.body).toContain("Not allowed here");
    expect(page.local.body).toContain('<a class="o" href="/logout">Log out</a>');
  });
  test("is not sent to another login: the result would be the same", () => {
    const { browser } = openPage({ access_rules: ADMINS }, withRoles("user"));
    for (let i = 0; i < 3; i++) expect(code(browser.navigate("/page").local)).toBe("403 access_denied");
    const script = browser.fetch("/api", { accept: "application/json" }).local;
    expect([script.status, JSON.parse(script.body)]).toEqual([403, { code: "access_denied", error_description: "You are not allowed to do this.", time: expect.any(String) }]);
  });
  test("does not pass by the claims of an access token that is not verified", () => {
    expect(code(openPage({ access_rules: ADMINS }, { tokens: { access_token: "opaque-token" } }).page.local)).toBe("403 claim_missing");
  });

  test("is checked by the schema as in APISIX: user, id_token and the access token's text", () => {
    const schema = { type: "object", required: ["user", "id_token", "access_token"], additionalProperties: false, properties: {
      user: { required: ["email"], properties: { email: { const: USERINFO.email } } }, id_token: { properties: { sub: { const: "alice" } } }, access_token: { type: "string", minLength: 20 },
    } };
    expect(openPage({ claim_schema: schema }, {}).page.forwarded).toBeTruthy();
    expect(code(openPage({ claim_schema: { ...schema, required: ["department"] } }, {}).page.local)).toBe("403 claims_refused");
  });
  test("gives the schema a token with quotes and backslashes unchanged", () => {
    const odd = 'a"b\\c\\\\"';
    expect(openPage({ claim_schema: { properties: { access_token: { const: odd } } } }, { tokens: { access_token: odd } }).page.forwarded).toBeTruthy();
  });
  test("has no `user` for the schema without UserInfo", () => expect(code(openPage({ claim_schema: { required: ["user"] }, session_contents: { access_token: true, id_token: true } }, { userinfo: null }).page.local)).toBe("403 claims_refused"));

  test("is checked with the claims of a refresh, and keeps the new tokens even if it is refused", () => {
    const { envoy, browser } = openPage({ access_rules: ADMINS }, withRoles("admin"));
    envoy.advance(301);
    const waiting = browser.navigate("/page");
    envoy.callout().json({ ...tokens(undefined, { id_token: undefined, refresh_token: "refresh-2" }), access_token: accessToken({ exp: NOW + 900, ...roles("user") }) });
    envoy.advance(1);
    browser.take(waiting);
    expect(code(waiting.local)).toBe("403 access_denied");
    envoy.advance(1);
    expect(code(browser.navigate("/page").local)).toBe("403 access_denied");
    expect(envoy.callouts.length).toBe(0);
  });
});

test("a claim of the session's ID Token takes precedence over UserInfo's", () => {
  const { browser } = browse({ access_rules: { claim: "level", equals: 2 } });
  const nonceless = (nonce: string): string => idToken(nonce, { level: 2 });
  const ask = browser.navigate("/page"), state = new URL(ask.local.headers.get("location")!).searchParams;
  const back = browser.navigate(`/callback?${new URLSearchParams({ code: "c", state: state.get("state")!, iss: claims().iss as string })}`, { "sec-fetch-site": "cross-site" });
  browser.envoy.callout().json(tokens(state.get("nonce")!, { id_token: nonceless(state.get("nonce")!) }));
  browser.envoy.callout().json({ ...USERINFO, level: 1 });
  browser.take(back);
  expect(browser.navigate("/page").forwarded).toBeTruthy();
});
