// Users with a session are sent to the provider again: silently (refresh_session_interval), or every time (force_reauthorize).
import { ISSUER, NOW } from "./fixture";
import { asked, browse, Browser, callbackPath, code, copyOf, decoded, expired, jump, location, SECRET, setCookies, logIn, logInAs, through } from "./browser";
import type { StreamContext } from "./host/stream";

const LONG = { tokens: { expires_in: 1_000_000 } };
const prompt = (request: StreamContext): string | null => location(request).searchParams.get("prompt");

/** A login with a current ID Token. */
function completeLogin(browser: Browser, claims: Record<string, unknown> = {}): void {
  const to = location(logInAs(browser, claims, { expires_in: 1_000_000 }));
  expect(to.pathname + to.search).toBe("/page?a=1");
}

const refusedBy = (browser: Browser, request: StreamContext, error: string): StreamContext =>
  browser.navigate(callbackPath(asked(request), { code: null, error }), { "sec-fetch-site": "cross-site" });

describe("refresh_session_interval", () => {
  const due = (changes: object = {}): Browser => {
    const { envoy, browser } = browse({ refresh_session_interval: 100, ...changes });
    logIn(browser, LONG);
    jump(envoy, 101);
    return browser;
  };

  test("has no effect before its time, and afterwards also for a cached session", () => {
    const { envoy, browser } = browse({ refresh_session_interval: 50 });
    logIn(browser, LONG);
    jump(envoy, 49);
    for (let i = 0; i < 2; i++) expect(browser.navigate("/page").forwarded.has("x-userinfo")).toBe(true);
    jump(envoy, 2);
    expect(prompt(browser.navigate("/page"))).toBe("none");
  });

  test("then a page load is redirected to the provider with prompt=none", () => {
    const to = location(due().navigate("/page"));
    expect([to.origin, to.searchParams.get("prompt"), to.searchParams.get("code_challenge_method"), to.searchParams.get("redirect_uri")]).toEqual([ISSUER, "none", "S256", "https://app.example/callback"]);
  });

  test("prompt=none replaces the prompt of authorization_params", () => expect(prompt(due({ authorization_params: { prompt: "consent" } }).navigate("/page"))).toBe("none"));

  test.each<[string, string, Record<string, string>]>([
    ["fetch()", "GET", { accept: "*/*", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" }], ["a form", "POST", { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }],
    ["an image", "GET", { accept: "image/*", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" }], ["a frame", "GET", { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" }],
    ["a WebSocket", "GET", { upgrade: "websocket", connection: "upgrade" }], ["an XMLHttpRequest", "GET", { accept: "text/html", "x-requested-with": "XMLHttpRequest" }],
  ])("%s passes, before and after a page load was redirected", (_, method, headers) => {
    const browser = due();
    for (let i = 0; i < 2; i++) {
      expect(through(browser, "/api", headers, method).forwarded.get("x-access-token")).toBeDefined();
      expect(prompt(copyOf(browser).navigate("/page"))).toBe("none");
    }
  });

  test("success leads back to the page, and the next silent login is due after the interval", () => {
    const browser = due();
    completeLogin(browser, { email: "fresh@example.com" });
    expect(decoded(browser.navigate("/page").forwarded.get("x-id-token"))).toMatchObject({ email: "fresh@example.com" });
    jump(browser.envoy, 99);
    expect(browser.navigate("/page").forwarded.has("x-userinfo")).toBe(true);
    jump(browser.envoy, 2);
    expect(prompt(browser.navigate("/page"))).toBe("none");
  });

  test("many silent logins in a row are no redirect loop", () => {
    const browser = due();
    for (let i = 0; i < 6; i++) {
      completeLogin(browser);
      jump(browser.envoy, 101);
    }
  });

  test.each(["login_required", "interaction_required", "consent_required", "account_selection_required"])("%s ends the session, and the page starts an ordinary login", (error) => {
    const browser = due();
    const name = browser.session!;
    const back = refusedBy(browser, browser.navigate("/page?a=1"), error);
    expect(location(back).pathname + location(back).search).toBe("/page?a=1");
    expect(expired(back.local.headers)).toContain(name);
    expect([browser.session, browser.logins]).toEqual([undefined, []]);
    expect(prompt(browser.navigate("/page?a=1"))).toBeNull();
  });

  test.each(["server_error", "temporarily_unavailable", "invalid_request", "<script>"])("%s is shown on a page, which reflects nothing, and the session continues", (error) => {
    const browser = due();
    const back = refusedBy(browser, browser.navigate("/page?a=1"), error);
    expect(code(back.local)).toBe("502 login_failed");
    expect(back.local.body).not.toContain("<script>");
    expect(browser.fetch("/api").forwarded.has("x-userinfo")).toBe(true);
  });

  test("login_required without a silent login of this browser ends nothing", () => {
    const browser = due(), other = due();
    for (const state of [asked(other.navigate("/")).state, "x".repeat(32)]) {
      const answer = browser.navigate(`/callback?${new URLSearchParams({ state, error: "login_required", iss: ISSUER })}`);
      expect(code(answer.local)).toBe("303 already_signed_in");
      expect(setCookies(answer.local.headers)).toEqual([]);
    }
    expect(browser.fetch("/api").forwarded.has("x-userinfo")).toBe(true);
  });

  test("an ordinary login that fails with login_required is not treated as a silent one", () => {
    const { browser } = browse({ refresh_session_interval: 100 });
    expect(code(refusedBy(browser, browser.navigate("/page"), "login_required").local)).toBe("502 login_failed");
  });

  test("if another user is logged in at the provider, the whole session is that user's", () => {
    const browser = due();
    completeLogin(browser, { sub: "bob", sid: "op-session-2" });
    const sent = browser.navigate("/page").forwarded;
    expect([decoded(sent.get("x-id-token")).sub, decoded(sent.get("x-userinfo")).sub]).toEqual(["bob", "bob"]);
  });
});

describe("force_reauthorize", () => {
  const config = { force_reauthorize: true };

  test("a page load is redirected to the provider despite the session, without prompt", () => {
    const { envoy, browser } = browse(config);
    logIn(browser, LONG);
    jump(envoy, 31);
    expect([location(browser.navigate("/page")).origin, prompt(browser.navigate("/page"))]).toEqual([ISSUER, null]);
  });

  test("requests of the loaded page pass, and so does everything that is no page load", () => {
    const { envoy, browser } = browse(config);
    logIn(browser, LONG);
    expect(browser.navigate("/page?a=1").forwarded.has("x-userinfo")).toBe(true);
    jump(envoy, 31);
    expect(browser.fetch("/api").forwarded.has("x-userinfo")).toBe(true);
  });

  test("any number of such logins is no redirect loop", () => {
    const { envoy, browser } = browse(config);
    logIn(browser, LONG);
    for (let i = 0; i < 6; i++) {
      jump(envoy, 31);
      completeLogin(browser);
      expect(browser.navigate("/page?a=1").forwarded.has("x-userinfo")).toBe(true);
    }
  });

  test("access_denied shows a page with a link back, and the session continues", () => {
    const { envoy, browser } = browse(config);
    logIn(browser, LONG);
    jump(envoy, 31);
    const back = refusedBy(browser, browser.navigate("/page?a=1"), "access_denied");
    expect(code(back.local)).toBe("403 login_denied");
    expect(back.local.body).toContain('href="/page?a=1"');
    expect(browser.session).toBeDefined();
  });
});

test("duty 108: another login does not extend the absolute timeout", () => {
  const { envoy, browser } = browse({ refresh_session_interval: 100, session: { secret: SECRET, absolute_timeout: 300 } });
  logIn(browser, LONG);
  jump(envoy, 200);
  completeLogin(browser);
  jump(envoy, 99);
  expect(browser.fetch("/api").forwarded.has("x-userinfo")).toBe(true);
  jump(envoy, 1);
  expect(envoy.now).toBe(NOW + 301);
  expect(code(browser.fetch("/api").local)).toBe("401 sign_in_needed");
});

test("duty 113: a logout after it also ends copies from before it", () => {
  const { envoy, browser } = browse({ refresh_session_interval: 100 });
  logIn(browser, LONG);
  const thief = copyOf(browser);
  jump(envoy, 101);
  completeLogin(browser);
  browser.navigate("/logout", { "sec-fetch-site": "same-origin" });
  expect(code(copyOf(thief).fetch("/api").local)).toBe("401 sign_in_needed");
});

test("another user's session is new: it has its own limit, and the old session neither ends it nor is extended", () => {
  const { envoy, browser } = browse({ refresh_session_interval: 100, session: { secret: SECRET, absolute_timeout: 300 } });
  logIn(browser, LONG);
  const alice = copyOf(browser), late = copyOf(browser);
  jump(envoy, 200);
  completeLogin(browser, { sub: "bob", sid: "op-session-2" });
  expect(alice.fetch("/api").forwarded.has("x-userinfo")).toBe(true);
  jump(envoy, 101);
  expect(browser.fetch("/api").forwarded.has("x-userinfo")).toBe(true);
  expect(code(late.fetch("/api").local)).toBe("401 sign_in_needed");
});

test("after a logout in another tab a pending silent login does not log the user in", () => {
  const { envoy, browser } = browse({ refresh_session_interval: 100 });
  logIn(browser, LONG);
  jump(envoy, 101);
  const request = browser.navigate("/page");
  browser.navigate("/logout", { "sec-fetch-site": "same-origin" });
  expect(code(browser.navigate(callbackPath(asked(request)), { "sec-fetch-site": "cross-site" }).local)).toBe("400 login_unknown");
  expect([envoy.callouts, browser.session]).toEqual([[], undefined]);
});
