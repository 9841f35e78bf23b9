/** claim_schema and access_rules: who may pass, by token, by introspection and by session, and what the others are told. */
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
  test("passes where the rule holds", () => expect(byToken(roles("user", "admin"), { access_rules: ADMINS }).request.forwarded).toBeTruthy());
  test.each([
    ["duty 94: without the claim", {}, "403 claim_missing"], ["duty 94: with null for it", { realm_access: { roles: null } }, "403 claim_missing"], ["duty 94: with an object for it", { realm_access: { roles: { admin: true } } }, "403 claim_type"],
    ["without the role", roles("user"), "403 access_denied"], ["duty 94: with a role that only starts so", roles("administrator"), "403 access_denied"],
  ])("%s does not", (_name, changes, refusal) => expect(refused(byToken(changes as Record<string, unknown>, { access_rules: ADMINS }).request)).toBe(refusal));

  test("passes where the schema fits", () => expect(byToken({ department: "sales" }, { claim_schema: SCHEMA }).request.forwarded).toBeTruthy());
  test.each([["without the claim", {}], ["with another value", { department: "legal" }], ["with another type", { department: ["sales"] }]])("%s does not fit the schema", (_name, changes) =>
    expect(refused(byToken(changes, { claim_schema: SCHEMA }).request)).toBe("403 claims_refused"));

  test("must fit the schema and the rules, both", () => {
    const both = { claim_schema: SCHEMA, access_rules: ADMINS };
    expect(byToken({ department: "sales", ...roles("admin") }, both).request.forwarded).toBeTruthy();
    expect(refused(byToken({ department: "sales", ...roles("user") }, both).request)).toBe("403 access_denied");
    expect(refused(byToken({ department: "legal", ...roles("admin") }, both).request)).toBe("403 claims_refused");
  });

  test("that is not valid is told so, whatever it claims", () => expect(refused(byToken({ exp: NOW - 1, ...roles("user") }, { access_rules: ADMINS }).request)).toBe("401 expired"));

  test("is refused from memory too, and so is one that passes let through", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, access_rules: ADMINS } }), no = token(roles("user")), yes = token(roles("admin"));
    for (let i = 0; i < 3; i++) {
      expect(refused(envoy.get("/", bearer(no)))).toBe("403 access_denied");
      expect(envoy.get("/", bearer(yes)).forwarded).toBeTruthy();
    }
    expect(envoy.logs.map(({ text }) => text).filter((line) => line.includes("access_denied (403) by access_rules (realm_access.roles)"))).toHaveLength(3);
  });

  test("its refusal names the rule in the log, and no claim's value anywhere", () => {
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
  test("passes where it is the one that is asked for, and verified", () => expect(byToken(about("joe@corp.example", true), { access_rules: OURS }).request.forwarded).toBeTruthy());
  test.each([
    ["with two at signs", about("joe@corp.example@evil.example", true), "403 access_denied"], ["of a stranger, with ours behind it", about("joe@evil.example@corp.example", true), "403 access_denied"],
    ["with more in front", about("x+joe@corp.example", true), "403 access_denied"], ["with a space behind it", about("joe@corp.example ", true), "403 access_denied"],
    ["with a line end behind it", about("joe@corp.example\n", true), "403 access_denied"], ["in capitals", about("JOE@CORP.EXAMPLE", true), "403 access_denied"],
    ["in a list", about(["joe@corp.example"], true), "403 claim_type"], ["that is not verified", about("joe@corp.example", false), "403 access_denied"],
    ["that is verified in words", about("joe@corp.example", "true"), "403 claim_type"], ["of which nobody says that it is verified", about("joe@corp.example", undefined), "403 claim_missing"],
  ])("duty 93: %s does not", (_name, changes, refusal) => expect(refused(byToken(changes, { access_rules: OURS }).request)).toBe(refusal));
  test.each(["pattern", "format"])("duty 93: nor can a rule look at a part of it: %s is refused", (keyword) => {
    expect(() => ready({ config: { ...JWKS_CONFIG, claim_schema: { properties: { email: { [keyword]: "@corp.example$" } } } } })).toThrow(keyword);
    expect(() => ready({ config: { ...JWKS_CONFIG, access_rules: { claim: "email", [keyword]: "@corp.example$" } } })).toThrow(keyword);
  });
});

