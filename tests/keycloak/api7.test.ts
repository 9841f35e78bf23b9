// API7 Gateway's page on OAuth 2.0 and OIDC: what it says of tokens, of refreshing them at the gateway, of access by scopes and claims, and
// of claims in headers, with its own configuration.

import { generateKeyPairSync, sign } from "node:crypto";
import { EnvoyDidNotStart } from "../../cli/demo/envoy-process";
import { BrowserClient } from "../envoy/support/browser-client";
import { until } from "../envoy/support/envoy";
import type { RawResponse } from "../envoy/support/http";
import { here, hereForPeople, startGateway, startGateways, type Echo, type Gateway } from "./support/gateway";
import { BOSS, CLIENT, keycloak, USER, type Json, type Person, type Realm } from "./support/keycloak";
import { keycloakLogin } from "./support/login";

const NAMES = [
  "the page's", "without a client", "by keys", "of another issuer", "short-lived", "short-lived, not refreshed",
  "scope", "scope, by introspection", "scope, for people", "scope asked for, for people",
  "rules", "rules, by introspection", "rules, for people", "schema", "schema, by introspection", "schema, for people",
  "headers", "headers, by introspection", "headers, for people",
] as const;
type Name = (typeof NAMES)[number];

/** A client whose access tokens live so many seconds. */
const SHORT = "short-lived", SHORT_SEC = 4;
const ELSEWHERE = "http://elsewhere.example";

/** A manager whom a group vouches for, and nobody of the staff. */
const RULES = {
  all: [
    { claim: "realm_access.roles", contains: "manager" },
    { claim: "groups", contains: "/bosses" },
    { not: { any: [{ claim: "groups", contains: "/staff" }, { claim: "preferred_username", equals: USER.name }] } },
  ],
};
const MANAGER = { type: "object", required: ["realm_access"], properties: { realm_access: { required: ["roles"], properties: { roles: { type: "array", contains: { const: "manager" } } } } } };
const HEADERS = { preferred_username: "x-user", "realm_access.roles": "x-roles", groups: "x-groups", email_verified: "x-verified", nickname: "x-nickname" };

let realm: Realm;
let gateways: Record<Name, Gateway>;

beforeAll(async () => {
  realm = await keycloak().realm("api7", ({ clients }) => {
    clients.push({ ...clients[0], clientId: SHORT, attributes: { ...clients[0].attributes, "access.token.lifespan": String(SHORT_SEC) } });
  });
  const client = { client_id: CLIENT.id, client_secret: CLIENT.secret }, discovery = { discovery: realm.discovery };
  // The page's own configuration, with what is needed here.
  const page = { ...here, ...client, ...discovery, scope: "openid profile email", bearer_only: true };
  const keys = { ...here, ...discovery, bearer_only: true, use_jwks: true };
  const people = { ...hereForPeople, ...client, ...discovery };
  const short = { ...people, client_id: SHORT };
  gateways = await startGateways<Name>(realm, {
    "the page's": () => page,
    "without a client": () => ({ ...here, ...discovery, bearer_only: true }),
    "by keys": () => keys,
    "of another issuer": () => ({ ...keys, claim_validator: { issuer: { valid_issuers: [realm.issuer.replace(realm.keycloak.url, ELSEWHERE)] } } }),
    "short-lived": () => short,
    "short-lived, not refreshed": () => ({ ...short, renew_access_token_on_expiry: false }),
    "scope": () => ({ ...keys, required_scopes: ["phone", "address"] }),
    "scope, by introspection": () => ({ ...page, required_scopes: ["phone", "address"] }),
    "scope, for people": () => ({ ...people, required_scopes: ["phone"] }),
    "scope asked for, for people": () => ({ ...people, scope: "openid phone", required_scopes: ["phone"] }),
    "rules": () => ({ ...keys, access_rules: RULES }),
    "rules, by introspection": () => ({ ...page, access_rules: RULES }),
    "rules, for people": () => ({ ...people, access_rules: RULES }),
    "schema": () => ({ ...keys, claim_schema: MANAGER }),
    "schema, by introspection": () => ({ ...page, claim_schema: MANAGER }),
    "schema, for people": () => ({ ...people, claim_schema: { type: "object", required: ["user"], properties: { user: MANAGER } } }),
    "headers": () => ({ ...keys, claim_headers: HEADERS }),
    "headers, by introspection": () => ({ ...page, claim_headers: HEADERS }),
    "headers, for people": () => ({ ...people, claim_headers: HEADERS }),
  }, { concurrency: 1 });
});

