/** The provider's metadata and keys: how they are fetched, cached and replaced. */
import { makeRocaKey } from "../support/roca";
import { asked, bearer, DISCOVERY, INTROSPECTION_CONFIG, ISSUER, JWKS_CONFIG, KEY, makeKey, METADATA, ready, refused, serve, start, token } from "./fixture";

const NEXT = makeKey("k2");

describe("the provider's documents", () => {
  const withMetadata = (body: unknown, status = 200) => {
    const envoy = start();
    envoy.provider("idp").answers((call) => call.path === "/jwks" ? { body: { keys: [KEY.jwk] } } : { status, body: body as object });
    envoy.advance(0.5);
    return envoy;
  };

  test.each([
    ["another issuer", { ...METADATA, issuer: "https://evil.example" }, `names another issuer than its URL belongs to: https://evil.example for ${ISSUER} `],
    ["an issuer with two slashes", { ...METADATA, issuer: `${ISSUER}//` }, "names another issuer"],
    ["no issuer", { jwks_uri: METADATA.jwks_uri }, "names another issuer"],
    ["a jwks_uri over plain http", { ...METADATA, jwks_uri: "http://idp.example.com/jwks" }, "not https URLs"],
    ["a jwks_uri that is no https URL", { ...METADATA, jwks_uri: "file:///etc/passwd" }, "not https URLs"],
    ["a list", [METADATA], "names another issuer"],
    ["an error page", "<html>", "not well-formed JSON"],
    ["truncated JSON", '{"issuer":"', "not well-formed JSON"],
    ["the issuer twice", `{"issuer":"${ISSUER}","issuer":"${ISSUER}"}`, "not well-formed JSON"],
    ["deep nesting", "[".repeat(5000), "not well-formed JSON"],
    ["a megabyte", `"${"x".repeat(1 << 20)}"`, "not well-formed JSON"],
  ])("duties 30, 65: %s in place of metadata is refused", (_, body, reason) => {
    const envoy = withMetadata(body);
    expect(refused(envoy.get("/", bearer(token())))).toBe("503 provider_not_ready");
    expect(envoy.logText).toContain(reason);
  });

  test.each([301, 302, 307, 404, 500])("duty 41: status %d is not followed, and its body is not used", (status) => {
    const envoy = withMetadata(METADATA, status);
    expect(refused(envoy.get("/", bearer(token())))).toBe("503 provider_not_ready");
    expect(envoy.logText).toContain(`status ${status}`);
  });

  test("the issuer may differ from the URL's if the configuration names it", () => {
    const envoy = start({ config: { ...JWKS_CONFIG, discovery: "https://idp.internal/realms/a/.well-known/openid-configuration", issuer: ISSUER } });
    envoy.provider("idp").answers((call) => call.path === "/jwks" ? { body: { keys: [KEY.jwk] } } : { body: METADATA });
    envoy.advance(0.5);
    envoy.get("/", bearer(token())).forwarded;
  });

  test("duties 82, 140: calls go only to the configured clusters, whatever the URLs say", () => {
    const config = { ...JWKS_CONFIG, endpoint_clusters: { jwks_uri: "keys" } };
    const envoy = start({ config });
    envoy.provider("idp").answers(() => ({ body: { ...METADATA, jwks_uri: "https://metadata.internal/latest" } }));
    envoy.advance(0.1);
    expect(envoy.callout().cluster).toBe("keys");
    expect(envoy.callout().authority).toBe("metadata.internal");
  });

  test("the log names a key set on another host without its own cluster", () => {
    const envoy = ready({ metadata: { ...METADATA, jwks_uri: "https://keys.example.com/jwks" } });
    expect(envoy.logText).toContain("endpoint_clusters.jwks_uri");
  });
});

