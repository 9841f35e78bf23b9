// A running Envoy: it is started, awaited until it serves, and stopped by its pid.

import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { LOOPBACK } from "./ports";

export interface RunOptions {
  binary: string;
  configPath: string;
  adminPort: number;
  concurrency?: number;
  logLevel?: string;
  /** Envoy's `--component-log-level`, such as "wasm:debug". */
  componentLogLevel?: string;
  args?: string[];
  /** Put before the command, for the bench: ["taskset", "-c", "0"]. */
  prefix?: string[];
  environment?: NodeJS.ProcessEnv;
}

export interface EnvoyProcess {
  pid: number;
  log(): string;
  /** Resolves when Envoy has ended, for any reason. */
  ended: Promise<void>;
  /** Asks it to end, and kills it after three seconds. */
  stop(): Promise<void>;
}

/** Envoy did not start; `log` is its log. */
export class EnvoyDidNotStart extends Error {
  constructor(reason: string, readonly log: string) {
    super(`${reason}\n${reasons(log)}`);
    this.name = "EnvoyDidNotStart";
  }
}

/** Compiling a large module takes about a second for each MB, and the machine may be busy. */
const READY_WITHIN_MS = 60_000;

/** If this process exits while an Envoy starts, or without stop(), no Envoy may be left running. */
const children = new Set<ChildProcess>();
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));

export async function runEnvoy(options: RunOptions): Promise<EnvoyProcess> {
  const envoy = launch(options);
  let over = false;
  void envoy.ended.then(() => (over = true));
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await isLive(options.adminPort))) {
    if (over) throw new EnvoyDidNotStart("Envoy ended while starting:", envoy.log());
    if (Date.now() > deadline) {
      await envoy.stop();
      throw new EnvoyDidNotStart(`Envoy was not ready after ${READY_WITHIN_MS / 1000} s:`, envoy.log());
    }
    await sleep(20);
  }
  return envoy;
}

function launch(options: RunOptions): EnvoyProcess {
  const [command, ...args] = [
    ...(options.prefix ?? []), options.binary,
    "--config-path", options.configPath,
    "--concurrency", String(options.concurrency ?? 2),
    "--log-level", options.logLevel ?? "info",
    ...(options.componentLogLevel ? ["--component-log-level", options.componentLogLevel] : []),
    "--disable-hot-restart", // it would claim shared memory, and one Envoy at a time could run
    "--file-flush-interval-msec", "50", // of access logs
    ...(options.args ?? []),
  ];
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env: options.environment ?? process.env });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  children.add(child);
  const ended = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      chunks.push(Buffer.from(`${error.message}\n`));
      resolve();
    });
    child.once("close", () => {
      children.delete(child);
      resolve();
    });
  });
  return {
    pid: child.pid ?? 0,
    log: () => withoutBuildInfo(Buffer.concat(chunks).toString("utf8")),
    ended,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      const force = setTimeout(() => child.kill("SIGKILL"), 3000);
      await ended;
      clearTimeout(force);
    },
  };
}

async function isLive(adminPort: number): Promise<boolean> {
  try {
    const response = await fetch(`http://${LOOPBACK}:${adminPort}/ready`, { signal: AbortSignal.timeout(2000) });
    return (await response.text()).trim() === "LIVE";
  } catch {
    return false;
  }
}

/** Envoy's log starts with a hundred long lines about its build. */
function withoutBuildInfo(log: string): string {
  return log.split("\n").filter((line) => !line.includes("][info][main]")).join("\n");
}

/** The lines of a log that give the reason: its errors, or the last lines if there are none. */
export function reasons(log: string): string {
  const lines = log.trim().split("\n");
  const errors = lines.filter((line) => /\]\[(error|critical)\]/.test(line));
  return (errors.length > 0 ? errors : lines).slice(-20).join("\n");
}
