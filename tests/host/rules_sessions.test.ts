/** Rules with the same client share sessions, addresses and logins under way, and may differ in every other setting. */
import { asked, browse, Browser, BROWSER_CONFIG, callbackPath, copyOf, jump, logIn, logInAs, openCall, SECRET, through, tokens, USERINFO } from "./browser";
import { outcome } from "./ruled";

const SESSION = { secret: SECRET, idling_timeout: 0, rolling_timeout: 0 };
const FROM = { "sec-fetch-site": "cross-site" };

describe("an address that several rules have", () => {
  const OUTER = { userinfo_path: "/me", session: SESSION }, SHORT = { session: { ...SESSION, absolute_timeout: 60 } };

  test("is served by the settings that its path matches, so no rule judges everybody who asks who is logged in", () => {
    const { envoy, browser } = browse({ ...OUTER, rules: [{ path_prefix: "/admin", ...SHORT, access_rules: { claim: "role", equals: "admin" } }] });
    logInAs(browser, {}, { expires_in: 5000 });
    expect([outcome(browser.fetch("/admin/x")), outcome(browser.fetch("/me"))]).toEqual(["403 claim_missing", "200 userinfo_answered"]);
    jump(envoy, 61);
    expect(outcome(browser.fetch("/me"))).toBe("200 userinfo_answered");
  });

  test("is judged by a rule for that path", () => {
    const { browser } = browse({ ...OUTER, rules: [{ path_prefix: "/docs" }, { path: "/me", access_rules: { claim: "role", equals: "admin" } }] });
    logIn(browser);
    expect(outcome(browser.fetch("/me"))).toBe("403 claim_missing");
  });

  test("is served by the first of them where its path matches none", () => {
    const { browser } = browse({ ...OUTER, mode: "deny", rules: [{ path_prefix: "/page" }, { path_prefix: "/admin", access_rules: { claim: "role", equals: "admin" } }] });
    logIn(browser);
    expect([outcome(browser.fetch("/admin/x")), outcome(browser.fetch("/me")), outcome(browser.fetch("/other"))]).toEqual(["403 claim_missing", "200 userinfo_answered", "403 denied"]);
  });
});

describe("a rule that does not refresh leaves to the others", () => {
  const world = (answer: Record<string, unknown>): ReturnType<typeof browse> => {
    const made = browse({ rules: [{ path_prefix: "/static", renew_access_token_on_expiry: false }] });
    logInAs(made.browser, {}, { expires_in: 100, ...answer });
    jump(made.envoy, 101);
    const used = made.browser.fetch("/static/x");
    expect([outcome(used), used.forwarded.has("x-access-token"), made.browser.fetch("/static/y").forwarded.has("x-access-token")]).toEqual(["forwarded", false, false]);
    return made;
  };

  test("the end of a session with its access token", () => { expect(outcome(through(world({ refresh_token: undefined }).browser, "/x"))).toBe("401 sign_in_needed"); });
  test("the refresh", () => { expect(outcome(through(world({}).browser, "/x"))).toBe("waiting"); });
  test("the new tokens, which a request with the old cookies takes over", () => {
    const { envoy, browser } = world({}), slow = copyOf(browser), refreshed = browser.fetch("/x");
    openCall(envoy, "/token").json({ ...tokens(undefined), id_token: undefined, access_token: "new", refresh_token: "new" });
    expect(refreshed.forwarded.get("x-access-token")).toBe("new");
    jump(envoy, 61);
    expect(["/static/x", "/x"].map((path) => slow.fetch(path).forwarded.get("x-access-token"))).toEqual(["new", "new"]);
    jump(envoy, 301);
    through(slow, "/x");
    expect(openCall(envoy, "/token").form.get("refresh_token")).toBe("new");
  });
});

