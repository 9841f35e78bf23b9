// Access by Keycloak's roles and groups: as headers for the upstream, and in rules at the gateway. One filter for several paths and several tenants.

import { setTimeout as sleep } from "node:timers/promises";
import { BrowserClient } from "../envoy/support/browser-client";
import { request } from "../envoy/support/http";
import { commonForBrowsers, startGateways, type Echo, type Gateway } from "./support/gateway";
import { BOSS, CLIENT, keycloak, USER, type Json, type Realm } from "./support/keycloak";
import { isLoginForm, keycloakLogin } from "./support/login";

/** A role whose name must not be read as two roles, or as another role. */
const ODD_ROLE = "Süd,manager";
const LIFESPAN_SEC = 2;

let red: Realm, blue: Realm;
let at: Awaited<ReturnType<typeof gateways>>;
let tokens: Record<"member" | "boss" | "otherBoss" | "service" | "withoutClaims", string>;

function gateways() {
  const client = (realm: Realm) => ({ discovery: realm.discovery, client_id: CLIENT.id, client_secret: CLIENT.secret, use_jwks: true });
  const managers = { access_rules: { claim: "realm_access.roles", contains: "manager" } };
  return startGateways(red, {
    shop: () => ({
      ...commonForBrowsers, ...client(red), redirect_uri: "/callback", claim_headers: { "realm_access.roles": "x-roles", groups: "x-groups" },
      rules: [
        { path: "/healthz", mode: "public" },
        { path_prefix: "/internal", mode: "deny" },
        { path_prefix: "/api", mode: "bearer" },
        { path_prefix: "/admin", ...managers },
        { path_prefix: "/staff", access_rules: { all: [{ claim: "groups", contains: "/staff" }, { not: { claim: "groups", contains: "/bosses" } }] } },
      ],
    }),
    refreshing: () => ({ ...commonForBrowsers, ...client(red), client_id: "short-lived", redirect_uri: "/callback", ...managers }),
    hosts: () => ({
      ...commonForBrowsers, mode: "deny", client_id: CLIENT.id, client_secret: CLIENT.secret, use_jwks: true, redirect_uri: "/callback",
      rules: [{ host: "red.localhost", discovery: red.discovery }, { host: "blue.localhost", discovery: blue.discovery }],
    }),
    prefixes: () => ({
      ...commonForBrowsers, mode: "deny", client_id: CLIENT.id, client_secret: CLIENT.secret, use_jwks: true,
      rules: [
        { path_prefix: "/red", discovery: red.discovery, redirect_uri: "/red/callback", logout_path: "/red/logout" },
        { path_prefix: "/blue", discovery: blue.discovery, redirect_uri: "/blue/callback", logout_path: "/blue/logout" },
      ],
    }),
  });
}

beforeAll(async () => {
  const withMore = (json: Json) => {
    const [model] = json.clients;
    json.clients.push({ ...model, clientId: "short-lived", attributes: { ...model.attributes, "access.token.lifespan": String(LIFESPAN_SEC) } });
    // A client whose tokens have no claims about roles or groups.
    json.clients.push({ ...model, clientId: "withoutClaims", defaultClientScopes: ["basic"], optionalClientScopes: [], protocolMappers: [] });
    json.roles.realm.push({ name: ODD_ROLE });
    json.users[0].realmRoles.push(ODD_ROLE);
  };
  [red, blue] = await Promise.all([keycloak().realm("roles", withMore), keycloak().realm("roles-blue")]);
  const [member, boss, otherBoss] = await Promise.all([red.password(USER), red.password(BOSS), blue.password(BOSS)]);
  tokens = { member: member.access_token, boss: boss.access_token, otherBoss: otherBoss.access_token, service: await red.clientCredentials(), withoutClaims: await red.clientCredentials({ client_id: "withoutClaims" }) };
  at = await gateways();
});

const refusal = ({ status, body }: { status: number; body: string }) => `${status} ${(JSON.parse(body) as { code: string }).code}`;
const listed = (header: string | undefined) => header!.split(",").map(decodeURIComponent);
const tenant = (gateway: Gateway, host: string) => gateway.url.replace("localhost", host);
const userOf = (echo: Echo) => JSON.parse(Buffer.from(echo.headers["x-userinfo"]!, "base64").toString());

