// Requests that end in every way that HTTP allows, before and after each verdict that a request may wait for, in a real Envoy. The upstream sees
// nothing before the verdict, nothing at all after a refusal, and never an identity that the filter did not set.

import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../cli/demo/ports";
import { BROWSER_CLIENT } from "../../cli/demo/provider-clients";
import type { Endpoint, Fault } from "../../cli/demo/provider-front";
import { BrowserClient } from "./support/browser-client";
import { bySession } from "./support/browser-world";
import { ENDINGS } from "./support/endings";
import { startEnvoy, until, type TestEnvoy, type TestEnvoyOptions } from "./support/envoy";
import { open, PROTOCOLS, type Answer, type Headers, type Protocol } from "./support/exchange";
import { getWith } from "./support/http";
import { startProvider, type TestProvider } from "./support/provider";
import { startRecorder, towards, understood, UPSTREAM_ROUTES, type Recorded, type Recorder } from "./support/recorder";
import { byIntrospection, byKeys, passes, type Filter } from "./support/world";

const encoded = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString("base64");

/** Sent in the headers and in the trailers of every request. */
const FORGED: Headers = [
  ["x-userinfo", encoded({ sub: "admin" })], ["X_Userinfo", encoded({ sub: "admin" })], ["x-user-id", "admin"], ["x_user_id", "admin"], ["X.User-Id", "admin"],
  ["x-access-token", "forged"], ["x_access_token", "forged"], ["x-id-token", encoded({ sub: "admin" })], ["x-raw-id-token", "forged"], ["x-refresh-token", "forged"],
];
const IDENTITY = ["HTTP_X_USERINFO", "HTTP_X_USER_ID", "HTTP_X_ACCESS_TOKEN", "HTTP_X_ID_TOKEN", "HTTP_X_RAW_ID_TOKEN", "HTTP_X_REFRESH_TOKEN"];

const BODY = "seven lines of a body";
const WITH_WHOLE_BODY = ["data and its end", "data in many pieces", "data, then an empty end", "data, then trailers"];
/** The body that the upstream receives. */
const bodyOf = (ending: string, body: string): string => (WITH_WHOLE_BODY.includes(ending) ? body : "");

interface Way { protocol: Protocol; upstream: Protocol; ending: string; late: boolean }

/** `late`: everything after the headers is sent after the verdict. */
const ways = (times: boolean[] = [false, true]): Way[] => PROTOCOLS.flatMap((protocol) => PROTOCOLS.flatMap((upstream) =>
  Object.keys(ENDINGS).flatMap((ending) => times.filter((late) => !late || ENDINGS[ending].ends !== "headers").map((late) => ({ protocol, upstream, ending, late })))));

interface Kind {
  url: string;
  path?: string;
  method?: string;
  headers?: Headers;
  body?: string;
  scheme?: string;
  /** The user whose identity must reach the upstream ("" for none), or the status of the filter's own answer. */
  expected: { forwarded: string } | { answered: number };
  /** The request does not wait for a verdict. It may have reached the upstream before it is reset. */
  atOnce?: boolean;
}

interface Case { kind: Kind; way: Way }
interface Sent extends Case { id: string; answer: Promise<Answer>; finish(): Promise<void> }

let provider: TestProvider;
let recorder: Recorder;
let envoy: TestEnvoy;
let urls: Record<"keys" | "introspection" | "session" | "lasting" | "pass" | "form" | "suffix", string>;
/** Is logged in at the provider. */
let person: BrowserClient;
let ids = 0;

/** A session needs a refresh after this time. */
const ACCESS_TOKEN_SEC = 2;

const FORM: Headers = [["content-type", "application/x-www-form-urlencoded"]];
const HTTPS: Headers = [["x-forwarded-proto", "https"]];
const NAVIGATION: Headers = [["accept", "text/html"], ["sec-fetch-mode", "navigate"], ["sec-fetch-dest", "document"], ["sec-fetch-site", "cross-site"]];

const listener = (filter: Filter): NonNullable<TestEnvoyOptions["listeners"]>[number] =>
  ({ filters: { oidc: filter }, routes: UPSTREAM_ROUTES, connectionManager: { http_protocol_options: { enable_trailers: true }, use_remote_address: false } });
const clusters = (): TestEnvoyOptions["clusters"] => ({ ...recorder.clusters, idp: { port: Number(new URL(provider.issuer).port) } });
const keys = (changes: Filter = {}): Filter => byKeys(provider, { claim_headers: { sub: "x-user-id" }, timeout: 30, ...changes });

