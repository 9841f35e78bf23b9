/** Configurations that come from APISIX: every attribute is read, or the log says what to use instead. */
import { generateKeyPairSync } from "node:crypto";
import { AUDIENCE, bearer, DISCOVERY, INTROSPECTION_CONFIG, ISSUER, JWKS_CONFIG, ready, start, token } from "./fixture";

const LOGIN = { discovery: DISCOVERY, provider_cluster: "idp", client_id: "app", client_secret: "$ENV://CLIENT", session: { secret: "$ENV://SESSION" } };
const env = { CLIENT: "the-secret-of-the-client-of-32-b", SESSION: "0123456789abcdef0123456789ABCDEF" };

const pem = (): string => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const publicPem = (): string => generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ type: "spki", format: "pem" }).toString();

/** What the log says of a configuration, one line for each mistake and each warning. */
function said(config: object): { wrong: string[]; warned: string[] } {
  const of = (level: string, lines: string[]): string[] => lines.filter((line) => line.startsWith(level)).map((line) => line.replace(/^\w+: envoy-oidc: configuration: /, ""));
  try {
    const envoy = start({ config, start: { env } });
    return { wrong: [], warned: of("warn", envoy.logs.map(({ level, text }) => `${level}: ${text}`)) };
  } catch (error) {
    const lines = String((error as Error).message).split("\n");
    return { wrong: of("error", lines), warned: of("warn", lines) };
  }
}

/** Every attribute of the plugin, 2.14 to 3.18, with a value that its schema accepts. */
const ATTRIBUTES: [string, unknown][] = [
  ["client_id", "app"], ["client_secret", "$ENV://CLIENT"], ["discovery", DISCOVERY], ["scope", "openid profile"], ["required_scopes", ["read"]], ["realm", "apisix"], ["bearer_only", false],
  ["logout_path", "/logout"], ["post_logout_redirect_uri", "https://app.example.com/"], ["redirect_uri", "https://app.example.com/cb"], ["timeout", 3], ["ssl_verify", true],
  ["introspection_endpoint", `${ISSUER}/introspect`], ["introspection_endpoint_auth_method", "client_secret_basic"], ["token_endpoint_auth_method", "client_secret_basic"],
  ["public_key", publicPem()], ["use_jwks", false], ["use_pkce", false], ["par", { enabled: false, endpoint: `${ISSUER}/par`, endpoint_auth_method: "client_secret_basic" }],
  ["dpop", { enabled: false, signing_alg: "ES256", private_key: "x", public_jwk: {} }], ["token_signing_alg_values_expected", "RS256"], ["set_access_token_header", true],
  ["access_token_in_authorization_header", false], ["set_id_token_header", true], ["set_raw_id_token_header", false], ["set_userinfo_header", true], ["set_refresh_token_header", false],
  ["session", {
    secret: "$ENV://SESSION", cookie_name: "s", cookie_path: "/", cookie_domain: "app.example.com", cookie_secure: true, cookie_http_only: true, cookie_same_site: "Lax", idling_timeout: 900,
    rolling_timeout: 3600, absolute_timeout: 86400, cookie: { lifetime: 3600 }, storage: "cookie", redis: {
      host: "127.0.0.1", port: 6379, username: "u", password: "p", database: 0, prefix: "sessions", ssl: false, ssl_verify: true, server_name: "r", connect_timeout: 1000, send_timeout: 1000,
      read_timeout: 1000, keepalive_timeout: 10000,
    },
  }],
  ["session_contents", { access_token: true, id_token: true, enc_id_token: true, user: true }], ["unauth_action", "auth"], ["authorization_params", { login_hint: "joe" }],
  ["client_rsa_private_key", pem()], ["client_rsa_private_key_id", "k"], ["client_jwt_assertion_expires_in", 60], ["client_jwt_assertion_alg", "RS256"], ["client_jwt_assertion_audience", ISSUER],
  ["renew_access_token_on_expiry", true], ["access_token_expires_in", 3600], ["refresh_session_interval", 900], ["iat_slack", 120], ["accept_none_alg", false], ["accept_unsupported_alg", true],
  ["access_token_expires_leeway", 0], ["force_reauthorize", false], ["use_nonce", false], ["revoke_tokens_on_logout", false], ["jwk_expires_in", 86400], ["jwt_verification_cache_ignore", false],
  ["cache_segment", "a"], ["introspection_interval", 0], ["introspection_expiry_claim", "exp"], ["introspection_addon_headers", ["X-Tenant"]],
  ["claim_validator", { issuer: { valid_issuers: [ISSUER] }, audience: { claim: "aud", required: false, match_with_client_id: false } }], ["claim_schema", { type: "object" }],
  // What the plugin passes on to lua-resty-openidc.
  ["redirect_after_logout_uri", "https://www.example.com/"], ["redirect_after_logout_with_id_token_hint", true], ["prompt", "login"], ["display", "popup"], ["response_mode", "query"],
  ["discovery_expires_in", 3600], ["introspection_params", { resource: "a" }], ["introspection_token_param_name", "token"], ["introspection_cache_ignore", false],
  ["introspection_enable_negative_cache", true], ["auth_accept_token_as", "header"], ["auth_accept_token_as_header_name", "Authorization"], ["keepalive", "no"], ["use_par", false], ["use_dpop", false], ["symmetric_key", "$ENV://CLIENT"],
  ["_meta", {}],
];

