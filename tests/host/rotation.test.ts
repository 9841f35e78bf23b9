/** The signing key changes while the provider is down, and attackers send unknown key ids: no valid token is called invalid, and nothing is lost. */
import { bearer, ISSUER, KEY, makeKey, refused, token } from "./fixture";
import { accessToken, browse, Browser, BROWSER_CONFIG, BROWSER_METADATA, code, copyOf, decoded, idToken, jump, location, openCall, redeeming, logIn, tokens, USERINFO } from "./browser";
import { FORM, isIn, logoutToken, PATH, post } from "./logout_tokens";
import type { Envoy } from "./host";
import type { StreamContext } from "./host/stream";

const NEXT = makeKey("k2"), STRANGER = makeKey("stranger"), WORKERS = 2;
/** How the documents fail. Calls of the token endpoint are still answered, by the test. */
type Silence = "breaks the connection" | "fails" | "says nothing";
const SILENCES: Silence[] = ["breaks the connection", "fails", "says nothing"];
let ids = 0;

const jwks = (envoy: Envoy): number => envoy.provider("idp").calls.filter(({ path }) => path === "/jwks").length;

/** A filter for programs and browsers, in several workers. */
function world(): { envoy: Envoy; browser: Browser } {
  return browse({ backchannel_logout_path: PATH, access_token_expires_leeway: 0 }, { start: { workers: WORKERS } });
}

function silent(envoy: Envoy, how: Silence): void {
  envoy.provider("idp").answers(({ path }) => path === "/token" || path === "/userinfo" ? null : how === "says nothing" ? null : how === "fails" ? { status: 500, body: "<html>" } : "fail");
}

function back(envoy: Envoy, keys = [KEY, NEXT]): void {
  for (const call of envoy.callouts) if (call.path !== "/token") call.timeout();
  envoy.provider("idp").answers(({ path }) => path === "/jwks" ? { body: { keys: keys.map(({ jwk }) => jwk) } } : path.includes("well-known") ? { body: BROWSER_METADATA } : null);
}

/** Tokens with unknown keys, in both workers. */
function flood(envoy: Envoy): StreamContext[] {
  return [0, 1].flatMap((worker) => Array.from({ length: 5 }, () => envoy.get("/", bearer(token({ exp: envoy.now + 300 }, { key: STRANGER, header: { kid: `x${ids++}` } })), { worker })));
}

const fresh = (envoy: Envoy, worker = 0): StreamContext => envoy.get("/", bearer(token({ exp: envoy.now + 300, iat: envoy.now, jti: String(ids++) }, { key: NEXT })), { worker });
const isDone = ({ outcome }: StreamContext): boolean => typeof outcome === "object";
const passed = ({ outcome }: StreamContext): boolean => typeof outcome === "object" && "forwarded" in outcome;

