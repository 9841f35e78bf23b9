// Lets one process at a time do something. The lock is a file with its owner's pid, which shows whether a killed process left it behind.

import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits for the lock, and returns the function that releases it. `doing` tells a waiting user what the owner does: "fetching Envoy". */
export async function lock(path, doing, say) {
  for (let reported = false; ; reported = true) {
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
      if (!reported) say(`Waiting for process ${owner || "unknown"}, which is ${doing} …`);
      await sleep(200);
    }
  }
}

/** For a lock without a pid: its owner is about to write the pid, or was killed before. */
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
