/** What operators see, and what a long life of the filter costs. */
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

  test("failed callouts are counted, and requests that pass without a token", () => {
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

  test("stands in the first line, once for all workers and configurations", () => {
    const envoy = start({ start: { workers: 2, canary: true } });
    envoy.addPlugin(JWKS_CONFIG, "second");
    envoy.reload({ ...JWKS_CONFIG, realm: "new" });
    expect(envoy.logs.map(({ text }) => text).filter((text) => text.includes("version"))).toEqual([`envoy-oidc: version ${version}`]);
    expect(envoy.logs[0]!.text).toBe(`envoy-oidc: version ${version}`);
  });

  test("is said again when another one was loaded in between: the log says which came last", () => {
    const envoy = start(), build = filter(), module = new WebAssembly.Module(new Uint8Array(build.wasm));
    const loaded = (): number => {
      envoy.vms.push(new Vm(envoy, module, build, envoy.vms.length));
      envoy.addPlugin(JWKS_CONFIG, "next");
      return envoy.logs.filter(({ text }) => text === `envoy-oidc: version ${version}`).length;
    };
    expect(loaded()).toBe(1);
    envoy.sharedData.set("envoy-oidc/1/said/version", Buffer.from("0.0.9"), 0);
    expect([loaded(), loaded()]).toEqual([2, 2]);
  });

  test("is said even where the configuration is refused", () => {
    expect(() => start({ config: "{" })).toThrow(`envoy-oidc: version ${version}`);
  });

  test("is the name of a gauge", () => {
    expect(start().metrics()).toMatchObject({ [`envoy_oidc.version.${version}`]: 1 });
  });
});

describe("logs", () => {
  test("name the reason of a refusal by its code", () => {
    const envoy = ready();
    envoy.get("/", bearer(token({ exp: 1 })));
    expect(envoy.logText).toContain("refused, expired (401)");
  });

  test("a flood of refusals makes few lines, and the rest is counted", () => {
    const envoy = ready();
    const before = envoy.logs.length;
    for (let i = 0; i < 500; i++) envoy.get("/", bearer(`bad${i}`));
    envoy.advance(2);
    const lines = envoy.logs.slice(before).map(({ text }) => text);
    expect(lines.length).toBeLessThan(25);
    expect(lines.join("\n")).toContain("480 more lines about requests not logged");
  });

  test("a flood of refusals does not drown what is wrong with the provider", () => {
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

describe("what is true of the whole Envoy is in the log once, not once for each worker", () => {
  const WARNED = { ...JWKS_CONFIG, ssl_verify: false }, workers = { start: { workers: 3, canary: true } };
  const said = ({ logs }: { logs: { text: string }[] }, about: string): string[] => logs.map(({ text }) => text).filter((text) => text.includes(about));

  test("a configuration's warnings, and those of a new one", () => {
    const envoy = start({ config: WARNED, ...workers });
    expect(said(envoy, "ssl_verify is false")).toHaveLength(1);
    envoy.reload(WARNED);
    expect(said(envoy, "ssl_verify is false")).toHaveLength(1);
    envoy.reload({ ...WARNED, realm: "new" });
    expect(said(envoy, "ssl_verify is false")).toHaveLength(2);
  });

  test("each plugin's own: the line names it", () => {
    const envoy = start({ config: WARNED, ...workers });
    envoy.addPlugin(WARNED, "second");
    expect(said(envoy, "ssl_verify is false").map((text) => text.split(":")[0])).toEqual(["envoy-oidc", "envoy-oidc second"]);
  });

  test("what is wrong with the provider's document, also for a configuration that comes later", () => {
    const envoy = ready({ ...workers, metadata: { ...METADATA, userinfo_endpoint: "/relative", jwks_uri: "https://keys.example.com/jwks" } });
    envoy.addPlugin({ ...INTROSPECTION_CONFIG, introspection_endpoint: undefined, use_jwks: true, endpoint_clusters: { introspection_endpoint: "other" } });
    envoy.advance(3);
    expect([said(envoy, "without fragment: userinfo_endpoint"), said(envoy, "jwks_uri is on another host")].map(({ length }) => length)).toEqual([1, 1]);
  });

  test("a document that is broken, mended and broken again is told each time", () => {
    const envoy = start({ config: { ...JWKS_CONFIG, jwk_expires_in: 60 }, ...workers }), good = { ...METADATA };
    for (const document of [{ ...good, jwks_uri: "/relative" }, good, { ...good, jwks_uri: "/relative" }]) {
      serve(envoy, { metadata: document });
      envoy.advance(61);
    }
    expect(said(envoy, "no usable jwks_uri")).toHaveLength(2);
  });
});

describe("the line about keys in use", () => {
  const about = (keys: Parameters<typeof makeKey>[0][], workers = 1): string[] => {
    const envoy = ready({ keys: keys.map((kid) => ({ ...KEY, jwk: { ...KEY.jwk, kid } })), start: { workers } });
    envoy.advance(2);
    return envoy.logs.map(({ text }) => text).filter((text) => text.includes("in use"));
  };
  test("names their ids, once for all workers", () => expect(about(["a1", "b2"], 3)).toEqual(["envoy-oidc: keys of https://idp.example.com: 2 in use: a1, b2"]));
  test("names eight at the most", () => expect(about([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => `k${n}`))[0]).toMatch(/: 10 in use: k1, k2, k3, k4, k5, k6, k7, k8; and 2 more$/));
  test("duty 18: an id cannot forge a line, nor fill the log", () => {
    expect(about(["a\nenvoy-oidc: forged\u001b[31m\u202e", "x".repeat(100)])[0]).toBe(`envoy-oidc: keys of https://idp.example.com: 2 in use: a?envoy-oidc:?forged?[31m???, ${"x".repeat(64)}`);
  });
  test("a rotation brings a line, and back again", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, jwk_expires_in: 60 }, start: { workers: 2 } }), other = makeKey("k2");
    for (const key of [other, KEY]) { serve(envoy, { keys: [key] }); envoy.advance(60); }
    expect(envoy.logs.map(({ text }) => /in use: (.*)/.exec(text)?.[1]).filter(Boolean)).toEqual(["k1", "k2", "k1"]);
  });
});

