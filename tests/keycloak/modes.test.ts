// Apache APISIX 2.14: the three modes of operation in every combination that its page names, the identity headers that each can set, and the caching of
// results.

import { BrowserClient } from "../envoy/support/browser-client";
import { until } from "../envoy/support/envoy";
import type { RawResponse } from "../envoy/support/http";
import { common, commonForBrowsers, startGateways, type Echo, type Gateway } from "./support/gateway";
import { BOSS, CLIENT, keycloak, USER, type Json, type Realm } from "./support/keycloak";
import { keycloakLogin } from "./support/login";

type Name = (typeof NAMES)[number];
const NAMES = [
  "1: bearer_only, introspection_endpoint", "1: bearer_only, public_key", "1: bearer_only, both", "2: neither",
  "3: introspection_endpoint", "3: public_key", "3: both",
  "in Authorization", "tokens in Authorization", "only the token", "use_jwks", "use_jwks, no JWT cache",
  "introspection, no JWT cache", "X-Access-Token as well",
] as const;
/** A client, and the lifetime of its access tokens. */
const SHORT = "short-lived", SHORT_SEC = 6;

let realm: Realm;
let gateways: Record<Name, Gateway>;
/** Logged in as USER at every gateway: all have the same client and session secret, and cookies ignore ports. */
let person: BrowserClient;
let token: string;
let tampered: string;
let ended: string;

beforeAll(async () => {
  realm = await keycloak().realm("modes", ({ clients }) => {
    clients.push({ ...clients[0], clientId: SHORT, attributes: { ...clients[0].attributes, "access.token.lifespan": String(SHORT_SEC) } });
  });
  // The page's examples. There the PEM is in one line.
  const client = { client_id: CLIENT.id, client_secret: CLIENT.secret, discovery: realm.discovery, realm: "master" };
  const introspection = { introspection_endpoint: realm.introspectionEndpoint, introspection_endpoint_auth_method: "client_secret_basic" };
  const key = { token_signing_alg_values_expected: "RS256", public_key: (await realm.publicKey()).replaceAll("\n", "        ") };
  const programs = { ...common, ...client, bearer_only: true }, people = { ...commonForBrowsers, ...client, bearer_only: false };
  gateways = await startGateways(realm, {
    "1: bearer_only, introspection_endpoint": () => ({ ...programs, ...introspection }),
    "1: bearer_only, public_key": () => ({ ...programs, ...key }),
    "1: bearer_only, both": () => ({ ...programs, ...introspection, ...key }),
    "2: neither": () => people,
    "3: introspection_endpoint": () => ({ ...people, ...introspection }),
    "3: public_key": () => ({ ...people, ...key }),
    "3: both": () => ({ ...people, ...introspection, ...key }),
    "in Authorization": () => ({ ...people, access_token_in_authorization_header: true }),
    "tokens in Authorization": () => ({ ...programs, ...key, access_token_in_authorization_header: true }),
    "only the token": () => ({ ...programs, ...key, set_userinfo_header: false }),
    "use_jwks": () => ({ ...programs, use_jwks: true }),
    "use_jwks, no JWT cache": () => ({ ...programs, use_jwks: true, jwt_verification_cache_ignore: true }),
    "introspection, no JWT cache": () => ({ ...programs, ...introspection, jwt_verification_cache_ignore: true }),
    "X-Access-Token as well": () => ({ ...programs, ...key, auth_accept_token_as: ["header", "header:X-Access-Token"] }),
  }, { concurrency: 1 });
  person = new BrowserClient();
  await keycloakLogin(person, `${gateways["2: neither"].url}/page`);
  ended = (await realm.password(BOSS)).access_token;
  await realm.endSessions(BOSS.name);
  token = (await realm.password(BOSS)).access_token;
  tampered = token.replace(/\.[^.]+\./, `.${Buffer.from(JSON.stringify({ ...payload(token), preferred_username: "root" })).toString("base64url")}.`);
});

