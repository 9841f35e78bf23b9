// The code is exchanged for tokens and UserInfo: the requests, the accepted responses, and the refused ones.
import { accessToken, asked, browse, Browser, BROWSER_METADATA, callbackPath, code, copyOf, decoded, idToken, location, openCall, redeeming, logIn, tokens, tryAgain, USERINFO } from "./browser";
import type { Callout } from "./host/callout";

describe("the token request", () => {
  const { envoy, browser } = browse(), { ask, call } = redeeming(browser);

  test("has the code, its verifier and the redirect URI once each, only in the body", () => {
    expect([call.method, call.authority, call.path, call.cluster]).toEqual(["POST", "idp.example.com", "/token", "idp"]);
    expect(call.headers.get("content-type")).toBe("application/x-www-form-urlencoded");
    expect([...call.form.keys()].sort()).toEqual(["code", "code_verifier", "grant_type", "redirect_uri"]);
    expect(Object.fromEntries(call.form)).toMatchObject({ grant_type: "authorization_code", code: "c0de", redirect_uri: ask.redirectUri });
    expect(call.timeoutMs).toBe(3000);
  });

  test("has nothing of the browser's request", () => {
    const names = call.headers.names.filter((name) => !name.startsWith(":"));
    expect(names.sort()).toEqual(["accept", "authorization", "content-length", "content-type", "user-agent"]);
    expect(envoy.callouts.map(String)).toEqual([String(call)]);
  });

  test("has a code of unusual characters unchanged, and no field added by it", () => {
    const odd = "a+b c&client_id=evil%00=/ä\r\n";
    const { call } = redeeming(browse().browser, "/", { code: odd.replace("%00", "%2500") });
    expect(call.form.get("code")).toBe(odd.replace("%00", "%2500"));
    expect(call.form.has("client_id")).toBe(false);
  });
});

describe("the destination of the calls", () => {
  test("duty 140: they go to the configured clusters, whatever host the metadata name", () => {
    const metadata = { ...BROWSER_METADATA, token_endpoint: "https://other.example/t?tenant=1", userinfo_endpoint: "https://third.example/u" };
    for (const [config, clusters] of [[{}, ["idp", "idp"]], [{ endpoint_clusters: { token_endpoint: "tokens", userinfo_endpoint: "people" } }, ["tokens", "people"]]] as const) {
      const { envoy, browser } = browse(config, { metadata }), ask = asked(browser.navigate("/"));
      browser.navigate(callbackPath(ask));
      const call = openCall(envoy, "/t?tenant=1");
      expect([call.cluster, call.authority]).toEqual([clusters[0], "other.example"]);
      call.json(tokens(ask.nonce));
      const userinfo = openCall(envoy, "/u");
      expect([userinfo.cluster, userinfo.authority]).toEqual([clusters[1], "third.example"]);
    }
  });

  test.each([undefined, "http://idp.example.com/token", "https://user@idp.example.com/token", "ftp://x/", ""])("duties 40, 65: with the token_endpoint %p there is no call and no session, and the log says so", (token_endpoint) => {
    const { envoy, browser } = browse({}, { metadata: { ...BROWSER_METADATA, token_endpoint } }), first = browser.navigate("/page");
    const { local } = first.local.status === 302 ? browser.navigate(callbackPath(asked(first))) : first;
    expect(local.status).toBeGreaterThanOrEqual(500);
    expect([tryAgain(local), envoy.callouts.map(String), browser.session]).toEqual(["/page", [], undefined]);
    expect(envoy.logText).toContain("token_endpoint");
  });

  test.each(["Bearer", "bearer", "BEARER", "BearerToken", "bearertoken"])("duty 29: token_type may be %s", (token_type) => void location(logIn(browse().browser, { tokens: { token_type } })));
});

