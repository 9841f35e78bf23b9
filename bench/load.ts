// Processes and load: an Envoy pinned to one core, the load on the other, and what the kernel counts of their CPU time.

import { execFileSync, spawn } from "node:child_process";
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

/** The bench itself is the provider and the browsers of sign-ins: it leaves Envoy's core alone. */
export function stayOnLoadCore(): void {
  execFileSync("taskset", ["-acp", String(LOAD_CORE), String(process.pid)], { stdio: "ignore" });
}

/** CPU seconds that a process has used so far. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** CPU seconds that the whole machine has used so far, without software interrupts: those are our own packets. */
function cpuOfMachine(): number {
  const fields = readFileSync("/proc/stat", "utf8").split("\n")[0]!.trim().split(/\s+/).slice(1).map(Number);
  return (fields[0]! + fields[1]! + fields[2]! + fields[5]! + fields[7]!) / TICKS_PER_SECOND;
}

/** What came of a load: how many requests, or sign-ins, were answered as they must be. */
export interface Outcome {
  count: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU seconds of a process of its own, which has ended. */
  loadCpu: number;
}

export interface Sample {
  perSecond: number;
  /** Envoy's CPU for one request, or one sign-in. */
  cpuMicros: number;
  p50Ms: number;
  p99Ms: number;
  /** Cores that others used meanwhile: a sample with much of it says little. */
  foreignCores: number;
}

/** One Envoy under one load. */
export async function measure(envoy: RunningEnvoy, others: number[], load: () => Promise<Outcome>): Promise<Sample> {
  const ours = (): number => [envoy.pid, process.pid, ...others].reduce((sum, pid) => sum + cpuOf(pid), 0);
  const before = { envoy: cpuOf(envoy.pid), ours: ours(), machine: cpuOfMachine(), at: performance.now() };
  const { count, perSecond, p50Ms, p99Ms, loadCpu } = await load();
  const elapsed = (performance.now() - before.at) / 1000;
  const cpu = cpuOf(envoy.pid) - before.envoy;
  const foreignCores = (cpuOfMachine() - before.machine - (ours() - before.ours) - loadCpu) / elapsed;
  return { perSecond, cpuMicros: cpu / count * 1e6, p50Ms, p99Ms, foreignCores };
}

/** What a request carries: a token, or the cookies of the next line of a file, from the line `first` on. */
export type Credential = { token: string } | { cookies: string; first: number };

/** Loads a URL for some seconds. Every answer must be a 200. */
export async function requests(url: string, credential: Credential, seconds: number): Promise<Outcome> {
  const common = ["-t1", "-c16", `-d${seconds}s`, "--latency"];
  const { stdout, cpu } = await wrk("token" in credential
    ? [...common, "-H", `Authorization: Bearer ${credential.token}`, url]
    : [...common, "-s", join(__dirname, "cookies.lua"), url, "--", credential.cookies, String(credential.first)]);
  const count = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  if (!count || /Non-2xx|Socket errors/.test(stdout)) throw new Error(`wrk saw something other than 200:\n${stdout}`);
  const latency = (percent: number): number => milliseconds(new RegExp(`${percent}%\\s+([\\d.]+)(us|ms|s)`).exec(stdout));
  return { count, perSecond: Number(/Requests\/sec:\s*([\d.]+)/.exec(stdout)?.[1]), p50Ms: latency(50), p99Ms: latency(99), loadCpu: cpu };
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