test.each([["weaker", "1", "403 access_denied"], ["not there", undefined, "403 claim_missing"], ["a number", 2, "403 claim_type"]])(
  "duty 86: a token whose acr is %s does not pass where a stronger one is asked for, and no challenge promises a way", (_, acr, refusal) => {
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
  test("passes by what the provider says of it", () => expect(asks(roles("admin")).forwarded).toBeTruthy());
  test("does not pass without", () => expect(refused(asks({}))).toBe("403 claim_missing"));
});

describe("a session", () => {
  const visit = (settings: Record<string, unknown>, login: Login) => {
    const world = browse(settings);
    logIn(world.browser, login);
    return { ...world, page: world.browser.navigate("/page") };
  };
  const withRoles = (...names: string[]): Login => ({ tokens: { access_token: accessToken(roles(...names)) } });

  test("passes by its verified access token", () => expect(visit({ access_rules: ADMINS }, withRoles("admin")).page.forwarded).toBeTruthy());
  test("passes by UserInfo", () => expect(visit({ access_rules: { claim: "email", equals: USERINFO.email } }, {}).page.forwarded).toBeTruthy());
  test("does not pass without the role, and is told on a page that has a way out", () => {
    const { page } = visit({ access_rules: ADMINS }, withRoles("user"));
    expect(code(page.local)).toBe("403 access_denied");
    expect(page.local.body).toContain("Not allowed here");
    expect(page.local.body).toContain('<a class="o" href="/logout">Log out</a>');
  });
  test("is not asked to log in once more: its answer would be the same", () => {
    const { browser } = visit({ access_rules: ADMINS }, withRoles("user"));
    for (let i = 0; i < 3; i++) expect(code(browser.navigate("/page").local)).toBe("403 access_denied");
    const script = browser.fetch("/api", { accept: "application/json" }).local;
    expect([script.status, JSON.parse(script.body)]).toEqual([403, { code: "access_denied", error_description: "You are not allowed to do this.", time: expect.any(String) }]);
  });
  test("without an access token that was verified does not pass by what stands in it", () => {
    expect(code(visit({ access_rules: ADMINS }, { tokens: { access_token: "opaque-token" } }).page.local)).toBe("403 claim_missing");
  });

  test("shows the schema what APISIX shows it: user, id_token and the access token's text", () => {
    const schema = { type: "object", required: ["user", "id_token", "access_token"], additionalProperties: false, properties: {
      user: { required: ["email"], properties: { email: { const: USERINFO.email } } }, id_token: { properties: { sub: { const: "alice" } } }, access_token: { type: "string", minLength: 20 },
    } };
    expect(visit({ claim_schema: schema }, {}).page.forwarded).toBeTruthy();
    expect(code(visit({ claim_schema: { ...schema, required: ["department"] } }, {}).page.local)).toBe("403 claims_refused");
  });
  test("shows the schema a token with quotes and backslashes as it is", () => {
    const odd = 'a"b\\c\\\\"';
    expect(visit({ claim_schema: { properties: { access_token: { const: odd } } } }, { tokens: { access_token: odd } }).page.forwarded).toBeTruthy();
  });
  test("without UserInfo has no user to show", () => expect(code(visit({ claim_schema: { required: ["user"] }, session_contents: { access_token: true, id_token: true } }, { userinfo: null }).page.local)).toBe("403 claims_refused"));

  test("is judged by what a refresh brought, and keeps its new tokens though it is refused", () => {
    const { envoy, browser } = visit({ access_rules: ADMINS }, withRoles("admin"));
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

test("a claim that the session's ID Token has goes before UserInfo's", () => {
  const { browser } = browse({ access_rules: { claim: "level", equals: 2 } });
  const nonceless = (nonce: string): string => idToken(nonce, { level: 2 });
  const ask = browser.navigate("/page"), state = new URL(ask.local.headers.get("location")!).searchParams;
  const back = browser.navigate(`/callback?${new URLSearchParams({ code: "c", state: state.get("state")!, iss: claims().iss as string })}`, { "sec-fetch-site": "cross-site" });
  browser.envoy.callout().json(tokens(state.get("nonce")!, { id_token: nonceless(state.get("nonce")!) }));
  browser.envoy.callout().json({ ...USERINFO, level: 1 });
  browser.take(back);
  expect(browser.navigate("/page").forwarded).toBeTruthy();
});
