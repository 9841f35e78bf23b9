// Access tokens are refreshed without the user, once for all requests.
import { ISSUER } from "./fixture";
import { accessToken, browse, Browser, code, copyOf, expired, jump, location, openCall, SECRET, setCookies, logIn, through, tokens } from "./browser";
import type { Envoy } from "./host";

const refreshed = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({ ...tokens(undefined), id_token: undefined, refresh_token: "refresh-2", access_token: accessToken({ jti: "new" }), ...changes });

test("a request after the access token's expiry waits for a new one, and its answer sets the new session", () => {
  const { envoy, browser } = browse();
  logIn(browser);
  const before = browser.jar.get(browser.session!)!.value;
  envoy.advance(301);
  const request = browser.fetch("/api");
  expect(request.waiting).toBe(true);
  const call = openCall(envoy, "/token");
  expect([call.form.get("grant_type"), call.form.get("refresh_token")]).toEqual(["refresh_token", "refresh-1"]);
  call.json(refreshed());
  browser.take(request);
  expect(request.forwarded.get("x-access-token")).toBe(accessToken({ jti: "new" }));
  expect(browser.jar.get(browser.session!)!.value).not.toBe(before);
});

test("duty 37: parallel requests in two workers cause one refresh, and all continue with its result", () => {
  const { envoy, browser } = browse({}, { start: { workers: 2 } });
  logIn(browser);
  envoy.advance(301);
  const other = new Browser(envoy, { worker: 1 });
  for (const [name, value] of browser.jar) other.jar.set(name, value);
  const requests = [...Array(5)].flatMap(() => [browser.fetch("/api"), other.fetch("/api")]);
  expect(requests.every(({ waiting }) => waiting)).toBe(true);
  openCall(envoy, "/token").json(refreshed());
  envoy.advance(1);
  for (const request of requests) expect(request.forwarded.get("x-access-token")).toBe(accessToken({ jti: "new" }));
  expect(envoy.provider("idp").calls.filter((call) => call.path === "/token" && call.form.get("grant_type") === "refresh_token").length).toBe(1);
});

test("duty 38: invalid_grant ends the session", () => {
  const { envoy, browser } = browse();
  logIn(browser);
  envoy.advance(301);
  const request = browser.fetch("/api");
  openCall(envoy, "/token").json({ error: "invalid_grant" }, 400);
  expect(code(browser.take(request).local)).toBe("401 sign_in_needed");
  expect(browser.session).toBeUndefined();
});

test("duty 38: a provider that is down does not end it: 503 until it is back", () => {
  const { envoy, browser } = browse();
  logIn(browser);
  envoy.advance(301);
  const request = browser.fetch("/api");
  openCall(envoy, "/token").fail();
  expect(code(browser.take(request).local)).toBe("503 provider_unreachable");
  envoy.advance(4);
  const again = browser.fetch("/api");
  openCall(envoy, "/token").json(refreshed());
  expect(browser.take(again).forwarded.get("x-access-token")).toBe(accessToken({ jti: "new" }));
});

const refreshes = (envoy: Envoy): (string | null)[] => envoy.provider("idp").calls.filter(({ path, form }) => path === "/token" && form.get("grant_type") === "refresh_token").map(({ form }) => form.get("refresh_token"));

/** One refresh, caused by a request that waits for it. */
function refresh(browser: Browser, changes: Record<string, unknown> = {}): void {
  const request = browser.fetch("/api");
  openCall(browser.envoy, "/token").json(refreshed(changes));
  void browser.take(request).forwarded;
}

