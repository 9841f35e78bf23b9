// The bench's own wasm modules, compiled on first use.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";

export interface HostCall { name: string; /** The header's name, or another first argument. */ key: string; valueBytes: number }

/** The callbacks of one stream in order, each with its calls. */
export type Script = { callback: string; calls: HostCall[] }[];

const SOURCES = join(__dirname, "modules");
const ASC = join(__dirname, "..", "node_modules/assemblyscript/bin/asc.js");

/** The module's file. */
export function emptyModule(folder: string): string { return compiled(join(SOURCES, "empty.as.ts"), join(folder, "empty.wasm")); }

/** The exports that every module needs. */
const ALWAYS = ["proxy_abi_version_0_2_1", "proxy_on_memory_allocate", "proxy_on_configure"];

/** A floor module that exports only these callbacks: each further one would cost every request a call into the VM. */
export function floorModule(folder: string, callbacks: string[]): string {
  const name = ["floor", ...callbacks.map((callback) => callback.replace("proxy_on_", ""))].join("-");
  const entry = join(folder, `${name}.as.ts`), floor = relative(folder, join(SOURCES, "floor.as"));
  writeFileSync(entry, `export { ${[...ALWAYS, ...callbacks].join(", ")} } from "${floor}";\n`);
  return compiled(entry, join(folder, `${name}.wasm`));
}

const done = new Set<string>();

function compiled(entry: string, out: string): string {
  if (done.has(out)) return out;
  execFileSync(process.execPath, [ASC, entry, "--config", "none", "--baseDir", join(__dirname, ".."), "--outFile", out, "-O3", "--runtime", "stub", "--enable", "bulk-memory", "--use", "abort="]);
  done.add(out);
  return out;
}

/** A floor's configuration. */
export function written(script: Script): string {
  return script.map(({ callback, calls }) => [`on ${callback}`, ...calls.map(({ name, key, valueBytes }) => `${name} ${key} ${valueBytes}`.trimEnd())].join("\n")).join("\n");
}
