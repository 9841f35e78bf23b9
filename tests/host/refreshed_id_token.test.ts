// What a refresh may change in a session, and what ends the session.
import { b64u, makeKey, NOW, token } from "./fixture";
import { accessToken, browse, Browser, code, copyOf, decoded, idToken, jump, location, openCall, logInAs, through } from "./browser";
import type { Envoy } from "./host";
import type { StreamContext } from "./host/stream";

const AUTH_TIME = NOW - 10;

/** A session whose ID Token has an `auth_time`, and whose tokens are due. */
function due(config: Record<string, unknown> = {}): { envoy: Envoy; browser: Browser } {
  const { envoy, browser } = browse(config);
  logInAs(browser, { auth_time: AUTH_TIME }, { expires_in: 100 });
  jump(envoy, 101);
  return { envoy, browser };
}

function refreshed(browser: Browser, changes: Record<string, unknown>): StreamContext {
  const request = browser.fetch("/api");
  openCall(browser.envoy, "/token").json({ access_token: "a2", token_type: "Bearer", expires_in: 100, refresh_token: "refresh-2", ...changes });
  return browser.take(request);
}

const WRONG: [string, () => string][] = [
  ["another iss", () => idToken(undefined, { iss: "https://evil.example.com" })],
  ["another sub", () => idToken(undefined, { sub: "mallory" })],
  ["no sub", () => idToken(undefined, { sub: undefined })],
  ["another aud", () => idToken(undefined, { aud: "other" })],
  ["another aud beside ours, without azp", () => idToken(undefined, { aud: ["gateway", "other"] })],
  ["another azp", () => idToken(undefined, { azp: "other" })],
  ["expired", () => idToken(undefined, { exp: NOW + 50 })],
  ["from the future", () => idToken(undefined, { iat: NOW + 1000 })],
  ["of another kind", () => token({ aud: "gateway", sub: "alice" }, { header: { typ: "logout+jwt" } })],
  ["for another access token", () => idToken(undefined, { at_hash: b64u(Buffer.alloc(16)) })],
  ["unsigned", () => `${b64u({ alg: "none" })}.${idToken(undefined).split(".")[1]}.`],
  ["signed by another key with the provider's kid", () => idToken(undefined, {}, makeKey("k1"))],
  ["tampered with", () => idToken(undefined).replace(/\.[^.]+\./, `.${b64u({ iss: "https://idp.example.com", aud: "gateway", sub: "alice", iat: NOW, exp: NOW + 999 })}.`)],
  ["not a JWT", () => "opaque"],
];
const CHANGED: [string, () => string][] = [
  ["another auth_time", () => idToken(undefined, { auth_time: AUTH_TIME + 5 })],
  ["another nonce", () => idToken("n2", { auth_time: AUTH_TIME })],
];

describe("duty 39: an invalid refreshed ID Token ends the session (OpenID Connect Core §12.2)", () => {
  test.each([...WRONG, ...CHANGED])("%s", (_, make) => {
    const { envoy, browser } = due();
    const old = copyOf(browser), request = refreshed(browser, { id_token: make() });
    expect(code(request.local)).toBe("401 sign_in_needed");
    expect(browser.session).toBeUndefined();
    expect(code(old.fetch("/api").local)).toBe("401 sign_in_needed");
    expect(envoy.logText).toMatch(/warn: .*refresh: the ID Token /);
  });

  test.each(WRONG)("%s, also if the session contains none", (_, make) => {
    const { browser } = due({ session_contents: { access_token: true, user: true } });
    expect(code(refreshed(browser, { id_token: make() }).local)).toBe("401 sign_in_needed");
    expect(browser.session).toBeUndefined();
  });

  test("a valid one replaces the old one", () => {
    const { browser } = due();
    const request = refreshed(browser, { id_token: idToken(undefined, { auth_time: AUTH_TIME, email: "new@example.com" }) });
    expect(decoded(request.forwarded.get("x-id-token"))).toMatchObject({ sub: "alice", email: "new@example.com" });
    expect(decoded(through(browser).forwarded.get("x-id-token"))).toMatchObject({ sub: "alice", email: "new@example.com" });
  });

  test("without a new one the ID Token of the login stays", () => {
    const { browser } = due();
    expect(decoded(refreshed(browser, {}).forwarded.get("x-id-token"))).toMatchObject({ sub: "alice", auth_time: AUTH_TIME });
    expect(through(browser).forwarded.get("x-access-token")).toBe("a2");
  });

  test("one whose key is unknown is not used yet, and the key is fetched", () => {
    const { envoy, browser } = due();
    const key = makeKey("k2");
    const request = refreshed(browser, { id_token: idToken(undefined, { auth_time: AUTH_TIME, email: "new@example.com" }, key) });
    expect(decoded(request.forwarded.get("x-id-token"))).not.toHaveProperty("email");
    envoy.advance(1);
    expect(envoy.provider("idp").calls.filter(({ path }) => path === "/jwks")).toHaveLength(2);
  });
});

