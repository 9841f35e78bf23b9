// The plugin hub's page of APISIX, its troubleshooting list: where APISIX answers 500, a page or a line of the log names the cause here.

import { EnvoyDidNotStart } from "../../cli/demo/envoy-process";
import { BrowserClient, type Visit } from "../envoy/support/browser-client";
import { hereForPeople, SESSION_SECRET, startGateway, startGateways, type Echo, type Gateway } from "./support/gateway";
import { BOSS, CLIENT, keycloak, USER, type Json, type Realm } from "./support/keycloak";
import { keycloakLogin } from "./support/login";

const WRONG_SECRET = "not-the-secret-of-this-client-0123";
/** What a common upstream takes in headers (Tomcat, NGINX), and what NGINX takes of an upstream's response. */
const UPSTREAM_KB = 8;
const PROXY_BYTES = 4096;

let realm: Realm;
let provider: { discovery: string; client_id: string; client_secret: string };
let gateways: Record<"usual" | "onThePage" | "wrongSecret" | "noIdToken" | "lessKept" | "little", Gateway>;

beforeAll(async () => {
  // Somebody whom the tokens have a lot to say about.
  realm = await keycloak().realm("hub-troubles", (json) => {
    const roles = Array.from({ length: 100 }, (_, i) => `department-${100 + i}-reader`);
    json.roles.realm.push(...roles.map((name) => ({ name })));
    json.users.find(({ username }: Json) => username === BOSS.name).realmRoles.push(...roles);
  });
  provider = { discovery: realm.discovery, client_id: CLIENT.id, client_secret: CLIENT.secret };
  const usual = ({ url }: { url: string }) => ({ ...hereForPeople, ...provider, redirect_uri: `${url}/api/v1/redirect` });
  gateways = await startGateways(realm, {
    usual,
    onThePage: ({ url }) => ({ ...hereForPeople, ...provider, redirect_uri: `${url}/api/v1/orders` }),
    wrongSecret: (gateway) => ({ ...usual(gateway), client_secret: WRONG_SECRET, use_jwks: true }),
    noIdToken: (gateway) => ({ ...usual(gateway), set_id_token_header: false, set_userinfo_header: false }),
    lessKept: (gateway) => ({ ...usual(gateway), session_contents: { access_token: true } }),
    little: (gateway) => ({ ...usual(gateway), session_contents: { user: true } }),
  }, { upstream: { max_request_headers_kb: UPSTREAM_KB } });
});

/** What stands at the foot of a page of the filter's: "403 login_denied". */
const code = (page: Visit): string | undefined => /<footer><code>([^<]*)/.exec(page.body)?.[1];
const isSession = (name: string): boolean => /^oidc_[\w-]{8}(_\d)?$/.test(name);

/** What a configuration that Envoy does not start with is told. */
async function complaints(filter: object): Promise<string[]> {
  const error = await startGateway(realm, () => ({ ...hereForPeople, ...provider, redirect_uri: "/api/v1/redirect", ...filter })).then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof EnvoyDidNotStart)) throw error ?? new Error("Envoy took this configuration.");
  return [...error.log.matchAll(/\[error\].*envoy-oidc[^:]*: configuration: (.*)/g)].map(([, text]) => text!);
}

