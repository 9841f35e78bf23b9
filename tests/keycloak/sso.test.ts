// "Set Up SSO with Keycloak" of APISIX 3.11, step by step: authorization code with and without PKCE, client credentials, password grant, refresh token.
// sso-browser.test.ts has the login in a real browser.

import { setTimeout as sleep } from "node:timers/promises";
import { BrowserClient, type Visit } from "../envoy/support/browser-client";
import { until } from "../envoy/support/envoy";
import { common, commonForBrowsers, startGateways, type Echo, type Gateway } from "./support/gateway";
import { CLIENT, keycloak, USER, type Json, type Realm } from "./support/keycloak";
import { isLoginForm, keycloakLogin, submitLogin } from "./support/login";

const LIFESPAN_SEC = 2;

let realm: Realm;
let gateways: Record<"code" | "pkce" | "jwks" | "introspection" | "shortLived", Gateway>;

const claims = (token: string) => JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString());
const code = (page: Visit): string | undefined => /<footer><code>([^<]*)/.exec(page.body)?.[1];

beforeAll(async () => {
  realm = await keycloak().realm("sso", (json) => {
    const client = json.clients[0] as Json, attributes = client.attributes;
    json.clients.push(
      { ...client, clientId: "pkce", attributes: { ...attributes, "pkce.code.challenge.method": "S256" } }, // "configure the PKCE challenge method"
      { ...client, clientId: "short-lived", attributes: { ...attributes, "access.token.lifespan": String(LIFESPAN_SEC) } },
    );
  });
  const seed = ({ url }: { url: string }) => ({
    client_id: CLIENT.id, client_secret: CLIENT.secret, discovery: realm.discovery, scope: "openid profile", redirect_uri: `${url}/anything/callback`,
  });
  gateways = await startGateways(realm, {
    // The page's examples lack `session`, which APISIX requires since 3.14. commonForBrowsers adds it.
    code: (gateway) => ({ ...commonForBrowsers, bearer_only: false, ...seed(gateway) }),
    pkce: (gateway) => ({ ...commonForBrowsers, bearer_only: false, use_pkce: true, ...seed(gateway), client_id: "pkce" }),
    // The page promises 401 without a token, but APISIX redirects without bearer_only. Here programs get 401, and browsers are redirected.
    jwks: (gateway) => ({ ...commonForBrowsers, use_jwks: true, ...seed(gateway) }),
    introspection: (gateway) => ({ ...common, bearer_only: true, ...seed(gateway) }),
    shortLived: (gateway) => ({ ...commonForBrowsers, use_jwks: true, ...seed(gateway), client_id: "short-lived" }),
  });
});

/** The authorization request that a page leads to. */
async function authorizationRequest(name: "code" | "pkce", client = new BrowserClient()): Promise<URL> {
  const answer = await client.get(`${gateways[name].url}/anything/test`);
  expect(answer.status).toBe(302);
  return new URL(answer.one("location")!);
}

describe("authorization code grant", () => {
  test("with valid credentials the request reaches the upstream after the login", async () => {
    const client = new BrowserClient();
    const form = await client.open(`${gateways.code.url}/anything/test?a=1`);
    expect([form.url.startsWith(`${realm.issuer}/`), isLoginForm(form)]).toEqual([true, true]);
    const page = await submitLogin(client, form, USER);
    expect([page.url, page.status]).toEqual([`${gateways.code.url}/anything/test?a=1`, 200]);
    expect(page.json<Echo>()).toMatchObject({ method: "GET", path: "/anything/test?a=1" });
    expect(claims(page.json<Echo>().headers["x-access-token"]!)).toMatchObject({ preferred_username: USER.name, scope: expect.stringContaining("profile") });
  });

  test.each([["a wrong password", { ...USER, password: "wrong" }], ["an unknown user", { name: "nobody", password: "x" }], ["no password", { ...USER, password: "" }]])(
    "with %s Keycloak says that the login failed, and no session begins at the gateway", async (_what, person) => {
      const client = new BrowserClient(), before = await gateways.code.arrived();
      const page = await keycloakLogin(client, `${gateways.code.url}/anything/test`, person);
      expect(page.url.startsWith(`${realm.issuer}/`)).toBe(true);
      expect(page.body).toContain("Invalid username or password");
      expect((await client.get(`${gateways.code.url}/anything/test`)).status).toBe(302);
      expect(await gateways.code.arrived()).toBe(before);
    });

  test("single sign-on: a user who is logged in at one gateway needs no form at another", async () => {
    const client = new BrowserClient();
    await keycloakLogin(client, `${gateways.code.url}/anything/test`);
    const page = await client.open(`${gateways.pkce.url}/anything/other`); // another client, so another session
    expect([page.url, page.status]).toEqual([`${gateways.pkce.url}/anything/other`, 200]);
  });
});

