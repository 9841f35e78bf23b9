/** What operators see, and what a long life of the filter costs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { b64u, bearer, INTROSPECTION_CONFIG, JWKS_CONFIG, makeKey, ready, refused, start, token } from "./fixture";

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

  test("stands in the first line of each VM, once for all of its configurations", () => {
    const envoy = start({ start: { workers: 2 } });
    envoy.addPlugin(JWKS_CONFIG, "second");
    expect(envoy.logs.map(({ text }) => text).filter((text) => text.includes("version"))).toEqual(Array(2).fill(`envoy-oidc: version ${version}`));
    expect(envoy.logs[0]!.text).toBe(`envoy-oidc: version ${version}`);
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
    expect(envoy.logText).toContain("Envoy takes no call to the cluster");
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

describe("filter state", () => {
  test("holds sub, iss and scope when asked for", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, set_filter_state: true } });
    const request = envoy.get("/", bearer(value));
    expect(Object.fromEntries([...request.properties].map(([name, text]) => [name, text.toString()]))).toMatchObject({
      "oidc.sub": "joe", "oidc.iss": "https://idp.example.com", "oidc.scope": "read write",
    });
  });
  test("holds nothing otherwise", () => expect(ready().get("/", bearer(value)).properties.size).toBe(0));
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
