// A real Envoy for a test file: with its own folder and free ports, stopped with the file. Its log is printed if a test failed.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { rootCertificates } from "node:tls";
import { parse } from "yaml";
import { envoyBinary, envoyVersion } from "../../../cli/demo/envoy-binary";
import { writeEnvoyConfig, writeListeners, type EnvoyOptions, type FilterConfig, type ListenerOptions } from "../../../cli/demo/envoy-config";
import { EnvoyDidNotStart, runEnvoy, type RunOptions } from "../../../cli/demo/envoy-process";
import { freePort } from "../../../cli/demo/ports";
import { runProgram } from "../../support/child";
import { atEnd } from "./cleanup";

export const FILTER_WASM = join(__dirname, "../../../build/envoy-oidc.wasm");

type HowToRun = Pick<Partial<RunOptions>, "concurrency" | "logLevel" | "componentLogLevel">;

/** `envoyVersion` selects that version. The default is the Envoy that the tests use on this machine. */
export interface TestEnvoyOptions extends Omit<Partial<EnvoyOptions>, "listeners">, HowToRun {
  /** The short form: one listener with one filter. It may be left out, and so may the ports in `listeners`. */
  filter?: FilterConfig;
  listeners?: Omit<ListenerOptions, "port">[];
  /** The listeners' ports, if something must know them before; by default free ones. */
  ports?: number[];
  clusters: EnvoyOptions["clusters"];
}

export interface TestEnvoy {
  /** The URL of the first listener; `urls` has all. */
  url: string;
  urls: string[];
  adminUrl: string;
  pid: number;
  /** Envoy's log so far, with the filter's lines (at info and above unless `componentLogLevel: "wasm:debug"`). */
  logs(): string;
  /** Waits for a line of the log. */
  logged(pattern: RegExp, withinMs?: number): Promise<string>;
  /** Waits for this many lines of the access log. */
  accessLog(lines?: number): Promise<string[]>;
  /** Counters and gauges by name, without histograms. The filter's own are updated on its tick: wait for them with `until`. */
  stats(filter?: RegExp): Promise<Record<string, number>>;
  /** Replaces listeners or filters of the running Envoy, and returns whether it accepted them. It must have been started with `reloadable`. */
  reload(change: Pick<TestEnvoyOptions, "filter" | "listeners">): Promise<{ accepted: boolean }>;
  stop(): Promise<void>;
}

