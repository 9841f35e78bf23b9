// The SBOM, made by CycloneDX's own tool: the components of the module and of the npm package, without the tools of the build.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { install } from "../own-lock";

/** The tool's own package.json and lock. */
const TOOL = join(__dirname, "sbom");
const WRITTEN_WITHIN_MS = 300_000;

interface Manifest { name: string; version: string; description: string; license: string; dependencies?: Record<string, string>; devDependencies: Record<string, string> }
interface Lock { packages: Record<string, { dev?: boolean }> }
interface Bom { metadata: { tools: { components: { name: string }[] } } }

/** The tool, installed under `root`, the project's folder. The first time this needs the network. */
export function sbomTool(root: string): string {
  const folder = join(root, "build/sbom");
  install(TOOL, folder, "--omit=optional");
  return join(folder, "node_modules/.bin/cyclonedx-npm");
}

/** CycloneDX JSON. `root`: the project's folder. */
export function sbomOf(root: string): string {
  const tool = sbomTool(root);
  const folder = mkdtempSync(join(tmpdir(), "envoy-oidc-sbom-"));
  try {
    // AssemblyScript's library is compiled into the module, so it is a component here, although it is a development dependency of npm.
    const { name, version, description, license, dependencies = {}, devDependencies } = read<Manifest>(join(root, "package.json"));
    const parts = { name, version, description, license, dependencies: { ...dependencies, assemblyscript: devDependencies.assemblyscript } };
    const lock = read<Lock>(join(root, "package-lock.json"));
    for (const entry of Object.values(lock.packages)) delete entry.dev;
    lock.packages[""] = parts as object;
    writeFileSync(join(folder, "package.json"), JSON.stringify(parts));
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
    const out = join(folder, "bom.json");
    execFileSync(process.execPath, [tool, "--package-lock-only", "--omit", "dev", "--output-reproducible", "--no-validate", "--mc-type", "library", "--output-file", out], { cwd: folder, timeout: WRITTEN_WITHIN_MS });
    const bom = read<Bom>(out);
    // npm only read the lock file. Its version would make the results of two machines differ.
    bom.metadata.tools.components = bom.metadata.tools.components.filter((tool) => tool.name !== "npm");
    return `${JSON.stringify(bom, null, 2)}\n`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function read<T>(path: string): T { return JSON.parse(readFileSync(path, "utf8")) as T; }
