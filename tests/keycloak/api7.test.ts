// API7 Gateway's page on OAuth 2.0 and OIDC, with its own configuration: token validation, refresh at the gateway, access by scopes and claims, and
// claims as headers.

import { generateKeyPairSync, sign } from "node:crypto";
import { EnvoyDidNotStart } from "../../cli/demo/envoy-process";
import { BrowserClient } from "../envoy/support/browser-client";
import { until } from "../envoy/support/envoy";
import type { RawResponse } from "../envoy/support/http";
import { common, commonForBrowsers, startGateway, startGateways, type Echo, type Gateway } from "./support/gateway";
import { BOSS, CLIENT, keycloak, USER, type Json, type Person, type Realm } from "./support/keycloak";
import { keycloakLogin } from "./support/login";

const NAMES = [
  "the page's", "without a client", "by keys", "of another issuer", "short-lived", "short-lived, not refreshed",
  "scope", "scope, by introspection", "scope, for people", "scope asked for, for people",
  "rules", "rules, by introspection", "rules, for people", "schema", "schema, by introspection", "schema, for people",
  "headers", "headers, by introspection", "headers, for people",
] as const;
type Name = (typeof NAMES)[number];

/** A client, and the lifetime of its access tokens. */
const SHORT = "short-lived", SHORT_SEC = 4;
const ELSEWHERE = "http://elsewhere.example";

/** Admits managers in the group /bosses, but no member of /staff. */
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
  // The page's configuration, with the settings that every test needs.
  const page = { ...common, ...client, ...discovery, scope: "openid profile email", bearer_only: true };
  const keys = { ...common, ...discovery, bearer_only: true, use_jwks: true };
  const people = { ...commonForBrowsers, ...client, ...discovery };
  const short = { ...people, client_id: SHORT };
  gateways = await startGateways<Name>(realm, {
    "the page's": () => page,
    "without a client": () => ({ ...common, ...discovery, bearer_only: true }),
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
  test("with the page's own configuration a token is introspected once, and the log names the setting that bearer tokens do not use", async () => {
    expect(await outcomeAt("the page's")).toBe("401 no_token");
    const token = await realm.clientCredentials();
    expect(await callsDuring(async () => {
      for (let i = 0; i < 3; i++) expect(await outcomeAt("the page's", token)).toBe("200");
    })).toBe(1);
    await gateways["the page's"].logged(/configuration: not used by bearer tokens: scope\n/);
  });

  test.each(["without a client", "by keys"] as const)("%s: the keys are found by discovery, and no token causes a call", async (name) => {
    const token = await realm.clientCredentials();
    expect(await callsDuring(async () => expect(await outcomeAt(name, token)).toBe("200"))).toBe(0);
    expect(payload((await gateways[name].get("/", { token })).json<Echo>().headers["x-access-token"]!).iss).toBe(realm.issuer);
  });

  test("an invalid signature is refused, by the filter and by introspection", async () => {
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
      expect([await outcomeAt("by keys", attempt), await outcomeAt("without a client", attempt), await outcomeAt("the page's", attempt)]).toEqual([code, code, "401 inactive"]);
    }
    // The first request fetches Keycloak's keys again. For the next 30 s another unknown key is not looked up.
    const unknownKey = signed({ ...payload(token, 0), kid: "unknown" });
    expect([await outcomeAt("by keys", unknownKey), await outcomeAt("without a client", unknownKey), await outcomeAt("the page's", unknownKey)]).toEqual(["401 unknown_key", "503 provider_not_ready", "401 inactive"]);
  });

  test("a token passes until it expires, cached or not, and no longer", async () => {
    const token = await realm.clientCredentials({ client_id: SHORT });
    expect([await outcomeAt("by keys", token), await outcomeAt("the page's", token)]).toEqual(["200", "200"]);
    expect(await firstRefusal("by keys", token)).toBe("401 expired");
    expect(Date.now() / 1000).toBeGreaterThanOrEqual(payload(token).exp);
    expect(await outcomeAt("without a client", token)).toBe("401 expired");
    // For Keycloak a token is still active in the second in which it expires.
    expect(await firstRefusal("the page's", token)).toMatch(/^401 (inactive|expired)$/);
  });

  test("a token of the same keys with another issuer is refused, unless valid_issuers names that issuer", async () => {
    const own = await realm.clientCredentials();
    await realm.admin("PUT", "", { attributes: { frontendUrl: ELSEWHERE } });
    try {
      const other = await realm.clientCredentials();
      expect(payload(other).iss).toBe(realm.issuer.replace(realm.keycloak.url, ELSEWHERE));
      // Keycloak's introspection accepts it, because it is Keycloak's own issuer at the moment.
      for (const name of ["by keys", "without a client", "the page's"] as const) expect(await outcomeAt(name, other)).toBe("401 wrong_issuer");
      expect([await outcomeAt("of another issuer", other), await outcomeAt("of another issuer", own)]).toEqual(["200", "401 wrong_issuer"]);
    } finally {
      await realm.admin("PUT", "", { attributes: { frontendUrl: "" } });
    }
  });
});