const BASES: Record<string, object> = {
  "the provider's keys": JWKS_CONFIG, introspection: INTROSPECTION_CONFIG, "the login": LOGIN,
  "a key": { bearer_only: true, issuer: ISSUER, public_key: publicPem() },
  "client_secret_jwt": { ...LOGIN, token_endpoint_auth_method: "client_secret_jwt" },
  "private_key_jwt": { ...LOGIN, token_endpoint_auth_method: "private_key_jwt", client_rsa_private_key: pem() },
};

describe.each(Object.entries(BASES))("beside %s", (_, base) => {
  test.each(ATTRIBUTES)("%s is known", (name, value) => {
    const { wrong } = said({ ...base, [name]: value });
    expect(wrong.filter((line) => line.includes("unknown attribute") || line.startsWith(`${name}: expected`))).toEqual([]);
  });
});

describe("what has no place here names what to use instead", () => {
  const CLUSTER = /Envoy clusters/;
  test.each<[string, unknown, RegExp]>([
    ["redirect_uri_scheme", "https", /redirect_uri as a whole URL.*scheme_header_transformation/], ["local_redirect_uri_path", "/cb", /the path of redirect_uri/], ["redirect_uri_path", "/cb", /lua-resty-openidc: set redirect_uri/],
    ["pass_cookies", "a b", /introspection_addon_headers/], ["introspection_cache_ignore", true, /introspection_interval/], ["http_request_decorator", "x", /introspection_addon_headers/], ["lifecycle", {}, /Lua/],
    ["proxy_opts", { http_proxy: "http://proxy:3128" }, CLUSTER], ["use_par", true, /pushed authorization requests/], ["pushed_authorization_request_endpoint", `${ISSUER}/par`, /pushed/],
    ["pushed_authorization_request_endpoint_auth_method", "client_secret_basic", /pushed/], ["use_dpop", true, /proof of possession/], ["dpop_signing_alg", "ES256", /proof/], ["dpop_private_key", "x", /proof/],
    ["dpop_public_jwk", {}, /proof/], ["_meta", { disable: true }, /APISIX/], ["_meta", { filter: [] }, /rules/],
    ["redirect_api", "/cb", /redirect_uri/], ["redirect_api_id", "1", /redirect_uri/], ["logout_api", "/out", /logout_path/], ["logout_api_id", "1", /logout_path/], ["jwt_cache_enabled", false, /jwt_verification_cache_ignore/],
    ["jwks_enabled", true, /use_jwks/], ["jwks_enable", true, /use_jwks/], ["slient_renew_access_token_enabled", true, /renew_access_token_on_expiry/], ["silent_renew_access_token_enabled", true, /renew_access_token_on_expiry/],
    ["set_access_token_header_enabled", true, /set_access_token_header/], ["set_userinfo_header_enabled", true, /set_userinfo_header/],
  ])("%s: %j", (name, value, instead) => {
    const { wrong } = said({ ...LOGIN, [name]: value });
    expect(wrong).toEqual([expect.stringMatching(new RegExp(`^${name}: .*${instead.source}`))]);
  });

  test("in a rule, at its place", () => {
    expect(said({ ...LOGIN, rules: [{ path: "/api", redirect_uri_scheme: "https" }] }).wrong).toEqual([expect.stringMatching(/^rules\[0\]\.redirect_uri_scheme: is not supported/)]);
  });
  test("outside of rules that alone guard", () => {
    expect(said({ ...LOGIN, mode: "public", pass_cookies: "a", rules: [{ path: "/api", mode: "browser" }] }).wrong).toEqual([expect.stringMatching(/^pass_cookies: is not supported/)]);
  });
  test("a name that nobody knows is still a typo", () => expect(said({ ...LOGIN, promt: "login" }).wrong).toEqual(["promt: unknown attribute; did you mean prompt?"]));
});

