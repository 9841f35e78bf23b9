// The troubleshooting list on the page of APISIX's plugin hub: where APISIX answers 500, here a page or a log line names the cause.

import { EnvoyDidNotStart } from "../../cli/demo/envoy-process";
import { BrowserClient, type Visit } from "../envoy/support/browser-client";
import { commonForBrowsers, SESSION_SECRET, startGateway, startGateways, type Echo, type Gateway } from "./support/gateway";
import { BOSS, CLIENT, keycloak, USER, type Json, type Realm } from "./support/keycloak";
import { keycloakLogin } from "./support/login";

const WRONG_SECRET = "not-the-secret-of-this-client-0123";
/** The size of headers that common upstreams accept (Tomcat, NGINX), and the size of response headers that NGINX accepts from an upstream. */
const UPSTREAM_KB = 8;
const PROXY_BYTES = 4096;

let realm: Realm;
let provider: { discovery: string; client_id: string; client_secret: string };
let gateways: Record<"usual" | "onThePage" | "wrongSecret" | "noIdToken" | "smallSession" | "smallestSession", Gateway>;

beforeAll(async () => {
  // BOSS gets many roles, so the tokens are large.
  realm = await keycloak().realm("hub-troubles", (json) => {
    const roles = Array.from({ length: 100 }, (_, i) => `department-${100 + i}-reader`);
    json.roles.realm.push(...roles.map((name) => ({ name })));
    json.users.find(({ username }: Json) => username === BOSS.name).realmRoles.push(...roles);
  });
  provider = { discovery: realm.discovery, client_id: CLIENT.id, client_secret: CLIENT.secret };
  const usual = ({ url }: { url: string }) => ({ ...commonForBrowsers, ...provider, redirect_uri: `${url}/api/v1/redirect` });
  gateways = await startGateways(realm, {
    usual,
    onThePage: ({ url }) => ({ ...commonForBrowsers, ...provider, redirect_uri: `${url}/api/v1/orders` }),
    wrongSecret: (gateway) => ({ ...usual(gateway), client_secret: WRONG_SECRET, use_jwks: true }),
    noIdToken: (gateway) => ({ ...usual(gateway), set_id_token_header: false, set_userinfo_header: false }),
    smallSession: (gateway) => ({ ...usual(gateway), session_contents: { access_token: true } }),
    smallestSession: (gateway) => ({ ...usual(gateway), session_contents: { user: true } }),
  }, { upstream: { max_request_headers_kb: UPSTREAM_KB } });
});

/** The code at the foot of one of the filter's pages: "403 login_denied". */
const code = (page: Visit): string | undefined => /<footer><code>([^<]*)/.exec(page.body)?.[1];
const isSession = (name: string): boolean => /^oidc_[\w-]{8}(_\d)?$/.test(name);

/** The configuration errors of a filter with which Envoy does not start. */
async function configurationErrors(filter: object): Promise<string[]> {
  const error = await startGateway(realm, () => ({ ...commonForBrowsers, ...provider, redirect_uri: "/api/v1/redirect", ...filter })).then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof EnvoyDidNotStart)) throw error ?? new Error("Envoy accepted this configuration.");
  return [...error.log.matchAll(/\[error\].*envoy-oidc[^:]*: configuration: (.*)/g)].map(([, text]) => text!);
}

