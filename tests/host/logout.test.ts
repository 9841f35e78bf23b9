// Logout: always at the filter, then at the provider.
import { ISSUER } from "./fixture";
import { accessToken, browse, BROWSER_METADATA, Browser, code, copyOf, expired, jump, location, openCall, SECRET, setCookies, logIn, logInAs, through, tokens, type Sent } from "./browser";
import { CONFIG, logoutToken, send } from "./logout_tokens";
import type { Envoy } from "./host";
import type { StreamContext } from "./host/stream";

const SAME: Sent = { "sec-fetch-site": "same-origin" };
const without = (...names: string[]): object => ({ ...BROWSER_METADATA, ...Object.fromEntries(names.map((name) => [name, undefined])) });

function loggedIn(config: Record<string, unknown> = {}, metadata: object = BROWSER_METADATA, workers = 1): { envoy: Envoy; browser: Browser } {
  const world = browse(config, { metadata, start: { workers } });
  logIn(world.browser);
  return world;
}

const logOut = (browser: Browser, headers: Sent = SAME): StreamContext => browser.navigate("/logout", headers);
const isLoggedOut = (browser: Browser): void => expect(code(browser.fetch("/api").local)).toBe("401 sign_in_needed");

test("a user who logs out is sent to the provider, and their cookies no longer work", () => {
  const { browser } = loggedIn();
  const thief = copyOf(browser);
  const to = location(logOut(browser));
  expect(to.origin + to.pathname).toBe(`${ISSUER}/logout`);
  expect(Object.keys(Object.fromEntries(to.searchParams)).sort()).toEqual(["client_id", "id_token_hint"]);
  expect(to.searchParams.get("id_token_hint")).toMatch(/^ey/);
  expect(browser.names).toEqual([]);
  isLoggedOut(thief);
});