describe.each(SILENCES)("the provider %s for four seconds while its key changes", (how) => {
  test.each([["no others", false], ["attackers with unknown key ids", true]])("bearer tokens of the new key, beside %s: 503 with Retry-After, never 401, and soon they pass", (_, flooded) => {
    const { envoy } = world(), all: StreamContext[] = [];
    jump(envoy, 60);
    silent(envoy, how);
    for (let second = 0; second < 4; second++) {
      if (flooded) flood(envoy);
      all.push(fresh(envoy, 0), fresh(envoy, 1));
      envoy.advance(1);
    }
    back(envoy);
    for (let second = 0; second < 5; second++) {
      if (flooded) flood(envoy);
      all.push(fresh(envoy, 0), fresh(envoy, 1));
      envoy.advance(1);
    }
    for (const request of all) {
      expect(isDone(request)).toBe(true);
      if (passed(request)) continue;
      expect([refused(request), request.local.headers.get("retry-after")]).toEqual(["503 provider_not_ready", "5"]);
    }
    for (const worker of [0, 1]) void fresh(envoy, worker).forwarded;
  });

  test("the key set is fetched after 1, 2, 4 … s, for all workers and attackers together", () => {
    const { envoy } = world();
    jump(envoy, 60);
    silent(envoy, how);
    const before = jwks(envoy);
    for (let second = 0; second < 60; second++) { flood(envoy); envoy.advance(1); }
    expect(jwks(envoy) - before).toBeGreaterThanOrEqual(4);
    expect(jwks(envoy) - before).toBeLessThanOrEqual(8);
  });

  test("a login waits for the key, although attackers have used up the lookups", () => {
    const { envoy, browser } = world();
    jump(envoy, 60);
    flood(envoy); // a successful fetch, and its cooldown
    silent(envoy, how);
    const { ask, back: request, call } = redeeming(browser), now = Math.floor(envoy.now);
    call.json(tokens(ask.nonce, { id_token: idToken(ask.nonce, { iat: now, exp: now + 300 }, NEXT) }));
    envoy.advance(3.5);
    expect(request.waiting).toBe(true);
    back(envoy);
    envoy.advance(2.5);
    openCall(envoy, "/userinfo").json(USERINFO);
    expect(location(browser.take(request)).pathname).toBe("/page");
    expect(browser.session).toBeDefined();
  });

  test("a refresh result is held until its key is fetched, and all workers wait for it", () => {
    const { envoy, browser } = world();
    logIn(browser);
    jump(envoy, 301);
    flood(envoy);
    silent(envoy, how);
    const requests = [browser.fetch("/api"), copyOf(browser, { worker: 1 }).fetch("/api")], now = Math.floor(envoy.now);
    openCall(envoy, "/token").json({ ...tokens(undefined), refresh_token: "refresh-2", access_token: accessToken({ jti: "new", exp: now + 300 }), id_token: idToken(undefined, { iat: now, exp: now + 300, email: "new@example.com" }, NEXT) });
    envoy.advance(3.5);
    requests.push(copyOf(browser, { worker: 1 }).fetch("/api"));
    expect(requests.map(({ waiting }) => waiting)).toEqual([true, true, true]);
    back(envoy);
    envoy.advance(3);
    for (const request of requests) expect(decoded(request.forwarded.get("x-id-token"))).toMatchObject({ sub: "alice", email: "new@example.com" });
    expect(envoy.provider("idp").calls.filter(({ path, form }) => path === "/token" && form.get("grant_type") === "refresh_token")).toHaveLength(1);
  });

  test("a logout token gets 503, so that it is sent again, and is accepted once the key is fetched", () => {
    const { envoy, browser } = world();
    logIn(browser);
    jump(envoy, 60);
    flood(envoy);
    silent(envoy, how);
    const say = (worker: number): StreamContext => post(envoy, `logout_token=${logoutToken({ iat: Math.floor(envoy.now), exp: Math.floor(envoy.now) + 120 }, { key: NEXT })}`, FORM, worker);
    const early = say(0);
    envoy.advance(4);
    expect(code(early.local)).toBe("503 provider_not_ready");
    back(envoy);
    flood(envoy);
    const late = say(1);
    envoy.advance(2);
    expect(late.local.status).toBe(200);
    expect(isIn(browser)).toBe(false);
  });
});

describe("a held refresh result has a bound", () => {
  function heldResult(end: (envoy: Envoy) => void): { envoy: Envoy; browser: Browser; request: StreamContext } {
    const { envoy, browser } = world();
    logIn(browser);
    jump(envoy, 301);
    silent(envoy, "breaks the connection");
    const request = browser.fetch("/api"), now = Math.floor(envoy.now);
    openCall(envoy, "/token").json({ ...tokens(undefined), expires_in: 300, refresh_token: "refresh-2", access_token: "new", id_token: idToken(undefined, { iat: now, exp: now + 300, email: "new@example.com" }, NEXT) });
    end(envoy);
    return { envoy, browser, request };
  }

  test("after ten seconds the session continues with the new tokens, but without unverified claims", () => {
    const { envoy, browser, request } = heldResult((at) => at.advance(11));
    expect(browser.take(request).forwarded.get("x-access-token")).toBe("new");
    expect(decoded(request.forwarded.get("x-id-token"))).not.toHaveProperty("email");
    for (let i = 0; i < 20; i++) { expect(isIn(browser)).toBe(true); envoy.advance(10); }
    expect(envoy.provider("idp").calls.filter(({ path, form }) => path === "/token" && form.get("grant_type") === "refresh_token")).toHaveLength(1);
  });

  test("if its worker dies, another one continues with it: the refresh token is not sent a second time", () => {
    const { envoy, browser, request } = heldResult(() => undefined), turns = envoy.sharedData.keys.filter((key) => key.includes("/turns/"));
    const left = turns.map((key) => [key, Buffer.from(envoy.sharedData.get(key)!.value)] as const), other = copyOf(browser, { worker: 1 });
    envoy.advance(11);
    expect(request.waiting).toBe(false);
    // The state that its worker would leave.
    for (const [key, value] of left) envoy.sharedData.set(key, value, 0);
    const next = other.fetch("/api");
    expect(next.forwarded.get("x-access-token")).toBe("new");
    expect(envoy.provider("idp").calls.filter(({ path, form }) => path === "/token" && form.get("grant_type") === "refresh_token")).toHaveLength(1);
  });

  test.each<[string, Record<string, unknown>]>([["another sub", { sub: "mallory" }], ["another aud", { aud: "other" }]])("duty 39: with %s in its ID Token it ends the session once the key is fetched", (_, changes) => {
    const { envoy, browser } = world();
    logIn(browser);
    jump(envoy, 301);
    silent(envoy, "fails");
    const request = browser.fetch("/api"), now = Math.floor(envoy.now);
    openCall(envoy, "/token").json({ ...tokens(undefined), refresh_token: "refresh-2", id_token: idToken(undefined, { iat: now, exp: now + 300, ...changes }, NEXT) });
    back(envoy);
    envoy.advance(3);
    expect(code(browser.take(request).local)).toBe("401 sign_in_needed");
    expect(browser.session).toBeUndefined();
  });

  test("an access token whose key is fetched during the refresh counts, also without an ID Token", () => {
    const { envoy, browser } = browse({ claim_headers: { tier: "x-tier" } });
    logIn(browser);
    jump(envoy, 301);
    back(envoy);
    const request = browser.fetch("/api"), now = Math.floor(envoy.now);
    openCall(envoy, "/token").json({ ...tokens(undefined), id_token: undefined, access_token: token({ sub: "alice", tier: "gold", iat: now, exp: now + 300 }, { key: NEXT }) });
    envoy.advance(2);
    expect(request.forwarded.get("x-tier")).toBe("gold");
  });
});

