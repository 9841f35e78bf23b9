// Random whole requests to a real Envoy: only admitted requests reach the upstream, with the identity that was admitted, and the VM survives.
// FUZZ_SEED repeats a run, FUZZ_SECONDS sets its length.

import { connect } from "node:net";
import { connect as connectHttp2 } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../cli/demo/ports";
import { Random } from "../host/host/random";
import { wrongWith, type Credential, type Rules, type SentRequest } from "./support/admitted";
import { BrowserClient } from "./support/browser-client";
import { bySession } from "./support/browser-world";
import { startEnvoy, type TestEnvoy, type TestEnvoyOptions } from "./support/envoy";
import { openHttp2, type Headers } from "./support/exchange";
import { asText, hostileRequest, ID, type HostileRequest, type Material } from "./support/hostile-requests";
import { getWith, request } from "./support/http";
import { startProvider, type TestProvider } from "./support/provider";
import { startRecorder, UPSTREAM_ROUTES, type Recorder } from "./support/recorder";
import { byIntrospection, passes, type Filter } from "./support/world";

const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000);
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 25);
const AT_ONCE = 32;
const FINDINGS_SHOWN = Number(process.env.FUZZ_SHOWN ?? 5);

type Listener = "browser" | "bare" | "form" | "opaque";
const LISTENERS: Listener[] = ["browser", "bare", "form", "opaque"];

const OF_BROWSER: Rules = { sessions: true, public: ["/pub", "/healthz"], denied: ["/deny"], bearerOnly: ["/api"], preflight: false };
const NONE: Rules = { sessions: true, public: [], denied: [], bearerOnly: [], preflight: false };
const RULES: Record<Listener, Rules> = { browser: OF_BROWSER, bare: OF_BROWSER, form: NONE, opaque: { ...NONE, sessions: false, preflight: true } };

let provider: TestProvider;
let recorder: Recorder;
let envoy: TestEnvoy;
let urls: Record<Listener, string>;
let material: Record<Listener, Material>;
let credentials: Credential[];
let ownCookies: string[];

beforeAll(async () => {
  const ports: number[] = [];
  for (let i = 0; i < LISTENERS.length; i++) ports.push(await freePort());
  urls = Object.fromEntries(LISTENERS.map((name, i) => [name, `http://localhost:${ports[i]}`])) as typeof urls;
  const redirectUris = [`${urls.browser}/callback`, `${urls.form.replace("http:", "https:")}/page/.apisix/redirect`];
  [provider, recorder] = await Promise.all([startProvider({ browser: { redirectUris } }), startRecorder()]);
  const rules = [
    { path_prefix: "/pub", mode: "public" }, { path: "/healthz", mode: "public" }, { path_prefix: "/deny", mode: "deny" }, { path_prefix: "/api", mode: "bearer" },
  ];
  const session = { secret: "a session secret of the tests, long enough", idling_timeout: 0 }, another = { ...session, secret: "another session secret of the tests" };
  const browser = bySession(provider, urls.browser, { session, rules, frontchannel_logout_path: "/frontchannel-logout", userinfo_path: "/userinfo", auth_accept_token_as: ["header", "query:access_token", "cookie:token"] });
  envoy = await startEnvoy({
    ports, logLevel: "warning", clusters: { ...recorder.clusters, idp: { port: Number(new URL(provider.issuer).port) } },
    listeners: [
      listener(browser),
      listener(browser, { normalize_path: false, merge_slashes: false, path_with_escaped_slashes_action: "KEEP_UNCHANGED" }),
      listener(bySession(provider, urls.form, { session: another, redirect_uri: undefined, response_mode: "form_post" })),
      listener(byIntrospection(provider, { allow_preflight: true, claim_headers: { sub: "x-user-id" } })),
    ],
  });
  await passes(urls.browser, await provider.mint());
  await gatherMaterial();
}, 60_000);

function listener(filter: Filter, manager: object = {}): NonNullable<TestEnvoyOptions["listeners"]>[number] {
  const connectionManager = { http_protocol_options: { enable_trailers: true }, use_remote_address: false, stream_error_on_invalid_http_message: true, upgrade_configs: [{ upgrade_type: "websocket" }], ...manager };
  return { filters: { oidc: filter }, routes: UPSTREAM_ROUTES, connectionManager };
}