describe("token validation", () => {
  test("with the page's own configuration Keycloak is asked about a token, once; what only browsers need is told to be idle", async () => {
    expect(await take("the page's")).toBe("401 no_token");
    const token = await realm.clientCredentials();
    expect(await callsDuring(async () => {
      for (let i = 0; i < 3; i++) expect(await take("the page's", token)).toBe("200");
    })).toBe(1);
    await gateways["the page's"].logged(/configuration: not used by bearer tokens: scope\n/);
  });

  test.each(["without a client", "by keys"] as const)("%s: the provider's keys are fetched by discovery, and no token costs a call", async (name) => {
    const token = await realm.clientCredentials();
    expect(await callsDuring(async () => expect(await take(name, token)).toBe("200"))).toBe(0);
    expect(payload((await gateways[name].get("/", { token })).json<Echo>().headers["x-access-token"]!).iss).toBe(realm.issuer);
  });

  test("a signature that does not hold is refused, whoever checks it", async () => {
    const token = await realm.clientCredentials(), [head, body, signature] = token.split(".") as [string, string, string];
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const signed = (header: object) => {
      const input = `${Buffer.from(JSON.stringify(header)).toString("base64url")}.${body}`;
      return `${input}.${sign("sha256", Buffer.from(input), privateKey).toString("base64url")}`;
    };
    const forged: [string, string][] = [
      [`${head}.${json64({ ...payload(token), sub: "root" })}.${signature}`, "401 bad_signature"],
      [signed(payload(token, 0)), "401 bad_signature"],
      [`${json64({ ...payload(token, 0), alg: "none" })}.${body}.`, "401 algorithm_refused"],
      [`${json64({ ...payload(token, 0), alg: "HS256" })}.${body}.${signature}`, "401 algorithm_refused"],
    ];
    for (const [attempt, code] of forged) {
      expect([await take("by keys", attempt), await take("without a client", attempt), await take("the page's", attempt)]).toEqual([code, code, "401 inactive"]);
    }
    // The first of them has Keycloak asked for its keys; for 30 s nobody knows then of another key.
    const ofNobody = signed({ ...payload(token, 0), kid: "of-nobody" });
    expect([await take("by keys", ofNobody), await take("without a client", ofNobody), await take("the page's", ofNobody)]).toEqual(["401 unknown_key", "503 provider_not_ready", "401 inactive"]);
  });

  test("a token passes until it expires, remembered or not, and no longer", async () => {
    const token = await realm.clientCredentials({ client_id: SHORT });
    expect([await take("by keys", token), await take("the page's", token)]).toEqual(["200", "200"]);
    expect(await ends("by keys", token)).toBe("401 expired");
    expect(Date.now() / 1000).toBeGreaterThanOrEqual(payload(token).exp);
    expect(await take("without a client", token)).toBe("401 expired");
    // Keycloak itself calls a token active in the very second in which it expires.
    expect(await ends("the page's", token)).toMatch(/^401 (inactive|expired)$/);
  });

  test("a token that the same keys signed in another issuer's name is refused, unless that is the one to accept", async () => {
    const own = await realm.clientCredentials();
    await realm.admin("PUT", "", { attributes: { frontendUrl: ELSEWHERE } });
    try {
      const other = await realm.clientCredentials();
      expect(payload(other).iss).toBe(realm.issuer.replace(realm.keycloak.url, ELSEWHERE));
      // Keycloak calls it active: it is the one by which it calls itself now.
      for (const name of ["by keys", "without a client", "the page's"] as const) expect(await take(name, other)).toBe("401 wrong_issuer");
      expect([await take("of another issuer", other), await take("of another issuer", own)]).toEqual(["200", "401 wrong_issuer"]);
    } finally {
      await realm.admin("PUT", "", { attributes: { frontendUrl: "" } });
    }
  });
});