describe("the request", () => {
  const FORM = { "content-type": "application/x-www-form-urlencoded" };
  test.each<[string, string, Sent]>([
    ["a link of the site", "GET", SAME], ["a typed address", "GET", { "sec-fetch-site": "none" }], ["a form of the site", "POST", { ...SAME, ...FORM, origin: "https://app.example" }],
    ["an old browser, from the site", "POST", { ...FORM, origin: "https://app.example" }], ["an old browser, by its Referer", "GET", { referer: "https://app.example/page" }], ["a program", "POST", {}],
  ])("%s logs out", (_, method, headers) => {
    const { browser } = loggedIn();
    const answer = browser.send(method, "/logout", headers, method === "POST" ? "a=1" : "");
    expect([answer.local.status, browser.session]).toEqual([303, undefined]);
    expect(answer.local.headers.get("cache-control")).toBe("no-store");
    expect(answer.local.headers.get("referrer-policy")).toBe("no-referrer");
  });

  test.each<[string, string, Sent]>([
    ["a link", "GET", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", accept: "text/html" }],
    ["a link of a neighbouring host", "GET", { "sec-fetch-site": "same-site", accept: "text/html" }], ["a form", "POST", { "sec-fetch-site": "cross-site", origin: "https://evil.example", ...FORM }],
    ["an image", "GET", { "sec-fetch-site": "cross-site", "sec-fetch-dest": "image", accept: "image/*" }], ["fetch()", "POST", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "empty" }],
    ["an old browser's link", "GET", { referer: "https://evil.example/" }], ["an old browser's form", "POST", { origin: "https://evil.example" }], ["a form with a null origin", "POST", { origin: "null" }],
    ["a host that only begins with ours", "POST", { origin: "https://app.example.evil.example" }], ["another scheme", "POST", { origin: "http://app.example" }], ["another port", "POST", { origin: "https://app.example:8443" }],
    ["two values", "GET", { "sec-fetch-site": "same-origin, cross-site" }],
  ])("duty 115: %s of another site gets a confirmation page", (_, method, headers) => {
    const { envoy, browser } = loggedIn({ revoke_tokens_on_logout: true });
    const { local } = browser.send(method, "/logout", headers);
    expect([local.status, setCookies(local.headers), envoy.callouts.length]).toEqual([200, [], 0]);
    expect(local.body).toMatch(/<form method="post" action="\/logout">/);
    expect(local.headers.get("x-frame-options")).toBe("DENY");
    expect(local.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(browser.fetch("/api").forwarded.has("x-userinfo")).toBe(true);
    expect(browser.send("POST", "/logout", { ...SAME, ...FORM, origin: "https://app.example" }).local.status).toBe(303);
    isLoggedOut(browser);
  });

  test.each<[string, Sent]>([
    ["prefetches", { "sec-purpose": "prefetch" }], ["prerenders", { "sec-purpose": "prefetch;prerender" }], ["prefetches through a proxy", { "sec-purpose": "prefetch;anonymous-client-ip" }],
    ["prefetches with an old header", { purpose: "prefetch" }], ["prefetches as old Firefox versions", { "x-moz": "prefetch" }], ["previews as old Safari versions", { "x-purpose": "preview" }], ["prefetches with another case", { "sec-purpose": "Prefetch" }],
  ])("duty 162: a page that a browser %s logs nobody out, and the user's click does", (_, headers) => {
    const { envoy, browser } = loggedIn({ revoke_tokens_on_logout: true });
    const { local } = logOut(browser, { ...SAME, ...headers });
    expect([code(local), setCookies(local.headers), envoy.callouts.length, local.headers.get("cache-control")]).toEqual(["403 prefetched", [], 0, "no-store"]);
    expect(browser.fetch("/api").forwarded.has("x-userinfo")).toBe(true);
    expect(logOut(browser).local.status).toBe(303);
    isLoggedOut(browser);
  });

  test.each(["HEAD", "PUT", "DELETE", "OPTIONS"])("%s gets 405 and logs nobody out", (method) => {
    const { browser } = loggedIn();
    const { local } = browser.send(method, "/logout", SAME);
    expect([local.status, local.headers.get("allow"), setCookies(local.headers)]).toEqual([405, "GET, POST", []]);
    expect(browser.fetch("/api").forwarded.has("x-userinfo")).toBe(true);
  });

  test.each(["/logout/", "/logout/x", "/logoutx", "//logout", "/LOGOUT", "/x/logout", "/logout;x", "/log%6Fut", "/x?/logout"])("%s is another path", (path) => {
    const { browser } = loggedIn();
    expect(browser.navigate(path, SAME).forwarded.get(":path")).toBe(path);
  });

  test.each([{}, { authorization: `Bearer ${accessToken()}` }])("without a session there is a page with a link to the provider's logout, because some refuse a logout without a hint, and no tokens are revoked", (headers) => {
    const { envoy, browser } = browse({ revoke_tokens_on_logout: true, post_logout_redirect_uri: "https://app.example/bye" });
    const { local } = browser.navigate("/logout", { ...SAME, ...headers } as Sent);
    expect([local.status, envoy.callouts]).toEqual([200, []]);
    expect(local.body).toContain(`<a href="${ISSUER}/logout?client_id=gateway">`);
  });

  test("cookies that cannot be opened are treated as no session, and are deleted", () => {
    const { browser } = loggedIn({ revoke_tokens_on_logout: true });
    const name = browser.session!;
    const { local } = through(browser, "/logout", { ...SAME, cookie: `${name}=rubbish; ${name}_3=x` });
    expect(expired(local.headers)).toEqual(expect.arrayContaining([name, `${name}_1`, `${name}_2`, `${name}_3`]));
    expect(browser.envoy.callouts).toEqual([]);
  });
});

describe("the redirect", () => {
  const at = (config: Record<string, unknown>, metadata: object = BROWSER_METADATA): URL => location(logOut(loggedIn(config, metadata).browser));

  test("duty 117: post_logout_redirect_uri is sent to the provider", () => {
    const to = at({ post_logout_redirect_uri: "https://app.example/bye" });
    expect([to.pathname, to.searchParams.get("post_logout_redirect_uri"), to.searchParams.get("client_id")]).toEqual(["/logout", "https://app.example/bye", "gateway"]);
  });
  test("an end_session_endpoint with a query keeps it", () => {
    const to = at({}, { ...BROWSER_METADATA, end_session_endpoint: `${ISSUER}/logout?tenant=1` });
    expect([to.searchParams.get("tenant"), to.searchParams.has("id_token_hint")]).toEqual(["1", true]);
  });
  test.each(["/bye?a=1", "https://www.example/bye"])("redirect_after_logout_uri %s takes precedence over the provider", (uri) => expect(at({ redirect_after_logout_uri: uri }).href).toBe(new URL(uri, "https://app.example").href));
  test("without an end_session_endpoint, post_logout_redirect_uri", () => expect(at({ post_logout_redirect_uri: "https://app.example/bye" }, without("end_session_endpoint")).href).toBe("https://app.example/bye"));
  test("without both, a page", () => {
    const { browser } = loggedIn({}, without("end_session_endpoint"));
    const { local } = logOut(browser);
    expect([local.status, local.headers.get("content-type"), local.headers.get("cache-control")]).toEqual([200, "text/html; charset=utf-8", "no-store"]);
    expect(local.body).toContain("You are logged out");
    expect(browser.names).toEqual([]);
  });
  test.each(["post_logout_redirect_uri", "redirect_after_logout_uri", "rd", "redirect", "next", "state"])("duty 24: the parameter %s of the request is ignored", (name) => {
    for (const metadata of [BROWSER_METADATA, without("end_session_endpoint")]) {
      const { browser } = loggedIn({}, metadata);
      const { local } = browser.navigate(`/logout?${name}=https://evil.example/`, SAME);
      expect(local.headers.list.join() + local.body).not.toContain("evil");
      expect(browser.session).toBeUndefined();
    }
  });
});

describe("duty 118: every cookie is deleted with the attributes with which it was set", () => {
  test.each<[string, object, string]>([
    ["by default", {}, "; Path=/; HttpOnly; Secure; SameSite=Lax"], ["with a domain", { cookie_domain: "example" }, "; Path=/; Domain=example; HttpOnly; Secure; SameSite=Lax"],
    ["with SameSite=None", { cookie_same_site: "None" }, "; Path=/; HttpOnly; Secure; SameSite=None"], ["with a path", { cookie_path: "/logout" }, "; Path=/logout; HttpOnly; Secure; SameSite=Lax"],
  ])("%s: all chunks, all pending logins, and their counter", (_, session, attributes) => {
    const { envoy, browser } = browse({ session: { secret: SECRET, ...session } });
    const answer = logIn(browser, { tokens: { access_token: accessToken({ groups: Array.from({ length: 500 }, (_, i) => `group-number-${i}`) }) } });
    const set = setCookies(answer.local.headers).filter((line) => !/_login_|_flow=/.test(line)).map((line) => line.split("=")[0]!);
    const tab = new Browser(envoy);
    for (const name of browser.names) if (name.endsWith("_flow")) tab.jar.set(name, browser.jar.get(name)!);
    for (let i = 0; i < 3; i++) tab.navigate("/other");
    for (const [name, cookie] of tab.jar) browser.jar.set(name, cookie);
    const logins = tab.logins, flow = tab.names.filter((name) => name.endsWith("_flow"));
    expect([set.length > 2, logins.length, flow.length]).toEqual([true, 3, 1]);
    const { headers } = logOut(browser).local;
    expect(expired(headers)).toEqual([...set, ...logins, ...flow].sort());
    for (const line of setCookies(headers)) {
      const own = line.includes("_login_") ? "; Path=/callback; HttpOnly; Secure; SameSite=Lax" : line.includes("_flow=") ? "; Path=/; HttpOnly; Secure; SameSite=Lax" : attributes;
      expect(line.slice(line.indexOf("=") + 1)).toBe(`${own}; Max-Age=0`);
    }
    expect(browser.names).toEqual([]);
  });

  test("also over plain http, with their other names", () => {
    const { browser } = browse();
    const sent = (path: string, headers: Sent = {}): StreamContext => browser.navigate(path, { ":scheme": "http", "sec-fetch-mode": "navigate", ...headers });
    sent("/page");
    const { headers } = sent("/logout", SAME).local;
    expect(expired(headers).map((name) => name.replace(/oidc_.{8}/, "oidc_TAG").replace(/_login_.{8}$/, "_login_ID"))).toEqual(["oidc_TAG", "oidc_TAG_flow", "oidc_TAG_login_ID"]);
    expect(setCookies(headers).join()).not.toContain("Secure");
  });
});

describe("duty 113: copied cookies", () => {
  test("are refused in another worker within a second, cached or not, and in the same worker at once", () => {
    const { envoy, browser } = loggedIn({}, BROWSER_METADATA, 2);
    const known = copyOf(browser, { worker: 1 }), unseen = copyOf(browser, { worker: 1 }), here = copyOf(browser);
    void [known.fetch("/api"), here.fetch("/api")].map((request) => request.forwarded);
    logOut(browser);
    isLoggedOut(here);
    envoy.advance(1);
    for (const thief of [known, unseen]) isLoggedOut(thief);
    expect(location(known.navigate("/page")).pathname).toBe("/authorize");
  });
  test("stay refused until the session would have ended, even if many others log out", () => {
    const { envoy, browser } = browse({ session: { secret: SECRET, idling_timeout: 0, rolling_timeout: 0, absolute_timeout: 5000 } });
    logInAs(browser, {}, { expires_in: 100_000 });
    const thief = copyOf(browser);
    logOut(browser);
    jump(envoy, 2500);
    // New records replace only expired ones.
    for (let i = 0; i < 48; i++) { const other = new Browser(envoy); logInAs(other); logOut(other); }
    for (const seconds of [0, 1250, 1249]) { jump(envoy, seconds); isLoggedOut(copyOf(thief)); }
  });
  test.each<[string, (browser: Browser) => unknown]>([["the user", logOut], ["the provider", ({ envoy }) => send(envoy, logoutToken())]])("stay refused after a logout by %s, also if its rule has a shorter absolute_timeout than another with the same client", (_, end) => {
    const session = { secret: SECRET, idling_timeout: 0, rolling_timeout: 0 }, rules = [{ path_prefix: "/short", session: { ...session, absolute_timeout: 100 } }];
    const { envoy, browser } = browse({ ...CONFIG, session: { ...session, absolute_timeout: 5000 }, rules });
    logInAs(browser, {}, { expires_in: 100_000 });
    const thief = copyOf(browser);
    end(browser);
    jump(envoy, 4990);
    for (let i = 0; i < 48; i++) { const other = new Browser(envoy); logInAs(other); logOut(other); }
    isLoggedOut(thief);
  });
  test("of another session of the same user still work", () => {
    const { envoy, browser } = loggedIn();
    const phone = new Browser(envoy);
    logIn(phone);
    logOut(browser);
    expect(phone.fetch("/api").forwarded.has("x-userinfo")).toBe(true);
    isLoggedOut(browser);
  });
  test("a user can log in again at once, and log out again", () => {
    const { browser } = loggedIn();
    for (let i = 0; i < 3; i++) { logOut(browser); logIn(browser); expect(browser.fetch("/api").forwarded.has("x-userinfo")).toBe(true); }
  });
});

describe("duties 116, 122: the provider", () => {
  const config = { revoke_tokens_on_logout: true };

  test("gets the refresh token, then the access token, to revoke; the logout does not wait", () => {
    const { envoy, browser } = loggedIn(config);
    expect(logOut(browser).local.status).toBe(303);
    expect(envoy.callouts.map(({ method, path, form }) => [method, path, form.get("token"), form.get("token_type_hint"), form.has("client_secret")])).toEqual([
      ["POST", "/revoke", "refresh-1", "refresh_token", false], ["POST", "/revoke", accessToken(), "access_token", false],
    ]);
    for (const call of envoy.callouts) { expect(call.headers.get("authorization")).toMatch(/^Basic /); call.reply(200); }
    expect(envoy.logs.filter(({ level, text }) => level === "error" || level === "warn" && !text.includes("secrets are written in the configuration"))).toEqual([]);
  });
  test.each<[string, (envoy: Envoy) => void]>([
    ["fails", (envoy) => { for (const call of envoy.callouts) call.reply(503); }], ["breaks the connection", (envoy) => { for (const call of envoy.callouts) call.fail(); }], ["takes too long", (envoy) => envoy.advance(5)],
    ["refuses", (envoy) => { for (const call of envoy.callouts) call.json({ error: "unsupported_token_type" }, 400); }],
  ])("%s: the log says so, and the user is logged out", (_, ending) => {
    const { envoy, browser } = loggedIn(config);
    const thief = copyOf(browser);
    expect(location(logOut(browser)).pathname).toBe("/logout");
    ending(envoy);
    expect(envoy.logText).toMatch(/warn: .*revocation: /);
    isLoggedOut(thief);
  });
  test.each([
    ["the metadata's method for this endpoint", {}, { revocation_endpoint_auth_methods_supported: ["client_secret_post"] }, "body"],
    ["the configured method", { revocation_endpoint_auth_method: "client_secret_post" }, {}, "body"],
    ["the configured method rather than the metadata's", { revocation_endpoint_auth_method: "client_secret_basic" }, { revocation_endpoint_auth_methods_supported: ["client_secret_post"] }, "header"],
  ])("duty 32: the client authenticates with %s", (_, changes, metadata, where) => {
    const { envoy, browser } = loggedIn({ ...config, ...changes }, { ...BROWSER_METADATA, ...metadata });
    logOut(browser);
    for (const call of envoy.callouts) expect([call.form.has("client_secret"), call.headers.has("authorization")]).toEqual([where === "body", where === "header"]);
    expect(envoy.callouts).toHaveLength(2);
  });
  test("gets assertions with the configured audience", () => {
    const { envoy, browser } = loggedIn({ ...config, token_endpoint_auth_method: "client_secret_jwt", client_secret: "x".repeat(32), client_jwt_assertion_audience: `${ISSUER}/token` });
    logOut(browser);
    const [first] = envoy.callouts.map(({ form }) => JSON.parse(Buffer.from(form.get("client_assertion")!.split(".")[1]!, "base64url").toString()) as { aud: string });
    expect(first!.aud).toBe(`${ISSUER}/token`);
  });
  test("refuses: the log has its error code", () => {
    const { envoy, browser } = loggedIn(config);
    logOut(browser);
    envoy.callouts[0]!.json({ error: "invalid_client", error_description: "s3cr3t-of-the-gateway" }, 401);
    expect(envoy.logText).toContain("revocation: the provider answered status 401 with invalid_client");
    expect(envoy.logText).not.toContain("s3cr3t-of-the-gateway");
  });
  test.each<[string, Record<string, unknown>, object]>([["has no revocation_endpoint", config, without("revocation_endpoint")], ["is not configured to revoke", {}, BROWSER_METADATA]])("%s: no call", (_, config, metadata) => {
    const { envoy, browser } = loggedIn(config, metadata);
    logOut(browser);
    expect([envoy.callouts, browser.session]).toEqual([[], undefined]);
  });
  test("cannot be called: the user is logged out", () => {
    const { envoy, browser } = loggedIn(config);
    envoy.refuseCallouts = true;
    expect([logOut(browser).local.status, browser.session]).toEqual([303, undefined]);
  });
  test("was never reached by this Envoy: the session ends with a page", () => {
    const { browser } = loggedIn(config);
    const fresh = browse({}, { start: { refuseCallouts: true } });
    for (const [name, cookie] of browser.jar) fresh.browser.jar.set(name, cookie);
    const { local } = logOut(fresh.browser);
    expect([local.status, fresh.browser.session]).toEqual([200, undefined]);
  });
  test("gets the tokens of the newest refresh, although the cookie is older", () => {
    const { envoy, browser } = loggedIn(config);
    envoy.advance(301);
    const request = through(browser);
    openCall(envoy, "/token").json({ ...tokens(undefined), id_token: undefined, refresh_token: "refresh-2", access_token: "a2" });
    expect(request.forwarded.get("x-access-token")).toBe("a2");
    logOut(browser);
    expect(envoy.callouts.map(({ form }) => form.get("token"))).toEqual(["refresh-2", "a2"]);
  });
});

