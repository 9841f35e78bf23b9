/** The counters of the filter, and the gauges of its providers. */
import { browse, openCall, logIn, tokens, type Browser } from "./browser";
import { bearer, INTROSPECTION_CONFIG, ISSUER, JWKS_CONFIG, KEY, makeKey, METADATA, NOW, ready, serve, start, token } from "./fixture";
import type { Envoy } from "./host";

const value = token();

const numbers = (envoy: Envoy): Record<string, number | number[]> => Object.fromEntries(Object.entries(envoy.metrics()).map(([name, counted]) => [name.replace(/^envoy_oidc\./, ""), counted]));
const cache = (envoy: Envoy): string => {
  const counted = numbers(envoy);
  return ["token.hit", "token.miss", "session.hit", "session.miss"].map((name) => `${name} ${counted[`cache.${name}`]}`).join(", ");
};
const gauges = (envoy: Envoy, issuer = ISSUER): object => {
  const counted = numbers(envoy), of = (name: string) => counted[`provider_${name}.${issuer}`];
  return { configured: of("configured"), ready: of("ready"), keys: of("keys"), discovered: of("discovery_timestamp_seconds"), keysFetched: of("keys_timestamp_seconds") };
};

describe("from the start", () => {
  const counted = numbers(start());
  test("every counter exists, and is 0", () => {
    const names = ["allowed", "refresh_ended", "refresh_failed", "cache.token.hit", "bound.calls", "logout_not_kept", "signed_in", "refused.expired", "refused.body_too_large",
      "callout.jwks", "callout.jwks.failed", "callout.revocation.failed"];
    for (const name of names) expect([name, counted[name]]).toEqual([name, 0]);
    expect(Object.values(counted).filter((each) => each === 0).length).toBeGreaterThan(80);
  });

  test("every endpoint has its own, empty histogram", () => {
    const histograms = Object.entries(counted).filter(([, each]) => Array.isArray(each));
    expect(histograms).toEqual(["discovery", "jwks", "introspection", "token", "userinfo", "revocation"].map((name) => [`callout_ms.${name}`, []]));
  });

  test("a refused configuration defines them too, for alerts about others in its VM", () => {
    const envoy = start();
    expect(() => envoy.addPlugin("{")).toThrow("refused its configuration");
    expect(numbers(envoy)["refused.misconfigured"]).toBe(0);
  });

  test("a refused configuration is counted at once, and one that is accepted is not", () => {
    const envoy = start();
    expect(numbers(envoy).configuration_refused).toBe(0);
    for (const wrong of ["{", { ...JWKS_CONFIG, timeout: "x" }, { ...JWKS_CONFIG, page: { error_pages: { no_such_code: "<p>" } } }]) expect(() => envoy.addPlugin(wrong)).toThrow("refused its configuration");
    expect(numbers(envoy).configuration_refused).toBe(3);
    envoy.addPlugin(JWKS_CONFIG, "second");
    envoy.advance(2);
    expect(numbers(envoy).configuration_refused).toBe(3);
  });

  test("a second configuration in the same VM defines nothing again, only the counters of its rules", () => {
    const envoy = start();
    expect(envoy.counting(() => envoy.addPlugin(JWKS_CONFIG, "second"))).toMatchObject({ proxy_define_metric: 2 });
  });
});

test("each endpoint's calls are timed in its own histogram", () => {
  const envoy = ready();
  expect(numbers(envoy)).toMatchObject({ "callout_ms.discovery": [expect.any(Number)], "callout_ms.jwks": [expect.any(Number)], "callout_ms.introspection": [], "callout_ms.token": [] });
});

test("a call during which the clock was set back took no time", () => {
  const envoy = start({ config: INTROSPECTION_CONFIG });
  envoy.get("/", bearer("opaque"));
  const call = envoy.callout();
  envoy.nowMs -= 600_000;
  call.json({ active: false });
  expect(numbers(envoy)["callout_ms.introspection"]).toEqual([0]);
});

describe("lookups in the caches", () => {
  test("a token is a miss first, then a hit, and so is a refused one", () => {
    const envoy = ready();
    for (const each of [value, value, value, "not.a.jwt", "not.a.jwt"]) envoy.get("/", bearer(each));
    envoy.advance(1);
    expect(cache(envoy)).toBe("token.hit 3, token.miss 2, session.hit 0, session.miss 0");
  });

  test("a request without a credential, or with a malformed one, causes no lookup", () => {
    const envoy = ready();
    envoy.get("/");
    envoy.get("/", bearer("a,b"));
    envoy.advance(1);
    expect(cache(envoy)).toBe("token.hit 0, token.miss 0, session.hit 0, session.miss 0");
  });

  test("a request that waits for the provider, or for another request's introspection, is one miss", () => {
    const late = start();
    late.get("/", bearer(value));
    serve(late);
    late.advance(1);
    expect(cache(late)).toMatch(/^token.hit 0, token.miss 1,/);

    const envoy = start({ config: INTROSPECTION_CONFIG });
    for (let i = 0; i < 2; i++) envoy.get("/", bearer("opaque"));
    envoy.callout().reply(200, {}, { active: true, sub: "joe", exp: NOW + 300 });
    envoy.advance(1);
    expect(cache(envoy)).toMatch(/^token.hit 0, token.miss 2,/);
  });

  test("a session is a miss first, then a hit; a browser without one causes no lookup", () => {
    const { envoy, browser } = loggedIn();
    for (let i = 0; i < 3; i++) browser.navigate("/").forwarded.get("x");
    envoy.advance(1);
    expect(cache(envoy)).toBe("token.hit 0, token.miss 0, session.hit 2, session.miss 1");
  });

  test("the cached path makes no host call for them: counters are written on the tick", () => {
    const tokens = ready();
    tokens.get("/", bearer(value));
    expect(tokens.counting(() => tokens.get("/", bearer(value)))).toEqual({ proxy_get_header_map_pairs: 1, proxy_get_current_time_nanoseconds: 1, proxy_replace_header_map_value: 2 });

    const { envoy, browser } = loggedIn();
    browser.navigate("/");
    const calls = envoy.counting(() => envoy.get("/", { cookie: browser.cookiesFor("/") }));
    expect(Object.keys(calls).filter((name) => name.includes("metric"))).toEqual([]);
    expect(envoy.counting(() => envoy.advance(1))).toHaveProperty("proxy_increment_metric");
  });
});

