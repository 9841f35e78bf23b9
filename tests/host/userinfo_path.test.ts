// userinfo_path: a script of a page asks which user is logged in.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { blocksIn } from "../../cli/site/vitepress/documents";
import { accessToken, browse, Browser, code, copyOf, expired, idToken, jump, kept, openCall, ORIGIN, redeeming, setCookies, logIn, logInAs, tokens, tryAgain, type Sent } from "./browser";
import type { StreamContext } from "./host/stream";

const PATH = "/userinfo";
const CONFIG = { userinfo_path: PATH };

interface Info { sub: string; claims: Record<string, unknown>; session_expires_in: number; logout_path: string }

function loggedIn(changes: Record<string, unknown> = {}): { browser: Browser; envoy: Browser["envoy"] } {
  const world = browse({ ...CONFIG, ...changes });
  logIn(world.browser);
  return world;
}

const ask = (browser: Browser, headers: Sent = {}, method = "GET"): StreamContext => browser.fetch(PATH, headers, method);

/** The JSON of the answer. Any status other than 200 is an error. */
function info(request: StreamContext): Info {
  const { status, body, details } = request.local;
  if (status !== 200) throw new Error(`${status} ${details}: ${body}`);
  return JSON.parse(body) as Info;
}

test("a script of the page gets the user, the remaining time and the logout path", () => {
  const { browser, envoy } = loggedIn();
  const request = ask(browser);
  expect(info(request)).toEqual({ sub: "alice", claims: { name: "Alice", email: "alice@example.com" }, session_expires_in: 900, logout_path: "/logout" });
  envoy.advance(1);
  expect([request.local.details, envoy.metrics()["envoy_oidc.userinfo_answered"]]).toEqual(["oidc_userinfo_answered", 1]);
});

test("the example in docs/login.md has the members of a real answer, with values of the same types", () => {
  const [shown, ...others] = blocksIn(readFileSync(join(__dirname, "../../docs/login.md"), "utf8")).filter(({ text }) => text.includes('"session_expires_in"'));
  const types = (value: object): unknown => Object.entries(value).map(([name, inner]) => [name, typeof inner === "object" ? types(inner as object) : typeof inner]);
  expect(others).toEqual([]);
  expect(types(JSON.parse(shown!.text) as object)).toEqual(types(info(ask(loggedIn().browser))));
});

test("duty 169: the answer has no-store, cannot be read or framed by another site, and contains no token, cookie or secret", () => {
  const { local } = ask(loggedIn({ set_refresh_token_header: true, set_raw_id_token_header: true }).browser);
  expect(local.headers.list.map(([name]) => name).sort()).toEqual(["cache-control", "content-length", "content-type", "cross-origin-resource-policy", "x-content-type-options"]);
  expect(["cache-control", "content-type", "cross-origin-resource-policy", "x-content-type-options"].map((name) => local.headers.get(name))).toEqual(["no-store", "application/json", "same-origin", "nosniff"]);
  for (const secret of [accessToken(), "refresh-1", "eyJ", "s3cr3t", "op-session-1"]) expect(local.body).not.toContain(secret);
});

