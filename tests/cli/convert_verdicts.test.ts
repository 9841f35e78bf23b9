/** `envoy-oidc convert`: the converted configuration decides as the other tool does, or the list says where it does not. */
import { convert } from "../../cli/commands/convert/convert";
import { SourceFile } from "../../cli/commands/source/source_file";
import { BROWSER_METADATA, SECRET } from "../host/browser";
import { bearer, DISCOVERY, ISSUER, KEY, NOW, serve, start, token } from "../host/fixture";
import { outcome } from "../host/ruled";

const VARIABLES = { CLIENT_SECRET: "the-secret-of-the-client-of-32-b", CLIENT_ID: "gateway", SESSION_SECRET: SECRET };
const { introspection_endpoint: _, ...METADATA } = BROWSER_METADATA;
const NAVIGATION = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

/** What a request brings. */
const SENT = {
  nothing: {}, person: NAVIGATION, token: bearer(token()), "token for the client": bearer(token({ aud: "gateway" })), "token for another client": bearer(token({ aud: "other" })),
  "expired token": bearer(token({ exp: NOW - 10 })), "token of another issuer": bearer(token({ iss: "https://evil.example.com" })),
  preflight: { origin: "https://a.example", "access-control-request-method": "GET" },
};
type Sent = keyof typeof SENT;

interface Converted { changes: string[]; ask: (sent: Sent | Record<string, string>, target: string) => string }

/** `ask`: the verdict on `GET /path`, `host/path` or `/path`. */
function converted(from: string, text: string | object): Converted {
  const { filter, changes, refused } = convert(from, new SourceFile(from, typeof text === "string" ? text : JSON.stringify(text)));
  expect(refused).toEqual([]);
  const envoy = start({ config: filter, start: { env: VARIABLES } });
  serve(envoy, { keys: [KEY], metadata: METADATA });
  envoy.advance(1);
  return {
    changes: changes.map(({ kind, option, text: why }) => `${kind}: ${option}: ${why}`),
    ask: (sent, target) => {
      const [, method = "GET", host, path] = /^(?:([A-Z]+) )?([^/]*)(.+)$/.exec(target)!;
      return outcome(envoy.request(method, path!, { ...(typeof sent === "string" ? SENT[sent] : sent), ...(host === "" ? {} : { ":authority": host! }) }));
    },
  };
}

/** The verdict on each of these targets. */
const verdicts = ({ ask }: Converted, sent: Sent, ...targets: string[]): string[] => targets.map((target) => ask(sent, target));
const passes = (made: Converted, sent: Sent, ...targets: string[]): boolean[] => verdicts(made, sent, ...targets).map((verdict) => verdict === "forwarded");

const PROXY = `provider = "oidc"\nclient_id = "gateway"\nclient_secret = "x"\noidc_issuer_url = "${ISSUER}"\nemail_domains = ["*"]\n`;

