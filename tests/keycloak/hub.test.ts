// The two flows on the page of APISIX's plugin hub: authorization code for browsers, client credentials for programs. hub-troubles.test.ts has its
// troubleshooting list.

import { createHmac } from "node:crypto";
import { BrowserClient } from "../envoy/support/browser-client";
import { common, commonForBrowsers, startGateways, type Echo, type Gateway } from "./support/gateway";
import { CLIENT, keycloak, USER, type Realm } from "./support/keycloak";
import { keycloakLogin } from "./support/login";

let realm: Realm;
let other: Realm;
let people: Gateway;
let introspection: Gateway;
let publicKey: Gateway;

const base64url = (json: object): string => Buffer.from(JSON.stringify(json)).toString("base64url");
const claims = (token: string) => JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString());
const userinfo = (echo: Echo) => JSON.parse(Buffer.from(echo.headers["x-userinfo"]!, "base64").toString());

beforeAll(async () => {
  [realm, other] = await Promise.all([keycloak().realm("hub"), keycloak().realm("hub-other")]);
  const provider = { discovery: realm.discovery, client_id: CLIENT.id, client_secret: CLIENT.secret };
  const public_key = await realm.publicKey();
  ({ people, introspection, publicKey } = await startGateways(realm, {
    // "set bearer_only to false, which is the default"; "configure uri of the route to /api/v1/* and the path portion of the redirect_uri to /api/v1/redirect"
    people: ({ url }) => ({ ...commonForBrowsers, ...provider, redirect_uri: `${url}/api/v1/redirect` }),
    // The page calls this "authorization code flow", but describes client credentials.
    introspection: () => ({ ...common, ...provider, bearer_only: true, introspection_endpoint: realm.introspectionEndpoint }),
    publicKey: () => ({ ...common, ...provider, bearer_only: true, public_key }),
  }));
});

describe("authorization code flow", () => {
  test("a request with neither token nor session is sent to the authorization server, and does not reach the upstream", async () => {
    const before = await people.arrived();
    const answer = await new BrowserClient().get(`${people.url}/api/v1/orders?page=2`);
    expect(answer.status).toBe(302);
    const to = new URL(answer.one("location")!);
    expect(to.origin + to.pathname).toBe(`${realm.issuer}/protocol/openid-connect/auth`);
    expect(Object.fromEntries(to.searchParams)).toMatchObject({ response_type: "code", client_id: CLIENT.id, redirect_uri: `${people.url}/api/v1/redirect`, scope: "openid" });
    expect(await people.arrived()).toBe(before);
  });

  test("after the login the session cookie contains the token, and later requests use it", async () => {
    const client = new BrowserClient();
    const page = await keycloakLogin(client, `${people.url}/api/v1/orders?page=2`);
    expect([page.url, page.status]).toEqual([`${people.url}/api/v1/orders?page=2`, 200]);
    const token = page.json<Echo>().headers["x-access-token"]!;
    expect(claims(token)).toMatchObject({ iss: realm.issuer, azp: CLIENT.id, preferred_username: USER.name });

    const again = await client.fetch(`${people.url}/api/v1/orders`);
    expect(again.status).toBe(200);
    expect(again.json<Echo>().headers["x-access-token"]).toBe(token);
  });

  test("a request with a token in its header needs no session and gets none", async () => {
    const token = await realm.clientCredentials();
    const answer = await people.get("/api/v1/orders", { token, headers: { Accept: "text/html" } });
    expect(answer.status).toBe(200);
    expect(answer.all("set-cookie")).toEqual([]);
  });

  test("a request with an invalid token is refused, not redirected, even from a browser that is logged in", async () => {
    const client = new BrowserClient();
    await keycloakLogin(client, `${people.url}/api/v1/orders`);
    const before = await people.arrived();
    expect((await client.get(`${people.url}/api/v1/orders`, "none", [["Authorization", "Bearer invalid"]])).status).toBe(401);
    expect(await people.arrived()).toBe(before);
  });

  test("X-Access-Token from a client is not accepted as a token", async () => {
    // APISIX accepts a bearer token in this header too.
    const before = await people.arrived();
    expect((await people.get("/api/v1/orders", { headers: { "X-Access-Token": await realm.clientCredentials() } })).status).toBe(401);
    expect(await people.arrived()).toBe(before);
  });

  test("a session cookie with one changed character is not a session", async () => {
    const client = new BrowserClient();
    await keycloakLogin(client, `${people.url}/api/v1/orders`);
    const cookie = client.cookies.find(({ name, host }) => host === "localhost" && /^oidc_[\w-]{8}$/.test(name))!;
    const middle = cookie.value.length >> 1;
    cookie.value = cookie.value.slice(0, middle) + (cookie.value[middle] === "A" ? "B" : "A") + cookie.value.slice(middle + 1);
    const before = await people.arrived();
    expect((await client.get(`${people.url}/api/v1/orders`)).status).toBe(302);
    expect((await client.fetch(`${people.url}/api/v1/orders`)).status).toBe(401);
    expect(await people.arrived()).toBe(before);
  });
});

