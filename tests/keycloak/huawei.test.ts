// A policy of Huawei Cloud APIG, field by field. The size of its tokens: large-tokens.test.ts.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EnvoyDidNotStart } from "../../cli/demo/envoy-process";
import { BrowserClient } from "../envoy/support/browser-client";
import { until } from "../envoy/support/envoy";
import { startGateway, startGateways, type Echo, type Gateway } from "./support/gateway";
import { converted, FIELDS, type Policy } from "./support/huawei";
import { CLIENT, keycloak, USER, type Json, type Realm } from "./support/keycloak";
import { isLoginForm, keycloakLogin } from "./support/login";
import { withoutExpiresIn } from "./support/without-expires-in";

const OTHER_ALGORITHMS = ["RS384", "RS512", "ES256"];
const PAGE = "/anything/orders?page=2";
let realm: Realm;
/** The realm's first key; and a token of that and of the one that signs now. */
let firstKey: string, byFirstKey: string, bySecondKey: string;
/** What every policy here has. */
let client: Policy;
let at: Awaited<ReturnType<typeof gateways>>;

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString());
const userinfoOf = (echo: Echo) => JSON.parse(Buffer.from(echo.headers["x-userinfo"]!, "base64").toString());
const codeOf = (body: string) => (JSON.parse(body) as { code: string }).code;

function gateways() {
  const jwks = { ...client, jwks_enabled: true };
  const leftOut = { endpoint_clusters: { token_endpoint: "keycloak_without_expires_in" } };
  return startGateways(realm, {
    // The page's example script, with one of the two that it says are needed.
    example: () => converted({ ...jwks, client_id: "basic-only", access_token_expires_in: 3000, redirect_after_logout_uri: "https://www.example.com/bye" }),
    pinned: () => converted({ ...jwks, public_key: firstKey }),
    bare: () => converted(client),
    header: () => converted({ ...jwks, auth_header_name: "X-Api-Token" }),
    told: () => converted({ ...jwks, scope: "openid email profile phone", set_access_token_header_enabled: true, set_userinfo_header_enabled: true }),
    untold: () => converted({ ...jwks, set_access_token_header_enabled: false, set_userinfo_header_enabled: false }),
    refreshing: () => converted({ ...jwks, client_id: "three-seconds", slient_renew_access_token_enabled: true }),
    ending: () => converted({ ...jwks, client_id: "three-seconds", slient_renew_access_token_enabled: false }),
    assumed: () => ({ ...converted({ ...jwks, access_token_expires_in: 3 }), ...leftOut }),
    rs512: () => converted({ ...jwks, client_id: "RS512" }),
  }, { clusters: { keycloak_without_expires_in: withoutExpiresIn(realm.keycloak.state) } });
}

beforeAll(async () => {
  realm = await keycloak().realm("huawei", (json) => {
    const [model] = json.clients as Json[];
    const another = (clientId: string, attributes: Json) => json.clients.push({ ...model, clientId, attributes: { ...model!.attributes, ...attributes } });
    another("basic-only", { "client.secret.authentication.allowed.method": "client_secret_basic" });
    another("three-seconds", { "access.token.lifespan": "3" });
    for (const alg of OTHER_ALGORITHMS) another(alg, { "access.token.signed.response.alg": alg, "id.token.signed.response.alg": alg });
  });
  client = { discovery: realm.discovery, client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_api: "/redirect", logout_api: "/logout" };
  firstKey = await realm.publicKey();
  byFirstKey = await realm.clientCredentials();
  await realm.addKey();
  bySecondKey = await realm.clientCredentials();
  for (const alg of OTHER_ALGORITHMS) await realm.addKey(alg === "ES256" ? "ecdsa-generated" : "rsa-generated", alg);
  at = await gateways();
});

const logIn = (gateway: Gateway, browser = new BrowserClient()) => keycloakLogin(browser, gateway.url + PAGE);

