/** The browser login with rules: several clients and providers on one or several hosts, their sessions and cookies, and the filter's own endpoints. */
import { asked, Browser, callbackPath, code, cookieOf, copyOf, expired, jump, location, openCall, setCookies, through } from "./browser";
import { bearer, ISSUER, NOW, start, token } from "./fixture";
import { cookieNames, OTHER_CLIENT, outcome, PARTNER, PARTNER_KEY, PARTNER_SETTINGS, ruled, serveBoth, LOGIN, loginAt, TOKENS } from "./ruled";

const PARTNER_CLIENT = { ...PARTNER_SETTINGS, client_id: "of-partner", client_secret: "s3cr3t-of-the-partner", redirect_uri: "/partner/callback", logout_path: "/partner/logout" };
const AT_PARTNER = { issuer: PARTNER, client: "of-partner", key: PARTNER_KEY, sub: "paul" };
/** Two providers and three clients, by prefix. */
const BY_PREFIX = { ...LOGIN, claim_headers: { sub: "x-user" }, rules: [{ path_prefix: "/other", ...OTHER_CLIENT }, { path_prefix: "/partner", ...PARTNER_CLIENT }, { path: "/health", mode: "public" }, { path_prefix: "/api", mode: "bearer" }] };

const sessionsIn = (browser: Browser): string[] => browser.names.filter((name) => /^__Host-oidc_.{8}$/.test(name));
const user = (browser: Browser, path: string): string | undefined => through(browser, path).forwarded.get("x-user");

describe("clients and providers by prefix", () => {
  test("each page leads to its own provider and client, and back to itself", () => {
    const browser = new Browser(ruled(BY_PREFIX));
    expect(location(loginAt(browser, "/home?a=1")).pathname).toBe("/home");
    expect(location(loginAt(browser, "/other/page", { client: "other", sub: "otto" })).pathname).toBe("/other/page");
    expect(location(loginAt(browser, "/partner", AT_PARTNER)).pathname).toBe("/partner");
    expect([user(browser, "/home"), user(browser, "/other/x"), user(browser, "/partner/y")]).toEqual(["alice", "otto", "paul"]);
    expect(new Set(sessionsIn(browser)).size).toBe(3);
  });

  test("a session of one is not accepted by another, whose pages need their own login", () => {
    const browser = new Browser(ruled(BY_PREFIX));
    loginAt(browser, "/home");
    expect(outcome(browser.navigate("/other/x"))).toBe("302");
    expect(location(browser.navigate("/partner/x")).origin).toBe(PARTNER);
    expect(outcome(browser.fetch("/other/x"))).toBe("401 sign_in_needed");
    expect(outcome(browser.fetch("/api/x"))).toBe("401 no_token");
  });

  test("duty 102: not even under the other client's cookie name", () => {
    const browser = new Browser(ruled(BY_PREFIX));
    loginAt(browser, "/home");
    const [, { value }] = [...browser.jar].find(([name]) => name === sessionsIn(browser)[0])!, mine = sessionsIn(browser)[0]!;
    loginAt(browser, "/other/x", { client: "other" });
    const others = sessionsIn(browser).find((name) => name !== mine)!;
    expect(outcome(browser.envoy.get("/other/x", { cookie: `${others}=${value}` }))).toBe("401 sign_in_needed");
    expect(outcome(browser.envoy.get("/home", { cookie: `${mine}=${browser.jar.get(others)!.value}` }))).toBe("401 sign_in_needed");
    expect(outcome(browser.envoy.get("/home", { cookie: `${mine}=${value}` }))).toBe("forwarded");
  });

  test("logging out of one leaves the others logged in", () => {
    const browser = new Browser(ruled(BY_PREFIX));
    for (const [page, who] of [["/home", {}], ["/other/x", { client: "other" }], ["/partner/x", AT_PARTNER]] as const) loginAt(browser, page, who);
    const out = browser.navigate("/partner/logout", { "sec-fetch-site": "same-origin" });
    expect(location(out).origin).toBe(PARTNER);
    expect(sessionsIn(browser)).toHaveLength(2);
    expect([outcome(through(browser, "/home")), outcome(through(browser, "/other/x")), outcome(through(browser, "/partner/x"))]).toEqual(["forwarded", "forwarded", "401 sign_in_needed"]);
  });

  test("a login cannot be completed at another client's callback", () => {
    const browser = new Browser(ruled(BY_PREFIX));
    const ask = asked(browser.navigate("/home"));
    for (const path of ["/other/callback", "/partner/callback"]) {
      const back = browser.envoy.get(callbackPath(ask).replace("/callback", path), { cookie: [...browser.jar].map(([name, { value }]) => `${name}=${value}`).join("; ") });
      expect(code(back.local)).toBe("400 login_unknown");
    }
    expect(browser.envoy.callouts).toEqual([]);
  });

  test("duty 6: a response with another provider's iss is refused", () => {
    const browser = new Browser(ruled(BY_PREFIX)), ask = asked(browser.navigate("/partner/x"));
    expect(code(browser.navigate(callbackPath(ask, { iss: ISSUER }).replace("/callback", "/partner/callback")).local)).toBe("400 login_wrong_issuer");
  });

  test("an ID Token signed by the other provider is refused", () => {
    const browser = new Browser(ruled(BY_PREFIX)), ask = asked(browser.navigate("/partner/x"));
    const back = browser.navigate(callbackPath(ask, { iss: PARTNER }).replace("/callback", "/partner/callback"));
    expect(openCall(browser.envoy, "/token").cluster).toBe("partner");
    openCall(browser.envoy, "/token").json({ access_token: "a", token_type: "Bearer", id_token: token({ iss: PARTNER, aud: "of-partner", nonce: ask.nonce, sub: "paul", scope: undefined }) });
    browser.envoy.advance(1.1);
    expect(code(back.local)).toBe("502 login_failed");
  });
});