describe("roles and groups as headers", () => {
  test.each([["member", USER, ["member", ODD_ROLE], ["/staff"]], ["boss", BOSS, ["manager"], ["/bosses"]]] as const)("of the %s are the same with a token and in a session", async (who, person, roles, groups) => {
    const byToken = (await at.shop.get("/orders", { token: tokens[who], headers: { "X-Roles": "root", X_Groups: "/root" } })).json<Echo>();
    const inSession = (await keycloakLogin(new BrowserClient(), `${at.shop.url}/orders`, person)).json<Echo>();
    for (const { headers } of [byToken, inSession]) {
      expect(listed(headers["x-roles"])).toEqual(expect.arrayContaining(roles));
      expect(listed(headers["x-groups"])).toEqual(groups);
    }
  });

  test("a role's name with a comma is one role, and not the role manager", async () => {
    const { headers } = (await at.shop.get("/orders", { token: tokens.member })).json<Echo>();
    expect(headers["x-roles"]!.split(",")).toContain("S%C3%BCd%2Cmanager");
    expect(headers["x-roles"]!.split(",")).not.toContain("manager");
  });

  test("a user without roles and groups gets no header, and the client's own header is removed", async () => {
    const { headers } = (await at.shop.get("/orders", { token: tokens.withoutClaims, headers: { "X-Roles": "manager", "X-Groups": "/bosses" } })).json<Echo>();
    expect([headers["x-roles"], headers["x-groups"]]).toEqual([undefined, undefined]);
  });
});

describe("roles and groups in access rules", () => {
  test.each([
    ["the boss", "/admin", "boss", 200],
    ["the member", "/admin", "member", "403 access_denied"],
    ["a service without roles", "/admin", "service", "403 access_denied"],
    ["a client whose tokens have no roles claim", "/admin", "withoutClaims", "403 claim_missing"],
    ["the boss of another realm", "/admin", "otherBoss", "401 unknown_key"],
    ["the member", "/staff/rota", "member", 200],
    ["the boss", "/staff/rota", "boss", "403 access_denied"],
    ["a client whose tokens have no groups claim", "/staff/rota", "withoutClaims", "403 claim_missing"],
  ] as const)("by a token: %s at %s", async (_who, path, whose, outcome) => {
    const before = await at.shop.arrived();
    const response = await at.shop.get(path, { token: tokens[whose] });
    expect(response.status === 200 ? 200 : refusal(response)).toBe(outcome);
    expect((await at.shop.arrived()) - before).toBe(outcome === 200 ? 1 : 0);
  });

  test.each(["/admin/", "/admin/users?x=/healthz", "/ADMIN", "/%61dmin", "/healthz/../admin", "/healthz/%2e%2e/admin", "//admin", "/admin;x", "/\\admin", "/x/..%2fadmin"])("%s does not bypass the rule for /admin", async (path) => {
    const before = await at.shop.arrived();
    const response = await request(at.shop.url, { path, headers: [["Authorization", `Bearer ${tokens.member}`]] });
    expect(response.status).not.toBe(200);
    expect(await at.shop.arrived()).toBe(before);
  });

  test("in a session: the boss sees the page", async () => {
    const page = await keycloakLogin(new BrowserClient(), `${at.shop.url}/admin`, BOSS);
    expect([page.url, page.status]).toEqual([`${at.shop.url}/admin`, 200]);
  });

  test("in a session: the member gets a page with 403 but stays logged in; the log names the rule, and no claim", async () => {
    const browser = new BrowserClient(), before = await at.shop.arrived();
    const page = await keycloakLogin(browser, `${at.shop.url}/admin`, USER);
    expect([page.url, page.status]).toEqual([`${at.shop.url}/admin`, 403]);
    expect(page.body).toMatch(/<h1>[^<]+<\/h1>.*href="\/logout".*403 access_denied/s);
    expect(page.body).not.toMatch(/manager|realm_access/);
    expect(await at.shop.arrived()).toBe(before);
    expect((await browser.get(`${at.shop.url}/orders`)).status).toBe(200);
    const line = await at.shop.logged(/refused, access_denied \(403\) by .*/);
    expect(line).toContain("access_rules (realm_access.roles)");
    expect(line).not.toContain("member");
  });

  test("adding or removing a role takes effect at the session's next refresh", async () => {
    const browser = new BrowserClient(), url = `${at.refreshing.url}/page`;
    expect((await keycloakLogin(browser, url, USER)).status).toBe(403);
    const path = `/users/${await red.userId(USER.name)}/role-mappings/realm`, role = await red.admin("GET", "/roles/manager");
    await red.admin("POST", path, [role]);
    await sleep((LIFESPAN_SEC + 1) * 1000);
    expect((await browser.get(url)).status).toBe(200);
    await red.admin("DELETE", path, [role]);
    await sleep((LIFESPAN_SEC + 1) * 1000);
    expect((await browser.get(url)).status).toBe(403);
  });
});

