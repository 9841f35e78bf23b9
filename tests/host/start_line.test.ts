/** The log line that summarises a configuration when it comes into force. */
import { bearer, INTROSPECTION_CONFIG, ISSUER, JWKS_CONFIG, start, token } from "./fixture";
import { BROWSER_CONFIG, SECRET } from "./browser";
import { OTHER_CLIENT, PARTNER, PARTNER_SETTINGS } from "./ruled";
import type { Envoy } from "./host/envoy";

const linesOf = ({ logs }: Envoy): string[] => logs.filter(({ text }) => text.includes("in force")).map(({ level, text }) => `${level}: ${text}`);
const of = (config: object): string => {
  const [line, ...others] = linesOf(start({ config }));
  expect(others).toEqual([]);
  return line!;
};
const BOUNDS = "cache_max_kib=1024 timeout=3 max_waiting=16384";

describe("it has the settings that operators can compare with what they intended", () => {
  test("bearer tokens", () => expect(of(JWKS_CONFIG)).toBe(`info: envoy-oidc: in force: mode=bearer rules=0 ${BOUNDS} provider=${ISSUER}`));
  test("a login", () => {
    expect(of({ ...BROWSER_CONFIG, redirect_uri: "/callback", logout_path: "/bye", ready_path: "/ready", timeout: 5, cache_max_kib: 64 }))
      .toBe(`info: envoy-oidc: in force: mode=browser rules=0 cache_max_kib=64 timeout=5 max_waiting=16384 provider=${ISSUER} callback=/callback logout_path=/bye ready_path=/ready`);
  });
  test("a callback that is a URL, and one below each page", () => {
    expect(of({ ...BROWSER_CONFIG, redirect_uri: "https://app.example/callback" })).toContain(" callback=https://app.example/callback ");
    const { redirect_uri: _, ...suffix } = BROWSER_CONFIG;
    expect(of(suffix)).toContain(" callback=*/.apisix/redirect ");
  });
  test("rules: the number of each mode, and what they add", () => {
    const rules = [{ path_prefix: "/open", mode: "public" }, { path_prefix: "/never", mode: "deny" }, { path_prefix: "/api", mode: "bearer" }, { path_prefix: "/other", ...OTHER_CLIENT, ...PARTNER_SETTINGS }, { path: "/status", mode: "public" }];
    expect(of({ ...BROWSER_CONFIG, redirect_uri: "/callback", rules }))
      .toBe(`info: envoy-oidc: in force: mode=browser rules=5 (2 public, 1 deny, 1 bearer, 1 browser) ${BOUNDS} provider=${ISSUER} (and 1 more) callback=/callback (and 1 more) logout_path=/logout (and 1 more)`);
  });
  test("settings that only a rule has", () => {
    expect(of({ mode: "deny", rules: [{ path_prefix: "/partner", ...JWKS_CONFIG, ...PARTNER_SETTINGS }] })).toBe(`info: envoy-oidc: in force: mode=deny rules=1 (1 bearer) ${BOUNDS} provider=${PARTNER}`);
  });
  test("only introspection: its address, without a query that may be secret", () => {
    const { discovery: _, ...config } = INTROSPECTION_CONFIG;
    expect(of({ ...config, introspection_endpoint: `${ISSUER}/introspect?key=s3cr3t` })).toBe(`info: envoy-oidc: in force: mode=bearer rules=0 ${BOUNDS} provider=${ISSUER}`);
  });
  test("a configured key: the accepted issuer", () => {
    expect(of({ bearer_only: true, symmetric_key: SECRET, token_signing_alg_values_expected: "HS256", claim_validator: { issuer: { valid_issuers: [PARTNER] } } }))
      .toBe(`info: envoy-oidc: in force: mode=bearer rules=0 ${BOUNDS} provider=${PARTNER}`);
  });
  test("mode deny: no provider", () => expect(of({ mode: "deny" })).toBe(`info: envoy-oidc: in force: mode=deny rules=0 ${BOUNDS}`));
});

describe("it is logged once", () => {
  test("for all workers and Envoy's main thread, and once for each configuration, with its name", () => {
    const envoy = start({ start: { workers: 3, canary: true, rootId: "api", properties: { plugin_name: "default.oidc" } } });
    expect(linesOf(envoy)).toEqual([expect.stringMatching(/^info: envoy-oidc default\.oidc api: in force: /)]);
    envoy.addPlugin(JWKS_CONFIG, "shop");
    expect(linesOf(envoy)).toHaveLength(2);
    expect(linesOf(envoy)[1]).toMatch(/^info: envoy-oidc default\.oidc shop: in force: /);
  });
  test("again if the configuration changes, or an environment variable that it uses", () => {
    const envoy = start({ config: { ...JWKS_CONFIG, realm: "$ENV://REALM" }, start: { env: { REALM: "one" } } });
    envoy.reload({ ...JWKS_CONFIG, realm: "$ENV://REALM" });
    expect(linesOf(envoy)).toHaveLength(1);
    envoy.environment["REALM"] = "two";
    envoy.reload({ ...JWKS_CONFIG, realm: "$ENV://REALM" });
    expect(linesOf(envoy)).toHaveLength(2);
    envoy.reload({ ...JWKS_CONFIG, realm: "three" });
    expect(linesOf(envoy)).toHaveLength(3);
  });
  test("not for requests", () => {
    const envoy = start();
    envoy.get("/", bearer(token()));
    envoy.advance(10);
    expect(linesOf(envoy)).toHaveLength(1);
  });
});

test("a refused configuration does not log it", () => {
  const envoy = start();
  expect(() => envoy.reload({ ...JWKS_CONFIG, relm: "x" })).toThrow("unknown attribute");
  expect(linesOf(envoy)).toHaveLength(1);
});

describe("it is one short line for any configuration", () => {
  test("characters that could start another line or value are escaped", () => {
    const line = of({ ...JWKS_CONFIG, issuer: 'https://idp.example.com/ü\nwarn: envoy-oidc: "x\\' });
    expect(line).toMatch(/ provider=https:\/\/idp\.example\.com\/\\xc3\\xbc\\x0awarn:\\x20envoy-oidc:\\x20"x\\x5c$/);
  });
  test("addresses are shortened, and so is the whole line", () => {
    const long = `/${"p".repeat(900)}`, line = of({ ...BROWSER_CONFIG, issuer: "ü".repeat(900), redirect_uri: `${long}/callback`, logout_path: `${long}/logout`, ready_path: `${long}/ready` });
    expect(line).toMatch(/\.\.\.$/);
    expect(line.length).toBeLessThan(400);
  });
  test("duty 18: no secret is in it", () => {
    const line = of({ ...BROWSER_CONFIG, redirect_uri: "/callback", client_secret: "s3cr3t-of-the-client", rules: [{ path_prefix: "/other", ...OTHER_CLIENT }] });
    expect(line).not.toContain("s3cr3t");
    expect(line).not.toContain(SECRET);
  });
});