describe("refresh at the gateway", () => {
  let user: Visitor, boss: Visitor, notRefreshed: Visitor;

  beforeAll(async () => {
    [user, boss, notRefreshed] = await Promise.all([visit("short-lived", USER), visit("short-lived", BOSS), visit("short-lived, not refreshed", USER)]);
    await realm.endSessions(BOSS.name);
    for (const { page } of [user, boss, notRefreshed]) await expiry(access(page));
  });

  test("a person goes on with a new access token when the old one has expired: one call, whatever the number of tabs", async () => {
    const pages: RawResponse[] = [];
    expect(await callsDuring(async () => pages.push(...await Promise.all([1, 2, 3].map(() => user.browser.get(gateways["short-lived"].url)))))).toBe(1);
    expect(pages.map(outcome)).toEqual(["200", "200", "200"]);
    expect(pages[0]!.json<Echo>().headers).not.toHaveProperty("x-refresh-token");
    const before = payload(access(user.page)), refreshed = [...new Set(pages.map(access))];
    expect(refreshed).toHaveLength(1);
    expect(payload(refreshed[0]!)).toMatchObject({ sub: before.sub, sid: before.sid });
    expect(payload(refreshed[0]!).exp).toBeGreaterThan(before.exp);
    expect(access(await user.browser.get(gateways["short-lived"].url))).toBe(refreshed[0]);
  });

  test("whose session has ended at Keycloak logs in again; a script is told to", async () => {
    expect(outcome(await boss.browser.fetch(gateways["short-lived"].url))).toBe("401 sign_in_needed");
    const again = await boss.browser.get(gateways["short-lived"].url);
    expect([again.status, again.one("location")]).toEqual([302, expect.stringContaining(`${realm.issuer}/protocol/openid-connect/auth?`)]);
  });

  test("without it a session goes on without its access token", async () => {
    const page = await notRefreshed.browser.get(gateways["short-lived, not refreshed"].url);
    expect(outcome(page)).toBe("200");
    expect(Object.keys(page.json<Echo>().headers).map((name) => name.toLowerCase())).not.toContain("x-access-token");
  });
});

describe("access by scopes", () => {
  test.each(["scope", "scope, by introspection"] as const)("%s: a token has all of them, or 403 says which are needed", async (name) => {
    expect(await take(name, await realm.clientCredentials({ scope: "phone address" }))).toBe("200");
    for (const lacking of [{}, { scope: "phone" }] as Record<string, string>[]) {
      const response = await gateways[name].get("/", { token: await realm.clientCredentials(lacking) });
      expect(outcome(response)).toBe("403 insufficient_scope");
      expect(response.one("www-authenticate")).toMatch(/error="insufficient_scope".*scope="phone address"/);
    }
    expect(await take(name, "garbage")).toMatch(/^401 /);
  });

  test("a person without them gets a page that says so, with a way to log out; asked for, they are there", async () => {
    const { page } = await visit("scope, for people", USER);
    expect(outcome(page)).toBe("403 insufficient_scope");
    expect(page.body).toMatch(/<a class="o" href="\/logout">Log out<\/a>/);
    expect(outcome((await visit("scope asked for, for people", USER)).page)).toBe("200");
  });
});

