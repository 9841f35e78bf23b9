// Gets a fresh clone ready: npm packages, the compiled filter, Envoy. It runs before `npm start`, `npm test` and `npm run build`, does
// only what is missing, and is plain Node, because the packages may be what is missing.
//   node cli/setup.mjs [--packages]      --packages: these alone

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findEnvoy } from "./demo/fetch-envoy.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lockFile = join(root, "package-lock.json");
const installed = join(root, "node_modules", ".package-lock.json"); // npm writes it last
const asc = join(root, "node_modules", "assemblyscript", "bin", "asc.js");
const tsx = join(root, "node_modules", "tsx", "dist", "cli.mjs");
const filter = join(root, "build", "envoy-oidc.wasm");

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Error(`This is Node ${process.versions.node}; envoy-oidc needs 20.19 or newer.`);
}

function installPackages() {
  if (modifiedAt(installed) >= modifiedAt(lockFile)) return;
  console.log("Installing npm packages …");
  // Under `npm start` this is the npm that the user started; it may not be on the PATH of its own scripts.
  const npm = process.env.npm_execpath;
  const [command, ...args] = npm?.endsWith(".js") ? [process.execPath, npm] : ["npm"];
  run(command, [...args, "ci", "--no-audit", "--no-fund", "--loglevel=error"], "npm could not install the packages. Go online, or see its message above.");
  const now = new Date();
  utimesSync(installed, now, now); // a checkout may give the lock file a time later than the one that npm writes
}

function compileFilter() {
  if (!existsSync(filter) || newest(join(root, "assembly"), join(root, "asconfig.json"), join(root, "package.json")) > modifiedAt(filter)) {
    console.log("Compiling the filter …");
    mkdirSync(dirname(filter), { recursive: true });
    run(process.execPath, [asc, "assembly/index.ts", "--target", "release", "--transform", "./cli/version-transform.mjs"], "The filter does not compile: see the compiler's message above.");
    run(process.execPath, [tsx, "cli/pack.ts", filter], "The filter cannot be packed: see the message above.");
    const now = new Date();
    utimesSync(filter, now, now); // it leaves an unchanged file as it is
  }
}

function modifiedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** The latest change among files and everything under folders; a folder's own time tells of files that were removed. */
function newest(...paths) {
  let latest = 0;
  for (const path of paths) {
    latest = Math.max(latest, modifiedAt(path));
    if (statSync(path).isDirectory()) latest = Math.max(latest, newest(...readdirSync(path).map((name) => join(path, name))));
  }
  return latest;
}

function run(command, args, onFailure) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (error?.code === "ENOENT") throw new Error(`${command} is not on the PATH.`);
  if (status !== 0) throw new Error(onFailure);
}

try {
  checkNode();
  installPackages();
  if (!process.argv.includes("--packages")) {
    compileFilter();
    await findEnvoy(console.log);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