describe("duties 52, 134, 135: which keys are used", () => {
  const withKeys = (body: unknown) => {
    const envoy = start();
    envoy.provider("idp").answers((call) => call.path === "/jwks" ? { body: body as object } : { body: METADATA });
    envoy.advance(0.5);
    return envoy;
  };
  const weak = { ...KEY.jwk, n: Buffer.alloc(128, 0xc1).toString("base64url") };

  test.each([
    ["an encryption key", { ...KEY.jwk, use: "enc" }], ["a key for other operations", { ...KEY.jwk, key_ops: ["encrypt"] }], ["a private key", { ...KEY.jwk, d: "AQAB" }],
    ["a shared secret", { kty: "oct", k: "c2VjcmV0", kid: "k1" }], ["1024 bits", weak], ["e = 1", { ...KEY.jwk, e: "AQ" }], ["an even e", { ...KEY.jwk, e: "Ag" }],
    ["an EC point off its curve", { kty: "EC", crv: "P-256", x: Buffer.alloc(32, 1).toString("base64url"), y: Buffer.alloc(32, 1).toString("base64url"), kid: "k1" }],
    ["an unknown type", { kty: "XYZ", kid: "k1" }], ["a number", 7],
  ])("duty 52: a key set with only %s is refused", (_, jwk) => {
    const envoy = withKeys({ keys: [jwk] });
    expect(refused(envoy.get("/", bearer(token())))).toBe("503 provider_not_ready");
    expect(withKeys({ keys: [jwk, KEY.jwk] }).get("/", bearer(token())).forwarded).toBeDefined();
  });

  test.each<[string, string, string]>([
    ["a member twice", JSON.stringify(KEY.jwk).replace("{", '{"kid":"bad","kid":"bad",').replace('"kid":"k1"', '"x":1'), "has a member twice"],
    ["an unknown type", '{"kid":"bad","kty":"AKP","alg":"ML-DSA-44","pub":"AA"}', "bad has a kty that is not known here"],
    ["a broken modulus", '{"kid":"bad","kty":"RSA","n":"###","e":"AQAB"}', "bad has a malformed n"],
  ])("one bad key (%s) is left out, the others are used, and the log says which and why", (_, bad, why) => {
    const envoy = withKeys(`{"keys":[${bad},${JSON.stringify(KEY.jwk)}]}`);
    envoy.get("/", bearer(token())).forwarded;
    expect(envoy.logText).toMatch(new RegExp(`warn: .*keys of https://idp\\.example\\.com: left out: .*${why}`));
  });

  test.each<[string, (jwk: Record<string, unknown>) => Record<string, unknown>]>([
    ["members that are null", (jwk) => ({ ...jwk, use: null, key_ops: null, x5c: null, d: null, oth: null })],
    ["empty lists", (jwk) => ({ ...jwk, key_ops: [], oth: [] })],
    ["kid and alg that are null", (jwk) => ({ ...jwk, kid: null, alg: null })],
    ["standard base64 with padding", (jwk) => ({ ...jwk, n: Buffer.from(String(jwk.n), "base64url").toString("base64") })],
  ])("a key with %s is used", (_, change) => void withKeys({ keys: [change(KEY.jwk as Record<string, unknown>)] }).get("/", bearer(token())).forwarded);

  test("a byte order mark before metadata and keys is skipped", () => {
    const envoy = start({ config: JWKS_CONFIG });
    envoy.provider("idp").answers((call) => ({ body: `\ufeff${JSON.stringify(call.path === "/jwks" ? { keys: [KEY.jwk] } : METADATA)}` }));
    envoy.advance(1);
    envoy.get("/", bearer(token())).forwarded;
  });

  describe("duty 166: a ROCA key is not used", () => {
    const { privateKey, publicKey } = makeRocaKey(), weakened = { kid: "roca-1\n\u00e9", alg: "RS256", privateKey, jwk: { ...publicKey.export({ format: "jwk" }), kid: "roca-1\n\u00e9" } };
    const line = /warn: envoy-oidc: keys of https:\/\/idp\.example\.com: left out: roca-1\?\?\? has a private key that can be computed \(ROCA, CVE-2017-15361\)(; a key without id has a private key that can be computed .*)?$/m;

    test("beside others it is left out, and logged once", () => {
      const envoy = withKeys({ keys: [KEY.jwk, weakened.jwk, { ...weakened.jwk, kid: undefined }] });
      envoy.get("/", bearer(token())).forwarded;
      expect(refused(envoy.get("/", bearer(token({}, { key: weakened }))))).toBe("401 unknown_key");
      envoy.advance(90_000);
      expect(asked(envoy, "/jwks")).toBeGreaterThan(1);
      expect(envoy.logText).toMatch(line);
      expect(envoy.logText.split("left out")).toHaveLength(2);
    });

    test("a key set with only that key is refused", () => {
      const envoy = withKeys({ keys: [weakened.jwk] });
      expect(refused(envoy.get("/", bearer(token({}, { key: weakened }))))).toBe("503 provider_not_ready");
      expect(envoy.logText).toMatch(line);
    });

    test("as public_key it is refused", () => {
      const config = { bearer_only: true, public_key: publicKey.export({ type: "spki", format: "pem" }), claim_validator: { issuer: { valid_issuers: [ISSUER] } } };
      expect(() => start({ config })).toThrow(/public_key: the private key of this RSA key can be computed \(ROCA, CVE-2017-15361\): generate a new one/);
    });
  });

  test.each([["an empty set", { keys: [] }], ["an error page", "<html>"], ["no keys", {}], ["too many keys", { keys: Array.from({ length: 101 }, () => KEY.jwk) }]])(
    "duties 134, 135: %s never replaces the current keys", (_, body) => {
      const envoy = ready({ config: { ...JWKS_CONFIG, jwk_expires_in: 60 } });
      envoy.provider("idp").answers((call) => call.path === "/jwks" ? { body: body as object } : { body: METADATA });
      envoy.advance(600);
      expect(asked(envoy, "/jwks")).toBeGreaterThan(2);
      envoy.get("/", bearer(token({ exp: 2e9 }))).forwarded;
    });
});