describe("duty 47: attackers", () => {
  test.each([
    ["another issuer", { iss: "https://other.example" }, "401 unknown_key"], ["no issuer", { iss: undefined }, "401 unknown_key"], ["an exp in the past", { exp: 1 }, "401 unknown_key"], ["no claims", "[]", "401 unknown_key"],
  ])("a token with %s is refused whatever its key, without a fetch", (_, changes, expected) => {
    const { envoy } = world(), before = jwks(envoy);
    jump(envoy, 60);
    silent(envoy, "fails");
    const value = typeof changes === "string" ? token({}, { key: STRANGER, payload: changes }) : token({ exp: envoy.now + 300, ...changes }, { key: STRANGER });
    for (let i = 0; i < 3; i++) expect(refused(envoy.get("/", bearer(value), { worker: i % 2 }))).toBe(expected);
    expect(jwks(envoy)).toBe(before);
  });

  test.each<[string, object]>([["another aud", { aud: "other" }], ["another iss", { iss: `${ISSUER}/x` }], ["no events", { events: undefined }], ["a nonce", { nonce: "n" }], ["an exp in the past", { exp: 1 }]])(
    "a logout token with %s is refused whatever its key, without a fetch", (_, changes) => {
      const { envoy } = world(), before = jwks(envoy);
      expect(code(post(envoy, `logout_token=${logoutToken(changes as Record<string, unknown>, { key: STRANGER })}`).local)).toBe("400 logout_token_invalid");
      expect(jwks(envoy)).toBe(before);
    });

  test("logout tokens with unknown keys cause one fetch a second, in all workers together", () => {
    const { envoy } = world(), before = jwks(envoy), sent: StreamContext[] = [];
    for (let i = 0; i < 40; i++) {
      for (const worker of [0, 1]) sent.push(post(envoy, `logout_token=${logoutToken({}, { key: STRANGER, header: { kid: `l${ids++}` } })}`, FORM, worker));
      envoy.advance(0.25);
    }
    envoy.advance(2);
    expect(new Set(sent.map(({ local }) => code(local)))).toEqual(new Set(["400 logout_token_invalid"]));
    expect(jwks(envoy) - before).toBeLessThanOrEqual(12);
  });

  test("tokens of a withdrawn key get 401 even while no fetch is allowed", () => {
    const { envoy } = world();
    jump(envoy, 60);
    back(envoy, [NEXT]);
    envoy.advance(0.1);
    const first = fresh(envoy);
    envoy.advance(1);
    void first.forwarded;
    expect(refused(envoy.get("/", bearer(token({ exp: envoy.now + 300 }))))).toBe("401 unknown_key");
  });
});

test("a failed refresh of the document does not use up the lookup either", () => {
  const { envoy } = browse({ ...BROWSER_CONFIG, jwk_expires_in: 60 }, { start: { workers: WORKERS } });
  silent(envoy, "fails");
  envoy.advance(58);
  back(envoy);
  const request = fresh(envoy);
  envoy.advance(31);
  expect(["401 unknown_key"]).not.toContain(isDone(request) && !passed(request) ? refused(request) : "");
  void fresh(envoy).forwarded;
});
