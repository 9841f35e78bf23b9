// What a session is worth: the identity that the upstream sees, and what it does not see.
import { b64u, bearer, ISSUER, KEY, makeKey, token } from "./fixture";
import { accessToken, browse, BROWSER_METADATA, Browser, code, copyOf, decoded, idToken, openCall, signIn, through, USERINFO, type SignIn } from "./browser";
import type { Headers } from "./host/headers";

const IDENTITY = ["x-access-token", "x-id-token", "x-userinfo", "x-raw-id-token", "x-refresh-token"];

/** Signs in, and gives what the upstream then sees. */
function seen(config: object, how: SignIn = {}, metadata: object = BROWSER_METADATA): Headers {
  const { browser } = browse(config as Record<string, unknown>, { metadata });
  signIn(browser, how);
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
    ["everything", { set_raw_id_token_header: true, set_refresh_token_header: true }, IDENTITY],
    ["nothing", { set_access_token_header: false, set_id_token_header: false, set_userinfo_header: false }, []],
    ["no access token", { set_access_token_header: false }, ["x-id-token", "x-userinfo"]],
    ["session_contents: {}", { session_contents: {} }, []],
    ["session_contents: access_token", { session_contents: { access_token: true } }, ["x-access-token"]],
    ["session_contents: id_token", { session_contents: { id_token: true } }, ["x-id-token", "x-userinfo"]],
    ["session_contents: enc_id_token", { session_contents: { enc_id_token: true } }, ["x-id-token", "x-userinfo"]],
    ["session_contents: nothing, but set_raw_id_token_header", { session_contents: {}, set_raw_id_token_header: true }, ["x-id-token", "x-userinfo", "x-raw-id-token"]],
    ["session_contents: access_token, set_refresh_token_header", { session_contents: { access_token: true }, set_refresh_token_header: true }, ["x-access-token", "x-refresh-token"]],
    ["session_contents: no access_token, set_refresh_token_header", { session_contents: { user: true }, set_refresh_token_header: true }, ["x-userinfo"]],
  ])("%s: only these", (_, config, expected) => {
    const userinfo = "session_contents" in config && !("user" in (config.session_contents as object)) ? null : USERINFO;
    const sent = seen(config, { userinfo });
    expect(IDENTITY.filter((name) => sent.has(name))).toEqual(IDENTITY.filter((name) => expected.includes(name)));
  });

  test("X-Raw-ID-Token and X-Refresh-Token hold the tokens as they came", () => {
    const raw = idToken(undefined);
    const { browser } = browse({ set_raw_id_token_header: true, set_refresh_token_header: true });
    signIn(browser);
    const sent = browser.navigate("/page").forwarded;
    expect(sent.get("x-raw-id-token")!.split(".")[0]).toBe(raw.split(".")[0]);
    expect(b64u(Buffer.from(sent.get("x-id-token")!, "base64"))).toBe(sent.get("x-raw-id-token")!.split(".")[1]);
    expect(sent.get("x-refresh-token")).toBe("refresh-1");
  });

  test("X-Userinfo holds the ID Token's claims where the provider has no UserInfo", () => {
    const sent = seen({}, { userinfo: null }, { ...BROWSER_METADATA, userinfo_endpoint: undefined });
    expect(sent.get("x-userinfo")).toBe(sent.get("x-id-token"));
  });

  test("access_token_in_authorization_header: the token stands there alone, in place of what the browser sent", () => {
    const { browser } = browse({ access_token_in_authorization_header: true });
    signIn(browser);
    const sent = browser.navigate("/page", { authorization: "Basic YTpi" }).forwarded;
    expect(sent.all("authorization")).toEqual([`Bearer ${accessToken()}`]);
    expect(sent.has("x-access-token")).toBe(false);
  });

  test("duty 96: otherwise Authorization goes on as it came, and none comes from the session", () => {
    const { browser } = browse();
    signIn(browser);
    expect(browser.navigate("/page", { authorization: "Basic YTpi" }).forwarded.all("authorization")).toEqual(["Basic YTpi"]);
    expect(browser.navigate("/page").forwarded.has("authorization")).toBe(false);
  });
});

