// The provider ends sessions with a logout token (OpenID Connect Back-Channel Logout 1.0).
import { b64u, ISSUER, KEY, makeKey, NOW, signature, token } from "./fixture";
import { browse, Browser, BROWSER_CONFIG, BROWSER_METADATA, code, copyOf, idToken, jump, openCall, SECRET, serveBrowser, setCookies, logIn, logInAs, through } from "./browser";
import { CONFIG, EVENT, FORM, isIn, logoutToken, PATH, post, send } from "./logout_tokens";
import type { Envoy } from "./host";
import type { StreamContext } from "./host/stream";

describe("duty 119: an invalid logout token gets 400 and ends nothing", () => {
  const { envoy, browser } = browse(CONFIG);
  logIn(browser);
  const [, payload] = logoutToken().split(".");
  const hs = `${b64u({ alg: "HS256", typ: "logout+jwt" })}.${payload}`;

  const WRONG: [string, () => string][] = [
    ["unsigned", () => `${b64u({ alg: "none", typ: "logout+jwt" })}.${payload}.`], ["unsigned, in another spelling", () => `${b64u({ alg: "nOnE", typ: "logout+jwt" })}.${payload}.`],
    ["without its signature", () => `${logoutToken().split(".").slice(0, 2).join(".")}.`], ["signed by another key with the provider's kid", () => logoutToken({}, { key: makeKey("k1") })],
    ["signed with the client's secret", () => `${hs}.${b64u(signature("HS256", "s3cr3t-of-the-gateway", hs))}`], ["tampered with", () => logoutToken().replace(/\.[^.]+\./, `.${payload!.slice(0, -4)}AAAA.`)],
    ["of another issuer", () => logoutToken({ iss: "https://evil.example.com" })], ["of the issuer with a trailing slash", () => logoutToken({ iss: `${ISSUER}/` })], ["without iss", () => logoutToken({ iss: undefined })],
    ["for another client", () => logoutToken({ aud: "other" })], ["for a client id that only begins with ours", () => logoutToken({ aud: ["gateway2"] })], ["without aud", () => logoutToken({ aud: undefined })],
    ["too old", () => logoutToken({ iat: NOW - 1000, exp: undefined })], ["from the future", () => logoutToken({ iat: NOW + 1000 })], ["without iat", () => logoutToken({ iat: undefined })], ["with iat as text", () => logoutToken({ iat: String(NOW) })],
    ["expired", () => logoutToken({ exp: NOW - 1 })], ["not valid yet", () => logoutToken({ nbf: NOW + 1000 })],
    ["without jti", () => logoutToken({ jti: undefined })], ["with an empty jti", () => logoutToken({ jti: "" })], ["with a number as jti", () => logoutToken({ jti: 7 })], ["with a very long jti", () => logoutToken({ jti: "j".repeat(300) })],
    ["without events", () => logoutToken({ events: undefined })], ["with other events", () => logoutToken({ events: { "http://schemas.openid.net/event/other": {} } })], ["with events as a list", () => logoutToken({ events: [EVENT] })],
    ["with an event that is no object", () => logoutToken({ events: { [EVENT]: true } })], ["with a nonce", () => logoutToken({ nonce: "n" })], ["with a nonce of null", () => logoutToken({ nonce: null })],
    ["with neither sub nor sid", () => logoutToken({ sub: undefined, sid: undefined })], ["with an empty sid", () => logoutToken({ sub: undefined, sid: "" })], ["with a number as sub", () => logoutToken({ sub: 7 })],
    ["that is an ID Token", () => idToken("n")], ["that is an ID Token, without nonce", () => idToken(undefined)], ["that is an access token", () => token({ sub: "alice" }, { header: { typ: "at+jwt" } })],
    ["of another type", () => logoutToken({}, { header: { typ: "at+jwt" } })], ["with crit", () => logoutToken({}, { header: { crit: ["exp"] } })],
    ["that is no JWT", () => "opaque"], ["that is empty", () => ""], ["of 50 kB", () => `a.${"b".repeat(50_000)}.c`],
  ];
  test.each(WRONG)("%s", (_, make) => {
    const { local } = send(envoy, make());
    expect(code(local)).toBe("400 logout_token_invalid");
    expect([local.headers.get("cache-control"), setCookies(local.headers)]).toEqual(["no-store", []]);
    expect(isIn(browser)).toBe(true);
  });
  test("the log names the fault, and the answer does not", () => {
    const { envoy } = browse(CONFIG);
    const { body } = send(envoy, logoutToken({ aud: "other", sub: "very-secret" })).local;
    expect(envoy.logText).toMatch(/back-channel logout: the logout token .*aud/);
    expect(envoy.logText + body).not.toContain("very-secret");
  });
});

