/** Several configurations in one VM: every line about a request or a call says whose it is, and one's flood hides no other's lines. */
import { bearer, INTROSPECTION_CONFIG, ISSUER, JWKS_CONFIG, ready, serve, start, token } from "./fixture";
import { browse, jump, openCall, redeeming, logIn, through } from "./browser";

const SHOP = { ...INTROSPECTION_CONFIG, rules: [{ path_prefix: "/open", mode: "public" }, { path_prefix: "/admin", claim_validator: { audience: { valid_audiences: ["admin"] } } }] };
const lines = (text: string, about: string): string[] => text.split("\n").filter((line) => line.includes(about));

test("a refusal is named by plugin, root id and rule", () => {
  const envoy = ready({ config: JWKS_CONFIG, start: { rootId: "api", properties: { plugin_name: "default.oidc" } } });
  envoy.get("/", bearer(token({ exp: 1 })));
  expect(lines(envoy.logText, "refused")).toEqual([expect.stringMatching(/info: envoy-oidc default\.oidc api: refused, expired \(401\) time=/)]);
});

test.each(["envoy-oidc", ""])("the name %j that everybody has says nothing", (plugin_name) => {
  const envoy = ready({ config: JWKS_CONFIG, start: { properties: { plugin_name } } });
  envoy.get("/", bearer(token({ exp: 1 })));
  expect(envoy.logText).toContain("envoy-oidc: refused, expired (401)");
});

test("introspection: what the provider does wrong, and what is refused for it", () => {
  const envoy = start({ config: JWKS_CONFIG, start: { rootId: "api" } });
  const shop = envoy.addPlugin(SHOP, "shop");
  serve(envoy);
  envoy.advance(1);
  const request = envoy.get("/admin/x", bearer("opaque"), { plugin: shop });
  envoy.callout().reply(500);
  expect(request.local.status).toBe(503);
  expect(lines(envoy.logText, "introspection endpoint answered")).toEqual([expect.stringMatching(/warn: envoy-oidc shop rules\[1\]: the introspection endpoint/)]);
  expect(lines(envoy.logText, "refused, ")).toEqual([expect.stringMatching(/info: envoy-oidc shop rules\[1\]: refused, provider_unreachable \(503\) time=/)]);
});

test("a call that Envoy does not take", () => {
  const envoy = start({ config: SHOP, start: { rootId: "shop" } });
  envoy.refuseCallouts = true;
  envoy.get("/", bearer("opaque"));
  expect(lines(envoy.logText, "refuses calls")).toEqual([expect.stringMatching(/warn: envoy-oidc shop: Envoy refuses calls to the cluster "idp"/)]);
});

describe("browsers", () => {
  const shop = { start: { rootId: "shop" } };

  test("login", () => {
    const { envoy, browser } = browse({}, shop), { call } = redeeming(browser);
    call.reply(400, {}, { error: "invalid_client" });
    expect(lines(envoy.logText, "invalid_client")).toEqual([expect.stringMatching(/warn: envoy-oidc shop: /)]);
    expect(lines(envoy.logText, "refused, ")).toEqual([expect.stringMatching(/info: envoy-oidc shop: refused/)]);
  });
  test("refresh", () => {
    const { envoy, browser } = browse({}, shop);
    logIn(browser);
    jump(envoy, 301);
    const page = through(browser);
    openCall(envoy, "/token").reply(500);
    expect(page.local.status).toBe(503);
    expect(lines(envoy.logText, "the token endpoint")).toEqual([expect.stringMatching(/warn: envoy-oidc shop: /)]);
    expect(lines(envoy.logText, "refused, ")).toEqual([expect.stringMatching(/info: envoy-oidc shop: refused, provider_unreachable \(503\) time=/)]);
  });
  test("revocation", () => {
    const { envoy, browser } = browse({ revoke_tokens_on_logout: true }, shop);
    logIn(browser);
    browser.send("POST", "/logout");
    openCall(envoy, "/revoke").reply(500);
    expect(lines(envoy.logText, "revocation: ")).toEqual([expect.stringMatching(/warn: envoy-oidc shop: revocation: /)]);
  });
});

test("the mistakes of a configuration, and what is warned of", () => {
  const start0 = { rootId: "shop" };
  expect(() => start({ config: { ...JWKS_CONFIG, relm: 1 }, start: start0 })).toThrow("error: envoy-oidc shop: configuration: relm: unknown attribute");
  expect(start({ config: { ...JWKS_CONFIG, ssl_verify: false }, start: start0 }).logText).toContain("warn: envoy-oidc shop: configuration: ssl_verify is false");
});

test("duty 148: one configuration's flood leaves another its lines, and each counts its own", () => {
  const envoy = start({ config: JWKS_CONFIG, start: { rootId: "api" } }), shop = envoy.addPlugin(INTROSPECTION_CONFIG, "shop");
  serve(envoy);
  envoy.advance(1);
  const before = envoy.logs.length;
  for (let i = 0; i < 500; i++) envoy.get("/", bearer(`bad ${i}`));
  for (let i = 0; i < 3; i++) envoy.get("/", bearer(`bad ${i}`), { plugin: shop });
  envoy.refuseCallouts = true;
  envoy.get("/", bearer("opaque"), { plugin: shop });
  envoy.advance(2);
  const said = envoy.logs.slice(before).map(({ text }) => text);
  expect(said.filter((line) => line.startsWith("envoy-oidc api: refused"))).toHaveLength(20);
  expect(said.filter((line) => line.startsWith("envoy-oidc shop: refused"))).toHaveLength(4);
  expect(said.filter((line) => line.includes("refuses calls"))).toEqual([expect.stringContaining("envoy-oidc shop: ")]);
  expect(said.filter((line) => line.includes("not logged"))).toEqual(["envoy-oidc api: 480 more lines about requests not logged"]);
});

test("the bound holds for each configuration in each second", () => {
  const envoy = start({ config: INTROSPECTION_CONFIG, start: { rootId: "shop" } });
  for (const second of [1, 2]) {
    const before = envoy.logs.length;
    for (let i = 0; i < 50; i++) envoy.get("/", bearer(`bad ${second} ${i}`));
    expect(envoy.logs.length - before).toBe(20);
    envoy.advance(2);
  }
});

test("the name is read once, not with requests", () => {
  const envoy = ready({ config: JWKS_CONFIG, start: { rootId: "api" } });
  envoy.properties["plugin_root_id"] = "other";
  envoy.get("/", bearer(token({ exp: 1, iss: ISSUER })));
  expect(envoy.logText).toContain("envoy-oidc api: refused");
});
