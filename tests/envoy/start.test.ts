// `npm start` as a user meets it: what it prints can be pasted and is true, Ctrl-C ends all of it, a taken port is told.

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort, isFree, listenOn } from "../../cli/demo/ports";
import { atEnd } from "./support/cleanup";
import { until } from "./support/envoy";

const ROOT = join(__dirname, "../..");

interface Demo { child: ChildProcess; printed(): string; ended: Promise<number | null> }

/** What `npm start` runs once its set-up is done. */
function startDemo(port: number): Demo {
  const child = spawn(process.execPath, ["--import", "tsx", "cli/demo/main.ts"], { cwd: ROOT, env: { ...process.env, PORT: String(port) }, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => { text += chunk.toString(); });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  atEnd(async () => { if (child.exitCode === null) child.kill("SIGTERM"); await ended; });
  return { child, printed: () => text, ended };
}

/** Four free ports in a row, the first of them. */
async function fourFreePorts(): Promise<number> {
  return until("four free ports in a row", 5000, async () => {
    const port = await freePort();
    const free = await Promise.all([1, 2, 3].map((n) => isFree(port + n)));
    return free.every(Boolean) ? port : undefined;
  });
}

test("every line that it prints does what stands above it, and Ctrl-C stops everything that it started", async () => {
  const port = await fourFreePorts();
  const demo = startDemo(port);
  await until("the demo's guide", 40_000, async () => (demo.printed().includes("Ctrl-C stops everything") ? true : undefined));

  const lines = [...demo.printed().matchAll(/^(.*): (200|401|403)\b.*\n  (curl .*)$/gm)];
  expect(lines.map(([, what]) => what)).toHaveLength(5);
  for (const [, what, status, line] of lines) {
    const { stdout } = await promisify(execFile)("bash", ["-c", `${line} -s -o /dev/null -w '%{http_code}'`]);
    expect(`${what}: ${stdout}`).toBe(`${what}: ${status}`);
  }

  demo.child.kill("SIGINT");
  expect(await demo.ended).toBe(0);
  for (const n of [0, 1, 2, 3]) expect(await isFree(port + n)).toBe(true);
}, 60_000);

test("a port that is taken is named, with the way out, and nothing is started", async () => {
  const port = await fourFreePorts();
  const other = createServer();
  await listenOn(other, port + 1);
  atEnd(async () => void other.close());
  const demo = startDemo(port);
  expect(await demo.ended).toBe(1);
  expect(demo.printed()).toMatch(new RegExp(`Port ${port + 1}, meant for the OpenID provider, is taken.*PORT=\\d+ npm start`));
  expect(await isFree(port)).toBe(true);
});