describe("duty 119: an invalid request ends nothing", () => {
  const { envoy, browser } = browse(CONFIG);
  logIn(browser);
  const good = (): string => `logout_token=${logoutToken()}`;

  test.each<[string, () => StreamContext, string]>([
    ["GET", () => envoy.get(`${PATH}?${good()}`), "405 logout_method"], ["GET by a logged-in browser", () => browser.navigate(`${PATH}?${good()}`), "405 logout_method"],
    ["PUT", () => envoy.request("PUT", PATH, FORM, { body: good() }), "405 logout_method"], ["HEAD", () => envoy.request("HEAD", PATH), "405 logout_method"],
    ["the token in the query", () => envoy.request("POST", `${PATH}?${good()}`, FORM, { body: "a=1" }), "400 logout_token_invalid"],
    ["JSON", () => post(envoy, JSON.stringify({ logout_token: logoutToken() }), { "content-type": "application/json" }), "400 logout_token_invalid"],
    ["no content type", () => post(envoy, good(), {}), "400 logout_token_invalid"], ["a type that only begins with the form's", () => post(envoy, good(), { "content-type": "application/x-www-form-urlencodedx" }), "400 logout_token_invalid"],
    ["two content types", () => post(envoy, good(), { "content-type": "application/x-www-form-urlencoded,text/plain" }), "400 logout_token_invalid"],
    ["no body", () => post(envoy, ""), "400 logout_token_invalid"], ["no parameter", () => post(envoy, "a=1"), "400 logout_token_invalid"],
    ["duty 9: the parameter twice", () => post(envoy, `${good()}&${good()}`), "400 logout_token_invalid"], ["twice, once escaped", () => post(envoy, `${good()}&logout%5Ftoken=x`), "400 logout_token_invalid"],
    ["bad escapes", () => post(envoy, `${good()}&a=%zz`), "400 logout_token_invalid"], ["a body too large", () => post(envoy, `${good()}&a=${"x".repeat(70_000)}`), "413 body_too_large"],
    ["a hundred parameters", () => post(envoy, `${"a=1&".repeat(100)}${good()}`), "400 logout_token_invalid"],
  ])("%s", (_, request, expected) => {
    const { local } = request();
    expect(code(local)).toBe(expected);
    expect(local.headers.get("cache-control")).toBe("no-store");
    expect(isIn(browser)).toBe(true);
  });

  test.each([`${PATH}/`, `${PATH}x`, `/x${PATH}`])("%s is another path", (path) => expect(code(envoy.request("POST", path, FORM, { body: good() }).local)).toBe("401 not_sent"));
  test("without backchannel_logout_path there is no such address", () => expect(code(send(browse().envoy, logoutToken()).local)).toBe("401 not_sent"));

  test("a body that does not arrive gets 503 after five seconds, and the log names the setting", () => {
    const { envoy } = browse(CONFIG);
    envoy.bodiesBehindHeaders = false;
    const request = send(envoy, logoutToken());
    envoy.advance(4);
    expect(request.waiting).toBe(true);
    envoy.advance(2);
    expect(code(request.local)).toBe("503 body_not_delivered");
    for (const way of ["allow_on_headers_stop_iteration: true", "EnvoyPatchPolicy", "failure_policy: FAIL_RELOAD", "EnvoyFilter"]) expect(envoy.logText).toContain(way);
    expect(envoy.logText).toMatch(/warn: .*allow_on_headers_stop_iteration/);
  });
});

