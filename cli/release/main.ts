// `npm run release`: makes everything that is published from the module just built. It needs no daemon and no network, and gives the same bytes for
// the same commit on every machine. It publishes nothing: cli/release/publish.sh does that.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { filesOf, gzipOf, sha256, tarOf, type Files } from "./archive";
import { imageOf } from "./image";
import { notesOf } from "./notes";
import { sbomOf } from "./sbom";

const ROOT = join(__dirname, "../..");
const OUT = join(ROOT, "build/release");
const WITHIN_MS = 300_000;
/** Configurations that the pages on getting the filter use. */
const SAMPLES = ["envoy/first.yaml", "envoy/bearer.yaml", "envoy/browser.yaml"];

async function main(): Promise<void> {
  const changed = git("status", "--porcelain");
  if (changed !== "") throw new Error(`A release is made of a commit, and these files differ from it:\n${changed}`);
  const revision = git("rev-parse", "HEAD"), atSec = Number(git("log", "-1", "--format=%ct"));
  const { name, version, description, license } = JSON.parse(text("package.json")) as Record<"name" | "version" | "description" | "license", string>;

  const wasm = readFileSync(join(ROOT, "build/envoy-oidc.wasm")), image = await imageOf(wasm, { name, version, description, license, revision, atSec });
  const licenses = ["LICENSE", "node_modules/assemblyscript/LICENSE", "node_modules/assemblyscript/NOTICE"].map((path) => `==> ${path.replace("node_modules/", "")}\n\n${text(path)}`).join("\n");
  writeFileSync(join(ROOT, "build/LICENSES.txt"), licenses); // npm packs it from there

  rmSync(OUT, { recursive: true, force: true });
  const stem = `${name}-${version}`;
  const files: Files = {
    [`${stem}.wasm`]: wasm,
    [`${stem}.wasm.sha256`]: Buffer.from(`${sha256(wasm)}  ${stem}.wasm\n`),
    [`${stem}.oci.tar`]: await tarOf(image.layout, atSec),
    [`${stem}.oci.digest`]: Buffer.from(`${image.digest}\n`),
    [`${stem}.tgz`]: await npmPackage(atSec),
    [`${stem}.cdx.json`]: Buffer.from(sbomOf(ROOT)),
    "LICENSES.txt": Buffer.from(licenses),
    "RELEASE_NOTES.md": Buffer.from(notesOf(text("CHANGELOG.md"), version)),
    ...Object.fromEntries(SAMPLES.map((path) => [path.slice("envoy/".length), readFileSync(join(ROOT, path))])),
  };
  files.SHA256SUMS = Buffer.from(Object.keys(files).sort().map((path) => `${sha256(files[path]!)}  ${path}\n`).join(""));
  for (const [path, bytes] of Object.entries(image.layout)) write(join(`${stem}.oci`, path), bytes);
  for (const [path, bytes] of Object.entries(files)) write(path, bytes);
  console.log(`${files.SHA256SUMS}image ${image.digest}`);
}

/** The tarball that npm installs. npm's own tarball has the modes of this machine's files, which depend on its umask, so it is packed again. */
async function npmPackage(atSec: number): Promise<Buffer> {
  const folder = join(ROOT, "build/npm");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const [{ filename }] = JSON.parse(execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--offline", "--pack-destination", folder], { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: WITHIN_MS })) as [{ filename: string }];
  return gzipOf(await tarOf(await filesOf(gunzipSync(readFileSync(join(folder, filename)))), atSec));
}

function write(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(join(OUT, path)), { recursive: true });
  writeFileSync(join(OUT, path), bytes);
}

function text(path: string): string { return readFileSync(join(ROOT, path), "utf8"); }

function git(...args: string[]): string { return execFileSync("git", args, { cwd: ROOT, encoding: "utf8", timeout: WITHIN_MS }).trim(); }

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
