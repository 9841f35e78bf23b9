/** `envoy-oidc convert`: no option of another tool is dropped silently, and the filter accepts the result. */
import { convertApisix } from "../../cli/commands/convert/apisix";
import { APISIX } from "../../cli/commands/convert/apisix_options";
import { convertEnvoyGateway, ENVOY_GATEWAY } from "../../cli/commands/convert/envoy_gateway";
import { convertEnvoyOauth2, ENVOY_OAUTH2 } from "../../cli/commands/convert/envoy_oauth2";
import { convertHuawei, HUAWEI } from "../../cli/commands/convert/huawei";
import { convertJwtAuthn, JWT_AUTHN, JWT_PROVIDER } from "../../cli/commands/convert/jwt_authn";
import { convertModAuthOpenidc, MOD_AUTH_OPENIDC } from "../../cli/commands/convert/mod_auth_openidc";
import { convertOauth2Proxy, OAUTH2_PROXY } from "../../cli/commands/convert/oauth2_proxy";
import type { Draft, Option } from "../../cli/commands/convert/option";
import { refusalsOf } from "../../cli/commands/convert/convert";
import type { Remark } from "../../cli/commands/filter/judge";
import { APISIX_NAMES, ENVOY_GATEWAY_NAMES, ENVOY_OAUTH2_NAMES, HUAWEI_NAMES, JWT_AUTHN_NAMES, MOD_AUTH_OPENIDC_NAMES, OAUTH2_PROXY_NAMES, RESTY_NAMES } from "./option_names";
import { envoyOidc, file } from "./support";

import { parse } from "yaml";

type Fields = Record<string, unknown>;

/** The object with this value at this path. */
function withAt(object: Fields, path: string[], value: unknown): Fields {
  const [key, ...rest] = path as [string, ...string[]];
  const inner = object[key];
  return { ...object, [key]: rest.length === 0 ? value : withAt(typeof inner === "object" && inner !== null ? inner as Fields : {}, rest, value) };
}
const spread = (base: Fields) => (name: string, value: unknown): Fields => withAt(base, name.split("."), value);

const DISCOVERY = "https://idp.example.com/realms/a/.well-known/openid-configuration";
const toml = (settings: Fields): string => Object.entries(settings).map(([key, value]) => `${key} = ${JSON.stringify(value)}`).join("\n");
const apache = (settings: Fields): string => Object.entries(settings).filter(([, value]) => value !== undefined).map(([key, value]) => `${key} ${[value].flat().map((one) => `"${String(one).replaceAll("\"", "\\\"")}"`).join(" ")}`).join("\n");
const provider = { issuer: "https://idp.example.com/realms/a", remote_jwks: { http_uri: { uri: "https://idp.example.com/realms/a/jwks", cluster: "idp" } } };
const policy = { oidc: { provider: { issuer: "https://idp.example.com/realms/a" }, clientID: "app", clientSecret: { name: "s" } } };

/** Their members have their own rows. */
const LISTS = ["providers", "requirement_map", "jwt.providers"];

interface Tool { tool: string; names: string[]; options: Option[]; base: () => Draft; given: (name: string, value: unknown) => Draft }

const APISIX_BASE = { client_id: "app", client_secret: "$ENV://A", discovery: DISCOVERY, redirect_uri: "https://app.example.com/oidc", session: { secret: "$ENV://B" } };
const HUAWEI_BASE = { client_id: "app", client_secret: "$ENV://A", discovery: DISCOVERY, redirect_api: "https://app.example.com/oidc", jwks_enabled: false };
const PROXY_BASE = { provider: "keycloak-oidc", client_id: "a", oidc_issuer_url: "https://idp.example.com/realms/a", redirect_url: "https://app.example.com/oidc", cookie_secret: "x", client_secret: "$ENV://A" };
const APACHE_BASE = { OIDCProviderMetadataURL: DISCOVERY, OIDCClientID: "a", OIDCClientSecret: "$ENV://A", OIDCRedirectURI: "https://app.example.com/oidc", OIDCCryptoPassphrase: "y" };
/** Logins and bearer tokens have one client and provider. */
const FOR_TOKENS: Record<string, Fields> = { OIDCOAuthServerMetadataURL: { OIDCProviderMetadataURL: undefined }, OIDCOAuthClientID: { OIDCClientID: undefined } };
const OAUTH2_BASE = { token_endpoint: { uri: "https://idp.example.com/t", cluster: "idp" }, authorization_endpoint: "https://idp.example.com/a", credentials: { client_id: "a", token_secret: { name: "t" }, hmac_secret: { name: "h" } }, redirect_uri: "https://app.example.com/oidc" };