test("requests that are reset before their body arrives take no place from others", () => {
  const { envoy, browser } = browse(CONFIG);
  logIn(browser);
  envoy.bodiesBehindHeaders = false;
  for (let i = 0; i < 1_100; i++) post(envoy, "a=1").reset();
  envoy.bodiesBehindHeaders = true;
  expect(send(envoy, logoutToken()).local.status).toBe(200);
  expect(isIn(browser)).toBe(false);
});

describe("a valid logout token", () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["by sid and sub", {}, {}], ["by only a sid", { sub: undefined }, {}], ["by only a sub", { sid: undefined }, {}], ["for several audiences", { aud: ["other", "gateway"] }, {}], ["without exp", { exp: undefined }, {}],
    ["of type JWT", {}, { typ: "JWT" }], ["without a type", {}, { typ: undefined }], ["slightly in the future", { iat: NOW + 60 }, {}],
  ])("%s: 200 with no-store, and the session is ended in every worker within a second", (_, changes, header) => {
    const { envoy, browser } = browse(CONFIG, { start: { workers: 2 } });
    logIn(browser);
    const there = copyOf(browser, { worker: 1 });
    expect([isIn(browser), isIn(there)]).toEqual([true, true]);
    const { local } = send(envoy, logoutToken(changes, { header }));
    expect([local.status, local.headers.get("cache-control"), setCookies(local.headers), local.body]).toEqual([200, "no-store", [], ""]);
    expect(isIn(browser)).toBe(false);
    envoy.advance(1);
    expect(isIn(there)).toBe(false);
  });

  test("duty 119: is refused if it is used again, in this or another worker", () => {
    const { envoy, browser } = browse(CONFIG, { start: { workers: 2 } });
    const used = logoutToken();
    expect(send(envoy, used).local.status).toBe(200);
    jump(envoy, 2);
    logInAs(browser, {});
    envoy.advance(1);
    for (const worker of [0, 1]) expect(code(send(envoy, used, worker).local)).toBe("400 logout_token_invalid");
    expect(isIn(browser)).toBe(true);
  });

  test("with a sid ends only that session, with a sub all sessions of the user, and no others", () => {
    const world = (): { envoy: Envoy; all: Browser[] } => {
      const { envoy } = browse(CONFIG);
      return { envoy, all: [{}, { sid: "op-session-2" }, { sid: undefined }, { sub: "bob", sid: "op-session-3" }, { sub: "bob", sid: undefined }].map((who) => { const browser = new Browser(envoy); logInAs(browser, who, { expires_in: 100_000 }); return browser; }) };
    };
    const after = (changes: Record<string, unknown>): boolean[] => {
      const { envoy, all } = world();
      jump(envoy, 1);
      expect(send(envoy, logoutToken(changes)).local.status).toBe(200);
      return all.map(isIn);
    };
    expect(after({ sub: undefined })).toEqual([false, true, true, true, true]);
    expect(after({ sid: undefined })).toEqual([false, false, false, true, true]);
    // A session without a sid could be the one that is meant.
    expect(after({})).toEqual([false, true, false, true, true]);
    expect(after({ sub: "carol", sid: "unknown" })).toEqual([true, true, true, true, true]);
    // A sid is never compared with a sub.
    expect(after({ sub: "op-session-1", sid: undefined })).toEqual([true, true, true, true, true]);
    expect(after({ sub: undefined, sid: "alice" })).toEqual([true, true, true, true, true]);
  });

  test("does not end a later login of the same user, or even of the same sid", () => {
    const { envoy, browser } = browse(CONFIG);
    logInAs(browser, {});
    for (const changes of [{}, { sid: undefined }]) {
      jump(envoy, 2);
      send(envoy, logoutToken(changes));
      expect(isIn(browser)).toBe(false);
      jump(envoy, 2);
      logInAs(browser, {});
      expect(isIn(browser)).toBe(true);
    }
  });

  test("stays in force as long as the session could have lasted, even if many others follow", () => {
    const { envoy, browser } = browse({ ...CONFIG, session: { secret: SECRET, idling_timeout: 0, rolling_timeout: 0, absolute_timeout: 3000 } });
    logInAs(browser, {}, { expires_in: 100_000 });
    const before = copyOf(browser);
    expect(send(envoy, logoutToken()).local.status).toBe(200);
    for (let at = 0; at < 3000; at += 300) {
      expect(isIn(before)).toBe(false);
      for (let i = 0; i < 20; i++) send(envoy, logoutToken({ sub: `u${at + i}`, sid: `s${at + i}`, iat: NOW + at, exp: undefined }));
      jump(envoy, 300);
    }
  });

  test("ends also a session whose tokens are being refreshed", () => {
    const { envoy, browser } = browse(CONFIG);
    logIn(browser);
    jump(envoy, 301);
    const request = through(browser);
    expect(request.waiting).toBe(true);
    expect(send(envoy, logoutToken({ iat: NOW + 300, exp: NOW + 400 })).local.status).toBe(200);
    openCall(envoy, "/token").json({ access_token: "a2", token_type: "Bearer", refresh_token: "r2" });
    expect(code(request.local)).toBe("401 sign_in_needed");
    expect(isIn(browser)).toBe(false);
  });

  test("for another client of the same provider ends nothing here", () => {
    const { envoy, browser } = browse(CONFIG);
    logIn(browser);
    expect(code(send(envoy, logoutToken({ aud: "other" })).local)).toBe("400 logout_token_invalid");
    expect(isIn(browser)).toBe(true);
  });
});

