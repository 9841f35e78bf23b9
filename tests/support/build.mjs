// Builds programs that tests need and that are not published ready to run. It builds into .cache, once for each state of the files that pin their
// versions. It uses plain Node and no packages.

import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cp, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify, stripVTControlCharacters } from "node:util";
import { lock } from "../../cli/lock.mjs";

const run = promisify(execFile);
const CACHE = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), ".cache");

/** The time limit of one command. On a slow machine a build takes minutes. */
const LIMIT_MS = 20 * 60_000;
const ANSWERS_WITHIN_MS = 60_000;
const SIGNALS = ["SIGINT", "SIGTERM"];

export const GO = { command: ["go", "version"], found: /go1\.(\d+)/, oldest: 21, install: "Go 1.26 or newer" };

/**
 * The folder of a program that is built.
 * @param what for messages: "the provider hydra"
 * @param cache the folder below .cache
 * @param files what it is built from, below `source`; they lie in the work folder in the same places
 * @param needs programs of the machine, such as GO
 * @param build makes it in the work folder, which then becomes the result
 * @param lockAs below .cache, for programs that must not be built at the same time; one program never is
 */
export async function built({ what, cache, source, files = ["."], needs, build, lockAs }) {
  const missing = (await Promise.all(needs.map(async (need) => ((await isThere(need)) ? [] : [need.install])))).flat();
  if (missing.length > 0) throw new Error(`${what} cannot run here: install ${missing.join(" and ")}.`);
  const folder = join(CACHE, cache, await stateOf(source, files));
  if (await exists(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const unlock = await lock(`${lockAs === undefined ? folder : join(CACHE, lockAs)}.lock`, `building ${what}`, console.error);
  const work = `${folder}.${process.pid}`;
  try {
    if (await exists(folder)) return folder; // another process was quicker
    for (const file of files) await cp(join(source, file), join(work, file), { recursive: true });
    await build(work);
    await rename(work, folder);
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
    await unlock();
  }
}

/**
 * Runs a command in a folder and returns what it prints. If it fails, or does not end within the limit (a download may hang), the error has its last
 * lines.
 */
export async function tell(cwd, command, args, environment = {}, limitMs = LIMIT_MS) {
  // Its own process group, so that everything that the command has started ends with it.
  const child = spawn(command, args, { cwd, env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"], detached: true });
  let failure = "", stdout = "", stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => { stdout += text; });
  child.stderr.setEncoding("utf8").on("data", (text) => { stderr += text; });
  const stop = (why) => {
    failure = why;
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  };
  const stopped = (signal) => stop(`was stopped by ${signal}`);
  for (const signal of SIGNALS) process.on(signal, stopped);
  const limit = setTimeout(() => stop(`did not end within ${limitMs / 1000} s`), limitMs);
  try {
    const [code, signal] = await once(child, "close");
    if (code !== 0) failure ||= `ended with ${signal ?? code}`;
  } catch (error) {
    failure = error.message;
  } finally {
    clearTimeout(limit);
    for (const signal of SIGNALS) process.off(signal, stopped);
  }
  if (failure === "") return stdout;
  const lines = stripVTControlCharacters(`${stdout}\n${stderr}`).split("\n").filter((line) => line.trim() !== "" && !line.startsWith("go: downloading"));
  throw new Error([`${command} ${args.slice(0, 2).join(" ")} ${failure}${lines.length > 0 ? ". It said" : ""}`, ...lines.slice(-8)].join("\n  "));
}

/** Prints the result, or the error. */
export async function print(giving) {
  try {
    console.log(await giving);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

async function isThere({ command: [command, ...args], found, oldest }) {
  try {
    const { stdout, stderr } = await run(command, args, { timeout: ANSWERS_WITHIN_MS });
    return found === undefined || Number(found.exec(stdout + stderr)?.[1]) >= oldest;
  } catch {
    return false;
  }
}

/** A name derived from the contents of these files. */
async function stateOf(source, names) {
  const hash = createHash("sha256");
  const files = (await Promise.all(names.map((name) => filesAt(join(source, name))))).flat();
  for (const file of files.sort()) hash.update(`${file.slice(source.length)}\0`).update(await readFile(file)).update("\0");
  return hash.digest("hex").slice(0, 16);
}

async function filesAt(path) {
  if ((await stat(path)).isFile()) return [path];
  return (await readdir(path, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function exists(path) {
  return stat(path).then(() => true, () => false);
}