describe("oauth2-proxy", () => {
  const proxy = (...lines: string[]) => converted("oauth2-proxy", PROXY + lines.join("\n"));
  test.each<[string, string[], string[]]>([
    ["^/$", ["/", "/?a=1"], ["/a", "/a/"]], ["^/a/$", ["/a/"], ["/a", "/a/b"]], ["^/a$", ["/a"], ["/a/", "/a/b", "/ab"]], ["GET=^/a$", ["/a"], ["POST /a", "HEAD /a"]], ["^/a/.*$", ["/a/", "/a/b"], ["/ab"]],
    ["^/a\\\\.js$", ["/a.js"], ["/a", "/axjs"]], [".*", ["/", "/a"], []], ["$", [], ["/"]], ["^$", [], ["/"]], ["!=^/a", [], ["/", "/a"]], ["GET!=^/a", [], ["/", "/a"]],
  ])("skip_auth_routes %s opens its own paths alone", (pattern, open, guarded) => {
    const made = proxy(`skip_auth_routes = ["${pattern}"]`);
    expect([passes(made, "nothing", ...open), passes(made, "nothing", ...guarded)]).toEqual([open.map(() => true), guarded.map(() => false)]);
  });
  test.each([["^/a/", "takes /a itself as well"], ["^/a", "no longer names such as /ax"], ["/a", "at the start of a path alone"]])("skip_auth_routes %s: what differs is listed", (pattern, text) => {
    expect(proxy(`skip_auth_routes = ["${pattern}"]`).changes).toContainEqual(expect.stringMatching(new RegExp(`^changed: skip_auth_routes: .*${text}`)));
  });
  test("a route that is open is so below api_routes, in any order", () => {
    const made = proxy("api_routes = [\"^/api/\"]", "skip_auth_routes = [\"GET=^/api/\"]");
    expect([made.ask("nothing", "/api/a"), made.ask("nothing", "POST /api/a"), made.ask("person", "/a")]).toEqual(["forwarded", "401 not_sent", "302"]);
  });
  test("preflights alone pass, which is listed", () => {
    const made = proxy("skip_auth_preflight = true");
    expect([made.ask("preflight", "OPTIONS /a"), passes(made, "nothing", "OPTIONS /a"), made.changes.filter((one) => one.includes("skip_auth_preflight")).length]).toEqual(["forwarded", [false], 1]);
  });
  test("the scopes of the login are oauth2-proxy's", () => {
    const scope = (...lines: string[]) => convert("oauth2-proxy", new SourceFile("f", PROXY + lines.join("\n"))).filter.scope;
    expect([scope(), scope("allowed_groups = [\"a\"]"), scope("scope = \"openid\"")]).toEqual(["openid email profile", "openid email profile groups", "openid"]);
  });
  test("groups are those of oidc_groups_claim", () => {
    const made = proxy("skip_jwt_bearer_tokens = true", "allowed_groups = [\"admin\"]", "oidc_groups_claim = \"roles\"");
    const by = (claims: object) => made.ask(bearer(token({ aud: "gateway", ...claims })), "/a");
    expect([by({ roles: ["admin"] }), by({ groups: ["admin"] })]).toEqual(["forwarded", "403 claim_missing"]);
  });
  test("that a domain is set elsewhere, and that emails need not be verified, is listed", () => {
    expect(converted("oauth2-proxy", PROXY.replace(/email_domains.*/, "")).changes).toContainEqual(expect.stringMatching(/^unguarded: email_domains: is not in this file/));
    const about = (...lines: string[]) => proxy(...lines).changes.filter((one) => one.includes("insecure_oidc_allow_unverified_email"));
    expect([about(), about("insecure_oidc_allow_unverified_email = true")]).toEqual([[expect.stringContaining("false: ")], [expect.not.stringContaining("false: ")]]);
  });
});

const APACHE = `OIDCProviderMetadataURL ${DISCOVERY}\nOIDCClientID gateway\nOIDCClientSecret x\nOIDCRedirectURI https://app.example.com/oidc\nOIDCCryptoPassphrase y\n`;
const OAUTH2 = { token_endpoint: { uri: `${ISSUER}/token`, cluster: "idp" }, authorization_endpoint: `${ISSUER}/authorize`, credentials: { client_id: "gateway", token_secret: { name: "t" }, hmac_secret: { name: "h" } }, redirect_uri: "https://app.example.com/oidc" };
const OIDC = { provider: { issuer: ISSUER }, clientID: "gateway", clientSecret: { name: "s" } };
const policy = (spec: object) => converted("envoy-gateway", { kind: "SecurityPolicy", spec });