describe("clients by host", () => {
  const CONFIG = { ...LOGIN, claim_headers: { sub: "x-user" }, rules: [{ host: "partner.example", ...PARTNER_CLIENT, redirect_uri: "/callback", logout_path: "/logout" }, { host: "*.tenant.example", client_id: "tenant" }] };
  const AT = { partner: { ":authority": "partner.example" }, tenant: { ":authority": "a.tenant.example" } };

  test("the same paths on every host, each with its own login", () => {
    const envoy = ruled(CONFIG), [home, partner, tenant] = [new Browser(envoy), new Browser(envoy), new Browser(envoy)];
    loginAt(home, "/page");
    loginAt(partner, "/page", AT_PARTNER, AT.partner);
    loginAt(tenant, "/page", { client: "tenant", sub: "tina" }, AT.tenant);
    expect([home.navigate("/page"), partner.navigate("/page", AT.partner), tenant.navigate("/page", AT.tenant)].map((request) => request.forwarded.get("x-user"))).toEqual(["alice", "paul", "tina"]);
  });

  test("the redirect URI has the host's name, also in another spelling", () => {
    const envoy = ruled(CONFIG);
    expect(asked(new Browser(envoy).navigate("/page", AT.partner)).redirectUri).toBe("https://partner.example/callback");
    const spelt = asked(new Browser(envoy).navigate("/page", { ":authority": "PARTNER.example:8443" }));
    expect([spelt.url.origin, spelt.redirectUri]).toEqual([PARTNER, "https://partner.example:8443/callback"]);
  });

  test("a session copied to another host's rule is not accepted", () => {
    const envoy = ruled(CONFIG), browser = new Browser(envoy);
    loginAt(browser, "/page", AT_PARTNER, AT.partner);
    expect(outcome(browser.navigate("/page"))).toBe("302");
    expect(outcome(browser.navigate("/page", AT.tenant))).toBe("302");
    expect(outcome(browser.navigate("/page", AT.partner))).toBe("forwarded");
  });
});