describe("access by claims", () => {
  test.each([
    ["rules", "403 access_denied", "access_rules.all[0] (realm_access.roles)"],
    ["schema", "403 claims_refused", "claim_schema.properties.realm_access.properties.roles.contains"],
  ] as const)("%s: the boss passes, the user does not, with a token or a session, and the log says where", async (name, refusal, place) => {
    const programs = [name, `${name}, by introspection`] as const;
    for (const [person, expected] of [[BOSS, "200"], [USER, refusal]] as const) {
      const token = (await realm.password(person)).access_token;
      for (const program of programs) expect(await take(program, token)).toBe(expected);
      expect(outcome((await visit(`${name}, for people`, person)).page)).toBe(expected);
    }
    for (const program of programs) {
      const line = await gateways[program].logged(new RegExp(`.* ${program} .*${refusal.slice(4)}.*`));
      expect(line).toContain(place);
      expect(line).not.toMatch(/quickstart-user|member|staff/);
      expect(await take(program, "garbage")).toMatch(/^401 /);
    }
  });

  test("a missing claim opens no door: the service account of a manager has no group", async () => {
    const account = await realm.admin("GET", `/clients/${(await realm.client()).id}/service-account-user`);
    await realm.admin("POST", `/users/${account.id}/role-mappings/realm`, [await realm.admin("GET", "/roles/manager")]);
    const token = await realm.clientCredentials();
    expect(payload(token)).toMatchObject({ realm_access: { roles: expect.arrayContaining(["manager"]) } });
    expect([await take("rules", token), await take("schema", token)]).toEqual(["403 claim_missing", "200"]);
  });

  test("the refusal helps: a page with a way to log out for people, JSON for programs, no claim in either", async () => {
    const { page } = await visit("rules, for people", USER);
    expect(page.body).toMatch(/This account may not open this page[^]*<a class="o" href="\/logout">Log out<\/a>/);
    const answer = await gateways.rules.get("/", { token: (await realm.password(USER)).access_token });
    expect(answer.json()).toMatchObject({ error_description: "You are not allowed to do this.", code: "access_denied" });
    expect(page.body + answer.body).not.toMatch(/manager|bosses|realm_access/);
  });

  test.each([
    [{ claim_schema: { properties: { email: { pattern: "@example.com$" } } } }, /configuration: claim_schema\.properties\.email\.pattern: .*not supported/],
    [{ access_rules: { all: [{ claim: "groups", contain: "/bosses" }] } }, /configuration: access_rules\.all\[0\]\.contain: unknown attribute; did you mean contains\?/],
  ])("what would not be looked at is refused when Envoy starts: %j", async (rule, says) => {
    const refused = await startGateway(realm, () => ({ ...here, discovery: realm.discovery, bearer_only: true, use_jwks: true, ...rule }), { concurrency: 1 }).catch((error) => error);
    expect(refused).toBeInstanceOf(EnvoyDidNotStart);
    expect(refused.log).toMatch(says);
  });
});

test("claims in headers: the same for tokens by keys and by introspection and for sessions, and never what the client sent", async () => {
  const headers = Object.fromEntries(Object.values(HEADERS).map((name) => [name, "forged"]));
  const token = (await realm.password(USER)).access_token, { browser } = await visit("headers, for people", USER);
  const answers = [
    await gateways.headers.get("/", { token, headers }), await gateways["headers, by introspection"].get("/", { token, headers }),
    await browser.get(gateways["headers, for people"].url, "none", Object.entries(headers)),
  ];
  for (const { headers: shown } of answers.map((answer) => answer.json<Echo>())) {
    expect(shown).toMatchObject({ "x-user": USER.name, "x-groups": "/staff", "x-verified": "true" });
    expect(shown["x-roles"]!.split(",").sort()).toEqual([...payload(token).realm_access.roles].sort());
    expect(shown).not.toHaveProperty("x-nickname");
  }
});

async function take(name: Name, token?: string): Promise<string> { return outcome(await gateways[name].get("/", { token })); }

interface Visitor { browser: BrowserClient; page: RawResponse }

async function visit(name: Name, person: Person): Promise<Visitor> {
  const browser = new BrowserClient();
  return { browser, page: await keycloakLogin(browser, `${gateways[name].url}/page`, person) };
}

/** What is said once the token is no longer good. */
function ends(name: Name, token: string): Promise<string> {
  return until("the end of the token", 3 * SHORT_SEC * 1000, async () => {
    const answer = await take(name, token);
    return answer === "200" ? undefined : answer;
  });
}

async function expiry(token: string): Promise<void> {
  await until("the token's expiry", 3 * SHORT_SEC * 1000, async () => (Date.now() / 1000 >= payload(token).exp ? true : undefined));
}

function access(page: RawResponse): string { return page.json<Echo>().headers["x-access-token"]!; }

function outcome({ status, body }: RawResponse): string { return [status, /"code":"(\w+)"/.exec(body)?.[1] ?? /<code>\d+ (\w+)/.exec(body)?.[1] ?? ""].join(" ").trim(); }

/** Of a JWT: its payload, or another part. */
function payload(jwt: string, part = 1): Json { return JSON.parse(Buffer.from(jwt.split(".")[part]!, "base64url").toString()); }

function json64(value: object): string { return Buffer.from(JSON.stringify(value)).toString("base64url"); }

/** How often Keycloak was called by the gateways meanwhile. */
async function callsDuring(happens: () => Promise<unknown>): Promise<number> {
  const calls = async () => (await gateways["by keys"].stats(/^cluster\.keycloak\.upstream_rq_total$/))["cluster.keycloak.upstream_rq_total"]!;
  const before = await calls();
  await happens();
  return (await calls()) - before;
}
