// Logout with Keycloak: by the user, at one application for all of them, and by the administrator.

import { setTimeout as sleep } from "node:timers/promises";
import { BrowserClient, type Visit } from "../envoy/support/browser-client";
import { until } from "../envoy/support/envoy";
import { commonForBrowsers, startGateways, type Echo, type Gateway } from "./support/gateway";
import { BOSS, CLIENT, keycloak, USER, type Json, type Person, type Realm } from "./support/keycloak";
import { isLoginForm, keycloakLogin } from "./support/login";

const BACKCHANNEL = "/backchannel-logout";
const LIFESPAN_SEC = 2;
/** Enough time for all workers to read a revoked session. */
const PROPAGATION_MS = 2000;

let realm: Realm;
let at: Awaited<ReturnType<typeof gateways>>;

function gateways() {
  const people = (client_id: string, more: object) => () =>
    ({ ...commonForBrowsers, discovery: realm.discovery, client_id, client_secret: CLIENT.secret, redirect_uri: "/callback", ...more });
  return startGateways(realm, {
    shop: ({ url }) => people(CLIENT.id, { post_logout_redirect_uri: `${url}/bye`, backchannel_logout_path: BACKCHANNEL, rules: [{ path: "/bye", mode: "public" }] })(),
    desk: people("desk", { backchannel_logout_path: BACKCHANNEL }),
    unhinted: ({ url }) => people("unhinted", { session_contents: { access_token: true, id_token: true, user: true }, post_logout_redirect_uri: `${url}/bye`, rules: [{ path: "/bye", mode: "public" }] })(),
    noBackchannel: people("noBackchannel", {}),
    revoking: people("revoking", { redirect_after_logout_uri: "/", revoke_tokens_on_logout: true }),
    leaving: people("leaving", { redirect_after_logout_uri: "/" }),
  });
}

beforeAll(async () => {
  realm = await keycloak().realm("logout", (json) => {
    const [model] = json.clients as Json[];
    const another = (clientId: string, attributes: Json = {}) => json.clients.push({ ...model, clientId, attributes: { ...model!.attributes, ...attributes } });
    for (const name of ["desk", "unhinted", "revoking", "leaving"]) another(name);
    another("noBackchannel", { "access.token.lifespan": String(LIFESPAN_SEC) });
  });
  at = await gateways();
  for (const [clientId, gateway] of [[CLIENT.id, at.shop], ["desk", at.desk]] as const) {
    await realm.changeClient((client) => {
      client.attributes["backchannel.logout.url"] = gateway.inside + BACKCHANNEL;
      client.attributes["backchannel.logout.session.required"] = "true";
    }, clientId);
  }
});

const page = (gateway: Gateway) => `${gateway.url}/orders`;

async function loggedIn(gateway: Gateway, browser: BrowserClient, person: Person = USER): Promise<Echo> {
  const landed = await keycloakLogin(browser, page(gateway), person);
  expect([landed.url, landed.status]).toEqual([page(gateway), 200]);
  return landed.json<Echo>();
}

/** The statuses for the browser's session at a gateway. Each request has its own connection, so every worker gets some. */
async function statuses(gateway: Gateway, cookie: string, times = 40): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: times }, () => gateway.get("/api", { headers: { Cookie: cookie } })));
  return [...new Set(answers.map(({ status }) => status))];
}

const cookiesAt = (browser: BrowserClient, gateway: Gateway) => browser.cookieHeader(page(gateway));
const sessionsOf = async ({ name }: Person) => (await realm.admin<Json[]>("GET", `/users/${await realm.userId(name)}/sessions`)).map(({ id }) => id as string);

async function isActive(token: string): Promise<boolean> {
  const response = await fetch(realm.introspectionEndpoint, { method: "POST", body: new URLSearchParams({ token, client_id: CLIENT.id, client_secret: CLIENT.secret }) });
  return ((await response.json()) as { active: boolean }).active;
}

describe("the user logs out at the gateway", () => {
  test("Keycloak's session ends without a question, the browser is redirected back, and Keycloak asks for the password again", async () => {
    const browser = new BrowserClient();
    await loggedIn(at.shop, browser);
    const copied = cookiesAt(browser, at.shop), before = await sessionsOf(USER);
    const out = await browser.get(`${at.shop.url}/logout`);
    expect(out.one("location")).toContain(`${realm.issuer}/protocol/openid-connect/logout?`);
    const end = await browser.settle(out);
    expect([end.url.split("?")[0], end.status]).toEqual([`${at.shop.url}/bye`, 200]);
    expect(browser.cookieNames(page(at.shop))).toEqual([]);
    expect((await sessionsOf(USER)).length).toBe(before.length - 1);
    expect(isLoginForm(await browser.open(page(at.shop)))).toBe(true);
    await sleep(PROPAGATION_MS);
    expect(await statuses(at.shop, copied)).toEqual([401]);
  });

  test("without the ID Token in the session the filter's page leads to Keycloak, which asks for confirmation", async () => {
    const browser = new BrowserClient();
    await loggedIn(at.unhinted, browser);
    const ours = await browser.settle(await browser.get(`${at.unhinted.url}/logout`));
    const [, there] = /<a href="(http[^"]*)">Log out at the login service too/.exec(ours.body) ?? [];
    expect([ours.status, there]).toEqual([200, `${realm.issuer}/protocol/openid-connect/logout?client_id=unhinted`]);
    const question = await browser.open(there!);
    expect(question.body).toContain("Do you want to log out?");
    expect((await browser.settle(await confirm(browser, question))).body).toContain("You are logged out");
    expect(isLoginForm(await browser.open(page(at.unhinted)))).toBe(true);
  });

  test("at one application: Keycloak's back-channel logout ends the session of the other one, in all workers", async () => {
    const browser = new BrowserClient(), boss = new BrowserClient();
    await loggedIn(at.shop, browser);
    expect((await browser.open(page(at.desk))).status).toBe(200); // without a form
    await loggedIn(at.desk, boss, BOSS);
    expect(await statuses(at.desk, cookiesAt(browser, at.desk))).toEqual([200]);
    await browser.settle(await browser.get(`${at.shop.url}/logout`));
    await sleep(PROPAGATION_MS);
    expect(await statuses(at.desk, cookiesAt(browser, at.desk))).toEqual([401]);
    expect(await statuses(at.desk, cookiesAt(boss, at.desk))).toEqual([200]);
  });

  test("revoke_tokens_on_logout revokes the session's tokens, without a visit to Keycloak; without it they stay active", async () => {
    const [revoking, leaving] = [new BrowserClient(), new BrowserClient()];
    const [revoked, left] = [(await loggedIn(at.revoking, revoking)).headers["x-access-token"]!, (await loggedIn(at.leaving, leaving)).headers["x-access-token"]!];
    expect([await isActive(revoked), await isActive(left)]).toEqual([true, true]);
    expect((await revoking.get(`${at.revoking.url}/logout`)).one("location")).toBe("/");
    expect((await leaving.get(`${at.leaving.url}/logout`)).one("location")).toBe("/");
    await until("Keycloak to have revoked the token", 5000, async () => ((await isActive(revoked)) ? undefined : true));
    expect(await isActive(left)).toBe(true);
  });
});