const TOOLS: Tool[] = [
  { tool: "apisix", names: [...APISIX_NAMES, ...RESTY_NAMES], options: APISIX, base: () => convertApisix(APISIX_BASE), given: (name, value) => convertApisix(spread(APISIX_BASE)(name, value)) },
  { tool: "huawei", names: HUAWEI_NAMES, options: HUAWEI, base: () => convertHuawei(HUAWEI_BASE), given: (name, value) => convertHuawei(spread(HUAWEI_BASE)(name, value)) },
  { tool: "oauth2-proxy", names: OAUTH2_PROXY_NAMES, options: OAUTH2_PROXY, base: () => convertOauth2Proxy(toml(PROXY_BASE)), given: (name, value) => convertOauth2Proxy(toml({ ...PROXY_BASE, [name]: value })) },
  { tool: "mod_auth_openidc", names: MOD_AUTH_OPENIDC_NAMES, options: MOD_AUTH_OPENIDC, base: () => convertModAuthOpenidc(apache(APACHE_BASE)), given: (name, value) => convertModAuthOpenidc(apache({ ...APACHE_BASE, ...FOR_TOKENS[name], [name]: value })) },
  { tool: "envoy-oauth2", names: ENVOY_OAUTH2_NAMES, options: ENVOY_OAUTH2, base: () => convertEnvoyOauth2(OAUTH2_BASE), given: (name, value) => convertEnvoyOauth2(spread(OAUTH2_BASE)(name, value)) },
  { tool: "jwt_authn", names: JWT_AUTHN_NAMES, options: [...JWT_AUTHN, ...JWT_PROVIDER], base: () => jwt({}), given: (name, value) => JWT_AUTHN.some((one) => one.name === name) ? jwt({}, { [name]: value }) : jwt(spread({})(name, value)) },
  { tool: "envoy-gateway", names: ENVOY_GATEWAY_NAMES, options: ENVOY_GATEWAY, base: () => convertEnvoyGateway({ kind: "SecurityPolicy", spec: policy }), given: (name, value) => convertEnvoyGateway({ kind: "SecurityPolicy", spec: spread(policy)(name, value) }) },
];

/** The reasons why the filter refuses it. Most rows give the same result, which is checked once. */
function refused(filter: Fields): Remark[] {
  const json = JSON.stringify(filter);
  if (!judged.has(json)) judged.set(json, refusalsOf(filter));
  return judged.get(json)!;
}
const judged = new Map<string, Remark[]>();

function jwt(changes: Fields, whole: Fields = {}): Draft {
  const own = changes.local_jwks === undefined ? provider : { issuer: provider.issuer };
  const remote = changes.remote_jwks === undefined ? {} : { remote_jwks: { ...provider.remote_jwks, ...changes.remote_jwks as Fields, http_uri: { ...provider.remote_jwks.http_uri, ...(changes.remote_jwks as { http_uri?: Fields }).http_uri } } };
  return convertJwtAuthn({ providers: { p: { ...own, ...changes, ...remote } }, rules: [{ match: { prefix: "/" }, requires: { provider_name: "p" } }], ...whole });
}

describe.each(TOOLS)("$tool", ({ names, options, base, given }) => {
  test("every option has a row, or each of its members has", () => {
    expect(names.filter((name) => !options.some((option) => option.name === name || option.name.startsWith(`${name}.`)))).toEqual([]);
  });

  test("no option has two rows", () => expect(options.map(({ name }) => name).filter((name, i, all) => all.indexOf(name) !== i)).toEqual([]));

  test.each(options.filter(({ name }) => !LISTS.includes(name)))("$name is $outcome, and no change is silent", ({ name, outcome, sample }) => {
    const before = base(), after = given(name, sample), own = after.changes.filter((change) => change.option === name || change.option.endsWith(`.${name}`) || change.option.startsWith(`${name}.`) || change.option.startsWith(`${name} `));
    const asBefore = JSON.stringify(before.filter) === JSON.stringify(after.filter);
    if (outcome === "kept") expect([own, asBefore]).toEqual([[], false]);
    else expect(own.length).toBeGreaterThan(0);
    if (outcome === "dropped") expect([own.every(({ kind }) => kind === "dropped" || kind === "unguarded"), asBefore]).toEqual([true, true]);
    for (const { text } of own) expect(text.length).toBeGreaterThan(10);
  });

  test.each(options.filter(({ name }) => !LISTS.includes(name)))("$name: the filter accepts the result", ({ name, sample }) => {
    const { filter } = given(name, sample);
    expect(refused(filter)).toEqual([]);
  });

  test("an unknown option is named", () => {
    expect(given(names === MOD_AUTH_OPENIDC_NAMES ? "OIDCsomethingNew" : "somethingNew", "x").changes).toContainEqual(expect.objectContaining({ kind: "dropped", option: expect.stringContaining("something") }));
  });
});

