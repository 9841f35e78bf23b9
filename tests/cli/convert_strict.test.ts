/** `envoy-oidc convert`: the result is as strict as the source, or the list says where it is not. */
import { refusalsOf } from "../../cli/commands/convert/convert";
import { convertEnvoyGateway } from "../../cli/commands/convert/envoy_gateway";
import { convertEnvoyOauth2 } from "../../cli/commands/convert/envoy_oauth2";
import { convertJwtAuthn } from "../../cli/commands/convert/jwt_authn";
import { convertModAuthOpenidc } from "../../cli/commands/convert/mod_auth_openidc";
import { convertOauth2Proxy } from "../../cli/commands/convert/oauth2_proxy";
import { envoyOidc, file } from "./support";

const DISCOVERY = "https://idp.example.com/realms/a/.well-known/openid-configuration";

const APACHE = `OIDCProviderMetadataURL ${DISCOVERY}\nOIDCClientID a\nOIDCClientSecret $ENV://A\nOIDCRedirectURI https://app.example.com/oidc\nOIDCCryptoPassphrase y`;

describe("mod_auth_openidc: nothing of Apache's access control is lost without a word", () => {
  const converted = (...lines: string[]) => convertModAuthOpenidc([APACHE, ...lines].join("\n"));
  const guard = ["AuthType openid-connect", "Require valid-user"];
  const SESSIONS = { mode: "browser", claim_validator: { audience: { match_with_client_id: true, required: true } } };
  test.each(["<Directory /var/www/html>", "<DirectoryMatch ^/var>", "<Files secret.html>", "<If %{HTTPS}>", "<Proxy http://a/>", "<Location ~ \"^/(a|b)\">", "<Location /a/?>"])("%s is reported as unguarded, and opens nothing", (line) => {
    const { filter, changes } = converted(line, ...guard, line.replace(/<(\w+).*/, "</$1>"), "<Location /app>", ...guard, "</Location>");
    expect(changes).toContainEqual(expect.objectContaining({ kind: "unguarded", option: line.slice(1, -1) }));
    expect([filter.rules, filter.access_rules]).toEqual([[{ path_prefix: "/app", ...SESSIONS }], undefined]);
    expect(refusalsOf(filter)).toEqual([]);
  });
  test("a later Location replaces what an earlier one opened, as in Apache", () => {
    expect(converted("<Location /open>", "Require all granted", "</Location>", "<Location />", ...guard, "</Location>").filter).toMatchObject({ mode: "browser", rules: [{ path_prefix: "/open", mode: "browser" }] });
  });
  test("a Location inside of another has its requirements", () => {
    expect(converted("<Location /app>", ...guard.slice(0, 1), "Require claim role:x", "</Location>", "<Location /app/sub>", "OIDCUnAuthAction 401", "</Location>").filter.rules).toContainEqual({ path_prefix: "/app/sub", ...SESSIONS, unauth_action: "deny", access_rules: { any: [{ claim: "role", contains: "x" }] } });
  });
  test("RequireAll means all, and RequireNone none", () => {
    const { filter } = converted("<Location /app>", "AuthType openid-connect", "<RequireAll>", "Require claim a:one", "Require claim b:two c:three", "<RequireNone>", "Require claim d:four", "</RequireNone>", "</RequireAll>", "</Location>");
    const claim = (name: string, value: string) => ({ claim: name, contains: value });
    expect(filter.rules).toContainEqual({ path_prefix: "/app", ...SESSIONS, access_rules: { any: [{ all: [claim("a", "one"), { any: [claim("b", "two"), claim("c", "three")] }, { not: { any: [claim("d", "four")] } }] }] } });
    expect(refusalsOf(filter)).toEqual([]);
  });
  test("a condition of OIDCUnAuthAction lets nobody else pass", () => expect(converted("<Location />", ...guard, "OIDCUnAuthAction pass \"%{REQUEST_URI} =~ m#^/a#\"", "</Location>").filter).not.toHaveProperty("unauth_action"));
  test("rules do not inherit the requirements of <Location />", () => {
    expect(converted("<Location />", "AuthType openid-connect", "Require claim a:one", "</Location>", "<Location /app>", "Require valid-user", "</Location>").filter).toMatchObject({ rules: [{ path_prefix: "/app", mode: "browser" }, { path_prefix: "/", mode: "browser", access_rules: { any: [{ claim: "a", contains: "one" }] } }] });
  });
  test("AuthType oauth20 outside of all sections takes bearer tokens alone", () => expect(converted("AuthType oauth20", "Require valid-user").filter.bearer_only).toBe(true));
  test.each(["Include conf.d/*.conf", "Use Guarded /app", "RequestHeader set X-Mail %{OIDC_CLAIM_email}e"])("%s is reported", (line) => expect(converted(line).changes).toContainEqual(expect.objectContaining({ kind: "dropped", option: line })));
  test("AuthType Basic is reported", () => expect(converted("<Location /a>", "AuthType Basic", "Require valid-user", "</Location>").changes).toContainEqual(expect.objectContaining({ kind: "changed", option: "/a: AuthType Basic" })));
  test("of several virtual hosts only one is read, and two that use the module are wrong usage", async () => {
    const one = ["<VirtualHost a:443>", "<Location />", ...guard, "</Location>", "</VirtualHost>"], plain = ["<VirtualHost *:80>", "<Location />", "Require all granted", "</Location>", "</VirtualHost>"];
    const { filter, changes } = converted(...one, ...plain);
    expect([filter.mode, changes.find(({ option }) => option === "VirtualHost *:80")?.kind]).toEqual(["browser", "dropped"]);
    expect((await envoyOidc(["convert", "--from", "mod_auth_openidc", file([...one, ...one.map((line) => line.replace("a:", "b:"))].join("\n"))])).code).toBe(2);
  });
  test("CRLF, a BOM and lines that go on are read", () => {
    expect(convertModAuthOpenidc(`\uFEFF${APACHE}\nOIDCScope \\\n  "openid email"\n<Location '/a b'>\n${guard.join("\n")}\n</Location>`.replaceAll("\n", "\r\n")).filter).toMatchObject({ discovery: DISCOVERY, scope: "openid email", rules: [{ path_prefix: "/a b" }, {}] });
  });
});