describe("the provider's keys", () => {
  const key = makeKey("k2");
  const jwks = (envoy: Envoy): number => envoy.provider("idp").calls.filter(({ path }) => path === "/jwks").length;

  test("an unknown one is fetched once, and the logout then succeeds", () => {
    const { envoy, browser } = browse(CONFIG);
    logIn(browser);
    serveBrowser(envoy, { keys: [KEY, key] });
    jump(envoy, 31);
    expect(send(envoy, logoutToken({}, { key })).local.status).toBe(200);
    expect([isIn(browser), jwks(envoy)]).toEqual([false, 2]);
  });
  test("duty 47: many unknown ones cause one call a second later, for which all wait", () => {
    const { envoy, browser } = browse(CONFIG);
    logIn(browser);
    jump(envoy, 31);
    const sent = Array.from({ length: 20 }, (_, i) => send(envoy, logoutToken({}, { key, header: { kid: `k${i + 3}` } })));
    envoy.advance(1.1);
    for (const request of sent) expect(code(request.local)).toBe("400 logout_token_invalid");
    expect([isIn(browser), jwks(envoy)]).toEqual([true, 3]);
  });
  test("while they are unavailable, the answer is 503, so that the provider tries again", () => {
    const { envoy } = browse(CONFIG, { start: { refuseCallouts: true } });
    envoy.advance(6);
    expect(send(envoy, logoutToken()).local.status).toBe(503);
  });
  test("a token that arrives before them waits", () => {
    const { envoy } = browse(CONFIG);
    const plugin = envoy.addPlugin({ ...BROWSER_CONFIG, ...CONFIG, provider_cluster: "idp2" });
    const request = envoy.request("POST", PATH, FORM, { body: `logout_token=${logoutToken()}`, plugin });
    expect(request.waiting).toBe(true);
    envoy.provider("idp2").answers(({ path }) => ({ body: path === "/jwks" ? { keys: [KEY.jwk] } : BROWSER_METADATA }));
    envoy.advance(1);
    expect(request.local.status).toBe(200);
  });
});