describe("the administrator", () => {
  test("ends all sessions of a user: Keycloak informs both applications, and the sessions are over within two seconds in all workers; other users' sessions last", async () => {
    const [one, another, boss] = [new BrowserClient(), new BrowserClient(), new BrowserClient()];
    await loggedIn(at.shop, one);
    await loggedIn(at.desk, one);
    await loggedIn(at.shop, another);
    await loggedIn(at.shop, boss, BOSS);
    await realm.endSessions(USER.name);
    await sleep(PROPAGATION_MS);
    for (const [browser, gateway] of [[one, at.shop], [one, at.desk], [another, at.shop]] as const) expect(await statuses(gateway, cookiesAt(browser, gateway))).toEqual([401]);
    expect(await statuses(at.shop, cookiesAt(boss, at.shop))).toEqual([200]);
    expect(isLoginForm(await one.open(page(at.shop)))).toBe(true);

    const workers = await at.shop.stats(/listener\..*worker_\d+\.downstream_cx_total/);
    expect(Object.values(workers).filter((connections) => connections > 0).length).toBeGreaterThan(1);
  });

  test("ends one session: the user's session in another browser lasts", async () => {
    const [one, another] = [new BrowserClient(), new BrowserClient()];
    await loggedIn(at.shop, one);
    const before = await sessionsOf(USER);
    await loggedIn(at.shop, another);
    const [last] = (await sessionsOf(USER)).filter((id) => !before.includes(id));
    await realm.admin("DELETE", `/sessions/${last}`);
    await sleep(PROPAGATION_MS);
    expect(await statuses(at.shop, cookiesAt(another, at.shop))).toEqual([401]);
    expect(await statuses(at.shop, cookiesAt(one, at.shop))).toEqual([200]);
  });

  test("a user who logs in again afterwards stays logged in", async () => {
    const browser = new BrowserClient();
    await loggedIn(at.shop, browser);
    await realm.endSessions(USER.name);
    await sleep(PROPAGATION_MS);
    await loggedIn(at.shop, browser);
    expect(await statuses(at.shop, cookiesAt(browser, at.shop))).toEqual([200]);
  });

  test("without a back-channel URL at Keycloak, a session lasts until its access token expires, and no longer", async () => {
    const browser = new BrowserClient();
    await loggedIn(at.noBackchannel, browser);
    await realm.endSessions(USER.name);
    await sleep((LIFESPAN_SEC + 1) * 1000);
    expect((await browser.fetch(`${at.noBackchannel.url}/api`)).status).toBe(401);
    expect(isLoginForm(await browser.open(page(at.noBackchannel)))).toBe(true);
  });
});

test("anything but a logout token gets 400 and ends no session, even other tokens of Keycloak", async () => {
  const browser = new BrowserClient();
  await loggedIn(at.shop, browser);
  const { access_token, id_token, refresh_token } = await realm.password();
  for (const token of ["", "a.b.c", access_token, id_token!, refresh_token!]) {
    const body = new URLSearchParams({ logout_token: token }).toString();
    const response = await at.shop.get(BACKCHANNEL, { method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" }, body });
    expect([response.status, response.json<{ code: string }>().code]).toEqual([400, "logout_token_invalid"]);
  }
  await sleep(PROPAGATION_MS);
  expect(await statuses(at.shop, cookiesAt(browser, at.shop))).toEqual([200]);
});

/** Confirms Keycloak's question "Do you want to log out?". */
function confirm(browser: BrowserClient, question: Visit): Promise<Visit> {
  const [, action] = /<form[^>]*action="([^"]+)"/s.exec(question.body)!;
  const fields = [...question.body.matchAll(/<input[^>]*>/g)].map(([input]) => [/name="([^"]*)"/.exec(input)?.[1], /value="([^"]*)"/.exec(input)?.[1] ?? ""]);
  return browser.post(new URL(action!.replaceAll("&amp;", "&"), question.url).href, Object.fromEntries(fields.filter(([name]) => name !== undefined)));
}