describe("APISIX cannot connect to the OpenID provider", () => {
  let cut: Record<"unresolved" | "closed" | "missing" | "elsewhere", Gateway>;

  beforeAll(async () => {
    const of = (provider_cluster: string) => () => ({ ...hereForPeople, ...provider, provider_cluster, redirect_uri: "/api/v1/redirect" });
    cut = await startGateways(realm, {
      unresolved: of("the_unresolved_one"),
      closed: of("the_closed_one"),
      missing: of("the_missing_one"),
      // Keycloak has one host name in its tokens, whatever name it is called by.
      elsewhere: () => ({ ...hereForPeople, ...provider, discovery: realm.discovery.replace("127.0.0.1", "keycloak.example"), redirect_uri: "/api/v1/redirect" }),
    }, { ready: false, clusters: { the_unresolved_one: { host: "keycloak.invalid", port: 80, extra: { wait_for_warm_on_init: false } }, the_closed_one: { port: 1 } } });
  });

  test.each(["unresolved", "closed", "missing", "elsewhere"] as const)("%s: a person gets a page with a way to try again, a program 503, and nothing is forwarded", async (name) => {
    const before = await cut[name].arrived();
    const page = await new BrowserClient().get(`${cut[name].url}/api/v1/orders`);
    expect([page.status, code(page), page.one("retry-after")]).toEqual([503, "503 provider_not_ready", "5"]);
    expect(page.body).toContain('href="/api/v1/orders"');
    expect((await cut[name].get("/api/v1/orders", { token: await realm.clientCredentials() })).json<object>()).toMatchObject({ code: "provider_not_ready" });
    expect(await cut[name].arrived()).toBe(before);
  });

  test("a host name that DNS does not know: the log names the cluster, and DNS", () => cut.unresolved.logged(/cluster.*the_unresolved_one.*DNS/));
  test("a cluster that Envoy does not have: the log names it", () => cut.missing.logged(/cluster.*the_missing_one/));
  // Envoy answers such a call itself.
  test("a port where nobody listens: the log has the status and the cluster", () => cut.closed.logged(/discovery of \S+ failed: .*503.*the_closed_one/));
  test("a URL that is not the issuer's: the log says what to set", () =>
    cut.elsewhere.logged(/discovery of http:\/\/keycloak\.example\S* failed: the document names another issuer .*set `issuer`/));
});

describe("no session state found: 1. misconfigured redirection URI", () => {
  test("redirect_uri is the protected path itself: a page says what this address is, and the log what the operator should change", async () => {
    const page = await new BrowserClient().get(`${gateways.onThePage.url}/api/v1/orders`);
    expect([page.status, code(page)]).toEqual([400, "400 callback_direct"]);
    expect(page.body).toContain("This page only completes a login.");
    await gateways.onThePage.logged(/the callback was opened without an answer.*redirect_uri/);
  });

  test("other pages of that gateway work all the same", async () => {
    const page = await keycloakLogin(new BrowserClient(), `${gateways.onThePage.url}/api/v1/invoices`);
    expect([page.status, page.json<Echo>().path]).toEqual([200, "/api/v1/invoices"]);
  });

  test.each(["localhost:9080/api/v1/redirect", "app.example.com/api/v1/redirect", "//app.example.com/api/v1/redirect"])("redirect_uri without a scheme is refused: %s", async (redirect_uri) => {
    expect(await complaints({ redirect_uri })).toEqual([expect.stringMatching(/^redirect_uri: expected a (URL such as https:\/\/app\.example\.com\/callback|path such as \/callback)/)]);
  });
});

test("no session state found: 2. missing session secret: the configuration is refused, and the log says how to make one", async () => {
  const told = "session.secret: is required for the browser login: at least 16 characters, such as the output of `openssl rand -base64 32`, shared by all Envoys";
  expect(await complaints({ session: undefined })).toEqual([told]);
});

