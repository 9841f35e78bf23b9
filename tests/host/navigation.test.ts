// Which requests are redirected to the provider, which get 401, and which pass without a login.
import { bearer, makeKey, NOW, refused, token } from "./fixture";
import { accessToken, asked, browse, Browser, code, decoded, ORIGIN, setCookies, logIn, type Sent, tryAgain, USERINFO } from "./browser";
import type { HeadersLike, Pair } from "./host/headers";

const HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const NAVIGATE = { accept: HTML, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "sec-fetch-site": "none" };
const PREFLIGHT = { origin: "https://other.example", "access-control-request-method": "PUT", "access-control-request-headers": "authorization" };

describe("a browser that opens a page is sent to the provider", () => {
  const { browser } = browse();
  test.each<[string, Sent]>([
    ["with Fetch Metadata", NAVIGATE],
    ["from a link on another site", { ...NAVIGATE, "sec-fetch-site": "cross-site" }],
    ["without Fetch Metadata, on plain http or in an old browser", { accept: HTML }],
    ["through a service worker, which omits the destination", { ...NAVIGATE, "sec-fetch-dest": "empty" }],
    ["in a WebView of Android, which names its application", { ...NAVIGATE, "x-requested-with": "com.example.app" }],
    ["in an old WebView, without Fetch Metadata", { accept: HTML, "x-requested-with": "com.example.app" }],
    ["in a browser that does not prefer html", { accept: "application/xml;q=0.9,text/html" }],
  ])("%s", (_, headers) => void asked(browser.send("GET", "/page", headers)));
});