describe("imperfect token responses", () => {
  const body = (nonce: string, changes: Record<string, unknown>): string => JSON.stringify(tokens(nonce, changes));
  test.each<[string, (call: Callout, nonce: string) => void]>([
    ["status 201", (call, nonce) => call.reply(201, {}, body(nonce, {}))],
    ["no token_type", (call, nonce) => call.json(tokens(nonce, { token_type: undefined }))],
    ["token_type null", (call, nonce) => call.json(tokens(nonce, { token_type: null }))],
    ["refresh_token null", (call, nonce) => call.json(tokens(nonce, { refresh_token: null }))],
    ["scope null", (call, nonce) => call.json(tokens(nonce, { scope: null }))],
    ["scope as a list", (call, nonce) => call.json(tokens(nonce, { scope: ["openid", "read"] }))],
    ["scope as an object", (call, nonce) => call.json(tokens(nonce, { scope: { openid: true } }))],
    ["expires_in as a string of digits", (call, nonce) => call.json(tokens(nonce, { expires_in: "300" }))],
    ["error null beside the tokens", (call, nonce) => call.json(tokens(nonce, { error: null }))],
    ["a byte order mark", (call, nonce) => call.reply(200, {}, `\ufeff${body(nonce, {})}`)],
    ["text/plain", (call, nonce) => call.reply(200, { "content-type": "text/plain" }, body(nonce, {}))],
  ])("%s: the login succeeds", (_, answer) => {
    const { envoy, browser } = browse(), { ask, back, call } = redeeming(browser);
    answer(call, ask.nonce);
    openCall(envoy, "/userinfo").json(USERINFO);
    location(browser.take(back));
    expect(browser.fetch("/api").forwarded.get("x-access-token")).toBe(accessToken());
  });

  test("required_scopes are found in a list of scopes", () => {
    const { browser } = browse({ required_scopes: ["read"] });
    logIn(browser, { tokens: { access_token: "opaque", scope: ["openid", "read"] } });
    void browser.fetch("/api").forwarded;
    const other = browse({ required_scopes: ["read"] }).browser;
    logIn(other, { tokens: { access_token: "opaque", scope: ["openid", "read write"] } });
    expect(code(other.fetch("/api").local)).toBe("403 insufficient_scope");
  });

  test("a byte order mark is accepted in the other responses too", () => {
    const { envoy, browser } = browse(), { ask, back, call } = redeeming(browser);
    call.json(tokens(ask.nonce));
    openCall(envoy, "/userinfo").reply(200, {}, `\ufeff${JSON.stringify(USERINFO)}`);
    location(browser.take(back));
    expect(browser.fetch("/api").forwarded.get("x-userinfo")).toBeDefined();
  });
});

