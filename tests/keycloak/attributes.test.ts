// Apache APISIX 2.14: every attribute in its openid-connect table takes effect. Each row runs against Keycloak without the attribute and with it, and
// the observable results differ. Some values are unusual ones, chosen because their effect is easy to observe.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EnvoyDidNotStart } from "../../cli/demo/envoy-process";
import { BrowserClient } from "../envoy/support/browser-client";
import type { RawResponse } from "../envoy/support/http";
import { common, commonForBrowsers, startGateway, startGateways, type Echo, type Gateway } from "./support/gateway";
import { BOSS, CLIENT, keycloak, type Json, type Realm } from "./support/keycloak";
import { keycloakLogin } from "./support/login";

/** The attributes of the page's table, in its order. */
const TABLE = [
  "client_id", "client_secret", "discovery", "scope", "realm", "bearer_only", "logout_path", "post_logout_redirect_uri", "redirect_uri", "timeout",
  "ssl_verify", "introspection_endpoint", "introspection_endpoint_auth_method", "public_key", "use_jwks", "token_signing_alg_values_expected",
  "set_access_token_header", "access_token_in_authorization_header", "set_id_token_header", "set_userinfo_header",
];
/** The page calls these required. */
const REQUIRED = ["client_id", "client_secret", "discovery"];

interface Row {
  /** The attribute, a colon, and a description of the value. */
  title: `${string}: ${string}`;
  /** The settings of both runs. */
  base: () => object;
  /** The additional settings of the second run. */
  set: () => object;
  observe: (gateway: Gateway) => Promise<unknown>;
  without: unknown;
  with: unknown;
  /** The line of the log that explains the mistake. */
  log?: RegExp;
}

/** Clients that differ from CLIENT in their id and in their authentication method. */
const OTHER = "another-client", POSTS = "client-that-posts", SIGNS = "client-that-signs";
const AUTHORIZE = "KEYCLOAK/protocol/openid-connect/auth", LOGOUT = "KEYCLOAK/protocol/openid-connect/logout";
const ALL_THREE = "x-access-token x-id-token x-userinfo";

