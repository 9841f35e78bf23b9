// Tools whose packages nothing else needs. Each has a folder with its own package.json and lock file, and is installed on first use.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Installs the tool of this package.json and lock file into `folder`, unless it is there. This needs the network. `options`: npm's. */
export function install(tool: string, folder: string, ...options: string[]): void {
  const installed = join(folder, "node_modules/.package-lock.json"), lock = join(folder, "package-lock.json");
  const wanted = readFileSync(join(tool, "package-lock.json"), "utf8");
  if (existsSync(installed) && readFileSync(lock, "utf8") === wanted) return;
  mkdirSync(folder, { recursive: true });
  for (const file of ["package.json", "package-lock.json"]) copyFileSync(join(tool, file), join(folder, file));
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...options], { cwd: folder, stdio: ["ignore", "inherit", "inherit"], timeout: 300_000 });
}