const ROUTES = `
routes:
  - { uri: "/static/*", name: assets, upstream: { nodes: {} } }
  - uri: /admin/*
    name: admin
    methods: [GET, POST]
    hosts: [shop.example.com]
    plugins: { openid-connect: { client_id: shop, client_secret: "$ENV://SECRET", discovery: ${JSON.stringify(DISCOVERY)}, bearer_only: true, use_jwks: true, required_scopes: [admin] } }
  - uris: [/orders, /orders/*]
    name: orders
    vars: [["arg_x", "==", "1"]]
    plugins: { openid-connect: { client_id: shop, client_secret: "$ENV://SECRET", discovery: ${JSON.stringify(DISCOVERY)}, bearer_only: true, use_jwks: true } }
#END
`;

describe("APISIX routes become rules", () => {
  const { filter, changes } = convertApisix(parse(ROUTES));
  test("common settings are outside the rules, different ones inside; hosts, exact paths and longer prefixes come first", () => {
    expect(filter).toEqual({
      mode: "deny", client_id: "shop", client_secret: "$ENV://SECRET", discovery: DISCOVERY, bearer_only: true, use_jwks: true, provider_cluster: "idp",
      rules: [{ name: "admin", host: ["shop.example.com"], path_prefix: ["/admin"], method: ["GET", "POST"], required_scopes: ["admin"] }, { name: "assets", path_prefix: ["/static"], mode: "public" }, { name: "orders", path_prefix: ["/orders"] }],
    });
  });
  test("a route's name is the rule's, if it can be and no other rule has it", () => {
    const named = (...names: unknown[]) => (convertApisix({ routes: names.map((name, i) => ({ uri: `/${i}`, name, plugins: { "openid-connect": APISIX_BASE } })) }).filter.rules as { name?: string }[]).map(({ name }) => name);
    expect(named("shop", "my shop", "none", "7", "shop", 7)).toEqual(["shop", ...Array<undefined>(5).fill(undefined)]);
    expect(convertApisix({ routes: [{ uri: "/*", name: "all", plugins: { "openid-connect": APISIX_BASE } }, { uri: "/health", name: "health" }] }).filter).toMatchObject({ client_id: "app", rules: [{ name: "health", path: ["/health"] }] });
    expect(convertApisix({ routes: [{ uri: "/*", name: "all", plugins: { "openid-connect": APISIX_BASE } }] }).filter).not.toHaveProperty("name");
  });
  test("what rules cannot express is reported with the route's name", () => {
    expect(changes).toContainEqual(expect.objectContaining({ kind: "dropped", option: "orders: vars" }));
    expect(changes).toContainEqual(expect.objectContaining({ kind: "changed", option: "assets: plugins" }));
    expect(changes).toContainEqual(expect.objectContaining({ kind: "added", option: "mode" }));
  });
  test("a route for all paths gives the settings outside the rules", () => {
    expect(convertApisix({ routes: [{ uri: "/*", plugins: { "openid-connect": APISIX_BASE } }, { uri: "/health" }] }).filter).toMatchObject({ client_id: "app", rules: [{ path: ["/health"], mode: "public" }] });
    expect(convertApisix({ list: [{ value: { uri: "/*", plugins: { "openid-connect": APISIX_BASE } } }] }).filter).not.toHaveProperty("rules");
  });
  test.each(["/user/:name", "/a/*/b", "/x{y}"])("%s is reported as without a counterpart", (uri) => {
    expect(convertApisix({ routes: [{ uri, plugins: { "openid-connect": APISIX_BASE } }] }).changes).toContainEqual(expect.objectContaining({ kind: "dropped", option: expect.stringContaining(`uri ${uri}`) }));
  });
  test.each<[string, object]>([["a path with a parameter", { uri: "/user/:name" }], ["a condition", { uri: "/admin/*", vars: [["arg_x", "==", "1"]] }], ["an address", { uri: "/admin/*", remote_addr: "10.0.0.1" }]])("a route without the plugin that has %s opens nothing", (_, route) => {
    const { filter, changes } = convertApisix({ routes: [{ uri: "/*", plugins: { "openid-connect": APISIX_BASE } }, route] });
    expect(JSON.stringify(filter)).not.toContain("public");
    expect(changes).toContainEqual(expect.objectContaining({ kind: "dropped" }));
  });
  test("a guarded route that rules cannot express is reported as unguarded, and the exit code is 1", async () => {
    const { code, err } = await envoyOidc(["convert", "--from", "apisix", file(JSON.stringify({ routes: [{ uri: "/user/:name", name: "user", plugins: { "openid-connect": APISIX_BASE } }, { uri: "/a", plugins: { "openid-connect": APISIX_BASE } }] }), "a.json")]);
    expect([code, err]).toEqual([1, expect.stringMatching(/^unguarded: user: uri: /)]);
  });
  test("a route is no less strict for what the route of all paths has and it has not", () => {
    const { filter } = convertApisix({ routes: [{ uri: "/*", plugins: { "openid-connect": { ...APISIX_BASE, unauth_action: "pass" } } }, { uri: "/admin/*", plugins: { "openid-connect": APISIX_BASE } }, { uri: "/health" }] });
    expect(filter).toMatchObject({ mode: "deny", rules: [{ path: ["/health"], mode: "public" }, { path_prefix: ["/admin"] }, { path_prefix: "/", unauth_action: "pass" }] });
    expect(filter).not.toHaveProperty("unauth_action");
    expect(refused(filter)).toEqual([]);
  });
  test("a route that is switched off opens nothing", () => {
    const { filter, changes } = convertApisix({ routes: [{ uri: "/*", plugins: { "openid-connect": APISIX_BASE } }, { uri: "/admin/*", name: "admin", status: 0 }] });
    expect(JSON.stringify(filter)).not.toContain("public");
    expect(changes).toContainEqual(expect.objectContaining({ kind: "dropped", option: "admin: status" }));
  });
  const GUARD = { plugins: { "openid-connect": APISIX_BASE } };
  test.each<[string, object, string]>([
    ["a service", { routes: [{ uri: "/*", ...GUARD }, { uri: "/a", name: "a", service_id: 7 }] }, "a: plugins"],
    ["a plugin configuration", { routes: [{ uri: "/*", ...GUARD }, { uri: "/a", name: "a", plugin_config_id: 7 }] }, "a: plugins"],
    ["a service without a name", { services: [{ ...GUARD, routes: [{ uris: ["/a"], name: "a" }] }], routes: [{ uri: "/*", ...GUARD }] }, "a: plugins"],
    ["the service that it is written in", { services: [{ name: "s", ...GUARD, routes: [{ uris: ["/a"], name: "a" }] }], routes: [{ uri: "/*", ...GUARD }] }, "a: plugins"],
  ])("a route that may have its plugins from %s opens nothing, and is reported as unguarded", (_, document, option) => {
    const { filter, changes } = convertApisix(document);
    expect(JSON.stringify(filter)).not.toContain("public");
    expect(changes).toContainEqual(expect.objectContaining({ kind: "unguarded", option }));
  });
  test.each(["services", "plugin_configs", "global_rules", "consumers"])("the plugin in %s is reported as unguarded", (place) => {
    expect(convertApisix({ routes: [{ uri: "/*" }], [place]: [{ id: 1, ...GUARD }] }).changes).toContainEqual(expect.objectContaining({ kind: "unguarded", option: `${place}[0].plugins.openid-connect` }));
  });
  test.each<[string, string]>([["key-auth", "unguarded"], ["ip-restriction", "unguarded"], ["consumer-restriction", "unguarded"], ["opa", "unguarded"], ["cors", "dropped"], ["prometheus", "dropped"]])("another plugin of a route, %s, is reported as %s", (plugin, kind) => {
    expect(convertApisix({ routes: [{ uri: "/a", name: "a", plugins: { [plugin]: {} } }] }).changes).toContainEqual(expect.objectContaining({ kind, option: `a: plugins.${plugin}` }));
  });
  test("clients with different secrets have different variables", () => {
    const client = (client_id: string, client_secret: string) => ({ uri: `/${client_id}`, plugins: { "openid-connect": { ...APISIX_BASE, client_id, client_secret } } });
    const { filter, changes } = convertApisix({ routes: [client("a", "one"), client("b", "two"), client("c", "one"), client("d", "$ENV://D")] });
    expect((filter.rules as Fields[]).map((rule) => rule.client_secret)).toEqual(["$ENV://CLIENT_SECRET", "$ENV://CLIENT_SECRET_2", "$ENV://CLIENT_SECRET", "$ENV://D"]);
    expect(changes.find(({ option }) => option === "/b: client_secret")!.text).toContain("variable CLIENT_SECRET_2:");
  });
  test("that a bearer token passes beside a login is reported though bearer_only is not set", () => {
    const about = (plugin: object) => convertApisix(plugin).changes.filter(({ option }) => option === "bearer_only").length;
    expect([about(APISIX_BASE), about({ ...APISIX_BASE, use_jwks: true }), about({ ...APISIX_BASE, bearer_only: true })]).toEqual([1, 0, 1]);
  });
  test("_meta that disables the plugin is reported", () => expect(convertApisix({ ...APISIX_BASE, _meta: { disable: true } }).changes).toContainEqual(expect.objectContaining({ option: "_meta.disable" })));
});

