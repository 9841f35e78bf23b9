// Measures in rounds: everything that is compared is measured in turn, many times, so that other activity of the machine affects all alike.

import type { Outcome } from "./load";
import { cpuOf, cpuOfMachine, type Server } from "./servers";
import { median, quantile } from "./statistics";

/** A sample is discarded if other processes used more CPU than this. */
export const NOISE = 0.3;

export interface Sample extends Omit<Outcome, "loadCpu" | "count"> {
  /** The server's CPU for one request, or one login. */
  cpuMicros: number;
}

/** A measured server under a load. There is one sample per round, in order; null if it was discarded. */
export interface Measured { name: string; server: Server; load(seconds: number): Promise<Outcome>; samples: (Sample | null)[] }

export interface Rounds { rounds: number; seconds: number; /** Own processes that run too. */ ours: number[]; /** A limit other than NOISE. */ noise?: number }

/** The number of attempts to get an undisturbed sample. If all are disturbed, there is no figure. */
const TRIES = 3;

/** Returns the number of discarded samples. */
export async function inRounds(all: Measured[], { rounds, seconds, ours, noise = NOISE }: Rounds, between: () => Promise<void> = async () => {}): Promise<number> {
  let thrownAway = 0;
  for (let round = 1; round <= rounds; round++) {
    for (const each of all) {
      let sample: Sample | null = null;
      for (let tries = 0; sample === null && tries < TRIES; tries++) {
        sample = await measure(each, seconds, ours, noise);
        if (sample === null) thrownAway++;
      }
      each.samples.push(sample);
    }
    process.stderr.write(`  round ${round} of ${rounds}\n`);
    await between();
  }
  return thrownAway;
}

async function measure({ server, load }: Measured, seconds: number, ours: number[], noise: number): Promise<Sample | null> {
  const own = (): number => [server.pid, process.pid, ...ours].reduce((sum, pid) => sum + cpuOf(pid), 0);
  const before = { server: cpuOf(server.pid), own: own(), machine: cpuOfMachine(), at: performance.now() };
  const { count, perSecond, p50Ms, p99Ms, loadCpu } = await load(seconds);
  const elapsed = (performance.now() - before.at) / 1000, cpu = cpuOf(server.pid) - before.server;
  const foreignCores = (cpuOfMachine() - before.machine - (own() - before.own) - loadCpu) / elapsed;
  return foreignCores > noise ? null : { perSecond, cpuMicros: cpu / count * 1e6, p50Ms, p99Ms };
}

export interface Spread { median: number; lower: number; upper: number; runs: number }

/** Half of all values lie between `lower` and `upper`. */
export function spreadOf(values: number[]): Spread {
  return { median: median(values), lower: quantile(values, 0.25), upper: quantile(values, 0.75), runs: values.length };
}

/** What each round added to the base's sample of the same round, per one of `times` filters; null if one of the two is missing. */
export function added(each: Measured, base: Measured | null, times: number): (number | null)[] {
  return each.samples.map((sample, round) => {
    const below = base === null ? { cpuMicros: 0 } : base.samples[round];
    return sample && below ? (sample.cpuMicros - below.cpuMicros) / times : null;
  });
}

export function present(values: (number | null)[]): number[] { return values.filter((value) => value !== null); }
