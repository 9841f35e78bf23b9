// A session: the identity that the upstream gets, and what it does not get.
import { b64u, bearer, ISSUER, makeKey, token } from "./fixture";
import { accessToken, browse, BROWSER_CONFIG, BROWSER_METADATA, Browser, code, copyOf, decoded, openCall, setCookies, logIn, through, USERINFO, type Login } from "./browser";
import type { Headers } from "./host/headers";

const IDENTITY = ["x-access-token", "x-id-token", "x-userinfo", "x-raw-id-token", "x-refresh-token"];

/** Logs in, and returns the headers that the upstream then gets. */
function seen(config: object, how: Login = {}, metadata: object = BROWSER_METADATA): Headers {
  const { browser } = browse(config as Record<string, unknown>, { metadata });
  logIn(browser, how);
  return browser.navigate("/page").forwarded;
}

describe("identity headers of a session", () => {
  test("the access token, the ID Token's claims and UserInfo, and no other secret", () => {
    const sent = seen({});
    expect(sent.get("x-access-token")).toBe(accessToken());
    expect(decoded(sent.get("x-id-token"))).toMatchObject({ iss: ISSUER, sub: "alice", aud: "gateway", sid: "op-session-1" });
    expect(decoded(sent.get("x-userinfo"))).toEqual(USERINFO);
    for (const name of ["x-raw-id-token", "x-refresh-token", "authorization"]) expect(sent.has(name)).toBe(false);
    for (const name of ["x-access-token", "x-id-token", "x-userinfo"]) expect(sent.all(name)).toHaveLength(1);
  });

  test.each<[string, object, string[]]>([
    ["all headers", { set_raw_id_token_header: true, set_refresh_token_header: true }, IDENTITY],
    ["no headers", { set_access_token_header: false, set_id_token_header: false, set_userinfo_header: false }, []],
    ["no access token", { set_access_token_header: false }, ["x-id-token", "x-userinfo"]],
    ["session_contents: {}", { session_contents: {} }, []],
    ["session_contents: access_token", { session_contents: { access_token: true } }, ["x-access-token"]],
    ["session_contents: id_token", { session_contents: { id_token: true } }, ["x-id-token", "x-userinfo"]],
    ["session_contents: enc_id_token", { session_contents: { enc_id_token: true } }, ["x-id-token", "x-userinfo"]],
    ["session_contents: nothing, but set_raw_id_token_header", { session_contents: {}, set_raw_id_token_header: true }, ["x-id-token", "x-userinfo", "x-raw-id-token"]],
    ["session_contents: access_token, set_refresh_token_header", { session_contents: { access_token: true }, set_refresh_token_header: true }, ["x-access-token", "x-refresh-token"]],
    ["session_contents: no access_token, set_refresh_token_header", { session_contents: { user: true }, set_refresh_token_header: true }, ["x-userinfo"]],
  ])("%s: only these", (_, config, expected) => {
    const kept = !("session_contents" in config) || "user" in (config.session_contents as object), userinfo = kept && !("set_userinfo_header" in config) ? USERINFO : null;
    const sent = seen(config, { userinfo });
    expect(IDENTITY.filter((name) => sent.has(name))).toEqual(IDENTITY.filter((name) => expected.includes(name)));
  });

  test("X-Raw-ID-Token and X-Refresh-Token contain the tokens unchanged", () => {
    const { browser } = browse({ set_raw_id_token_header: true, set_refresh_token_header: true });
    logIn(browser);
    const sent = browser.navigate("/page").forwarded;
    expect(b64u(Buffer.from(sent.get("x-id-token")!, "base64"))).toBe(sent.get("x-raw-id-token")!.split(".")[1]);
    expect(sent.get("x-refresh-token")).toBe("refresh-1");
  });

  test("X-Userinfo contains the ID Token's claims if the provider has no UserInfo", () => {
    const sent = seen({}, { userinfo: null }, { ...BROWSER_METADATA, userinfo_endpoint: undefined });
    expect(sent.get("x-userinfo")).toBe(sent.get("x-id-token"));
  });

  test("access_token_in_authorization_header: the token is only there, and replaces the browser's header", () => {
    const { browser } = browse({ access_token_in_authorization_header: true });
    logIn(browser);
    const sent = browser.navigate("/page", { authorization: "Basic YTpi" }).forwarded;
    expect(sent.all("authorization")).toEqual([`Bearer ${accessToken()}`]);
    expect(sent.has("x-access-token")).toBe(false);
  });

  test("duty 96: otherwise Authorization is forwarded unchanged, and the session adds none", () => {
    const { browser } = browse();
    logIn(browser);
    expect(browser.navigate("/page", { authorization: "Basic YTpi" }).forwarded.all("authorization")).toEqual(["Basic YTpi"]);
    expect(browser.navigate("/page").forwarded.has("authorization")).toBe(false);
  });
});