describe("a provider's gauges", () => {
  test("before the provider has answered, it is not ready and no document is fetched", () => {
    const envoy = start();
    envoy.advance(1);
    expect(gauges(envoy)).toEqual({ configured: 1, ready: 0, keys: 0, discovered: 0, keysFetched: 0 });
  });

  test("then it is ready, with the number of keys in use and the times of the last successful fetches", () => {
    const envoy = ready({ keys: [KEY, makeKey("k2")] });
    envoy.advance(1);
    expect(gauges(envoy)).toEqual({ configured: 1, ready: 1, keys: 2, discovered: NOW, keysFetched: NOW });
  });

  test("metadata without keys are not ready", () => {
    const envoy = start();
    envoy.provider("idp").answers(({ path }) => path === "/jwks" ? { status: 500 } : { body: METADATA });
    envoy.advance(3);
    expect(gauges(envoy)).toMatchObject({ ready: 0, keys: 0, keysFetched: 0 });
  });

  test("a provider that publishes no keys is ready without them", () => {
    const envoy = start({ config: { ...INTROSPECTION_CONFIG, introspection_endpoint: undefined } });
    serve(envoy, { metadata: { ...METADATA, jwks_uri: undefined } });
    envoy.advance(2);
    expect(gauges(envoy)).toMatchObject({ ready: 1, keys: 0, keysFetched: 0 });
  });

  test("while it is down, the times stay and it stays ready, until a day after the documents' expiry", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, jwk_expires_in: 60 } });
    envoy.provider("idp").answers(() => "fail");
    envoy.advance(3600);
    const fetched = gauges(envoy) as { discovered: number };
    expect(fetched).toMatchObject({ ready: 1, keys: 1 });
    expect(fetched.discovered).toBeLessThan(NOW + 60);
    envoy.advance(24 * 3600);
    expect(gauges(envoy)).toMatchObject({ configured: 1, ready: 0, keys: 0, discovered: fetched.discovered });
  });

  test("each issuer has its own", () => {
    const other = "https://other.example.com", envoy = ready();
    envoy.addPlugin({ ...JWKS_CONFIG, discovery: `${other}/.well-known/openid-configuration`, provider_cluster: "other" }, "second");
    envoy.advance(2);
    expect([gauges(envoy), gauges(envoy, other)]).toMatchObject([{ ready: 1 }, { configured: 1, ready: 0 }]);
  });

  test("configurations with the same issuer share them, and they show the worst", () => {
    const envoy = ready();
    const second = envoy.addPlugin({ ...JWKS_CONFIG, provider_cluster: "other" }, "second");
    envoy.advance(2);
    expect(gauges(envoy)).toEqual({ configured: 1, ready: 0, keys: 0, discovered: 0, keysFetched: 0 });
    envoy.reload(JWKS_CONFIG, second);
    envoy.advance(2);
    expect(gauges(envoy)).toMatchObject({ ready: 1, keys: 1 });
  });

  test("after its last configuration is removed they are 0, so that no alert fires", () => {
    const envoy = ready();
    envoy.reload({ ...JWKS_CONFIG, discovery: "https://new.example.com/.well-known/openid-configuration" });
    envoy.advance(3);
    expect(gauges(envoy)).toEqual({ configured: 0, ready: 0, keys: 0, discovered: 0, keysFetched: 0 });
    expect(gauges(envoy, "https://new.example.com")).toMatchObject({ configured: 1 });
  });
});

describe("refreshes", () => {
  test.each([
    ["refreshed", { status: 200 }], ["refresh_ended", { status: 400, body: { error: "invalid_grant" } }], ["refresh_failed", { status: 500, body: "" }],
  ] as const)("%s", (counter, answer) => {
    const { envoy, browser } = loggedIn();
    envoy.advance(301);
    browser.navigate("/");
    openCall(envoy, "/token").reply(answer.status, {}, "body" in answer ? answer.body : tokens(undefined, { refresh_token: "refresh-2", id_token: undefined }));
    envoy.advance(2);
    const { refreshed, refresh_ended, refresh_failed } = numbers(envoy);
    expect({ refreshed, refresh_ended, refresh_failed }).toEqual({ refreshed: 0, refresh_ended: 0, refresh_failed: 0, [counter]: 1 });
  });
});

/** A browser with a session that no request has used yet. */
function loggedIn(): { envoy: Envoy; browser: Browser } {
  const { envoy, browser } = browse();
  logIn(browser);
  return { envoy, browser };
}
