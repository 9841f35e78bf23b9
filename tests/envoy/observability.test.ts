// The filter's metrics in Prometheus: a real Prometheus scrapes a real Envoy, evaluates the shipped rules, and answers the dashboard's queries.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { DASHBOARD, dashboard } from "../../cli/dashboard/build";
import { ROWS } from "../../cli/dashboard/panels";
import { until } from "./support/envoy";
import { getWith } from "./support/http";
import { OBSERVABILITY, startPrometheus, type Prometheus } from "./support/prometheus";
import { byKeys, refused, startWorld, type World } from "./support/world";

const ROOT = join(__dirname, "../..");
const shipped = (name: string): string => readFileSync(join(OBSERVABILITY, name), "utf8");
const OPERATIONS = readFileSync(join(ROOT, "docs/operations.md"), "utf8");
const ALERTS = (parse(shipped("alerts.yaml")) as { groups: { rules: { alert: string; annotations: { runbook_url: string } }[] }[] }).groups.flatMap(({ rules }) => rules);
/** The names of the two plugins. */
const SHOP = "shop", TENANT = "istio-system.oidc";
/** The provider of the second, which does not exist. */
const GONE = "https://gone.example.com";

let world: World, prometheus: Prometheus;
beforeAll(async () => {
  world = await startWorld(({ provider }) => ({
    listeners: Object.entries({ [SHOP]: byKeys(provider, { rules: [{ name: "api", path_prefix: "/api" }] }), [TENANT]: byKeys(provider, { discovery: `${GONE}/.well-known/openid-configuration` }) }).map(([name, filter]) => ({ filters: { [name]: filter } })),
    bootstrap: { ...(parse(shipped("stats.yaml")) as object), stats_flush_interval: "0.5s" },
  }));
  prometheus = await startPrometheus(world.envoy.adminUrl);
  const { envoy, provider } = world, token = await provider.mint();
  for (let i = 0; i < 4; i++) await getWith(envoy.url, token);
  expect(refused(await getWith(envoy.url, "junk"))).toBe("401 not_a_jwt");
  for (const bad of ["junk", "waste"]) expect(refused(await getWith(`${envoy.url}/api`, bad))).toBe("401 not_a_jwt");
  await getWith(`${envoy.url}/api`, token);
  for (let i = 0; i < 3; i++) expect(refused(await getWith(envoy.urls[1]!, token))).toBe("503 provider_not_ready");
});

const seen = (expr: string): Promise<number> => until(`Prometheus to have ${expr}`, 20_000, async () => {
  const [sample] = await prometheus.query(expr);
  return sample === undefined ? undefined : Number(sample.value[1]);
});

test("counters and gauges arrive with their labels", async () => {
  await seen(`envoy_oidc_refused{oidc_code="not_a_jwt"} == 3`);
  await seen("envoy_oidc_cache_token_hit > 0");
  await seen(`envoy_oidc_callout_ms_count{oidc_endpoint="jwks"} > 0`);
  expect(await seen(`envoy_oidc_provider_ready{oidc_issuer="${world.provider.issuer}"}`)).toBe(1);
  expect(await seen(`envoy_oidc_provider_ready{oidc_issuer="${GONE}"}`)).toBe(0);
  expect(await seen(`time() - envoy_oidc_provider_keys_timestamp_seconds{oidc_issuer="${world.provider.issuer}"}`)).toBeLessThan(3600);
  expect(await seen(`envoy_wasm_vm_reload{wasm_plugin="${SHOP}"}`)).toBe(0);
});

test("requests are told apart by rule and by configuration, whose name may have dots", async () => {
  const of = (kind: string, rule: string, configuration: string): Promise<number> => seen(`envoy_oidc_rule_${kind}{oidc_rule="${rule}",oidc_configuration="${configuration}"}`);
  await seen(`envoy_oidc_rule_refused{oidc_rule="none",oidc_configuration="${TENANT}"} == 3`);
  expect([await of("refused", "api", SHOP), await of("admitted", "api", SHOP), await of("admitted", "none", TENANT)]).toEqual([2, 1, 0]);
  await seen("sum(envoy_oidc_rule_refused) == sum(envoy_oidc_refused)");
});