describe("a tool that takes sessions alone", () => {
  const guard = "AuthType openid-connect\nRequire valid-user";
  test.each<[string, () => Converted]>([
    ["oauth2-proxy", () => converted("oauth2-proxy", PROXY)],
    ["oauth2-proxy with api_routes", () => converted("oauth2-proxy", `${PROXY}api_routes = ["^/a"]`)],
    ["mod_auth_openidc", () => converted("mod_auth_openidc", `${APACHE}${guard}`)],
    ["mod_auth_openidc: Location /", () => converted("mod_auth_openidc", `${APACHE}<Location />\n${guard}\n</Location>`)],
    ["mod_auth_openidc: a Location beside one for bearer tokens", () => converted("mod_auth_openidc", `${APACHE}<Location /a>\n${guard}\n</Location>\n<Location /b>\nAuthType oauth20\nRequire valid-user\n</Location>`)],
    ["envoy-oauth2", () => converted("envoy-oauth2", OAUTH2)],
    ["envoy-oauth2 with a matcher that is not about tokens", () => converted("envoy-oauth2", { ...OAUTH2, pass_through_matcher: [{ name: ":path", string_match: { prefix: "/health" } }] })],
    ["envoy-gateway", () => policy({ oidc: OIDC })],
  ])("%s: no token of another client passes, and that one for the client does is listed", (_name, convertIt) => {
    const made = convertIt();
    expect(passes(made, "token for another client", "/a")).toEqual([false]);
    expect(passes(made, "token", "/a")).toEqual([false]);
    expect(passes(made, "token for the client", "/a")).toEqual([true]);
    expect(made.changes).toContainEqual(expect.stringContaining("no bearer token of the provider passes there"));
    expect(made.changes).toContainEqual(expect.stringContaining("only a person's navigation leads to the login"));
  });
});

describe("APISIX", () => {
  test.each([[{}], [{ bearer_only: false }], [{ unauth_action: "deny", bearer_only: false }]])("that a bearer token passes beside a login is listed with %j", (more) => {
    const made = converted("apisix", { client_id: "gateway", client_secret: "x", discovery: DISCOVERY, session: { secret: "0123456789abcdef" }, ...more });
    expect([made.ask("token for another client", "/a"), made.changes]).toEqual(["forwarded", expect.arrayContaining([expect.stringMatching(/^changed: bearer_only: .*for any audience/)])]);
  });
  test.each([[{ bearer_only: true }], [{ unauth_action: "deny" }], [{ unauth_action: "pass" }]])("nothing is said of a login with %j, which has none", (more) => {
    expect(converted("apisix", { client_id: "gateway", client_secret: "x", discovery: DISCOVERY, use_jwks: true, session: { secret: "0123456789abcdef" }, ...more }).changes.join()).not.toContain("login: ");
  });
  const guard = { plugins: { "openid-connect": { client_id: "gateway", client_secret: "x", discovery: DISCOVERY, bearer_only: true, use_jwks: true } } };
  const routes = (...list: object[]) => converted("apisix", { routes: list.map((route, id) => ({ id, ...route })) });
  test("a route with an exact path and a prefix opens nothing below a longer prefix of another", () => {
    const made = routes({ uris: ["/health", "/api/*"] }, { uris: ["/api/admin/*"], ...guard });
    expect(passes(made, "nothing", "/health", "/api/a", "/api/admin", "/api/admin/a")).toEqual([true, true, false, false]);
  });
  test("nor does one with a long and a short prefix", () => {
    const made = routes({ uris: ["/a/long/prefix/of/it/*", "/a/*"] }, { uri: "/a/b/*", ...guard });
    expect(passes(made, "nothing", "/a/long/prefix/of/it/x", "/a/x", "/a/b/x")).toEqual([true, true, false]);
  });
  test("of routes with the same path the one of the higher priority comes first", () => {
    expect(passes(routes({ uri: "/a/*", methods: ["GET"] }, { uri: "/a/*", priority: 1, ...guard }), "nothing", "/a/x")).toEqual([false]);
    expect(passes(routes({ uri: "/a/*", methods: ["GET"], priority: 1 }, { uri: "/a/*", ...guard }), "nothing", "/a/x", "POST /a/x")).toEqual([true, false]);
  });
  test("routes with a host come before longer paths, exact hosts first, and this is listed", () => {
    const made = routes({ uri: "/open/*" }, { uri: "/*", host: "a.example.com", ...guard }, { uri: "/*", hosts: ["*.example.com", "other.example"] });
    expect(passes(made, "nothing", "a.example.com/open/x", "b.example.com/x", "other.example/x", "c.example/open/x", "c.example/x")).toEqual([false, true, true, true, false]);
    expect(made.changes).toContainEqual(expect.stringContaining("changed: hosts: "));
  });
  test("a token is judged by its issuer and time", () => {
    expect(verdicts(routes({ uri: "/a/*", ...guard }), "nothing", "/a/x", "/b")).toEqual(["401 no_token", "403 denied"]);
    const made = routes({ uri: "/a/*", ...guard });
    expect([made.ask("token", "/a/x"), made.ask("expired token", "/a/x"), made.ask("token of another issuer", "/a/x")]).toEqual(["forwarded", "401 expired", "401 wrong_issuer"]);
  });
});