describe("PKCE", () => {
  test.each(["code", "pkce"] as const)("is used, with S256, with and without use_pkce (%s)", async (name) => {
    const { searchParams: asked } = await authorizationRequest(name);
    expect(asked.get("code_challenge_method")).toBe("S256");
    expect(asked.get("code_challenge")).toMatch(/^[\w-]{43}$/);
    expect((await authorizationRequest(name)).searchParams.get("code_challenge")).not.toBe(asked.get("code_challenge"));
  });

  test("a client for which Keycloak requires PKCE can log users in", async () => {
    const page = await keycloakLogin(new BrowserClient(), `${gateways.pkce.url}/anything/test`);
    expect([page.url, page.status]).toEqual([`${gateways.pkce.url}/anything/test`, 200]);
  });

  test.each([
    ["without a challenge", (asked: URLSearchParams) => { asked.delete("code_challenge"); asked.delete("code_challenge_method"); }],
    ["with the method plain", (asked: URLSearchParams) => asked.set("code_challenge_method", "plain")],
  ])("Keycloak refuses a request of such a client %s; the gateway shows a page, and no session begins", async (_what, change) => {
    const client = new BrowserClient(), before = await gateways.pkce.arrived();
    const request = await authorizationRequest("pkce", client);
    change(request.searchParams);
    const page = await client.open(request.href);
    expect([page.url.split("?")[0], page.status, code(page)]).toEqual([`${gateways.pkce.url}/anything/callback`, 502, "502 login_failed"]);
    await gateways.pkce.logged(/the provider answered the login with invalid_request/);
    expect(await gateways.pkce.arrived()).toBe(before);
  });

  test.each([["no", {}], ["another", { code_verifier: "A".repeat(43) }]])("a stolen code cannot be redeemed with %s verifier, even with the client's secret", async (_what, verifier) => {
    const client = new BrowserClient();
    await keycloakLogin(client, `${gateways.code.url}/anything/test`);
    const back = await client.get((await authorizationRequest("code")).href); // the user is logged in at Keycloak, which answers at once
    const stolen = new URL(back.one("location")!).searchParams.get("code")!;
    await expect(realm.token({ grant_type: "authorization_code", code: stolen, redirect_uri: `${gateways.code.url}/anything/callback`, ...verifier })).rejects.toThrow("invalid_grant");
  });
});

const GRANTS: [string, () => Promise<string>][] = [
  ["client credentials grant", () => realm.clientCredentials()],
  ["password grant", async () => (await realm.password()).access_token],
];

describe.each(GRANTS)("%s", (_grant, tokenOf) => {
  describe.each(["jwks", "introspection"] as const)("by %s", (name) => {
    test("a valid token passes", async () => {
      const token = await tokenOf();
      const answer = await gateways[name].get("/anything/test", { token });
      expect(answer.status).toBe(200);
      expect(answer.json<Echo>()).toMatchObject({ path: "/anything/test", headers: { "x-access-token": token } });
    });

    test.each([
      ["an invalid token", async () => "invalid-access-token"],
      ["a token that was cut short", async () => (await tokenOf()).slice(0, -8)],
      ["a token with a scope added to it", async () => {
        const token = await tokenOf();
        return token.replace(/\.[^.]+\./, `.${Buffer.from(JSON.stringify({ ...claims(token), scope: "openid admin" })).toString("base64url")}.`);
      }],
    ])("%s gets 401", async (_what, forge) => {
      const token = await forge(), before = await gateways[name].arrived();
      const answer = await gateways[name].get("/anything/test", { token });
      expect([answer.status, answer.one("www-authenticate")]).toEqual([401, expect.stringContaining('error="invalid_token"')]);
      expect(await gateways[name].arrived()).toBe(before);
    });
  });
});