describe("the outcome of a request", () => {
  // No token, from a browser; no token, from a program; a token; a tampered token; a token whose session has ended.
  test.each<[Name, string, string, string, string, string]>([
    ["1: bearer_only, introspection_endpoint", "401 no_token", "401 no_token", "200", "401 inactive", "401 inactive"],
    ["1: bearer_only, public_key", "401 no_token", "401 no_token", "200", "401 bad_signature", "200"],
    ["1: bearer_only, both", "401 no_token", "401 no_token", "200", "401 bad_signature", "200"],
    ["2: neither", "302", "401 sign_in_needed", "200", "401 inactive", "401 inactive"],
    ["3: introspection_endpoint", "302", "401 sign_in_needed", "200", "401 inactive", "401 inactive"],
    ["3: public_key", "302", "401 sign_in_needed", "200", "401 bad_signature", "200"],
    ["3: both", "302", "401 sign_in_needed", "200", "401 bad_signature", "200"],
  ])("mode %s", async (name, ...expected) => {
    const { url, get, arrived } = gateways[name], before = await arrived();
    const page = (bearer: string) => new BrowserClient().get(url, "none", authorization(bearer));
    const answers = [await new BrowserClient().get(url), await get("/"), await page(token), await page(tampered), await page(ended)];
    expect(answers.map(outcome)).toEqual(expected);
    expect(await arrived() - before).toBe(answers.filter(({ status }) => status === 200).length);
    for (const answer of answers) {
      if (answer.status === 302) expect(answer.one("location")).toContain(`${realm.issuer}/protocol/openid-connect/auth?`);
      if (answer.status === 401) expect(answer.one("www-authenticate")).toMatch(/^Bearer realm="master"/);
    }
  });

  test.each<[Name, string, string]>([
    ["1: bearer_only, introspection_endpoint", "401 no_token", "401 inactive"],
    ["1: bearer_only, public_key", "401 no_token", "401 bad_signature"],
    ["2: neither", "200", "401 inactive"],
    ["3: introspection_endpoint", "200", "401 inactive"],
    ["3: public_key", "200", "401 bad_signature"],
    ["3: both", "200", "401 bad_signature"],
  ])("mode %s, with a session: a token takes precedence over it, even an invalid token", async (name, alone, withTampered) => {
    expect(outcome(await person.get(gateways[name].url))).toBe(alone);
    expect(outcome(await person.get(gateways[name].url, "none", authorization(tampered)))).toBe(withTampered);
    const other = await person.get(gateways[name].url, "none", authorization(token));
    expect(userinfo(other)).toMatchObject({ preferred_username: BOSS.name });
    expect(shown(other)).not.toContain("x-id-token");
  });

  test("a public key takes precedence over introspection: Keycloak is not called", async () => {
    for (const name of ["1: bearer_only, both", "3: both"] as const) {
      const fresh = await realm.clientCredentials();
      expect(await callsDuring(name, () => gateways[name].get("/", { token: fresh }))).toBe(0);
    }
  });
});

describe("the three headers", () => {
  const forged = Object.fromEntries(["X-Access-Token", "X-ID-Token", "X-Userinfo", "X_Userinfo", "x-id-token"].map((name) => [name, "forged"]));

  test("by introspection: the token, and Keycloak's answer, but no ID Token", async () => {
    for (const name of ["1: bearer_only, introspection_endpoint", "3: introspection_endpoint", "2: neither"] as const) {
      const response = await gateways[name].get("/", { token, headers: forged });
      expect(shown(response)).toEqual(["authorization", "x-access-token", "x-userinfo"]);
      expect(header(response, "x-access-token")).toBe(token);
      expect(userinfo(response)).toMatchObject({ active: true, client_id: CLIENT.id, username: BOSS.name, sub: payload(token).sub });
    }
  });

  test("by a public key: the token, and its claims, but no ID Token", async () => {
    for (const name of ["1: bearer_only, public_key", "1: bearer_only, both", "3: public_key", "3: both"] as const) {
      const response = await gateways[name].get("/", { token, headers: forged });
      expect(shown(response)).toEqual(["authorization", "x-access-token", "x-userinfo"]);
      expect(header(response, "x-access-token")).toBe(token);
      expect(userinfo(response)).toEqual(payload(token));
    }
    expect(shown(await gateways["only the token"].get("/", { token, headers: forged }))).toEqual(["authorization", "x-access-token"]);
  });

  test("with a session: the token, the ID Token's claims, and the UserInfo response, however bearer tokens are verified", async () => {
    for (const name of ["2: neither", "3: introspection_endpoint", "3: public_key", "3: both"] as const) {
      const response = await person.get(gateways[name].url, "none", Object.entries(forged));
      expect(shown(response)).toEqual(["x-access-token", "x-id-token", "x-userinfo"]);
      const access = header(response, "x-access-token"), idToken = decoded(header(response, "x-id-token"));
      expect(payload(access)).toMatchObject({ iss: realm.issuer, typ: "Bearer", preferred_username: USER.name });
      expect(idToken).toMatchObject({ iss: realm.issuer, typ: "ID", aud: CLIENT.id, preferred_username: USER.name, nonce: expect.any(String) });
      const answer = await fetch(`${realm.issuer}/protocol/openid-connect/userinfo`, { headers: { authorization: `Bearer ${access}` } });
      expect(userinfo(response)).toEqual(await answer.json());
    }
  });

  test("access_token_in_authorization_header: the token is in Authorization instead, and replaces the client's own", async () => {
    const loggedIn = await person.get(gateways["in Authorization"].url, "none", Object.entries(forged));
    expect(shown(loggedIn)).toEqual(["authorization", "x-id-token", "x-userinfo"]);
    expect(payload(header(loggedIn, "authorization").replace(/^Bearer /, ""))).toMatchObject({ typ: "Bearer", preferred_username: USER.name });
    const program = await gateways["tokens in Authorization"].get("/", { token, headers: forged });
    expect(shown(program)).toEqual(["authorization", "x-userinfo"]);
    expect(header(program, "authorization")).toBe(`Bearer ${token}`);
  });
});

