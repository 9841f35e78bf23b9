// The measured servers: each started on its core, with its CPU time and memory as counted by the kernel.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runEnvoy } from "../cli/demo/envoy-process";

const TICKS_PER_SECOND = Number(process.env.CLK_TCK ?? 100);
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** A running server. `pid` is its first process, which may have started others. */
export interface Server { pid: number; port: number; /** Its log output. */ log(): string; stop(): Promise<void> }

export interface EnvoyPorts { listener: number; admin: number }

/** An Envoy on one core, with one worker unless another number is given. Its configuration stays in `folder` for inspection. */
export async function startEnvoy(binary: string, core: number | string, folder: string, bootstrap: object, ports: EnvoyPorts, concurrency = 1): Promise<Server> {
  const configPath = join(folder, `envoy-${ports.listener}.json`);
  writeFileSync(configPath, JSON.stringify(bootstrap, null, 2));
  const envoy = await runEnvoy({ binary, configPath, adminPort: ports.admin, concurrency, logLevel: "error", prefix: ["taskset", "-c", String(core)] });
  return { pid: envoy.pid, port: ports.listener, log: envoy.log, stop: envoy.stop };
}

/** Keeps the bench, which is the provider and the browsers of logins, off the servers' core. */
export function stayOnLoadCore(): void {
  execFileSync("taskset", ["-acp", String(LOAD_CORE), String(process.pid)], { stdio: "ignore" });
}

/** CPU seconds that all processes of a server have used so far. The scheduler counts each thread's in nanoseconds. */
export function cpuOf(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + readdirSync(`/proc/${each}/task`).reduce((nanos, thread) => nanos + nanosOf(each, thread), 0) / 1e9, 0);
}

function nanosOf(pid: number, thread: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
  } catch {
    return 0; // it has just ended
  }
}

/** Memory of all processes of a server, in bytes. */
export function memoryOf(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${each}/status`, "utf8"))?.[1] ?? 0) * 1024, 0);
}

/** CPU seconds that the whole machine has used so far, without software interrupts, which come from the bench's own packets. */
export function cpuOfMachine(): number {
  const fields = readFileSync("/proc/stat", "utf8").split("\n")[0]!.trim().split(/\s+/).slice(1).map(Number);
  return (fields[0]! + fields[1]! + fields[2]! + fields[5]! + fields[7]!) / TICKS_PER_SECOND;
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) => {
    try {
      return readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
    } catch {
      return []; // a thread that has just ended
    }
  });
}
