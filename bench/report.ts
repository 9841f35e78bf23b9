// What a run has shown: a table, ratios with their spread, and the same as JSON.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sample } from "./load";
import type { MemoryReport } from "./memory";
import type { Subject } from "./subjects";

/** One sample for each round, in their order; null where it was thrown away. */
export interface Measured { subject: Subject; samples: (Sample | null)[]; cookieBytes: number }

export interface Circumstances { thrownAway: number; noise: number; wasmBytes: number; memory: MemoryReport; proven: { sessions: number; refused: number } }

interface Row {
  name: string; perSecond: number; cpuMicros: number; addedMicros: number | null; spread: number; p50Ms: number; p99Ms: number; samples: number; cookieBytes: number;
}

/** The quarter and the three quarters of the rounds: half of them lie between. */
interface Ratio { name: string; median: number; lower: number; upper: number; aim: number | null }

/** Subject, reference, and what the issue asks for, where it does. All of them compare what is added, but for sign-ins. */
const RATIOS: [string, string, number | null][] = [
  ["envoy-oidc, cached token, 1 header", "jwt_authn, cache on", 3],
  ["envoy-oidc, token judged every time", "jwt_authn, cache off", 0.6],
  ["envoy-oidc, cached introspection", "envoy-oidc, cached token, 1 header", 1.05],
  ["envoy-oidc, session seen before, 1 kB", "envoy-oidc, cached token, 3 headers", null],
  ["envoy-oidc, session seen before, 12 kB", "envoy-oidc, cached token, 3 headers", null],
  ["envoy-oidc, session first seen, 1 kB", "jwt_authn, cache off", 0.4],
  ["envoy-oidc, session first seen, 12 kB", "jwt_authn, cache off", 1],
  ["envoy-oidc, session seen before, 1 kB", "oauth2, session 1 kB", null],
  ["envoy-oidc, session first seen, 1 kB", "oauth2, session 1 kB", null],
  ["envoy-oidc, session seen before, 12 kB", "oauth2, session 12 kB", null],
  ["envoy-oidc, session first seen, 12 kB", "oauth2, session 12 kB", null],
  ["envoy-oidc, sign-in, no UserInfo", "oauth2, sign-in", null],
  ["envoy-oidc, sign-in", "oauth2, sign-in", null],
];

export function report(folder: string, measured: Measured[], { thrownAway, noise, wasmBytes, memory, proven }: Circumstances): void {
  const rows = measured.map((each) => rowOf(each, measured));
  const ratios = RATIOS.map(([name, reference, aim]) => ratioOf(measured, name, reference, aim));
  const width = Math.max(...rows.map(({ name }) => name.length)) + 1;
  const table = (title: string, heads: string[], cells: (row: Row) => string[], chosen: Row[]): string[] => [
    title.padEnd(width) + heads.map((head) => head.padStart(11)).join(""),
    ...chosen.map((row) => row.name.padEnd(width) + cells(row).map((cell) => cell.padStart(11)).join("")),
    "",
  ];
  const lines = [
    "CPU time is Envoy's own, per request; \"added\" is over the proxy without a filter and with the same cookies; medians of interleaved runs.",
    "",
    ...table("", ["req/s", "CPU µs", "added µs", "± µs", "p50 ms", "p99 ms", "cookies B", "runs"], (row) => [
      row.perSecond.toFixed(0), row.cpuMicros.toFixed(1), row.addedMicros!.toFixed(1), (row.spread / 2).toFixed(1), row.p50Ms.toFixed(2), row.p99Ms.toFixed(2),
      String(row.cookieBytes), String(row.samples),
    ], rows.filter(({ addedMicros }) => addedMicros !== null)),
    ...table("", ["sign-ins/s", "CPU µs", "± µs", "p50 ms", "p99 ms", "runs"], (row) => [
      row.perSecond.toFixed(0), row.cpuMicros.toFixed(1), (row.spread / 2).toFixed(1), row.p50Ms.toFixed(2), row.p99Ms.toFixed(2), String(row.samples),
    ], rows.filter(({ addedMicros }) => addedMicros === null)),
    "Ratios of what is added (of all CPU for sign-ins), round by round: median, and between what half of the rounds lie.",
    ...ratios.map(({ name, median, lower, upper, aim }) => `${name}: ${median.toFixed(2)} (${lower.toFixed(2)} to ${upper.toFixed(2)})${aim === null ? "" : `; aim: at most ${aim}`}`),
    "",
    `sessions: ${proven.sessions} times one was taken for whose it is, ${proven.refused} times one that was changed, made otherwise or kept too long was refused`,
    `envoy-oidc.wasm: ${(wasmBytes / 1000).toFixed(1)} kB (aim: at most 150)`,
    `VM memory: ${mebibytes(memory.bytesAtStart)} at the start, ${mebibytes(memory.bytesAfterTenth)} after a tenth of ${memory.requests} requests with ${memory.tokens} different tokens, ${mebibytes(memory.bytesAtEnd)} after all (aim: at most 8 MiB)`,
    ...(thrownAway ? [`${thrownAway} runs were thrown away: other processes used more than ${noise} of a core meanwhile`] : []),
  ];
  console.log(lines.join("\n"));
  writeFileSync(join(folder, "report.txt"), `${lines.join("\n")}\n`);
  writeFileSync(join(folder, "report.json"), JSON.stringify({ rows, ratios, wasmBytes, memory, proven, thrownAway }, null, 2));
}

