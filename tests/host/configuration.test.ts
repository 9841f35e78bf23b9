/** Which configurations are accepted, and how others are refused: all mistakes at once, each with its place and what to do. */
import { generateKeyPairSync } from "node:crypto";
import { Plugin } from "./host";
import { RootContext } from "./host/root";
import { bearer, DISCOVERY, INTROSPECTION_CONFIG, ISSUER, JWKS_CONFIG, ready, refused, start, token } from "./fixture";
import { mistakes } from "./mistakes";

const wrong = (changes: object, env?: Record<string, string>): string[] => mistakes({ ...JWKS_CONFIG, ...changes }, env);

test("the configurations of the other tests are accepted", () => {
  expect(mistakes(JWKS_CONFIG)).toEqual([]);
  expect(mistakes(INTROSPECTION_CONFIG)).toEqual([]);
});

test("duty 130: all mistakes are named at once, each with its place", () => {
  expect(mistakes({
    discovery: 7, use_jwks: "yes", bearer_only: true, timeout: 0.5, relm: "x", claim_headers: { sub: "host", email: "x mail" },
    claim_validator: { audience: { claims: "aud" }, issuer: { valid_issuers: [1] } }, required_scopes: ["a b"], iat_slack: 301,
  })).toEqual([
    "timeout: expected a whole number from 1 to 60, found 0.5",
    'claim_headers.sub: the header host has a meaning of its own; choose another, such as x-user-sub',
    "claim_headers.email: is not a header name",
    "use_jwks: expected true or false, found a string",
    "discovery: expected a string, found a number",
    "iat_slack: expected a whole number from 0 to 300, found 301",
    "required_scopes[0]: is not a scope (RFC 6749 §3.3): printable ASCII without spaces, quotes and backslashes",
    "claim_validator.issuer.valid_issuers[0]: expected a string, found a number",
    "claim_validator.audience.claims: unknown attribute; did you mean claim?",
    "relm: unknown attribute; did you mean realm?",
  ]);
});

test.each([
  ["", /^expected a JSON object, found nothing$/], ["[]", /^expected a JSON object, found a list$/], ["{", /^line 1, column 2: the document ends before/], ['{"bearer_only":true,}', /^line 1, column 21: there is one comma too many before this/],
  ['{"realm":"a","realm":"b"}', /^line 1, column 21: this name occurs twice/], ['"x"', /expected a JSON object/],
])("%p is refused", (text, message) => expect(mistakes(text)[0]).toMatch(message));

describe("required attributes", () => {
  test.each([
    [{ discovery: undefined }, "discovery: is required: the URL of the provider's /.well-known/openid-configuration"],
    [{ provider_cluster: undefined }, "provider_cluster: is required: the name of the Envoy cluster that leads to the provider"],
    [{ discovery: "https://idp.example.com/metadata" }, "discovery: does not end in /.well-known/openid-configuration: append that to the issuer; if this is the URL of the metadata, set issuer"],
    [{ claim_validator: { audience: { match_with_client_id: true } } }, "claim_validator.audience.match_with_client_id: needs client_id"],
    [{ use_jwks: false, introspection_endpoint: `${ISSUER}/i`, client_id: "a" }, "client_secret: is required: the introspection endpoint authenticates its callers"],
    [{ use_jwks: false, introspection_endpoint: `${ISSUER}/i`, client_secret: "a" }, "client_id: is required: the introspection endpoint authenticates its callers"],
    [{ use_jwks: false, introspection_endpoint: `${ISSUER}/i`, client_id: "a", introspection_endpoint_auth_method: "private_key_jwt" }, "client_rsa_private_key: is required for private_key_jwt"],
  ])("%j", (changes, message) => expect(wrong(changes)).toEqual([message]));

  test("an issuer to trust, if only a key is given", () => {
    expect(mistakes({ bearer_only: true, public_key: pem("rsa", { modulusLength: 2048 }) })).toEqual(["claim_validator.issuer.valid_issuers: is required without discovery: it says whose tokens are accepted"]);
  });
});

