// The time until Envoy's listener answers, with and without the filter.

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { get, type ClientRequest } from "node:http";
import { cpus } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrap } from "./bootstraps";
import { wasm, type Filter } from "./filters";
import { spreadOf } from "./measure";
import { fixed, type Result } from "./report";
import { configurations } from "./subjects";
import { FILTER, OUT, type World } from "./world";

const AIM_SECONDS = 0.25, GIVE_UP_MS = 60_000;

export async function measureReady(world: World): Promise<Result> {
  const filter = wasm(FILTER, configurations(world.provider).bearer), bare: number[] = [], filtered: number[] = [];
  for (let i = 0; i < (world.quick ? 3 : 9); i++) {
    bare.push(await secondsToReady(world, []));
    filtered.push(await secondsToReady(world, [filter]));
  }
  const alone = spreadOf(bare), more = spreadOf(filtered.map((seconds, i) => seconds - bare[i]!));
  return {
    part: "ready", data: { alone, more }, tables: [],
    notes: [`Ready: Envoy alone answers ${fixed(alone.median, 2)} s after its start, with the filter ${fixed(more.median, 2)} s later (${fixed(more.lower, 2)}–${fixed(more.upper, 2)}; aim: at most ${AIM_SECONDS}).`],
  };
}

/** On all cores, unlike the rest of the bench: V8 compiles on as many as there are. */
async function secondsToReady(world: World, filters: Filter[]): Promise<number> {
  const ports = await world.ports(), config = join(OUT, "envoy-ready.json");
  writeFileSync(config, JSON.stringify(bootstrap(filters, ports)));
  const began = performance.now();
  const child = spawn("taskset", ["-c", `0-${cpus().length - 1}`, world.binary, "--config-path", config, "--concurrency", "1", "--log-level", "off", "--disable-hot-restart"], { stdio: "ignore" });
  const atExit = (): void => { child.kill("SIGKILL"); };
  process.once("exit", atExit);
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  try {
    while (!(await answers(ports.listener))) {
      if (child.exitCode !== null || performance.now() - began > GIVE_UP_MS) throw new Error("an Envoy did not come up");
      await sleep(2);
    }
    return (performance.now() - began) / 1000;
  } finally {
    child.kill("SIGKILL");
    await ended;
    process.off("exit", atExit);
  }
}

/** Any answer counts: a filter that has started refuses a request without a token. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request: ClientRequest = get({ host: "127.0.0.1", port, path: "/", agent: false }, (response) => {
      response.resume();
      resolve(true);
    });
    request.on("error", () => resolve(false));
  });
}