describe("the time of a refresh", () => {
  test("access_token_expires_leeway: that much earlier one request waits, and others continue with the old token", () => {
    const { envoy, browser } = browse({ access_token_expires_leeway: 60 });
    logIn(browser);
    jump(envoy, 239);
    expect(browser.fetch("/api").forwarded.get("x-access-token")).toBe(accessToken());
    jump(envoy, 1);
    const first = browser.fetch("/api");
    expect(first.waiting).toBe(true);
    for (let i = 0; i < 3; i++) expect(copyOf(browser).fetch("/api").forwarded.get("x-access-token")).toBe(accessToken());
    openCall(envoy, "/token").json(refreshed());
    expect(first.forwarded.get("x-access-token")).toBe(accessToken({ jti: "new" }));
    expect(refreshes(envoy)).toEqual(["refresh-1"]);
  });

  test.each([undefined, -5, "soon", "", null, true, {}, [100]])("duty 31: if expires_in is %j, access_token_expires_in is used", (expires_in) => {
    const { envoy, browser } = browse({ access_token_expires_in: 100 });
    logIn(browser, { tokens: { expires_in } });
    jump(envoy, 99);
    expect(browser.fetch("/api").waiting).toBe(false);
    jump(envoy, 1);
    expect(browser.fetch("/api").waiting).toBe(true);
  });

  test("duty 31: a very large expires_in does not overflow", () => {
    for (const expires_in of [1e300, 2 ** 31, 2 ** 53]) {
      const { envoy, browser } = browse();
      logIn(browser, { tokens: { expires_in } });
      expect(browser.fetch("/api").waiting).toBe(false);
      jump(envoy, 800);
      expect(browser.fetch("/api").waiting).toBe(false);
    }
  });

  test("without a refresh token nothing is refreshed, and the session ends with the access token", () => {
    const { envoy, browser } = browse();
    logIn(browser, { tokens: { refresh_token: undefined } });
    jump(envoy, 299);
    expect(browser.fetch("/api").forwarded.has("x-access-token")).toBe(true);
    jump(envoy, 1);
    expect(code(browser.fetch("/api").local)).toBe("401 sign_in_needed");
    expect(location(browser.navigate("/page")).origin).toBe(ISSUER);
    expect(refreshes(envoy)).toEqual([]);
  });

  test.each([{}, { refresh_token: undefined }])("renew_access_token_on_expiry is false: the session continues without an access token, up to its own limit (%j)", (changes) => {
    const { envoy, browser } = browse({ renew_access_token_on_expiry: false, session: { secret: SECRET, absolute_timeout: 400 } });
    logIn(browser, { tokens: changes });
    jump(envoy, 299);
    expect(browser.fetch("/api").forwarded.has("x-access-token")).toBe(true);
    jump(envoy, 1);
    for (let i = 0; i < 2; i++) {
      const { forwarded } = browser.fetch("/api");
      expect([forwarded.has("x-access-token"), forwarded.has("x-id-token"), forwarded.has("x-userinfo")]).toEqual([false, true, true]);
    }
    jump(envoy, 100);
    expect([code(browser.fetch("/api").local), refreshes(envoy)]).toEqual(["401 sign_in_needed", []]);
  });

  test("renew_access_token_on_expiry is false: claims of the expired token are missing", () => {
    const { envoy, browser } = browse({ renew_access_token_on_expiry: false, access_rules: { claim: "role", equals: "admin" } });
    logIn(browser, { tokens: { access_token: accessToken({ role: "admin" }) } });
    expect(browser.fetch("/api").forwarded.has("x-access-token")).toBe(true);
    jump(envoy, 300);
    expect(code(browser.fetch("/api").local)).toBe("403 claim_missing");
  });
});