describe("duty 169: only pages of this site get the user", () => {
  const NOT_OURS: [string, Sent][] = [
    ["a script of another site", { "sec-fetch-site": "cross-site", origin: "https://evil.example" }], ["a script of another host of the same domain", { "sec-fetch-site": "same-site", origin: "https://other.app.example" }],
    ["an image of another site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" }], ["a link on another site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }],
    ["a frame on another site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" }], ["an unknown Sec-Fetch-Site", { "sec-fetch-site": "sideways" }], ["two values of Sec-Fetch-Site", { "sec-fetch-site": "same-origin, cross-site" }],
  ];
  const OLD: [string, Sent][] = [
    ["another origin", { origin: "https://evil.example" }], ["an opaque origin", { origin: "null" }], ["the same host over http", { origin: "http://app.example" }], ["another port", { origin: `${ORIGIN}:8443` }],
    ["an origin that only begins with this one", { origin: `${ORIGIN}.evil.example` }], ["another site's page", { referer: "https://evil.example/app.example" }],
  ];

  test.each(NOT_OURS)("%s", (_, headers) => {
    const { local } = ask(loggedIn().browser, headers);
    expect([code(local), setCookies(local.headers)]).toEqual(["403 userinfo_cross_site", []]);
    expect(local.body).not.toContain("alice");
  });

  test.each(OLD)("in a browser without Fetch Metadata: %s", (_, headers) => {
    const { browser } = loggedIn();
    const { local } = browser.send("GET", PATH, { accept: "*/*", ...headers });
    expect(code(local)).toBe("403 userinfo_cross_site");
  });

  test("no answer has a CORS header, so that no browser gives it to another site", () => {
    const { browser } = loggedIn({ allow_preflight: true }), cross = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
    const answers = [ask(browser), ask(browser, cross), ask(browser, { ...cross, "access-control-request-method": "GET" }, "OPTIONS"), ask(new Browser(browser.envoy))];
    expect(answers.map(({ local }) => code(local))).toEqual(["200 userinfo_answered", "403 userinfo_cross_site", "405 userinfo_method", "401 sign_in_needed"]);
    expect(answers.flatMap(({ local }) => local.headers.list.filter(([name]) => name.startsWith("access-control-")))).toEqual([]);
  });

  test("a browser without Fetch Metadata, Origin and Referer gets the answer", () => {
    const { browser } = loggedIn();
    expect(info(browser.send("GET", PATH)).sub).toBe("alice");
    expect(info(browser.send("GET", PATH, { referer: `${ORIGIN}/page` })).sub).toBe("alice");
  });
});

describe("only GET", () => {
  test.each(["POST", "HEAD", "PUT", "DELETE", "OPTIONS", "get"])("%s gets 405 without a challenge", (method) => {
    const { local } = ask(loggedIn().browser, {}, method);
    expect([code(local), local.headers.get("allow"), local.headers.has("www-authenticate")]).toEqual(["405 userinfo_method", "GET", false]);
  });
});

describe("without a session: 401 with the login address", () => {
  const answerOf = (request: StreamContext): unknown[] => [code(request.local), (JSON.parse(request.local.body) as { sign_in: string }).sign_in];

  test("without cookies: the requesting page, or the start page", () => {
    const { browser } = browse(CONFIG);
    expect(answerOf(ask(browser))).toEqual(["401 sign_in_needed", "/page?a=1"]);
    expect(answerOf(browser.send("GET", PATH))).toEqual(["401 sign_in_needed", "/"]);
    expect(ask(browser).local.headers.get("cache-control")).toBe("no-store");
  });

  test("a bearer token is ignored", () => {
    const { browser } = browse(CONFIG);
    for (const authorization of [`Bearer ${accessToken()}`, "Bearer ???", "Basic YTpi"]) expect(answerOf(ask(browser, { authorization }))).toEqual(["401 sign_in_needed", "/page?a=1"]);
  });

  test.each(["auth", "deny", "pass"])("with unauth_action %s nothing is forwarded to the upstream", (unauth_action) => {
    const { browser } = browse({ ...CONFIG, unauth_action });
    expect(code(ask(browser).local)).toBe("401 sign_in_needed");
    expect(code(browser.navigate(PATH).local)).toBe("401 sign_in_needed");
  });

  test("a user who opens the address gets a page, and no login is started", () => {
    const { browser } = browse(CONFIG), { local } = browser.navigate(PATH);
    expect([code(local), tryAgain(local), browser.names]).toEqual(["401 sign_in_needed", "/", []]);
  });

  test("cookies that cannot be opened are deleted", () => {
    const { browser } = loggedIn(), name = browser.session!;
    browser.jar.get(name)!.value = browser.jar.get(name)!.value.replace(/^..../, "AAAA");
    const { local } = ask(browser);
    expect([code(local), expired(local.headers)]).toEqual(["401 sign_in_needed", [name]]);
  });

  test("after a logout, for copies of the cookies too", () => {
    const { browser } = loggedIn(), thief = copyOf(browser);
    browser.navigate("/logout");
    expect([code(ask(browser).local), code(ask(thief).local)]).toEqual(["401 sign_in_needed", "401 sign_in_needed"]);
  });

  test.each<[string, Record<string, unknown>, number]>([
    ["idling_timeout", { idling_timeout: 600 }, 600], ["rolling_timeout", { idling_timeout: 0, rolling_timeout: 700 }, 700], ["absolute_timeout", { idling_timeout: 0, rolling_timeout: 0, absolute_timeout: 800 }, 800],
  ])("after %s; until then the answer has the remaining time", (_, limits, seconds) => {
    const { envoy, browser } = loggedIn({ session: { secret: "0123456789abcdef0123456789abcdef", ...limits }, renew_access_token_on_expiry: false }), copy = copyOf(browser);
    expect(info(ask(browser)).session_expires_in).toBe(seconds);
    jump(envoy, seconds);
    expect(code(ask(copy).local)).toBe("401 sign_in_needed");
  });

  test("after the access token's expiry without a refresh token; until then the answer has the remaining time", () => {
    const { envoy, browser } = browse(CONFIG);
    logIn(browser, { tokens: { refresh_token: undefined } });
    expect(info(ask(browser)).session_expires_in).toBe(300);
    jump(envoy, 300);
    expect(code(ask(browser).local)).toBe("401 sign_in_needed");
  });

  test("an ended session before the valid one does not hide it", () => {
    const { envoy, browser } = loggedIn(), other = new Browser(envoy);
    logInAs(other, { sub: "mallory" });
    const cookie = `${other.cookiesFor(PATH)}; ${browser.cookiesFor(PATH)}`;
    other.navigate("/logout");
    expect(info(ask(browser, { cookie })).sub).toBe("alice");
  });
});