describe("claim_headers of a session", () => {
  const config = { claim_headers: { sub: "x-user", email: "x-email", client_id: "x-client", jti: "x-jti", groups: "x-groups", name: "x-name" } };

  test("the ID Token takes precedence over UserInfo, and both over the access token", () => {
    const { browser } = browse(config);
    logIn(browser, {
      tokens: { access_token: accessToken({ email: "access@example.com", jti: "of-access" }) },
      userinfo: { ...USERINFO, groups: ["user", "admin,x"] },
    });
    const sent = browser.navigate("/").forwarded;
    expect(["x-user", "x-email", "x-client", "x-jti", "x-groups"].map((name) => sent.get(name))).toEqual(["alice", "alice@example.com", "gateway", "of-access", "user,admin%2Cx"]);
  });

  test.each([
    ["of another key", token({ sub: "alice", client_id: "evil" }, { key: makeKey("k1") })],
    ["unsigned", `${b64u({ alg: "none" })}.${b64u({ client_id: "evil" })}.`],
    ["opaque", "opaque-token"],
    ["that only looks like a JWT", `a.${b64u({ client_id: "evil" })}.c`],
  ])("duty 70: claims of an access token %s are not used", (_, access_token) => {
    const sent = seen(config, { tokens: { access_token } });
    expect(sent.get("x-access-token")).toBe(access_token);
    expect(sent.has("x-client")).toBe(false);
  });

  test("duty 91: a claim of UserInfo cannot break its line or add an item to a list", () => {
    const sent = seen(config, { userinfo: { ...USERINFO, name: "a\r\nx-admin: true\u0000", groups: ["a,b", "Ä"] } });
    expect(sent.get("x-name")).toBe("a%0D%0Ax-admin: true%00");
    expect(sent.get("x-groups")).toBe("a%2Cb,%C3%84");
  });
});

describe("the filter state", () => {
  const properties = (config: object, headers: Record<string, string> = {}): Record<string, string> => {
    const { browser } = browse({ ...config, unauth_action: "pass" });
    if (headers["no-session"] === undefined) logInElsewhere(browser);
    const request = through(browser, "/", headers);
    void request.forwarded;
    return Object.fromEntries([...request.properties].map(([name, value]) => [name, value.toString()]));
  };

  test("set_filter_state: sub, iss and scope", () => expect(properties({ set_filter_state: true })).toEqual({ "oidc.sub": "alice", "oidc.iss": ISSUER, "oidc.scope": "read write" }));
  test("is not set without it", () => expect(properties({})).toEqual({}));
  test("duty 97: a client without a session cannot set it", () => {
    expect(properties({ set_filter_state: true }, { "no-session": "", "wasm.oidc.sub": "evil", "oidc.sub": "evil", "x-userinfo": "evil" })).toEqual({});
  });
});

describe("required_scopes of a session", () => {
  const answer = (changes: Record<string, unknown>, scope = "openid"): string => {
    const { browser } = browse({ required_scopes: ["admin"], scope });
    logIn(browser, { tokens: changes });
    const request = browser.fetch("/api");
    return typeof request.outcome === "object" && "local" in request.outcome ? code(request.local) : "forwarded";
  };
  const opaque = { access_token: "opaque" };

  test.each<[string, Record<string, unknown>, string, string]>([
    ["granted in the token response", { ...opaque, scope: "openid admin" }, "openid", "forwarded"],
    ["granted in the access token", { access_token: accessToken({ scope: "admin" }), scope: "openid" }, "openid", "forwarded"],
    ["requested, and no scope in the response (RFC 6749 §5.1)", { ...opaque, scope: undefined }, "openid admin", "forwarded"],
    ["requested, and not granted", { ...opaque, scope: "openid" }, "openid admin", "403 insufficient_scope"],
    ["not requested", { ...opaque, scope: undefined }, "openid", "403 insufficient_scope"],
    ["a scope that only begins with it", { ...opaque, scope: "openid administrator" }, "openid", "403 insufficient_scope"],
    ["only in an unverified access token", { access_token: token({ scope: "admin" }, { key: makeKey("k1") }), scope: "openid" }, "openid", "403 insufficient_scope"],
  ])("%s", (_, changes, scope, expected) => expect(answer(changes, scope)).toBe(expected));
});

