/** The form of requests, and what the upstream gets of them. */
import { bearer, JWKS_CONFIG, ready, refused, serve, start, token } from "./fixture";

const value = token();
const envoy = ready({ config: { ...JWKS_CONFIG, claim_headers: { sub: "x-user", "realm_access.roles": "x-roles" } } });
const IDENTITY = ["x-access-token", "x-id-token", "x-userinfo", "x-raw-id-token", "x-refresh-token", "x-user", "x-roles"];

describe("duty 73: exactly one well-formed credential", () => {
  test.each([
    ["two Authorization headers, which Envoy joins", [["authorization", `Bearer ${value}`], ["authorization", `Bearer ${value}`]], "400 malformed_credential"],
    ["Basic and Bearer", [["authorization", "Basic YTpi"], ["authorization", `Bearer ${value}`]], "400 several_credentials"],
    ["two credentials joined by a comma", [["authorization", `Bearer ${value}, Bearer ${value}`]], "400 malformed_credential"],
    ["Bearer twice", [["authorization", `Bearer Bearer ${value}`]], "400 malformed_credential"],
    ["no token", [["authorization", "Bearer "]], "400 malformed_credential"],
    ["only the scheme", [["authorization", "Bearer"]], "400 malformed_credential"],
    ["an empty header", [["authorization", ""]], "400 malformed_credential"],
    ["a tab after the scheme", [["authorization", `Bearer\t${value}`]], "400 malformed_credential"],
    ["a tab before the token", [["authorization", `Bearer \t${value}`]], "400 malformed_credential"],
    ["text after the token", [["authorization", `Bearer ${value} x`]], "400 malformed_credential"],
    ["padding in the middle", [["authorization", "Bearer ab=cd"]], "400 malformed_credential"],
    ["bytes that are not a token", [["authorization", "Bearer \u00ff\u00fe\u0001"]], "400 malformed_credential"],
    ["another scheme", [["authorization", "Basic YTpi"]], "401 no_token"],
    ["no header", [], "401 no_token"],
  ] as [string, [string, string][], string][])("%s", (_, headers, expected) => expect(refused(envoy.get("/", headers))).toBe(expected));

  test("duty 71: a malformed or invalid one is refused even if requests without one pass", () => {
    const open = ready({ config: { ...JWKS_CONFIG, bearer_only: false, unauth_action: "pass" } });
    expect(refused(open.get("/", { authorization: "Bearer" }))).toBe("400 malformed_credential");
    expect(refused(open.get("/", bearer("abc")))).toBe("401 not_a_jwt");
    open.get("/").forwarded;
  });
});