describe("tokens are refreshed as for any other request", () => {
  const due = (): { browser: Browser; envoy: Browser["envoy"] } => { const world = loggedIn(); jump(world.envoy, 301); return world; };
  const refreshed = { ...tokens(undefined), id_token: undefined, refresh_token: "refresh-2" };

  test("a due refresh is awaited, and the answer sets the new session", () => {
    const { envoy, browser } = due(), name = browser.session!, request = ask(browser);
    expect(request.waiting).toBe(true);
    openCall(envoy, "/token").json(refreshed);
    expect([info(request).sub, kept(browser.take(request).local.headers)]).toEqual(["alice", [name]]);
    expect(envoy.callouts).toEqual([]);
    expect(info(ask(browser)).session_expires_in).toBe(900);
  });

  test("a valid access token is never refreshed", () => {
    const { envoy, browser } = loggedIn();
    for (let i = 0; i < 5; i++) expect(info(ask(browser)).sub).toBe("alice");
    expect(envoy.callouts).toEqual([]);
  });

  test("after a refused refresh every answer is 401, and the provider is not called again", () => {
    const { envoy, browser } = due(), copy = copyOf(browser), request = ask(browser);
    openCall(envoy, "/token").json({ error: "invalid_grant" }, 400);
    expect([code(browser.take(request).local), browser.session]).toEqual(["401 sign_in_needed", undefined]);
    expect([code(ask(copy).local), code(ask(copyOf(copy)).local), envoy.callouts]).toEqual(["401 sign_in_needed", "401 sign_in_needed", []]);
  });

  test("the refused refresh of another request counts here too", () => {
    const { envoy, browser } = due(), copy = copyOf(browser), request = browser.fetch("/api");
    openCall(envoy, "/token").json({ error: "invalid_grant" }, 400);
    expect([code(request.local), code(ask(copy).local)]).toEqual(["401 sign_in_needed", "401 sign_in_needed"]);
  });

  test("if the provider does not answer, the answer is 503, and nobody is logged out", () => {
    const { envoy, browser } = due(), request = ask(browser);
    openCall(envoy, "/token").fail();
    expect([code(browser.take(request).local), browser.session === undefined]).toEqual(["503 provider_unreachable", false]);
  });
});

describe("a user who may not pass gets the same refusal as elsewhere", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["access_rules", { access_rules: { claim: "groups", equals: "staff" } }, "403 claim_missing"], ["required_scopes", { required_scopes: ["admin"] }, "403 insufficient_scope"],
    ["claim_schema", { claim_schema: { type: "object", required: ["nothing"] } }, "403 claims_refused"],
  ])("%s", (_, changes, expected) => {
    const { browser } = loggedIn(changes);
    expect([code(ask(browser).local), code(browser.fetch("/api").local)]).toEqual([expected, expected]);
    expect(ask(browser).local.body).not.toContain("alice");
  });
});

