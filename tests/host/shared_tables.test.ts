// What waiting requests cost a worker while the tables in shared data are full of other sessions' results.
import { randomBytes } from "node:crypto";
import { active, ask, open } from "./workers";
import { browse, Browser, code, copyOf, jump, logIn, openCall, through } from "./browser";
import type { Envoy } from "./host";
import type { StreamContext } from "./host/stream";

const SESSIONS = 40;
const LEASES = /^(envoy-oidc\/1\/leases\/[\w-]{16}\/)\d+$/;

/** Fills each bucket of the table with three results, of the largest sessions. What is in it stays. */
function fill(envoy: Envoy): void {
  const prefix = LEASES.exec(envoy.sharedData.keys.find((key) => LEASES.test(key))!)![1]!;
  for (let bucket = 0; bucket < 256; bucket++) {
    const results = Array.from({ length: 3 }, () => {
      const head = randomBytes(32);
      head.writeUInt16LE(bucket, 0);
      head.writeUInt32LE(1, 16);
      head.writeUInt32LE(40_000, 20);
      head.writeBigInt64LE(BigInt(envoy.nowMs + 300_000), 24);
      return Buffer.concat([head, Buffer.alloc(40_000)]);
    });
    const held = envoy.sharedData.get(prefix + bucket)?.value ?? Buffer.alloc(0);
    envoy.sharedData.set(prefix + bucket, Buffer.concat([...results, held]), 0);
  }
}

/** Sessions that wait for a refresh in both workers: the first makes the calls. */
function wait(): { envoy: Envoy; browsers: Browser[] } {
  const { envoy } = browse({}, { start: { workers: 2 } }), browsers = Array.from({ length: SESSIONS }, () => new Browser(envoy));
  for (const browser of browsers) logIn(browser);
  jump(envoy, 301);
  const requests = browsers.map((browser) => through(browser));
  fill(envoy);
  requests.push(...browsers.map((browser) => through(copyOf(browser, { worker: 1 }))));
  if (!requests.every(({ waiting }) => waiting)) throw new Error("a request does not wait");
  return { envoy, browsers };
}

/** How often buckets of refreshes are read during this. */
function reads(envoy: Envoy, during: () => void): number {
  const get = envoy.sharedData.get.bind(envoy.sharedData);
  let count = 0;
  envoy.sharedData.get = (key) => {
    if (LEASES.test(key)) count++;
    return get(key);
  };
  during();
  envoy.sharedData.get = get;
  return count;
}

/** Whether a worker needs so much more memory that the tables' contents, or results, must be in it: garbage until the next collection is less. */
function grows(envoy: Envoy, during: () => void): boolean[] {
  const sizes = (): number[] => envoy.vms.map(({ memory }) => memory.size), before = sizes();
  during();
  return sizes().map((size, i) => size - before[i]! > 2 << 20);
}

test("duty 141: requests that wait for a refresh take no memory on ticks, however large the results of other sessions are", () => {
  const { envoy } = wait();
  expect(grows(envoy, () => envoy.advance(1))).toEqual([false, false]);
});

test("duty 141: nor does a request with many sessions, for each of which they are read", () => {
  const { envoy } = browse(), browsers = Array.from({ length: SESSIONS }, () => new Browser(envoy));
  for (const browser of browsers) logIn(browser);
  jump(envoy, 301);
  for (const browser of browsers) {
    through(browser);
    openCall(envoy, "/token").json({ error: "invalid_grant" }, 400);
  }
  fill(envoy);
  const cookie = browsers.map((browser) => browser.cookiesFor("/api")).join("; ");
  let request!: StreamContext, count = 0;
  expect(grows(envoy, () => { count = reads(envoy, () => { request = envoy.get("/api", { cookie, accept: "*/*" }); }); })).toEqual([false]);
  expect([count >= SESSIONS, code(request.local)]).toEqual([true, "401 sign_in_needed"]);
});

test("a tick reads the refreshes that other workers make, and not this worker's own", () => {
  const { envoy } = wait();
  const [own, others] = envoy.vms.map(({ worker }) => reads(envoy, () => {
    envoy.nowMs += 50;
    envoy.plugins[0]!.roots[worker]!.tick();
  }));
  expect([own, others]).toEqual([0, SESSIONS]);
});

test("while a long queue of requests continues, every millisecond some, they are not read more often", () => {
  const { envoy, browsers } = wait(), call = openCall(envoy, "/token"), first = copyOf(browsers[0]!, { worker: 1 });
  const queue = Array.from({ length: 640 }, () => through(first));
  call.json({ error: "invalid_grant" }, 400);
  const count = reads(envoy, () => envoy.advance(0.1));
  expect(queue.some(({ waiting }) => waiting)).toBe(false);
  // The queue's own bucket is read twice for each of its requests.
  expect(count - 2 * queue.length).toBeLessThan(4 * SESSIONS);
});

test("an introspection result that may not be cached is judged once, not on each tick while another worker asks for the next one", () => {
  const envoy = open({}, 2), names = Array.from({ length: SESSIONS }, (_, i) => `opaque-${i}`);
  const answer = active({ exp: undefined, groups: Array.from({ length: 800 }, (_, i) => `group-${i}`) });
  for (const name of names) ask(envoy, 0, name);
  for (const call of [...envoy.callouts]) if (call.path === "/introspect") call.json(answer);
  for (const name of names) ask(envoy, 0, name);
  const waiting = names.map((name) => ask(envoy, 1, name));
  expect(grows(envoy, () => envoy.advance(1))).toEqual([false, false]);
  expect(waiting.every((request) => request.waiting)).toBe(true);
});