describe("what is passed over is named", () => {
  test.each<[string, object, string[]]>([
    ["APISIX's default stands in every exported object", { ...LOGIN, accept_unsupported_alg: true }, ["accept_unsupported_alg is true: a token whose signature cannot be checked is refused all the same"]],
    ["Envoy keeps the connections", { ...LOGIN, keepalive: "no" }, ["not used: keepalive (connections are Envoy's: set them in the cluster that provider_cluster names)"]],
    ["a key beside client_secret_jwt", { ...LOGIN, token_endpoint_auth_method: "client_secret_jwt", client_rsa_private_key: "$ENV://SESSION" }, ["not used by client_secret_jwt: client_rsa_private_key"]],
    ["an introspection that never happens, by use_jwks", { ...JWKS_CONFIG, introspection_interval: -1, introspection_addon_headers: "a:b", introspection_endpoint_auth_method: "client_secret_jwt", introspection_params: 1 },
      ["not used, as tokens are verified by use_jwks: introspection_endpoint_auth_method, introspection_interval, introspection_addon_headers, introspection_params"]],
    ["an introspection that never happens, by a key", { bearer_only: true, issuer: ISSUER, public_key: publicPem(), introspection_endpoint: "idp/introspect" },
      ["not used, as tokens are verified by public_key: introspection_endpoint"]],
    ["a rule's introspection beside its own use_jwks", { ...JWKS_CONFIG, rules: [{ path: "/a", use_jwks: true, introspection_endpoint: `${ISSUER}/i` }] },
      ["rules[0]: not used, as tokens are verified by use_jwks: introspection_endpoint"]],
    ["a rule's introspection goes before use_jwks outside of it", { ...JWKS_CONFIG, client_id: "app", client_secret: "$ENV://CLIENT", rules: [{ path: "/a", introspection_endpoint: `${ISSUER}/i`, introspection_interval: 60 }] }, []],
    ["private_key_jwt for an introspection that never happens", { ...JWKS_CONFIG, introspection_endpoint_auth_method: "private_key_jwt", client_rsa_private_key: "$ENV://CLIENT" },
      ["not used without private_key_jwt or client_secret_jwt: client_rsa_private_key", "not used, as tokens are verified by use_jwks: introspection_endpoint_auth_method"]],
    ["no absolute limit in APISIX", { ...LOGIN, session: { ...LOGIN.session, absolute_timeout: 0 } },
      ["session.absolute_timeout is 0: a session ends 31536000 seconds after the login all the same, because a revoked session is remembered until it expires"]],
    ["the provider's logout URL as redirect_after_logout_uri", { ...LOGIN, redirect_after_logout_uri: "https://idp.example.com/out", redirect_after_logout_with_id_token_hint: true },
      ["redirect_after_logout_with_id_token_hint is true: redirect_after_logout_uri gets no ID Token; without that attribute the provider's end_session_endpoint is used, which gets one"]],
    ["the library's default", { ...LOGIN, redirect_after_logout_uri: "https://idp.example.com/out", redirect_after_logout_with_id_token_hint: false }, []],
  ])("%s", (_, config, warnings) => expect(said(config)).toEqual({ wrong: [], warned: warnings }));
});

