// `ready_path` in a real Envoy: a rollout with a wrong cluster stops, one whose provider comes up goes on; and what the log says once for all workers.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { freePort } from "../../cli/demo/ports";
import { startEnvoy, until, type TestEnvoy } from "./support/envoy";
import { request } from "./support/http";
import { startProvider } from "./support/provider";
import { startUpstream } from "./support/upstream";
import { byKeys, clusters, passes, startWorld } from "./support/world";

const READY = { ready_path: "/oidc-ready" };

async function probe(envoy: TestEnvoy, method = "GET"): Promise<unknown> {
  const answer = await request(`${envoy.url}/oidc-ready`, { method });
  return [answer.status, answer.body === "" ? "" : JSON.parse(answer.body)];
}
const becomes = (envoy: TestEnvoy, status: number) => until(`${status}`, 15_000, async () => ((await request(`${envoy.url}/oidc-ready`)).status === status ? true : undefined));

test("a wrong cluster stays 503 and names what is missing", async () => {
  const [provider, upstream] = await Promise.all([startProvider(), startUpstream()]);
  const envoy = await startEnvoy({ clusters: clusters({ provider, upstream }), filter: byKeys(provider, { ...READY, provider_cluster: "typo" }) });
  await envoy.logged(/refuses calls to the cluster "typo"/, 15_000);
  expect(await probe(envoy)).toEqual([503, { ready: false, lacks: [{ code: "metadata_missing", issuer: provider.issuer }] }]);
  expect(await probe(envoy, "HEAD")).toEqual([503, ""]);
  expect(upstream.count()).toBe(0);
}, 30_000);

test("503 until the provider comes up, then 200 in every worker; an Envoy in front follows by the health check that docs/operations.md has", async () => {
  const [, health] = /```yaml\n( *health_checks:[^]*?)```/.exec(readFileSync(join(__dirname, "../../docs/operations.md"), "utf8"))!;
  const [provider, upstream] = await Promise.all([startProvider(), startUpstream()]), port = await freePort();
  await provider.goDown();
  const envoy = await startEnvoy({
    ports: [port], concurrency: 2,
    clusters: { ...clusters({ provider, upstream }), gateway: { port, extra: parse(health!.replaceAll("interval: 5s", "interval: 0.2s")) as object } },
    listeners: [{ filters: { oidc: byKeys(provider, READY) } }, { routes: [{ prefix: "/", cluster: "gateway" }] }],
  });
  const healthy = async () => (await envoy.stats(/^cluster\.gateway\./))["cluster.gateway.membership_healthy"];
  expect(await probe(envoy)).toEqual([503, { ready: false, lacks: [{ code: "metadata_missing", issuer: provider.issuer }] }]);
  await until("it to count as unhealthy", 5000, async () => ((await healthy()) === 0 ? true : undefined));
  await provider.comeUp();
  await becomes(envoy, 200);
  await until("every worker to be ready", 5000, async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => probe(envoy)));
    return answers.every((answer) => JSON.stringify(answer) === '[200,{"ready":true}]') ? true : undefined;
  });
  await until("it to count as healthy", 10_000, async () => ((await healthy()) === 1 ? true : undefined));
  await provider.goDown();
  expect(await probe(envoy)).toEqual([200, { ready: true }]);
}, 60_000);

describe("what is true of the whole Envoy is said once, not by each of its workers", () => {
  const count = (envoy: TestEnvoy, pattern: RegExp): number => envoy.logs().match(new RegExp(pattern, "g"))?.length ?? 0;

  test("version, what is in force, warnings and keys; of a new configuration what is in force and its warnings again", async () => {
    const { provider, envoy } = await startWorld(({ provider }) => ({ concurrency: 3, reloadable: true, filter: byKeys(provider) }));
    const counts = (): number[] => [/envoy-oidc: version /, /: in force: mode=bearer rules=0 .* provider=http/, /ssl_verify is false/, /keys of \S+: \d+ in use: \S/].map((pattern) => count(envoy, pattern));
    expect(counts()).toEqual([1, 1, 1, 1]);
    expect((await envoy.reload({ filter: byKeys(provider, { realm: "second" }) })).accepted).toBe(true);
    await passes(envoy.url, await provider.mint());
    expect(counts()).toEqual([1, 2, 2, 1]);
  }, 30_000);
});