beforeAll(async () => {
  const ports: number[] = [];
  for (let i = 0; i < 7; i++) ports.push(await freePort());
  const [jwts, introspection, session, lasting, pass, form, suffix] = ports.map((port) => `http://localhost:${port}`);
  urls = { keys: jwts, introspection, session, lasting, pass, form, suffix };
  const https = (url: string) => url.replace("http:", "https:");
  const redirectUris = [`${session}/callback`, `${lasting}/callback`, `${https(form)}/callback`, `${https(suffix)}/page/.apisix/redirect`];
  [provider, recorder] = await Promise.all([startProvider({ browser: { redirectUris, backchannelLogoutUri: `${session}/backchannel-logout`, accessTokenSec: ACCESS_TOKEN_SEC } }), startRecorder()]);
  envoy = await startEnvoy({
    ports, clusters: clusters(),
    listeners: [
      listener(keys({ allow_preflight: true, rules: [{ path_prefix: "/public", mode: "public" }] })),
      listener(byIntrospection(provider, { claim_headers: { sub: "x-user-id" }, timeout: 30 })),
      listener(bySession(provider, session, { timeout: 30 })),
      listener(bySession(provider, lasting, { session_contents: { id_token: true } })),
      listener(bySession(provider, pass, { unauth_action: "pass" })),
      listener(bySession(provider, form, { redirect_uri: `${https(form)}/callback`, response_mode: "form_post", timeout: 30 })),
      listener(bySession(provider, suffix, { redirect_uri: undefined, response_mode: "form_post", timeout: 30 })),
    ],
  });
  await passes(urls.keys, await provider.mint());
  person = new BrowserClient();
  await person.logIn(`${lasting}/page`);
});

afterEach(async () => {
  await provider.reset();
  expect((await getWith(urls.keys, await provider.mint())).status).toBe(200);
  expect(envoy.logs()).not.toMatch(/internal error at|Function: .* failed|VM is in failed state|\[critical\]/);
});

const inEveryWay = (...kinds: Kind[]): Case[] => kinds.flatMap((kind) => ways().map((way) => ({ kind, way })));

/** The header x-case identifies the request at the upstream. */
function begin({ kind, way }: Case): Sent {
  const ending = ENDINGS[way.ending], id = `${++ids}`, body = kind.body ?? BODY;
  const exchange = open(way.protocol, kind.url, {
    method: kind.method ?? "POST", path: kind.path ?? "/members", scheme: kind.scheme, ends: ending.ends, length: ending.length ? body.length : undefined,
    headers: [...FORGED, ["x-case", id], towards(way.upstream), ...(kind.headers ?? [])],
  });
  const finish = async () => ending.go(exchange, body, [["x-checksum", "1"], ...FORGED]);
  return { kind, way, id, answer: exchange.answer, finish };
}

/** Begins all requests, holds the provider's answer until they wait for it, then releases it. */
async function wait(endpoint: Endpoint, cases: Case[], answer: Fault | null = null): Promise<Sent[]> {
  const before = (await provider.counts())[endpoint];
  await provider.fault(endpoint, { kind: "hold" });
  return release(endpoint, before, cases.map(begin), answer);
}

async function release(endpoint: Endpoint, before: number, sent: Sent[], answer: Fault | null = null): Promise<Sent[]> {
  await Promise.all(sent.filter(({ way }) => !way.late).map((one) => one.finish()));
  await until(`a call of ${endpoint}`, 10_000, async () => ((await provider.counts())[endpoint] > before ? true : undefined));
  await sleep(200); // time for a request that wrongly passes to reach the upstream
  expect(arrived(sent)).toEqual([]);
  await provider.fault(endpoint, answer);
  await Promise.all(sent.filter(({ way }) => way.late).map((one) => one.finish()));
  return sent;
}

const arrived = (sent: Sent[]): string[] => sent.filter(({ id }) => recorder.of("x-case", id).length > 0).map(describeCase);

const describeCase = ({ way, kind }: Sent): string => `${kind.method ?? "POST"} ${kind.path ?? "/members"} by ${way.protocol} to ${way.upstream}: ${way.ending}${way.late ? ", late" : ""}`;

/** Every difference from what is expected, as a sentence. */
async function problems(sent: Sent[]): Promise<string[]> {
  const answers = await Promise.all(sent.map(({ answer }) => answer));
  return sent.flatMap((one, i) => {
    const found = [...answerProblems(one, answers[i].status), ...upstreamProblems(one)];
    return found.length === 0 ? [] : [`${describeCase(one)}: ${found.join("; ")}`];
  });
}