describe("oauth2-proxy: nothing that restricts access is lost without a word", () => {
  const PROXY = `provider = "oidc"\nclient_id = "a"\nclient_secret = "$ENV://A"\noidc_issuer_url = "https://idp.example.com/realms/a"\nredirect_url = "https://app.example.com/oidc"\nemail_domains = ["*"]\n`;
  const FLAGS = ["--client-id=a", "--client-secret=$ENV://A", "--oidc-issuer-url=https://idp.example.com/realms/a", "--redirect-url=https://app.example.com/oidc", "--email-domain=*"];
  const args = (...flags: string[]) => convertOauth2Proxy(`args:\n${[...FLAGS, ...flags].map((flag) => `- ${JSON.stringify(flag)}`).join("\n")}`);
  const claim = (name: string, contains: string) => ({ claim: name, contains });

  test("groups of several options, or of one flag, are all kept", () => {
    const any = [claim("groups", "a"), claim("groups", "b"), claim("realm_access.roles", "c"), claim("groups", "d")];
    expect(convertOauth2Proxy(`${PROXY}allowed_groups = ["a", "b"]\nallowed_roles = "c"\nkeycloak_groups = ["d"]`).filter.access_rules).toEqual({ any });
    expect(args("--allowed-group=a,b", "--allowed-role=c", "--keycloak-group=d").filter.access_rules).toEqual({ any });
    expect(convertOauth2Proxy(`${PROXY}allowed_groups = []`).filter).not.toHaveProperty("access_rules");
  });
  test("without skip_jwt_bearer_tokens no bearer token passes, and with it only those for the client", () => {
    const api = "api_routes = [\"^/api/\"]\n", without = convertOauth2Proxy(PROXY + api).filter, bearer = convertOauth2Proxy(`${PROXY}${api}skip_jwt_bearer_tokens = true`).filter;
    expect(without).toMatchObject({ mode: "browser", rules: [{ path_prefix: "/api", mode: "browser", unauth_action: "deny" }] });
    expect(bearer).toMatchObject({ claim_validator: { audience: { match_with_client_id: true, required: true } }, rules: [{ path_prefix: "/api", mode: "bearer" }] });
    expect([bearer.mode, refusalsOf(without), refusalsOf(bearer)]).toEqual([undefined, [], []]);
  });
  test("a flag's value is whole, in quotes or not, and a comment is none", () => {
    expect(args("--scope=openid email groups").filter.scope).toBe("openid email groups");
    expect(convertOauth2Proxy(`args:\n${FLAGS.map((flag) => `- '${flag}'`).join("\n")}\n# - --skip-auth-route=^/\n`).filter).not.toHaveProperty("rules");
    expect(convertOauth2Proxy(`oauth2-proxy --skip-provider-button ${FLAGS.map((flag) => flag.replace(/=(.*)/, " '$1'")).join(" \\\n  ")} # --skip-auth-route=^/`).filter).toEqual(args().filter);
    expect(convertOauth2Proxy("oauth2-proxy --client-id=a --email-domain=\\*").changes).toContainEqual(expect.objectContaining({ kind: "changed", option: "email_domains" }));
  });
  test("settings in the environment and in a file beside the flags are reported as unguarded", () => {
    const { filter, changes } = convertOauth2Proxy(`config: |\n  allowed_groups = ["a"]\nargs:\n${FLAGS.map((flag) => `- ${flag}`).join("\n")}\nenv:\n- name: OAUTH2_PROXY_EMAIL_DOMAINS\n- name: OAUTH2_PROXY_GOOGLE_GROUPS\n- name: OAUTH2_PROXY_COOKIE_SECRET\n`);
    expect(changes.filter(({ kind }) => kind === "unguarded").map(({ option }) => option)).toEqual(["allowed_groups and what else is in its file", "OAUTH2_PROXY_GOOGLE_GROUPS"]);
    expect(filter.session).toEqual({ secret: "$ENV://SESSION_SECRET" });
  });
  test("what is switched off changes nothing", () => {
    expect(convertOauth2Proxy(`${PROXY}relative_redirect_url = false\nsession_cookie_minimal = false\nskip_jwt_bearer_tokens = false`).filter).toEqual(convertOauth2Proxy(PROXY).filter);
  });
  test("proxy_prefix moves the logout, and the callback unless redirect_url names one", () => {
    expect(convertOauth2Proxy(`${PROXY}proxy_prefix = "/auth"`).filter).toMatchObject({ redirect_uri: "https://app.example.com/oidc", logout_path: "/auth/sign_out" });
    expect(convertOauth2Proxy(`${PROXY.replace(/redirect_url.*\n/, "")}proxy_prefix = "/auth"`).filter).toMatchObject({ redirect_uri: "/auth/callback", logout_path: "/auth/sign_out" });
  });
  test.each(["oidc_issuer_url = 5", "providers:\n- id: a", "OAUTH2_PROXY_CLIENT_ID=a"])("%j is wrong usage, with the reason", async (text) => {
    const { code, err } = await envoyOidc(["convert", "--from", "oauth2-proxy", file(text)]);
    expect([code, err]).toEqual([2, expect.stringMatching(/^envoy-oidc: (oidc_issuer_url: cannot be 5|this is neither)/)]);
  });
});

