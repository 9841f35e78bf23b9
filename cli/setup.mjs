// Gets a fresh clone ready: npm packages, the compiled filter, Envoy, the test vectors. It runs before `npm start`, `npm run build` and every
// level of tests, does only what is missing, and is plain Node, because the packages may be what is missing.
//   node cli/setup.mjs [PART …]      packages, filter, envoy, vectors; without one, all of them

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findEnvoy } from "./demo/fetch-envoy.mjs";
import { findVectors } from "./fetch-vectors.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lockFile = join(root, "package-lock.json");
const installed = join(root, "node_modules", ".package-lock.json"); // npm writes it last
const asc = join(root, "node_modules", "assemblyscript", "bin", "asc.js");
const tsx = join(root, "node_modules", "tsx", "dist", "cli.mjs");
const filter = join(root, "build", "envoy-oidc.wasm");

/** Time limit for downloads and compilations. */
const WITHIN_MS = 1_200_000;

const PARTS = { packages: installPackages, filter: compileFilter, envoy: () => findEnvoy(console.log), vectors: () => findVectors(console.log) };

/** Makes these parts ready, in the order of their dependencies. */
export async function setUp(parts) {
  const unknown = parts.find((part) => !(part in PARTS));
  if (unknown !== undefined) throw new Error(`There is no part ${unknown}: ${Object.keys(PARTS).join(", ")}.`);
  for (const [part, make] of Object.entries(PARTS)) if (parts.includes(part)) await make();
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

/** The latest change among files and everything under folders. The time of a folder shows that files were removed. */
function newest(...paths) {
  let latest = 0;
  for (const path of paths) {
    latest = Math.max(latest, modifiedAt(path));
    if (statSync(path).isDirectory()) latest = Math.max(latest, newest(...readdirSync(path).map((name) => join(path, name))));
  }
  return latest;
}

function run(command, args, onFailure) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", timeout: WITHIN_MS });
  if (error?.code === "ENOENT") throw new Error(`${command} is not on the PATH.`);
  if (error?.code === "ETIMEDOUT") throw new Error(`${command} had not ended after ${WITHIN_MS / 60_000} minutes. ${onFailure}`);
  if (status !== 0) throw new Error(onFailure);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const parts = process.argv.slice(2);
    await setUp(parts.length > 0 ? parts : Object.keys(PARTS));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
