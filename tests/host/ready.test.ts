/** `ready_path`: the answers to probes, and the requests that get them. */
import { BROWSER_CONFIG, BROWSER_METADATA } from "./browser";
import { bearer, DISCOVERY, INTROSPECTION_CONFIG, ISSUER, JWKS_CONFIG, METADATA, ready, refused, serve, start, token } from "./fixture";
import type { Envoy, RequestOptions } from "./host/envoy";
import type { StreamContext } from "./host/stream";
import { outcome, PARTNER, PARTNER_SETTINGS, ruled, serveBoth, LOGIN, TOKENS } from "./ruled";

const READY = { ready_path: "/ready" };

const probe = (envoy: Envoy, options: RequestOptions = {}): StreamContext => envoy.get("/ready", {}, options);
function answerTo(request: StreamContext): unknown {
  const { status, body, details, headers } = request.local;
  expect([headers.get("cache-control"), headers.get("content-type"), details]).toEqual(["no-store", "application/json", status === 200 ? "oidc_ready" : "oidc_not_ready"]);
  return [status, JSON.parse(body)];
}
const IS_READY = [200, { ready: true }];
const lacks = (...all: object[]): unknown => [503, { ready: false, lacks: all }];
const METADATA_MISSING = { code: "metadata_missing", issuer: ISSUER }, KEYS_MISSING = { code: "keys_missing", issuer: ISSUER };

describe("503 with the reason, until requests can be served", () => {
  test("metadata, then keys, then nothing is missing", () => {
    const envoy = start({ config: { ...JWKS_CONFIG, ...READY } });
    expect(answerTo(probe(envoy))).toEqual(lacks(METADATA_MISSING));
    envoy.provider("idp").answers(({ path }) => path === "/jwks" ? null : { body: METADATA });
    envoy.advance(1);
    expect(answerTo(probe(envoy))).toEqual(lacks(KEYS_MISSING));
    envoy.callout().json({ keys: [] });
    expect(answerTo(probe(envoy))).toEqual(lacks(KEYS_MISSING));
    serve(envoy);
    envoy.advance(2);
    expect(answerTo(probe(envoy))).toEqual(IS_READY);
  });

  test("a cluster that does not exist, for every probe", () => {
    const envoy = start({ config: { ...JWKS_CONFIG, ...READY, provider_cluster: "ipd" }, start: { clusters: ["idp"] } });
    for (let i = 0; i < 5; i++, envoy.advance(10)) expect(answerTo(probe(envoy))).toEqual(lacks(METADATA_MISSING));
  });

  test("a document of another issuer", () => {
    expect(answerTo(probe(ready({ config: { ...JWKS_CONFIG, ...READY }, metadata: { ...METADATA, issuer: "https://other.example.com" } })))).toEqual(lacks(METADATA_MISSING));
  });

  test.each(["authorization_endpoint", "token_endpoint", "jwks_uri"])("a document without %s, which a login needs", (endpoint) => {
    const envoy = ready({ config: { ...BROWSER_CONFIG, ...READY }, metadata: { ...BROWSER_METADATA, [endpoint]: "http://plain.example.com/" } });
    expect(answerTo(probe(envoy))).toEqual(lacks({ code: "endpoint_missing", issuer: ISSUER, endpoint }));
  });

  test("one of several providers, in any rule; each is named once", () => {
    const rules = [{ path_prefix: "/partner", ...PARTNER_SETTINGS }, { path_prefix: "/p2", ...PARTNER_SETTINGS }, { path_prefix: "/open", mode: "public" }];
    const envoy = start({ config: { ...TOKENS, ...READY, mode: "bearer", rules } });
    expect(answerTo(probe(envoy))).toEqual(lacks(METADATA_MISSING, { code: "metadata_missing", issuer: PARTNER }));
    serve(envoy);
    envoy.advance(1);
    expect(answerTo(probe(envoy))).toEqual(lacks({ code: "metadata_missing", issuer: PARTNER }));
    serveBoth(envoy);
    envoy.advance(40);
    expect(answerTo(probe(envoy))).toEqual(IS_READY);
  });

  test("an issuer with quotes and line breaks stays one JSON string", () => {
    const issuer = 'https://idp.example.com/"\\\n\u0001ü';
    expect(answerTo(probe(start({ config: { ...JWKS_CONFIG, ...READY, issuer } })))).toEqual(lacks({ code: "metadata_missing", issuer }));
  });
});