describe("refresh at the gateway", () => {
  let user: LoggedIn, boss: LoggedIn, notRefreshed: LoggedIn;

  beforeAll(async () => {
    [user, boss, notRefreshed] = await Promise.all([logInAt("short-lived", USER), logInAt("short-lived", BOSS), logInAt("short-lived, not refreshed", USER)]);
    await realm.endSessions(BOSS.name);
    for (const { page } of [user, boss, notRefreshed]) await expiry(access(page));
  });

  test("an expired access token is refreshed, with one call for any number of tabs", async () => {
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

  test("a user whose session has ended at Keycloak has to log in again; a script gets 401", async () => {
    expect(outcome(await boss.browser.fetch(gateways["short-lived"].url))).toBe("401 sign_in_needed");
    const again = await boss.browser.get(gateways["short-lived"].url);
    expect([again.status, again.one("location")]).toEqual([302, expect.stringContaining(`${realm.issuer}/protocol/openid-connect/auth?`)]);
  });

  test("without refresh a session continues without its access token", async () => {
    const page = await notRefreshed.browser.get(gateways["short-lived, not refreshed"].url);
    expect(outcome(page)).toBe("200");
    expect(Object.keys(page.json<Echo>().headers).map((name) => name.toLowerCase())).not.toContain("x-access-token");
  });
});

describe("access by scopes", () => {
  test.each(["scope", "scope, by introspection"] as const)("%s: a token without one of the scopes gets 403, which names the required scopes", async (name) => {
    expect(await outcomeAt(name, await realm.clientCredentials({ scope: "phone address" }))).toBe("200");
    for (const lacking of [{}, { scope: "phone" }] as Record<string, string>[]) {
      const response = await gateways[name].get("/", { token: await realm.clientCredentials(lacking) });
      expect(outcome(response)).toBe("403 insufficient_scope");
      expect(response.one("www-authenticate")).toMatch(/error="insufficient_scope".*scope="phone address"/);
    }
    expect(await outcomeAt(name, "garbage")).toMatch(/^401 /);
  });

  test("a user without them gets a page that says so, with a link to log out; if the login requests the scope, the user passes", async () => {
    const { page } = await logInAt("scope, for people", USER);
    expect(outcome(page)).toBe("403 insufficient_scope");
    expect(page.body).toMatch(/<a class="o" href="\/logout">Log out<\/a>/);
    expect(outcome((await logInAt("scope asked for, for people", USER)).page)).toBe("200");
  });
});

describe("access by claims", () => {
  test.each([
    ["rules", "403 access_denied", "access_rules.all[0] (realm_access.roles)"],
    ["schema", "403 claims_refused", "claim_schema.properties.realm_access.properties.roles.contains"],
  ] as const)("%s: the boss passes and the user does not, with a token or a session, and the log names the rule", async (name, refusal, place) => {
    const programs = [name, `${name}, by introspection`] as const;
    for (const [person, expected] of [[BOSS, "200"], [USER, refusal]] as const) {
      const token = (await realm.password(person)).access_token;
      for (const program of programs) expect(await outcomeAt(program, token)).toBe(expected);
      expect(outcome((await logInAt(`${name}, for people`, person)).page)).toBe(expected);
    }
    for (const program of programs) {
      const line = await gateways[program].logged(new RegExp(`.* ${program} .*${refusal.slice(4)}.*`));
      expect(line).toContain(place);
      expect(line).not.toMatch(/quickstart-user|member|staff/);
      expect(await outcomeAt(program, "garbage")).toMatch(/^401 /);
    }
  });

  test("a missing claim does not satisfy a rule: a service account with the role manager has no group", async () => {
    const account = await realm.admin("GET", `/clients/${(await realm.client()).id}/service-account-user`);
    await realm.admin("POST", `/users/${account.id}/role-mappings/realm`, [await realm.admin("GET", "/roles/manager")]);
    const token = await realm.clientCredentials();
    expect(payload(token)).toMatchObject({ realm_access: { roles: expect.arrayContaining(["manager"]) } });
    expect([await outcomeAt("rules", token), await outcomeAt("schema", token)]).toEqual(["403 claim_missing", "200"]);
  });

  test("a refusal is a page with a link to log out for users, and JSON for programs, and neither contains a claim", async () => {
    const { page } = await logInAt("rules, for people", USER);
    expect(page.body).toMatch(/This account may not open this page[^]*<a class="o" href="\/logout">Log out<\/a>/);
    const answer = await gateways.rules.get("/", { token: (await realm.password(USER)).access_token });
    expect(answer.json()).toMatchObject({ error_description: "You are not allowed to do this.", code: "access_denied" });
    expect(page.body + answer.body).not.toMatch(/manager|bosses|realm_access/);
  });

  test.each([
    [{ claim_schema: { properties: { email: { pattern: "@example.com$" } } } }, /configuration: claim_schema\.properties\.email\.pattern: .*not supported/],
    [{ access_rules: { all: [{ claim: "groups", contain: "/bosses" }] } }, /configuration: access_rules\.all\[0\]\.contain: unknown attribute; did you mean contains\?/],
  ])("a condition that the filter would not check is refused when Envoy starts: %j", async (rule, message) => {
    const refused = await startGateway(realm, () => ({ ...common, discovery: realm.discovery, bearer_only: true, use_jwks: true, ...rule }), { concurrency: 1 }).catch((error) => error);
    expect(refused).toBeInstanceOf(EnvoyDidNotStart);
    expect(refused.log).toMatch(message);
  });
});

test("claims as headers are the same for verified tokens, introspected tokens and sessions, and never the client's own", async () => {
  const headers = Object.fromEntries(Object.values(HEADERS).map((name) => [name, "forged"]));
  const token = (await realm.password(USER)).access_token, { browser } = await logInAt("headers, for people", USER);
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

async function outcomeAt(name: Name, token?: string): Promise<string> { return outcome(await gateways[name].get("/", { token })); }

interface LoggedIn { browser: BrowserClient; page: RawResponse }

async function logInAt(name: Name, person: Person): Promise<LoggedIn> {
  const browser = new BrowserClient();
  return { browser, page: await keycloakLogin(browser, `${gateways[name].url}/page`, person) };
}

/** The first answer other than 200 to the token. */
function firstRefusal(name: Name, token: string): Promise<string> {
  return until("the end of the token", 3 * SHORT_SEC * 1000, async () => {
    const answer = await outcomeAt(name, token);
    return answer === "200" ? undefined : answer;
  });
}

async function expiry(token: string): Promise<void> {
  await until("the token's expiry", 3 * SHORT_SEC * 1000, async () => (Date.now() / 1000 >= payload(token).exp ? true : undefined));
}

function access(page: RawResponse): string { return page.json<Echo>().headers["x-access-token"]!; }

function outcome({ status, body }: RawResponse): string { return [status, /"code":"(\w+)"/.exec(body)?.[1] ?? /<code>\d+ (\w+)/.exec(body)?.[1] ?? ""].join(" ").trim(); }

/** The payload of a JWT, or another part. */
function payload(jwt: string, part = 1): Json { return JSON.parse(Buffer.from(jwt.split(".")[part]!, "base64url").toString()); }

function json64(value: object): string { return Buffer.from(JSON.stringify(value)).toString("base64url"); }

/** The number of calls to Keycloak during `action`. */
async function callsDuring(action: () => Promise<unknown>): Promise<number> {
  const calls = async () => (await gateways["by keys"].stats(/^cluster\.keycloak\.upstream_rq_total$/))["cluster.keycloak.upstream_rq_total"]!;
  const before = await calls();
  await action();
  return (await calls()) - before;
}
