// Gives TypeScript access to fetch-envoy.mjs. It runs that file as a program, because Jest loads CommonJS and cannot import it.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** It downloads 40 MB. */
const FETCHED_WITHIN_MS = 1_200_000;

const found = new Map<string, Promise<string>>();

/** The path of an Envoy that can run the filter, or of the given version. It is fetched if the machine has none (see fetch-envoy.mjs). */
export function envoyBinary(version = ""): Promise<string> {
  const known = found.get(version) ?? find(version);
  found.set(version, known);
  return known;
}

/** Its version, such as "1.40.0". */
export async function envoyVersion(): Promise<string> {
  const { stdout } = await promisify(execFile)(await envoyBinary(), ["--version"], { timeout: 60_000 });
  return /\/(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? "";
}

async function find(version: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [join(__dirname, "fetch-envoy.mjs"), ...(version === "" ? [] : [version])], { timeout: FETCHED_WITHIN_MS });
    return stdout.trim();
  } catch (error) {
    throw new Error((error as { stderr?: string }).stderr?.trim() || String(error));
  }
}