test.each<[string, object, object]>([
  ["lifetimes", {}, { session: { ...SESSION, absolute_timeout: 200 } }],
  ["refresh", { renew_access_token_on_expiry: false }, { renew_access_token_on_expiry: true }],
])("a session that is over for a script under one rule stays for another with a longer one: %s", (_, outer, rule) => {
  const { envoy, browser } = browse({ session: SESSION, ...outer, rules: [{ path_prefix: "/admin", ...rule }] });
  logInAs(browser, {}, { expires_in: "session" in rule ? 5000 : 200, refresh_token: undefined });
  jump(envoy, 201);
  expect([outcome(browser.fetch("/admin/x")), outcome(browser.fetch("/x"))]).toEqual(["401 sign_in_needed", "forwarded"]);
  browser.jar.set(browser.session!, { value: "1AAAA", path: "/" });
  expect([outcome(browser.fetch("/admin/x")), browser.session]).toEqual(["401 sign_in_needed", undefined]);
});

test.each<[string, object, object]>([
  ["has a shorter absolute_timeout", {}, { session: { ...SESSION, absolute_timeout: 200 } }],
  ["refreshes, and the callback's does not", { renew_access_token_on_expiry: false }, { renew_access_token_on_expiry: true }],
])("no redirects without end while the provider answers temporarily_unavailable, where the page's rule %s", (_, outer, rule) => {
  const { envoy, browser } = browse({ session: SESSION, ...outer, rules: [{ path_prefix: "/admin", ...rule }] });
  logInAs(browser, {}, { expires_in: "session" in rule ? 5000 : 200, refresh_token: undefined });
  jump(envoy, 201);
  const ask = asked(browser.navigate("/admin/x"));
  expect([outcome(browser.fetch("/x")), outcome(browser.navigate(callbackPath(ask, { code: null, error: "temporarily_unavailable" }), FROM))]).toEqual(["forwarded", "502 login_failed"]);
});

describe("session_contents are those of the rule where the login began, whichever rule the callback belongs to", () => {
  const BARE = { session_contents: { id_token: true } };
  test.each<[string, object[], boolean]>([
    ["first", [{ path_prefix: "/page", ...BARE }, { path_prefix: "/docs" }], false],
    ["last", [{ path_prefix: "/docs" }, { path_prefix: "/page", ...BARE }], false],
    ["last, and the callback's keeps less", [{ path_prefix: "/docs", ...BARE }, { path_prefix: "/page" }], true],
  ])("%s", (_, rules, kept) => {
    const { browser } = browse({ mode: "deny", rules });
    logIn(browser, { userinfo: kept ? USERINFO : null });
    expect(["/docs", "/page"].map((path) => browser.fetch(path).forwarded.has("x-access-token"))).toEqual([kept, kept]);
  });

  test("UserInfo and the raw ID Token too", () => {
    const { browser } = browse({ ...BARE, rules: [{ path_prefix: "/docs" }, { path_prefix: "/page", session_contents: { user: true }, set_raw_id_token_header: true }] });
    logIn(browser);
    expect(browser.fetch("/page").forwarded.has("x-raw-id-token")).toBe(true);
  });
});

test("duty 113: copied cookies stay refused after a logout under another configuration with the same client and a shorter absolute_timeout", () => {
  const { envoy, browser } = browse({ session: { ...SESSION, absolute_timeout: 5000 } });
  const plugin = envoy.addPlugin({ ...BROWSER_CONFIG, session: { ...SESSION, absolute_timeout: 100 } });
  const logOut = (one: Browser): unknown => copyOf(one, { plugin }).navigate("/logout", { "sec-fetch-site": "same-origin" });
  envoy.advance(1);
  logInAs(browser, {}, { expires_in: 100_000 });
  logOut(browser);
  jump(envoy, 4000);
  for (let i = 0; i < 48; i++) { const other = new Browser(envoy); logInAs(other); logOut(other); }
  envoy.advance(1);
  expect(outcome(browser.fetch("/x"))).toBe("401 sign_in_needed");
});