test("docs/from-huawei.md has every field of the policy, with the attributes that it is converted to here", () => {
  const page = readFileSync(join(__dirname, "../../docs/from-huawei.md"), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z_]+)`[^|]*\|([^|]*)\|/gm)].map(([, field, cell]) => [field, [...cell!.matchAll(/`([a-z_]+)(?:: [^`]*)?`/g)].map(([, name]) => name).sort()]);
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(Object.entries(FIELDS).map(([field, convert]) => [field, Object.keys(convert(true)).sort()])));
});

describe("the login of the example script", () => {
  test("leads to Keycloak with the default scopes, and back by redirect_api to the page; the client proves itself by client_secret_basic alone", async () => {
    await expect(realm.clientCredentials({ client_id: "basic-only" })).rejects.toThrow("client_secret_basic"); // which the filter thus uses
    const browser = new BrowserClient();
    const first = await browser.get(at.example.url + PAGE);
    const sent = new URL(first.one("location")!);
    expect(sent.origin + sent.pathname).toBe(`${realm.issuer}/protocol/openid-connect/auth`);
    expect([sent.searchParams.get("scope"), sent.searchParams.get("redirect_uri")]).toEqual(["openid email profile", `${at.example.url}/redirect`]);

    const page = await logIn(at.example, browser);
    expect([page.url, page.status]).toEqual([at.example.url + PAGE, 200]);
    expect(userinfoOf(page.json<Echo>())).toMatchObject({ preferred_username: USER.name, email: "quickstart-user@example.com" });
  });

  test("asks for the scopes of the policy instead, where it has some, and gets them", async () => {
    const page = await logIn(at.told);
    expect(claimsOf(page.json<Echo>().headers.authorization!).scope.split(" ").sort()).toEqual(["email", "openid", "phone", "profile"]);
  });

  test("an ID Token signed with RS512 is accepted as well", async () => {
    expect((await logIn(at.rs512)).json<Echo>().path).toBe(PAGE);
  });
});