describe("refused values", () => {
  test.each([
    [{ bearer_only: false, unauth_action: "block" }, /unauth_action: expected one of auth, deny, pass, found "block"/],
    [{ accept_none_alg: true }, /accept_none_alg: unsigned tokens are never accepted/],
    [{ discovery: DISCOVERY.replace("https", "http") }, /discovery: plain http is refused.*ssl_verify/],
    [{ discovery: "idp.example.com" }, /discovery: expected a URL/], [{ discovery: "https://user@idp.example.com/" }, /discovery: expected a URL/],
    [{ discovery: `${DISCOVERY} ` }, /discovery: holds a character/], [{ discovery: `${DISCOVERY}\r\nX: y` }, /discovery: holds a character/],
    [{ realm: 'a"b' }, /realm: expected printable ASCII/], [{ realm: "" }, /realm: must not be empty/],
    [{ token_signing_alg_values_expected: ["none"] }, /token_signing_alg_values_expected\[0\]: expected some of RS256/], [{ token_signing_alg_values_expected: [] }, /must not be an empty list/],
    [{ token_signing_alg_values_expected: "HS256" }, /HS256 needs symmetric_key/],
    [{ symmetric_key: "0123456789abcdef0123456789abcdef" }, /symmetric_key: needs token_signing_alg_values_expected to name HS256/],
    [{ symmetric_key: "short", token_signing_alg_values_expected: "HS256" }, /symmetric_key: expected at least 32 bytes for HS256 .* found 5/],
    [{ symmetric_key: "0123456789abcdef0123456789abcdef", token_signing_alg_values_expected: ["HS256", "RS256"] }, /needs .* and nothing else/],
    [{ public_key: "MIIB" }, /public_key: expected a PEM public key/],
    [{ public_key: pem("rsa", { modulusLength: 1024 }) }, /public_key: the RSA key has less than 2048 bits/],
    [{ public_key: pem("ec", { namedCurve: "secp256k1" }) }, /public_key: expected an EC key on P-256/],
    [{ public_key: pem("rsa", { modulusLength: 2048 }), token_signing_alg_values_expected: "ES256" }, /none of these can be verified with public_key/],
    [{ public_key: privatePem() }, /this is a private key/],
    [{ auth_header_name: "a b" }, /auth_header_name: is not a header name/], [{ auth_accept_token_as: "body" }, /auth_accept_token_as: expected "header"/],
    [{ use_jwks: false, introspection_endpoint_auth_method: "none" }, /introspection_endpoint_auth_method: expected one of client_secret_basic, client_secret_post, private_key_jwt, client_secret_jwt, found "none"/],
    [{ client_secret: "$secret://vault/1/x" }, /client_secret: \$secret:\/\/ is not available/],
    [{ endpoint_clusters: { authorization_endpoint: "x" } }, /endpoint_clusters.authorization_endpoint: unknown attribute/], [{ proxy_opts: { http_proxy: "http://proxy:3128" } }, /proxy_opts: is not supported: calls go through Envoy clusters/],
    [{ cache_max_kib: 1 }, /cache_max_kib: expected a whole number from 64/], [{ use_jwks: false, introspection_addon_headers: ["a:b"] }, /introspection_addon_headers\[0\]: is not a header name/],
    [{ jwk_expires_in: 1 }, /jwk_expires_in: expected a whole number from 60/],
  ])("%j", (changes, message) => {
    const lines = wrong(changes);
    expect(lines.join("\n")).toMatch(message);
  });

  test.each(["host", "Authorization", "cookie", "content-length", "x-forwarded-for", "x-envoy-original-path", "X-Userinfo", "x-access-token", ":authority"])("duty 92: a claim in the header %s", (name) => {
    expect(wrong({ claim_headers: { sub: name } })[0]).toMatch(/^claim_headers\.sub: (the header .* has a meaning of its own|is not a header name)/);
  });
  test("two claims in one header", () => expect(wrong({ claim_headers: { sub: "x-a", email: "X-A" } })[0]).toMatch("already holds another claim"));

  test("a secret in the wrong place does not come back in the message", () => {
    expect(wrong({ use_jwks: false, introspection_endpoint_auth_method: "a-very-long-secret-that-somebody-pasted-here" }).join()).not.toContain("secret-that");
  });
});

