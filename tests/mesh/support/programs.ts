// Control planes as processes. They are built once (build.mjs), and stop with the test file.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { atEnd } from "../../envoy/support/cleanup";
import { until } from "../../envoy/support/envoy";
import { programOutput } from "../../support/child";

type Program = "istio" | "pilot-agent" | "envoy-gateway";

/** A build with an empty cache takes ten minutes, and twice that on a slow machine. */
export const BUILD_MS = 2_400_000;
const READY_WITHIN_MS = 60_000;
/** The number of log lines that are printed if a test has failed. */
const LINES = 60;

/** The path of a program, which is built if it does not exist. */
export async function program(name: Program): Promise<string> {
  try {
    const { stdout } = await programOutput(process.execPath, [join(__dirname, "build.mjs"), name], { withinMs: BUILD_MS });
    return join(stdout.trim(), "program");
  } catch (error) {
    throw new Error((error as { stderr?: string }).stderr?.trim() || String(error));
  }
}

export interface Running {
  log(): string;
  /** Waits for a line of its log. */
  logged(pattern: RegExp, withinMs?: number): Promise<string>;
}

const children = new Set<ReturnType<typeof spawn>>();
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));

/** Runs a program until the test file ends. Returns when its log has a line that matches `ready`. */
export async function run(command: string, args: string[], ready: RegExp, options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<Running> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options, env: { ...process.env, ...options.env } });
  children.add(child);
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => { text += String(chunk); });
  const ended = once(child, "close").then(() => { children.delete(child); });
  const tail = () => text.trim().split("\n").slice(-LINES).join("\n");
  atEnd(async () => {
    const untilNow = tail();
    child.kill("SIGTERM");
    const force = setTimeout(() => child.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(force);
    if ((globalThis as { aTestHasFailed?: boolean }).aTestHasFailed) console.log(`A test failed. The log of ${command} ends with:\n${untilNow}`);
  });
  const logged = (pattern: RegExp, withinMs = READY_WITHIN_MS): Promise<string> => until(`a line like ${pattern} of ${command}`, withinMs, async () => {
    const found = pattern.exec(text)?.[0];
    if (found === undefined && !children.has(child)) throw new Error(`${command} has ended:\n${tail()}`);
    return found;
  });
  await logged(ready);
  return { log: () => text, logged };
}