test("PKCE alone: the message says by which attribute", () => {
  const { client_secret: _, ...config } = LOGIN;
  expect(said({ ...config, use_pkce: true }).wrong).toEqual(['client_secret: is required for the browser login; a public client (PKCE alone) sets token_endpoint_auth_method to "none"']);
  expect(said({ ...config, use_pkce: true, token_endpoint_auth_method: "none" })).toEqual({ wrong: [], warned: [] });
});

describe("options of lua-resty-openidc that hold here", () => {
  /** The parameters with which a browser is sent to the provider. */
  function asked(changes: object): URLSearchParams {
    const metadata = { issuer: ISSUER, authorization_endpoint: `${ISSUER}/auth`, token_endpoint: `${ISSUER}/token`, jwks_uri: `${ISSUER}/jwks` };
    const envoy = ready({ config: { ...LOGIN, redirect_uri: "https://app.example.com/cb", ...changes }, metadata, start: { env } });
    const request = envoy.get("/", { ":scheme": "https", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" });
    return new URL(request.local.headers.get("location")!).searchParams;
  }
  test("prompt and display go to the provider", () => {
    const params = asked({ prompt: "consent", display: "page" });
    expect([params.getAll("prompt"), params.getAll("display")]).toEqual([["consent"], ["page"]]);
  });
  test("authorization_params goes before them", () => expect(asked({ prompt: "consent", authorization_params: { prompt: "login" } }).getAll("prompt")).toEqual(["login"]));

  /** The form that the introspection endpoint gets. */
  function introspected(changes: object): URLSearchParams {
    const envoy = ready({ config: { ...INTROSPECTION_CONFIG, ...changes } });
    envoy.get("/", bearer("opaque"));
    return envoy.callout().form;
  }
  test("introspection_params", () => expect(introspected({ introspection_params: { resource: "a&token=b", n: 1 } }).toString()).toBe("token=opaque&resource=a%26token%3Db&n=1&token_type_hint=access_token"));
  test("a hint of one's own stands once", () => expect(introspected({ introspection_params: { token_type_hint: "jwt" } }).getAll("token_type_hint")).toEqual(["jwt"]));
  test("introspection_token_param_name", () => expect(introspected({ introspection_token_param_name: "access_token" }).toString()).toBe("access_token=opaque&token_type_hint=access_token"));
  test.each<[object, string]>([
    [{ introspection_params: { token: "x" } }, "introspection_params.token: is set by the filter itself"], [{ introspection_params: { Client_ID: "x" } }, "introspection_params.Client_ID: is set by the filter itself"],
    [{ introspection_params: { "a&b": "x" } }, "introspection_params.a&b: expected a name of letters, digits, -, _ and ."], [{ introspection_params: ["a"] }, "introspection_params: expected an object, found a list"],
    [{ introspection_params: { a: { b: 1 } } }, "introspection_params.a: expected a string, found an object"],
    [{ introspection_params: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`p${i}`, "x"])) }, "introspection_params: expected at most 32 parameters, found 33"],
    [{ introspection_token_param_name: "a=b" }, "introspection_token_param_name: expected the name of a parameter such as token"],
    [{ introspection_token_param_name: "client_secret" }, "introspection_token_param_name: expected the name of a parameter such as token"],
    [{ discovery_expires_in: 1 }, "discovery_expires_in: expected a whole number from 60 to 31536000, found 1"],
    [{ auth_header_name: "X-A", auth_accept_token_as_header_name: "X-B" }, "auth_accept_token_as_header_name: auth_header_name names another header: leave one of them out"],
    [{ auth_accept_token_as_header_name: "a b" }, "auth_accept_token_as_header_name: is not a header name"],
  ])("%j is refused", (changes, message) => expect(said({ ...INTROSPECTION_CONFIG, client_secret: "$ENV://CLIENT", ...changes }).wrong).toEqual([message]));

  test("discovery_expires_in: the shorter of both holds for metadata and keys", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, jwk_expires_in: 3600, discovery_expires_in: 60 } });
    const before = envoy.provider("idp").calls.length;
    envoy.advance(61);
    expect(envoy.provider("idp").calls.slice(before).map(({ path }) => path)).toEqual(["/.well-known/openid-configuration", "/jwks"]);
  });

  test.each<[object, Record<string, string>]>([
    [{ auth_accept_token_as: "header", auth_accept_token_as_header_name: "X-Token" }, { "x-token": `Bearer ${token()}` }],
    [{ auth_accept_token_as_header_name: "X-Token" }, { "x-token": token() }],
    [{ auth_accept_token_as: "cookie" }, { cookie: `PA.global=${token()}` }],
    [{ auth_accept_token_as: "cookie:at" }, { cookie: `at=${token()}` }],
  ])("%j takes the token from there", (changes, headers) => {
    expect(ready({ config: { ...JWKS_CONFIG, ...changes, claim_validator: { audience: { valid_audiences: [AUDIENCE] } } } }).get("/", headers).forwarded.get("x-access-token")).toMatch(/^ey/);
  });
});