describe("a request that cannot follow a login gets 401, and no login is started", () => {
  const { browser } = browse();
  const REFUSED: [string, string, HeadersLike][] = [
    ["fetch()", "GET", { accept: "*/*", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" }],
    ["fetch() that asks for html", "GET", { accept: HTML, "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" }],
    ["fetch() without CORS", "GET", { accept: "*/*", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "empty" }],
    ["fetch() to its own origin", "GET", { accept: HTML, "sec-fetch-mode": "same-origin", "sec-fetch-dest": "empty" }],
    ["XMLHttpRequest of an old browser", "GET", { accept: HTML, "x-requested-with": "XMLHttpRequest" }],
    ["a script", "GET", { accept: "*/*", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script" }],
    ["an image", "GET", { accept: "image/avif,image/webp,*/*", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" }],
    ["a style sheet", "GET", { accept: "text/css,*/*;q=0.1", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "style" }],
    ["a frame", "GET", { ...NAVIGATE, "sec-fetch-dest": "iframe" }],
    ["an object", "GET", { ...NAVIGATE, "sec-fetch-dest": "embed" }],
    ["navigation without a destination", "GET", { accept: HTML, "sec-fetch-mode": "navigate" }],
    ["two modes", "GET", [["accept", HTML], ["sec-fetch-mode", "navigate"], ["sec-fetch-mode", "navigate"], ["sec-fetch-dest", "document"]]],
    ["a page that is prefetched", "GET", { ...NAVIGATE, "sec-purpose": "prefetch" }],
    ["a page that is prerendered", "GET", { ...NAVIGATE, "sec-purpose": "prefetch;prerender" }],
    ["a page that an old browser prefetches", "GET", { ...NAVIGATE, purpose: "prefetch" }],
    ["a page that an old Firefox prefetches", "GET", { accept: HTML, "x-moz": "prefetch" }],
    ["a preview of an old Safari", "GET", { accept: HTML, "x-purpose": "preview" }],
    ["a page that a service worker prefetches", "GET", { ...NAVIGATE, "sec-fetch-dest": "empty", "sec-purpose": "prefetch" }],
    ["duty 128: a WebSocket", "GET", { upgrade: "websocket", connection: "Upgrade", "sec-websocket-key": "x", "sec-fetch-mode": "websocket", "sec-fetch-dest": "websocket" }],
    ["duty 128: an upgrade that looks like navigation", "GET", { ...NAVIGATE, upgrade: "websocket", connection: "Upgrade" }],
    ["duty 128: gRPC", "POST", { "content-type": "application/grpc", te: "trailers" }],
    ["duty 128: gRPC-Web", "POST", { "content-type": "application/grpc-web+proto", accept: HTML }],
    ["a program", "GET", { accept: "application/json" }],
    ["a program that accepts anything", "GET", { accept: "*/*" }],
    ["a program without Accept", "GET", {}],
    ["HEAD", "HEAD", NAVIGATE],
    ["OPTIONS", "OPTIONS", NAVIGATE],
    ["a preflight", "OPTIONS", PREFLIGHT],
    ["POST of a form", "POST", { ...NAVIGATE, "content-type": "application/x-www-form-urlencoded" }],
    ["PUT", "PUT", NAVIGATE],
    ["DELETE", "DELETE", NAVIGATE],
    ["another method", "PROPFIND", NAVIGATE],
    ["a method in lower case", "get", NAVIGATE],
  ];

  test.each(REFUSED)("%s", (_, method, headers) => {
    const request = browser.envoy.request(method, "/page?a=1", headers), { local } = request;
    expect(refused(request)).toMatch(/^401 (sign_in_needed|not_sent)$/);
    expect(setCookies(local.headers)).toEqual([]);
    expect(local.headers.get("location")).toBeUndefined();
    expect(local.headers.get("www-authenticate")).toMatch(/^Bearer realm="[^"]*"$/);
  });

  test("the body says where to log in: the page of this site that sent the request, otherwise the root", () => {
    const where = (headers: Sent): unknown => JSON.parse(browser.send("GET", "/api?x=1", { accept: "application/json", ...headers }).local.body).sign_in;
    expect(where({ referer: `${ORIGIN}/page?a=1` })).toBe("/page?a=1");
    expect(where({ referer: ORIGIN })).toBe("/");
    for (const referer of ["https://evil.example/x", `${ORIGIN}.evil.example/x`, `${ORIGIN}@evil.example/`, `${ORIGIN}//evil.example/`, `${ORIGIN}/\\evil.example`, `http://app.example/x`, `${ORIGIN}:8443/x`, "/x", ""]) {
      expect(where({ referer })).toBe("/");
    }
  });

  test("duties 8, 142: the Referer cannot break out of the body", () => {
    const referer = `${ORIGIN}/a?"}<script>alert(1)</script>'`;
    const json = browser.send("GET", "/api", { accept: "application/json", referer }).local;
    expect(JSON.parse(json.body).sign_in).toBe("/a?%22}<script>alert(1)</script>'");
    expect(json.headers.get("content-type")).toBe("application/json");
    expect(browser.send("GET", "/api", { ...NAVIGATE, "sec-fetch-dest": "iframe", referer }).local.body).not.toContain("<script");
  });

  test("a POST is never dropped silently: the answer says that nothing was sent, and nothing reaches the upstream", () => {
    const { local } = browser.send("POST", "/form", { ...NAVIGATE, "content-type": "application/x-www-form-urlencoded", referer: `${ORIGIN}/form?id=1` }, "text=long");
    expect(code(local)).toBe("401 not_sent");
    expect(local.body).toMatch(/nothing was sent/);
    expect(local.body).not.toContain("long");
    expect(tryAgain(local)).toBe("/form?id=1");
    expect(JSON.parse(browser.fetch("/api", {}, "PUT").local.body)).toMatchObject({ code: "not_sent", sign_in: "/page?a=1" });
  });
});

describe("allow_preflight", () => {
  const forged: Pair[] = ["x-userinfo", "x-access-token", "X_Id_Token", "x-raw-id-token", "x-refresh-token", "x-user"].map((name) => [name, "evil"]);
  const { browser } = browse({ allow_preflight: true, claim_headers: { sub: "x-user" } });
  const own = ["x-userinfo", "x-access-token", "x-id-token", "x-raw-id-token", "x-refresh-token", "x-user"];

  test("duties 87, 88, 126: a preflight passes, without identity headers in any spelling", () => {
    const { forwarded } = browser.envoy.request("OPTIONS", "/api", [...Object.entries(PREFLIGHT), ...forged]);
    expect(forwarded.list.filter(([name]) => own.includes(name.replaceAll("_", "-")))).toEqual([]);
    expect(forwarded.get("access-control-request-method")).toBe("PUT");
  });

  test.each<[string, string, HeadersLike]>([
    ["OPTIONS without Origin", "OPTIONS", { "access-control-request-method": "PUT" }],
    ["OPTIONS without the method", "OPTIONS", { origin: "https://other.example" }],
    ["an empty Origin", "OPTIONS", { ...PREFLIGHT, origin: "" }],
    ["an empty method", "OPTIONS", { ...PREFLIGHT, "access-control-request-method": "" }],
    ["two methods", "OPTIONS", [...Object.entries(PREFLIGHT) as Pair[], ["access-control-request-method", "GET"]]],
    ["another method with a preflight's headers", "POST", PREFLIGHT],
    ["a preflight with an invalid token", "OPTIONS", { ...PREFLIGHT, authorization: "Bearer abc" }],
  ])("duty 126: %s does not pass", (_, method, headers) => expect(browser.envoy.request(method, "/api", headers).local.status).toBe(401));

  test("a preflight for the filter's own endpoints is not forwarded", () => {
    for (const path of ["/callback", "/logout"]) expect(browser.envoy.request("OPTIONS", path, PREFLIGHT).local.status).toBe(405);
  });
});

describe("unauth_action", () => {
  const forged: Pair[] = [["x-userinfo", "evil"], ["X_Userinfo", "evil"], ["x-userinfo", "evil2"], ["x_access-token", "evil"], ["x-user", "evil"]];

  test("deny: no request is redirected, page loads included", () => {
    const { browser } = browse({ unauth_action: "deny" });
    for (const request of [browser.navigate("/page"), browser.fetch("/api")]) {
      expect(code(request.local)).toBe("401 sign_in_needed");
      expect(setCookies(request.local.headers)).toEqual([]);
    }
    expect(code(browser.fetch("/api", {}, "POST").local)).toBe("401 not_sent");
  });

  test("duties 87-89: pass: unauthenticated requests pass without any identity, and without invalid cookies of the filter", () => {
    const { browser } = browse({ unauth_action: "pass", claim_headers: { sub: "x-user" } });
    const name = "__Host-oidc_" + /oidc_([\w-]{8})/.exec(setCookies(browse().browser.navigate("/").local.headers)[0]!)![1];
    const { forwarded } = browser.envoy.get("/page", [...Object.entries(NAVIGATE) as Pair[], ...forged, ["cookie", `theme=dark; ${name}=1AAAA; ${name}x=1`]]);
    expect(forwarded.list.filter(([name]) => /^x.(user|access)/.test(name))).toEqual([]);
    expect(forwarded.get("cookie")).toBe(`theme=dark; ${name}x=1`);
  });

  test("duty 71: pass: an invalid token is still refused", () => {
    const { browser } = browse({ unauth_action: "pass" });
    for (const value of ["abc", token({ exp: NOW - 1 }), token({}, { key: makeKey("k1") })]) {
      expect(browser.navigate("/page", bearer(value)).local.status).toBe(401);
    }
  });
});

describe("a bearer token beside a session", () => {
  const { envoy, browser } = browse({ claim_headers: { sub: "x-user" }, claim_validator: { audience: { valid_audiences: ["https://api.example.com"] } } });
  logIn(browser);

  test("duty 72: only the token counts, and nothing of the session is used", () => {
    const { forwarded } = browser.fetch("/api", bearer(token({ sub: "bob" })));
    expect(forwarded.all("x-user")).toEqual(["bob"]);
    expect(forwarded.all("x-access-token")).toEqual([token({ sub: "bob" })]);
    expect(decoded(forwarded.get("x-userinfo")).sub).toBe("bob");
    expect(forwarded.has("x-id-token")).toBe(false);
    expect(JSON.stringify(forwarded.list)).not.toMatch(/alice|__Host-oidc/i);
    const own = browser.fetch("/api").forwarded;
    expect([own.all("x-user"), decoded(own.get("x-userinfo"))]).toEqual([["alice"], USERINFO]);
  });

  const FORGED = token({}, { key: makeKey("k1") });
  test.each<[string, string, string]>([
    ["not a JWT", "Bearer abc", "401 not_a_jwt"],
    ["expired", `Bearer ${token({ exp: NOW - 1 })}`, "401 expired"],
    ["forged", `Bearer ${FORGED}`, "401 bad_signature"],
    ["of another audience", `Bearer ${token({ aud: "other" })}`, "401 wrong_audience"],
    ["an ID Token", `Bearer ${token({ nonce: "n" })}`, "401 wrong_type"],
    ["empty", "Bearer", "400 malformed_credential"],
    ["of two lines", `Bearer a, Bearer ${token()}`, "400 malformed_credential"],
  ])("duty 71: one that is %s is refused: the session is not used instead, and no login is started", (_, authorization, expected) => {
    for (const one of [browser, new Browser(envoy)]) {
      const { local } = one.navigate("/page?a=1", { authorization });
      expect(code(local)).toBe(expected);
      expect(local.headers.get("location")).toBeUndefined();
      expect(local.headers.get("www-authenticate")).toMatch(/^Bearer realm="[^"]*", error="(invalid_token|invalid_request)"/);
      expect(setCookies(local.headers)).toEqual([]);
    }
    browser.navigate("/page").forwarded;
  });

  test("a credential of another scheme is forwarded, and the session counts", () => {
    const { forwarded } = browser.fetch("/api", { authorization: "Basic YTpi" });
    expect([forwarded.get("authorization"), forwarded.get("x-user")]).toEqual(["Basic YTpi", "alice"]);
  });

  test("duties 87-89: identity headers of the client are removed, and each of the filter's is there once", () => {
    const forged: Pair[] = ["x-userinfo", "X_Userinfo", "x-access-token", "x-id-token", "x-raw-id-token", "x_refresh_token", "x-user", "X_USER"].flatMap((name) => [[name, "evil"], [name, "evil"]] as Pair[]);
    const { forwarded } = envoy.get("/api", [...forged, ["cookie", browser.cookiesFor("/api")]]);
    expect(JSON.stringify(forwarded.list)).not.toContain("evil");
    for (const name of ["x-userinfo", "x-access-token", "x-id-token", "x-user"]) expect(forwarded.all(name)).toHaveLength(1);
    expect(forwarded.has("x-raw-id-token") || forwarded.has("x-refresh-token")).toBe(false);
    expect(forwarded.get("x-access-token")).toBe(accessToken());
  });

  test("duty 128: with a session, a WebSocket and a fetch() pass", () => {
    browser.send("GET", "/ws", { upgrade: "websocket", connection: "Upgrade", "sec-fetch-mode": "websocket", "sec-fetch-dest": "websocket" }).forwarded;
    browser.fetch("/api", {}, "DELETE").forwarded;
  });
});
