// The callback: which login an authorization response belongs to, what it says, and how the login ends.
import { ISSUER } from "./fixture";
import {
  asked, browse, Browser, BROWSER_METADATA, callbackPath, CLIENT, code, copyOf, expired, jump, kept, location, openCall, redeeming, SECRET, setCookies, logIn, tokens, tryAgain, USERINFO,
} from "./browser";
import type { LocalReply } from "./host/stream";

const EVIL = "<script>alert(1)</script>\r\nSet-Cookie: a=b";

/** Checks what every error page must have, whatever its cause. */
function sound({ headers, body }: LocalReply): void {
  expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("referrer-policy")).toBe("no-referrer");
  expect(headers.get("x-frame-options")).toBe("DENY");
  expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'$/);
  expect(body).not.toMatch(/<script|onerror|alert\(1\)/);
  expect(headers.get("location")).toBeUndefined();
}

describe("duties 17, 27, 142: a response that belongs to no login of this browser", () => {
  test.each([
    ["duty 1: nothing", "", "callback_direct"],
    ["duty 1: no state", "?code=c", "callback_direct"],
    ["an error without state", "?error=access_denied", "callback_direct"],
    ["duty 1: an empty state", "?code=c&state=", "login_unknown"],
    ["a short state", "?code=c&state=abc", "login_unknown"],
    ["duty 2: an unknown state", `?code=c&state=${"A".repeat(32)}`, "login_unknown"],
    ["a long state", `?code=c&state=${"A".repeat(20_000)}`, "login_unknown"],
    ["duty 153: more than 20 kB", `?code=c&state=${"A".repeat(60_000)}`, "callback_malformed"],
    ["an error with an unknown state", `?error=access_denied&state=${"A".repeat(32)}`, "login_unknown"],
    ["a percent sign without digits", "?code=%&state=x", "callback_malformed"],
    ["a NUL", "?code=%00&state=x", "callback_malformed"],
    ["bytes that are not UTF-8", "?code=%ff%fe&state=x", "callback_malformed"],
    ["a hundred parameters", `?${"a=b&".repeat(100)}state=x`, "callback_malformed"],
  ])("%s", (_, query, expected) => {
    const { envoy, browser } = browse(), { local } = browser.navigate(`/callback${query}`);
    expect(code(local)).toBe(`400 ${expected}`);
    sound(local);
    expect(setCookies(local.headers)).toEqual([]);
    expect(envoy.callouts.map(String)).toEqual([]);
    expect(tryAgain(local)).toBe("/");
  });

  test("duty 2: the login of another browser (login CSRF) gives no session, and stays usable there", () => {
    const { envoy, browser } = browse(), victim = new Browser(envoy), ask = asked(browser.navigate("/page"));
    const { local } = victim.navigate(callbackPath(ask));
    expect([code(local), setCookies(local.headers), envoy.callouts.map(String)]).toEqual(["400 login_unknown", [], []]);
    victim.navigate("/page");
    expect(code(victim.navigate(callbackPath(ask)).local)).toBe("400 login_unknown");
    browser.navigate(callbackPath(ask));
    openCall(envoy, "/token");
  });

  test("duty 2: a state that only begins like that of a current login", () => {
    const { envoy, browser } = browse(), ask = asked(browser.navigate("/page"));
    for (const state of [ask.state.slice(0, 8) + "A".repeat(24), ask.state.slice(0, 31) + (ask.state.endsWith("A") ? "B" : "A"), ask.state.slice(0, 31), `${ask.state}A`]) {
      const { local } = browser.navigate(callbackPath({ state }));
      expect([code(local), setCookies(local.headers)]).toEqual(["400 login_unknown", []]);
    }
    browser.navigate(callbackPath(ask));
    openCall(envoy, "/token");
  });

  test("duty 13: with any fault in the cookie, the answer is the same as without it", () => {
    const { envoy, browser } = browse(), ask = asked(browser.navigate("/page")), name = browser.logins[0]!, cookie = browser.jar.get(name)!;
    const answer = (value: string | null): string => {
      const other = copyOf(browser);
      if (value === null) other.jar.delete(name);
      else other.jar.set(name, { ...cookie, value });
      const { status, headers, body, details } = other.navigate(callbackPath(ask)).local;
      return JSON.stringify([status, headers.list, body, details]);
    };
    const without = answer(null), flip = (i: number): string => cookie.value.slice(0, i) + (cookie.value[i] === "A" ? "B" : "A") + cookie.value.slice(i + 1);
    for (let i = 0; i < cookie.value.length; i += 7) expect(answer(flip(i))).toBe(without);
    for (const value of ["", "1", cookie.value.slice(0, -1), `${cookie.value}A`, cookie.value.slice(1), "A".repeat(4000), "\u0001"]) expect(answer(value)).toBe(without);
    expect(envoy.callouts.map(String)).toEqual([]);
    browser.navigate(callbackPath(ask));
    openCall(envoy, "/token");
  });

  test("duty 4: the state of one login with the cookie of another, under either name; both logins stay usable", () => {
    const { envoy, browser } = browse(), a = asked(browser.navigate("/a")), b = asked(browser.navigate("/b"));
    const [nameA, nameB] = browser.logins as [string, string], swapped = copyOf(browser);
    swapped.jar.set(nameA, browser.jar.get(nameB)!);
    swapped.jar.delete(nameB);
    for (const ask of [a, b]) expect(code(swapped.navigate(callbackPath(ask)).local)).toBe("400 login_unknown");
    for (const [ask, page] of [[b, "/b"], [a, "/a"]] as const) {
      const back = browser.navigate(callbackPath(ask));
      openCall(envoy, "/token").json(tokens(ask.nonce));
      openCall(envoy, "/userinfo").json(USERINFO);
      expect(location(browser.take(back)).pathname).toBe(page);
    }
  });

  test.each<[string, Record<string, unknown>, Record<string, unknown>?]>([
    ["another client", { client_id: "other" }],
    ["another issuer", { discovery: "https://other.example.com/.well-known/openid-configuration" }],
    ["another redirect_uri", { redirect_uri: "https://app.example/callback" }, { redirect_uri: "https://www.app.example/callback" }],
    ["another secret", { session: { secret: SECRET.split("").reverse().join("x"), cookie_name: "s" } }],
  ])("duty 5: a login that was started at %s with the same cookie names", (_, changes, own = {}) => {
    const shared = { session: { secret: SECRET, cookie_name: "s" } };
    const { envoy, browser } = browse({ ...shared, ...own });
    const other = { discovery: `${ISSUER}/.well-known/openid-configuration`, provider_cluster: "idp", client_id: CLIENT, client_secret: "x", ...{ redirect_uri: "/callback", ...shared, ...own } };
    const [plugin, same] = [envoy.addPlugin({ ...other, ...changes }), envoy.addPlugin(other)];
    envoy.provider("idp").answers((call) => call.path === "/jwks" ? { body: { keys: [] } } : call.path.startsWith("/.well") ? { body: { ...BROWSER_METADATA, issuer: call.authority === "idp.example.com" ? ISSUER : `https://${call.authority}` } } : null);
    envoy.advance(2);
    const ask = asked(browser.navigate("/page")), there = copyOf(browser, { plugin });
    expect(code(there.navigate(callbackPath(ask)).local)).toBe("400 login_unknown");
    copyOf(browser, { plugin: same }).navigate(callbackPath(ask));
    openCall(envoy, "/token");
  });
});