test.each([[{}, true], [{ jwks_enabled: true }, false]])("Huawei: that a bearer token of any audience passes is listed with %j: %p", (more, listed) => {
  const made = converted("huawei", { client_id: "gateway", client_secret: "x", discovery: DISCOVERY, redirect_api: "/callback", ...more });
  expect([made.ask("token for another client", "/a"), made.ask("person", "/a"), made.changes.some((one) => one.startsWith("changed: jwks_enabled: is not there"))]).toEqual(["forwarded", "302", listed]);
});

describe("mod_auth_openidc", () => {
  const location = (path: string, ...lines: string[]) => `<Location ${path}>\nAuthType auth-openidc\n${lines.join("\n")}\n</Location>\n`;
  const apache = (...lines: string[]) => converted("mod_auth_openidc", APACHE + lines.join("\n"));
  test.each(["AuthMerging And", "Deny from all", "Satisfy Any", "Allow from 10.0.0.0/8"])("%s is unguarded", (line) => {
    expect(apache(location("/", "Require valid-user"), location("/a", line)).changes).toContainEqual(expect.stringContaining(`unguarded: ${line}: `));
  });
  test.each(["AuthMerging Off", "Allow from all"])("%s says nothing", (line) => expect(apache(location("/", "Require valid-user", line)).changes.join()).not.toContain(line));
  test.each(["<IfDefine DEV>", "<IfModule !mod_auth_openidc.c>", "<IfFile /a>"])("lines under the condition %s are reported", (line) => {
    expect(apache(location("/", "Require valid-user"), location("/a", line, "Require all granted", line.replace(/<(\w+).*/, "</$1>"))).changes).toContainEqual(expect.stringContaining(`unguarded: ${line}: `));
  });
  test("the module itself is no condition", () => expect(apache("<IfModule mod_auth_openidc.c>", location("/", "Require valid-user"), "</IfModule>").changes.join()).not.toContain("IfModule"));
  test("valid-user beside a claim lets everybody pass who is logged in, and in RequireAll it does not", () => {
    expect(passes(apache(location("/", "Require valid-user", "Require claim role:admin")), "token", "/")).toEqual([true]);
    expect(verdicts(apache(location("/", "<RequireAll>", "Require valid-user", "Require claim role:admin", "</RequireAll>")), "token", "/")).toEqual(["403 claim_missing"]);
    expect(passes(apache(location("/", "<RequireAll>", "Require claim sub:joe", "<RequireAny>", "Require valid-user", "Require claim role:admin", "</RequireAny>", "</RequireAll>")), "token", "/")).toEqual([true]);
  });
  test.each([["email_verified:true", { email_verified: true }], ["email_verified:true", { email_verified: "true" }], ["level:3", { level: 3 }], ["level:3", { level: ["3"] }]])("%s is fulfilled by %j", (require, claims) => {
    const made = apache(location("/", `Require claim ${require}`));
    expect([made.ask(bearer(token(claims)), "/"), passes(made, "token", "/")]).toEqual(["forwarded", [false]]);
  });
  test("that OPTIONS needs a session is listed", () => {
    const made = apache(location("/", "Require valid-user"));
    expect([made.ask("preflight", "OPTIONS /"), made.changes]).toEqual(["401 sign_in_needed", expect.arrayContaining([expect.stringContaining("changed: OPTIONS: passes everywhere there")])]);
  });
  test("OIDCUnAuthAction pass lets requests without a session pass, as the list says", () => {
    const made = apache(location("/", "OIDCUnAuthAction pass", "Require valid-user"));
    expect([made.ask("nothing", "/"), made.changes]).toEqual(["forwarded", expect.arrayContaining([expect.stringContaining("pass: a request without a session passes")])]);
  });
  test("a claim's name may be a URL or have dashes", () => {
    const { filter } = convert("mod_auth_openidc", new SourceFile("f", APACHE + location("/", "Require claim https://a.example/roles:admin my-role:x \"team:Red Team\"")));
    expect(filter.access_rules).toEqual({ any: [{ claim: "https://a.example/roles", contains: "admin" }, { claim: "my-role", contains: "x" }, { claim: "team", contains: "Red Team" }] });
  });
  test("a Location with a slash at its end takes the path without it, which is listed", () => {
    const made = apache(location("/", "Require valid-user"), location("/open/", "Require all granted"));
    expect([passes(made, "nothing", "/open/x", "/open", "/opened"), made.changes.filter((one) => one.includes("takes /open itself as well")).length]).toEqual([[true, true, false], 1]);
  });
  test.each([["OIDCOAuthClientID api"], ["OIDCOAuthClientSecret other"], ["OIDCOAuthServerMetadataURL https://b.example.com/.well-known/openid-configuration"], ["OIDCOAuthVerifyJwksUri https://b.example.com/jwks"]])("%s, which is not the login's, changes nothing of the login and is unguarded", (line) => {
    const read = (text: string) => convert("mod_auth_openidc", new SourceFile("f", text)), made = read(`${APACHE}${line}\n`);
    expect(made.filter).toEqual(read(APACHE).filter);
    expect(made.changes).toContainEqual(expect.objectContaining({ kind: "unguarded", option: line.split(" ")[0] }));
  });
});

