// One process at a time: a lock is a file that holds its owner's pid, so that one left behind by a killed process can be told from one in use.

import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits for the lock and gives the function that frees it. `doing` is what its owner does, for the one who waits: "fetching Envoy". */
export async function lock(path, doing, say) {
  for (let told = false; ; told = true) {
    try {
      await writeFile(path, String(process.pid), { flag: "wx" });
      return () => rm(path, { force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const owner = Number(await readFile(path, "utf8").catch(() => ""));
    if (owner > 0 ? !isAlive(owner) : await olderThan(path, 5_000)) {
      await rm(path, { force: true });
    } else {
      if (!told) say(`Waiting for process ${owner || "unknown"}, which is ${doing} …`);
      await sleep(200);
    }
  }
}

/** For a lock without a pid in it: its owner is about to write one, or was killed before it could. */
async function olderThan(path, milliseconds) {
  return stat(path).then((found) => Date.now() - found.mtimeMs > milliseconds, () => false);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