function answerProblems({ way, kind }: Sent, status: number): string[] {
  if (ENDINGS[way.ending].reset) return [];
  const right = "answered" in kind.expected ? kind.expected.answered : 200;
  return status === right ? [] : [`answered ${status}, not ${right}`];
}

function upstreamProblems({ id, way, kind }: Sent): string[] {
  const seen = recorder.of("x-case", id), { ends, reset } = ENDINGS[way.ending];
  if ("answered" in kind.expected || (reset && !way.late && !kind.atOnce)) return seen.map((request) => `reached the upstream: ${request.method} ${request.path}`);
  if (reset && seen.length === 0) return [];
  if (seen.length !== 1) return [`reached the upstream ${seen.length} times`];
  const [request] = seen, found = identityProblems(request, kind.expected.forwarded);
  if (reset) return request.whole ? [...found, "was reset, but is complete for the upstream"] : found;
  const body = bodyOf(way.ending, kind.body ?? BODY);
  if (request.body !== body) found.push(`its body became ${JSON.stringify(request.body)}`);
  if (ends === "trailers" && understood(request).get("HTTP_X_CHECKSUM")?.join() !== "1") found.push("its trailer x-checksum is lost");
  return found;
}

function identityProblems(request: Recorded, who: string): string[] {
  const all = understood(request), found: string[] = [];
  for (const name of IDENTITY) {
    const values = all.get(name) ?? [];
    if (values.length > 1) found.push(`${name} is there ${values.length} times`);
    if (values.some((value) => isForged(value))) found.push(`${name} is forged`);
    if (who === "" && values.length > 0) found.push(`${name} is set, although there is no user`);
  }
  if (who !== "" && all.get("HTTP_X_USER_ID")?.join() !== who) found.push(`the upstream takes it for ${all.get("HTTP_X_USER_ID")?.join() ?? "nobody"}`);
  return found;
}

const isForged = (value: string): boolean => FORGED.some(([, forged]) => forged === value);

const bearer = (token: string): Headers => [["authorization", `Bearer ${token}`]];

/** A login up to the provider's answer: the browser, and the answer (a URL, or a page with a form), which it has not sent yet. */
async function loginUpToAnswer(app: string, headers: Headers = []): Promise<{ browser: BrowserClient; answer: string }> {
  const browser = new BrowserClient();
  browser.cookies = person.cookies.filter(({ host }) => host === "127.0.0.1");
  const back = await browser.follow(await browser.get(`${app}/page`, "none", headers));
  return { browser, answer: back.one("location") ?? back.body };
}

/** The request by which the provider's redirect delivers the code. */
async function withCode(): Promise<Kind> {
  const { browser, answer } = await loginUpToAnswer(urls.session), { pathname, search } = new URL(answer);
  return { url: urls.session, method: "GET", path: pathname + search, headers: [...NAVIGATION, ["cookie", browser.cookieHeader(answer)]], expected: { answered: 303 } };
}

/** The request by which the provider's form delivers the code. */
async function withForm(url: string): Promise<Kind> {
  const { browser, answer } = await loginUpToAnswer(url, HTTPS);
  const path = new URL(/action="([^"]+)"/.exec(answer)![1]).pathname;
  const fields = [...answer.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]): [string, string] => [name, value]);
  const cookie = browser.cookieHeader(url + path);
  return { url, path, scheme: "https", headers: [...NAVIGATION, ...FORM, ...HTTPS, ["cookie", cookie]], body: new URLSearchParams(fields).toString(), expected: { answered: 303 } };
}

