// Runs wrk on its core as the load, and reads its results.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { cpuOf, LOAD_CORE } from "./servers";

/** The result of a load: how many requests, or logins, were answered as expected. */
export interface Outcome {
  count: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU seconds of the load's own process, which has ended. */
  loadCpu: number;
}

/** A file with one header value per line. The load begins with line `next`. */
export interface Lines { file: string; lines: number; next: number }

/** Number of connections. As many requests of the previous load may still be open when one begins. */
export const CONNECTIONS = 16;

export interface Requests {
  headers?: Record<string, string>;
  /** Each request takes another line of this file as the value of the header. */
  many?: { header: string; lines: Lines };
  /** The status that every answer must have. */
  status?: 200 | 401;
}

/** Loads a URL for some seconds. */
export async function requests(url: string, { headers = {}, many, status = 200 }: Requests, seconds: number): Promise<Outcome> {
  const args = ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, "--latency", ...Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`])];
  if (many) args.push("-s", join(__dirname, "lines.lua"));
  args.push(url);
  if (many) args.push("--", many.lines.file, String(many.lines.next), many.header);
  const { stdout, cpu } = await wrk(args);
  const count = Number(/(\d+) requests in/.exec(stdout)?.[1]), others = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0);
  if (!count || others !== (status === 200 ? 0 : count) || /Socket errors/.test(stdout)) throw new Error(`wrk saw something other than ${status}:\n${stdout}`);
  // No line is used again before all others.
  if (many) many.lines.next = (many.lines.next + count) % many.lines.lines;
  const latency = (percent: number): number => milliseconds(new RegExp(`${percent}%\\s+([\\d.]+)(us|ms|s)`).exec(stdout));
  return { count, perSecond: Number(/Requests\/sec:\s*([\d.]+)/.exec(stdout)?.[1]), p50Ms: latency(50), p99Ms: latency(99), loadCpu: cpu };
}

/** What wrk printed, and the CPU seconds it had used when last seen running. */
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