test("duty 162: a prefetched callback does not use up the login", () => {
  const { envoy, browser } = browse(), ask = asked(browser.navigate("/page"));
  const ahead = browser.navigate(callbackPath(ask), { "sec-fetch-site": "cross-site", "sec-purpose": "prefetch" });
  expect([code(ahead.local), setCookies(ahead.local.headers), envoy.callouts.length]).toEqual(["403 prefetched", [], 0]);
  const back = browser.navigate(callbackPath(ask), { "sec-fetch-site": "cross-site" });
  openCall(envoy, "/token").json(tokens(ask.nonce));
  openCall(envoy, "/userinfo").json(USERINFO);
  expect(location(back).pathname).toBe("/page");
});

describe("duty 3: each login accepts one response", () => {
  test("the second is refused, and the first deletes the cookie", () => {
    const { envoy, browser } = browse(), { ask, back, call } = redeeming(browser), thief = copyOf(browser);
    const again = thief.navigate(callbackPath(ask)).local;
    expect(code(again)).toBe("400 login_unknown");
    expect(envoy.callouts.map(String)).toEqual([String(call)]);
    call.json(tokens(ask.nonce));
    openCall(envoy, "/userinfo").json(USERINFO);
    browser.take(back);
    expect(browser.logins).toEqual([]);
    const session = browser.jar.get(browser.session!)!.value;
    expect(code(thief.navigate(callbackPath(ask)).local)).toBe("400 login_unknown");
    expect(location(browser.navigate(callbackPath(ask))).pathname).toBe("/");
    expect([browser.jar.get(browser.session!)!.value, envoy.callouts]).toEqual([session, []]);
  });

  test("no other worker redeems the code meanwhile: a provider that sees a code twice revokes its tokens (RFC 6749 §4.1.2)", () => {
    const { envoy, browser } = browse({}, { start: { workers: 2 } });
    envoy.advance(2);
    const { ask, call } = redeeming(browser), again = copyOf(browser, { worker: 1 }).navigate(callbackPath(ask));
    expect(envoy.callouts.map(String)).toEqual([String(call)]);
    expect(code(again.local)).toBe("400 login_unknown");
  });

  test.each<[string, Record<string, string | null>, string]>([
    ["access_denied", { code: null, error: "access_denied", error_description: EVIL }, "403 login_denied"],
    ["another error", { code: null, error: "server_error" }, "502 login_failed"],
    ["an unknown error", { code: null, error: EVIL, error_uri: "javascript:alert(1)" }, "502 login_failed"],
    ["an error and a code", { error: "access_denied" }, "403 login_denied"],
    ["neither code nor error", { code: null }, "400 callback_malformed"],
    ["an empty code", { code: "" }, "400 callback_malformed"],
    ["duty 6: no iss", { iss: null }, "400 login_wrong_issuer"],
    ["duty 6: another iss", { iss: "https://evil.example" }, "400 login_wrong_issuer"],
    ["duty 6: iss with a trailing slash", { iss: `${ISSUER}/` }, "400 login_wrong_issuer"],
    ["duty 6: iss in capitals", { iss: ISSUER.toUpperCase() }, "400 login_wrong_issuer"],
    ["duty 6: an empty iss", { iss: "" }, "400 login_wrong_issuer"],
    ["duty 6: an error of another iss", { code: null, error: "access_denied", iss: "https://evil.example" }, "400 login_wrong_issuer"],
  ])("duties 7, 8: %s: a page with a link to try again, nothing reflected, no token call, the login ended", (_, changes, expected) => {
    const { envoy, browser } = browse(), ask = asked(browser.navigate("/page?a=1&b=<\"'>"));
    const { local } = browser.navigate(callbackPath(ask, changes));
    expect(code(local)).toBe(expected);
    sound(local);
    expect(tryAgain(local)).toBe("/page?a=1&amp;b=&lt;&quot;&#39;&gt;");
    expect(browser.logins).toEqual([]);
    expect(browser.session).toBeUndefined();
    expect(envoy.callouts.map(String)).toEqual([]);
    expect(envoy.logText + JSON.stringify(local.headers.list)).not.toMatch(/script|Set-Cookie: a/);
    expect(code(browser.navigate(callbackPath(ask)).local)).toBe("400 login_unknown");
  });

  test.each([
    ["Latin-1", "%E9chec"], ["a broken escape", "100%"], ["a NUL", "a%00b"], ["control characters", "a%0d%0a%1b"],
  ])("an error_description with %s is ignored, and the error still counts", (_, description) => {
    for (const name of ["error_description", "error_uri"]) {
      const { envoy, browser } = browse(), ask = asked(browser.navigate("/page"));
      const { local } = browser.navigate(`${callbackPath(ask, { code: null, error: "access_denied" })}&${name}=${description}&${name}=${description}`);
      expect(code(local)).toBe("403 login_denied");
      sound(local);
      expect([browser.logins, envoy.callouts.map(String)]).toEqual([[], []]);
    }
  });

  test.each(["code=%E9", "iss=%", "error=%00", "x=%ff", "error_descriptio%ff=a", "%65rror=%ff"])("parameters that count, and unknown ones, must be well encoded: %s", (part) => {
    const { browser } = browse(), ask = asked(browser.navigate("/page"));
    expect(code(browser.navigate(`${callbackPath(ask, { code: null, error: "access_denied" })}&${part}`).local)).toBe("400 callback_malformed");
    expect(browser.logins).toHaveLength(1);
  });

  test("RFC 9207 §2.4: a provider that does not announce iss may omit it, but may not send another", () => {
    const metadata = { ...BROWSER_METADATA, authorization_response_iss_parameter_supported: undefined };
    redeeming(browse({}, { metadata }).browser, "/", { iss: null });
    const { browser } = browse({}, { metadata });
    expect(code(browser.navigate(callbackPath(asked(browser.navigate("/")), { iss: "https://evil.example" })).local)).toBe("400 login_wrong_issuer");
  });

  test.each(["code", "state", "iss", "error", "access_token", "id_token", "logout_token"])("duty 9: %s twice is refused, even if both are the same, and the login stays usable", (name) => {
    const { envoy, browser } = browse(), ask = asked(browser.navigate("/page"));
    const path = callbackPath(ask), value = new URLSearchParams(path.split("?")[1]).get(name) ?? "x";
    for (const more of [`&${name}=${encodeURIComponent(value)}${new URLSearchParams(path.split("?")[1]).has(name) ? "" : `&${name}=x`}`, `&%${name.charCodeAt(0).toString(16)}${name.slice(1)}=x&${name}`]) {
      expect(code(browser.navigate(path + more).local)).toBe("400 callback_malformed");
    }
    browser.navigate(path);
    openCall(envoy, "/token");
  });

  test("a login is valid for ten minutes, whatever the age of the cookie in the browser", () => {
    const { envoy, browser } = browse(), young = asked(browser.navigate("/page"));
    const copy = copyOf(browser);
    jump(envoy, 599);
    redeeming(browser, "/");
    copy.navigate(callbackPath(young));
    const old = asked(browser.navigate("/page?a=1"));
    jump(envoy, 600);
    const { local } = browser.navigate(callbackPath(old));
    expect(code(local)).toBe("400 login_expired");
    expect(tryAgain(local)).toBe("/page?a=1");
    expect(expired(local.headers)).toEqual([expect.stringContaining(`_login_${old.state.slice(0, 8)}`)]);
  });
});