describe("APISIX cannot connect to the OpenID provider", () => {
  let cut: Record<"unresolved" | "closed" | "missing" | "elsewhere", Gateway>;

  beforeAll(async () => {
    const of = (provider_cluster: string) => () => ({ ...commonForBrowsers, ...provider, provider_cluster, redirect_uri: "/api/v1/redirect" });
    cut = await startGateways(realm, {
      unresolved: of("the_unresolved_one"),
      closed: of("the_closed_one"),
      missing: of("the_missing_one"),
      // Keycloak's issuer has the same host name, whatever name a request used.
      elsewhere: () => ({ ...commonForBrowsers, ...provider, discovery: realm.discovery.replace("127.0.0.1", "keycloak.example"), redirect_uri: "/api/v1/redirect" }),
    }, { ready: false, clusters: { the_unresolved_one: { host: "keycloak.invalid", port: 80, extra: { wait_for_warm_on_init: false } }, the_closed_one: { port: 1 } } });
  });

  test.each(["unresolved", "closed", "missing", "elsewhere"] as const)("%s: a browser gets a page with a link to try again, a program gets 503, and nothing is forwarded", async (name) => {
    const before = await cut[name].arrived();
    const page = await new BrowserClient().get(`${cut[name].url}/api/v1/orders`);
    expect([page.status, code(page), page.one("retry-after")]).toEqual([503, "503 provider_not_ready", "5"]);
    expect(page.body).toContain('href="/api/v1/orders"');
    expect((await cut[name].get("/api/v1/orders", { token: await realm.clientCredentials() })).json<object>()).toMatchObject({ code: "provider_not_ready" });
    expect(await cut[name].arrived()).toBe(before);
  });

  test("with a host name that DNS cannot resolve, the log names the cluster, and DNS", () => cut.unresolved.logged(/cluster.*the_unresolved_one.*DNS/));
  test("with a cluster that Envoy does not have, the log names it", () => cut.missing.logged(/cluster.*the_missing_one/));
  // Envoy itself answers such a call with 503.
  test("with a port where nothing listens, the log has the status and the cluster", () => cut.closed.logged(/discovery of \S+ failed: .*503.*the_closed_one/));
  test("with a URL that is not the issuer's, the log says what to set", () =>
    cut.elsewhere.logged(/discovery of http:\/\/keycloak\.example\S* failed: the document names another issuer .*set `issuer`/));
});

describe("no session state found: 1. misconfigured redirection URI", () => {
  test("if redirect_uri is the protected path itself, a page says what this address is, and the log says what to change", async () => {
    const page = await new BrowserClient().get(`${gateways.onThePage.url}/api/v1/orders`);
    expect([page.status, code(page)]).toEqual([400, "400 callback_direct"]);
    expect(page.body).toContain("This page only completes a login.");
    await gateways.onThePage.logged(/the callback was opened without an answer.*redirect_uri/);
  });

  test("other pages of that gateway still work", async () => {
    const page = await keycloakLogin(new BrowserClient(), `${gateways.onThePage.url}/api/v1/invoices`);
    expect([page.status, page.json<Echo>().path]).toEqual([200, "/api/v1/invoices"]);
  });

  test.each(["localhost:9080/api/v1/redirect", "app.example.com/api/v1/redirect", "//app.example.com/api/v1/redirect"])("redirect_uri without a scheme is refused: %s", async (redirect_uri) => {
    expect(await configurationErrors({ redirect_uri })).toEqual([expect.stringMatching(/^redirect_uri: expected a (URL such as https:\/\/app\.example\.com\/callback|path such as \/callback)/)]);
  });
});

test("no session state found: 2. missing session secret: the configuration is refused, and the log says how to create one", async () => {
  const message = "session.secret: is required for the browser login: at least 16 characters, such as the output of `openssl rand -base64 32`, shared by all Envoys";
  expect(await configurationErrors({ session: undefined })).toEqual([message]);
});

describe("no session state found: 3. SameSite", () => {
  test("Strict does not work, and is refused with the reason", async () => {
    expect(await configurationErrors({ session: { secret: SESSION_SECRET, cookie_same_site: "Strict" } })).toEqual([
      "session.cookie_same_site: Strict does not work with a login: browsers do not send the session on the way back from the provider, so the login would start again; use Lax",
    ]);
  });

  test("a browser that does not store the session cookie gets a page that says so, not a redirect loop", async () => {
    class Forgetful extends BrowserClient {
      override get(...request: Parameters<BrowserClient["get"]>): Promise<Visit> {
        this.cookies = this.cookies.filter(({ name }) => !isSession(name));
        return super.get(...request);
      }
    }
    const page = await keycloakLogin(new Forgetful(), `${gateways.usual.url}/api/v1/orders`);
    expect([page.url, code(page)]).toEqual([`${gateways.usual.url}/api/v1/orders`, "400 loop_cookie_missing"]);
    expect(page.body).toContain("your browser does not send back the cookie of this site");
    expect(page.body).toContain("Allow cookies for this site");
  });

  test("a browser that stores no cookie at all returns without its login: a page says so, and the code is not redeemed", async () => {
    const client = new BrowserClient();
    const toProvider = await client.get(`${gateways.usual.url}/api/v1/orders`);
    client.cookies = [];
    const page = await keycloakLogin(client, toProvider.one("location")!);
    expect([page.status, code(page), client.cookies.filter(({ name }) => isSession(name))]).toEqual([400, "400 login_unknown", []]);
    expect(page.body).toContain("allow cookies for this site");
  });

  test("the same happens to a login that begins under another host name than redirect_uri's, and the page mentions the address", async () => {
    const page = await keycloakLogin(new BrowserClient(), `${gateways.usual.url.replace("localhost", "127.0.0.1")}/api/v1/orders`);
    expect([page.status, code(page)]).toEqual([400, "400 login_unknown"]);
    expect(page.body).toMatch(/address|host name/);
  });
});

