// A real Prometheus for a test file. It scrapes one Envoy with the shipped configuration and rules, only more often, and stops with the file.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { freePort } from "../../../cli/demo/ports";
import { atEnd } from "./cleanup";
import { until } from "./envoy";

export const OBSERVABILITY = join(__dirname, "../../../envoy/observability");

export interface Sample { metric: Record<string, string>; value: [number, string] }

export interface Prometheus {
  /** The result of an instant query. */
  query(expr: string): Promise<Sample[]>;
  /** The names of the firing alerts. */
  firing(): Promise<string[]>;
}

/** The rules' windows and delays, with seconds instead of minutes. */
const hurried = (rules: string): string => rules.replaceAll(/\bfor: \w+/g, "for: 1s").replaceAll(/\[\d+m\]/g, "[15s]");

export async function startPrometheus(adminUrl: string): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), "envoy-oidc-prometheus-")), port = await freePort();
  atEnd(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const shipped = parse(readFileSync(join(OBSERVABILITY, "prometheus.yaml"), "utf8")) as { scrape_configs: { static_configs: { targets: string[] }[] }[] };
  shipped.scrape_configs[0]!.static_configs[0]!.targets = [new URL(adminUrl).host];
  await writeFile(join(folder, "prometheus.yaml"), stringify({ global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" }, ...shipped }));
  await writeFile(join(folder, "alerts.yaml"), hurried(readFileSync(join(OBSERVABILITY, "alerts.yaml"), "utf8")));

  const child = spawn("prometheus", ["--config.file", join(folder, "prometheus.yaml"), "--storage.tsdb.path", join(folder, "data"), "--web.listen-address", `127.0.0.1:${port}`, "--log.level", "warn"],
    { stdio: ["ignore", "pipe", "pipe"], timeout: 120_000, killSignal: "SIGKILL" });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => output.push(String(chunk)));
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", (error) => { output.push(error.message); resolve(); });
  });
  let over = false;
  void ended.then(() => (over = true));
  atEnd(async () => {
    child.kill("SIGKILL");
    await ended;
  });

  const ask = async <T>(path: string): Promise<T> => {
    const { status, data, error } = await (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`, { signal: AbortSignal.timeout(5000) })).json() as { status: string; data: T; error?: string };
    if (status !== "success") throw new Error(`${path}: ${error}`);
    return data;
  };
  const query = async (expr: string): Promise<Sample[]> => (await ask<{ result: Sample[] }>(`query?query=${encodeURIComponent(expr)}`)).result;
  await until("Prometheus to have scraped Envoy", 30_000, async () => {
    if (over) throw new Error(`Prometheus ended while starting:\n${output.join("")}`);
    return (await query("envoy_oidc_allowed").catch(() => [])).length > 0 ? true : undefined;
  });
  return {
    query,
    firing: async () => {
      const { alerts } = await ask<{ alerts: { state: string; labels: { alertname: string } }[] }>("alerts");
      return [...new Set(alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels.alertname))].sort();
    },
  };
}
