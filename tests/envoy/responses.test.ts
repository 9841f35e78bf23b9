// A response that is slower than thousands of later requests, in a real Envoy.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type ClientHttp2Session } from "node:http2";
import { close, listenOn } from "../../cli/demo/ports";
import { BrowserClient } from "./support/browser-client";
import { startBrowserWorld, type BrowserWorld } from "./support/browser-world";
import { atEnd } from "./support/cleanup";
import { startEnvoy, until, type TestEnvoy } from "./support/envoy";
import { request } from "./support/http";
import { clusters, passes } from "./support/world";

/** More requests than the filter has records for, and how many of them at once. */
const OTHERS = 4_300, AT_ONCE = 32;

let world: BrowserWorld;
let envoy: TestEnvoy;
let session: string;
/** Answers that the upstream delays. */
const held: (() => void)[] = [];

/** Answers with a cookie of the session's name, and with headers that allow caches to store the answer. */
function plant(asked: IncomingMessage, response: ServerResponse): void {
  const answer = (): void => {
    if (asked.url!.startsWith("/plant")) response.writeHead(200, { "set-cookie": [`${session}=1PLANTED; Path=/`, "other=1"], "cache-control": "public, max-age=600" });
    response.end("{}");
  };
  if (asked.url!.includes("slow")) held.push(answer);
  else answer();
}

beforeAll(async () => {
  world = await startBrowserWorld({ filter: { auth_accept_token_as: ["header", "query:access_token"], rules: [{ path_prefix: "/open/", mode: "public" }] } });
  const upstream = createServer(plant), port = await listenOn(upstream, 0);
  atEnd(() => close(upstream));
  envoy = await startEnvoy({ clusters: { ...clusters(world), upstream: { port } }, filter: world.filter(), concurrency: 1 });
  await passes(envoy.url, await world.provider.mint());
  const browser = new BrowserClient();
  await browser.logIn(`${world.app}/page`);
  session = browser.cookieNames(`${world.app}/`).find((name) => /^oidc_.{8}$/.test(name))!;
});

async function flood(): Promise<void> {
  const client = connect(envoy.url);
  let left = OTHERS;
  const one = (session: ClientHttp2Session): Promise<void> => new Promise((resolve, reject) => {
    const stream = session.request({ ":path": "/open/x" });
    stream.on("error", reject).on("close", () => resolve()).resume();
    stream.end();
  });
  await Promise.all(Array.from({ length: AT_ONCE }, async () => { while (left-- > 0) await one(client); }));
  client.destroy();
}

test("duty 150: a slow response plants no session and is not stored, however many requests follow", async () => {
  const path = `/plant?access_token=${await world.provider.mint()}`;
  const protection = ({ status, all }: Awaited<ReturnType<typeof request>>): unknown => [status, all("set-cookie"), all("cache-control")];
  expect(protection(await request(envoy.url + path))).toEqual([200, ["other=1"], ["no-store"]]);
  const slow = request(`${envoy.url}${path}&slow`, { timeoutMs: 60_000 });
  await until("the upstream to have it", 5000, async () => (held.length > 0 ? true : undefined));
  await flood();
  held.forEach((answer) => answer());
  expect(protection(await slow)).toEqual([200, ["other=1"], ["no-store"]]);
  expect(envoy.logs()).not.toMatch(/internal error at|Function: .* failed|VM is in failed state/);
});
