// Commands and folders for these tests.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "../../envoy/support/cleanup";

export const ROOT = join(__dirname, "../../..");
/** A release compiles the module, which takes minutes on a slow machine. */
const WITHIN_MS = 1_200_000;

/** Returns a command's output. A failure throws. */
export function run(cwd: string, command: string, ...args: string[]): string { return runIn(process.env, cwd, command, ...args); }

/** The same, with only these environment variables. */
export function runIn(env: NodeJS.ProcessEnv, cwd: string, command: string, ...args: string[]): string {
  return execFileSync(command, args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 26, timeout: WITHIN_MS });
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "envoy-oidc-release-"));
  atEnd(async () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Paths below a folder, sorted. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: "utf8" })
    .filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
}

export function read(folder: string, file: string): Buffer { return readFileSync(join(folder, file)); }