test("a token in X-Access-Token is ignored, unless the configuration allows it", async () => {
  const get = async (name: Name) => outcome(await gateways[name].get("/", { headers: { "X-Access-Token": token } }));
  expect([await get("1: bearer_only, public_key"), await get("X-Access-Token as well")]).toEqual(["401 no_token", "200"]);
});

describe("caching", () => {
  test("an introspection result is cached until the token expires, even if the session ends earlier", async () => {
    const gateway = gateways["1: bearer_only, introspection_endpoint"], name = "1: bearer_only, introspection_endpoint";
    const short = (await realm.password(BOSS, { client_id: SHORT })).access_token;
    const ask = async () => outcome(await gateway.get("/", { token: short }));
    expect(await callsDuring(name, async () => {
      for (let i = 0; i < 5; i++) expect(await ask()).toBe("200");
      await realm.endSessions(BOSS.name);
      for (let i = 0; i < 5; i++) expect(await ask()).toBe("200");
    })).toBe(1);
    let end = "";
    expect(await callsDuring(name, async () => {
      end = await until("the end of the token", 2 * SHORT_SEC * 1000, async () => { const answer = await ask(); return answer === "200" ? undefined : answer; });
    })).toBe(1);
    // For Keycloak a token is still active in the second in which it expires.
    expect(end).toMatch(/^401 (inactive|expired)$/);
    expect(await callsDuring(name, async () => expect(await ask()).toBe(end))).toBe(0);
  });

  test("many requests at once with one new token cause one call", async () => {
    const name = "3: introspection_endpoint", fresh = await realm.clientCredentials();
    const answers: RawResponse[] = [];
    expect(await callsDuring(name, async () => answers.push(...await Promise.all(Array.from({ length: 20 }, () => gateways[name].get("/", { token: fresh })))))).toBe(1);
    expect(answers.map(outcome)).toEqual(Array(20).fill("200"));
  });

  test("introspection results are cached even if verified JWTs are not", async () => {
    const name = "introspection, no JWT cache", fresh = await realm.clientCredentials();
    expect(await callsDuring(name, async () => {
      for (let i = 0; i < 5; i++) expect(outcome(await gateways[name].get("/", { token: fresh }))).toBe("200");
    })).toBe(1);
  });

  // This test is the last one, because it changes the realm's key.
  test("a verified JWT causes no call, and is cached only while its key is valid; a key in the configuration stays valid", async () => {
    const names = ["use_jwks", "use_jwks, no JWT cache", "1: bearer_only, public_key"] as const;
    const outcomes = (bearer: string) => Promise.all(names.map(async (name) => outcome(await gateways[name].get("/", { token: bearer }))));
    const old = await realm.clientCredentials(), [oldKey] = await realm.keyComponents();
    expect(await callsDuring("use_jwks", async () => {
      for (let i = 0; i < 3; i++) expect(await outcomes(old)).toEqual(["200", "200", "200"]);
    })).toBe(0);
    await realm.addKey();
    await realm.admin("DELETE", `/components/${oldKey}`);
    expect(await outcomes(await realm.clientCredentials())).toEqual(["200", "200", "401 bad_signature"]);
    expect(await outcomes(old)).toEqual(["401 unknown_key", "401 unknown_key", "200"]);
  });
});

function authorization(bearer?: string): [string, string][] { return bearer === undefined ? [] : [["Authorization", `Bearer ${bearer}`]]; }

function outcome({ status, body }: RawResponse): string { return [status, /"code":"(\w+)"/.exec(body)?.[1] ?? /<code>\d+ (\w+)/.exec(body)?.[1] ?? ""].join(" ").trim(); }

function header(response: RawResponse, name: string): string { return response.json<Echo>().headers[name]!; }

/** The JSON in standard base64 with padding. */
function decoded(text: string): Json {
  expect(text).toMatch(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
  return JSON.parse(Buffer.from(text, "base64").toString());
}

function userinfo(response: RawResponse): Json { return decoded(header(response, "x-userinfo")); }

function payload(jwt: string): Json { return JSON.parse(Buffer.from(jwt.split(".")[1]!, "base64url").toString()); }

/** The identity headers that reached the upstream, in any spelling. */
function shown(response: RawResponse): string[] {
  return Object.keys(response.json<Echo>().headers).filter((name) => /^(authorization|x[-_](access[-_]token|id[-_]token|userinfo))$/.test(name));
}

/** The number of calls to Keycloak during `action`. Metadata and keys were fetched before. */
async function callsDuring(name: Name, action: () => Promise<unknown>): Promise<number> {
  const calls = async () => (await gateways[name].stats(/^cluster\.keycloak\.upstream_rq_total$/))["cluster.keycloak.upstream_rq_total"]!;
  const before = await calls();
  await action();
  return (await calls()) - before;
}
