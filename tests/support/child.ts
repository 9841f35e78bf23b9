// Runs programs that tests wait for, each with a time limit. A program that hangs (a registry, an engine, a lock) fails its test with a message, and
// is ended. tests/children.test.ts checks that no test waits in another way.

import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";

const MINUTES = 60_000;
/** The time that any program may take on a slow and busy machine. */
const WITHIN_MS = 5 * MINUTES;
const MAX_BUFFER = 64 * 1024 * 1024;

interface Options { cwd?: string; env?: NodeJS.ProcessEnv; input?: string; withinMs?: number }

interface Ended { status: number | null; stdout: string; stderr: string; error?: Error }

/** Blocks until the program has ended, with any status; `error` if it did not start. */
export function runProgram(command: string, args: readonly string[], { withinMs = WITHIN_MS, ...options }: Options = {}): Ended {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", maxBuffer: MAX_BUFFER, timeout: withinMs, killSignal: "SIGKILL", ...options });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT") throw new Error(hung(command, args, withinMs, stdout + stderr));
  return { status, stdout, stderr, error };
}

/** Likewise without blocking. It throws if the program fails. */
export async function programOutput(command: string, args: readonly string[], { withinMs = WITHIN_MS, ...options }: Omit<Options, "input"> = {}): Promise<{ stdout: string; stderr: string }> {
  try {
    return await promisify(execFile)(command, args, { encoding: "utf8", maxBuffer: MAX_BUFFER, timeout: withinMs, killSignal: "SIGKILL", ...options });
  } catch (error) {
    const { killed, stdout, stderr } = error as { killed?: boolean; stdout: string; stderr: string };
    if (killed) throw new Error(hung(command, args, withinMs, stdout + stderr));
    throw error;
  }
}

function hung(command: string, args: readonly string[], withinMs: number, output: string): string {
  const lines = output.trim().split("\n").slice(-10).join("\n  ");
  return `${[command, ...args.slice(0, 3)].join(" ")} had not ended after ${withinMs / 1000} s and was killed. ${lines === "" ? "It had said nothing." : `It had said\n  ${lines}`}`;
}