/** Logs users in, and collects the parts of good and bad requests. */
async function gatherMaterial(): Promise<void> {
  const exp = Math.floor(Date.now() / 1000) + 3600 + 2 * SECONDS, https: Headers = [["x-forwarded-proto", "https"]];
  const dave = new BrowserClient(), erin = new BrowserClient();
  await dave.logIn(`${urls.browser}/page`, "dave");
  const page = await erin.settle(await erin.get(`${urls.form}/page`, "none", https));
  const form = await erin.settle(await erin.post(page.url, { login: "erin" }));
  const callback = `${urls.form}/page/.apisix/redirect`;
  await erin.post(callback, Object.fromEntries([...form.body.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value])), "cross-site", https);
  const anonymous = new BrowserClient(), begun = await anonymous.get(`${urls.browser}/page`); // a login under way
  const state = new URL(begun.one("location")!).searchParams.get("state")!;
  const [alice, bob, stranger, expired, carol] = await Promise.all([
    provider.mint({ claims: { sub: "alice", exp } }), provider.mint({ claims: { sub: "bob", exp }, alg: "ES256" }), provider.mint({ key: "stranger", claims: { exp } }),
    provider.mint({ claims: { exp: exp - 10_000 } }), provider.opaque({ sub: "carol", ttlSeconds: 3600 + 2 * SECONDS }),
  ]);
  const session = (client: BrowserClient) => client.cookies.filter(({ host, path }) => host === "localhost" && path === "/").sort((a, b) => b.value.length - a.value.length)[0]!;
  const ofDave = session(dave), ofErin = session(erin);
  credentials = [
    { who: "alice", kind: "bearer", secret: alice, goodAt: ["browser", "bare", "form"] }, { who: "bob", kind: "bearer", secret: bob, goodAt: ["browser", "bare", "form"] },
    { who: "carol", kind: "bearer", secret: carol, goodAt: ["opaque"] },
    { who: "dave", kind: "session", secret: ofDave.value, goodAt: ["browser", "bare"] }, { who: "erin", kind: "session", secret: ofErin.value, goodAt: ["form"] },
  ];
  ownCookies = [ofDave.name, ofErin.name];
  const tokens = [alice, bob, alice, bob, carol, carol, stranger, expired, `${Buffer.from('{"alg":"none"}').toString("base64url")}.${alice.split(".")[1]}.`, ofDave.value, "opaque"];
  const cookies = [
    `${ofDave.name}=${ofDave.value}`, `${ofDave.name}=${ofDave.value}`, `${ofErin.name}=${ofErin.value}`, `${ofErin.name}=${ofErin.value}`, `${ofDave.name}=${ofErin.value}`, `${ofErin.name}=${ofDave.value}`,
    anonymous.cookieHeader(`${urls.browser}/callback`), `token=${alice}`, `${ofDave.name}=1`, `${ofDave.name}_1=x; ${ofDave.name}=2AA`, `a=b; ${ofDave.name}_flow=3.1795893959`, "a=b; c",
  ];
  const answer = `code=guessed&state=${state}&iss=${encodeURIComponent(provider.issuer)}`;
  const forms = [answer, `logout_token=${expired}`, `logout_token=${alice}`, "a=b", "x".repeat(3000), "x".repeat(70_000), "GET /members HTTP/1.1\r\nHost: localhost\r\nx-fuzz-id: within a body\r\n\r\n"];
  // No /logout, because dave's and erin's sessions must last.
  const everywhere = ["/", "/members", "/members?a=b", "/page/.apisix/redirect", `/page/.apisix/redirect?${answer}`, "/.apisix/redirect", "*", "http://localhost/members"];
  const browser = [
    ...everywhere, "/pub", "/pub/a/b.css", "/pub/x", "/healthz", "/deny", "/deny/x", "/api/x", "/callback", `/callback?${answer}`, "/backchannel-logout", "/backchannel-logout", "http://localhost/pub/x",
    `/frontchannel-logout?iss=${encodeURIComponent(provider.issuer)}&sid=x`, "/userinfo", "/userinfo?a=b",
  ];
  const of = (paths: string[]): Material => ({ tokens, cookies, forms, paths });
  material = { browser: of(browser), bare: of(browser), form: of(everywhere), opaque: of([...everywhere, "/pub/x"]) };
}

test("duties 145, 146: only admitted requests reach the upstream, and only with the identity that was admitted", async () => {
  const sent = new Map<string, SentRequest>(), counts = new Map<string, number>(), findings: string[] = [];
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  const end = Date.now() + SECONDS * 1000;
  let connections = 0, seen = recorder.requests.length;
  const judgeNew = () => {
    for (; seen < recorder.requests.length; seen++) {
      const request = recorder.requests[seen]!, wrong = wrongWith(request, sent, RULES, credentials, ownCookies);
      count(wrong?.split(":")[0] ?? `forwarded: ${request.headers.find(([name]) => name.toLowerCase() === "x-user-id")?.[1] ?? "no identity"}`);
      if (wrong === undefined || findings.length >= FINDINGS_SHOWN) continue;
      const id = request.headers.find(([name]) => name.toLowerCase() === ID)?.[1] ?? "";
      findings.push(named(`${wrong}\n  sent to ${sent.get(id)?.listener}: ${JSON.stringify(sent.get(id)?.text)}\n  seen: ${JSON.stringify(request)}`));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (Date.now() < end) await talk(connections++, sent, count);
  }));
  await sleep(500);
  judgeNew();
  console.log([`FUZZ_SEED=${SEED}: ${sent.size} requests on ${connections} connections in ${SECONDS} s`, ...[...counts].sort().map(([what, n]) => `${String(n).padStart(8)} ${what}`)].join("\n"));
  expect({ seed: SEED, findings }).toEqual({ seed: SEED, findings: [] });
  // A run in which no request passes would prove nothing.
  expect(credentials.filter(({ who }) => !counts.has(`forwarded: ${who}`))).toEqual([]);
  expect(counts.get("forwarded: no identity")).toBeGreaterThan(0);
}, SECONDS * 1000 + 60_000);

