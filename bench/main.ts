// `npm run bench [-- --quick | --micro | --hostile | --only PART,PART] [--publish]`: the filter's cost, compared with other filters and servers.

import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { measureArrivals } from "./arrivals";
import { closeBrowsers } from "./browsers";
import { measureCrossings } from "./crossings";
import { measureGrowth } from "./growth";
import { measureHostile } from "./hostile";
import { measureMemory } from "./memory";
import { measureMicro } from "./micro";
import { measureReady } from "./ready";
import { publish } from "./publish";
import { report, type Result } from "./report";
import { measureRequests } from "./requests";
import { stayOnLoadCore } from "./servers";
import { OUT, REPORT, World } from "./world";

interface Part { run(world: World): Result | Promise<Result>; /** Skipped by --quick. */ long?: boolean; /** Only on request. */ apart?: boolean }

const PARTS: Record<string, Part> = {
  requests: { run: measureRequests },
  crossings: { run: measureCrossings, long: true },
  ready: { run: measureReady },
  arrivals: { run: measureArrivals, long: true },
  growth: { run: measureGrowth, long: true },
  memory: { run: measureMemory },
  micro: { run: measureMicro },
  hostile: { run: measureHostile, apart: true },
};

/** Parts with a load of their own. */
const WITHOUT_WRK = ["micro", "hostile"];

async function main(): Promise<void> {
  const quick = process.argv.includes("--quick"), chosen = chosenParts(quick);
  requireTools(chosen);
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  stayOnLoadCore();
  const world = await World.start(quick), results: Result[] = [];
  try {
    for (const name of chosen) {
      process.stderr.write(`${name}\n`);
      results.push(await PARTS[name]!.run(world));
      await world.clear();
    }
  } finally {
    // Results from before an error are not lost.
    report(REPORT, results);
    if (process.argv.includes("--publish")) publish(REPORT, results);
    closeBrowsers();
    await world.stop();
  }
}

function chosenParts(quick: boolean): string[] {
  const only = process.argv.indexOf("--only");
  const alone = ["micro", "hostile"].filter((name) => process.argv.includes(`--${name}`));
  const names = alone.length > 0 ? alone : only > 0 ? (process.argv[only + 1] ?? "").split(",") : null;
  if (names === null) return Object.keys(PARTS).filter((name) => !PARTS[name]!.apart && !(quick && PARTS[name]!.long));
  const unknown = names.filter((name) => !(name in PARTS));
  if (unknown.length > 0) throw new Error(`there is no part ${unknown.join(", ")}; there are ${Object.keys(PARTS).join(", ")}`);
  return names;
}

function requireTools(chosen: string[]): void {
  try {
    execFileSync("which", ["taskset", ...(chosen.every((name) => WITHOUT_WRK.includes(name)) ? [] : ["wrk"])], { stdio: "ignore" });
  } catch {
    throw new Error("the bench needs wrk and taskset (on Debian: apt-get install wrk util-linux)");
  }
}

// Servers end with the bench, however it ends (cli/demo/envoy-process.ts, apache.ts).
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
