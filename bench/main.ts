// `npm run bench [-- --quick]`: what the filter costs a request and a sign-in, beside what Envoy's own filters cost, in one interleaved run.

import { execFileSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { envoyBinary } from "../cli/demo/envoy-binary";
import { freePort } from "../cli/demo/ports";
import { closeBrowsers } from "./browsers";
import { ENVOY_CORE, LOAD_CORE, measure, startEnvoy, stayOnLoadCore, type RunningEnvoy, type Sample } from "./load";
import { Loads } from "./loads";
import { measureMemory } from "./memory";
import { benchProvider } from "./provider";
import { report } from "./report";
import { bootstrap, subjects, upstreamBootstrap, type Filter, type Subject } from "./subjects";

const ROOT = join(__dirname, "..");
const OUT = join(ROOT, "build", "bench");
const QUICK = process.argv.includes("--quick");
const ROUNDS = QUICK ? 3 : 9;
const SECONDS = QUICK ? 1 : 3;
/** More than this of foreign CPU, and the sample is thrown away. */
const NOISE = 0.3;
/** About the size of an access token of Keycloak or Entra. */
const TOKEN_BYTES = 1024;
/** Different sessions: far more than a worker remembers in `cache_max_kib`, which is some 700 small ones or 45 large ones. */
const SESSIONS = QUICK ? { "1 kB": 4_000, "12 kB": 1_000 } : { "1 kB": 20_000, "12 kB": 5_000 };

async function main(): Promise<void> {
  requireWrk();
  mkdirSync(OUT, { recursive: true });
  const empty = join(OUT, "empty.wasm");
  execFileSync(process.execPath, [join(ROOT, "node_modules/assemblyscript/bin/asc.js"), "empty.as.ts", "--baseDir", join(ROOT, "bench"), "--outFile", empty, "-O3", "--runtime", "stub"]);
  const filter = join(ROOT, "build/envoy-oidc.wasm");

  const binary = await envoyBinary();
  stayOnLoadCore();
  const provider = await benchProvider(TOKEN_BYTES);
  const running: RunningEnvoy[] = [];
  try {
    const upstreamPorts = { listener: await freePort(), admin: await freePort(), upstream: 1, idp: 1 };
    const upstream = await startEnvoy(binary, LOAD_CORE, OUT, upstreamBootstrap(upstreamPorts), upstreamPorts);
    running.push(upstream);
    const envoys = new Map<Filter, RunningEnvoy>();
    const all: { subject: Subject; envoy: RunningEnvoy; samples: (Sample | null)[] }[] = [];
    for (const subject of subjects(provider, { filter, empty })) {
      let envoy = envoys.get(subject.filter);
      if (!envoy) {
        const ports = { listener: await freePort(), admin: await freePort(), upstream: upstreamPorts.listener, idp: provider.port };
        envoy = await startEnvoy(binary, ENVOY_CORE, OUT, bootstrap(subject.filter, ports), ports);
        running.push(envoy);
        envoys.set(subject.filter, envoy);
      }
      all.push({ subject, envoy, samples: [] });
    }

    process.stderr.write("sessions\n");
    const loads = new Loads(OUT, provider, SESSIONS);
    for (const { subject, envoy } of all) {
      await loads.prove(subject, envoy);
      await loads.run(subject, envoy, 1); // warm
    }
    let thrownAway = 0;
    const done = (): number => Math.min(...all.map(({ samples }) => samples.filter((sample) => sample !== null).length));
    for (let round = 0; round < 3 * ROUNDS && done() < ROUNDS; round++) {
      for (const { subject, envoy, samples } of all) {
        const sample = await measure(envoy, [upstream.pid], () => loads.run(subject, envoy, SECONDS));
        if (sample.foreignCores > NOISE) thrownAway++;
        samples.push(sample.foreignCores > NOISE ? null : sample);
      }
      process.stderr.write(`round ${round + 1}: ${done()} of ${ROUNDS} undisturbed runs of each\n`);
    }
    for (const { subject, envoy } of all) await loads.prove(subject, envoy);
    process.stderr.write("memory\n");
    const memory = QUICK ? measureMemory(filter, 100_000, 10_000) : measureMemory(filter, 1_000_000, 100_000);
    report(OUT, all.map((each) => ({ ...each, cookieBytes: loads.cookieBytes(each.subject) })), { thrownAway, noise: NOISE, wasmBytes: statSync(filter).size, memory, proven: loads.proven });
  } finally {
    closeBrowsers();
    for (const envoy of running.reverse()) await envoy.stop();
    provider.close();
  }
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