describe("client credentials flow", () => {
  const gateways: [string, () => Gateway][] = [["by introspection", () => introspection], ["by public_key", () => publicKey]];

  describe.each(gateways)("%s", (_way, gateway) => {
    const refused = async (token: string): Promise<void> => {
      const before = await gateway().arrived();
      const answer = await gateway().get("/api/v1/orders", { token });
      expect(answer.status).toBe(401);
      expect(answer.one("www-authenticate")).toContain('error="invalid_token"');
      expect(await gateway().arrived()).toBe(before);
    };

    test("a token passes, and the upstream gets it with its claims", async () => {
      const token = await realm.clientCredentials();
      const answer = await gateway().get("/api/v1/orders", { token });
      expect(answer.status).toBe(200);
      expect(answer.json<Echo>().headers["x-access-token"]).toBe(token);
      expect(userinfo(answer.json<Echo>())).toMatchObject({ iss: realm.issuer, azp: CLIENT.id, sub: claims(token).sub });
    });

    test("a user's token passes too", async () => {
      const { access_token: token } = await realm.password();
      const answer = await gateway().get("/api/v1/orders", { token });
      expect(answer.status).toBe(200);
      expect(userinfo(answer.json<Echo>())).toMatchObject({ preferred_username: USER.name });
    });

    test("without a token the answer is 401, for programs and for browsers, without a redirect", async () => {
      const before = await gateway().arrived();
      for (const answer of [await gateway().get("/api/v1/orders"), await new BrowserClient().get(`${gateway().url}/api/v1/orders`)]) {
        expect([answer.status, answer.one("www-authenticate"), answer.all("set-cookie")]).toEqual([401, 'Bearer realm="apisix"', []]);
      }
      expect(await gateway().arrived()).toBe(before);
    });

    test("a value that is not a token is refused", () => refused("invalid-access-token"));

    test("a token of another realm is refused", async () => refused(await other.clientCredentials()));

    test("a token with changed claims is refused", async () => {
      const token = await realm.clientCredentials();
      const [header, , signature] = token.split(".");
      await refused(`${header}.${base64url({ ...claims(token), sub: "root" })}.${signature}`);
    });

    test("a token without a signature is refused", async () => refused(`${base64url({ alg: "none" })}.${base64url(claims(await realm.clientCredentials()))}.`));

    test("a token that uses the public key as an HMAC secret is refused", async () => {
      const signed = `${base64url({ alg: "HS256" })}.${base64url(claims(await realm.clientCredentials()))}`;
      await refused(`${signed}.${createHmac("sha256", await realm.publicKey()).update(signed).digest("base64url")}`);
    });

    test("an ID Token is refused", async () => refused((await realm.password()).id_token!));
    test("a refresh token is refused", async () => refused((await realm.password()).refresh_token!));
  });

  test("a revoked token is refused by introspection only", async () => {
    const token = await realm.clientCredentials();
    const form = new URLSearchParams({ token, client_id: CLIENT.id, client_secret: CLIENT.secret });
    expect((await fetch(`${realm.issuer}/protocol/openid-connect/revoke`, { method: "POST", body: form })).status).toBe(200);
    expect((await introspection.get("/api/v1/orders", { token })).json<object>()).toMatchObject({ code: "inactive" });
    expect((await publicKey.get("/api/v1/orders", { token })).status).toBe(200);
  });

  // This test is the last one, because it changes the realm's signing key.
  test("when the provider signs with a new key, public_key has to be replaced, and introspection still works", async () => {
    await realm.addKey();
    const token = await realm.clientCredentials();
    expect((await publicKey.get("/api/v1/orders", { token })).json<object>()).toMatchObject({ code: "bad_signature" });
    expect((await introspection.get("/api/v1/orders", { token })).status).toBe(200);
  });
});