describe("jwt_authn: nothing that restricts access is lost without a word", () => {
  const provider = (issuer: string) => ({ issuer, remote_jwks: { http_uri: { uri: `${issuer}/jwks`, cluster: "idp" } } });
  const P = provider("https://p.example.com"), Q = provider("https://q.example.com"), filter = (rules: object[], providers: object = { p: P }) => ({ providers, rules });
  const all = (requires: object) => filter([{ match: { prefix: "/a/" }, requires }], { p: P, q: Q });
  const unguarded = (document: object) => convertJwtAuthn(document).changes.filter(({ kind }) => kind === "unguarded").map(({ option }) => option);

  test("names of providers and requirements may have capitals", () => {
    expect(convertJwtAuthn({ ...filter([{ match: { prefix: "/a/" }, requirement_name: "aNeed" }], { firstOne: P, secondOne: Q }), requirement_map: { aNeed: { provider_name: "secondOne" } } }).filter.rules).toMatchObject([{ path_prefix: "/a", mode: "bearer", jwks_uri: "https://q.example.com/jwks" }, {}]);
  });
  test("a rule has no settings of another provider", () => {
    const { filter: result } = convertJwtAuthn(filter([{ match: { prefix: "/q/" }, requires: { provider_name: "q" } }, { match: { prefix: "/" }, requires: { provider_name: "p" } }], { p: { ...P, from_cookies: ["c"] }, q: Q }));
    expect(result).toMatchObject({ mode: "deny", rules: [{ path_prefix: "/q" }, { path_prefix: "/", auth_accept_token_as: ["cookie:c"] }] });
    expect([Object.keys(result).sort(), Object.keys((result.rules as object[])[0]!), refusalsOf(result)]).toEqual([["bearer_only", "mode", "rules"], expect.not.arrayContaining(["auth_accept_token_as"]), []]);
  });
  test("an open rule with a condition opens nothing", () => expect(JSON.stringify(convertJwtAuthn(filter([{ match: { prefix: "/", query_parameters: [{ name: "a" }] } }, { match: { prefix: "/" }, requires: { provider_name: "p" } }])).filter)).not.toContain("public"));
  test("the audiences of one of several requirements are kept", () => {
    expect(convertJwtAuthn(all({ requires_any: { requirements: [{ provider_and_audiences: { provider_name: "p", audiences: ["api"] } }, { allow_missing: {} }] } })).filter.rules).toMatchObject([{ unauth_action: "pass", claim_validator: { audience: { valid_audiences: ["api"] } } }, {}]);
  });
  test("requires_all, nested requirements and case_sensitive are reported as unguarded", () => {
    const two = [{ provider_name: "p" }, { provider_name: "q" }];
    expect([unguarded(all({ requires_all: { requirements: two } })), unguarded(all({ requires_any: { requirements: [{ requires_all: { requirements: two } }] } }))]).toEqual([["rules /a/"], ["rules /a/"]]);
    expect(convertJwtAuthn(all({ requires_any: { requirements: [{ requires_all: { requirements: two } }] } })).filter.rules).toEqual([{ path_prefix: "/a", mode: "deny" }]);
    expect(unguarded(filter([{ match: { path: "/a", case_sensitive: false }, requires: { provider_name: "p" } }]))).toEqual(["rules /a"]);
  });
  test("requirements of routes are reported as unguarded, and nothing is opened", () => {
    const document = { ...filter([]), routes: [{ typed_per_filter_config: { jwt: { "@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig", requirement_name: "need" } } }] };
    expect([unguarded(document), JSON.stringify(convertJwtAuthn(document).filter)]).toEqual([["typed_per_filter_config need"], expect.not.stringContaining("public")]);
  });
  test("headers and cookies with a token are kept in any order", () => {
    const from = { from_cookies: ["c"], from_headers: [{ name: "x-t" }], from_params: ["q"] };
    expect(convertJwtAuthn(filter([], { p: { ...P, ...from } })).filter.auth_accept_token_as).toEqual(["cookie:c", "header:x-t", "query:q"]);
  });
  test.each([{ kty: "RSA" }, { kty: "oct", k: "AAAA" }])("a key that is no public key, %j, is reported", (key) => {
    expect(convertJwtAuthn(filter([], { p: { issuer: P.issuer, local_jwks: { inline_string: JSON.stringify({ keys: [key] }) } } })).changes).toContainEqual(expect.objectContaining({ kind: "dropped", option: "providers.p.local_jwks" }));
  });
});