describe("refreshes of the documents", () => {
  test("keys are fetched again before they expire, so that no request waits", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, jwk_expires_in: 1000 } });
    envoy.advance(890);
    expect(asked(envoy, "/jwks")).toBe(1);
    envoy.advance(20);
    expect(asked(envoy, "/jwks")).toBe(2);
  });

  test("while the provider is down the keys are used for one more day, and no longer", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, jwk_expires_in: 60 } });
    envoy.provider("idp").answers(() => "fail");
    envoy.advance(23 * 3600);
    envoy.get("/", bearer(token({ exp: 2e9 }))).forwarded;
    envoy.advance(2 * 3600);
    expect(refused(envoy.get("/", bearer(token({ exp: 2e9, jti: "2" }))))).toBe("503 provider_not_ready");
    serve(envoy);
    envoy.advance(60);
    envoy.get("/", bearer(token({ exp: 2e9 }))).forwarded;
  });

  test("duty 47: a token with a new key waits for one fetch and passes", () => {
    const envoy = ready();
    envoy.advance(60);
    serve(envoy, { keys: [KEY, NEXT] });
    envoy.provider("idp").answers(null);
    const first = envoy.get("/", bearer(token({}, { key: NEXT })));
    const second = envoy.get("/", bearer(token({ jti: "2" }, { key: NEXT })));
    expect([first.waiting, second.waiting]).toEqual([true, true]);
    envoy.get("/", bearer(token())).forwarded; // known keys work meanwhile
    serve(envoy, { keys: [KEY, NEXT] });
    first.forwarded;
    second.forwarded;
    expect(asked(envoy, "/jwks")).toBe(2);
  });

  test("duty 47: a flood of unknown key ids causes at most one fetch in 30 seconds; a token whose key was not looked up is not called invalid", () => {
    const envoy = ready();
    const stranger = makeKey("stranger");
    for (let second = 0; second < 120; second++) {
      for (let i = 0; i < 5; i++) {
        const answer = refused(envoy.get("/", bearer(token({}, { key: stranger, header: { kid: `${second}-${i}` } }))));
        expect(["401 unknown_key", "503 provider_not_ready"]).toContain(answer);
      }
      envoy.advance(1);
    }
    expect(asked(envoy, "/jwks")).toBeLessThanOrEqual(5);
    expect(asked(envoy, "/jwks")).toBeGreaterThanOrEqual(4);
  });

  test("a rotation is noticed even if keys have no ids", () => {
    const nameless = (key: typeof KEY) => ({ ...key, jwk: { ...key.jwk, kid: undefined } });
    const envoy = ready({ keys: [nameless(KEY)] });
    envoy.advance(60);
    serve(envoy, { keys: [nameless(NEXT)] });
    envoy.get("/", bearer(token({}, { key: NEXT, header: { kid: undefined } }))).forwarded.get("x");
    expect(refused(envoy.get("/", bearer(token({ jti: "old" }, { header: { kid: undefined } }))))).toBe("503 provider_not_ready");
    envoy.advance(30);
    expect(refused(envoy.get("/", bearer(token({ jti: "old" }, { header: { kid: undefined } }))))).toBe("401 bad_signature");
    expect(asked(envoy, "/jwks")).toBe(3);
  });

  test("duty 68: when a key is withdrawn, tokens that it signed are checked again", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, jwk_expires_in: 100 } });
    const old = bearer(token({ exp: 2e9 }));
    envoy.get("/", old).forwarded;
    serve(envoy, { keys: [NEXT] });
    envoy.advance(100);
    expect(refused(envoy.get("/", old))).toBe("401 unknown_key");
  });
});

