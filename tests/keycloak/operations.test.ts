// Keycloak's keys are rotated, and Keycloak stops and starts again, under traffic that runs through the whole file.

import { setTimeout as sleep } from "node:timers/promises";
import { BrowserClient, type Visit } from "../envoy/support/browser-client";
import { atEnd } from "../envoy/support/cleanup";
import { until } from "../envoy/support/envoy";
import type { RawResponse } from "../envoy/support/http";
import { common, commonForBrowsers, startGateways } from "./support/gateway";
import { CLIENT, ownKeycloak, type Keycloak, type Realm } from "./support/keycloak";
import { keycloakLogin } from "./support/login";

const LIFESPAN_SEC = 4;
/** The smallest value of jwk_expires_in. Keys are fetched again when a tenth of it is left. */
const KEYS_LIVE_SEC = 60;
const LONG = 150_000;
const NO_ANSWER = 0;

let own: Keycloak;
let realm: Realm;
let at: Awaited<ReturnType<typeof gateways>>;
let traffic: Traffic;
let byFirstKey: string, bySecondKey: string;
let refreshed: BrowserClient;
let firstKey: string[];

/** Repeats requests of several kinds, each in two loops, until `stop`. */
class Traffic {
  private readonly answers = new Map<string, Map<number, number>>();
  private readonly loops = new Map<string, Promise<unknown>>();
  private readonly stopped = new Set<string>();

  add(name: string, send: () => Promise<RawResponse>): void {
    const answers = new Map<number, number>();
    this.answers.set(name, answers);
    const loop = async () => {
      while (!this.stopped.has(name)) {
        const status = await send().then((response) => response.status, () => NO_ANSWER);
        answers.set(status, (answers.get(status) ?? 0) + 1);
        await sleep(status === 200 ? 100 : 500); // refusals would flood the log
      }
    };
    this.loops.set(name, Promise.all([loop(), loop()]));
  }

  async stop(name: string): Promise<void> {
    this.stopped.add(name);
    await this.loops.get(name);
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.loops.keys()].map((name) => this.stop(name)));
  }

  /** The statuses of each kind. An error if a kind had too few requests to prove anything. */
  get statuses(): Record<string, number[]> {
    for (const [name, answers] of this.answers) if ([...answers.values()].reduce((a, b) => a + b, 0) < 20) throw new Error(`Too few requests of this kind: ${name}.`);
    return Object.fromEntries([...this.answers].map(([name, answers]) => [name, [...answers.keys()]]));
  }
}

function gateways(options: { ready?: boolean } = {}) {
  const client = { discovery: realm.discovery, client_id: CLIENT.id, client_secret: CLIENT.secret, jwk_expires_in: KEYS_LIVE_SEC };
  return startGateways(realm, {
    programs: () => ({ ...common, ...client, bearer_only: true, use_jwks: true }),
    asking: () => ({ ...common, ...client, bearer_only: true, introspection_endpoint: realm.introspectionEndpoint, introspection_interval: 600 }),
    people: () => ({ ...commonForBrowsers, ...client, redirect_uri: "/callback" }),
    refreshing: () => ({ ...commonForBrowsers, ...client, client_id: "short-lived", redirect_uri: "/callback" }),
  }, { concurrency: 2, ...options });
}

beforeAll(async () => {
  own = await ownKeycloak();
  realm = await own.realm("operations", (json) => {
    const [model] = json.clients;
    model.attributes["access.token.lifespan"] = "900";
    json.clients.push({ ...model, clientId: "short-lived", attributes: { ...model.attributes, "access.token.lifespan": String(LIFESPAN_SEC) } });
  });
  at = await gateways();
  byFirstKey = await realm.clientCredentials();
  firstKey = await realm.keyComponents();
  traffic = new Traffic();
  atEnd(() => traffic.stopAll());
  traffic.add("a token of the first key", () => at.programs.get("/", { token: byFirstKey }));
  traffic.add("an introspected token", () => at.asking.get("/", { token: byFirstKey }));
  const person = new BrowserClient();
  refreshed = new BrowserClient();
  await keycloakLogin(person, `${at.people.url}/page`);
  traffic.add("a session", () => person.fetch(`${at.people.url}/api`));
  await keycloakLogin(refreshed, `${at.refreshing.url}/page`);
  traffic.add("a session that is refreshed again and again", () => refreshed.fetch(`${at.refreshing.url}/api`));
}, LONG);