describe("the browser login", () => {
  const LOGIN = { discovery: DISCOVERY, provider_cluster: "idp", client_id: "app", client_secret: "the-secret-of-the-client", session: { secret: "0123456789abcdef0123456789ABCDEF" } };

  test("the smallest configuration is accepted, without a warning", () => {
    const config = { ...LOGIN, client_secret: "$ENV://CLIENT", session: { secret: "$ENV://SESSION" } };
    const env = { CLIENT: LOGIN.client_secret, SESSION: LOGIN.session.secret };
    expect(start({ config, start: { env } }).logs.filter(({ level }) => level === "warn" || level === "error")).toEqual([]);
  });

  test("duty 130: all mistakes are named at once, each with its place", () => {
    expect(mistakes({
      discovery: DISCOVERY, client_id: "app", redirect_uri: "//evil.example/cb", logout_path: "/", scope: 'a"b', authorization_params: { state: "x", max_age: "1d" }, par: { enabled: true },
      session: { secret: ["short", "the-secret-of-the-client"], idling_timeout: 5, cookie_same_site: "None", cookie_secure: false, cookie_name: "a b", storage: "redis", cookie_maxage: 1 },
      session_contents: { users: true }, access_token_expires_in: 0,
    })).toEqual([
      "client_secret: is required for the browser login; a public client (PKCE alone) sets token_endpoint_auth_method to \"none\"",
      "provider_cluster: is required: the name of the Envoy cluster that leads to the provider",
      "scope: word 1 is not a scope (RFC 6749 §3.3): printable ASCII without quotes and backslashes",
      "redirect_uri: expected a path such as /callback: one slash in front, without query, fragment and dot segments",
      "logout_path: would hide the start page: choose another path than /",
      "authorization_params.state: is set by the filter itself",
      "authorization_params.max_age: expected a whole number from 0 to 31536000",
      "par.enabled: pushed authorization requests are not supported",
      "session.secret[0]: expected at least 16 characters, found 5",
      "session.idling_timeout: expected 0 or a whole number from 10 to 31536000, found 5",
      "session.cookie_name: expected at most 64 of the characters that a cookie's name may have (RFC 6265 §4.1.1)",
      "session.cookie_same_site: None needs cookie_secure",
      "session.storage: redis is not supported: sessions are kept in sealed cookies and need no store",
      "session.cookie_maxage: unknown attribute; did you mean cookie_name?",
      "session_contents.users: unknown attribute; did you mean user?",
      "access_token_expires_in: expected a whole number from 1 to 31536000, found 0",
    ]);
  });

  test.each([
    [{ session: undefined }, "session.secret: is required for the browser login: at least 16 characters, such as the output of `openssl rand -base64 32`, shared by all Envoys"],
    [{ session: { secret: "the-secret-of-the-client" } }, "session.secret: must not be the client_secret, which the provider knows as well"],
    [{ client_secret: undefined }, "client_secret: is required for the browser login; a public client (PKCE alone) sets token_endpoint_auth_method to \"none\""], [{ client_id: undefined }, "client_id: is required for the browser login"],
    [{ token_endpoint_auth_method: "private_key_jwt" }, "client_rsa_private_key: is required for private_key_jwt"],
    [{ token_endpoint_auth_method: "private_key_jwt", client_rsa_private_key: pem("rsa", { modulusLength: 2048 }) }, "client_rsa_private_key: this is a public key or a certificate: the private key is needed"],
    [{ token_endpoint_auth_method: "private_key_jwt", client_rsa_private_key: privatePem() }, "client_rsa_private_key: the private key is neither an RSA nor an EC key"],
  ])("%#: %j is refused", (changes, message) => expect(mistakes({ ...LOGIN, ...changes })).toEqual([message]));

  test("duty 18: no secret of a wrong configuration is in the log", () => {
    const lines = mistakes({ ...LOGIN, client_secret: "topsecret-topsecret", session: { secret: ["topsecret-topsecret", "tops3cret"] } }).join();
    expect(lines).not.toMatch(/tops.cret/);
  });

  test("with bearer_only its attributes are not used, and a warning names them", () => {
    const envoy = start({ config: { ...JWKS_CONFIG, session: { secret: 7 }, use_pkce: false } });
    expect(envoy.logText).toContain("not used by bearer tokens: use_pkce, session");
  });
});