describe("filter state", () => {
  test("holds sub, iss and scope when asked for", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, set_filter_state: true } });
    const request = envoy.get("/", bearer(value));
    expect(Object.fromEntries([...request.properties].map(([name, text]) => [name, text.toString()]))).toMatchObject({
      "oidc.sub": "joe", "oidc.iss": "https://idp.example.com", "oidc.scope": "read write",
    });
  });
  test("holds nothing otherwise", () => expect(ready().get("/", bearer(value)).properties.size).toBe(0));

  const WITH = { set_filter_state: true };
  const person = (request: { properties: Map<string, Uint8Array> }): unknown => Object.fromEntries([...request.properties].map(([name, text]) => [name, Buffer.from(text).toString()]));
  const JOE = { "oidc.sub": "joe", "oidc.iss": ISSUER, "oidc.scope": "read write" };

  test.each<[string, object, Record<string, unknown>]>([
    ["insufficient_scope", { required_scopes: ["admin"] }, {}], ["wrong_audience", { claim_validator: { audience: { valid_audiences: ["x"] } } }, {}], ["expired", {}, { exp: 1 }], ["bound_token", {}, { cnf: {} }],
    ["access_denied", { access_rules: { claim: "sub", equals: "bob" } }, {}], ["claims_too_large", { max_claim_headers_bytes: 1024 }, { filler: "x".repeat(2000) }],
  ])("names who was refused: %s, also the second time", (code, config, changes) => {
    const envoy = ready({ config: { ...JWKS_CONFIG, ...WITH, ...config } }), headers = bearer(token(changes));
    for (let i = 0; i < 2; i++) {
      const request = envoy.get("/", headers);
      expect([refused(request).split(" ")[1], person(request)]).toEqual([code, JOE]);
    }
    if (code === "access_denied") expect(envoy.logText.match(/access_denied \(403\) by \S+/g)).toHaveLength(2);
  });

  test("duty 18: names nobody for whom nobody vouches: a bad signature, an unknown key, an inactive token", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, ...WITH } });
    for (const each of [`${token().slice(0, -8)}AAAAAAAA`, token({}, { key: makeKey("k1") }), token({}, { key: makeKey("other") }), "junk"]) expect(envoy.get("/", bearer(each)).properties.size).toBe(0);
    const asks = start({ config: { ...INTROSPECTION_CONFIG, ...WITH } }), request = asks.get("/", bearer("opaque"));
    asks.callout().json({ active: false, sub: "joe" });
    expect([refused(request), request.properties.size]).toEqual(["401 inactive", 0]);
  });

  test("names whom introspection vouches for", () => {
    const asks = start({ config: { ...INTROSPECTION_CONFIG, ...WITH, required_scopes: ["admin"] } }), request = asks.get("/", bearer("opaque"));
    asks.callout().json({ active: true, sub: "joe", iss: ISSUER, scope: "read write" });
    expect([refused(request), person(request)]).toEqual(["403 insufficient_scope", JOE]);
  });

  test("names nobody who was refused otherwise", () => expect(ready({ config: { ...JWKS_CONFIG, required_scopes: ["admin"] } }).get("/", bearer(value)).properties.size).toBe(0));
});