describe("duties 74, 75: other places for a token", () => {
  const config = { ...JWKS_CONFIG, auth_accept_token_as: ["header", "header:X-Access-Token", "query:access_token", "cookie:token"] };
  const liberal = ready({ config });

  test("in the query, it is ignored unless configured", () => expect(refused(envoy.get(`/?access_token=${value}`))).toBe("401 no_token"));
  test("in X-Access-Token, it is ignored unless configured, and removed", () => expect(refused(envoy.get("/", { "x-access-token": value }))).toBe("401 no_token"));

  test("from the query, it is removed from the upstream's URL", () => {
    expect(liberal.get(`/a?x=1&access_token=${value}&y=2`).forwarded.get(":path")).toBe("/a?x=1&y=2");
    expect(liberal.get(`/a?access_token=${value}`).forwarded.get(":path")).toBe("/a");
  });
  test("from a cookie or another header", () => {
    expect(liberal.get("/", { cookie: `a=b; token=${value}` }).forwarded.get("x-access-token")).toBe(value);
    expect(liberal.get("/", { "x-access-token": value }).forwarded.get("x-access-token")).toBe(value);
  });
  test.each([
    ["header and query", `/?access_token=${value}`, bearer(value)],
    ["query twice", `/?access_token=${value}&access_token=${value}`, {}],
    ["cookie and header", "/", { ...bearer(value), cookie: `token=${value}` }],
    ["two headers", "/", { ...bearer(value), "x-access-token": value }],
  ])("in two places (%s) is refused", (_, path, headers) => expect(refused(liberal.get(path, headers))).toBe("400 several_credentials"));
  test.each(["/?access%5Ftoken=", "/?acces%73_token=", "/?x&%61ccess_token=", "/?x=y;access_token=", "/?x=y;access%5ftoken="])("duty 158: %s is the parameter too", (path) => {
    expect(refused(liberal.get(path + value, bearer(value)))).toBe("400 several_credentials");
    const request = liberal.get(path + value);
    expect(request.forwarded.get("x-access-token")).toBe(value);
    expect(request.forwarded.get(":path")).toBe(path.replace(/(\?|[&;])[^&;?]*$/, ""));
    expect(request.respond(200, {}).headers.get("cache-control")).toBe("no-store");
  });
  test.each(["/?access_token=", "/?access_token", "/?access_token=a%20b"])("%s is malformed", (path) => expect(refused(liberal.get(path))).toBe("400 malformed_credential"));
  test.each([";;=;", "=", "token", "\u0000", "a".repeat(60_000), ";".repeat(500)])("duty 112: the Cookie header %.10p contains no token", (cookie) => {
    expect(refused(liberal.get("/", { cookie }))).toBe("401 no_token");
  });

  test("auth_header_name renames the header, in which the scheme is optional", () => {
    const renamed = ready({ config: { ...JWKS_CONFIG, auth_header_name: "X-Token" } });
    renamed.get("/", { "x-token": value }).forwarded;
    renamed.get("/", { "x-token": `Bearer ${value}` }).forwarded;
    expect(refused(renamed.get("/", bearer(value)))).toBe("401 no_token");
  });
});

describe("duties 87-89: only the filter sets identity headers", () => {
  const forged: [string, string][] = IDENTITY.flatMap((name) => [[name, "evil"], [name.replaceAll("-", "_"), "evil"], [name, "evil"]]);

  test("with a token, each is there once, with the filter's value", () => {
    const sent = envoy.get("/", [...forged, ["authorization", `Bearer ${value}`], ["x-user-agent", "kept"]]).forwarded;
    for (const name of IDENTITY) expect(sent.all(name).filter((text) => text === "evil")).toEqual([]);
    expect(sent.all("x-user")).toEqual(["joe"]);
    expect(sent.all("x-access-token")).toEqual([value]);
    expect(sent.list.filter(([name]) => name.includes("_"))).toEqual([]);
    expect(sent.get("x-user-agent")).toBe("kept");
  });

  test("without the claim, the header is absent", () => expect(envoy.get("/", [...forged, ["authorization", `Bearer ${value}`]]).forwarded.has("x-roles")).toBe(false));

  test("without a token that passes, none is left", () => {
    const open = ready({ config: { ...JWKS_CONFIG, bearer_only: false, unauth_action: "pass", claim_headers: { sub: "x-user", "realm_access.roles": "x-roles" } } });
    expect(open.get("/", forged).forwarded.list.filter(([name]) => IDENTITY.includes(name.replaceAll("_", "-")))).toEqual([]);
  });

  test("also headers that are switched off are removed", () => {
    const quiet = ready({ config: { ...JWKS_CONFIG, set_access_token_header: false, set_userinfo_header: false } });
    expect(quiet.get("/", [...forged, ["authorization", `Bearer ${value}`]]).forwarded.list.filter(([name]) => /^x.(access|userinfo|id|raw|refresh)/.test(name))).toEqual([]);
  });

  test("they are also removed from a request that had to wait for the provider", () => {
    const slow = start({});
    const request = slow.get("/", [...forged, ["authorization", `Bearer ${value}`]]);
    expect(request.waiting).toBe(true);
    serve(slow);
    slow.advance(1);
    expect(request.forwarded.all("x-userinfo")).toHaveLength(1);
    expect(request.forwarded.has("x-id-token")).toBe(false);
  });

  test("a request with very many of them is refused", () => {
    const flood = Array.from({ length: 40 }, (): [string, string] => ["x-userinfo", "evil"]);
    expect(refused(envoy.get("/", [...flood, ["authorization", `Bearer ${value}`]]))).toBe("400 bad_request");
  });

  test("access_token_in_authorization_header sets that header, wherever the token came from", () => {
    const config = { ...JWKS_CONFIG, access_token_in_authorization_header: true, auth_accept_token_as: "query:t" };
    const sent = ready({ config }).get(`/?t=${value}`).forwarded;
    expect(sent.get("authorization")).toBe(`Bearer ${value}`);
    expect(sent.has("x-access-token")).toBe(false);
  });
});

