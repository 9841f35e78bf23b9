// Finds the Keycloak that tests run without containers: the version in cli/versions.mjs, from Maven's central repository, unpacked and built once into
// .cache/keycloak. Plain Node and no packages. Run by itself, it prints the folder, and with --check what is missing.

import { execFile } from "node:child_process";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify, stripVTControlCharacters } from "node:util";
import { lock } from "./lock.mjs";
import { versionOf } from "./versions.mjs";

const run = promisify(execFile);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, ".cache", "keycloak");
const version = versionOf("KEYCLOAK_IMAGE");
const folder = join(cache, version);
const UNPACK = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack";

const OLDEST_JAVA = 17;
const ASKED_WITHIN_MS = 60_000, FETCHED_WITHIN_MS = 1_200_000;

/** These options are fixed at build time. One process: no cluster, whose ports would be open to other machines. */
const BUILT_IN = ["--db=dev-file", "--cache=local"];

/** The folder of a Keycloak that is ready for `kc.sh start --optimized`. `say` gets a line before slow work starts. */
export async function findKeycloak(say = (line) => console.error(line)) {
  const missing = await whatIsMissing();
  if (missing !== null) throw new Error(missing);
  if (!(await exists(folder))) await fetchKeycloak(say);
  return folder;
}

/** What has to be installed before findKeycloak can work, or null. */
async function whatIsMissing() {
  const missing = [], packages = [];
  const java = await javaVersion();
  if (java === null || java < OLDEST_JAVA) {
    missing.push(java === null ? `there is no Java (${OLDEST_JAVA} or newer) on the PATH or in JAVA_HOME` : `Java is version ${java}, and ${OLDEST_JAVA} or newer is needed`);
    packages.push("openjdk-17-jre-headless");
  }
  if (!(await exists(folder)) && !(await works("mvn", ["--version"]))) {
    missing.push("there is no mvn on the PATH to fetch it");
    packages.push("maven");
  }
  return missing.length === 0 ? null : `Keycloak cannot run: ${missing.join(", and ")}. On Debian or Ubuntu: apt-get install ${packages.join(" ")}`;
}

/** 17 from `openjdk version "17.0.15" 2025-04-15`. kc.sh looks for Java in the same places. */
async function javaVersion() {
  const java = process.env.JAVA || (process.env.JAVA_HOME ? join(process.env.JAVA_HOME, "bin", "java") : "java");
  try {
    const { stderr } = await run(java, ["-version"], { timeout: ASKED_WITHIN_MS });
    return Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
  } catch {
    return null;
  }
}

/** Downloads under a lock into a temporary folder, which is moved into place when it is complete. */
async function fetchKeycloak(say) {
  await mkdir(cache, { recursive: true });
  const unlock = await lock(join(cache, `${version}.lock`), "fetching Keycloak", say);
  const work = join(cache, `${version}.${process.pid}`);
  try {
    if (await exists(folder)) return; // another process was quicker
    await mkdir(work, { recursive: true });
    say(`Fetching Keycloak ${version} (190 MB, once) …`);
    const artifact = `-Dartifact=org.keycloak:keycloak-quarkus-dist:${version}:zip`;
    await tell("mvn", ["-B", "-q", UNPACK, artifact, `-DoutputDirectory=${work}`], work, "Could not fetch Keycloak");
    const unpacked = join(work, `keycloak-${version}`);
    await tell(join(unpacked, "bin", "kc.sh"), ["build", ...BUILT_IN], unpacked, "Keycloak was fetched and could not be built");
    await rename(unpacked, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
    await unlock();
  }
}

async function tell(command, args, cwd, onFailure) {
  try {
    await run(command, args, { cwd, maxBuffer: 16 * 1024 * 1024, timeout: FETCHED_WITHIN_MS });
  } catch (error) {
    const lines = stripVTControlCharacters(`${error.stdout ?? ""}\n${error.stderr ?? ""}`).trim().split("\n");
    const reason = lines.find((line) => line.startsWith("[ERROR]")); // Maven's first one; the rest is advice
    const output = reason ?? lines.slice(-5).join("\n  ");
    throw new Error(`${onFailure}: ${command} said\n  ${output || error.message}\nGo online and try again, or use a Docker engine.`);
  }
}

function works(command, args) {
  return run(command, args, { timeout: ASKED_WITHIN_MS }).then(() => true, () => false);
}

function exists(path) {
  return stat(path).then(() => true, () => false);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(process.argv.includes("--check") ? ((await whatIsMissing()) ?? "") : await findKeycloak());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