describe("duties 87-90: only the filter sets identity headers", () => {
  const config = { allow_preflight: true, unauth_action: "pass", claim_headers: { department: "x-department" }, set_filter_state: true };
  const ALL = [...IDENTITY, "x-department"];
  const forged: [string, string][] = ALL.flatMap((name): [string, string][] => [[name, "evil"], [name.toUpperCase(), "evil"], [name.replaceAll("-", "_"), "evil"], [name, "evil"]]);
  const { envoy, browser } = browse(config);
  logInElsewhere(browser);
  const cookie = browser.cookiesFor("/");
  const send = (method: string, headers: [string, string][]): Headers => envoy.request(method, "/", [...forged, ...headers]).forwarded;

  test.each<[string, string, [string, string][], string[]]>([
    ["no session, with unauth_action pass", "GET", [], []],
    ["a preflight", "OPTIONS", [["origin", "https://a.example"], ["access-control-request-method", "PUT"]], []],
    ["a bearer token", "GET", [["authorization", `Bearer ${token()}`]], ["x-access-token", "x-userinfo"]],
    ["a session", "GET", [["cookie", cookie]], ["x-access-token", "x-id-token", "x-userinfo"]],
    ["the same session again", "GET", [["cookie", cookie]], ["x-access-token", "x-id-token", "x-userinfo"]],
    ["an invalid session", "GET", [["cookie", cookie.replace(/.$/, "!")]], []],
  ])("%s: no forged one is left in any spelling, and each of the filter's is there once", (_, method, headers, expected) => {
    const sent = send(method, headers);
    expect(sent.list.filter(([, value]) => value === "evil")).toEqual([]);
    expect(ALL.filter((name) => sent.has(name))).toEqual(expected);
    for (const name of expected) expect(sent.all(name)).toHaveLength(1);
  });

  test("also on a request that has waited for a refresh", () => {
    const { envoy, browser } = browse();
    logIn(browser);
    envoy.advance(301);
    const request = envoy.get("/", [...forged, ["cookie", browser.cookiesFor("/")]]);
    expect(request.waiting).toBe(true);
    openCall(envoy, "/token").json({ access_token: "a2", token_type: "Bearer", refresh_token: "r2" });
    expect(request.forwarded.all("x-access-token")).toEqual(["a2"]);
    expect(request.forwarded.list.filter(([name, value]) => value === "evil" && name !== "x-department" && name !== "x_department")).toEqual([]);
  });

  test("duty 90: a header named in Connection is still sent", () => {
    const sent = send("GET", [["cookie", cookie], ["connection", "close, x-userinfo, x-access-token"]]);
    expect(decoded(sent.get("x-userinfo"))).toEqual(USERINFO);
    expect(sent.all("x-access-token")).toHaveLength(1);
  });

  test("duty 72: beside a bearer token the session is not used", () => {
    const sent = send("GET", [["cookie", cookie], ["authorization", `Bearer ${token({ sub: "joe" })}`]]);
    expect(decoded(sent.get("x-userinfo"))).toMatchObject({ sub: "joe" });
    expect(sent.has("x-id-token")).toBe(false);
    expect(sent.has("cookie")).toBe(false);
    expect(code(envoy.get("/", { cookie, ...bearer("rubbish") }).local)).toBe("401 not_a_jwt");
  });
});

describe("duty 95: the filter's own cookies are not forwarded, and others are unchanged", () => {
  const { envoy, browser } = browse();
  logIn(browser);
  const name = browser.session!, session = `${name}=${browser.jar.get(name)!.value}`;
  const plain = name.replace("__Host-", ""), login = `__Secure-${plain}_login_`;
  const sent = (cookie: string): string[] => envoy.get("/", { cookie }).forwarded.all("cookie");

  test.each([
    ["only the session", session, []],
    ["before others", `${session}; a=1; b=2`, ["a=1; b=2"]],
    ["between others", `a=1; ${session}; b=2`, ["a=1; b=2"]],
    ["after others", `a=1; b=2; ${session}`, ["a=1; b=2"]],
    ["with old chunks", `${name}_1=x; a=1; ${session}; ${name}_8=y`, ["a=1"]],
    ["with a pending login and the login counter", `${session}; ${login}AbC-_123=x; a=1; ${name}_flow=0.0.AbC-_123`, ["a=1"]],
    ["twice", `${session}; a=1; ${name}=other`, ["a=1"]],
    ["without spaces", `a=1;${session};b=2`, ["a=1;b=2"]],
    ["beside malformed ones", `=; a; ;;${session}; b="; c=d=e; f=`, null],
  ] as [string, string, string[] | null][])("%s", (_, cookie, expected) => {
    const found = sent(cookie);
    expect(found.join()).not.toContain(plain);
    if (expected) expect(found).toEqual(expected);
    else expect(found[0]!.split(";").map((part) => part.trim()).filter(Boolean)).toEqual(["=", "a", 'b="', "c=d=e", "f="]);
  });

  test.each([
    `${name}_9=x`, `${name}_0=x`, `${name}_10=x`, `${name}_x=x`, `${name}x=x`, `x${name}=x`, `${name}_flow2=x`, `${login}short=x`, `${login}much-longer=x`, `${login}AbC-_12!=x`,
    `${name.toLowerCase()}x=1`, `my-${plain}=x`, `a=${name}`, `oidc_session=x`,
  ])("%s is another cookie", (other) => expect(sent(`${session}; ${other}`)).toEqual([other]));

  test("they are also removed from requests that need no session: with a bearer token, and with unauth_action pass", () => {
    expect(envoy.get("/", { cookie: `a=1; ${session}`, ...bearer(token()) }).forwarded.all("cookie")).toEqual(["a=1"]);
    const open = envoy.addPlugin({ ...BROWSER_CONFIG, unauth_action: "pass" });
    expect(envoy.get("/", { cookie: `a=1; ${name}=rubbish; ${name}_3=x` }, { plugin: open }).forwarded.all("cookie")).toEqual(["a=1"]);
  });

  test("cookies set over plain http do not reach the upstream over https either", () => {
    expect(sent(`${session}; ${plain}=sealed; ${plain}_1=more; ${plain}_flow=0.0; a=1`)).toEqual(["a=1"]);
  });
});