describe("workers", () => {
  test("one of them fetches for all", () => {
    const envoy = start({ start: { workers: 4 } });
    const waiting = [0, 1, 2, 3].map((worker) => envoy.get("/", bearer(token()), { worker }));
    serve(envoy);
    envoy.advance(0.5);
    waiting.forEach((request) => request.forwarded);
    expect(envoy.history).toHaveLength(2);
  });

  test("a failed fetch in one ends the wait in all", () => {
    const envoy = start({ start: { workers: 2 } });
    const waiting = [0, 1].map((worker) => envoy.get("/", bearer(token()), { worker }));
    envoy.advance(0.1);
    envoy.callout().fail();
    envoy.advance(0.1);
    expect(waiting.map(refused)).toEqual(["503 provider_not_ready", "503 provider_not_ready"]);
  });

  test("the others use a new key that one has fetched, without a call", () => {
    const envoy = ready({ start: { workers: 2 } });
    envoy.advance(60);
    serve(envoy, { keys: [KEY, NEXT] });
    envoy.get("/", bearer(token({}, { key: NEXT })), { worker: 0 }).forwarded;
    const other = envoy.get("/", bearer(token({}, { key: NEXT })), { worker: 1 });
    envoy.advance(0.2);
    other.forwarded;
    expect(asked(envoy, "/jwks")).toBe(2);
  });

  test("duty 136: documents in shared data are read as strictly as the provider's", () => {
    const envoy = ready({ start: { workers: 2 } });
    const keys = envoy.sharedData.keys;
    // Without the records of lines that were logged for all workers.
    expect(keys.filter((key) => !key.includes("/logged/")).map((key) => key.split("/").pop()).sort()).toEqual(["head", "keys", "metadata"]);
    for (const key of keys) envoy.sharedData.set(key, key.endsWith("/head") ? Buffer.alloc(7) : Buffer.from("junk"), 0);
    envoy.advance(60);
    for (const worker of [0, 1]) envoy.get("/", bearer(token()), { worker }).forwarded.get("x");
  });

  test("duty 138: verification works without randomness", () => {
    const envoy = start();
    envoy.failRandom = true;
    const second = envoy.addPlugin({ ...JWKS_CONFIG, realm: "second" });
    serve(envoy);
    envoy.advance(1);
    envoy.get("/", bearer(token()), { plugin: second }).forwarded.get("x");
  });

  test("a worker that dies during a fetch does not block the others", () => {
    const envoy = start({ start: { workers: 2 } });
    envoy.advance(0.1);
    const lost = envoy.callout();
    expect(lost.path).toBe("/.well-known/openid-configuration");
    envoy.provider("idp").answers((call) => call === lost ? null : call.path === "/jwks" ? { body: { keys: [KEY.jwk] } } : { body: METADATA });
    envoy.advance(10);
    envoy.get("/", bearer(token()), { worker: 0 }).forwarded;
    envoy.get("/", bearer(token()), { worker: 1 }).forwarded;
  });
});

describe("only bearer_only", () => {
  const config = { bearer_only: true, discovery: DISCOVERY, provider_cluster: "idp" };
  const { client_id, client_secret } = INTROSPECTION_CONFIG;

  test("introspects if the provider offers it and there are credentials", () => {
    const envoy = ready({ config: { ...config, client_id, client_secret } });
    envoy.get("/", bearer(token()));
    expect(envoy.callout().path).toBe("/introspect");
  });
  test("verifies with keys if there are no credentials", () => void ready({ config }).get("/", bearer(token())).forwarded);
  test("verifies with keys if the provider has no such endpoint", () => {
    const envoy = ready({ config: { ...config, client_id, client_secret }, metadata: { issuer: ISSUER, jwks_uri: METADATA.jwks_uri } });
    envoy.get("/", bearer(token())).forwarded;
  });
});
