// Names test files that run for very long, because Jest does not name a file that never ends. It is a process of its own: a test in an endless loop
// blocks all of Jest. The reporter writes "start PATH" and "end PATH" lines to it.
//   node tests/support/slow-files.mjs [SECONDS]

import { createInterface } from "node:readline";

/** Longer than any file takes on a slow machine, except those that wait for a build. */
const afterSec = Number(process.argv[2] ?? 600);

const running = new Map();
const timers = new Map();

createInterface({ input: process.stdin }).on("line", (line) => {
  const [what, path] = [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)];
  clearInterval(timers.get(path));
  if (what === "end") return running.delete(path);
  running.set(path, Date.now());
  timers.set(path, setInterval(() => console.error(`Still running after ${Math.round((Date.now() - running.get(path)) / 1000)} s: ${path}`), afterSec * 1000));
}).on("close", () => timers.forEach((timer) => clearInterval(timer)));