describe("public, bearer, browser and deny in one filter", () => {
  test.each([
    ["/healthz", 200, 200, 200],
    ["/internal/x", "403 denied", "403 denied", "403 denied"],
    ["/api/x", "401 no_token", "401 no_token", 200],
    ["/orders", "401 sign_in_needed", 302, 200],
  ])("%s: a program without a token, a browser without a session, a valid token", async (path, program, person, token) => {
    const outcome = (response: { status: number; body: string }) => (response.status < 400 ? response.status : refusal(response));
    expect(outcome(await at.shop.get(path))).toBe(program);
    const page = await new BrowserClient().get(at.shop.url + path);
    expect(page.status < 400 ? page.status : page.body).toEqual(typeof person === "number" ? person : expect.stringContaining(person));
    expect(outcome(await at.shop.get(path, { token: tokens.member }))).toBe(token);
  });

  test("a session does not count where a token is required", async () => {
    const browser = new BrowserClient();
    await keycloakLogin(browser, `${at.shop.url}/orders`);
    expect(refusal(await browser.fetch(`${at.shop.url}/api/x`))).toBe("401 no_token");
  });

  test("on a public path the upstream sees neither session nor forged identity, and a bad token is ignored", async () => {
    const browser = new BrowserClient();
    await keycloakLogin(browser, `${at.shop.url}/orders`);
    const page = await browser.get(`${at.shop.url}/healthz`, "none", [["X-Roles", "manager"], ["X-Userinfo", "e30="], ["Authorization", "Bearer bad"]]);
    const { headers } = page.json<Echo>();
    expect(page.status).toBe(200);
    for (const name of ["cookie", "x-roles", "x-userinfo", "x-access-token"]) expect(headers).not.toHaveProperty(name);
  });
});

describe("two realms as two tenants", () => {
  test("by host: users log in at their own realm, and their session is not valid at the other", async () => {
    const browser = new BrowserClient();
    for (const [host, realm] of [["red.localhost", red], ["blue.localhost", blue]] as const) {
      const page = await keycloakLogin(browser, `${tenant(at.hosts, host)}/orders`);
      expect([page.url, page.status]).toEqual([`${tenant(at.hosts, host)}/orders`, 200]);
      expect(userOf(page.json<Echo>()).sub).toBe(await realm.userId());
    }
    const copied = browser.cookieHeader(`${tenant(at.hosts, "red.localhost")}/`);
    const { port } = new URL(at.hosts.url);
    const withCookies = (host: string) => at.hosts.get("/orders", { headers: { Host: `${host}:${port}`, Cookie: copied } });
    expect((await withCookies("red.localhost")).status).toBe(200);
    expect(refusal(await withCookies("blue.localhost"))).toBe("401 sign_in_needed");
  });

  test("by host: a token of one is refused at the other, and every request to any other host is refused", async () => {
    const { port } = new URL(at.hosts.url);
    const answer = async (host: string, realm: Realm) => {
      const response = await at.hosts.get("/orders", { token: await realm.clientCredentials(), headers: { Host: `${host}:${port}` } });
      return response.status === 200 ? 200 : refusal(response);
    };
    expect([await answer("red.localhost", red), await answer("blue.localhost", blue)]).toEqual([200, 200]);
    expect([await answer("red.localhost", blue), await answer("blue.localhost", red)]).toEqual(["401 unknown_key", "401 unknown_key"]);
    expect([await answer("localhost", red), await answer("green.localhost", red)]).toEqual(["403 denied", "403 denied"]);
  });

  test("by prefix, on one host: one browser is logged in to both, and a logout of one does not affect the other", async () => {
    const browser = new BrowserClient(), { url } = at.prefixes;
    for (const [prefix, realm] of [["/red", red], ["/blue", blue]] as const) {
      expect(isLoginForm(await browser.open(`${url}${prefix}/orders`))).toBe(true);
      const page = await keycloakLogin(browser, `${url}${prefix}/orders`);
      expect([page.url, page.status]).toEqual([`${url}${prefix}/orders`, 200]);
      expect(userOf(page.json<Echo>()).sub).toBe(await realm.userId());
    }
    expect((await browser.get(`${url}/red/orders`)).json<Echo>().headers).not.toHaveProperty("cookie");

    const out = await browser.get(`${url}/red/logout`);
    expect([out.status, out.one("location")]).toEqual([303, expect.stringContaining(`${red.issuer}/protocol/openid-connect/logout`)]);
    expect((await browser.get(`${url}/red/orders`)).status).toBe(302);
    expect(userOf((await browser.get(`${url}/blue/orders`)).json<Echo>()).sub).toBe(await blue.userId());
  });

  test("by prefix: a token is valid only at its own prefix, and everything else is closed", async () => {
    const answer = async (path: string, realm: Realm) => (await at.prefixes.get(path, { token: await realm.clientCredentials() })).status;
    expect([await answer("/red/x", red), await answer("/blue/x", blue)]).toEqual([200, 200]);
    expect([await answer("/red/x", blue), await answer("/blue/x", red), await answer("/", red), await answer("/reds", red)]).toEqual([401, 401, 403, 403]);
  });
});