describe("claims in headers", () => {
  const config = {
    ...JWKS_CONFIG,
    claim_headers: {
      sub: "x-user", "realm_access.roles": "x-roles", "https://example.com/tenant.id": "x-tenant", address: "x-address", admin: "x-admin", level: "x-level",
      "a.b.c": "x-abc", nothing: "x-nothing", groups: "x-groups", mixed: "x-mixed",
    },
  };
  const mapped = ready({ config });
  const sent = (changes: Record<string, unknown>) => mapped.get("/", bearer(token(changes))).forwarded;

  test("strings, numbers, booleans, lists, nested and dotted names", () => {
    const headers = sent({
      realm_access: { roles: ["user", "admin"] }, "https://example.com/tenant.id": "t1", admin: true, level: 7.5, "a.b": { c: "deep" }, groups: [], nothing: null,
      address: { city: "Köln" }, mixed: ["a", { b: 1 }],
    });
    expect(headers.get("x-user")).toBe("joe");
    expect(headers.get("x-roles")).toBe("user,admin");
    expect(headers.get("x-tenant")).toBe("t1");
    expect(headers.get("x-admin")).toBe("true");
    expect(headers.get("x-level")).toBe("7.5");
    expect(headers.get("x-abc")).toBe("deep");
    expect(headers.has("x-groups")).toBe(false);
    expect(headers.has("x-nothing")).toBe(false);
    expect(JSON.parse(Buffer.from(headers.get("x-address")!, "base64").toString())).toEqual({ city: "Köln" });
    expect(JSON.parse(Buffer.from(headers.get("x-mixed")!, "base64").toString())).toEqual(["a", { b: 1 }]);
  });

  test("duty 91: no value can break its line, add an item to a list or be ambiguous", () => {
    const headers = sent({ sub: "a\r\nx-admin: true\u0000", realm_access: { roles: ["user,admin", "50%", "Ä"] } });
    expect(headers.get("x-user")).toBe("a%0D%0Ax-admin: true%00");
    expect(headers.get("x-roles")).toBe("user%2Cadmin,50%25,%C3%84");
    expect(headers.get("x-roles")!.split(",").map(decodeURIComponent)).toEqual(["user,admin", "50%", "Ä"]);
  });
});

describe("unusual requests", () => {
  test.each([["CONNECT", ""], ["OPTIONS", "*"], ["GET", "http://evil.example/"], ["GET", "x"]])("duty 127: %s %s is refused", (method, path) => {
    expect(refused(envoy.request(method, path, bearer(value)))).toBe("400 bad_request");
  });
  test("duty 124: paths in headers are ignored", () => {
    expect(refused(envoy.get("/private", { "x-forwarded-uri": "/public", "x-original-url": "/public", "x-envoy-original-path": "/public" }))).toBe("401 no_token");
  });
  test.each(["/health", "//health", "/private?x=/health", "/health/../private", "/private%2fhealth", "/health;x", "/HEALTH", "/private#/health"])("duty 123: no path is exempt, in any spelling: %s", (path) => {
    expect(refused(envoy.get(path))).toBe("401 no_token");
  });
  test("duty 96: Authorization is forwarded unchanged, also with another scheme", () => {
    expect(envoy.get("/", bearer(value)).forwarded.all("authorization")).toEqual([`Bearer ${value}`]);
    const open = ready({ config: { ...JWKS_CONFIG, bearer_only: false, unauth_action: "pass" } });
    expect(open.get("/", { authorization: "Basic YTpi" }).forwarded.get("authorization")).toBe("Basic YTpi");
  });
  test("duty 125: no user agent is exempt", () => expect(refused(envoy.get("/", { "user-agent": "kube-probe/1.30" }))).toBe("401 no_token"));
  test("duty 126: OPTIONS is not exempt", () => expect(refused(envoy.request("OPTIONS", "/", { origin: "https://a.example" }))).toBe("401 no_token"));
  test("duty 128: an upgrade and gRPC without a token get 401, never a redirect", () => {
    expect(refused(envoy.get("/", { upgrade: "websocket", connection: "upgrade" }))).toBe("401 no_token");
    expect(refused(envoy.request("POST", "/svc/M", { "content-type": "application/grpc" }))).toBe("401 no_token");
    envoy.get("/", { upgrade: "websocket", connection: "upgrade", ...bearer(value) }).forwarded;
  });
});