describe("secrets", () => {
  test.each(["$secret://vault/1/app/secret", "$ENV://APP/secret", "${{APP_SECRET}}"])("the reference %s becomes a variable", (client_secret) => {
    const { filter, changes } = convertApisix({ ...APISIX_BASE, client_secret });
    expect(filter.client_secret).toMatch(/^\$ENV:\/\/[A-Z0-9_]+$/);
    expect(changes).toContainEqual(expect.objectContaining({ option: "client_secret", kind: "changed" }));
  });
  test.each(TOOLS)("$tool: a literal secret is not in the result", ({ tool, given }) => {
    const place = { apisix: "client_secret", huawei: "client_secret", "oauth2-proxy": "cookie_secret", mod_auth_openidc: "OIDCCryptoPassphrase" }[tool];
    if (place === undefined) return expect(["envoy-oauth2", "jwt_authn", "envoy-gateway"]).toContain(tool); // their secrets are in other resources
    expect(JSON.stringify(given(place, "do-not-show-this-to-anybody-please"))).not.toContain("do-not-show");
  });
});

describe("mod_auth_openidc Locations", () => {
  const text = `${apache(APACHE_BASE)}\n<Location />\n AuthType openid-connect\n Require valid-user\n</Location>\n<Location "/api">\n  AuthType oauth20\n  Require claim groups:admin\n  Require ldap-group x\n</Location>\n<LocationMatch "^/x">\n AuthType openid-connect\n</LocationMatch>\n<Location /open>\n  Require all granted\n</Location>`;
  const { filter, changes } = convertModAuthOpenidc(text);
  test("become rules", () => expect(filter).toMatchObject({ rules: [{ path_prefix: "/open", mode: "public" }, { path_prefix: "/api", mode: "bearer", access_rules: { any: [{ claim: "groups", contains: "admin" }] } }, { path_prefix: "/", mode: "browser" }] }));
  test("patterns, and requirements other than claims, are reported", () => {
    expect(changes).toContainEqual(expect.objectContaining({ kind: "unguarded", option: "LocationMatch ^/x" }));
    expect(changes).toContainEqual(expect.objectContaining({ kind: "unguarded", option: "Require ldap-group x" }));
  });
  test("paths that none of them guards stay public, and this is reported", () => {
    const open = convertModAuthOpenidc(`${apache(APACHE_BASE)}\n<Location /app>\nAuthType openid-connect\nRequire valid-user\n</Location>`);
    expect(open.filter.rules).toMatchObject([{ path_prefix: "/app", mode: "browser" }, { path_prefix: "/", mode: "public" }]);
    expect(open.changes).toContainEqual(expect.objectContaining({ option: "Location" }));
  });
});