describe("the request", () => {
  test.each(["POST", "PUT", "HEAD", "OPTIONS", "DELETE", "get"])("duty 16: %s gets 405, and the login stays usable", (method) => {
    const { envoy, browser } = browse(), ask = asked(browser.navigate("/page"));
    const { status, headers } = browser.send(method, callbackPath(ask)).local;
    expect([status, headers.get("allow"), setCookies(headers)]).toEqual([405, "GET", []]);
    browser.navigate(callbackPath(ask));
    openCall(envoy, "/token");
  });

  test("duty 17: it is answered with a redirect to the page, without the code, and with no-store", () => {
    const { browser } = browse(), { status, headers, body } = logIn(browser).local;
    expect([status, headers.get("location"), headers.get("cache-control"), headers.get("referrer-policy"), body]).toEqual([303, "/page?a=1", "no-store", "no-referrer", ""]);
    expect(kept(headers)).toEqual([browser.session!, `${browser.session}_flow`]);
  });

  test("with a token beside it the login is still completed", () => {
    for (const authorization of ["Bearer abc", "Basic YTpi", null]) {
      const { envoy, browser } = browse({ auth_accept_token_as: ["header", "cookie:token"] }), ask = asked(browser.navigate("/page"));
      browser.jar.set("token", { value: "abc", path: "/callback" });
      const back = browser.send("GET", callbackPath(ask), authorization === null ? {} : { authorization });
      openCall(envoy, "/token").json(tokens(ask.nonce));
      openCall(envoy, "/userinfo").json(USERINFO);
      expect(code(browser.take(back).local)).toBe("303 signed_in");
      expect(browser.session).toBeDefined();
    }
  });

  test("without the provider's metadata: 503, and the same callback can be sent again", () => {
    const { envoy, browser } = browse(), ask = asked(browser.navigate("/page"));
    envoy.provider("idp").answers((call) => call.path === "/token" ? null : "fail");
    jump(envoy, 3 * 86400);
    const { local } = browser.navigate(callbackPath(ask));
    expect(code(local)).toBe("503 provider_not_ready");
    expect(tryAgain(local)).toBe(callbackPath(ask).replaceAll("&", "&amp;"));
    expect(setCookies(local.headers)).toEqual([]);
  });
});
