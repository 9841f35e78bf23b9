// Callbacks of a user who is already logged in, and errors of the provider after which a new login is needed.
import { ISSUER } from "./fixture";
import { asked, browse, Browser, callbackPath, code, copyOf, jump, kept, location, openCall, redeeming, setCookies, logIn, tokens, USERINFO, type Asked } from "./browser";
import type { StreamContext } from "./host/stream";

const FROM: Record<string, string> = { "sec-fetch-site": "cross-site" };
const ENDED = ["temporarily_unavailable", "authentication_expired"];
const refusedBy = (browser: Browser, ask: Asked, error: string): StreamContext => browser.navigate(callbackPath(ask, { code: null, error }), FROM);
const where = (request: StreamContext): string => location(request).pathname + location(request).search;

/** Two tabs at the provider's form. The second has completed its login. */
function tabs(config: Record<string, unknown> = {}): { browser: Browser; late: Asked } {
  const { browser } = browse(config), late = asked(browser.navigate("/late?a=1"));
  logIn(browser);
  return { browser, late };
}

test.each(ENDED)("%s, because another tab was faster, leads to the requested page, with the session unchanged", (error) => {
  const { browser, late } = tabs(), session = browser.jar.get(browser.session!)!.value, back = refusedBy(browser, late, error);
  expect([where(back), browser.jar.get(browser.session!)!.value, browser.logins]).toEqual(["/late?a=1", session, []]);
  expect(browser.navigate("/late?a=1").forwarded.has("x-userinfo")).toBe(true);
});

test.each(["access_denied", "server_error", "login_required"])("%s is shown on a page, also to a user who is logged in", (error) => {
  const { browser, late } = tabs();
  expect(code(refusedBy(browser, late, error).local)).toMatch(/^(403 login_denied|502 login_failed)$/);
  expect(browser.fetch("/api").forwarded.has("x-userinfo")).toBe(true);
});

describe("Back and reload", () => {
  test("a repeated response, and one with an unknown state, lead to the start page; nothing is redeemed or set", () => {
    const { envoy, browser } = browse(), { ask, back, call } = redeeming(browser);
    call.json(tokens(ask.nonce));
    openCall(envoy, "/userinfo").json(USERINFO);
    browser.take(back);
    for (const path of [callbackPath(ask), callbackPath({ state: "A".repeat(32) }), callbackPath({ state: "short" })]) {
      const again = browser.navigate(path, FROM);
      expect([where(again), setCookies(again.local.headers), envoy.callouts.map(String)]).toEqual(["/", [], []]);
    }
  });

  test("a response that another tab is redeeming, or that is older than ten minutes, leads to its page", () => {
    const { browser, late } = tabs({ session: { secret: "0123456789abcdef0123456789abcdef", idling_timeout: 0, rolling_timeout: 0 } });
    const other = copyOf(browser);
    browser.navigate(callbackPath(late), FROM);
    expect(where(other.navigate(callbackPath(late), FROM))).toBe("/late?a=1");
    const old = asked(new Browser(browser.envoy).navigate("/x"));
    expect(code(other.navigate(callbackPath(old), FROM).local)).toBe("303 already_signed_in");
  });

  test("a session that has expired, was ended or cannot be opened does not count", () => {
    const { browser } = tabs(), thief = copyOf(browser), unreadable = copyOf(browser);
    unreadable.jar.set(browser.session!, { value: "1AAAA", path: "/" });
    const unknown = callbackPath({ state: "A".repeat(32) });
    expect(code(unreadable.navigate(unknown, FROM).local)).toBe("400 login_unknown");
    browser.navigate("/logout", { "sec-fetch-site": "same-origin" });
    expect(code(thief.navigate(unknown, FROM).local)).toBe("400 login_unknown");
    const old = tabs();
    jump(old.browser.envoy, 90_000);
    expect(code(old.browser.navigate(unknown, FROM).local)).toMatch(/^(400 login_unknown|503 provider_not_ready)$/);
  });

  test("duty 6: a response of another issuer is refused", () => {
    const { browser, late } = tabs();
    expect(code(browser.navigate(callbackPath(late, { iss: "https://evil.example" }), FROM).local)).toBe("400 login_wrong_issuer");
    expect(code(browser.navigate(`${callbackPath(late)}&state=x`, FROM).local)).toBe("400 callback_malformed");
  });
});

describe("without a session", () => {
  test.each(ENDED)("after %s a new login is started, twice, and then a page shows the error", (error) => {
    const { browser } = browse();
    for (let i = 0; i < 2; i++) {
      const back = refusedBy(browser, asked(browser.navigate("/page?a=1")), error);
      expect([where(back), back.local.status, browser.logins, kept(back.local.headers)]).toEqual(["/page?a=1", 303, [], [expect.stringMatching(/_flow$/)]]);
    }
    expect(code(refusedBy(browser, asked(browser.navigate("/page?a=1")), error).local)).toBe("502 login_failed");
    jump(browser.envoy, 121);
    expect(where(refusedBy(browser, asked(browser.navigate("/page?a=1")), error))).toBe("/page?a=1");
  });

  test.each<[string, string | undefined]>([["without a refresh token", undefined], ["whose refresh was refused", "refresh-1"]])("the same with a session %s, after its access token has expired", (_, refresh_token) => {
    const { envoy, browser } = browse();
    logIn(browser, { tokens: { expires_in: 60, refresh_token } });
    jump(envoy, 60);
    const page = browser.navigate("/page");
    if (refresh_token) openCall(envoy, "/token").json({ error: "invalid_grant" }, 400);
    expect(where(refusedBy(browser, asked(browser.take(page)), ENDED[0]!))).toBe("/page"); // the second login in two minutes
    expect(code(refusedBy(browser, asked(browser.navigate("/page")), ENDED[0]!).local)).toBe("502 login_failed");
  });

  test("a login that succeeds after that does not count as a redirect loop", () => {
    const { browser } = browse();
    for (let i = 0; i < 2; i++) refusedBy(browser, asked(browser.navigate("/page")), ENDED[0]!);
    logIn(browser);
    expect(browser.navigate("/page").forwarded.has("x-userinfo")).toBe(true);
  });
});

test.each([["refresh_session_interval", { refresh_session_interval: 100 }], ["force_reauthorize", { force_reauthorize: true }], ["force_reauthorize of one rule", { rules: [{ path: "/other" }, { path: "/page", force_reauthorize: true }] }]])("%s: if the next page would start a login again, a page shows the error instead of a loop", (_, config) => {
  const { envoy, browser } = browse(config as Record<string, unknown>);
  logIn(browser, { tokens: { expires_in: 1_000_000 } });
  jump(envoy, 101);
  const asks = browser.navigate("/page");
  expect(location(asks).origin).toBe(ISSUER);
  expect(code(refusedBy(browser, asked(asks), "temporarily_unavailable").local)).toBe("502 login_failed");
});