describe("oauth2-proxy", () => {
  test("flags mean the same as the file", () => {
    const flags = Object.entries(PROXY_BASE).map(([key, value]) => `        - --${key.replaceAll("_", "-")}=${value}`).join("\n");
    expect(convertOauth2Proxy(`args:\n${flags}\n        - --skip-auth-route=GET=^/health$\n        - --email-domain="*"`).filter).toEqual(convertOauth2Proxy(`${toml(PROXY_BASE)}\nskip_auth_routes = ["GET=^/health$"]\nemail_domains = "*"`).filter);
  });
  test.each<[string, object | null]>([["^/health$", { path: "/health", mode: "public" }], ["GET=^/static/", { method: "GET", path_prefix: "/static", mode: "public" }], ["^/a/.*", { path_prefix: "/a", mode: "public" }], ["^/v[0-9]+/", null], ["\\.css$", null]])("the route %s", (pattern, rule) => {
    const { filter, changes } = convertOauth2Proxy(toml({ ...PROXY_BASE, skip_auth_routes: [pattern] }));
    expect(filter.rules ?? null).toEqual(rule === null ? null : [rule]);
    expect(changes).toContainEqual(expect.objectContaining({ option: "skip_auth_routes", kind: rule === null ? "dropped" : "changed" }));
  });
});