describe("redirect_api and logout_api", () => {
  test.each([
    ["by a person", { accept: "text/html" }, /This page only completes a login\..*Open the page that you want\..*callback_direct/s],
    ["by a program", {}, /^\{"error_description":"This address is only for the return from the identity provider\.","code":"callback_direct"/],
  ])("the callback called directly %s is refused, and says what it is", async (_who, headers, says) => {
    const before = await at.example.arrived();
    const response = await at.example.get("/redirect", { headers });
    expect([response.status, response.body]).toEqual([400, expect.stringMatching(says)]);
    expect(await at.example.arrived()).toBe(before);
  });

  test.each([
    ["a code of nobody's", "?code=x&state=y"],
    ["a state of nobody's", `?code=x&state=${"s".repeat(32)}&iss=x`],
  ])("the callback called with %s is refused", async (_what, query) => {
    const response = await at.example.get(`/redirect${query}`);
    expect([response.status, codeOf(response.body)]).toEqual([400, "login_unknown"]);
  });

  test.each(["POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])("the callback takes GET, not %s", async (method) => {
    const response = await at.example.get("/redirect?code=x&state=y", { method });
    expect([response.status, response.one("allow")]).toEqual([405, "GET"]);
  });

  test.each(["HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])("the logout takes GET, and POST for its own page's form, not %s", async (method) => {
    const response = await at.example.get("/logout", { method });
    expect([response.status, response.one("allow")]).toEqual([405, "GET, POST"]);
  });

  test.each(["/redirect", "/logout"])("%s never reaches the backend, with a good token neither", async (path) => {
    const before = await at.example.arrived();
    expect((await at.example.get(path, { token: byFirstKey })).status).not.toBe(200);
    expect(await at.example.arrived()).toBe(before);
  });

  test.each(["/redirect/", "/redirect/x", "/redirects", "/Redirect", "/logout/", "/logout/x", "/logouts", "/LOGOUT", "/x/logout"])("%s is another path: an API like any other", async (path) => {
    expect(codeOf((await at.example.get(path)).body)).toBe("sign_in_needed");
    expect((await at.example.get(path, { token: byFirstKey })).json<Echo>().path).toBe(path);
  });

  test.each([["redirect_api", "logout_api"], ["logout_api", "redirect_api"]])("%s on the path of %s is refused as a configuration, by name", async (one, other) => {
    const error: unknown = await startGateway(realm, () => converted({ ...client, jwks_enabled: true, [one]: "/same", [other]: "/same" })).catch((reason) => reason);
    expect(error).toBeInstanceOf(EnvoyDidNotStart);
    expect((error as EnvoyDidNotStart).log).toContain("logout_path: is the path of redirect_uri already");
  });
});

describe("public_key and jwks_enabled", () => {
  test("jwks_enabled: every key that the provider publishes is good", async () => {
    for (const token of [byFirstKey, bySecondKey]) expect((await at.example.get("/", { token })).status).toBe(200);
  });

  test("both: public_key wins, and a token of another key that the provider publishes is refused", async () => {
    expect((await at.pinned.get("/", { token: byFirstKey })).status).toBe(200);
    const response = await at.pinned.get("/", { token: bySecondKey });
    expect([response.status, codeOf(response.body)]).toEqual([401, "bad_signature"]);
  });

  test("both: people log in all the same, with ID Tokens of the provider's newest key", async () => {
    expect((await logIn(at.pinned)).status).toBe(200);
  });

  test("neither, which APIG cannot verify: the provider is asked about each token, and a forged one is refused", async () => {
    expect((await at.bare.get("/", { token: byFirstKey })).status).toBe(200);
    const forged = byFirstKey.replace(/\.[^.]+\./, `.${Buffer.from(JSON.stringify({ ...claimsOf(byFirstKey), sub: "root" })).toString("base64url")}.`);
    const response = await at.bare.get("/", { token: forged });
    expect([response.status, codeOf(response.body)]).toEqual([401, "inactive"]);
  });

  test.each(["RS384", "RS512"])("tokens signed with %s are verified", async (alg) => {
    expect((await at.example.get("/", { token: await realm.clientCredentials({ client_id: alg }) })).status).toBe(200);
  });

  test("tokens signed with ES256 are refused, although the provider publishes the key", async () => {
    const response = await at.example.get("/", { token: await realm.clientCredentials({ client_id: "ES256" }) });
    expect([response.status, codeOf(response.body)]).toEqual([401, "algorithm_refused"]);
  });
});

describe("jwt_cache_enabled", () => {
  let traced: Record<"on" | "off", Gateway>;

  beforeAll(async () => {
    const policy = (enabled: boolean) => () => converted({ ...client, jwks_enabled: true, jwt_cache_enabled: enabled });
    traced = await startGateways(realm, { on: policy(true), off: policy(false) }, { concurrency: 1, componentLogLevel: "wasm:trace" });
  });

  /** How many signatures Envoy checks for the filter while a gateway gets a token so many times. */
  async function signaturesChecked(gateway: Gateway, token: string, times: number): Promise<number> {
    const count = async (what: string) => (await gateway.logs()).split(what).length - 1;
    const ended = "[host<-vm] proxy_on_request_headers return", checked = "[vm->host] env.proxy_call_foreign_function";
    const [endedBefore, checkedBefore] = [await count(ended), await count(checked)];
    for (let i = 0; i < times; i++) expect((await gateway.get("/", { token })).status).toBe(200);
    await until("Envoy to have logged these requests", 5000, async () => ((await count(ended)) >= endedBefore + times ? true : undefined));
    return (await count(checked)) - checkedBefore;
  }

  test("true: a token's signature is checked once", async () => {
    expect(await signaturesChecked(traced.on, await realm.clientCredentials(), 10)).toBe(1);
  });

  test("false: it is checked for every request", async () => {
    expect(await signaturesChecked(traced.off, await realm.clientCredentials(), 10)).toBe(10);
  });

  test("either way no line of the log holds a token or a secret, although everything is logged that can be", async () => {
    const token = await realm.clientCredentials(), browser = new BrowserClient();
    await logIn(traced.on, browser);
    for (const gateway of [traced.on, traced.off]) expect((await gateway.get("/", { token })).status).toBe(200);
    const log = await traced.on.logs();
    expect(log).toContain("[trace][wasm]");
    for (const secret of [token, CLIENT.secret, ...browser.cookies.map(({ value }) => value)]) expect(log).not.toContain(secret);
  });
});

describe("auth_header_name", () => {
  test.each(["", "Bearer "])("the token is taken from that header, written as '%sTOKEN'", async (scheme) => {
    const response = await at.header.get("/", { headers: { "X-Api-Token": scheme + byFirstKey } });
    expect(response.json<Echo>().headers["x-access-token"]).toBe(byFirstKey);
  });

  test("and from no other", async () => {
    const response = await at.header.get("/", { token: byFirstKey });
    expect([response.status, codeOf(response.body)]).toEqual([401, "sign_in_needed"]);
  });

  test("a bad token in it is refused, not redirected", async () => {
    const response = await at.header.get("/", { headers: { "X-Api-Token": `${byFirstKey}x`, accept: "text/html" } });
    expect([response.status, response.one("www-authenticate")]).toEqual([401, expect.stringContaining('error="invalid_token"')]);
  });
});

describe("what the backend is told", () => {
  test("set_access_token_header_enabled and set_userinfo_header_enabled: the token as Authorization, the person as X-Userinfo", async () => {
    const { headers } = (await logIn(at.told)).json<Echo>();
    expect(claimsOf(headers.authorization!)).toMatchObject({ preferred_username: USER.name, azp: CLIENT.id });
    expect(userinfoOf({ headers } as Echo)).toMatchObject({ preferred_username: USER.name });
    expect(headers).not.toHaveProperty("x-access-token");
  });

  test("both false: neither, and what a client sends under these names does not reach it", async () => {
    const browser = new BrowserClient();
    await logIn(at.untold, browser);
    const { headers } = (await browser.get(at.untold.url + PAGE, "none", [["X-Userinfo", "forged"], ["X-Access-Token", "forged"]])).json<Echo>();
    for (const name of ["authorization", "x-access-token", "x-userinfo"]) expect(headers).not.toHaveProperty(name);
  });
});

describe("when the access token ends", () => {
  const tokenSeen = async (gateway: Gateway, browser: BrowserClient) => (await browser.fetch(`${gateway.url}/api`)).json<Echo>().headers["x-access-token"]!;

  test("slient_renew_access_token_enabled: it is refreshed unseen; without, the session goes on without it; access_token_expires_in stands in for what the provider does not say", async () => {
    const [refreshing, ending, assumed] = [new BrowserClient(), new BrowserClient(), new BrowserClient()];
    for (const [name, browser] of [["refreshing", refreshing], ["ending", ending], ["assumed", assumed]] as const) expect((await logIn(at[name], browser)).status).toBe(200);
    const [first, firstAssumed] = [await tokenSeen(at.refreshing, refreshing), await tokenSeen(at.assumed, assumed)];
    expect(claimsOf(firstAssumed).exp - claimsOf(firstAssumed).iat).toBe(300);
    await sleep(4000);

    const second = await tokenSeen(at.refreshing, refreshing);
    expect(claimsOf(second).exp).toBeGreaterThan(claimsOf(first).exp);

    const without = await ending.fetch(`${at.ending.url}/api`);
    expect([without.status, JSON.parse(without.body).headers["x-access-token"]]).toEqual([200, undefined]);

    expect(await tokenSeen(at.assumed, assumed)).not.toBe(firstAssumed);
  });
});

describe("logout_api and redirect_after_logout_uri", () => {
  test("the session ends, and the browser goes to the address", async () => {
    const browser = new BrowserClient();
    await logIn(at.example, browser);
    const out = await browser.get(`${at.example.url}/logout`);
    expect([out.status, out.one("location")]).toEqual([303, "https://www.example.com/bye"]);
    expect(browser.cookieNames(at.example.url)).toEqual([]);
  });

  test("Keycloak is not told, so that the next visit logs in without its form", async () => {
    const browser = new BrowserClient();
    await logIn(at.example, browser);
    await browser.get(`${at.example.url}/logout`);
    const page = await browser.open(at.example.url + PAGE);
    expect([isLoginForm(page), page.url]).toEqual([false, at.example.url + PAGE]);
  });
});