describe("no session state found: 4. upstream sent too big header", () => {
  const url = (name: keyof typeof gateways) => `${gateways[name].url}/api/v1/orders`;

  test("the session cookies do not reach the upstream, whatever their size", async () => {
    const client = new BrowserClient();
    const page = await keycloakLogin(client, url("noIdToken"), BOSS);
    expect(client.cookieHeader(url("noIdToken")).length).toBeGreaterThan(UPSTREAM_KB * 1024);
    expect(page.status).toBe(200);
    expect(page.json<Echo>().headers).not.toHaveProperty("cookie");
  });

  test("identity headers do, and an upstream with a smaller limit answers 431", async () => {
    expect((await keycloakLogin(new BrowserClient(), url("usual"), BOSS)).status).toBe(431);
    expect((await keycloakLogin(new BrowserClient(), url("usual"), USER)).status).toBe(200);
  });

  test("set_id_token_header and set_userinfo_header false leave the access token", async () => {
    const { headers } = (await keycloakLogin(new BrowserClient(), url("noIdToken"), BOSS)).json<Echo>();
    expect(headers).toMatchObject({ "x-access-token": expect.stringMatching(/^ey/) });
    for (const name of ["x-id-token", "x-userinfo"]) expect(headers).not.toHaveProperty(name);
  });

  test("session_contents also leaves the access token, and makes the cookies smaller", async () => {
    const [client, keepsAll] = [new BrowserClient(), new BrowserClient()];
    const { headers } = (await keycloakLogin(client, url("smallSession"), BOSS)).json<Echo>();
    await keycloakLogin(keepsAll, url("usual"), BOSS); // 431 from the upstream, but the session exists
    expect(headers).toMatchObject({ "x-access-token": expect.stringMatching(/^ey/) });
    for (const name of ["x-id-token", "x-userinfo"]) expect(headers).not.toHaveProperty(name);
    expect(client.cookieHeader(url("smallSession")).length).toBeLessThan(keepsAll.cookieHeader(url("usual")).length / 2);
  });

  test("with a small session every response fits into the smallest buffer of an NGINX in front", async () => {
    class Measuring extends BrowserClient {
      largest = 0;
      override async get(...request: Parameters<BrowserClient["get"]>): Promise<Visit> {
        const answer = await super.get(...request);
        if (new URL(answer.url).hostname === "localhost") this.largest = Math.max(this.largest, answer.headers.reduce((size, [name, value]) => size + name.length + value.length + 4, 0));
        return answer;
      }
    }
    const [all, little] = [new Measuring(), new Measuring()];
    expect((await keycloakLogin(all, url("usual"))).status).toBe(200);
    const { headers } = (await keycloakLogin(little, url("smallestSession"))).json<Echo>();
    expect(headers).toHaveProperty("x-userinfo");
    expect(headers).not.toHaveProperty("x-access-token");
    expect(all.largest).toBeGreaterThan(PROXY_BYTES);
    expect(little.largest).toBeLessThan(PROXY_BYTES);
  });
});

describe("no session state found: 5. invalid client secret", () => {
  test("the page says whom to tell, the log says what is wrong, and no session begins", async () => {
    const client = new BrowserClient(), before = await gateways.wrongSecret.arrived();
    const page = await keycloakLogin(client, `${gateways.wrongSecret.url}/api/v1/orders`);
    expect([page.status, code(page), client.cookies.filter(({ name }) => isSession(name))]).toEqual([502, "502 login_failed", []]);
    expect(page.body).toContain("tell whoever runs this site");
    expect(await gateways.wrongSecret.arrived()).toBe(before);
    await gateways.wrongSecret.logged(/login: the provider does not know this client .*invalid_client.*check client_id, client_secret and token_endpoint_auth_method/);
  });

  test("the log contains no secret", async () => {
    const logs = await gateways.wrongSecret.logs();
    for (const secret of [WRONG_SECRET, CLIENT.secret, SESSION_SECRET]) expect(logs).not.toContain(secret);
  });
});
