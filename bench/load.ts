// Processes and load: an Envoy pinned to one core, wrk on the other, and what the kernel counts of their CPU time.

import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runEnvoy } from "../cli/demo/envoy-process";

const TICKS_PER_SECOND = Number(process.env.CLK_TCK ?? 100);
export const ENVOY_CORE = 0;
export const LOAD_CORE = 1;

export interface RunningEnvoy { pid: number; port: number; stop(): Promise<void> }

/** An Envoy with one worker on one core. Its configuration stays in `folder`, to be looked at. */
export async function startEnvoy(binary: string, core: number, folder: string, bootstrap: object, ports: { listener: number; admin: number }): Promise<RunningEnvoy> {
  const configPath = join(folder, `envoy-${ports.listener}.json`);
  writeFileSync(configPath, JSON.stringify(bootstrap, null, 2));
  const envoy = await runEnvoy({ binary, configPath, adminPort: ports.admin, concurrency: 1, logLevel: "error", prefix: ["taskset", "-c", String(core)] });
  return { pid: envoy.pid, port: ports.listener, stop: envoy.stop };
}

/** CPU seconds that a process has used so far. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** CPU seconds that the whole machine has used so far. */
function cpuOfMachine(): number {
  const fields = readFileSync("/proc/stat", "utf8").split("\n")[0]!.trim().split(/\s+/).slice(1).map(Number);
  return (fields[0]! + fields[1]! + fields[2]! + fields[5]! + fields[6]! + fields[7]!) / TICKS_PER_SECOND;
}

export interface Sample {
  requestsPerSecond: number;
  cpuMicrosPerRequest: number;
  p50Ms: number;
  p99Ms: number;
  /** Cores that others used meanwhile: a sample with much of it says little. */
  foreignCores: number;
}

/** Loads one Envoy for some seconds. Every answer must be a 200. */
export async function measure(envoy: RunningEnvoy, others: number[], token: string, seconds: number): Promise<Sample> {
  const ours = (): number => [envoy.pid, process.pid, ...others].reduce((sum, pid) => sum + cpuOf(pid), 0);
  const before = { envoy: cpuOf(envoy.pid), ours: ours(), machine: cpuOfMachine(), at: performance.now() };
  const { stdout, cpu: wrkCpu } = await wrk(["-t1", "-c16", `-d${seconds}s`, "--latency",
    "-H", `Authorization: Bearer ${token}`, `http://127.0.0.1:${envoy.port}/bench`]);
  const elapsed = (performance.now() - before.at) / 1000;
  const cpu = cpuOf(envoy.pid) - before.envoy;
  const foreign = (cpuOfMachine() - before.machine - (ours() - before.ours) - wrkCpu) / elapsed;
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  if (!requests || /Non-2xx/.test(stdout)) throw new Error(`wrk saw something other than 200:\n${stdout}`);
  const latency = (percent: number): number => milliseconds(new RegExp(`${percent}%\\s+([\\d.]+)(us|ms|s)`).exec(stdout));
  return { requestsPerSecond: requests / elapsed, cpuMicrosPerRequest: cpu / requests * 1e6, p50Ms: latency(50), p99Ms: latency(99), foreignCores: foreign };
}

/** What it printed, and the CPU seconds it had used when last seen alive. */
async function wrk(args: string[]): Promise<{ stdout: string; cpu: number }> {
  const child = spawn("taskset", ["-c", String(LOAD_CORE), "wrk", ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let stdout = "", cpu = 0;
  child.stdout.on("data", (chunk: Buffer) => { stdout += chunk.toString(); });
  const watch = setInterval(() => { try { cpu = cpuOf(child.pid!); } catch { /* it has just ended */ } }, 50);
  await new Promise<void>((resolve, reject) => { child.once("close", () => resolve()); child.once("error", reject); });
  clearInterval(watch);
  return { stdout, cpu };
}

function milliseconds(match: RegExpExecArray | null): number {
  if (!match) return NaN;
  return Number(match[1]) * { us: 0.001, ms: 1, s: 1000 }[match[2] as "us" | "ms" | "s"];
}
