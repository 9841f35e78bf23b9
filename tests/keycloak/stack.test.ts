// The stack that these tests use: a real Keycloak, a real Envoy with the filter, and an upstream that shows what it received.

import { BrowserClient } from "../envoy/support/browser-client";
import { common, commonForBrowsers, startGateways, type Echo, type Gateway } from "./support/gateway";
import { BOSS, CLIENT, keycloak, USER, type Realm } from "./support/keycloak";
import { keycloakLogin } from "./support/login";

let realm: Realm;
let other: Realm;
let programs: Gateway;
let people: Gateway;

const claims = (token: string) => JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString());
const userinfo = (echo: Echo) => JSON.parse(Buffer.from(echo.headers["x-userinfo"]!, "base64").toString());

beforeAll(async () => {
  [realm, other] = await Promise.all([keycloak().realm("stack"), keycloak().realm("stack-other")]);
  ({ programs, people } = await startGateways(realm, {
    programs: () => ({ ...common, bearer_only: true, use_jwks: true, discovery: realm.discovery, client_id: CLIENT.id, client_secret: CLIENT.secret }),
    people: () => ({ ...commonForBrowsers, discovery: realm.discovery, client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uri: "/anything/callback" }),
  }));
});

test("a token from client credentials reaches the upstream with its claims in X-Userinfo", async () => {
  const token = await realm.clientCredentials();
  const response = await programs.get("/anything/test?a=1", { token, headers: { "X-Userinfo": "forged" } });
  expect(response.status).toBe(200);
  const echo = response.json<Echo>();
  expect(echo).toMatchObject({ method: "GET", path: "/anything/test?a=1", headers: { "x-access-token": token } });
  expect(userinfo(echo)).toEqual(claims(token));
});

test("a request without a token is refused and does not reach the upstream", async () => {
  const before = await programs.arrived();
  const response = await programs.get("/anything/test");
  expect(response.status).toBe(401);
  expect(response.one("www-authenticate")).toContain("Bearer");
  expect(await programs.arrived()).toBe(before);
});

test.each([
  ["a value that is not a token", () => "garbage"],
  ["a token with another user's claims", (token: string) => token.replace(/\.[^.]+\./, `.${Buffer.from(JSON.stringify({ ...claims(token), sub: "root" })).toString("base64url")}.`)],
  ["a valid token without its signature", (token: string) => token.replace(/[^.]+$/, "")],
])("%s is refused", async (_what, forge) => {
  const before = await programs.arrived();
  const response = await programs.get("/anything/test", { token: forge(await realm.clientCredentials()) });
  expect(response.status).toBe(401);
  expect(response.one("www-authenticate")).toContain('error="invalid_token"');
  expect(await programs.arrived()).toBe(before);
});

test("a token of another realm of the same Keycloak is refused", async () => {
  const response = await programs.get("/anything/test", { token: await other.clientCredentials() });
  expect(response.status).toBe(401);
  expect((await programs.get("/anything/test", { token: await realm.clientCredentials() })).status).toBe(200);
});

test("a user logs in with Keycloak's form, and gets the requested page and a session", async () => {
  const client = new BrowserClient();
  const page = await keycloakLogin(client, `${people.url}/anything/test?a=1`);
  expect([page.url, page.status]).toEqual([`${people.url}/anything/test?a=1`, 200]);
  const echo = page.json<Echo>();
  expect(userinfo(echo)).toMatchObject({ preferred_username: USER.name, groups: ["/staff"], realm_access: { roles: expect.arrayContaining(["member"]) } });
  expect(echo.headers).not.toHaveProperty("cookie");
  expect((await client.get(`${people.url}/anything/again`)).status).toBe(200);
});

test("another user has another identity", async () => {
  const page = await keycloakLogin(new BrowserClient(), `${people.url}/anything/test`, BOSS);
  expect(userinfo(page.json<Echo>())).toMatchObject({ preferred_username: BOSS.name, groups: ["/bosses"], realm_access: { roles: expect.arrayContaining(["manager"]) } });
});

test("a wrong password ends at Keycloak's form, without a session", async () => {
  const client = new BrowserClient();
  const page = await keycloakLogin(client, `${people.url}/anything/test`, { ...USER, password: "wrong" });
  expect(new URL(page.url).origin).toBe(keycloak().url);
  expect(page.body).toContain("Invalid username or password");
  const again = await client.get(`${people.url}/anything/test`);
  expect([again.status, again.one("location")]).toEqual([302, expect.stringContaining(realm.issuer)]);
});