describe("a refresh", () => {
  test("whose access token has other claims changes the headers", () => {
    const { browser } = due({ claim_headers: { tier: "x-tier" } });
    expect(refreshed(browser, { access_token: accessToken({ tier: "gold" }) }).forwarded.get("x-tier")).toBe("gold");
  });

  test("duty 70: with an unverified access token removes the claims of the old one", () => {
    const { browser } = due({ claim_headers: { client_id: "x-client" } });
    expect(refreshed(browser, { access_token: token({ client_id: "evil" }, { key: makeKey("k1") }) }).forwarded.has("x-client")).toBe(false);
  });

  test("with fewer scopes restricts the session to them", () => {
    const { browser } = due({ required_scopes: ["read"] });
    expect(browser.session).toBeDefined();
    expect(code(refreshed(browser, { scope: "openid" }).local)).toBe("403 insufficient_scope");
  });

  test("after which the session no longer fits into cookies ends it with a log line, and there is no loop", () => {
    const { envoy, browser } = due();
    const request = refreshed(browser, { access_token: "a".repeat(40_000) });
    expect(code(request.local)).toBe("401 sign_in_needed");
    expect(browser.session).toBeUndefined();
    expect(envoy.logText).toContain("refresh: the session does not fit into cookies any more");
    expect(location(browser.navigate("/page")).pathname).toBe("/authorize");
    expect(envoy.callouts).toEqual([]);
  });

  test("without randomness is not logged as too large", () => {
    const { envoy, browser } = due();
    const request = browser.fetch("/api");
    envoy.failRandom = true;
    openCall(envoy, "/token").json({ access_token: "a2", token_type: "Bearer", expires_in: 100, refresh_token: "refresh-2" });
    expect(request.outcome).toHaveProperty("local");
    expect(envoy.logText).not.toContain("does not fit");
  });

  test("that completes after a logout does not restore the session", () => {
    const { envoy, browser } = due();
    const request = through(browser), thief = copyOf(browser);
    expect(request.waiting).toBe(true);
    browser.navigate("/logout", { "sec-fetch-site": "same-origin" });
    openCall(envoy, "/token").json({ access_token: "a2", token_type: "Bearer", expires_in: 100 });
    expect(code(request.local)).toBe("401 sign_in_needed");
    expect(code(thief.fetch("/api").local)).toBe("401 sign_in_needed");
  });
});


test("a refresh under a rule with the same client that would keep less loses nothing of the session", () => {
  const { envoy, browser } = due({ claim_headers: { sub: "x-user" }, set_raw_id_token_header: true, rules: [{ path_prefix: "/page" }, { path_prefix: "/light", session_contents: { user: true }, set_raw_id_token_header: false }] });
  for (const [spent, next] of [["refresh-1", "refresh-2"], ["refresh-2", "refresh-3"]]) {
    const request = browser.navigate("/light"), call = openCall(envoy, "/token");
    expect(call.form.get("refresh_token")).toBe(spent);
    call.json({ access_token: `with-${next}`, token_type: "Bearer", expires_in: 100, refresh_token: next, id_token: idToken(undefined, { iat: envoy.now, exp: envoy.now + 300, auth_time: AUTH_TIME }) });
    browser.take(request);
    const { forwarded } = through(browser, "/page");
    expect([forwarded.get("x-user"), forwarded.get("x-access-token"), forwarded.has("x-raw-id-token")]).toEqual(["alice", `with-${next}`, true]);
    jump(envoy, 101);
  }
});