describe("duty 145: nothing reaches the upstream before the verdict, and a refused request never does,", () => {
  test("while the provider's keys are fetched", async () => {
    const port = await freePort(), url = `http://localhost:${port}`, before = (await provider.counts()).jwks;
    await provider.fault("jwks", { kind: "hold" });
    await startEnvoy({ ports: [port], clusters: clusters(), listeners: [listener(keys())] });
    const [good, bad] = await Promise.all([provider.mint(), provider.mint({ key: "stranger" })]);
    const cases = inEveryWay({ url, headers: bearer(good), expected: { forwarded: "alice" } }, { url, headers: bearer(bad), expected: { answered: 401 } });
    expect(await problems(await release("jwks", before, cases.map(begin)))).toEqual([]);
  });

  test("while a token is introspected", async () => {
    const url = urls.introspection, good = await provider.opaque({ sub: "bob" });
    const cases = inEveryWay({ url, headers: bearer(good), expected: { forwarded: "bob" } }, { url, headers: bearer("no-such-token"), expected: { answered: 401 } });
    expect(await problems(await wait("introspection", cases))).toEqual([]);
  });

  test.each<[string, string, Fault | null, Kind["expected"]]>([
    ["while a session is refreshed", "bob", null, { forwarded: "bob" }],
    ["while the refresh of a session that the provider has ended is under way", "carol", { kind: "reply", status: 400, body: '{"error":"invalid_grant"}' }, { answered: 401 }],
  ])("%s", async (_, who, answer, expected) => {
    const browser = new BrowserClient();
    await browser.logIn(`${urls.session}/page`, who);
    await sleep(ACCESS_TOKEN_SEC * 1000 + 100);
    const cookie: Headers = [["cookie", browser.cookieHeader(`${urls.session}/members`)]];
    expect(await problems(await wait("token", inEveryWay({ url: urls.session, headers: cookie, expected }), answer))).toEqual([]);
  });

  test("while a code is exchanged", async () => {
    const cases = await Promise.all(ways().map(async (way): Promise<Case> => ({ way, kind: await withCode() })));
    expect(await problems(await wait("token", cases))).toEqual([]);
  });

  test.each(["form", "suffix"] as const)("while the provider's form arrives, and its code is exchanged (%s)", async (name) => {
    const cases = await Promise.all(ways([false]).map(async (way): Promise<Case> => {
      const kind = await withForm(urls[name]);
      return { way, kind: WITH_WHOLE_BODY.includes(way.ending) ? kind : { ...kind, expected: { answered: 400 } } };
    }));
    expect(await problems(await wait("token", cases))).toEqual([]);
  });

  test.each(["form", "suffix"] as const)("while a form arrives that is not the provider's (%s)", async (name) => {
    const kind = await withForm(urls[name]);
    const sent = ways([false]).map((way) => begin({ way, kind: { ...kind, body: "code=guessed&state=guessed", expected: { answered: 400 } } }));
    await Promise.all(sent.map((one) => one.finish()));
    expect(await problems(sent)).toEqual([]);
  });

  test.each([["a logout token", 200], ["something else", 400]])("while %s arrives", async (what, status) => {
    const sent = await Promise.all(ways([false]).map(async (way) => {
      const token = await logoutToken(), body = what === "a logout token" ? `logout_token=${token}` : "logout_token=a.b.c";
      return begin({ way, kind: { url: urls.session, path: "/backchannel-logout", headers: FORM, body, expected: { answered: WITH_WHOLE_BODY.includes(way.ending) ? status : 400 } } });
    }));
    await Promise.all(sent.map((one) => one.finish()));
    expect(await problems(sent)).toEqual([]);
  });
});

/** For a session that does not exist. */
function logoutToken(): Promise<string> {
  const claims = { aud: BROWSER_CLIENT.id, sid: "no-such-session", events: { "http://schemas.openid.net/event/backchannel-logout": {} }, scope: null, client_id: null };
  return provider.mint({ claims, header: { typ: "logout+jwt" } });
}

test("duty 146: a request that does not wait cannot bring an identity either, in headers or in trailers", async () => {
  const token = await provider.mint();
  await getWith(urls.keys, token);
  const preflight: Headers = [["origin", "https://app.example"], ["access-control-request-method", "POST"]];
  const cookie: Headers = [["cookie", person.cookieHeader(`${urls.lasting}/members`)]];
  const sent = inEveryWay(
    { atOnce: true, url: urls.keys, headers: bearer(token), expected: { forwarded: "alice" } },
    { atOnce: true, url: urls.keys, path: "/public/page", expected: { forwarded: "" } },
    { atOnce: true, url: urls.keys, method: "OPTIONS", headers: preflight, expected: { forwarded: "" } },
    { atOnce: true, url: urls.keys, headers: bearer(`${token}x`), expected: { answered: 401 } },
    { atOnce: true, url: urls.pass, expected: { forwarded: "" } },
    { atOnce: true, url: urls.lasting, headers: cookie, expected: { forwarded: "alice" } },
  ).map(begin);
  await Promise.all(sent.filter(({ way }) => !way.late).map((one) => one.finish()));
  await sleep(200);
  await Promise.all(sent.filter(({ way }) => way.late).map((one) => one.finish()));
  expect(await problems(sent)).toEqual([]);
});