describe("claim_headers of a session", () => {
  const config = { claim_headers: { sub: "x-user", email: "x-email", client_id: "x-client", jti: "x-jti", groups: "x-groups", name: "x-name" } };

  test("the ID Token goes before UserInfo, and both before the access token", () => {
    const { browser } = browse(config);
    const ask = new URL(browser.navigate("/").local.headers.get("location")!).searchParams;
    signIn(browser, {
      tokens: { access_token: accessToken({ email: "access@example.com", jti: "of-access" }) },
      userinfo: { ...USERINFO, groups: ["user", "admin,x"] },
    });
    const sent = browser.navigate("/").forwarded;
    expect(ask.get("client_id")).toBe("gateway");
    expect(["x-user", "x-email", "x-client", "x-jti", "x-groups"].map((name) => sent.get(name))).toEqual(["alice", "alice@example.com", "gateway", "of-access", "user,admin%2Cx"]);
  });

  test.each([
    ["of another key", token({ sub: "alice", client_id: "evil" }, { key: makeKey("k1") })],
    ["unsigned", `${b64u({ alg: "none" })}.${b64u({ client_id: "evil" })}.`],
    ["opaque", "opaque-token"],
    ["with only the looks of one", `a.${b64u({ client_id: "evil" })}.c`],
  ])("duty 70: claims of an access token %s are not used", (_, access_token) => {
    const sent = seen(config, { tokens: { access_token } });
    expect(sent.get("x-access-token")).toBe(access_token);
    expect(sent.has("x-client")).toBe(false);
  });

  test("duty 91: a claim of UserInfo cannot end its line or add an item to a list", () => {
    const sent = seen(config, { userinfo: { ...USERINFO, name: "a\r\nx-admin: true\u0000", groups: ["a,b", "Ä"] } });
    expect(sent.get("x-name")).toBe("a%0D%0Ax-admin: true%00");
    expect(sent.get("x-groups")).toBe("a%2Cb,%C3%84");
  });
});

describe("the filter state", () => {
  const properties = (config: object, headers: Record<string, string> = {}): Record<string, string> => {
    const { browser } = browse({ ...config, unauth_action: "pass" });
    if (headers["no-session"] === undefined) signInBySilence(browser);
    const request = through(browser, "/", headers);
    void request.forwarded;
    return Object.fromEntries([...request.properties].map(([name, value]) => [name, value.toString()]));
  };

  test("set_filter_state: who it is", () => expect(properties({ set_filter_state: true })).toEqual({ "oidc.sub": "alice", "oidc.iss": ISSUER, "oidc.scope": "read write" }));
  test("is left alone without it", () => expect(properties({})).toEqual({}));
  test("duty 97: whatever a client without a session sends, there is none", () => {
    expect(properties({ set_filter_state: true }, { "no-session": "", "wasm.oidc.sub": "evil", "oidc.sub": "evil", "x-userinfo": "evil" })).toEqual({});
  });
});

describe("required_scopes of a session", () => {
  const answer = (changes: Record<string, unknown>, scope = "openid"): string => {
    const { browser } = browse({ required_scopes: ["admin"], scope });
    signIn(browser, { tokens: changes });
    const request = browser.fetch("/api");
    return typeof request.outcome === "object" && "local" in request.outcome ? code(request.local) : "forwarded";
  };
  const opaque = { access_token: "opaque" };

  test.each<[string, Record<string, unknown>, string, string]>([
    ["granted by the token answer", { ...opaque, scope: "openid admin" }, "openid", "forwarded"],
    ["granted by the access token", { access_token: accessToken({ scope: "admin" }), scope: "openid" }, "openid", "forwarded"],
    ["asked for, and no word about it (RFC 6749 §5.1)", { ...opaque, scope: undefined }, "openid admin", "forwarded"],
    ["asked for, and not granted", { ...opaque, scope: "openid" }, "openid admin", "403 insufficient_scope"],
    ["never asked for", { ...opaque, scope: undefined }, "openid", "403 insufficient_scope"],
    ["a scope that only begins like it", { ...opaque, scope: "openid administrator" }, "openid", "403 insufficient_scope"],
    ["said by an access token that nobody vouches for", { access_token: token({ scope: "admin" }, { key: makeKey("k1") }), scope: "openid" }, "openid", "403 insufficient_scope"],
  ])("%s", (_, changes, scope, expected) => expect(answer(changes, scope)).toBe(expected));
});

