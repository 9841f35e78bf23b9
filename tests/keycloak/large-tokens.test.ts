// Large access tokens. Roles, groups and custom claims make Keycloak's tokens large. APIG's limit is 5 kB.

import { setTimeout as sleep } from "node:timers/promises";
import { BrowserClient } from "../envoy/support/browser-client";
import type { RawResponse } from "../envoy/support/http";
import { startGateways, type Echo, type Gateway } from "./support/gateway";
import { converted } from "./support/huawei";
import { CLIENT, keycloak, type Realm } from "./support/keycloak";
import { keycloakLogin } from "./support/login";

const SIZES_KB = [5, 12, 17, 40] as const;
/** The size of a token without its padding, in bytes. */
const WITHOUT_PADDING = 900;
/** The lifetime of the clients' access tokens: long enough for a test to use one, short enough for a test to wait for the end. */
const LIFESPAN_SEC = 6;

let realm: Realm;
let at: Record<`of${(typeof SIZES_KB)[number]}kB` | "smallSession", Gateway>;

beforeAll(async () => {
  realm = await keycloak().realm("large-tokens", (json) => {
    const [model] = json.clients;
    for (const kB of SIZES_KB) json.clients.push({ ...model, clientId: `of${kB}kB`, attributes: { ...model.attributes, "access.token.lifespan": String(LIFESPAN_SEC) } });
  });
  for (const kB of SIZES_KB) await padTokens(`of${kB}kB`, kB * 1024);
  const filter = (client_id: string) => () => converted({
    discovery: realm.discovery, client_id, client_secret: CLIENT.secret, jwks_enabled: true, redirect_api: "/redirect", logout_api: "/logout", set_access_token_header_enabled: true,
  });
  at = await startGateways(realm, { of5kB: filter("of5kB"), of12kB: filter("of12kB"), of17kB: filter("of17kB"), of40kB: filter("of40kB"), smallSession: () => ({ ...filter("of40kB")(), session_contents: { id_token: true, user: true } }) });
});

/** Makes Keycloak pad the client's access tokens to this many bytes, or a few more. */
async function padTokens(clientId: string, bytes: number): Promise<void> {
  await realm.admin("POST", `/clients/${(await realm.client(clientId)).id}/protocol-mappers/models`, {
    name: "padding", protocol: "openid-connect", protocolMapper: "oidc-hardcoded-claim-mapper",
    config: { "claim.name": "padding", "claim.value": "x".repeat(Math.ceil((bytes - WITHOUT_PADDING) * 0.75)), "jsonType.label": "String", "access.token.claim": "true", "id.token.claim": "false", "userinfo.token.claim": "false" },
  });
}

const upstreamSaw = (page: RawResponse) => page.json<Echo>().headers.authorization!.replace(/^Bearer /, "");
const expiryOf = (token: string): number => JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString()).exp;
const sizeOf = (token: string) => token.length / 1024;

test.each([5, 12] as const)("a bearer token of %i kB passes, and reaches the upstream complete", async (kB) => {
  const token = await realm.clientCredentials({ client_id: `of${kB}kB` });
  expect(sizeOf(token)).toBeGreaterThan(kB);
  const response = await at[`of${kB}kB`].get("/", { token });
  expect(upstreamSaw(response)).toBe(token);
});

test("a session stores access tokens of 5 kB and of 12 kB, refreshes them, and its logout removes them", async () => {
  await Promise.all(([5, 12] as const).map(async (kB) => {
    const { url } = at[`of${kB}kB`], browser = new BrowserClient();
    const first = upstreamSaw(await keycloakLogin(browser, `${url}/page`));
    expect(sizeOf(first)).toBeGreaterThan(kB);
    expect(browser.cookieNames(url).length).toBeGreaterThan(kB / 4);
    for (const { name, value, attributes } of browser.cookies) expect([`${name}=${value}`, ...attributes].join("; ").length).toBeLessThanOrEqual(4096);
    expect(upstreamSaw(await browser.fetch(`${url}/api`))).toBe(first);

    await sleep((LIFESPAN_SEC + 1) * 1000);
    const second = upstreamSaw(await browser.fetch(`${url}/api`));
    expect(sizeOf(second)).toBeGreaterThan(kB);
    expect(expiryOf(second)).toBeGreaterThan(expiryOf(first));
    await browser.get(`${url}/logout`);
    expect(browser.cookieNames(url)).toEqual([]);
  }));
});

test("a bearer token of more than 16 kB is refused with token_too_large", async () => {
  const response = await at.of17kB.get("/", { token: await realm.clientCredentials({ client_id: "of17kB" }) });
  expect([response.status, response.json<{ code: string }>().code]).toEqual([401, "token_too_large"]);
});

test("such a token passes in a session that fits into a browser's cookies", async () => {
  expect(sizeOf(upstreamSaw(await keycloakLogin(new BrowserClient(), `${at.of17kB.url}/page`)))).toBeGreaterThan(17);
});

test("a session that does not fit leads to a page that names the cause, and the log says what to do", async () => {
  const browser = new BrowserClient();
  const page = await keycloakLogin(browser, `${at.of40kB.url}/page`);
  expect([page.status, page.body]).toEqual([431, expect.stringContaining("Your account has more groups, permissions or other data than this site can take.")]);
  expect(page.body).toContain("session_too_large");
  await at.of40kB.logged(/login: the session does not fit into nine cookies.*have the provider send fewer.*session_contents/);
});

test("the same session fits with a smaller session_contents", async () => {
  const page = await keycloakLogin(new BrowserClient(), `${at.smallSession.url}/page`);
  expect([page.status, page.json<Echo>().headers.authorization]).toEqual([200, undefined]);
});