describe("token responses that give no session", () => {
  const nested = `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`;
  const json = (changes: Record<string, unknown>) => (call: Callout): void => call.json(tokens("n", changes));
  const text = (body: string | Buffer, status = 200) => (call: Callout): void => call.reply(status, { "content-type": "application/json" }, body);

  test.each<[string, (call: Callout) => void, string]>([
    ["duty 29: an empty token_type", json({ token_type: "" }), "502 login_failed"],
    ["duty 29: a type that only begins with bearer", json({ token_type: "bearer+dpop" }), "502 login_failed"],
    ["duty 29: DPoP", json({ token_type: "DPoP" }), "502 login_failed"],
    ["duty 29: N_A", json({ token_type: "N_A" }), "502 login_failed"],
    ["duty 29: a list of types", json({ token_type: ["Bearer"] }), "502 login_failed"],
    ["duty 30: status 202", text(JSON.stringify(tokens("n")), 202), "502 login_failed"],
    ["duty 30: two byte order marks", text(`\ufeff\ufeff${JSON.stringify(tokens("n"))}`), "502 login_failed"],
    ["an id_token that is null", json({ id_token: null }), "502 login_failed"],
    ["an access_token that is null", json({ access_token: null }), "502 login_failed"],
    ["duty 30: not JSON", text("<html>"), "502 login_failed"],
    ["duty 30: an empty body", text(""), "502 login_failed"],
    ["duty 30: a form", text("access_token=a&token_type=Bearer"), "502 login_failed"],
    ["duty 30: a list", text("[]"), "502 login_failed"],
    ["duty 30: a string", text('"a"'), "502 login_failed"],
    ["duty 30: deep nesting", text(nested), "502 login_failed"],
    ["duty 30: a name twice", text(JSON.stringify(tokens("n")).replace("{", '{"access_token":"a",')), "502 login_failed"],
    ["duty 30: bytes that are not UTF-8", text(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), "502 login_failed"],
    ["duty 30: a megabyte", text(JSON.stringify({ ...tokens("n"), x: "a".repeat(1 << 20) })), "502 login_failed"],
    ["no access_token", json({ access_token: undefined }), "502 login_failed"],
    ["an empty access_token", json({ access_token: "" }), "502 login_failed"],
    ["an access_token that is a number", json({ access_token: 7 }), "502 login_failed"],
    ["duty 33: a line break in the access_token", json({ access_token: "a\r\nx-admin: true" }), "502 login_failed"],
    ["duty 33: a NUL in the access_token", json({ access_token: "a\u0000" }), "502 login_failed"],
    ["duty 33: a space in the access_token", json({ access_token: "a b" }), "502 login_failed"],
    ["duty 33: a line break in the refresh_token", json({ refresh_token: "a\nb" }), "502 login_failed"],
    ["duty 33: a line break in the scope", json({ scope: "a\r\nb" }), "502 login_failed"],
    ["a refresh_token that is an object", json({ refresh_token: {} }), "502 login_failed"],
    ["no id_token", json({ id_token: undefined }), "502 login_failed"],
    ["an empty id_token", json({ id_token: "" }), "502 login_failed"],
    ["duty 10: the verifier is refused", (call) => call.json({ error: "invalid_grant" }, 400), "502 login_failed"],
    ["the client is refused", (call) => call.json({ error: "invalid_client" }, 401), "502 login_failed"],
    ["an error with status 200", (call) => call.json({ error: "invalid_grant" }), "502 login_failed"],
    ["duty 41: a redirect, which is not followed", (call) => call.reply(302, { location: "https://idp.example.com/token2" }), "502 login_failed"],
    ["duty 41: a redirect that repeats the POST", (call) => call.reply(307, { location: "https://evil.example/token" }), "502 login_failed"],
    ["an error of the provider", (call) => call.reply(500), "503 provider_unreachable"],
    ["an overloaded provider", (call) => call.reply(429), "503 provider_unreachable"],
    ["a broken connection", (call) => call.fail(), "503 provider_unreachable"],
    ["an unreachable provider", (call) => call.unreachable(), "503 provider_unreachable"],
    ["a provider that takes too long", (call) => call.timeout(), "503 provider_unreachable"],
  ])("%s", (_, answer, expected) => {
    const { envoy, browser } = browse(), { back, call } = redeeming(browser);
    answer(call);
    const { local } = browser.take(back);
    expect(code(local)).toBe(expected);
    expect(tryAgain(local)).toBe("/page?a=1");
    expect([browser.session, browser.logins]).toEqual([undefined, []]);
    expect(envoy.callouts.map(String)).toEqual([]);
    expect(envoy.logText).toMatch(/(error|warn): .*token/);
    asked(browser.navigate("/page"));
  });

  test("an Envoy that refuses the call: 503, and the log says what to check", () => {
    const { envoy, browser } = browse(), ask = asked(browser.navigate("/page"));
    envoy.refuseCallouts = true;
    expect(code(browser.navigate(callbackPath(ask)).local)).toBe("503 provider_unreachable");
    expect(envoy.logText).toMatch(/cluster/);
  });
});

describe("duty 31: expires_in", () => {
  const expiry = (expires_in: unknown, seconds: number): boolean => {
    const { envoy, browser } = browse({ session: { secret: "0123456789abcdef0123456789abcdef", idling_timeout: 0, rolling_timeout: 0, absolute_timeout: 31536000 } });
    const { ask, back, call } = redeeming(browser), body = JSON.stringify(tokens(ask.nonce, { expires_in: "EXPIRES", refresh_token: undefined }));
    call.reply(200, {}, expires_in === undefined ? body.replace(/"expires_in":"EXPIRES",/, "") : body.replace('"EXPIRES"', String(expires_in)));
    openCall(envoy, "/userinfo").json(USERINFO);
    location(browser.take(back));
    envoy.nowMs += seconds * 1000;
    return "forwarded" in (browser.fetch("/api").outcome as object);
  };

  test.each([undefined, '"soon"', '""', "-1", "-1e300", "null", "true", "[300]", "{}"])("%s counts as absent: an hour", (value) => {
    expect(expiry(value, 3599)).toBe(true);
    expect(expiry(value, 3601)).toBe(false);
  });

  test.each(["1e300", "4294967296", "9223372036854775808", "2147483648", "99999999999999999999999"])("%s does not overflow, and the session still ends at its own limit", (value) => {
    expect(expiry(value, 86400)).toBe(true);
    expect(expiry(value, 31536001)).toBe(false);
  });

  test.each(["0", '"0"', "0.5"])("%s expires at once", (value) => expect(expiry(value, 2)).toBe(false));
  test.each(['"300"', '"300.9"'])("%s is 300", (value) => expect([expiry(value, 299), expiry(value, 301)]).toEqual([true, false]));
  test("300.9 is 300", () => expect([expiry("300.9", 299), expiry("300.9", 301)]).toEqual([true, false]));
});

