// Builds a provider into .cache/providers, once for each state of its folder here, which pins its versions. Plain Node and no packages.
//   node tests/providers/support/build.mjs hydra        prints the folder of what was built

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify, stripVTControlCharacters } from "node:util";
import { lock } from "../../../cli/lock.mjs";

const run = promisify(execFile);
const providers = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(dirname(dirname(providers)), ".cache", "providers");

const GO = { command: ["go", "version"], found: /go1\.(\d+)/, oldest: 21, install: "Go 1.26 or newer" };
const C = { command: ["cc", "--version"], install: "a C compiler (on Debian or Ubuntu: apt-get install gcc libc6-dev)" };
const JAVA = { command: ["javac", "-version"], found: /javac (\d+)/, oldest: 17, install: "a JDK, 17 or newer (on Debian or Ubuntu: apt-get install openjdk-17-jdk-headless)" };
const MAVEN = { command: ["mvn", "--version"], install: "Maven (on Debian or Ubuntu: apt-get install maven)" };
const PIP = { command: ["python3", "-m", "pip", "--version"], found: /python 3\.(\d+)/, oldest: 10, install: "Python 3.10 or newer with pip (on Debian or Ubuntu: apt-get install python3-pip)" };

const go = (...args) => (work) => tell(work, "go", ["build", "-mod=mod", "-trimpath", "-ldflags=-s -w", "-o", "provider", ...args]);

const PROVIDERS = {
  hydra: { needs: [GO, C], build: go("-tags=sqlite,json1", "github.com/ory/hydra/v2") },
  spring: { needs: [JAVA, MAVEN], build: (work) => tell(work, "mvn", ["-B", "-q", "package"]) },
  navikt: { needs: [JAVA, MAVEN], build: (work) => tell(work, "mvn", ["-B", "-q", "dependency:copy-dependencies"]) },
  zitadel: { needs: [GO], build: go(".") },
  django: { needs: [PIP], build: (work) => tell(work, "python3", ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore", "--target=site", "--requirement=requirements.txt"]) },
};

async function built(name) {
  const { needs, build } = PROVIDERS[name];
  const missing = (await Promise.all(needs.map(async (need) => ((await isThere(need)) ? [] : [need.install])))).flat();
  if (missing.length > 0) throw new Error(`The provider ${name} cannot run here: install ${missing.join(" and ")}.`);
  const folder = join(cache, name, await stateOf(join(providers, name)));
  if (await exists(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const unlock = await lock(`${folder}.lock`, `building the provider ${name}`, console.error);
  const work = `${folder}.${process.pid}`;
  try {
    if (await exists(folder)) return folder; // another process was quicker
    await cp(join(providers, name), work, { recursive: true });
    await build(work);
    await rename(work, folder);
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
    await unlock();
  }
}

async function isThere({ command: [command, ...args], found, oldest }) {
  try {
    const { stdout, stderr } = await run(command, args);
    return found === undefined || Number(found.exec(stdout + stderr)?.[1]) >= oldest;
  } catch {
    return false;
  }
}

/** A name for what stands in a folder. */
async function stateOf(folder) {
  const hash = createHash("sha256");
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) hash.update(`${file.slice(folder.length)}\0`).update(await readFile(file)).update("\0");
  return hash.digest("hex").slice(0, 16);
}

async function tell(cwd, command, args) {
  try {
    await run(command, args, { cwd, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const lines = stripVTControlCharacters(`${error.stdout ?? ""}\n${error.stderr ?? ""}`).trim().split("\n").filter((line) => !line.startsWith("go: downloading"));
    throw new Error(`${command} ${args.slice(0, 2).join(" ")} said\n  ${lines.slice(-8).join("\n  ") || error.message}`);
  }
}

function exists(path) {
  return stat(path).then(() => true, () => false);
}

try {
  console.log(await built(process.argv[2]));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