describe("duties 87-90: identity headers are the filter's alone", () => {
  const config = { allow_preflight: true, unauth_action: "pass", claim_headers: { department: "x-department" }, set_filter_state: true };
  const ALL = [...IDENTITY, "x-department"];
  const forged: [string, string][] = ALL.flatMap((name): [string, string][] => [[name, "evil"], [name.toUpperCase(), "evil"], [name.replaceAll("-", "_"), "evil"], [name, "evil"]]);
  const { envoy, browser } = browse(config);
  signInBySilence(browser);
  const cookie = browser.cookiesFor("/");
  const send = (method: string, headers: [string, string][]): Headers => envoy.request(method, "/", [...forged, ...headers]).forwarded;

  test.each<[string, string, [string, string][], string[]]>([
    ["nobody is signed in and all may pass", "GET", [], []],
    ["a preflight", "OPTIONS", [["origin", "https://a.example"], ["access-control-request-method", "PUT"]], []],
    ["a bearer token", "GET", [["authorization", `Bearer ${token()}`]], ["x-access-token", "x-userinfo"]],
    ["a session", "GET", [["cookie", cookie]], ["x-access-token", "x-id-token", "x-userinfo"]],
    ["the same session again", "GET", [["cookie", cookie]], ["x-access-token", "x-id-token", "x-userinfo"]],
    ["a session that is none", "GET", [["cookie", cookie.replace(/.$/, "!")]], []],
  ])("%s: no forged one is left, in no spelling, and each of the filter's stands once", (_, method, headers, expected) => {
    const sent = send(method, headers);
    expect(sent.list.filter(([, value]) => value === "evil")).toEqual([]);
    expect(ALL.filter((name) => sent.has(name))).toEqual(expected);
    for (const name of expected) expect(sent.all(name)).toHaveLength(1);
  });

  test("also on a request that has waited for a refresh", () => {
    const { envoy, browser } = browse();
    signIn(browser);
    envoy.advance(301);
    const request = envoy.get("/", [...forged, ["cookie", browser.cookiesFor("/")]]);
    expect(request.waiting).toBe(true);
    openCall(envoy, "/token").json({ access_token: "a2", token_type: "Bearer", refresh_token: "r2" });
    expect(request.forwarded.all("x-access-token")).toEqual(["a2"]);
    expect(request.forwarded.list.filter(([name, value]) => value === "evil" && name !== "x-department" && name !== "x_department")).toEqual([]);
  });

  test("duty 90: named in Connection, it stands all the same", () => {
    const sent = send("GET", [["cookie", cookie], ["connection", "close, x-userinfo, x-access-token"]]);
    expect(decoded(sent.get("x-userinfo"))).toEqual(USERINFO);
    expect(sent.all("x-access-token")).toHaveLength(1);
  });

  test("duty 72: beside a bearer token the session says nothing", () => {
    const sent = send("GET", [["cookie", cookie], ["authorization", `Bearer ${token({ sub: "joe" })}`]]);
    expect(decoded(sent.get("x-userinfo"))).toMatchObject({ sub: "joe" });
    expect(sent.has("x-id-token")).toBe(false);
    expect(sent.has("cookie")).toBe(false);
    expect(code(envoy.get("/", { cookie, ...bearer("rubbish") }).local)).toBe("401 not_a_jwt");
  });
});

/** Where everybody may pass, nothing sends a browser to the provider: it signs in with another configuration of the same secret. */
function signInBySilence(browser: Browser): void {
  const plain = browse();
  signIn(plain.browser);
  for (const [name, cookie] of plain.browser.jar) browser.jar.set(name, cookie);
}

void KEY; void copyOf;