describe("a new session", () => {
  test("duty 25: replaces all cookies of sessions, also those that an attacker has planted", () => {
    const { envoy, browser } = browse(), attacker = new Browser(envoy);
    logIn(attacker, { tokens: { refresh_token: "r".repeat(9000), access_token: "mallory" } });
    const ask = asked(browser.navigate("/page"));
    for (const [name, cookie] of attacker.jar) browser.jar.set(name, cookie);
    const planted = new Map(browser.jar), back = browser.navigate(callbackPath(ask));
    openCall(envoy, "/token").json(tokens(ask.nonce));
    openCall(envoy, "/userinfo").json(USERINFO);
    browser.take(back);
    expect([...planted].filter(([name, { value }]) => name.includes("oidc") && !name.includes("_flow") && browser.jar.get(name)?.value === value)).toEqual([]);
    const { forwarded } = browser.fetch("/api");
    expect([forwarded.get("x-access-token"), decoded(forwarded.get("x-userinfo")).sub]).toEqual([accessToken(), "alice"]);
  });

  test("two logins of one user are two sessions", () => {
    const { envoy } = browse(), seals = [1, 2].map(() => {
      const browser = new Browser(envoy);
      logIn(browser);
      return browser.jar.get(browser.session!)!.value;
    });
    expect(seals[0]).not.toBe(seals[1]);
  });

  test.each([["set_access_token_header", "x-access-token"], ["set_id_token_header", "x-id-token"], ["set_userinfo_header", "x-userinfo"]])("%s: false omits %s", (setting, header) => {
    const { browser } = browse({ [setting]: false });
    logIn(browser, { userinfo: setting === "set_userinfo_header" ? null : USERINFO });
    expect(browser.fetch("/api").forwarded.has(header)).toBe(false);
  });
});

test("duty 18: no code, token, verifier, secret or cookie is in the log, at any level, after any fault", () => {
  const secrets: string[] = ["c0de-secret", "s3cr3t-of-the-gateway", "refresh-secret", "0123456789abcdef"];
  const { envoy, browser } = browse({}, { start: { logLevel: "trace" } });
  const answers: ((call: Callout, nonce: string) => void)[] = [
    (call, nonce) => call.json(tokens(nonce, { refresh_token: "refresh-secret" })), (call) => call.json(tokens("other", { refresh_token: "refresh-secret" })), (call) => call.json({ error: "c0de-secret", error_description: "c0de-secret" }, 400),
    (call) => call.reply(500, {}, "c0de-secret"), (call, nonce) => call.json(tokens(nonce, { token_type: "refresh-secret" })), (call, nonce) => call.json(tokens(nonce, { id_token: `${idToken(nonce)}x` })),
  ];
  for (const answer of answers) {
    const { ask, back, call } = redeeming(browser, "/page", { code: "c0de-secret" });
    secrets.push(call.form.get("code_verifier")!, ask.nonce, ask.state, call.headers.get("authorization")!.slice(6), accessToken().slice(-40), idToken(ask.nonce).slice(-40));
    for (const { value } of browser.jar.values()) if (value.length > 20) secrets.push(value.slice(0, 40));
    answer(call, ask.nonce);
    for (const open of envoy.callouts) open.json({ sub: "mallory" });
    browser.take(back);
  }
  copyOf(browser).navigate("/callback?code=c0de-secret&state=x");
  logIn(browser, { tokens: { refresh_token: "refresh-secret" } });
  browser.fetch("/api").forwarded;
  for (const { value } of browser.jar.values()) secrets.push(value.slice(0, 40));
  const log = envoy.logText;
  expect(log.split("\n").length).toBeGreaterThan(answers.length);
  for (const secret of secrets) expect(log).not.toContain(secret);
});