describe("rules with the same client", () => {
  const CONFIG = { ...LOGIN, claim_headers: { sub: "x-user" }, rules: [{ path_prefix: "/admin", required_scopes: ["admin"] }, { path_prefix: "/short", unauth_action: "deny" }, { path_prefix: "/named", claim_headers: { sub: "x-name" } }] };

  test("share the session: one login under any rule is enough for all", () => {
    const browser = new Browser(ruled(CONFIG));
    loginAt(browser, "/named/x");
    expect(sessionsIn(browser)).toHaveLength(1);
    expect([user(browser, "/home"), user(browser, "/short/x")]).toEqual(["alice", "alice"]);
    expect(through(browser, "/named/x").forwarded.get("x-name")).toBe("alice");
  });

  test("but each checks it by its own settings, also if another has just accepted or refused it", () => {
    const browser = new Browser(ruled(CONFIG));
    loginAt(browser, "/home");
    for (let i = 0; i < 3; i++) {
      expect(outcome(through(browser, "/admin/x"))).toBe("403 insufficient_scope");
      expect(user(browser, "/home")).toBe("alice");
      expect([through(browser, "/named/x").forwarded.get("x-name"), through(browser, "/named/x").forwarded.has("x-user")]).toEqual(["alice", false]);
    }
  });

  /** The user opens this page, and logs in with an opaque access token. The answer names no scope: it is the requested one (RFC 6749 §5.1). */
  function loggedIn(rules: object[], page: string, claims: Record<string, unknown> = {}): { browser: Browser; back: string } {
    const browser = new Browser(ruled({ ...LOGIN, rules })), ask = asked(browser.navigate(page));
    const back = browser.navigate(callbackPath(ask), { "sec-fetch-site": "cross-site" });
    openCall(browser.envoy, "/token").json({ access_token: "opaque", token_type: "Bearer", expires_in: 300, id_token: token({ aud: "gateway", scope: undefined, nonce: ask.nonce, ...claims }) });
    browser.take(back);
    return { browser, back: outcome(back) };
  }

  test("duty 28: a login is judged by what its own page asked for, whichever rule the callback belongs to", () => {
    const strict = { path_prefix: "/admin", authorization_params: { acr_values: "gold", max_age: 60 } };
    for (const rules of [[strict], [{ path_prefix: "/docs" }, strict]]) {
      expect(loggedIn(rules, "/home").back).toBe("303");
      expect(loggedIn(rules, "/admin/x", { auth_time: NOW, acr: "gold" }).back).toBe("303");
      for (const claims of [{}, { auth_time: NOW }, { auth_time: NOW, acr: "bronze" }, { auth_time: NOW - 500, acr: "gold" }]) expect(loggedIn(rules, "/admin/x", claims).back).toBe("502 login_failed");
    }
  });

  test("duty 28: another rule's scope was not granted", () => {
    const admin = { path_prefix: "/admin", scope: "openid admin", required_scopes: ["admin"] };
    for (const rules of [[admin], [{ path_prefix: "/docs" }, admin]]) {
      expect(outcome(loggedIn(rules, "/home").browser.navigate("/admin/x"))).toBe("403 insufficient_scope");
      expect(outcome(loggedIn(rules, "/admin/x").browser.navigate("/admin/x"))).toBe("forwarded");
    }
  });

  test("without a session: one redirects to the provider, the other refuses", () => {
    const browser = new Browser(ruled(CONFIG));
    expect([outcome(browser.navigate("/home")), outcome(browser.navigate("/short/x"))]).toEqual(["302", "401 sign_in_needed"]);
  });

  test("a logout ends it under all of them, and its copies too", () => {
    const browser = new Browser(ruled(CONFIG));
    loginAt(browser, "/home");
    const thief = copyOf(browser);
    for (const path of ["/home", "/named/x", "/short/x"]) expect(outcome(through(thief, path))).toBe("forwarded");
    browser.navigate("/logout", { "sec-fetch-site": "same-origin" });
    for (const path of ["/home", "/named/x", "/short/x"]) expect(outcome(through(thief, path))).toBe("401 sign_in_needed");
  });

  test("one refresh serves all", () => {
    const browser = new Browser(ruled(CONFIG));
    loginAt(browser, "/home");
    jump(browser.envoy, 301);
    const waiting = ["/home", "/named/x", "/short/x"].map((path) => through(browser, path));
    expect(waiting.map(outcome)).toEqual(["waiting", "waiting", "waiting"]);
    expect(browser.envoy.callouts).toHaveLength(1);
    openCall(browser.envoy, "/token").json({ access_token: "refreshed", token_type: "Bearer", expires_in: 300, refresh_token: "next" });
    expect(waiting.map((request) => request.forwarded.get("x-access-token"))).toEqual(["refreshed", "refreshed", "refreshed"]);
    expect([waiting[1]!.forwarded.get("x-name"), waiting[0]!.forwarded.get("x-user")]).toEqual(["alice", "alice"]);
  });
});