describe("no session state found: 3. SameSite", () => {
  test("Strict cannot work, and is refused with the reason", async () => {
    expect(await complaints({ session: { secret: SESSION_SECRET, cookie_same_site: "Strict" } })).toEqual([
      "session.cookie_same_site: Strict does not work with a login: browsers do not send the session on the way back from the provider, so the login would start again; use Lax",
    ]);
  });

  test("a browser that does not keep the session's cookie gets a page that says so, not a circle", async () => {
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

  test("a browser that keeps no cookie at all comes back as a stranger: a page says so, and the code is not redeemed", async () => {
    const client = new BrowserClient();
    const toProvider = await client.get(`${gateways.usual.url}/api/v1/orders`);
    client.cookies = [];
    const page = await keycloakLogin(client, toProvider.one("location")!);
    expect([page.status, code(page), client.cookies.filter(({ name }) => isSession(name))]).toEqual([400, "400 login_unknown", []]);
    expect(page.body).toContain("allow cookies for this site");
  });

  test("so does one that began under another host name than redirect_uri's: the page says that the address matters", async () => {
    const page = await keycloakLogin(new BrowserClient(), `${gateways.usual.url.replace("localhost", "127.0.0.1")}/api/v1/orders`);
    expect([page.status, code(page)]).toEqual([400, "400 login_unknown"]);
    expect(page.body).toMatch(/address|host name/);
  });
});

describe("no session state found: 4. upstream sent too big header", () => {
  const url = (name: keyof typeof gateways) => `${gateways[name].url}/api/v1/orders`;

  test("cookies do not reach the upstream, however many kB they have", async () => {
    const client = new BrowserClient();
    const page = await keycloakLogin(client, url("noIdToken"), BOSS);
    expect(client.cookieHeader(url("noIdToken")).length).toBeGreaterThan(UPSTREAM_KB * 1024);
    expect(page.status).toBe(200);
    expect(page.json<Echo>().headers).not.toHaveProperty("cookie");
  });

  test("identity headers do: an upstream that takes less answers 431", async () => {
    expect((await keycloakLogin(new BrowserClient(), url("usual"), BOSS)).status).toBe(431);
    expect((await keycloakLogin(new BrowserClient(), url("usual"), USER)).status).toBe(200);
  });

  test("set_id_token_header and set_userinfo_header false leave the access token", async () => {
    const { headers } = (await keycloakLogin(new BrowserClient(), url("noIdToken"), BOSS)).json<Echo>();
    expect(headers).toMatchObject({ "x-access-token": expect.stringMatching(/^ey/) });
    for (const name of ["x-id-token", "x-userinfo"]) expect(headers).not.toHaveProperty(name);
  });

  test("so does session_contents, which makes the cookies smaller as well", async () => {
    const [client, keepsAll] = [new BrowserClient(), new BrowserClient()];
    const { headers } = (await keycloakLogin(client, url("lessKept"), BOSS)).json<Echo>();
    await keycloakLogin(keepsAll, url("usual"), BOSS); // 431 by the upstream, but the session is there
    expect(headers).toMatchObject({ "x-access-token": expect.stringMatching(/^ey/) });
    for (const name of ["x-id-token", "x-userinfo"]) expect(headers).not.toHaveProperty(name);
    expect(client.cookieHeader(url("lessKept")).length).toBeLessThan(keepsAll.cookieHeader(url("usual")).length / 2);
  });

  test("a proxy in front, too, takes only so much of a response: with little in the session every answer fits into NGINX's smallest buffer", async () => {
    class Measuring extends BrowserClient {
      largest = 0;
      override async get(...request: Parameters<BrowserClient["get"]>): Promise<Visit> {
        const visit = await super.get(...request);
        if (new URL(visit.url).hostname === "localhost") this.largest = Math.max(this.largest, visit.headers.reduce((size, [name, value]) => size + name.length + value.length + 4, 0));
        return visit;
      }
    }
    const [all, little] = [new Measuring(), new Measuring()];
    expect((await keycloakLogin(all, url("usual"))).status).toBe(200);
    const { headers } = (await keycloakLogin(little, url("little"))).json<Echo>();
    expect(headers).toHaveProperty("x-userinfo");
    expect(headers).not.toHaveProperty("x-access-token");
    expect(all.largest).toBeGreaterThan(PROXY_BYTES);
    expect(little.largest).toBeLessThan(PROXY_BYTES);
  });
});

describe("no session state found: 5. invalid client secret", () => {
  test("the page says that it is not the person's doing, and the log what is wrong; nobody is logged in", async () => {
    const client = new BrowserClient(), before = await gateways.wrongSecret.arrived();
    const page = await keycloakLogin(client, `${gateways.wrongSecret.url}/api/v1/orders`);
    expect([page.status, code(page), client.cookies.filter(({ name }) => isSession(name))]).toEqual([502, "502 login_failed", []]);
    expect(page.body).toContain("tell whoever runs this site");
    expect(await gateways.wrongSecret.arrived()).toBe(before);
    await gateways.wrongSecret.logged(/login: the provider does not know this client .*invalid_client.*check client_id, client_secret and token_endpoint_auth_method/);
  });

  test("the secret is in no log", async () => {
    const logs = await gateways.wrongSecret.logs();
    for (const secret of [WRONG_SECRET, CLIENT.secret, SESSION_SECRET]) expect(logs).not.toContain(secret);
  });
});