describe("how the client may prove itself is compared with what the provider offers", () => {
  const metadata = (methods: unknown): object => ({ issuer: ISSUER, authorization_endpoint: `${ISSUER}/auth`, token_endpoint: `${ISSUER}/token`, jwks_uri: `${ISSUER}/jwks`, token_endpoint_auth_methods_supported: methods });
  const warned = (methods: unknown, changes: object = {}): string[] =>
    ready({ config: { ...LOGIN, ...changes }, metadata: metadata(methods), start: { env } }).logs.filter(({ level }) => level === "warn").map(({ text }) => text);

  test.each<[string, unknown, object, string]>([
    ["only client_secret_post beside the default", ["client_secret_post"], {}, "client_secret_basic: token_endpoint_auth_method should be client_secret_post"],
    ["several others", ["private_key_jwt", "client_secret_post", 7, null], {}, "client_secret_basic: token_endpoint_auth_method should be private_key_jwt or client_secret_post"],
    ["Basic alone beside post", ["client_secret_basic"], { token_endpoint_auth_method: "client_secret_post" }, "client_secret_post: token_endpoint_auth_method should be client_secret_basic"],
    ["certificates alone", ["tls_client_auth"], {}, "client_secret_basic: its token_endpoint_auth_methods_supported has no method that the filter knows"],
  ])("%s: a warning", (_, methods, changes, expected) => expect(warned(methods, changes)).toEqual([`envoy-oidc: the token endpoint of ${ISSUER} does not offer ${expected}`]));

  test.each<[string, unknown, object]>([
    ["the configured one is there", ["client_secret_post", "client_secret_basic"], {}], ["the document does not say (RFC 8414: Basic then)", undefined, {}], ["an empty list", [], {}], ["no list", "client_secret_post", {}], ["null", null, {}],
    ["public clients, which few providers list", ["client_secret_basic"], { token_endpoint_auth_method: "none" }],
  ])("%s: none", (_, methods, changes) => expect(warned(methods, changes)).toEqual([]));

  test("also where another configuration has fetched the metadata before", () => {
    const envoy = ready({ config: JWKS_CONFIG, metadata: metadata(["client_secret_post"]), start: { env } });
    expect(envoy.logText).not.toContain("does not offer");
    envoy.addPlugin(LOGIN, "shop");
    expect(envoy.logText).toContain(`the token endpoint of ${ISSUER} does not offer client_secret_basic: token_endpoint_auth_method should be client_secret_post`);
  });
  test("bearer tokens need no token endpoint", () => {
    expect(ready({ config: JWKS_CONFIG, metadata: metadata(["client_secret_post"]) }).logText).not.toContain("does not offer");
  });
});