describe("without a token", () => {
  test.each(["jwks", "introspection"] as const)("a program gets 401, as the page promises (%s)", async (name) => {
    const before = await gateways[name].arrived();
    const answer = await gateways[name].get("/anything/test", { headers: { Accept: "*/*" } });
    expect([answer.status, answer.one("www-authenticate")]).toEqual([401, 'Bearer realm="apisix"']);
    expect(await gateways[name].arrived()).toBe(before);
  });

  test("a browser is redirected to the login without bearer_only, and gets 401 with it", async () => {
    expect((await new BrowserClient().get(`${gateways.jwks.url}/anything/test`)).status).toBe(302);
    expect((await new BrowserClient().get(`${gateways.introspection.url}/anything/test`)).status).toBe(401);
  });
});

test("the introspection endpoint is found by discovery: a token of an ended session passes by signature, but not by introspection", async () => {
  const { access_token: token, refresh_token } = await realm.password();
  const form = new URLSearchParams({ client_id: CLIENT.id, client_secret: CLIENT.secret, refresh_token: refresh_token! });
  expect((await fetch(`${realm.issuer}/protocol/openid-connect/logout`, { method: "POST", body: form })).status).toBe(204);
  expect((await gateways.jwks.get("/anything/test", { token })).status).toBe(200);
  expect((await gateways.introspection.get("/anything/test", { token })).json<object>()).toMatchObject({ code: "inactive" });
});

test("with a wrong password Keycloak issues no token", () => expect(realm.password({ ...USER, password: "wrong" })).rejects.toThrow("invalid_grant"));

describe("refresh token", () => {
  test("a refresh token gives a new access token, and the gateway accepts that", async () => {
    const first = await realm.password();
    const second = await realm.refresh(first.refresh_token!);
    expect(second.access_token).not.toBe(first.access_token);
    for (const name of ["jwks", "introspection"] as const) expect((await gateways[name].get("/anything/test", { token: second.access_token })).status).toBe(200);
  });

  test.each(["jwks", "introspection"] as const)("a refresh token is refused as an access token (%s)", async (name) => {
    const { refresh_token: token } = await realm.password();
    expect((await gateways[name].get("/anything/test", { token })).status).toBe(401);
  });

  test("when a session's access token expires, the gateway refreshes it without a question, and the upstream gets the new one", async () => {
    const client = new BrowserClient();
    const first = (await keycloakLogin(client, `${gateways.shortLived.url}/anything/test`)).json<Echo>().headers["x-access-token"]!;
    const again = await until("a new access token", 15_000, async () => {
      await sleep(250);
      const page = await client.get(`${gateways.shortLived.url}/anything/test`);
      expect(page.status).toBe(200);
      return page.json<Echo>().headers["x-access-token"] === first ? undefined : page.json<Echo>().headers["x-access-token"];
    });
    expect(claims(again!)).toMatchObject({ sub: claims(first).sub, sid: claims(first).sid });
    expect(claims(again!).exp).toBeGreaterThan(claims(first).exp);
    // As a bearer token the first one has expired.
    expect((await gateways.shortLived.get("/anything/test", { token: first })).json<object>()).toMatchObject({ code: "expired" });
  });

  test("when Keycloak has ended the session, the refresh fails, and the user has to log in again", async () => {
    const client = new BrowserClient();
    await keycloakLogin(client, `${gateways.shortLived.url}/anything/test`);
    await realm.endSessions();
    const gone = await until("the access token's expiry", 15_000, async () => {
      await sleep(250);
      const page = await client.get(`${gateways.shortLived.url}/anything/test`);
      return page.status === 200 ? undefined : page;
    });
    expect([gone.status, gone.one("location")]).toEqual([302, expect.stringContaining(realm.issuer)]);
    expect(isLoginForm(await client.settle(gone))).toBe(true);
  });
});
