// The servers that are measured: started on their core, and what the kernel counts of their CPU time and memory.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runEnvoy } from "../cli/demo/envoy-process";

const TICKS_PER_SECOND = Number(process.env.CLK_TCK ?? 100);
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** A running server. `pid` is that of its first process; others may have been started by it. */
export interface Server { pid: number; port: number; /** What it had to say. */ log(): string; stop(): Promise<void> }

export interface EnvoyPorts { listener: number; admin: number }

/** An Envoy on one core, with one worker unless another number is asked for. Its configuration stays in `folder`, to be looked at. */
export async function startEnvoy(binary: string, core: number | string, folder: string, bootstrap: object, ports: EnvoyPorts, concurrency = 1): Promise<Server> {
  const configPath = join(folder, `envoy-${ports.listener}.json`);
  writeFileSync(configPath, JSON.stringify(bootstrap, null, 2));
  const envoy = await runEnvoy({ binary, configPath, adminPort: ports.admin, concurrency, logLevel: "error", prefix: ["taskset", "-c", String(core)] });
  return { pid: envoy.pid, port: ports.listener, log: envoy.log, stop: envoy.stop };
}

/** The bench itself is the provider and the browsers of logins: it leaves the servers' core alone. */
export function stayOnLoadCore(): void {
  execFileSync("taskset", ["-acp", String(LOAD_CORE), String(process.pid)], { stdio: "ignore" });
}

/** CPU seconds that a server has used so far, with all of its processes. The scheduler counts each thread's in nanoseconds. */
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

/** Memory of all of its processes, in bytes. */
export function memoryOf(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${each}/status`, "utf8"))?.[1] ?? 0) * 1024, 0);
}

/** CPU seconds that the whole machine has used so far, without software interrupts: those are our own packets. */
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
