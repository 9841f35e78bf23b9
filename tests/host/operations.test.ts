/** Metrics, logs and filter state for operators, and the cost of requests and of a long run. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filter } from "./host/filter";
import { Vm } from "./host/vm";
import { b64u, bearer, INTROSPECTION_CONFIG, ISSUER, JWKS_CONFIG, KEY, makeKey, METADATA, ready, refused, serve, start, token } from "./fixture";

const value = token();

describe("metrics", () => {
  test("one counter for each outcome and each kind of callout", () => {
    const envoy = ready();
    envoy.get("/", bearer(value));
    envoy.get("/", bearer(value));
    envoy.get("/");
    envoy.get("/", bearer(token({ exp: 1 })));
    envoy.advance(1);
    expect(envoy.metrics()).toMatchObject({
      "envoy_oidc.allowed": 2, "envoy_oidc.refused.no_token": 1, "envoy_oidc.refused.expired": 1,
      "envoy_oidc.callout.discovery": 1, "envoy_oidc.callout.jwks": 1,
    });
  });

  test("failed callouts are counted, and so are requests that pass without a token", () => {
    const envoy = start({ config: { ...INTROSPECTION_CONFIG, bearer_only: false, unauth_action: "pass" } });
    envoy.get("/").forwarded.get("x");
    envoy.get("/", bearer("t"));
    envoy.callout().fail();
    envoy.advance(2);
    expect(envoy.metrics()).toMatchObject({ "envoy_oidc.anonymous": 1, "envoy_oidc.callout.introspection": 1, "envoy_oidc.callout.introspection.failed": 1 });
  });
});

describe("the version, which is that of package.json", () => {
  const { version } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as { version: string };

  test("is in the first line, once for all workers and configurations", () => {
    const envoy = start({ start: { workers: 2, canary: true } });
    envoy.addPlugin(JWKS_CONFIG, "second");
    envoy.reload({ ...JWKS_CONFIG, realm: "new" });
    expect(envoy.logs.map(({ text }) => text).filter((text) => text.includes("version"))).toEqual([`envoy-oidc: version ${version}`]);
    expect(envoy.logs[0]!.text).toBe(`envoy-oidc: version ${version}`);
  });

  test("is logged again if another one was loaded in between, so that the log names the last one", () => {
    const envoy = start(), build = filter(), module = new WebAssembly.Module(new Uint8Array(build.wasm));
    const loaded = (): number => {
      envoy.vms.push(new Vm(envoy, module, build, envoy.vms.length));
      envoy.addPlugin(JWKS_CONFIG, "next");
      return envoy.logs.filter(({ text }) => text === `envoy-oidc: version ${version}`).length;
    };
    expect(loaded()).toBe(1);
    envoy.sharedData.set("envoy-oidc/1/logged/version", Buffer.from("0.0.9"), 0);
    expect([loaded(), loaded()]).toEqual([2, 2]);
  });

  test("is logged even if the configuration is refused", () => {
    expect(() => start({ config: "{" })).toThrow(`envoy-oidc: version ${version}`);
  });

  test("is the name of a gauge", () => {
    expect(start().metrics()).toMatchObject({ [`envoy_oidc.version.${version}`]: 1 });
  });
});

describe("logs", () => {
  test("have the code of a refusal", () => {
    const envoy = ready();
    envoy.get("/", bearer(token({ exp: 1 })));
    expect(envoy.logText).toContain("refused, expired (401)");
  });

  test("a flood of refusals causes few lines, and the others are counted", () => {
    const envoy = ready();
    const before = envoy.logs.length;
    for (let i = 0; i < 500; i++) envoy.get("/", bearer(`bad${i}`));
    envoy.advance(2);
    const lines = envoy.logs.slice(before).map(({ text }) => text);
    expect(lines.length).toBeLessThan(25);
    expect(lines.join("\n")).toContain("480 more lines about requests not logged");
  });

  test("a flood of refusals does not hide lines about the provider", () => {
    const envoy = start({ config: INTROSPECTION_CONFIG });
    for (let i = 0; i < 100; i++) envoy.get("/", bearer(`malformed ${i}`));
    envoy.refuseCallouts = true;
    envoy.get("/", bearer("opaque"));
    expect(envoy.logText).toContain("Envoy refuses calls to the cluster");
    expect(envoy.logText).toContain("a Sidecar resource of Istio may hide it");
  });

  test("duties 18, 114: no token, secret or header value, at any level", () => {
    const envoy = start({ config: { ...INTROSPECTION_CONFIG, introspection_addon_headers: ["x-tenant"] }, start: { logLevel: "trace" } });
    for (const body of [{ active: true, exp: 2e9, sub: "s-subject" }, { active: false }, "junk"]) {
      envoy.get("/", { ...bearer("s-token"), "x-tenant": "s-header", cookie: "s-cookie=1" });
      envoy.callouts[0]?.reply(200, {}, body);
      envoy.advance(301);
    }
    envoy.get("/", { authorization: "Bearer s-token s-token" });
    envoy.advance(5);
    expect(envoy.logs.length).toBeGreaterThan(0);
    expect(envoy.logText).not.toMatch(/s-(token|subject|header|cookie)|s3cr3t/);
  });

  test("access logs get the code as the response's details", () => expect(ready().get("/").local.details).toBe("oidc_no_token"));
});

describe("a line that applies to the whole Envoy is logged once, not once for each worker", () => {
  const WARNED = { ...JWKS_CONFIG, ssl_verify: false }, workers = { start: { workers: 3, canary: true } };
  const linesAbout = ({ logs }: { logs: { text: string }[] }, about: string): string[] => logs.map(({ text }) => text).filter((text) => text.includes(about));

  test("a configuration's warnings, and those of a new one", () => {
    const envoy = start({ config: WARNED, ...workers });
    expect(linesAbout(envoy, "ssl_verify is false")).toHaveLength(1);
    envoy.reload(WARNED);
    expect(linesAbout(envoy, "ssl_verify is false")).toHaveLength(1);
    envoy.reload({ ...WARNED, realm: "new" });
    expect(linesAbout(envoy, "ssl_verify is false")).toHaveLength(2);
  });

  test("the warnings of each plugin, with its name", () => {
    const envoy = start({ config: WARNED, ...workers });
    envoy.addPlugin(WARNED, "second");
    expect(linesAbout(envoy, "ssl_verify is false").map((text) => text.split(":")[0])).toEqual(["envoy-oidc", "envoy-oidc second"]);
  });

  test("faults of the provider's document, also for a later configuration", () => {
    const envoy = ready({ ...workers, metadata: { ...METADATA, userinfo_endpoint: "/relative", jwks_uri: "https://keys.example.com/jwks" } });
    envoy.addPlugin({ ...INTROSPECTION_CONFIG, introspection_endpoint: undefined, use_jwks: true, endpoint_clusters: { introspection_endpoint: "other" } });
    envoy.advance(3);
    expect([linesAbout(envoy, "without fragment: userinfo_endpoint"), linesAbout(envoy, "jwks_uri is on another host")].map(({ length }) => length)).toEqual([1, 1]);
  });

  test("a document that breaks, is corrected and breaks again is logged each time", () => {
    const envoy = start({ config: { ...JWKS_CONFIG, jwk_expires_in: 60 }, ...workers }), good = { ...METADATA };
    for (const document of [{ ...good, jwks_uri: "/relative" }, good, { ...good, jwks_uri: "/relative" }]) {
      serve(envoy, { metadata: document });
      envoy.advance(61);
    }
    expect(linesAbout(envoy, "no usable jwks_uri")).toHaveLength(2);
  });
});

describe("the line about keys in use", () => {
  const about = (keys: Parameters<typeof makeKey>[0][], workers = 1): string[] => {
    const envoy = ready({ keys: keys.map((kid) => ({ ...KEY, jwk: { ...KEY.jwk, kid } })), start: { workers } });
    envoy.advance(2);
    return envoy.logs.map(({ text }) => text).filter((text) => text.includes("in use"));
  };
  test("names their ids, once for all workers", () => expect(about(["a1", "b2"], 3)).toEqual(["envoy-oidc: keys of https://idp.example.com: 2 in use: a1, b2"]));
  test("names at most eight", () => expect(about([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => `k${n}`))[0]).toMatch(/: 10 in use: k1, k2, k3, k4, k5, k6, k7, k8; and 2 more$/));
  test("duty 18: an id cannot forge a line, nor fill the log", () => {
    expect(about(["a\nenvoy-oidc: forged\u001b[31m\u202e", "x".repeat(100)])[0]).toBe(`envoy-oidc: keys of https://idp.example.com: 2 in use: a?envoy-oidc:?forged?[31m???, ${"x".repeat(64)}`);
  });
  test("a rotation causes a line, and so does its reversal", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, jwk_expires_in: 60 }, start: { workers: 2 } }), other = makeKey("k2");
    for (const key of [other, KEY]) { serve(envoy, { keys: [key] }); envoy.advance(60); }
    expect(envoy.logs.map(({ text }) => /in use: (.*)/.exec(text)?.[1]).filter(Boolean)).toEqual(["k1", "k2", "k1"]);
  });
});

describe("filter state", () => {
  test("contains sub, iss and scope if configured", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, set_filter_state: true } });
    const request = envoy.get("/", bearer(value));
    expect(Object.fromEntries([...request.properties].map(([name, text]) => [name, text.toString()]))).toMatchObject({
      "oidc.sub": "joe", "oidc.iss": "https://idp.example.com", "oidc.scope": "read write",
    });
  });
  test("is empty otherwise", () => expect(ready().get("/", bearer(value)).properties.size).toBe(0));

  const WITH = { set_filter_state: true };
  const person = (request: { properties: Map<string, Uint8Array> }): unknown => Object.fromEntries([...request.properties].map(([name, text]) => [name, Buffer.from(text).toString()]));
  const JOE = { "oidc.sub": "joe", "oidc.iss": ISSUER, "oidc.scope": "read write" };

  test.each<[string, object, Record<string, unknown>]>([
    ["insufficient_scope", { required_scopes: ["admin"] }, {}], ["wrong_audience", { claim_validator: { audience: { valid_audiences: ["x"] } } }, {}], ["expired", {}, { exp: 1 }], ["bound_token", {}, { cnf: {} }],
    ["access_denied", { access_rules: { claim: "sub", equals: "bob" } }, {}], ["claims_too_large", { max_claim_headers_bytes: 1024 }, { filler: "x".repeat(2000) }],
  ])("names the user of a refused request: %s, also from the cache", (code, config, changes) => {
    const envoy = ready({ config: { ...JWKS_CONFIG, ...WITH, ...config } }), headers = bearer(token(changes));
    for (let i = 0; i < 2; i++) {
      const request = envoy.get("/", headers);
      expect([refused(request).split(" ")[1], person(request)]).toEqual([code, JOE]);
    }
    if (code === "access_denied") expect(envoy.logText.match(/access_denied \(403\) by \S+/g)).toHaveLength(2);
  });

  test("duty 18: names nobody by an unverified token: a bad signature, an unknown key, an inactive token", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, ...WITH } });
    for (const each of [`${token().slice(0, -8)}AAAAAAAA`, token({}, { key: makeKey("k1") }), token({}, { key: makeKey("other") }), "junk"]) expect(envoy.get("/", bearer(each)).properties.size).toBe(0);
    const asks = start({ config: { ...INTROSPECTION_CONFIG, ...WITH } }), request = asks.get("/", bearer("opaque"));
    asks.callout().json({ active: false, sub: "joe" });
    expect([refused(request), request.properties.size]).toEqual(["401 inactive", 0]);
  });

  test("names the user of an introspection result", () => {
    const asks = start({ config: { ...INTROSPECTION_CONFIG, ...WITH, required_scopes: ["admin"] } }), request = asks.get("/", bearer("opaque"));
    asks.callout().json({ active: true, sub: "joe", iss: ISSUER, scope: "read write" });
    expect([refused(request), person(request)]).toEqual(["403 insufficient_scope", JOE]);
  });

  test("names nobody without set_filter_state", () => expect(ready({ config: { ...JWKS_CONFIG, required_scopes: ["admin"] } }).get("/", bearer(value)).properties.size).toBe(0));
});

describe("the host calls of a request", () => {
  test("a cached token: the headers once, the time once, one call for each header that is set", () => {
    const envoy = ready();
    envoy.get("/", bearer(value));
    expect(envoy.counting(() => envoy.get("/", bearer(value)))).toEqual({
      proxy_get_header_map_pairs: 1, proxy_get_current_time_nanoseconds: 1, proxy_replace_header_map_value: 2,
    });
  });
  test("each identity header that the client sent costs one more call", () => {
    const envoy = ready();
    envoy.get("/", bearer(value));
    expect(envoy.counting(() => envoy.get("/", { ...bearer(value), x_userinfo: "evil" }))).toMatchObject({ proxy_remove_header_map_value: 1 });
  });
});

describe("duty 141: memory", () => {
  test("thirty thousand different tokens do not increase it, and it stays below 8 MB", () => {
    const envoy = ready();
    const payload = "x".repeat(400);
    const flood = (from: number, to: number): void => {
      for (let i = from; i < to; i++) envoy.get("/", bearer(`${b64u({ alg: "RS256", kid: "k1" })}.${b64u({ i, payload })}.${"A".repeat(342)}`));
    };
    flood(0, 5_000);
    const before = envoy.memoryBytes();
    flood(5_000, 30_000);
    expect(envoy.memoryBytes()).toBeLessThanOrEqual(before);
    expect(before).toBeLessThan(8 << 20);
  });

  test("of many valid tokens the newest are cached", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, cache_max_kib: 64 } });
    const tokens = Array.from({ length: 300 }, (_, i) => token({ jti: `${i}` }));
    tokens.forEach((each) => envoy.get("/", bearer(each)).forwarded.get("x"));
    const newest = bearer(tokens[299]!), oldest = bearer(tokens[0]!);
    expect(envoy.counting(() => envoy.get("/", newest))).not.toHaveProperty("proxy_call_foreign_function");
    expect(envoy.counting(() => envoy.get("/", oldest))).toHaveProperty("proxy_call_foreign_function");
  });

  test("a flood of bad tokens does not evict valid ones", () => {
    const envoy = ready();
    envoy.get("/", bearer(value));
    for (let i = 0; i < 5_000; i++) envoy.get("/", bearer(`bad.bad.bad${i}`));
    expect(envoy.counting(() => envoy.get("/", bearer(value)))).not.toHaveProperty("proxy_call_foreign_function");
  });
});

describe("duty 68: a cached verdict", () => {
  test("expires with the token", () => {
    const envoy = ready();
    envoy.get("/", bearer(value)).forwarded.get("x");
    envoy.advance(298);
    envoy.get("/", bearer(value)).forwarded.get("x");
    envoy.advance(1);
    expect(refused(envoy.get("/", bearer(value)))).toBe("401 expired");
  });
  test("does not exist with jwt_verification_cache_ignore", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, jwt_verification_cache_ignore: true } });
    envoy.get("/", bearer(value));
    expect(envoy.counting(() => envoy.get("/", bearer(value)))).toHaveProperty("proxy_call_foreign_function");
  });
  test("duty 137: a clock that jumps back does not extend a token beyond its exp", () => {
    const envoy = ready();
    const short = token({ exp: Math.floor(envoy.now) + 10 });
    envoy.get("/", bearer(short)).forwarded.get("x");
    envoy.advance(20);
    expect(refused(envoy.get("/", bearer(short)))).toBe("401 expired");
  });
});

describe("an Envoy with fewer functions", () => {
  test("without verify_signature the filter's own code gives the same results", () => {
    for (const alg of ["RS256", "ES256", "ES512"]) {
      const key = makeKey(alg, alg);
      const envoy = ready({ keys: [key], start: { verifySignature: false } });
      envoy.get("/", bearer(token({}, { key }))).forwarded.get("x");
      expect(refused(envoy.get("/", bearer(token({}, { key: { ...makeKey(alg, alg), kid: alg } }))))).toBe("401 bad_signature");
    }
  });
});