export async function startEnvoy(options: TestEnvoyOptions): Promise<TestEnvoy> {
  const folder = await mkdtemp(join(tmpdir(), "envoy-oidc-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const ports: number[] = [...(options.ports ?? [])];
  const listen = async (wanted: Pick<TestEnvoyOptions, "filter" | "listeners">): Promise<ListenerOptions[]> => {
    const listeners = wanted.listeners ?? [wanted.filter === undefined ? {} : { filters: { oidc: wanted.filter } }];
    while (ports.length < listeners.length) ports.push(await freePort());
    return listeners.map((listener, i) => ({ ...listener, port: ports[i] }));
  };
  const { filter: _filter, listeners: _listeners, ports: _ports, concurrency, logLevel, componentLogLevel, ...rest } = options;
  const config: EnvoyOptions = { wasm: FILTER_WASM, envoyVersion: await envoyVersion(), adminPort: await freePort(), ...rest, listeners: await listen(options) };
  const configPath = writeEnvoyConfig(folder, config);
  const binary = await envoyBinary(options.envoyVersion);
  const envoy = await runEnvoy({ binary, configPath, adminPort: config.adminPort, concurrency, logLevel, componentLogLevel });
  const adminUrl = `http://127.0.0.1:${config.adminPort}`;
  atEnd(async () => {
    await envoy.stop();
    if ((globalThis as { aTestHasFailed?: boolean }).aTestHasFailed) console.log(`A test failed. Envoy's log:\n${envoy.log()}`);
  });

  const stats = (filter?: RegExp) => statsOf(adminUrl, filter);

  if (config.reloadable && (await stats())["listener_manager.lds.update_rejected"] !== 0) {
    throw new EnvoyDidNotStart("Envoy refused its listeners:", envoy.log());
  }

  return {
    url: `http://127.0.0.1:${ports[0]}`,
    urls: ports.map((port) => `http://127.0.0.1:${port}`),
    adminUrl,
    pid: envoy.pid,
    logs: envoy.log,
    logged: (pattern, withinMs = 5000) => until(`a log line like ${pattern}`, withinMs, async () => pattern.exec(envoy.log())?.[0]),
    accessLog: (lines = 1) => until(`${lines} lines in the access log`, 5000, async () => {
      const text = await readFile(join(folder, "access.log"), "utf8").catch(() => "");
      const found = text.split("\n").slice(0, -1);
      return found.length >= lines ? found : undefined;
    }),
    stats,
    async reload(change) {
      if (!config.reloadable) throw new Error("This Envoy has its listeners in the bootstrap: start it with `reloadable: true`.");
      const before = await stats(/^listener_manager\./);
      const growth = async (...names: string[]) => {
        const now = await stats(/^listener_manager\./);
        return names.reduce((sum, name) => sum + (now[`listener_manager.${name}`] ?? 0) - (before[`listener_manager.${name}`] ?? 0), 0);
      };
      writeListeners(folder, { ...config, listeners: await listen(change) });
      const accepted = await until("Envoy to read its new listeners", 10_000, async () =>
        (await growth("lds.update_success")) > 0 ? true : (await growth("lds.update_rejected")) > 0 ? false : undefined);
      // An accepted listener is not in use yet: each worker applies it in its own time.
      const changed = await growth("listener_added", "listener_modified");
      const expected = accepted ? changed * (concurrency ?? 2) : 0;
      await until("all workers to use the new listeners", 10_000, async () => ((await growth("listener_create_success")) >= expected ? true : undefined));
      return { accepted };
    },
    stop: envoy.stop,
  };
}

/** The log of an Envoy that must fail to start, such as one with an invalid filter configuration. */
export async function envoyRefuses(options: TestEnvoyOptions): Promise<string> {
  try {
    await startEnvoy(options);
  } catch (error) {
    if (error instanceof EnvoyDidNotStart) return error.log;
    throw error;
  }
  throw new Error("Envoy started, though its configuration should have been refused.");
}

/** Envoy's errors for a configuration in YAML with the installed paths of the filter and of the system's authorities; "" if there are none. */
export async function validateConfig(yaml: string, environment: Record<string, string> = {}, version?: string): Promise<string> {
  const path = await shippedFile(yaml);
  const { status, stdout, stderr } = runProgram(await envoyBinary(version), ["--mode", "validate", "--log-level", "warning", "-c", path], { env: { ...process.env, ...environment } });
  return status === 0 ? "" : stdout + stderr;
}

/** Runs such a configuration on free loopback ports, and returns the URL of its admin page. */
export async function runShipped(yaml: string, environment: Record<string, string>): Promise<string> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const on = (port_value: number) => ({ socket_address: { address: "127.0.0.1", port_value } });
  const config = parse(yaml) as { admin: object; static_resources: { listeners: { address: object }[] } };
  config.admin = { address: on(adminPort) };
  config.static_resources.listeners[0]!.address = on(port);
  const configPath = await shippedFile(JSON.stringify(config));
  const envoy = await runEnvoy({ binary: await envoyBinary(), configPath, adminPort, concurrency: 1, environment: { ...process.env, ...environment } });
  atEnd(() => envoy.stop());
  return `http://127.0.0.1:${adminPort}`;
}

/** The configuration as a file, with the paths of the filter and the authorities on this machine. */
async function shippedFile(config: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "envoy-oidc-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const authorities = join(folder, "ca.pem"), path = join(folder, "envoy.yaml");
  await writeFile(authorities, rootCertificates.join("\n"));
  await writeFile(path, config.replaceAll(/(?<![\w-])\/(?:etc\/envoy|filter|project\/build)\/envoy-oidc\.wasm/g, FILTER_WASM).replaceAll("/etc/ssl/certs/ca-certificates.crt", authorities));
  return path;
}

/** Counters and gauges of a running Envoy, by name. */
export async function statsOf(adminUrl: string, filter?: RegExp): Promise<Record<string, number>> {
  const text = await (await fetch(`${adminUrl}/stats`)).text();
  const pairs = text.split("\n").map((line) => /^(\S+): (\d+)$/.exec(line)).filter((match) => match !== null);
  return Object.fromEntries(pairs.filter(([, name]) => filter?.test(name) ?? true).map(([, name, value]) => [name, Number(value)]));
}

/** Repeats `ask` until it gives a result. */
export async function until<T>(what: string, withinMs: number, ask: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(20)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error(`Waited ${withinMs} ms in vain for ${what}.`);
}
