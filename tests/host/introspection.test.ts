/** Opaque tokens: the introspection request (RFC 7662), the verdict on its response, and how long it is cached. */
import { AUDIENCE, bearer, INTROSPECTION_CONFIG, ISSUER, METADATA, NOW, ready, refused, start } from "./fixture";

const active = (changes: object = {}): object => ({ active: true, sub: "joe", scope: "read write", exp: NOW + 300, ...changes });
const open = (changes: object = {}) => start({ config: { ...INTROSPECTION_CONFIG, ...changes } });

/** One request, answered with this body. */
function asks(body: unknown, changes: object = {}, status = 200) {
  const envoy = open(changes);
  const request = envoy.get("/", bearer("opaque"));
  envoy.callout().reply(status, { "content-type": "application/json" }, body as object);
  return { envoy, request };
}

describe("the request", () => {
  test("has the token in the form and the credentials in the header", () => {
    const envoy = open();
    envoy.get("/", bearer("opaque-1~+/="));
    const call = envoy.callout();
    expect([call.method, call.cluster, call.authority, call.path, call.timeoutMs]).toEqual(["POST", "idp", "idp.example.com", "/introspect", 3000]);
    expect(Object.fromEntries(call.form)).toEqual({ token: "opaque-1~+/=", token_type_hint: "access_token" });
    expect(call.headers.get("authorization")).toBe(`Basic ${Buffer.from("gateway:s3cr3t").toString("base64")}`);
  });

  test("has the token of Salesforce as it is, although RFC 6750 §2.1 allows no exclamation mark, and so has the upstream", () => {
    const token = "00D50000000IZ3Z!AQ0AQDpEDKYsn7ioKug2aSmgCjgrPjG9eRLza8jXWoW7uA90V39rvQaIy1FG", envoy = open(), request = envoy.get("/", bearer(token));
    expect(envoy.callout().form.get("token")).toBe(token);
    envoy.callout().json({ active: true, scope: "id api", client_id: "3MVG9", username: "joe@example.com", sub: "https://login.salesforce.com/id/00D/005", token_type: "access_token", exp: NOW + 300, iat: NOW, nbf: NOW });
    expect(request.forwarded.get("x-access-token")).toBe(token);
  });

  test("duty 32: credentials are form-encoded before Basic, and are in only one place", () => {
    const envoy = open({ client_id: "a:b c", client_secret: "ü%&" });
    envoy.get("/", bearer("t"));
    expect(Buffer.from(envoy.callout().headers.get("authorization")!.slice(6), "base64").toString()).toBe("a%3Ab%20c:%C3%BC%25%26");
    expect(envoy.callout().body).not.toContain("client_");
    const post = open({ introspection_endpoint_auth_method: "client_secret_post" });
    post.get("/", bearer("t"));
    expect(post.callout().form.get("client_secret")).toBe("s3cr3t");
    expect(post.callout().headers.has("authorization")).toBe(false);
  });

  test.each([
    ["if the metadata name another method", {}, true], ["but not if the configuration names one", { introspection_endpoint_auth_method: "client_secret_basic" }, false],
  ])("duty 32: credentials are in the form %s", (_, changes, inForm) => {
    const envoy = ready({ config: { ...INTROSPECTION_CONFIG, introspection_endpoint: undefined, ...changes }, metadata: { ...METADATA, introspection_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt"] } });
    envoy.get("/", bearer("opaque"));
    expect([envoy.callout().form.has("client_secret"), envoy.callout().headers.has("authorization")]).toEqual([inForm, !inForm]);
  });

  test("has the request headers that the configuration names", () => {
    const envoy = open({ introspection_addon_headers: ["X-Tenant", "x-absent"] });
    envoy.get("/", { ...bearer("t"), "x-tenant": "blue", "x-other": "no" });
    expect(envoy.callout().headers.get("x-tenant")).toBe("blue");
    expect(envoy.callout().headers.has("x-absent")).toBe(false);
    expect(envoy.callout().headers.has("x-other")).toBe(false);
  });

  test("is sent once for all requests with the same token", () => {
    const envoy = open();
    const requests = Array.from({ length: 50 }, () => envoy.get("/", bearer("same")));
    envoy.callout().json(active());
    envoy.advance(0.1);
    requests.forEach((request) => expect(request.forwarded.get("x-access-token")).toBe("same"));
  });

  test("duty 143: at most 256 are open at once; further requests get 503", () => {
    const envoy = open();
    const requests = Array.from({ length: 257 }, (_, i) => envoy.get("/", bearer(`t${i}`)));
    expect(envoy.callouts).toHaveLength(256);
    expect(refused(requests[256]!)).toBe("503 too_many_waiting");
  });
});

describe("the response", () => {
  test("gives the identity headers", () => {
    const { request } = asks(active());
    expect(JSON.parse(Buffer.from(request.forwarded.get("x-userinfo")!, "base64").toString())).toEqual(active());
    expect(request.forwarded.get("x-access-token")).toBe("opaque");
  });

  test.each([[{}], [{ active: false }], [{ active: "true" }], [{ active: 1 }], [{ active: null }], [{ active: [true] }]])("duty 78: %j is not active", (body) => {
    expect(refused(asks(body).request)).toBe("401 inactive");
  });

  test.each([
    ["400 for an unknown token", 400, { error: "invalid_token" }], ["404 for an unknown token", 404, { error: "token_not_found" }], ["400 and not active", 400, { active: false }],
  ])("duty 78: %s is a verdict, also for other workers", (_, status, body) => {
    const envoy = start({ config: INTROSPECTION_CONFIG, start: { workers: 2 } });
    const [one, other] = [envoy.get("/", bearer("t"), { worker: 0 }), envoy.get("/", bearer("t"), { worker: 1 })];
    envoy.callout().reply(status, { "content-type": "application/json" }, body);
    envoy.advance(0.1);
    expect([refused(one), refused(other)]).toEqual(["401 inactive", "401 inactive"]);
  });

  test.each([
    ["past its exp", { exp: NOW - 1 }, "401 expired"], ["before its nbf", { nbf: NOW + 500 }, "401 not_yet_valid"],
    ["of another issuer", { iss: "https://other.example.com" }, "401 wrong_issuer"], ["with an exp that is a string", { exp: "tomorrow" }, "401 bad_claims"],
  ])("duty 79: an active token %s is refused", (_, changes, expected) => {
    expect(refused(asks(active(changes)).request)).toBe(expected);
  });

  test.each([
    ["Ory Hydra's refresh token", { token_type: "Bearer", token_use: "refresh_token" }], ["Keycloak's refresh token", { typ: "Refresh" }], ["Curity's refresh token", { purpose: "refresh_token" }],
    ["a refresh token by its token_type", { token_type: "refresh_token" }], ["an ID Token", { token_use: "id_token" }],
    ["Spring's ID Token", { sub: "me", aud: ["gateway"], azp: "gateway", nonce: "n" }], ["Spring's ID Token of a refresh", { sub: "me", aud: ["gateway"], azp: "gateway", auth_time: NOW, scope: null, token_type: null }], ["an ID Token by its at_hash", { at_hash: "h" }], ["a logout token", { events: {} }],
  ])("duty 62: %s is refused, although it is active", (_, changes) => {
    expect(refused(asks(active(changes)).request)).toBe("401 wrong_type");
  });

  test.each([[{ token_type: "Bearer" }, undefined], [{}, "403 claims_refused"]])("duty 62: if claim_schema requires token_type, a response with %j gets %s", (changes, expected) => {
    const { request } = asks(active(changes), { claim_schema: { required: ["token_type"] } });
    if (expected) expect(refused(request)).toBe(expected);
    else expect(request.forwarded).toBeDefined();
  });

  test("duty 79: audience and scopes are checked as with a JWT", () => {
    const rules = { required_scopes: ["admin"], claim_validator: { audience: { valid_audiences: [AUDIENCE] } } };
    expect(refused(asks(active({ aud: "other" }), rules).request)).toBe("401 wrong_audience");
    expect(refused(asks(active({ aud: AUDIENCE }), rules).request)).toBe("403 insufficient_scope");
    asks(active({ aud: [AUDIENCE], iss: ISSUER, scope: "admin" }), rules).request.forwarded;
  });

  test.each([
    ["an error", 500, {}], ["an unknown client", 400, { error: "invalid_client" }], ["an invalid request", 400, { error: "invalid_request" }], ["another address", 404, "<html>Not Found</html>"], ["refused credentials", 401, {}], ["a redirect", 302, {}], ["an error page", 200, "<html>"], ["a list", 200, [active()]], ["nothing", 200, ""],
    ["the same name twice", 200, '{"active":false,"active":true}'], ["too much", 200, `{"active":true,"x":"${"x".repeat(40_000)}"}`],
  ])("duties 30, 80: %s is no verdict: 503, and the next request introspects again", (_, status, body) => {
    const { envoy, request } = asks(body, {}, status);
    expect(refused(request)).toBe("503 provider_unreachable");
    expect(envoy.get("/", bearer("opaque")).waiting).toBe(true);
  });

  test("duty 80: no response gets 503 too", () => {
    const envoy = open();
    const [broken, slow] = [envoy.get("/", bearer("a")), envoy.get("/", bearer("b"))];
    envoy.callouts[0]!.fail();
    expect(refused(broken)).toBe("503 provider_unreachable");
    envoy.advance(4);
    expect(refused(slow)).toBe("503 provider_unreachable");
    envoy.refuseCallouts = true;
    expect(refused(envoy.get("/", bearer("c")))).toBe("503 provider_unreachable");
  });

  test("if Envoy refuses the call, the log names the cluster and the endpoint", () => {
    const envoy = open();
    envoy.refuseCallouts = true;
    expect(refused(envoy.get("/", bearer("opaque")))).toBe("503 provider_unreachable");
    expect(envoy.logText).toMatch(/warn: envoy-oidc: Envoy refuses calls to the cluster "idp"[^]*warn: envoy-oidc: the introspection endpoint did not answer/);
  });

  test("if the client is refused, the log names the attributes, and not the secret", () => {
    const { envoy } = asks({}, {}, 401);
    expect(envoy.logText).toContain("check client_id, client_secret");
    expect(envoy.logText).not.toContain("s3cr3t");
  });

  test("duty 35: the response for a request that was reset serves the next one", () => {
    const envoy = open();
    const gone = envoy.get("/", bearer("t"));
    const call = envoy.callout();
    gone.reset();
    call.json(active());
    envoy.get("/", bearer("t")).forwarded;
  });

  test("duty 36: each request gets its own response, in any order", () => {
    const envoy = open({ claim_headers: { sub: "x-user" } });
    const a = envoy.get("/a", bearer("a")), b = envoy.get("/b", bearer("b"));
    const [callA, callB] = envoy.callouts;
    callB!.json(active({ sub: "bob" }));
    callA!.json(active({ sub: "alice" }));
    expect(a.forwarded.get("x-user")).toBe("alice");
    expect(b.forwarded.get("x-user")).toBe("bob");
  });
});

describe("duty 81: how long it is cached", () => {
  const again = (changes: object, body: object, seconds: number): boolean => {
    const { envoy } = asks(body, changes);
    envoy.advance(seconds);
    return envoy.get("/", bearer("opaque")).waiting;
  };

  test("until exp, and not a second longer", () => {
    expect(again({}, active(), 299)).toBe(false);
    expect(again({}, active(), 300)).toBe(true);
  });
  test("no longer than introspection_interval", () => {
    expect(again({ introspection_interval: 10 }, active(), 9)).toBe(false);
    expect(again({ introspection_interval: 10 }, active(), 10)).toBe(true);
    expect(again({ introspection_interval: 3600 }, active(), 300)).toBe(true);
  });
  test("not at all without exp and interval", () => expect(again({}, active({ exp: undefined }), 0)).toBe(true));
  test("an expiry claim other than exp counts seconds, and never outlives exp", () => {
    const config = { introspection_expiry_claim: "ttl" };
    expect(again(config, active({ ttl: 20 }), 19)).toBe(false);
    expect(again(config, active({ ttl: 20 }), 20)).toBe(true);
    expect(again(config, active({ ttl: 9000 }), 300)).toBe(true);
  });
  test("an inactive result: for five seconds", () => {
    expect(again({}, { active: false }, 4)).toBe(false);
    expect(again({}, { active: false }, 5)).toBe(true);
  });
  test("also with jwt_verification_cache_ignore, which is only for JWTs", () => expect(again({ jwt_verification_cache_ignore: true }, active(), 0)).toBe(false));
  test("duty 79: without exp, nbf and iat are still checked", () => {
    expect(refused(asks(active({ exp: undefined, nbf: NOW + 500 })).request)).toBe("401 not_yet_valid");
    asks(active({ exp: undefined })).request.forwarded.get("x");
  });

  test("not for another configuration", () => {
    const { envoy } = asks(active());
    const other = envoy.addPlugin({ ...INTROSPECTION_CONFIG, realm: "other" });
    expect(envoy.get("/", bearer("opaque"), { plugin: other }).waiting).toBe(true);
  });
});