describe("Envoy's filters and Envoy Gateway", () => {
  const jwks = { http_uri: { uri: `${ISSUER}/jwks`, cluster: "idp" } }, P = { issuer: ISSUER, remote_jwks: jwks }, need = { provider_name: "p" };
  const jwt = (...rules: object[]) => converted("jwt_authn", { providers: { p: P }, rules });
  const provider = (issuer: string, more: object = {}) => ({ name: "p", issuer, remoteJWKS: { uri: `${issuer}/jwks` }, ...more });
  test("the audiences of the last rule are not those of the others", () => {
    const made = jwt({ match: { prefix: "/a/" }, requires: need }, { match: { prefix: "/" }, requires: { provider_and_audiences: { provider_name: "p", audiences: ["x"] } } });
    expect(verdicts(made, "token", "/a/b", "/b")).toEqual(["forwarded", "401 wrong_audience"]);
    expect(verdicts(made, "nothing", "/a/b", "/b")).toEqual(["401 no_token", "401 no_token"]);
  });
  test("a rule that may lack a token is none for the others", () => {
    const made = jwt({ match: { prefix: "/a/" }, requires: need }, { match: { prefix: "/" }, requires: { requires_any: { requirements: [need, { allow_missing: {} }] } } });
    expect([...verdicts(made, "nothing", "/a/b", "/b"), made.ask("expired token", "/b")]).toEqual(["401 no_token", "forwarded", "401 expired"]);
  });
  test.each(["requirement_map", "requirementMap"])("a requirement by its name in %s guards its rule, and one that is not there lets nobody pass", (map) => {
    const made = (name: string) => convert("jwt_authn", new SourceFile("f", JSON.stringify({ providers: { p: P }, [map]: { aNeed: { providerName: "p" } }, rules: [{ match: { prefix: "/a/" }, requirementName: name }] })));
    expect([made("aNeed").filter.rules, made("other").filter.rules]).toEqual([[{ path_prefix: "/a", mode: "bearer" }, { path_prefix: "/", mode: "public" }], [{ path_prefix: "/a", mode: "deny" }]]);
    expect(made("other").changes).toContainEqual(expect.objectContaining({ kind: "unguarded", option: "rules /a/" }));
  });
  test("a prefix with a slash at its end takes the path without it, which is listed, and so is that the token reaches the upstream", () => {
    const made = jwt({ match: { prefix: "/open/" } }, { match: { prefix: "/" }, requires: need });
    expect([passes(made, "nothing", "/open/x", "/open", "/opened"), made.changes]).toEqual([[true, true, false], expect.arrayContaining([expect.stringContaining("takes /open itself as well"), expect.stringContaining("providers.p.forward: false")])]);
  });
  test.each([["envoy-oauth2", "oauth2.v3.OAuth2", { config: OAUTH2 }], ["jwt_authn", "jwt_authn.v3.JwtAuthentication", { providers: { p: P }, rules: [{ match: { prefix: "/" }, requires: need }] }]])("%s: a route that switches it off is reported", (from, type, fields) => {
    const off = { "@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", disabled: true };
    expect(converted(from, { filter: { "@type": `type.googleapis.com/envoy.extensions.filters.http.${type}`, ...fields }, route: off }).changes).toContainEqual(expect.stringContaining("dropped: typed_per_filter_config: "));
  });
  test("the client proves itself at the token endpoint as Envoy does where nothing is said", () => {
    const methodOf = (more: object) => convert("envoy-oauth2", new SourceFile("f", JSON.stringify({ ...OAUTH2, ...more }))).filter.token_endpoint_auth_method;
    expect([methodOf({}), methodOf({ auth_type: "BASIC_AUTH" })]).toEqual(["client_secret_post", "client_secret_basic"]);
  });
  test("jwt.optional beside a login lets nobody pass without one", () => {
    const made = policy({ oidc: OIDC, jwt: { optional: true, providers: [provider(ISSUER)] } });
    expect([made.ask("nothing", "/a"), made.ask("person", "/a"), made.ask("token", "/a")]).toEqual(["401 sign_in_needed", "302", "forwarded"]);
    expect(passes(policy({ jwt: { optional: true, providers: [provider(ISSUER)] } }), "nothing", "/a")).toEqual([true]);
  });
  test("tokens of another issuer than the login's are reported, and its keys verify no ID Token", () => {
    const { filter, changes } = convert("envoy-gateway", new SourceFile("f", JSON.stringify({ kind: "SecurityPolicy", spec: { oidc: OIDC, jwt: { providers: [provider("https://b.example.com")] } } })));
    expect([JSON.stringify(filter).includes("b.example.com"), changes.some(({ kind, option }) => kind === "unguarded" && option === "jwt.providers p")]).toEqual([false, true]);
  });
  test("a rule without claims lets every token pass, and with defaultAction Allow scopes restrict nobody", () => {
    const allow = (principal: object) => ({ action: "Allow", principal: { jwt: { provider: "p", ...principal } } }), by = (authorization: object) => policy({ jwt: { providers: [provider(ISSUER)] }, authorization });
    const admin = allow({ claims: [{ name: "roles", valueType: "StringArray", values: ["admin"] }] });
    expect([by({ defaultAction: "Deny", rules: [allow({}), admin] }), by({ defaultAction: "Deny", rules: [admin] }), by({ defaultAction: "Allow", rules: [allow({ scopes: ["x"] })] })].map((made) => made.ask("token", "/a"))).toEqual(["forwarded", "403 claim_missing", "forwarded"]);
  });
});