test("duty 85: resource metadata are not offered: their paths are guarded, and no challenge names them or reflects a host", () => {
  for (const path of ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/api"]) {
    const request = envoy.get(path, { ":authority": "evil.example", "x-forwarded-host": "evil.example", forwarded: "host=evil.example" });
    expect(refused(request)).toBe("401 no_token");
    expect(request.local.headers.get("www-authenticate")).toBe('Bearer realm="api"');
    expect(request.local.body).not.toContain("evil");
  }
});

describe("duties 27, 77, 142: the form of a refusal", () => {
  test("JSON for programs", () => {
    const { headers, body } = envoy.get("/", { ...bearer("abc"), accept: "*/*" }).local;
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(JSON.parse(body)).toEqual({ error: "invalid_token", error_description: "The token is not a well-formed JWT.", code: "not_a_jwt", time: expect.any(String) });
  });
  test("a page for browsers, which cannot be framed", () => {
    const { headers, body } = envoy.get("/", { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" }).local;
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(body).toContain("401 no_token");
  });
  test("nothing of the request or the token is reflected", () => {
    const evil = token({ sub: "<script>evil</script>", scope: "\"><evil" });
    const strict = ready({ config: { ...JWKS_CONFIG, required_scopes: ["x"] } });
    for (const accept of ["text/html", "application/json"]) {
      const { body, headers } = strict.get("/<evil>?evil", { ...bearer(evil), accept, "x-evil": "evil" }).local;
      expect(body + JSON.stringify(headers.list)).not.toContain("evil");
    }
  });
});

describe("allow_preflight", () => {
  const preflight = { origin: "https://shop.example", "access-control-request-method": "PUT" };
  test("duty 126: a real preflight passes without a token, and without identity headers", () => {
    const request = ready({ config: { ...JWKS_CONFIG, allow_preflight: true } }).request("OPTIONS", "/", { ...preflight, "x-userinfo": "forged" });
    expect(request.forwarded.has("x-userinfo")).toBe(false);
  });
  test("no other OPTIONS passes, and none without allow_preflight", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, allow_preflight: true } });
    for (const headers of [{}, { origin: preflight.origin }, { "access-control-request-method": "PUT" }] as Record<string, string>[]) expect(refused(envoy.request("OPTIONS", "/", headers))).toBe("401 no_token");
    expect(refused(envoy.request("GET", "/", preflight))).toBe("401 no_token");
    expect(refused(ready().request("OPTIONS", "/", preflight))).toBe("401 no_token");
  });
});

describe("duty 74: the response to a token in the URL", () => {
  const config = { ...JWKS_CONFIG, auth_accept_token_as: ["header", "query:access_token"] };
  test("has no-store, whatever the upstream sends", () => {
    const { headers } = ready({ config }).get(`/?access_token=${value}`).respond(200, { "cache-control": "public, max-age=60", vary: "accept" });
    expect([headers.all("cache-control"), headers.get("vary")]).toEqual([["no-store"], "accept"]);
  });
  test("is unchanged if the token is in a header", () => {
    const request = ready({ config }).get("/", bearer(value));
    expect(request.respond(200, { "cache-control": "public" }).headers.all("cache-control")).toEqual(["public"]);
  });
});