const refusal = (response: RawResponse) => [response.status, response.one("retry-after"), response.json<{ code: string }>().code];
const kidOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[0]!, "base64url").toString()).kid as string;
const statusesOf = async (who: () => Promise<RawResponse>, times: number) => [...new Set((await Promise.all(Array.from({ length: times }, who))).map(({ status }) => status))];

test("the signing key is rotated: tokens of both keys pass at once, in all workers; users log in, and sessions are refreshed", async () => {
  await realm.addKey();
  bySecondKey = await realm.clientCredentials();
  expect(kidOf(bySecondKey)).not.toBe(kidOf(byFirstKey));
  expect(await statusesOf(() => at.programs.get("/", { token: bySecondKey }), 20)).toEqual([200]);
  traffic.add("a token of the second key", () => at.programs.get("/", { token: bySecondKey }));
  expect((await keycloakLogin(new BrowserClient(), `${at.people.url}/page`)).status).toBe(200);
  await sleep((LIFESPAN_SEC + 1) * 1000);
  expect(traffic.statuses).toEqual({
    "a token of the first key": [200], "a token of the second key": [200], "an introspected token": [200], "a session": [200], "a session that is refreshed again and again": [200],
  });
}, LONG);

describe("Keycloak stops", () => {
  let unseen: string, alsoUnseen: string;
  let back: Visit;
  let late: Awaited<ReturnType<typeof gateways>>;
  const returning = new BrowserClient();

  beforeAll(async () => {
    await traffic.stop("a token of the first key");
    for (const id of firstKey) await realm.admin("DELETE", `/components/${id}`); // the last test checks the effect
    [unseen, alsoUnseen] = [await realm.clientCredentials(), await realm.clientCredentials()];
    // A login that Keycloak has answered just before it stops: the code is not exchanged yet.
    await keycloakLogin(returning, `${at.refreshing.url}/page`);
    back = await returning.follow(await returning.get(`${at.people.url}/wanted?a=1`));
    await own.stop();
  }, LONG);

  test("tokens of cached keys pass, including tokens that were never seen before", async () => {
    expect(await statusesOf(() => at.programs.get("/", { token: unseen }), 20)).toEqual([200]);
  });

  test("a token that needs introspection gets 503 and Retry-After, and one with a cached result passes", async () => {
    expect(refusal(await at.asking.get("/", { token: unseen }))).toEqual([503, "5", "provider_unreachable"]);
    expect((await at.asking.get("/", { token: byFirstKey })).status).toBe(200);
  });

  test("a login that returns gets 503 and Retry-After, and a page with a link to the wanted page", async () => {
    expect(back.one("location")).toContain(`${at.people.url}/callback?`);
    const page = await returning.follow(back);
    expect([page.status, page.one("retry-after")]).toEqual([503, "5"]);
    expect(page.body).toMatch(/href="\/wanted\?a=1".*503 provider_unreachable/s);
  });

  test("a new login gets 503 and Retry-After after ten seconds without an answer of Keycloak, and a page with a link to the wanted page", async () => {
    const page = await until("the filter to check whether Keycloak answers", 20_000, async () => {
      const answer = await new BrowserClient().get(`${at.people.url}/page?a=1`);
      return answer.status === 302 ? undefined : answer;
    });
    expect([page.status, page.one("retry-after")]).toEqual([503, "5"]);
    expect(page.body).toMatch(/href="\/page\?a=1".*503 provider_not_ready/s);
  }, LONG);

  test("a session whose access token has expired gets 503 and Retry-After, and is not logged out", async () => {
    const response = await until("the session to need a new token", 20_000, async () => {
      const answer = await refreshed.fetch(`${at.refreshing.url}/api`);
      return answer.status === 200 ? undefined : answer;
    });
    expect(refusal(response)).toEqual([503, "5", "provider_unreachable"]);
    expect(response.all("set-cookie")).toEqual([]);
  }, LONG);

  test("an Envoy that starts now answers every request with 503 and Retry-After, and its log says what is wrong", async () => {
    late = await gateways({ ready: false });
    expect(refusal(await late.programs.get("/", { token: unseen }))).toEqual([503, "5", "provider_not_ready"]);
    const page = await new BrowserClient().get(`${late.people.url}/page`);
    expect([page.status, page.one("retry-after"), page.body]).toEqual([503, "5", expect.stringContaining("provider_not_ready")]);
    await late.programs.logged(/discovery of \S+\/realms\/operations failed: .*cluster "keycloak"/);
  }, LONG);

  describe("and starts again", () => {
    beforeAll(() => own.start(), LONG);

    test("the login that was under way continues from that page, and new ones work", async () => {
      expect((await keycloakLogin(returning, `${at.people.url}/wanted?a=1`)).url).toBe(`${at.people.url}/wanted?a=1`);
      expect((await keycloakLogin(new BrowserClient(), `${at.people.url}/page`)).status).toBe(200);
    }, LONG);

    test("the session that needed a new token gets one, without a login", async () => {
      await until("the session to be refreshed", 20_000, async () => ((await refreshed.fetch(`${at.refreshing.url}/api`)).status === 200 ? true : undefined));
    }, LONG);

    test("introspection works again", async () => {
      expect((await at.asking.get("/", { token: alsoUnseen })).status).toBe(200);
    });

    test("the Envoy that was started without Keycloak serves tokens and users, without a restart", async () => {
      const token = await realm.clientCredentials();
      await until("the late Envoy to fetch the provider's keys", 40_000, async () => ((await late.programs.get("/", { token })).status === 200 ? true : undefined));
      expect((await keycloakLogin(new BrowserClient(), `${late.people.url}/page`)).status).toBe(200);
    }, LONG);

    test("in all that time no valid token and no session was refused, and no user was logged out", () => {
      const { "a session that is refreshed again and again": needed, ...others } = traffic.statuses;
      expect(needed!.sort()).toEqual([200, 503]);
      expect(others).toEqual({ "a token of the first key": [200], "a token of the second key": [200], "an introspected token": [200], "a session": [200] });
    });
  });
});