describe("values from the environment", () => {
  const config = { ...INTROSPECTION_CONFIG, client_secret: "$ENV://SECRET" };
  test("any string may come from a variable", () => {
    const envoy = start({ config, start: { env: { OTHER: "x", SECRET: "from=env" } } });
    envoy.get("/", bearer("t"));
    expect(Buffer.from(envoy.callout().headers.get("authorization")!.slice(6), "base64").toString()).toBe("gateway:from%3Denv");
  });
  test.each<Record<string, string>>([{}, { SECRE: "x" }])("a variable that is missing in %j is named", (env) => {
    expect(mistakes(config, env)).toEqual(["client_secret: the environment has no variable SECRET; name it in vm_config.environment_variables and set it; before Envoy 1.39 another plugin with the same vm_id may have come first"]);
  });
});

describe("secrets", () => {
  const LITERAL = "secrets are written in the configuration, so everyone who may read Envoy's config_dump can read them; write $ENV://NAME in place of: ";
  const config = { discovery: DISCOVERY, provider_cluster: "idp", client_id: "app", client_secret: "the-secret-of-the-client", session: { secret: "0123456789abcdef0123456789ABCDEF" } };

  test("duty 165: literal secrets are named in one line, without their text", () => {
    const envoy = start({ config });
    expect(envoy.logs.filter(({ level }) => level === "warn").map(({ text }) => text)).toEqual([`envoy-oidc: configuration: ${LITERAL}client_secret, session.secret`]);
    expect(envoy.logText).not.toMatch(/the-secret-of|0123456789/);
  });
  test("duty 165: for localhost they are not named", () => {
    expect(start({ config: { ...config, redirect_uri: "http://localhost:8080/callback" } }).logText).not.toContain(LITERAL);
  });
  test.each(["$env://SECRET", "$Env://SECRET"])("duty 165: %s is a variable, not a secret", (secret) => {
    const envoy = start({ config: { ...INTROSPECTION_CONFIG, client_secret: secret }, start: { env: { SECRET: "of-the-environment" } } });
    envoy.get("/", bearer("t"));
    expect(Buffer.from(envoy.callout().headers.get("authorization")!.slice(6), "base64").toString()).toBe("gateway:of-the-environment");
  });
  test.each(["$secret://vault/1/x", "${SECRET}", "$ENV:SECRET", "{vault://env/secret}", "%ENVIRONMENT(SECRET)%"])("duty 165: %s is refused, and the message says what to write", (secret) => {
    expect(mistakes({ ...config, session: { secret } }).join()).toMatch(/^session\.secret: .* is not available in Envoy; give the value by \$ENV:\/\/NAME and vm_config\.environment_variables$/);
  });
  test.each([
    ["", "is empty"], ["a secret with a line break, long enough\n", "ends with a line break: write it without one (printf in place of echo)"],
    ["vault:secret/data/oidc#session", "holds a reference itself (vault:), which is not followed: put the value there"],
  ])("duty 165: a variable that holds %j is refused", (value, why) => {
    expect(mistakes({ ...config, session: { secret: "$ENV://SESSION" } }, { SESSION: value })).toEqual([`session.secret: the environment variable SESSION ${why}`]);
  });
});

describe("a refused configuration that Envoy still runs", () => {
  test("duty 130: every request to it gets 503, and requests to others do not", () => {
    const envoy = ready();
    const vm = envoy.vms[0]!;
    const root = new RootContext(vm, vm.nextId(), "", Buffer.from('{"nonsense":true}'));
    expect(root.start(0)).toBe(false);
    const request = envoy.get("/", bearer(token()), { plugin: new Plugin([root]) });
    expect(refused(request)).toBe("503 misconfigured");
    envoy.get("/", bearer(token())).forwarded.get("x");
  });
});

