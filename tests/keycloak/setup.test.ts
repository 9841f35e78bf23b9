// docs/keycloak.md is true: the client and the configurations are taken from the page unchanged, except for the hosts.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BrowserClient } from "../envoy/support/browser-client";
import { common, commonForBrowsers, startGateway, startGateways, type Echo } from "./support/gateway";
import { CLIENT, keycloak, USER, type Json, type Realm } from "./support/keycloak";
import { isLoginForm, keycloakLogin } from "./support/login";

const PAGE = readFileSync(join(__dirname, "../../docs/keycloak.md"), "utf8");
const [CLIENT_JSON, FILTER_JSON, INTROSPECTION_JSON, NAMES_JSON] = [...PAGE.matchAll(/```json\n(.*?)```/gs)].map(([, json]) => json!);
const ENVIRONMENT = { CLIENT_SECRET: CLIENT.secret, SESSION_SECRET: "another session secret of the tests, long enough" };
const PROPAGATION_MS = 2000;

let realm: Realm;
let byPassiveKey: string;
let at: Awaited<ReturnType<typeof gateways>>;

/** A block of the page, with the hosts of these tests. */
const fromPage = (json: string | undefined, url: string): Json => JSON.parse(json!.replaceAll("https://shop.example.com", url)
  .replaceAll("https://idp.example.com/realms/shop", realm.issuer).replaceAll("https://keycloak.internal:8443/realms/shop", `http://keycloak.internal:8443/realms/${realm.name}`)) as Json;

function gateways() {
  const client = (client_id: string) => ({ discovery: realm.discovery, client_id, client_secret: CLIENT.secret });
  return startGateways(realm, {
    shop: ({ url }) => ({ ...fromPage(FILTER_JSON, url), ssl_verify: false }),
    astray: () => ({ ...commonForBrowsers, ...client("shop"), redirect_uri: "/elsewhere" }),
    plain: () => ({ ...commonForBrowsers, ...client("plain"), redirect_uri: "/callback", claim_headers: { "realm_access.roles": "x-roles", groups: "x-groups" } }),
    internal: ({ url }) => ({ ...commonForBrowsers, ...client("plain"), redirect_uri: "/callback", use_jwks: true, ...fromPage(NAMES_JSON, url) }),
    shopAsks: ({ url }) => ({ ...common, ...client("shop"), bearer_only: true, ...fromPage(INTROSPECTION_JSON, url) }),
    plainAsks: () => ({ ...common, ...client("plain"), bearer_only: true, introspection_endpoint: realm.introspectionEndpoint }),
    onlyItsOwn: () => ({ ...common, ...client("shop"), bearer_only: true, use_jwks: true, claim_validator: { audience: { match_with_client_id: true } } }),
  }, { environment: ENVIRONMENT });
}

beforeAll(async () => {
  realm = await keycloak().realm("setup", (json) => {
    json.clients.push({ ...JSON.parse(CLIENT_JSON!), secret: CLIENT.secret });
    json.clients.push({ clientId: "plain", secret: CLIENT.secret, serviceAccountsEnabled: true, redirectUris: ["*"] });
  });
  byPassiveKey = await realm.clientCredentials();
  const [id] = await realm.keyComponents();
  await realm.addKey();
  const component = await realm.admin("GET", `/components/${id}`);
  await realm.admin("PUT", `/components/${id}`, { ...component, config: { ...component.config, active: ["false"] } });

  at = await gateways();
  const { redirectUris, attributes } = fromPage(CLIENT_JSON, at.shop.url); // the gateway's address is known now
  await realm.changeClient((client) => {
    client.redirectUris = redirectUris;
    Object.assign(client.attributes, attributes, { "backchannel.logout.url": attributes["backchannel.logout.url"].replace(at.shop.url, at.shop.inside) });
  }, "shop");
});

const codeOf = (response: { status: number; body: string }) => (response.status === 200 ? 200 : `${response.status} ${(JSON.parse(response.body) as { code: string }).code}`);
const userOf = (echo: Echo) => JSON.parse(Buffer.from(echo.headers["x-userinfo"]!, "base64").toString());
const of = (clientId: string) => realm.clientCredentials({ client_id: clientId });