const ROWS: Row[] = [
  { title: "client_id: another client", base: people, set: () => ({ client_id: OTHER }),
    observe: async (gateway) => (await accessClaims(gateway)).azp, without: CLIENT.id, with: OTHER },
  { title: "client_secret: a wrong one", base: people, set: () => ({ client_secret: "a wrong one" }),
    observe: async (gateway) => outcome((await loggedIn(gateway)).page), without: "200", with: "502 login_failed",
    log: /check client_id, client_secret and token_endpoint_auth_method/ },
  { title: "discovery: of another realm", base: people, set: () => ({ discovery: realm.discovery.replace(realm.name, "master") }),
    observe: whereTo, without: AUTHORIZE, with: "ANOTHER REALM/protocol/openid-connect/auth" },
  { title: "scope: openid phone", base: people, set: () => ({ scope: "openid phone" }),
    observe: async (gateway) => (await accessClaims(gateway)).scope.includes("phone"), without: false, with: true },
  { title: "realm: master", base: programs, set: () => ({ realm: "master" }),
    observe: async (gateway) => (await gateway.get("/")).one("www-authenticate"), without: 'Bearer realm="apisix"', with: 'Bearer realm="master"' },
  { title: "bearer_only: true", base: people, set: () => ({ bearer_only: true }),
    observe: async (gateway) => outcome(await new BrowserClient().get(gateway.url)), without: "302", with: "401 no_token" },
  { title: "logout_path: /bye, which logs out", base: people, set: () => ({ logout_path: "/bye" }),
    observe: (gateway) => whereToLoggedIn(gateway, "/bye"), without: "200", with: `303 ${LOGOUT}` },
  { title: "logout_path: /bye, so /logout is a page", base: people, set: () => ({ logout_path: "/bye" }),
    observe: (gateway) => whereToLoggedIn(gateway, "/logout"), without: `303 ${LOGOUT}`, with: "200" },
  { title: "post_logout_redirect_uri: a page of another site", base: people, set: () => ({ post_logout_redirect_uri: "https://www.example.com/goodbye" }),
    observe: whereToLoggedOut, without: "200", with: "302 https://www.example.com/goodbye" },
  { title: "redirect_uri: a path", base: people, set: () => ({ redirect_uri: "/callback" }),
    observe: callback, without: "GATEWAY/page/.apisix/redirect", with: "GATEWAY/callback" },
  { title: "redirect_uri: a URL", base: people, set: () => ({ redirect_uri: "https://app.example.com/callback" }),
    observe: callback, without: "GATEWAY/page/.apisix/redirect", with: "https://app.example.com/callback" },
  { title: "timeout: 1, while an answer takes two seconds", base: () => ({ ...programs(), endpoint_clusters: { introspection_endpoint: "slow" } }), set: () => ({ timeout: 1 }),
    observe: outcomeOfToken, without: "200", with: "503 provider_unreachable",
    log: /introspection endpoint.*timeout/ },
  { title: "introspection_endpoint: a URL that does not exist", base: programs, set: () => ({ introspection_endpoint: `${realm.issuer}/nothing` }),
    observe: outcomeOfToken, without: "200", with: "503 provider_unreachable",
    log: /status 404 \(check introspection_endpoint\)/ },
  { title: "introspection_endpoint_auth_method: client_secret_post, the client's only method", base: () => ({ ...programs(), client_id: POSTS }), set: () => ({ introspection_endpoint_auth_method: "client_secret_post" }),
    observe: outcomeOfToken, without: "503 provider_unreachable", with: "200",
    log: /status 401 \(check .*introspection_endpoint_auth_method/ },
  { title: "introspection_endpoint_auth_method: client_secret_jwt, the client's only method", base: () => ({ ...programs(), client_id: SIGNS }), set: () => ({ introspection_endpoint_auth_method: "client_secret_jwt" }),
    observe: outcomeOfToken, without: "503 provider_unreachable", with: "200",
    log: /status 400 \(check .*introspection_endpoint_auth_method/ },
  { title: "public_key: the realm's", base: programs, set: () => ({ public_key: publicKey }),
    observe: outcomeOfEndedToken, without: "401 inactive", with: "200" },
  { title: "use_jwks: true", base: programs, set: () => ({ use_jwks: true }),
    observe: outcomeOfEndedToken, without: "401 inactive", with: "200" },
  { title: "token_signing_alg_values_expected: ES256, for tokens signed with RS256", base: () => ({ ...programs(), use_jwks: true }), set: () => ({ token_signing_alg_values_expected: "ES256" }),
    observe: outcomeOfToken, without: "200", with: "401 algorithm_refused" },
  { title: "set_access_token_header: false", base: people, set: () => ({ set_access_token_header: false }),
    observe: identity, without: ALL_THREE, with: "x-id-token x-userinfo" },
  { title: "access_token_in_authorization_header: true", base: people, set: () => ({ access_token_in_authorization_header: true }),
    observe: identity, without: ALL_THREE, with: "authorization x-id-token x-userinfo" },
  { title: "set_id_token_header: false", base: people, set: () => ({ set_id_token_header: false }),
    observe: identity, without: ALL_THREE, with: "x-access-token x-userinfo" },
  { title: "set_userinfo_header: false", base: people, set: () => ({ set_userinfo_header: false }),
    observe: identity, without: ALL_THREE, with: "x-access-token x-id-token" },
];

let realm: Realm;
let publicKey: string;
let gateways: Record<string, Gateway>;
/** Logged in at every gateway of the same client, because cookies ignore ports. */
let person: BrowserClient;

function client(): Json { return { discovery: realm.discovery, client_id: CLIENT.id, client_secret: CLIENT.secret }; }
function programs(): Json { return { ...common, ...client(), bearer_only: true }; }
function people(): Json { return { ...commonForBrowsers, ...client() }; }

beforeAll(async () => {
  realm = await keycloak().realm("attributes", ({ clients }) => {
    const [model] = clients as Json[];
    clients.push({ ...model, clientId: OTHER }, { ...model, clientId: SIGNS, clientAuthenticatorType: "client-secret-jwt" },
      { ...model, clientId: POSTS, attributes: { ...model!.attributes, "client.secret.authentication.allowed.method": "client_secret_post" } });
    // Keycloak answers "active" only to a client in the token's audience.
    const [audience] = model!.protocolMappers as Json[];
    for (const name of [POSTS, SIGNS]) model!.protocolMappers.push({ ...audience, name, config: { ...audience!.config, "included.client.audience": name } });
  });
  publicKey = await realm.publicKey();
  gateways = await startAll();
  ({ browser: person } = await loggedIn(gateways[nameOf(people())]!));
});

test.each(ROWS)("$title", async ({ base, set, observe, log, ...expected }) => {
  const without = await observe(gateways[nameOf(base())]!), given = gateways[nameOf({ ...base(), ...set() })]!;
  expect({ without, with: await observe(given) }).toEqual({ without: expected.without, with: expected.with });
  if (log) await given.logged(log);
});

test.each([
  ["client_id", people, /: client_id: is required for the browser login/],
  ["client_secret", people, /: client_secret: is required for the browser login/],
  ["discovery", people, /: discovery: is required: the URL of the provider's/],
  ["client_id and client_secret", () => ({ ...programs(), introspection_endpoint: realm.introspectionEndpoint }), /: client_id: is required: the introspection endpoint authenticates its callers[^]*: client_secret: is required/],
  ["ssl_verify", people, /: discovery: plain http is refused: use https, or set ssl_verify to false/],
])("without %s, where it is required, Envoy does not start, and the log says why", async (missing, base, message) => {
  const config: Json = base();
  for (const attribute of missing.split(" and ")) delete config[attribute];
  const refused = await startGateway(realm, () => config, { concurrency: 1 }).catch((error) => error);
  expect(refused).toBeInstanceOf(EnvoyDidNotStart);
  expect(refused.log).toMatch(message);
  expect(refused.log).not.toContain(CLIENT.secret);
});

test("attributes of newer APISIX versions that this filter does not support are refused by name, all at once, as docs/from-apisix.md says", async () => {
  const { secret } = commonForBrowsers.session, authorization_params = { state: "1", nonce: "1", redirect_uri: "1", client_id: "1" };
  const { log } = await startGateway(realm, () => ({
    ...people(), client_secret: "$secret://vault/client", accept_none_alg: true, authorization_params,
    session: { secret, storage: "redis", redis: { host: "redis" }, cookie_same_site: "Strict" }, proxy_opts: { http_proxy: "http://proxy:3128" },
    par: { enabled: true }, dpop: { enabled: true }, timeout: 3000, ssl_verify: "no", iat_slack: 600, token_endpoint_auth_method: "client_secret_jwt",
    client_jwt_assertion_expires_in: 300, claim_schema: { properties: { email: { pattern: "@" } } }, _meta: { disable: true }, pass_cookies: "sid",
    local_redirect_uri_path: "/cb", redirect_uri_scheme: "https",
  }), { concurrency: 1 }).catch((error) => error);
  const named = [...log.matchAll(/configuration: ([\w.]+): /g)].map(([, name]) => name), page = readFileSync(join(__dirname, "../../docs/from-apisix.md"), "utf8");
  for (const name of [
    "client_secret", "accept_none_alg", ...Object.keys(authorization_params).map((name) => `authorization_params.${name}`),
    "session.storage", "session.cookie_same_site", "proxy_opts", "par.enabled", "dpop.enabled", "timeout", "ssl_verify", "iat_slack",
    "client_jwt_assertion_expires_in", "claim_schema.properties.email.pattern", "_meta", "pass_cookies", "local_redirect_uri_path", "redirect_uri_scheme",
  ]) {
    expect(named).toContain(name);
    expect(page).toContain(name.split(".").pop());
  }
});

test("each attribute of the table, and no other, has a row; the absence of required ones is tested above", () => {
  const inRows = ROWS.map(({ title }) => title.split(":")[0]!);
  expect([...new Set([...inRows, "ssl_verify"])].sort()).toEqual([...TABLE].sort());
  expect(inRows).toEqual(expect.arrayContaining(REQUIRED));
  for (const { without, with: given } of ROWS) expect(given).not.toEqual(without);
});

/** One Envoy with a gateway for each configuration of the rows, and a listener that forwards to Keycloak and delays every answer by two seconds. */
async function startAll(): Promise<Record<string, Gateway>> {
  const configs = ROWS.flatMap(({ base, set }) => [base(), { ...base(), ...set() }]);
  const slow = { port: 0 };
  const delaying = ({ url }: { url: string }) => {
    slow.port = Number(new URL(url).port);
    return programs();
  };
  return startGateways(realm, { ...Object.fromEntries(configs.map((config) => [nameOf(config), () => config])), delaying }, {
    concurrency: 1,
    ready: false, // some never become ready; a request waits for the provider's metadata
    clusters: { slow },
    listener: {
      routes: [{ prefix: "/realms/", cluster: "keycloak", filter: null }, { prefix: "/", cluster: "upstream" }],
      before: [{
        name: "envoy.filters.http.fault",
        typed_config: {
          "@type": "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault",
          headers: [{ name: ":path", string_match: { prefix: "/realms/" } }], delay: { fixed_delay: "2s", percentage: { numerator: 100 } },
        },
      }],
    },
  });
}

/** Rows with the same configuration share a gateway. */
function nameOf(config: object): string { return JSON.stringify(config).replace(/\W+/g, "_"); }

function outcome({ status, body }: RawResponse): string { return [status, /"code":"(\w+)"/.exec(body)?.[1] ?? /<code>\d+ (\w+)/.exec(body)?.[1] ?? ""].join(" ").trim(); }

async function loggedIn(gateway: Gateway) {
  const browser = new BrowserClient();
  return { browser, page: await keycloakLogin(browser, `${gateway.url}/page`) };
}

async function accessClaims(gateway: Gateway): Promise<Json> {
  const token = (await loggedIn(gateway)).page.json<Echo>().headers["x-access-token"]!;
  return JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString());
}

async function outcomeOfToken(gateway: Gateway): Promise<string> {
  return outcome(await gateway.get("/", { token: await realm.clientCredentials() }));
}

/** The outcome for a token whose session has ended. Only introspection can tell that. */
async function outcomeOfEndedToken(gateway: Gateway): Promise<string> {
  const { access_token: token } = await realm.password(BOSS);
  await realm.endSessions(BOSS.name);
  return outcome(await gateway.get("/", { token }));
}

async function whereTo(gateway: Gateway): Promise<string> {
  return address(gateway, (await new BrowserClient().get(`${gateway.url}/page`)).one("location"));
}

async function callback(gateway: Gateway): Promise<string> {
  const answer = await new BrowserClient().get(`${gateway.url}/page`);
  return address(gateway, new URL(answer.one("location")!).searchParams.get("redirect_uri")!);
}

async function whereToLoggedIn(gateway: Gateway, path: string): Promise<string> {
  const { status, one } = await (await loggedIn(gateway)).browser.get(gateway.url + path);
  return `${status} ${address(gateway, one("location"))}`.trim();
}

async function whereToLoggedOut(gateway: Gateway): Promise<string> {
  const { browser } = await loggedIn(gateway);
  const { status, one } = await browser.follow(await browser.get(`${gateway.url}/logout`));
  return `${status} ${address(gateway, one("location"))}`.trim();
}

/** The URL without the parts that differ in each run: ports and parameters. */
function address(gateway: Gateway, url = ""): string {
  return url.replace(/\?.*/, "").replace(realm.issuer, "KEYCLOAK").replace(/^.*\/master\b/, "ANOTHER REALM").replace(gateway.url, "GATEWAY");
}

/** The identity headers that reach the upstream. */
async function identity(gateway: Gateway): Promise<string> {
  const { headers } = (await person.get(`${gateway.url}/page`)).json<Echo>();
  return Object.keys(headers).filter((name) => /^(authorization|x-access-token|x-id-token|x-userinfo)$/.test(name)).join(" ");
}