describe("several configurations in one VM", () => {
  test("each request is checked by its own", () => {
    const envoy = ready();
    const strict = envoy.addPlugin({ ...JWKS_CONFIG, required_scopes: ["admin"], realm: "strict" });
    const open = envoy.addPlugin({ ...JWKS_CONFIG, bearer_only: false, unauth_action: "pass", set_userinfo_header: false });
    for (let i = 0; i < 3; i++) {
      envoy.get("/", bearer(token())).forwarded;
      expect(refused(envoy.get("/", bearer(token()), { plugin: strict }))).toBe("403 insufficient_scope");
      expect(envoy.get("/", {}, { plugin: open }).forwarded.has("x-userinfo")).toBe(false);
      expect(refused(envoy.get("/", {}))).toBe("401 no_token");
    }
    expect(envoy.history).toHaveLength(2); // one provider, fetched once
  });

  test("each refuses with its own realm", () => {
    const envoy = ready();
    const other = envoy.addPlugin({ ...JWKS_CONFIG, realm: "other" });
    const own = envoy.get("/").local.headers.get("www-authenticate");
    for (let i = 0; i < 3; i++) {
      expect(envoy.get("/", {}, { plugin: other }).local.headers.get("www-authenticate")).toBe('Bearer realm="other"');
      expect(envoy.get("/").local.headers.get("www-authenticate")).toBe(own);
    }
    expect(own).not.toContain("other");
  });

  test("browsers get a page and programs JSON, in any order of requests", () => {
    const envoy = ready();
    for (let i = 0; i < 2; i++) {
      expect(envoy.get("/", { accept: "text/html" }).local.headers.get("content-type")).toContain("text/html");
      expect(envoy.get("/").local.headers.get("content-type")).toBe("application/json");
    }
  });

  test("equal configurations share a cache, and another cache_segment separates them", () => {
    const config = { ...INTROSPECTION_CONFIG, bearer_only: true };
    const envoy = start({ config });
    const twin = envoy.addPlugin(config), apart = envoy.addPlugin({ ...config, cache_segment: "apart" });
    envoy.get("/", bearer("t"));
    envoy.callout().json({ active: true, exp: 2e9 });
    envoy.get("/", bearer("t"), { plugin: twin }).forwarded.get("x");
    expect(envoy.get("/", bearer("t"), { plugin: apart }).waiting).toBe(true);
  });

  test("duty 68: a token that one has accepted is checked again by the other", () => {
    const envoy = ready();
    const other = envoy.addPlugin({ ...JWKS_CONFIG, claim_validator: { issuer: { valid_issuers: ["https://other.example.com"] } } });
    envoy.get("/", bearer(token())).forwarded;
    expect(refused(envoy.get("/", bearer(token()), { plugin: other }))).toBe("401 wrong_issuer");
  });

  test("after a reload new requests use the new one, and waiting requests the old one", () => {
    const envoy = start({ config: INTROSPECTION_CONFIG });
    const old = envoy.get("/", bearer("t"));
    const call = envoy.callout();
    envoy.reload({ ...INTROSPECTION_CONFIG, required_scopes: ["admin"] });
    call.json({ active: true, scope: "read", exp: 2e9 });
    old.forwarded.get("x-access-token");
    old.respond(200);
    const next = envoy.get("/", bearer("t"));
    envoy.callout().json({ active: true, scope: "read", exp: 2e9 });
    expect(refused(next)).toBe("403 insufficient_scope");
  });

  test("a hundred reloads do not increase the memory", () => {
    const envoy = ready();
    const reload = (times: number): void => {
      for (let i = 0; i < times; i++) {
        envoy.reload({ ...JWKS_CONFIG, realm: `r${i}` });
        envoy.get("/", bearer(token({ exp: 2e9 }))).respond(200);
        envoy.advance(2);
      }
    };
    reload(20);
    const before = envoy.memoryBytes();
    reload(100);
    expect(envoy.memoryBytes()).toBeLessThanOrEqual(before);
  });
});

function pem(type: "rsa" | "ec", options: object): string {
  const make = generateKeyPairSync as unknown as (type: string, options: object) => { publicKey: { export: (options: object) => string } };
  return make(type, options).publicKey.export({ type: "spki", format: "pem" });
}

function privatePem(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }) as string;
}