describe("what a request costs", () => {
  test("a token seen before: the headers once, the time once, one call for each header that is set", () => {
    const envoy = ready();
    envoy.get("/", bearer(value));
    expect(envoy.counting(() => envoy.get("/", bearer(value)))).toEqual({
      proxy_get_header_map_pairs: 1, proxy_get_current_time_nanoseconds: 1, proxy_replace_header_map_value: 2,
    });
  });
  test("one identity header that the client sent is one call more", () => {
    const envoy = ready();
    envoy.get("/", bearer(value));
    expect(envoy.counting(() => envoy.get("/", { ...bearer(value), x_userinfo: "evil" }))).toMatchObject({ proxy_remove_header_map_value: 1 });
  });
});

describe("duty 141: memory", () => {
  test("thirty thousand different tokens leave it where it was, below 8 MB", () => {
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

  test("tokens that pass leave it there too, and the newest are remembered", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, cache_max_kib: 64 } });
    const tokens = Array.from({ length: 300 }, (_, i) => token({ jti: `${i}` }));
    tokens.forEach((each) => envoy.get("/", bearer(each)).forwarded.get("x"));
    const newest = bearer(tokens[299]!), oldest = bearer(tokens[0]!);
    expect(envoy.counting(() => envoy.get("/", newest))).not.toHaveProperty("proxy_call_foreign_function");
    expect(envoy.counting(() => envoy.get("/", oldest))).toHaveProperty("proxy_call_foreign_function");
  });

  test("a flood of bad tokens does not push out the good ones", () => {
    const envoy = ready();
    envoy.get("/", bearer(value));
    for (let i = 0; i < 5_000; i++) envoy.get("/", bearer(`bad.bad.bad${i}`));
    expect(envoy.counting(() => envoy.get("/", bearer(value)))).not.toHaveProperty("proxy_call_foreign_function");
  });
});

describe("duty 68: a remembered verdict", () => {
  test("dies with the token", () => {
    const envoy = ready();
    envoy.get("/", bearer(value)).forwarded.get("x");
    envoy.advance(298);
    envoy.get("/", bearer(value)).forwarded.get("x");
    envoy.advance(1);
    expect(refused(envoy.get("/", bearer(value)))).toBe("401 expired");
  });
  test("is not made when jwt_verification_cache_ignore says so", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, jwt_verification_cache_ignore: true } });
    envoy.get("/", bearer(value));
    expect(envoy.counting(() => envoy.get("/", bearer(value)))).toHaveProperty("proxy_call_foreign_function");
  });
  test("duty 137: a clock that jumps back makes no expired token valid for longer than its signature says", () => {
    const envoy = ready();
    const short = token({ exp: Math.floor(envoy.now) + 10 });
    envoy.get("/", bearer(short)).forwarded.get("x");
    envoy.advance(20);
    expect(refused(envoy.get("/", bearer(short)))).toBe("401 expired");
  });
});

describe("hosts that give less", () => {
  test("without verify_signature, our own code gives the same answers", () => {
    for (const alg of ["RS256", "ES256", "ES512"]) {
      const key = makeKey(alg, alg);
      const envoy = ready({ keys: [key], start: { verifySignature: false } });
      envoy.get("/", bearer(token({}, { key }))).forwarded.get("x");
      expect(refused(envoy.get("/", bearer(token({}, { key: { ...makeKey(alg, alg), kid: alg } }))))).toBe("401 bad_signature");
    }
  });
});
