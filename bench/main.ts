// `npm run bench [-- --quick]`: what the filter costs a request, beside what Envoy's own filter costs, in one interleaved run.

import { execFileSync } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { envoyBinary } from "../cli/demo/envoy-binary";
import { freePort } from "../cli/demo/ports";
import { ENVOY_CORE, LOAD_CORE, measure, startEnvoy, type RunningEnvoy, type Sample } from "./load";
import { measureMemory, type MemoryReport } from "./memory";
import { benchProvider } from "./provider";
import { bootstrap, subjects, upstreamBootstrap, type Subject } from "./subjects";

const ROOT = join(__dirname, "..");
const OUT = join(ROOT, "build", "bench");
const QUICK = process.argv.includes("--quick");
const ROUNDS = QUICK ? 3 : 9;
const SECONDS = QUICK ? 1 : 3;
/** More than this of foreign CPU, and the sample is thrown away. */
const NOISE = 0.3;
/** About the size of an access token of Keycloak or Entra. */
const TOKEN_BYTES = 1024;

async function main(): Promise<void> {
  requireWrk();
  mkdirSync(OUT, { recursive: true });
  const empty = join(OUT, "empty.wasm");
  execFileSync(process.execPath, [join(ROOT, "node_modules/assemblyscript/bin/asc.js"), "empty.as.ts", "--baseDir", join(ROOT, "bench"), "--outFile", empty, "-O3", "--runtime", "stub"]);
  const filter = join(ROOT, "build/envoy-oidc.wasm");

  const binary = await envoyBinary();
  const provider = await benchProvider(TOKEN_BYTES);
  const running: RunningEnvoy[] = [];
  try {
    const upstreamPorts = { listener: await freePort(), admin: await freePort(), upstream: 1, idp: 1 };
    const upstream = await startEnvoy(binary, LOAD_CORE, OUT, upstreamBootstrap(upstreamPorts), upstreamPorts);
    running.push(upstream);
    const all: { subject: Subject; envoy: RunningEnvoy; samples: Sample[] }[] = [];
    for (const subject of subjects(provider, { filter, empty })) {
      const ports = { listener: await freePort(), admin: await freePort(), upstream: upstreamPorts.listener, idp: provider.port };
      const envoy = await startEnvoy(binary, ENVOY_CORE, OUT, bootstrap(subject.filter, ports), ports);
      running.push(envoy);
      all.push({ subject, envoy, samples: [] });
    }
    for (const { subject, envoy } of all) await measure(envoy, [upstream.pid], subject.token, 1); // warm
    let thrownAway = 0;
    for (let round = 0; round < 3 * ROUNDS && all.some(({ samples }) => samples.length < ROUNDS); round++) {
      for (const each of all) {
        const sample = await measure(each.envoy, [upstream.pid], each.subject.token, SECONDS);
        if (sample.foreignCores > NOISE) thrownAway++;
        else each.samples.push(sample);
      }
      process.stderr.write(`round ${round + 1}: ${Math.min(...all.map(({ samples }) => samples.length))} of ${ROUNDS} undisturbed runs of each\n`);
    }
    process.stderr.write("memory\n");
    const memory = QUICK ? measureMemory(filter, 100_000, 10_000) : measureMemory(filter, 1_000_000, 100_000);
    report(all.map(({ subject, samples }) => ({ name: subject.name, samples })), thrownAway, statSync(filter).size, memory);
  } finally {
    for (const envoy of running.reverse()) await envoy.stop();
    provider.close();
  }
}

interface Row { name: string; requestsPerSecond: number; cpuMicros: number; addedMicros: number; spread: number; p50Ms: number; p99Ms: number; samples: number }

function report(measured: { name: string; samples: Sample[] }[], thrownAway: number, wasmBytes: number, memory: MemoryReport): void {
  const rows: Row[] = measured.map(({ name, samples }) => {
    if (samples.length === 0) throw new Error(`every sample of "${name}" was disturbed by other processes; try again on a quieter machine`);
    const of = (pick: (sample: Sample) => number): number[] => samples.map(pick).sort((a, b) => a - b);
    const cpu = of((sample) => sample.cpuMicrosPerRequest);
    return {
      name, requestsPerSecond: median(of((s) => s.requestsPerSecond)), cpuMicros: median(cpu), addedMicros: 0, spread: cpu.at(-1)! - cpu[0]!,
      p50Ms: median(of((s) => s.p50Ms)), p99Ms: median(of((s) => s.p99Ms)), samples: samples.length,
    };
  });
  for (const row of rows) row.addedMicros = row.cpuMicros - rows[0]!.cpuMicros;
  const added = (name: string): number => rows.find((row) => row.name.startsWith(name))!.addedMicros;
  const ratios = [
    ["cached token, 1 header / jwt_authn, cache on", added("envoy-oidc, cached token, 1") / added("jwt_authn, cache on"), 3],
    ["token judged every time / jwt_authn, cache off", added("envoy-oidc, token judged") / added("jwt_authn, cache off"), 0.6],
    ["cached introspection / cached token, 1 header", added("envoy-oidc, cached introspection") / added("envoy-oidc, cached token, 1"), 1.05],
  ] as const;

  const lines = [
    "CPU time is Envoy's own, per request; \"added\" is over the proxy without a filter; medians of interleaved runs.",
    "",
    `${"".padEnd(38)}${["req/s", "CPU µs", "added µs", "± µs", "p50 ms", "p99 ms", "runs"].map((head) => head.padStart(10)).join("")}`,
    ...rows.map((row) => row.name.padEnd(38) + [row.requestsPerSecond.toFixed(0), row.cpuMicros.toFixed(1), row.addedMicros.toFixed(1), (row.spread / 2).toFixed(1),
      row.p50Ms.toFixed(2), row.p99Ms.toFixed(2), String(row.samples)].map((cell) => cell.padStart(10)).join("")),
    "",
    ...ratios.map(([name, ratio, aim]) => `${name}: ${ratio.toFixed(2)} (aim: at most ${aim})`),
    `envoy-oidc.wasm: ${(wasmBytes / 1000).toFixed(1)} kB (aim: at most 150)`,
    `VM memory: ${mebibytes(memory.bytesAtStart)} at the start, ${mebibytes(memory.bytesAfterTenth)} after a tenth of ${memory.requests} requests with ${memory.tokens} different tokens, ${mebibytes(memory.bytesAtEnd)} after all (aim: at most 8 MiB)`,
    ...(thrownAway ? [`${thrownAway} runs were thrown away: other processes used more than ${NOISE} of a core meanwhile`] : []),
  ];
  console.log(lines.join("\n"));
  writeFileSync(join(OUT, "report.txt"), `${lines.join("\n")}\n`);
  writeFileSync(join(OUT, "report.json"), JSON.stringify({ rows, ratios, wasmBytes, memory, thrownAway }, null, 2));
}

function mebibytes(bytes: number): string { return `${(bytes / 2 ** 20).toFixed(2)} MiB`; }

function median(sorted: number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function requireWrk(): void {
  try {
    execFileSync("which", ["wrk", "taskset"], { stdio: "ignore" });
  } catch {
    throw new Error("the bench needs wrk and taskset (on Debian: apt-get install wrk util-linux)");
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