function rowOf(each: Measured, all: Measured[]): Row {
  const { subject, cookieBytes } = each, samples = each.samples.filter((sample) => sample !== null);
  if (samples.length === 0) throw new Error(`every sample of "${subject.name}" was disturbed by other processes; try again on a quieter machine`);
  const of = (pick: (sample: Sample) => number): number => median(samples.map(pick));
  const cpu = samples.map(({ cpuMicros }) => cpuMicros);
  return {
    name: subject.name, perSecond: of((s) => s.perSecond), cpuMicros: median(cpu), addedMicros: subject.over === null ? null : median(added(each, all)),
    spread: Math.max(...cpu) - Math.min(...cpu), p50Ms: of((s) => s.p50Ms), p99Ms: of((s) => s.p99Ms), samples: samples.length, cookieBytes,
  };
}

/** What each round added over the bare proxy of the same round; all CPU where there is no such proxy. Rounds that lack one are left out. */
function perRound(each: Measured, all: Measured[]): (number | null)[] {
  const over = each.subject.over === null ? null : named(all, each.subject.over);
  return each.samples.map((sample, round) => {
    const base = over === null ? { cpuMicros: 0 } : over.samples[round];
    return sample && base ? sample.cpuMicros - base.cpuMicros : null;
  });
}

function ratioOf(all: Measured[], name: string, reference: string, aim: number | null): Ratio {
  const below = perRound(named(all, reference), all);
  const values = perRound(named(all, name), all).flatMap((value, round) => {
    const other = below[round] ?? null;
    return value === null || other === null ? [] : [value / other];
  });
  return { name: `${name} / ${reference}`, median: median(values), lower: quantile(values, 0.25), upper: quantile(values, 0.75), aim };
}

function added(each: Measured, all: Measured[]): number[] { return perRound(each, all).filter((value) => value !== null); }

function named(all: Measured[], name: string): Measured {
  const found = all.find(({ subject }) => subject.name === name);
  if (!found) throw new Error(`nothing was measured under the name "${name}"`);
  return found;
}

function median(values: number[]): number { return quantile(values, 0.5); }

function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b), at = (sorted.length - 1) * share, below = Math.floor(at);
  return sorted.length === 0 ? NaN : sorted[below]! + (at - below) * ((sorted[below + 1] ?? sorted[below]!) - sorted[below]!);
}

function mebibytes(bytes: number): string { return `${(bytes / 2 ** 20).toFixed(2)} MiB`; }