test("the client's secret is changed at Keycloak: the log says so, sessions get 503, and continue when the secret is right again", async () => {
  await realm.changeClient((client) => { client.secret = "another-secret-of-this-client"; }, "short-lived");
  const status = (wanted: number) => until(`the session to get ${wanted}`, 40_000, async () => ((await refreshed.fetch(`${at.refreshing.url}/api`)).status === wanted ? true : undefined));
  await status(503);
  await at.refreshing.logged(/refresh: .*check client_id, client_secret/);
  await realm.changeClient((client) => { client.secret = CLIENT.secret; }, "short-lived");
  await status(200);
}, LONG);

test("a key is removed: its tokens pass until the keys are fetched again, in all workers, and no longer", async () => {
  await until("a token of the removed key to be refused", (KEYS_LIVE_SEC + 10) * 1000, async () => ((await at.programs.get("/", { token: byFirstKey })).status === 401 ? true : undefined));
  await sleep(1500);
  expect(await statusesOf(() => at.programs.get("/", { token: byFirstKey }), 20)).toEqual([401]);
  expect(refusal(await at.programs.get("/", { token: byFirstKey }))).toEqual([401, undefined, "unknown_key"]);
  expect(await statusesOf(() => at.programs.get("/", { token: bySecondKey }), 20)).toEqual([200]);
  expect(traffic.statuses["a token of the second key"]).toEqual([200]);
}, LONG);