test("every pair of names in docs/operations.md exists, in Envoy and in Prometheus", async () => {
  const rows = [...OPERATIONS.matchAll(/^\| `(wasmcustom\.envoy_oidc\.[^`]+)` \| `(envoy_oidc_[^`]+)`/gm)].map(([, ...names]) => names.map((name) => name.replace("https://idp.example.com", world.provider.issuer)));
  expect(rows).toHaveLength(8);
  const text = await (await fetch(`${world.envoy.adminUrl}/stats`)).text();
  for (const [inEnvoy, inPrometheus] of rows) {
    expect(text).toContain(`${inEnvoy}: `);
    await seen(inPrometheus!.replace(`,le="…"`, ""));
  }
});

test("every name in Envoy is documented", async () => {
  const names = Object.keys(await world.envoy.stats(/^wasmcustom\.envoy_oidc\./)).map((name) => name.slice("wasmcustom.envoy_oidc.".length)
    .replace(/^refused\..*/, "refused.<code>").replace(/^(callout(?:_ms)?)\.\w+/, "$1.<endpoint>").replace(/^(provider_\w+)\..*/, "$1.<issuer>").replace(/^version\..*/, "version.<version>").replace(/^(rule_\w+)\..*/, "$1.<rule>.<configuration>"));
  expect(names.length).toBeGreaterThan(80);
  expect([...new Set(names)].filter((name) => !OPERATIONS.includes(`\`${name}\``))).toEqual([]);
});

test.each(ROWS.flatMap(({ panels }) => panels.flatMap(({ title, queries }) => queries.map(({ expr, legend }) => [title, legend, expr] as const))))(
  "the dashboard's panel has data: %s, %s", async (_, __, expr) => { await seen(expr.replaceAll("$instance", ".*").replaceAll(/\$__(?:rate_interval|range)/g, "2m")); });

test("with a missing provider exactly three alerts fire: not ready, failing calls, users that get 503", async () => {
  const expected = ["OidcCallsFailing", "OidcProviderNotReady", "OidcUnavailable"];
  await until("the alerts", 30_000, async () => ((await prometheus.firing()).length >= expected.length ? true : undefined));
  expect(await prometheus.firing()).toEqual(expected);
});

describe("the dashboard", () => {
  const { panels } = JSON.parse(dashboard()) as { panels: { id: number; type: string; options: { legend?: { showLegend: boolean } }; fieldConfig: { defaults: { thresholds?: object } } }[] };
  test("is what its builder makes: npx tsx cli/dashboard.ts", () => { expect(readFileSync(join(ROOT, DASHBOARD), "utf8")).toBe(dashboard()); });
  test("has an id for each row and panel", () => { expect(panels.map(({ id }) => id)).toEqual(panels.map((_, i) => i + 1)); });
  test("names the lines of every graph", () => { expect(panels.filter(({ type, options }) => type === "timeseries" && !options.legend?.showLegend)).toEqual([]); });
  // Grafana's own are green, and red from 80 on.
  test("has thresholds of its own for every value that they color", () => { expect(panels.filter(({ type, fieldConfig }) => type === "stat" && fieldConfig.defaults.thresholds === undefined)).toEqual([]); });
});

describe("the alert rules", () => {
  const promtool = (...args: string[]) => {
    const { status, stdout, stderr, error } = spawnSync("promtool", args, { cwd: OBSERVABILITY, encoding: "utf8", timeout: 50_000, stdio: ["ignore", "pipe", "pipe"] });
    return { status, output: `${stdout}${stderr}${error?.message ?? ""}` };
  };
  test("are valid, and so is the configuration that includes them", () => { expect(promtool("check", "config", "prometheus.yaml")).toMatchObject({ status: 0, output: expect.stringContaining(`${ALERTS.length} rules found`) }); });
  test("fire, or do not fire, as alerts.test.yaml says", () => { expect(promtool("test", "rules", "alerts.test.yaml")).toMatchObject({ status: 0 }); });
  test("each have a case in which they fire", () => {
    const cases = shipped("alerts.test.yaml");
    expect(ALERTS.map(({ alert }) => alert).filter((alert) => !cases.includes(`alertname="${alert}"`))).toEqual([]);
  });
});
