// A configuration that Envoy has refused from the start leaves no counter of the filter: the alert fires by Envoy's own counters.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { envoyBinary, envoyVersion } from "../../cli/demo/envoy-binary";
import { writeEnvoyConfig, type EnvoyOptions } from "../../cli/demo/envoy-config";
import { runEnvoy } from "../../cli/demo/envoy-process";
import { freePort } from "../../cli/demo/ports";
import { atEnd } from "./support/cleanup";
import { FILTER_WASM, statsOf, until } from "./support/envoy";
import { OBSERVABILITY, startPrometheus } from "./support/prometheus";

const WASM = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm";
const WRONG = { bearer_only: true, timeout: "x" };

interface Bootstrap { static_resources: { listeners: { filter_chains: { filters: { typed_config: { http_filters: object[] } }[] }[] }[] } }

/** Moves the filter into a file of its own, which Envoy reads as it gets a filter of Istio's (ECDS). */
async function byExtensionConfig(folder: string, path: string): Promise<void> {
  const bootstrap = JSON.parse(await readFile(path, "utf8")) as Bootstrap, file = join(folder, "filter.json");
  const filters = bootstrap.static_resources.listeners[0]!.filter_chains[0]!.filters[0]!.typed_config.http_filters;
  const { name, typed_config } = filters[0] as { name: string; typed_config: object };
  await writeFile(file, JSON.stringify({ resources: [{ "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig", name, typed_config }] }));
  filters[0] = { name, config_discovery: { config_source: { resource_api_version: "V3", path_config_source: { path: file } }, type_urls: [WASM] } };
  await writeFile(path, JSON.stringify(bootstrap));
}

test.each([
  ["a listener", true, "listener_manager.lds.update_rejected", async () => {}],
  ["a filter", false, "extension_config_discovery.http_filter.update_rejected", byExtensionConfig],
] as const)("OidcPluginMisconfigured fires where an API has sent %s with a wrong configuration to an Envoy that starts", async (_, reloadable, counter, change) => {
  const folder = await mkdtemp(join(tmpdir(), "envoy-oidc-")), adminPort = await freePort(), port = await freePort();
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const stats = parse(await readFile(join(OBSERVABILITY, "stats.yaml"), "utf8")) as object;
  const options: EnvoyOptions = { wasm: FILTER_WASM, envoyVersion: await envoyVersion(), adminPort, reloadable, clusters: { upstream: { port: 1 } }, listeners: [{ port, filters: { oidc: WRONG } }], bootstrap: stats };
  const configPath = writeEnvoyConfig(folder, options);
  await change(folder, configPath);
  const envoy = await runEnvoy({ binary: await envoyBinary(), configPath, adminPort, concurrency: 1 });
  atEnd(() => envoy.stop());
  const adminUrl = `http://127.0.0.1:${adminPort}`, name = `envoy_${counter.replaceAll(".", "_")}`;
  await until("Envoy to refuse it", 20_000, async () => (envoy.log().includes("timeout: expected a whole number") ? true : undefined));
  expect(await statsOf(adminUrl, /configuration_refused/)).toEqual({});
  const prometheus = await startPrometheus(adminUrl);
  await until("the counter", 20_000, async () => ((await prometheus.query(`${name} == 1`)).length > 0 ? true : undefined));
  await until("the alert", 30_000, async () => ((await prometheus.firing()).includes("OidcPluginMisconfigured") ? true : undefined));
}, 120_000);