describe("filters of Envoy", () => {
  const OAUTH2 = { token_endpoint: { uri: "https://idp.example.com/t", cluster: "idp" }, authorization_endpoint: "https://idp.example.com/a", credentials: { client_id: "a", token_secret: { name: "t" }, hmac_secret: { name: "h" } }, redirect_uri: "https://app.example.com/oidc" };
  const typed = (type: string, fields: object) => ({ "@type": `type.googleapis.com/envoy.extensions.filters.http.${type}`, ...fields });
  const POLICY = { provider: { issuer: "https://idp.example.com/realms/a" }, clientID: "app", clientSecret: { name: "s" } }, policy = (spec: object) => convertEnvoyGateway({ kind: "SecurityPolicy", spec });

  test.each(["oauth2.v3.OAuth2", "jwt_authn.v3.JwtAuthentication"])("of two different %s none is lost", (type) => {
    const one = (name: string) => typed(type, type.startsWith("oauth2") ? { config: { ...OAUTH2, stat_prefix: name } } : { providers: { [name]: {} } }), convert = type.startsWith("oauth2") ? convertEnvoyOauth2 : convertJwtAuthn;
    expect(() => convert([one("a"), one("b")])).toThrow("give one at a time");
    expect(() => convert([one("a"), one("a")])).not.toThrow();
  });
  test("a login beside which no bearer token passed has none here", () => {
    expect([convertEnvoyOauth2(OAUTH2).filter.mode, policy({ oidc: POLICY }).filter.mode]).toEqual(["browser", "browser"]);
    expect([convertEnvoyOauth2({ ...OAUTH2, pass_through_matcher: [{ name: "authorization" }] }).filter, policy({ oidc: { ...POLICY, passThroughAuthHeader: true } }).filter].map(({ mode }) => mode)).toEqual([undefined, undefined]);
  });
  test("a switch that is off changes nothing", () => expect(convertEnvoyOauth2({ ...OAUTH2, disable_id_token_set_cookie: false }).filter).toEqual(convertEnvoyOauth2(OAUTH2).filter));
  test("scopes of authorization are required_scopes, and unguarded if there are several rules", () => {
    const rule = { action: "Allow", principal: { jwt: { provider: "p", scopes: ["read", "write"] } } };
    expect(policy({ oidc: POLICY, authorization: { defaultAction: "Deny", rules: [rule] } }).filter).toMatchObject({ required_scopes: ["read", "write"] });
    expect(policy({ oidc: POLICY, authorization: { defaultAction: "Deny", rules: [rule, rule] } }).changes).toContainEqual(expect.objectContaining({ kind: "unguarded", option: "authorization.rules" }));
    expect(policy({ oidc: POLICY, authorization: { defaultAction: "Deny" } }).changes).toContainEqual(expect.objectContaining({ kind: "unguarded", option: "authorization" }));
  });
  test("a bearer token that passes beside a login is reported, and so are other checks of the policy", () => {
    const jwt = { providers: [{ name: "p", issuer: "https://p.example.com", remoteJWKS: { uri: "https://p.example.com/jwks" } }] };
    expect(policy({ oidc: POLICY, jwt }).changes).toContainEqual(expect.objectContaining({ kind: "changed", option: "oidc.passThroughAuthHeader" }));
    expect(policy({ oidc: POLICY, extAuth: {}, basicAuth: {}, cors: {} }).changes.filter(({ kind }) => kind === "unguarded").map(({ option }) => option)).toEqual(["extAuth", "basicAuth"]);
  });
  test("a list of kubectl with one SecurityPolicy is read, and a policy without oidc and jwt is wrong usage", async () => {
    const list = (spec: object) => file(JSON.stringify({ kind: "List", items: [{ kind: "Gateway" }, { kind: "SecurityPolicy", spec }] }));
    expect([(await envoyOidc(["convert", "--from", "envoy-gateway", list({ jwt: { providers: [{ name: "p", issuer: "https://p.example.com", remoteJWKS: { uri: "https://p.example.com/jwks" } }] } })])).code, (await envoyOidc(["convert", "--from", "envoy-gateway", list({ cors: {} })])).code]).toEqual([0, 2]);
  });
});