describe("jwt_authn rules", () => {
  const rules = (list: object[], whole: object = {}) => convertJwtAuthn({ providers: { p: provider, q: { ...provider, issuer: "https://q.example.com" } }, rules: list, ...whole });
  test("several providers, a rule without a requirement, and paths without a rule", () => {
    expect(rules([{ match: { path: "/health" } }, { match: { prefix: "/q" }, requires: { provider_name: "q" } }, { match: { prefix: "/p" }, requirement_name: "it" }], { requirement_map: { it: { provider_and_audiences: { provider_name: "p", audiences: ["api"] } } } }).filter.rules).toEqual([
      { path: "/health", mode: "public" }, expect.objectContaining({ path_prefix: "/q", mode: "bearer", claim_validator: { issuer: { valid_issuers: ["https://q.example.com"] } } }),
      expect.objectContaining({ path_prefix: "/p", mode: "bearer", claim_validator: { issuer: { valid_issuers: [provider.issuer] }, audience: { valid_audiences: ["api"] } } }), { path_prefix: "/", mode: "public" },
    ]);
  });
  test("allow_missing passes without a token", () => expect(rules([{ match: { prefix: "/" }, requires: { requires_any: { requirements: [{ provider_name: "p" }, { allow_missing: {} }] } } }]).filter).toMatchObject({ bearer_only: false, unauth_action: "pass" }));
  test("what rules cannot express is reported", () => expect(rules([{ match: { safe_regex: { regex: ".*" } }, requires: { provider_name: "p" } }]).changes).toContainEqual(expect.objectContaining({ kind: "unguarded", option: "rules match" })));
});

describe("the command", () => {
  test("writes JSON to one stream and the list to the other", async () => {
    const { code, out, err } = await envoyOidc(["convert", "--from", "apisix", file(JSON.stringify({ ...APISIX_BASE, timeout: 5000 }), "a.json")]);
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ timeout: 5, provider_cluster: "idp" })]);
    expect(err).toContain("added: provider_cluster: ");
  });
  test("what the filter still refuses is reported, and the exit code is 1", async () => {
    const { code, err } = await envoyOidc(["convert", "--from", "apisix", file(JSON.stringify({ ...APISIX_BASE, claim_schema: { pattern: "x" } }), "a.json")]);
    expect([code, err]).toEqual([1, expect.stringContaining("refused: claim_schema")]);
  });
  test.each<[string, string]>([["envoy-oauth2", "a: 1"], ["jwt_authn", "a: 1"], ["envoy-gateway", "a: 1"], ["oauth2-proxy", "a: 1"], ["apisix", "a: [1"], ["apisix", "a: 1"], ["apisix", "kind: ApisixRoute"], ["apisix", "routes: *nowhere"], ["apisix", "client_id: a\n---\nclient_id: b"], ["envoy-gateway", "kind: SecurityPolicy\n---\nkind: SecurityPolicy"], ["mod_auth_openidc", "Listen 80"], ["nginx", "{}"]])("--from %s of %j is wrong usage, with the reason", async (from, text) => {
    const { code, err } = await envoyOidc(["convert", "--from", from, file(text)]);
    expect([code, err.length > 20]).toEqual([2, true]);
  });
});
