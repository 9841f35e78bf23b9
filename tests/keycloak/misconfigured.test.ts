// A Keycloak with settings that do not suit the gateway: what users see, what the log says, and what helps. This file tests the rows of
// docs/troubleshooting.md about Keycloak's own settings.

import { BrowserClient, type Visit } from "../envoy/support/browser-client";
import { common, commonForBrowsers, startGateways, type Echo, type Gateway } from "./support/gateway";
import { CLIENT, keycloak, USER, type Json, type Realm } from "./support/keycloak";
import { keycloakLogin } from "./support/login";

/** Access tokens with the login's nonce, as Keycloak before version 25 made them. */
const NONCE_MAPPER = {
  name: "nonce", protocol: "openid-connect", protocolMapper: "oidc-nonce-backwards-compatible-mapper",
  config: { "access.token.claim": "true", "introspection.token.claim": "true" },
};

const OTHERS_MAPPER = {
  name: "others", protocol: "openid-connect", protocolMapper: "oidc-audience-mapper",
  config: { "included.custom.audience": "orders-api", "id.token.claim": "true", "access.token.claim": "true" },
};

let realm: Realm;
let gateways: Record<"elsewhere" | "noBrowsers" | "noSuchClient" | "noSuchScope" | "twoAudiences" | "noReturn" | "before25" | "introspection" | "jwks", Gateway>;

beforeAll(async () => {
  realm = await keycloak().realm("misconfigured", (json) => {
    const client = json.clients[0] as Json;
    json.clients.push(
      { ...client, clientId: "elsewhere", redirectUris: ["https://shop.example.com/callback"] },
      { ...client, clientId: "no-browsers", standardFlowEnabled: false },
      { ...client, clientId: "two-audiences", protocolMappers: [...client.protocolMappers, OTHERS_MAPPER] },
      { ...client, clientId: "no-return", attributes: { "post.logout.redirect.uris": "https://shop.example.com/*" } },
      { ...client, clientId: "before-25", protocolMappers: [...client.protocolMappers, NONCE_MAPPER] },
      { ...client, clientId: "no-audience", protocolMappers: client.protocolMappers.filter(({ protocolMapper }: Json) => protocolMapper !== "oidc-audience-mapper") },
    );
  });
  const provider = { discovery: realm.discovery, client_id: CLIENT.id, client_secret: CLIENT.secret };
  const people = { ...commonForBrowsers, ...provider, redirect_uri: "/anything/callback" };
  gateways = await startGateways(realm, {
    elsewhere: () => ({ ...people, client_id: "elsewhere" }),
    noBrowsers: () => ({ ...people, client_id: "no-browsers" }),
    noSuchClient: () => ({ ...people, client_id: "no-such-client", use_jwks: true }),
    noSuchScope: () => ({ ...people, scope: "openid no-such-scope" }),
    twoAudiences: () => ({ ...people, client_id: "two-audiences" }),
    noReturn: ({ url }) => ({ ...people, client_id: "no-return", post_logout_redirect_uri: `${url}/goodbye` }),
    before25: () => ({ ...people, client_id: "before-25" }),
    introspection: () => ({ ...common, ...provider, bearer_only: true }),
    jwks: () => ({ ...common, ...provider, bearer_only: true, use_jwks: true }),
  });
});

/** The code at the foot of one of the filter's pages: "403 login_denied". */
const code = (page: Visit): string | undefined => /<footer><code>([^<]*)/.exec(page.body)?.[1];
const open = (name: keyof typeof gateways): Promise<Visit> => keycloakLogin(new BrowserClient(), `${gateways[name].url}/anything/test`);

describe("Keycloak does not redirect the browser back if it does not know the client or the address", () => {
  test("an unregistered post_logout_redirect_uri: Keycloak's page says so, and the session here has ended", async () => {
    const client = new BrowserClient();
    expect((await keycloakLogin(client, `${gateways.noReturn.url}/anything/test`)).status).toBe(200);
    const page = await client.open(`${gateways.noReturn.url}/logout`);
    expect([new URL(page.url).origin, page.status]).toEqual([keycloak().url, 400]);
    expect(page.body).toContain("Invalid redirect uri");
    expect((await client.fetch(`${gateways.noReturn.url}/anything/test`)).status).toBe(401);
  });

  test.each([
    ["an unregistered redirect_uri", "elsewhere", "Invalid parameter: redirect_uri"],
    ["a client_id that does not exist", "noSuchClient", "Client not found"],
  ] as const)("%s: Keycloak's page says so", async (_what, name, message) => {
    const page = await open(name);
    expect([new URL(page.url).origin, page.status]).toEqual([keycloak().url, 400]);
    expect(page.body).toContain(message);
  });
});

describe("Keycloak's other refusals lead to a page of the filter, and the log has Keycloak's error code", () => {
  test.each([
    ["Standard flow is off", "noBrowsers", "unauthorized_client"],
    ["a scope that the client does not have", "noSuchScope", "invalid_scope"],
  ] as const)("%s", async (_what, name, error) => {
    const before = await gateways[name].arrived();
    const page = await open(name);
    expect([new URL(page.url).origin, page.status, code(page)]).toEqual([gateways[name].url, 502, "502 login_failed"]);
    expect(page.body).toContain('href="/anything/test"');
    await gateways[name].logged(new RegExp(`the provider answered the login with ${error}`));
    expect(await gateways[name].arrived()).toBe(before);
  });
});

test("an ID Token with an additional audience is accepted, because its azp names this client", async () => {
  expect((await open("twoAudiences")).status).toBe(200);
});

describe("a token whose audience does not include the introspecting client (Keycloak 26.6.2 and later)", () => {
  test("is not active for this client", async () => {
    const answer = await gateways.introspection.get("/anything/test", { token: await realm.clientCredentials({ client_id: "no-audience" }) });
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([401, "inactive"]);
    await gateways.introspection.logged(/refused, inactive \(401\)/);
  });

  test("passes if the filter verifies it with the provider's keys", async () => {
    expect((await gateways.jwks.get("/anything/test", { token: await realm.clientCredentials({ client_id: "no-audience" }) })).status).toBe(200);
  });

  test("passes once an audience mapper names the client", async () => {
    const client = await realm.client("no-audience");
    const mapper = { name: "audience", protocol: "openid-connect", protocolMapper: "oidc-audience-mapper", config: { "included.client.audience": CLIENT.id, "access.token.claim": "true" } };
    await realm.admin("POST", `/clients/${client.id}/protocol-mappers/models`, mapper);
    expect((await gateways.introspection.get("/anything/test", { token: await realm.clientCredentials({ client_id: "no-audience" }) })).status).toBe(200);
  });
});

describe("an access token with a nonce, as Keycloak before 25 made them", () => {
  let token: string;

  beforeAll(async () => {
    const page = await open("before25");
    expect(page.status).toBe(200);
    token = page.json<Echo>().headers["x-access-token"]!;
    expect(JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString())).toMatchObject({ typ: "Bearer", nonce: expect.any(String) });
  });

  test("is refused as an ID Token if the filter verifies its signature", async () => {
    const answer = await gateways.jwks.get("/anything/test", { token });
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([401, "wrong_type"]);
  });

  test("passes by introspection, which returns its type", async () => {
    expect((await gateways.introspection.get("/anything/test", { token })).status).toBe(200);
  });

  test("affects neither sessions nor tokens from other grants", async () => {
    expect((await open("before25")).status).toBe(200);
    expect((await gateways.jwks.get("/anything/test", { token: (await realm.password(USER, { client_id: "before-25" })).access_token })).status).toBe(200);
  });
});