describe("a cached session", () => {
  test.each([["1 kB", 10], ["12 kB", 700]])("of %s passes with few host calls, and none for randomness, shared data or a signature", (_, groups) => {
    const { envoy, browser } = browse();
    logIn(browser, { userinfo: { ...USERINFO, groups: Array.from({ length: groups }, (_, i) => `group-${i}-x`) } });
    const first = through(browser).forwarded;
    const calls = envoy.counting(() => expect(through(browser).forwarded.object()).toEqual(first.object()));
    // Time, the headers, and one call for each header that is set or removed.
    expect(calls).toEqual({ proxy_get_current_time_nanoseconds: 1, proxy_get_header_map_pairs: 1, proxy_remove_header_map_value: 1, proxy_replace_header_map_value: 3 });
  });

  test("is not used for another configuration", () => {
    const { envoy, browser } = browse();
    logIn(browser);
    void through(browser).forwarded;
    const other = envoy.addPlugin({ ...BROWSER_CONFIG, client_id: "other", session: { ...BROWSER_CONFIG.session, cookie_name: browser.session } });
    expect(code(through(copyOf(browser, { plugin: other })).local)).toBe("401 sign_in_needed");
  });

  test("duty 101: is not used under another cookie name", () => {
    const { envoy, browser } = browse();
    logIn(browser);
    void through(browser).forwarded;
    const moved = `${browser.session!.replace("__Host-", "")}=${browser.jar.get(browser.session!)!.value}`;
    expect(code(envoy.get("/", { cookie: moved, ":scheme": "http" }).local)).toBe("401 sign_in_needed");
  });
});

describe("a request that is no page load", () => {
  const kinds: [string, string, Record<string, string>][] = [
    ["a WebSocket", "GET", { upgrade: "websocket", connection: "upgrade", "sec-fetch-mode": "websocket", "sec-fetch-dest": "empty" }],
    ["gRPC", "POST", { "content-type": "application/grpc" }],
    ["an upload", "PUT", { "content-type": "text/plain" }],
  ];
  test.each(kinds)("duty 128: %s without a session gets 401 without cookie or redirect", (_, method, headers) => {
    const { local } = browse().envoy.request(method, "/x", headers);
    expect(local.status).toBe(401);
    expect([local.headers.has("location"), setCookies(local.headers)]).toEqual([false, []]);
  });
  test.each(kinds)("duty 128: %s with a session passes", (_, method, headers) => {
    const { browser } = browse();
    logIn(browser);
    expect(through(browser, "/x", headers, method).forwarded.get("x-access-token")).toBe(accessToken());
  });
  test("duty 133: a request that the filter answers never reaches the upstream, nor does its body", () => {
    const { envoy } = browse();
    for (const path of ["/x", "/callback", "/logout"]) {
      const request = envoy.request("POST", path, {}, { body: "secret=1" });
      expect(request.outcome).toHaveProperty("local");
      expect(() => request.forwarded).toThrow("not forwarded");
    }
  });
});

/** With unauth_action pass no request starts a login, so the browser logs in at another configuration with the same secret. */
function logInElsewhere(browser: Browser): void {
  const plain = browse();
  logIn(plain.browser);
  for (const [name, cookie] of plain.browser.jar) browser.jar.set(name, cookie);
}
