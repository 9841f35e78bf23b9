// `npm start` for tests: on free ports, stopped with the test file.

import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { freePort, isFree } from "../../../cli/demo/ports";
import { atEnd } from "./cleanup";
import { until } from "./envoy";

const ROOT = join(__dirname, "../../..");

export interface Demo { child: ChildProcess; printed(): string; ended: Promise<number | null> }

/** Runs what `npm start` runs after its set-up. */
export function startDemo(port: number): Demo {
  const child = spawn(process.execPath, ["--import", "tsx", "cli/demo/main.ts"], { cwd: ROOT, env: { ...process.env, PORT: String(port) }, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => { text += chunk.toString(); });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  atEnd(async () => { if (child.exitCode === null) child.kill("SIGTERM"); await ended; });
  return { child, printed: () => text, ended };
}

/** Four free ports in a row, the first of them. */
export async function fourFreePorts(): Promise<number> {
  return until("four free ports in a row", 5000, async () => {
    const port = await freePort();
    const free = await Promise.all([1, 2, 3].map((n) => isFree(port + n)));
    return free.every(Boolean) ? port : undefined;
  });
}

/** The text that it prints when everything is running. */
export function guideOf(demo: Demo): Promise<string> {
  return until("the demo's guide", 40_000, async () => (demo.printed().includes("Ctrl-C stops everything") ? demo.printed() : undefined));
}