describe("duties 95, 99: cookies of any rule stay between browser and filter", () => {
  const envoy = ruled(BY_PREFIX), browser = new Browser(envoy);
  loginAt(browser, "/home");
  loginAt(browser, "/other/x", { client: "other" });
  loginAt(browser, "/partner/x", AT_PARTNER);
  const logins = cookieOf(new Browser(envoy).navigate("/home").local.headers, "_flow");
  const all = [...browser.jar].map(([name, { value }]) => `${name}=${value}`).join("; ");
  const chunk = `${sessionsIn(browser)[0]}_1=x`, plain = sessionsIn(browser).map((name) => `${name.replace("__Host-", "")}=x`).join("; ");

  test.each([["/home", {}], ["/other/x", {}], ["/partner/x", {}], ["/health", {}], ["/api/x", bearer(token())]] as const)("%s: the upstream gets none of them", (path, headers) => {
    expect(cookieNames(envoy.get(path, { ...headers, cookie: `a=1; ${all}; ${chunk}; ${plain}; ${logins}=x; b=2` }))).toEqual(["a", "b"]);
    expect(envoy.get(path, { ...headers, cookie: all }).forwarded.has("cookie")).toBe(false);
  });

  test.each([["/home", {}], ["/other/x", {}], ["/partner/x", {}], ["/health", {}], ["/api/x", bearer(token())]] as const)("%s: the upstream sets none of them", (path, headers) => {
    const planted = [...sessionsIn(browser), ...sessionsIn(browser).map((name) => `${name}_3`), ...sessionsIn(browser).map((name) => name.replace("__Host-", "")), logins].map((name) => `${name}=planted; Path=/`);
    const answer = envoy.get(path, { ...headers, cookie: all }).respond(200, { "set-cookie": ["a=1", ...planted, "b=2; Path=/"] });
    expect(setCookies(answer.headers)).toEqual(["a=1", "b=2; Path=/"]);
  });

  test("cookies of the application pass unchanged under every rule", () => {
    for (const path of ["/home", "/health"]) {
      const own = "oidc=1; __Host-oidc_=x; __Host-oidc_12345678=y; a=\"b c\"; =z";
      expect(envoy.get(path, { cookie: `${own}; ${all}` }).forwarded.get("cookie")).toBe(own);
    }
  });
});

describe("the filter's own endpoints", () => {
  test("take precedence over all rules, whatever their paths", () => {
    const envoy = ruled({ ...LOGIN, rules: [{ path_prefix: "/", method: ["GET", "POST"], mode: "deny" }, { path_prefix: "/other", ...OTHER_CLIENT }] });
    for (const path of ["/callback", "/other/callback"]) expect(outcome(envoy.get(`${path}?x`))).toBe("400 callback_direct");
    for (const path of ["/logout", "/other/logout"]) expect(outcome(new Browser(envoy).navigate(path, { "sec-fetch-site": "same-origin" }))).toBe("200 signed_out");
    expect(outcome(envoy.get("/other/x"))).toBe("403 denied");
  });

  test("never reach the upstream, not even on a public site", () => {
    const envoy = ruled({ ...LOGIN, mode: "public", rules: [{ path_prefix: "/app", mode: "browser", backchannel_logout_path: "/back", frontchannel_logout_path: "/front" }] });
    for (const path of ["/callback", "/logout", "/back", "/front"]) for (const method of ["GET", "POST", "PUT", "OPTIONS"]) expect(outcome(envoy.request(method, path))).not.toBe("forwarded");
    for (const path of ["/callbackx", "/x/callback", "/back/", "/logout/x"]) expect(outcome(envoy.get(path))).toBe("forwarded");
  });

  test("ignore bearer tokens", () => {
    const envoy = ruled(BY_PREFIX);
    for (const path of ["/callback", "/other/callback", "/partner/callback"]) expect(outcome(envoy.get(`${path}?x`, bearer(token())))).toBe("400 callback_direct");
  });

  test("exist only on the hosts of their rule", () => {
    const envoy = ruled({ ...TOKENS, mode: "public", rules: [{ host: "app.example", path_prefix: "/app", mode: "browser", ...LOGIN }] });
    expect(outcome(envoy.get("/callback?x"))).toBe("400 callback_direct");
    expect(outcome(envoy.get("/callback?x", { ":authority": "www.example" }))).toBe("forwarded");
    for (const authority of ["x@app.example", "app.example/", "app.example,www.example", ""]) expect(outcome(envoy.get("/callback?x", { ":authority": authority }))).not.toBe("forwarded");
  });

  test("without redirect_uri the callback has the page's rule", () => {
    const { redirect_uri: _, ...settings } = LOGIN;
    for (const [rule, page] of [[{ path_prefix: "/app" }, "/app/x?y"], [{ path: "/app" }, "/app"], [{ path_prefix: "/app", method: "GET" }, "/app/"]] as const) {
      const browser = new Browser(ruled({ ...settings, mode: "public", rules: [{ ...rule, mode: "browser" }] }));
      const home = loginAt(browser, page);
      expect(location(home).pathname + location(home).search).toBe(page);
      expect(outcome(through(browser, page))).toBe("forwarded");
    }
  });

  test.each(["/app/a;b?c", "/app/a%5Cb", `/app/${"a".repeat(1100)}`, "/app/%22", "/APP/x", "/app//x", "/app/a%20b", "/app/x/.apisix/redirect/y"])("also for a page like %s, so that the code does not reach the upstream", (page) => {
    const { redirect_uri: _, ...settings } = LOGIN;
    const browser = new Browser(ruled({ ...settings, mode: "public", rules: [{ path_prefix: "/app", mode: "browser" }] }));
    const first = browser.navigate(page);
    if (outcome(first) !== "302") return expect(outcome(first)).toMatch(/^(400|401) /);
    const ask = asked(first), back = browser.navigate(`${new URL(ask.redirectUri).pathname}?${new URLSearchParams({ code: "c0de", state: ask.state, iss: ISSUER })}`);
    expect(outcome(back)).toBe("waiting");
  });
});