describe("the page's client and configuration", () => {
  test("users log in, and the upstream receives their roles and groups", async () => {
    const page = await keycloakLogin(new BrowserClient(), `${at.shop.url}/orders`);
    expect([page.url, page.status]).toEqual([`${at.shop.url}/orders`, 200]);
    const { headers } = page.json<Echo>();
    expect([headers["x-roles"]!.split(","), headers["x-groups"]]).toEqual([expect.arrayContaining(["member"]), "/staff"]);
    expect(userOf({ headers } as Echo)).toMatchObject({ groups: ["/staff"], realm_access: { roles: expect.arrayContaining(["member"]) } });
  });

  test("programs pass with tokens from client credentials; the password grant is refused", async () => {
    expect((await at.shop.get("/", { token: await of("shop") })).status).toBe(200);
    await expect(realm.password(USER, { client_id: "shop" })).rejects.toThrow("unauthorized_client");
  });

  test("another redirect URI is refused on Keycloak's page, without a redirect", async () => {
    const page = await new BrowserClient().open(`${at.astray.url}/orders`);
    expect([new URL(page.url).origin, page.status, page.body]).toEqual([keycloak().url, 400, expect.stringContaining("Invalid parameter: redirect_uri")]);
  });

  test("logging out asks no question, ends Keycloak's session, and leads to post_logout_redirect_uri", async () => {
    const browser = new BrowserClient();
    await keycloakLogin(browser, `${at.shop.url}/orders`);
    const atKeycloak = await browser.follow(await browser.get(`${at.shop.url}/logout`));
    expect([atKeycloak.status, atKeycloak.one("location")?.split("?")[0]]).toEqual([302, `${at.shop.url}/logout`]);
    const landed = await browser.settle(atKeycloak);
    expect([landed.status, landed.body.includes("You are logged out"), landed.body.includes(keycloak().url)]).toEqual([200, true, false]);
    expect(isLoginForm(await browser.open(`${at.shop.url}/orders`))).toBe(true);
  });

  test("a session that the administrator ends is over within two seconds", async () => {
    const browser = new BrowserClient();
    await keycloakLogin(browser, `${at.shop.url}/orders`);
    await realm.endSessions(USER.name);
    await sleep(PROPAGATION_MS);
    expect((await browser.fetch(`${at.shop.url}/api`)).status).toBe(401);
  });
});

describe("audience", () => {
  test.each([
    ["the page's client may introspect its own tokens", "shopAsks", "shop", 200],
    ["a client without the mapper may not introspect even its own tokens", "plainAsks", "plain", "401 inactive"],
    ["the page's client may not introspect tokens without it in their audience", "shopAsks", "plain", "401 inactive"],
    ["with the provider's keys no introspection is needed", "shop", "plain", 200],
    ["match_with_client_id refuses other clients' tokens", "onlyItsOwn", "plain", "401 wrong_audience"],
    ["match_with_client_id accepts the client's own tokens", "onlyItsOwn", "shop", 200],
  ] as const)("%s", async (_rule, gateway, client, outcome) => {
    expect(codeOf(await at[gateway].get("/", { token: await of(client) }))).toBe(outcome);
  });
});

test("roles and groups: without the mappers, roles are only in the access token, and groups are missing", async () => {
  const { headers } = (await keycloakLogin(new BrowserClient(), `${at.plain.url}/orders`)).json<Echo>();
  expect(headers["x-roles"]!.split(",")).toContain("member"); // claim_headers also reads the access token
  expect(headers).not.toHaveProperty("x-groups");
  expect(userOf({ headers } as Echo)).not.toHaveProperty("realm_access");
});

test("keys: a passive key signs no new tokens, and its old tokens pass", async () => {
  expect((await at.shop.get("/", { token: byPassiveKey })).status).toBe(200);
  const kidOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[0]!, "base64url").toString()).kid as string;
  expect(kidOf(await of("shop"))).not.toBe(kidOf(byPassiveKey));
});

describe("host names", () => {
  test("discovery by an internal host name, with the public one as issuer: tokens pass and users log in", async () => {
    expect((await at.internal.get("/", { token: await of("shop") })).status).toBe(200);
    expect((await keycloakLogin(new BrowserClient(), `${at.internal.url}/orders`)).status).toBe(200);
  });

  test("without the issuer no request passes, and the log says what to set", async () => {
    const { issuer: _left, ...names } = fromPage(NAMES_JSON, "");
    const gateway = await startGateway(realm, () => ({ ...common, ...names, bearer_only: true, use_jwks: true }), { ready: false });
    expect(codeOf(await gateway.get("/", { token: await of("shop") }))).toBe("503 provider_not_ready");
    await gateway.logged(/discovery of http:\/\/keycloak\.internal\S+ failed: the document names another issuer .*set `issuer`/);
  });
});
