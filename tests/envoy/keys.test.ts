// The provider's keys in a real Envoy: they are fetched before requests need them, rotated under traffic, and used through an outage.

import { setTimeout as sleep } from "node:timers/promises";
import { startEnvoy, until } from "./support/envoy";
import { getWith } from "./support/http";
import { startProvider } from "./support/provider";
import { startUpstream } from "./support/upstream";
import { byKeys, clusters, passes, refused, startWorld } from "./support/world";

test("two workers and two configurations make one discovery call and one JWKS call", async () => {
  const { provider, envoy } = await startWorld(({ provider }) => ({
    concurrency: 2,
    listeners: [
      { filters: { oidc: byKeys(provider) } },
      { filters: { oidc: byKeys(provider, { required_scopes: ["admin"], realm: "second" }) } },
    ],
  }));
  const token = await provider.mint();
  for (let i = 0; i < 20; i++) {
    expect((await getWith(envoy.urls[0]!, token)).status).toBe(200);
    expect(refused(await getWith(envoy.urls[1]!, token))).toBe("403 insufficient_scope");
  }
  expect(await provider.counts()).toMatchObject({ discovery: 1, jwks: 1, introspection: 0 });
});

test("no valid token is refused while keys are rotated under traffic", async () => {
  const { provider, envoy } = await startWorld(({ provider }) => ({ concurrency: 2, filter: byKeys(provider) }));
  const old = await provider.mint();
  let running = true, sent = 0;
  const answers = new Set<number>();
  const traffic = Promise.all(Array.from({ length: 8 }, async () => {
    for (; running; sent++) answers.add((await getWith(envoy.url, old)).status);
  }));
  await sleep(31_000); // the cooldown after the first fetch is over
  await provider.rotateKeys({ keepPrevious: true });
  const fresh = await provider.mint();
  const first = await Promise.all(Array.from({ length: 20 }, () => getWith(envoy.url, fresh)));
  expect(first.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  running = false;
  await traffic;
  expect([...answers]).toEqual([200]);
  expect(sent).toBeGreaterThan(100);
  expect((await provider.counts()).jwks).toBe(2);
}, 60_000);

test("duty 47: a flood of tokens with unknown key ids does not cause a flood of calls", async () => {
  const { provider, envoy } = await startWorld(({ provider }) => ({ concurrency: 2, filter: byKeys(provider) }));
  const tokens = await Promise.all(Array.from({ length: 50 }, (_, i) => provider.mint({ key: "stranger", header: { kid: `unknown-${i}` } })));
  const answers = await Promise.all(tokens.map((token) => getWith(envoy.url, token)));
  expect([...new Set(answers.map(refused))].filter((answer) => !["401 unknown_key", "503 provider_not_ready"].includes(answer))).toEqual([]);
  expect((await provider.counts()).jwks).toBeLessThanOrEqual(2);
});

test("duty 129: if the provider is down at the start, requests get 503; when it is up, they pass", async () => {
  const [provider, upstream] = await Promise.all([startProvider(), startUpstream()]);
  const token = await provider.mint();
  await provider.goDown();
  const envoy = await startEnvoy({ clusters: clusters({ provider, upstream }), filter: byKeys(provider) });
  const down = await getWith(envoy.url, token);
  expect(refused(down)).toBe("503 provider_not_ready");
  expect(down.one("retry-after")).toBe("5");
  expect(upstream.count()).toBe(0);
  await envoy.logged(/discovery of .* failed: the provider/);
  await provider.comeUp();
  await passes(envoy.url, token);
  expect((await getWith(envoy.url, token)).status).toBe(200);
});

test("if the provider goes down later, tokens of known keys still pass", async () => {
  const { provider, envoy } = await startWorld(({ provider }) => ({ filter: byKeys(provider) }));
  const [before, after] = [await provider.mint(), await provider.mint({ claims: { sub: "later" } })];
  await provider.goDown();
  expect((await getWith(envoy.url, before)).status).toBe(200);
  expect((await getWith(envoy.url, after)).status).toBe(200);
  expect(refused(await getWith(envoy.url, await provider.mint({ key: "stranger", header: { kid: "x" } })))).toBe("503 provider_not_ready");
});

test("requests that arrive before the keys wait, and get the right answer after one fetch", async () => {
  const [provider, upstream] = await Promise.all([startProvider(), startUpstream()]);
  await provider.fault("jwks", { kind: "delay", ms: 1500 });
  const envoy = await startEnvoy({ clusters: clusters({ provider, upstream }), filter: byKeys(provider), concurrency: 2 });
  const good = await provider.mint(), expired = await provider.mint({ claims: { exp: 1 } });
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => getWith(envoy.url, i % 2 ? good : expired)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(100);
  expect(new Set(answers.filter(({ status }) => status !== 200).map(refused))).toEqual(new Set(["401 expired"]));
  expect(await provider.counts()).toMatchObject({ discovery: 1, jwks: 1 });
});

test("a thousand refusals at once leave the worker alive", async () => {
  const [provider, upstream] = await Promise.all([startProvider(), startUpstream()]);
  await provider.fault("jwks", { kind: "delay", ms: 2000 });
  const envoy = await startEnvoy({ clusters: clusters({ provider, upstream }), filter: byKeys(provider), concurrency: 1 });
  const good = await provider.mint(), expired = await provider.mint({ claims: { exp: 1 } });
  const answers = await Promise.all(Array.from({ length: 1000 }, () => getWith(envoy.url, expired)));
  expect(new Set(answers.map(refused))).toEqual(new Set(["401 expired"]));
  expect((await getWith(envoy.url, good)).status).toBe(200);
});

describe("duties 30, 41, 134, 135: an answer of the provider that has no keys", () => {
  test.each([
    ["an empty set", { kind: "reply", body: '{"keys":[]}' }], ["an error page", { kind: "reply", status: 500, body: "<html>" }], ["a redirect", { kind: "reply", status: 302, headers: { location: "/jwks" } }],
    ["half an answer", { kind: "truncate" }], ["a cut connection", { kind: "cut" }], ["nothing", { kind: "reset" }], ["10 MB", { kind: "huge", bytes: 10_000_000 }], ["10 MB in chunks", { kind: "huge", bytes: 10_000_000, chunked: true }],
  ] as const)("%s: requests get 503, the filter survives, and recovers", async (_, fault) => {
    const [provider, upstream] = await Promise.all([startProvider(), startUpstream()]);
    await provider.fault("jwks", fault);
    const envoy = await startEnvoy({ clusters: clusters({ provider, upstream }), filter: byKeys(provider) });
    const token = await provider.mint();
    expect(refused(await getWith(envoy.url, token))).toBe("503 provider_not_ready");
    expect(upstream.count()).toBe(0);
    await provider.fault("jwks", null);
    await until("the keys", 15_000, async () => ((await getWith(envoy.url, token)).status === 200 ? true : undefined));
  });
});