describe("refresh tokens", () => {
  test("that rotate are each used once, in any number of refreshes", () => {
    const { envoy, browser } = browse();
    logIn(browser);
    for (let i = 2; i < 7; i++) { jump(envoy, 301); refresh(browser, { refresh_token: `refresh-${i}`, access_token: accessToken({ jti: `a${i}` }) }); }
    expect(refreshes(envoy)).toEqual([1, 2, 3, 4, 5].map((i) => `refresh-${i}`));
    expect(through(browser).forwarded.get("x-access-token")).toBe(accessToken({ jti: "a6" }));
  });

  test("that do not rotate are used again", () => {
    const { envoy, browser } = browse();
    logIn(browser);
    for (let i = 0; i < 3; i++) { jump(envoy, 301); refresh(browser, { refresh_token: undefined, access_token: `a${i}` }); }
    expect(refreshes(envoy)).toEqual(["refresh-1", "refresh-1", "refresh-1"]);
  });

  test("duty 37: a late request with cookies from two refreshes ago continues with the newest tokens", () => {
    const { envoy, browser } = browse({}, { start: { workers: 2 } });
    logIn(browser, { tokens: { expires_in: 60 } });
    const slow = copyOf(browser, { worker: 1 });
    for (let i = 2; i < 4; i++) { jump(envoy, 61); refresh(browser, { refresh_token: `refresh-${i}`, access_token: `a${i}`, expires_in: 60 }); }
    expect(slow.fetch("/api").forwarded.get("x-access-token")).toBe("a3");
    expect(slow.jar).toEqual(browser.jar);
    expect(refreshes(envoy)).toEqual(["refresh-1", "refresh-2"]);
  });

  test("two users refreshed at the same time get their own tokens", () => {
    const { envoy, browser } = browse();
    const bob = new Browser(envoy);
    logIn(browser);
    logIn(bob, { tokens: { refresh_token: "bobs-1" } });
    jump(envoy, 301);
    const alices = browser.fetch("/api"), bobs = bob.fetch("/api");
    for (const call of envoy.callouts.reverse()) call.json(refreshed({ access_token: call.form.get("refresh_token") === "bobs-1" ? "bobs" : "alices" }));
    expect([alices, bobs].map((request) => request.forwarded.get("x-access-token"))).toEqual(["alices", "bobs"]);
  });

  test("if the refreshing worker dies, another one refreshes after its lease", () => {
    const { envoy, browser } = browse({}, { start: { workers: 2 } });
    logIn(browser);
    jump(envoy, 301);
    browser.fetch("/api");
    openCall(envoy, "/token").cancel();
    const other = copyOf(browser, { worker: 1 }).fetch("/api");
    envoy.advance(4.5);
    expect([other.waiting, refreshes(envoy).length]).toEqual([true, 1]);
    envoy.advance(1);
    expect(refreshes(envoy).length).toBe(2);
    openCall(envoy, "/token").json(refreshed());
    envoy.advance(0.1);
    expect(other.forwarded.get("x-access-token")).toBe(accessToken({ jti: "new" }));
  });

  test("duty 35: if the browser disconnects meanwhile, its next request gets the result", () => {
    const { envoy, browser } = browse();
    logIn(browser);
    jump(envoy, 301);
    browser.fetch("/api").reset();
    openCall(envoy, "/token").json(refreshed());
    expect(browser.fetch("/api").forwarded.get("x-access-token")).toBe(accessToken({ jti: "new" }));
    expect(refreshes(envoy)).toHaveLength(1);
  });

  test("duty 132: a body that arrives meanwhile is forwarded completely, after the verdict", () => {
    const { envoy, browser } = browse();
    logIn(browser);
    jump(envoy, 301);
    const request = browser.send("POST", "/api", {}, "a=1");
    expect(request.waiting).toBe(true);
    openCall(envoy, "/token").json(refreshed());
    expect([request.forwarded.get("x-access-token"), request.sentBody]).toEqual([accessToken({ jti: "new" }), "a=1"]);
  });

  test("shared data contains no readable token, and garbage in it is ignored", () => {
    const { envoy, browser } = browse();
    logIn(browser);
    jump(envoy, 301);
    const old = copyOf(browser);
    refresh(browser);
    const shared = envoy.sharedData.keys.map((key) => envoy.sharedData.get(key)!.value.toString("latin1")).join();
    for (const secret of [accessToken({ jti: "new" }).slice(0, 60), "refresh-2", "alice"]) expect(shared).not.toContain(secret);
    for (const size of [1, 31, 32, 33, 4096]) {
      for (const key of envoy.sharedData.keys) envoy.sharedData.set(key, Buffer.alloc(size, 0xa5), 0);
      envoy.advance(1);
      old.fetch("/api").reset();
    }
  });
});