describe("a login that has to wait keeps the rule of its start", () => {
  const basic = (call: { headers: { get: (name: string) => string | undefined } }): string => Buffer.from(call.headers.get("authorization")!.slice(6), "base64").toString().split(":")[0]!;
  const form = { "content-type": "application/x-www-form-urlencoded", origin: ISSUER, "sec-fetch-site": "cross-site" };

  test("for the body of a form", () => {
    const browser = new Browser(ruled({ ...LOGIN, response_mode: "form_post", claim_headers: { sub: "x-user" }, rules: [{ path_prefix: "/other", ...OTHER_CLIENT }] }));
    for (const [page, callback, client] of [["/other/x", "/other/callback", "other"], ["/home", "/callback", "gateway"]] as const) {
      const ask = asked(browser.navigate(page)), body = String(new URLSearchParams({ code: "c0de", state: ask.state, iss: ISSUER }));
      const back = browser.send("POST", callback, form, body), call = openCall(browser.envoy, "/token");
      expect([basic(call), call.form.get("redirect_uri")]).toEqual([client, `https://app.example${callback}`]);
      call.json({ access_token: token({ sub: "alice" }), token_type: "Bearer", expires_in: 300, id_token: token({ aud: client, nonce: ask.nonce, sub: "alice", scope: undefined }) });
      expect(location(browser.take(back)).pathname).toBe(page);
      expect(user(browser, page)).toBe("alice");
    }
  });

  test("for tokens, through a reload with other rules", () => {
    const browser = new Browser(ruled(BY_PREFIX)), ask = asked(browser.navigate("/other/x"));
    const back = browser.navigate(callbackPath(ask).replace("/callback", "/other/callback")), call = openCall(browser.envoy, "/token");
    browser.envoy.reload({ ...BY_PREFIX, rules: [{ path_prefix: "/other", mode: "deny" }] });
    call.json({ access_token: "a", token_type: "Bearer", expires_in: 300, id_token: token({ aud: "other", nonce: ask.nonce, sub: "otto", scope: undefined }) });
    expect(location(browser.take(back)).pathname).toBe("/other/x");
    expect([outcome(browser.navigate("/other/x")), outcome(browser.navigate("/other/callback?x"))]).toEqual(["403 denied", "403 denied"]);
  });

  test("for the provider, which may differ from the next request's", () => {
    const envoy = start({ config: BY_PREFIX }), browser = new Browser(envoy), waiting = ["/home", "/other/x", "/partner/x"].map((page) => browser.navigate(page));
    expect(waiting.map(outcome)).toEqual(["waiting", "waiting", "waiting"]);
    serveBoth(envoy);
    envoy.advance(1);
    expect(waiting.map((request) => { const { url, redirectUri } = asked(request); return [url.origin, url.searchParams.get("client_id"), new URL(redirectUri).pathname]; })).toEqual([[ISSUER, "gateway", "/callback"], [ISSUER, "other", "/other/callback"], [PARTNER, "of-partner", "/partner/callback"]]);
  });
});

test("a failed login's cookies are deleted under its own names", () => {
  const browser = new Browser(ruled(BY_PREFIX)), ask = asked(browser.navigate("/other/x"));
  const back = browser.navigate(callbackPath(ask, { error: "access_denied", code: null }).replace("/callback", "/other/callback"));
  expect(expired(back.local.headers)).toEqual([expect.stringContaining("_login_")]);
  expect(browser.logins).toEqual([]);
});
