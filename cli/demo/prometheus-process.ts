// A running Prometheus that scrapes one Envoy, with the shipped configuration and rules. It ends with stop(), or with this process.

import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { freePort, LOOPBACK } from "./ports";

export const OBSERVABILITY = join(__dirname, "../../envoy/observability");

export interface PrometheusOptions {
  /** Envoy's. */
  adminUrl: string;
  scrapeSeconds: number;
  /** Changes the alert rules, such as their windows. */
  rules?: (shipped: string) => string;
  /** After so long it is killed. */
  withinMs: number;
}

export interface PrometheusProcess {
  /** The `data` of an answer of its API: `ask("query?query=up")`. */
  ask<T>(path: string): Promise<T>;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 30_000;

const children = new Set<ChildProcess>();
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));

/** Resolves when Prometheus has scraped Envoy for the first time. */
export async function runPrometheus({ adminUrl, scrapeSeconds, rules = (shipped) => shipped, withinMs }: PrometheusOptions): Promise<PrometheusProcess> {
  const folder = await mkdtemp(join(tmpdir(), "envoy-oidc-prometheus-")), port = await freePort();
  const shipped = parse(readFileSync(join(OBSERVABILITY, "prometheus.yaml"), "utf8")) as { scrape_configs: { static_configs: { targets: string[] }[] }[] };
  shipped.scrape_configs[0]!.static_configs[0]!.targets = [new URL(adminUrl).host];
  const every = `${scrapeSeconds}s`;
  await writeFile(join(folder, "prometheus.yaml"), stringify({ global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every }, ...shipped }));
  await writeFile(join(folder, "alerts.yaml"), rules(readFileSync(join(OBSERVABILITY, "alerts.yaml"), "utf8")));

  const child = spawn("prometheus", ["--config.file", join(folder, "prometheus.yaml"), "--storage.tsdb.path", join(folder, "data"), "--web.listen-address", `${LOOPBACK}:${port}`, "--log.level", "warn"],
    { stdio: ["ignore", "pipe", "pipe"], timeout: withinMs, killSignal: "SIGKILL" });
  children.add(child);
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => output.push(String(chunk)));
  let over = false;
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      over = true;
      children.delete(child);
      resolve();
    };
    child.once("exit", end);
    child.once("error", (error) => {
      output.push(error.message);
      end();
    });
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };

  const ask = async <T>(path: string): Promise<T> => {
    const { status, data, error } = await (await fetch(`http://${LOOPBACK}:${port}/api/v1/${path}`, { signal: AbortSignal.timeout(5000) })).json() as { status: string; data: T; error?: string };
    if (status !== "success") throw new Error(`${path}: ${error}`);
    return data;
  };
  const hasScraped = async (): Promise<boolean> => (await ask<{ result: unknown[] }>("query?query=envoy_server_uptime").catch(() => ({ result: [] }))).result.length > 0;
  for (const deadline = Date.now() + READY_WITHIN_MS; !(await hasScraped()); await sleep(50)) {
    if (!over && Date.now() < deadline) continue;
    await stop();
    throw new Error(`Prometheus ${over ? "ended while starting" : `had not scraped Envoy after ${READY_WITHIN_MS / 1000} s`}:\n${output.join("")}`);
  }
  return { ask, stop };
}