test("afterwards the VM is alive, has never trapped, and decides as before", async () => {
  expect(envoy.logs()).not.toMatch(/internal error at|Function: .* failed|VM is in failed state|\[critical\]|backtrace/i);
  for (const { who, kind, secret, goodAt } of credentials) {
    const headers: Headers = kind === "bearer" ? [["Authorization", `Bearer ${secret}`]] : [["x-forwarded-proto", who === "erin" ? "https" : "http"], ["Cookie", `${ownCookies[who === "erin" ? 1 : 0]}=${secret}`]];
    for (const name of goodAt) expect([who, (await request(`${urls[name as Listener]}/members`, { headers: [...headers, [ID, "last"]] })).status]).toEqual([who, 200]);
  }
  for (const name of LISTENERS) expect((await getWith(`${urls[name]}/members`, "a.b.c")).status).toBe(401);
});

/** Replaces credentials, which are long and differ in each run, by the user's name. */
function named(text: string): string {
  return credentials.reduce((out, { who, secret }) => out.replaceAll(secret, `<${who}>`), text);
}

/** One connection with a few requests. All randomness comes from the seed and the connection's number. */
async function talk(number: number, sent: Map<string, SentRequest>, count: (what: string) => void): Promise<void> {
  const random = new Random((SEED * 1_000_003 + number) >>> 0), name = random.pick(LISTENERS);
  const requests = Array.from({ length: 1 + random.below(3) }, (_, i) => hostileRequest(random, `${number}.${i}`, material[name]));
  const protocol = random.chance(3) ? "HTTP/2" : "HTTP/1.1";
  for (const { traits } of requests) for (const trait of [`sent: ${protocol}`, ...traits.map((one) => `sent: ${one}`)]) count(trait);
  if (protocol === "HTTP/2") await overHttp2(random, name, requests, sent, count);
  else await overHttp1(random, name, requests, sent, count);
}

async function overHttp1(random: Random, listener: Listener, requests: HostileRequest[], sent: Map<string, SentRequest>, count: (what: string) => void): Promise<void> {
  const texts = requests.map((one) => asText(one, random));
  requests.forEach(({ id }, i) => sent.set(id, { listener, text: texts[i]! }));
  if (requests.length > 1) count("sent: pipelined");
  const socket = connect(Number(new URL(urls[listener]).port), "127.0.0.1");
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  let lastDataAt = Date.now(), answers = 0;
  socket.on("error", () => {}); // "close" follows
  socket.on("data", (chunk: Buffer) => {
    lastDataAt = Date.now();
    for (const [, status] of chunk.toString("latin1").matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
      count(`answered: ${status}`);
      if (status !== "100") answers++;
    }
  });
  const whole = Buffer.from(texts.join(""), "latin1");
  let at = 0;
  for (const cut of Array.from({ length: random.pick([0, 0, 1, 3]) }, () => random.below(whole.length)).sort((a, b) => a - b)) {
    socket.write(whole.subarray(at, cut));
    at = cut;
    await sleep(random.below(8));
  }
  if (random.chance(15)) {
    count("sent: cut off");
    await sleep(random.below(20));
    socket.resetAndDestroy();
  } else {
    socket.write(whole.subarray(at));
    lastDataAt = Date.now();
    while (answers < requests.length && Date.now() - lastDataAt < 250 && !socket.destroyed) await Promise.race([closed, sleep(10)]);
    socket.destroy();
  }
  await closed;
}

async function overHttp2(random: Random, listener: Listener, requests: HostileRequest[], sent: Map<string, SentRequest>, count: (what: string) => void): Promise<void> {
  const session = connectHttp2(urls[listener]);
  session.on("error", () => {}); // the streams report it too
  await Promise.all(requests.map(async ({ id, method, path, headers, framing, body, trailers }) => {
    sent.set(id, { listener, text: JSON.stringify([method, path, headers, body, trailers]) });
    const ends = framing === "none" ? "headers" : framing === "trailers" ? "trailers" : "data";
    const scheme = random.pick(["http", "https"]), patience = sleep(1000, { status: 0 }), reset = random.chance(15), pieces = random.chance(2) ? [body] : [body.slice(0, 5), body.slice(5)];
    const legal = headers.filter(([one]) => !["connection", "upgrade", "host"].includes(one.toLowerCase()));
    try {
      const exchange = openHttp2(urls[listener], { method, path, headers: legal, ends, scheme }, session);
      if (ends !== "headers") for (const piece of pieces) if (piece !== "") await Promise.race([exchange.data(piece), exchange.answer, patience]);
      if (reset) {
        count("sent: cut off");
        exchange.reset();
      } else if (ends === "trailers") exchange.trailers(trailers);
      else if (ends === "data") exchange.end();
      const { status } = await Promise.race([exchange.answer, patience]);
      if (!reset) count(`answered: ${status || "nothing"}`);
    } catch (error) {
      count(`refused by Node: ${(error as { code?: string }).code ?? String(error)}`);
    }
  }));
  session.destroy();
}