describe("userinfo_claims", () => {
  const claimsOf = (userinfo_claims: string | string[], idClaims: Record<string, unknown>, userinfo: object = { sub: "alice" }): Record<string, unknown> => {
    const { envoy, browser } = browse({ ...CONFIG, userinfo_claims }), login = redeeming(browser);
    login.call.json(tokens(login.ask.nonce, { id_token: idToken(login.ask.nonce, idClaims) }));
    openCall(envoy, "/userinfo").json(userinfo);
    browser.take(login.back);
    return info(ask(browser)).claims;
  };

  test("are found by their paths and returned unchanged; unknown ones are left out", () => {
    const known = { groups: ["a", { b: 1.50 }], realm_access: { roles: ["r\"\\\u0007é😀"] }, "https://app.example/role": "x", none: null, yes: true };
    expect(claimsOf(["groups", "realm_access.roles", "https://app.example/role", "none", "yes", "unknown", "realm_access.unknown"], known))
      .toEqual({ groups: ["a", { b: 1.5 }], "realm_access.roles": ["r\"\\\u0007é😀"], "https://app.example/role": "x", none: null, yes: true });
  });

  test("may be a single one, with quotes in its name", () => expect(claimsOf("a\"b\\", { "a\"b\\": "c\"d\\" })).toEqual({ "a\"b\\": "c\"d\\" }));

  test("the ID Token's take precedence over UserInfo's", () => expect(claimsOf(["name", "email"], { name: "id" }, { sub: "alice", name: "user", email: "e" })).toEqual({ name: "id", email: "e" }));

  test("UserInfo is fetched for them even if nothing else needs it, but not without userinfo_path", () => {
    const off = { set_userinfo_header: false };
    expect(info(ask(loggedIn(off).browser)).claims).toEqual({ name: "Alice", email: "alice@example.com" });
    const { browser, envoy } = browse(off);
    logIn(browser, { userinfo: null });
    expect(envoy.callouts).toEqual([]);
  });

  test("duty 169: an answer of more than 64 kB is refused, and the log says why", () => {
    const paths = [...Array(8)].map((_, i) => Array(i + 1).fill("a").join(".")), deep = (levels: number): unknown => levels === 0 ? "x".repeat(12_000) : { a: deep(levels - 1) };
    const { browser, envoy } = browse({ ...CONFIG, userinfo_claims: paths, set_userinfo_header: false, set_id_token_header: false });
    logIn(browser, { userinfo: { sub: "alice", a: deep(8) } });
    const { local } = ask(browser);
    expect(code(local)).toBe("431 claims_too_large");
    expect(envoy.logText).toContain("the userinfo_claims need more than 65536 bytes");
  });
});

describe("the address", () => {
  test.each([`${PATH}/`, `${PATH}x`, `/x${PATH}`, "/Userinfo"])("%s is another path", (path) => {
    expect(loggedIn().browser.fetch(path).forwarded.get(":path")).toBe(path);
  });
  test("may have a query", () => expect(info(loggedIn().browser.fetch(`${PATH}?t=1`)).sub).toBe("alice"));
  test("does not exist without userinfo_path", () => {
    const { browser } = browse();
    logIn(browser);
    expect(browser.fetch(PATH).forwarded.get(":path")).toBe(PATH);
  });
  test("refuses a prefetch", () => expect(code(ask(loggedIn().browser, { "sec-purpose": "prefetch" }).local)).toBe("403 prefetched"));

  test("can be a rule's own, also below a public path", () => {
    const { browser } = browse({ mode: "public", rules: [{ path_prefix: "/app", mode: "browser", userinfo_path: PATH, logout_path: "/out" }] });
    logIn(browser, { path: "/app" });
    expect(info(ask(browser)).logout_path).toBe("/out");
    expect(code(ask(new Browser(browser.envoy)).local)).toBe("401 sign_in_needed");
  });
});