describe("200", () => {
  test("while the provider is down, as long as its documents may be used, because requests still work", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, ...READY } });
    envoy.provider("idp").answers(() => "fail");
    envoy.advance(3600);
    expect(answerTo(probe(envoy))).toEqual(IS_READY);
    envoy.get("/", bearer(token({ exp: Math.floor(envoy.now) + 60 }))).forwarded;
    for (let hour = 0; hour < 48; hour++) { envoy.nowMs += 3_600_000; envoy.advance(1); }
    expect(answerTo(probe(envoy))).toEqual(lacks(METADATA_MISSING));
  });

  test.each<[string, object, object]>([
    ["introspection by a configured endpoint", INTROSPECTION_CONFIG, {}],
    ["introspection by the provider's own endpoint, without jwks_uri", { ...INTROSPECTION_CONFIG, introspection_endpoint: undefined }, { ...METADATA, jwks_uri: undefined }],
    ["a configured key", { bearer_only: true, symmetric_key: "0123456789abcdef0123456789abcdef", token_signing_alg_values_expected: ["HS256"], claim_validator: { issuer: { valid_issuers: [ISSUER] } } }, {}],
    ["nothing guarded", { mode: "deny", rules: [{ path: "/", mode: "public" }] }, {}],
  ])("if no keys are needed: %s", (_, config, metadata) => expect(answerTo(probe(ready({ config: { ...config, ...READY }, metadata })))).toEqual(IS_READY));

  test("in a worker that has fetched nothing itself", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, ...READY }, start: { workers: 2 } });
    envoy.advance(1);
    expect([0, 1].map((worker) => answerTo(probe(envoy, { worker })))).toEqual([IS_READY, IS_READY]);
  });

  test("at once for a new configuration with the same provider", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, ...READY } });
    envoy.reload({ ...JWKS_CONFIG, ...READY, realm: "new" });
    expect(answerTo(probe(envoy))).toEqual(IS_READY);
  });

  test("for any host and rules, without reading credentials", () => {
    const envoy = ruled({ ...LOGIN, ...READY, rules: [{ path_prefix: "/", host: "app.example", mode: "deny" }] });
    for (const headers of [{}, { ":authority": "10.0.0.7:8080" }, bearer("junk"), { cookie: "oidc=1" }]) expect(answerTo(envoy.get("/ready?x=1", headers))).toEqual(IS_READY);
    expect(envoy.get("/ready", {}).local.headers.get("set-cookie")).toBeUndefined();
  });

  test("only to GET and HEAD", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, ...READY } });
    expect(answerTo(envoy.request("HEAD", "/ready"))).toEqual(IS_READY);
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "get"]) {
      const answer = envoy.request(method, "/ready", {}, { body: "x" });
      expect([refused(answer), answer.local.headers.get("allow"), answer.local.headers.has("www-authenticate")]).toEqual(["405 ready_method", "GET, HEAD", false]);
    }
  });
});

test("duty 15: a path that is not exactly this one is guarded as usual", () => {
  const envoy = ready({ config: { ...JWKS_CONFIG, ...READY } });
  for (const path of ["/ready/", "/Ready", "//ready", "/./ready", "/%72eady", "/ready;x", "/readyz", "/x/ready", "/ready%3Fx"]) expect(outcome(envoy.get(path))).toBe("401 no_token");
});

test("without the attribute there is no such path", () => expect(outcome(ready().get("/ready"))).toBe("401 no_token"));

test("a probe logs nothing, and costs no call", () => {
  const envoy = ready({ config: { ...JWKS_CONFIG, ...READY } }), before = envoy.logs.length;
  for (let i = 0; i < 50; i++) probe(envoy);
  envoy.advance(2);
  expect([envoy.logs.length - before, envoy.history.length]).toEqual([0, 2]);
});

describe("duty 130: an invalid ready_path is refused, also one that equals another path of the filter", () => {
  const mistakes = (config: object): string => {
    try { start({ config }); } catch (error) { return String(error); }
    return "";
  };
  const SESSIONS = { ...BROWSER_CONFIG, backchannel_logout_path: "/back", frontchannel_logout_path: "/front" };
  test.each([["/callback", "redirect_uri"], ["/logout", "logout_path"], ["/back", "backchannel_logout_path"], ["/front", "frontchannel_logout_path"]])("%s", (path, attribute) => {
    expect(mistakes({ ...SESSIONS, ready_path: path })).toContain(`ready_path: is the path of ${attribute} already`);
    expect(mistakes({ mode: "deny", ready_path: path, rules: [{ path: "/o", mode: "public" }, { path_prefix: "/a", mode: "browser", ...SESSIONS }] })).toContain(`ready_path: is the path of rules[1].${attribute} already`);
  });
  test("the callback below each page", () => expect(mistakes({ ...BROWSER_CONFIG, redirect_uri: undefined, ready_path: "/r/.apisix/redirect" })).toContain("ready_path: ends in /.apisix/redirect"));
  test.each(["ready", "/", "/ready?x", "https://app.example/ready", "/a/../ready", 7])("not a path: %s", (ready_path) => expect(mistakes({ ...JWKS_CONFIG, ready_path })).toContain("ready_path: "));
  test("in a rule", () => expect(mistakes({ ...TOKENS, mode: "bearer", discovery: DISCOVERY, rules: [{ path: "/a", ready_path: "/ready" }] })).toContain("rules[0].ready_path: belongs to the whole configuration"));
});