describe("duty 38: a provider that fails", () => {
  type Ending = (envoy: Envoy) => void;
  const DOWN: [string, Ending][] = [
    ["breaks the connection", (envoy) => openCall(envoy, "/token").fail()], ["takes too long", (envoy) => envoy.advance(3)], ["is unreachable", (envoy) => openCall(envoy, "/token").unreachable()],
    ["answers 500", (envoy) => openCall(envoy, "/token").reply(500, {}, "oops")], ["answers server_error", (envoy) => openCall(envoy, "/token").json({ error: "server_error" }, 500)],
    ["answers 429", (envoy) => openCall(envoy, "/token").reply(429)], ["answers 429 with an error code", (envoy) => openCall(envoy, "/token").json({ error: "access_denied", error_description: "too many requests" }, 429)],
    ["answers temporarily_unavailable", (envoy) => openCall(envoy, "/token").json({ error: "temporarily_unavailable" }, 400)], ["answers 503 with an error code", (envoy) => openCall(envoy, "/token").json({ error: "access_denied" }, 503)],
    ["is behind a gateway with its own JSON", (envoy) => openCall(envoy, "/token").json({ status: 403, error: "Forbidden" }, 403)], ["answers 404 with an error text", (envoy) => openCall(envoy, "/token").json({ error: "HTTP 404 Not Found" }, 404)],
    ["answers with an error that is an object", (envoy) => openCall(envoy, "/token").json({ error: { code: "invalid_grant" } }, 400)], ["redirects", (envoy) => openCall(envoy, "/token").reply(302, { location: "https://evil.example/token" })],
    ["answers with HTML", (envoy) => openCall(envoy, "/token").reply(400, { "content-type": "text/html" }, "<h1>Bad Request</h1>")], ["answers with truncated JSON", (envoy) => openCall(envoy, "/token").reply(200, {}, '{"access_token":"a')],
    ["answers invalid_client", (envoy) => openCall(envoy, "/token").json({ error: "invalid_client" }, 401)], ["refuses the secret, as Keycloak does", (envoy) => openCall(envoy, "/token").json({ error: "unauthorized_client" }, 401)], ["omits the token", (envoy) => openCall(envoy, "/token").json({ token_type: "Bearer" })],
    ["returns a token of another type", (envoy) => openCall(envoy, "/token").json(refreshed({ token_type: "DPoP" }))], ["returns a token with a line break", (envoy) => openCall(envoy, "/token").json(refreshed({ access_token: "a\r\nx: y" }))],
  ];

  test.each(DOWN)("%s: 503 and no expired token upstream; the session continues once the provider works again", (_, ending) => {
    const { envoy, browser } = browse();
    logIn(browser);
    jump(envoy, 301);
    const request = browser.fetch("/api");
    ending(envoy);
    expect(code(browser.take(request).local)).toBe("503 provider_unreachable");
    expect(setCookies(request.local.headers)).toEqual([]);
    expect(code(browser.fetch("/api").local)).toBe("503 provider_unreachable");
    expect(refreshes(envoy)).toHaveLength(1);
    jump(envoy, 4);
    refresh(browser);
  });

  test.each(DOWN)("%s, but the old token is valid: the request continues with it", (_, ending) => {
    const { envoy, browser } = browse({ access_token_expires_leeway: 60 });
    logIn(browser);
    jump(envoy, 250);
    const request = browser.fetch("/api");
    ending(envoy);
    expect(browser.take(request).forwarded.get("x-access-token")).toBe(accessToken());
    expect(browser.session).toBeDefined();
  });

  test.each([200, 400, 401, 403, 404, 500])("invalid_grant with status %i ends the session: every chunk is deleted, the user logs in again, and there is no second refresh", (status) => {
    const { envoy, browser } = browse({}, { start: { workers: 2 } });
    logIn(browser);
    jump(envoy, 301);
    const other = copyOf(browser, { worker: 1 }), request = browser.fetch("/api");
    openCall(envoy, "/token").json({ error: "invalid_grant" }, status);
    expect(code(request.local)).toBe("401 sign_in_needed");
    expect(expired(request.local.headers)).toEqual([browser.session]);
    expect(code(other.fetch("/api").local)).toBe("401 sign_in_needed");
    expect(refreshes(envoy)).toHaveLength(1);
    expect(location(other.navigate("/page")).pathname).toBe("/authorize");
  });
});
