// The main part: the cost of each subject's requests, the filter's share in it, and comparisons.

import type { Bar } from "./chart";
import { Loads } from "./loads";
import { added, inRounds, present, spreadOf, type Measured, type Spread } from "./measure";
import { missingPeers } from "./peers";
import { RATIOS } from "./ratios";
import { fixed, type Result, type Table } from "./report";
import { memoryOf, type Server } from "./servers";
import { median } from "./statistics";
import type { Host, Subject } from "./subject";
import { subjects } from "./subjects";
import { OUT, type World } from "./world";

/** Different sessions: far more than a worker keeps in `cache_max_kib`, which is some 700 small ones or 45 large ones. */
const SESSIONS = { "1 kB": 4_000, "12 kB": 1_000 };

interface Row extends Measured { subject: Subject }

export async function measureRequests(world: World): Promise<Result> {
  const loads = new Loads(world, OUT, SESSIONS);
  const servers = new Map<Host, Server>(), all: Row[] = [];
  for (const subject of subjects(world, loads.sameSession)) {
    const server = servers.get(subject.host) ?? await subject.host.start(world);
    servers.set(subject.host, server);
    all.push({ subject, name: subject.name, server, load: (seconds) => loads.run(subject, server, seconds), samples: [] });
  }
  const prove = async (): Promise<void> => { for (const { subject, server } of all) await loads.prove(subject, server); };
  await prove();
  for (const { load } of all) await load(1); // warm
  const rounds = world.quick ? { rounds: 2, seconds: 1 } : { rounds: 5, seconds: 2 };
  const thrownAway = await inRounds(all, { ...rounds, ours: [world.upstream.pid] }, world.quick ? undefined : prove);
  if (world.quick) await prove();

  const ratios = RATIOS.map(([name, reference, aim]) => ratioOf(all, name, reference, aim)), { proven } = loads;
  const rows = all.map((row) => rowOf(row, all));
  await world.clear();
  return {
    part: "requests", data: { rows, ratios, proven, thrownAway },
    tables: [...tables(rows), ratioTable(ratios)],
    notes: [
      `Right answers, in the same run: ${proven.tokensTaken} valid tokens were let through as theirs, ${proven.tokensRefused} expired, changed, forged or foreign ones were refused; ` +
      `${proven.sessionsTaken} sessions were taken for whose they are, ${proven.sessionsRefused} that were changed, made otherwise or kept too long were refused.`,
      ...(world.quick ? [] : [missingPeers()]),
      ...(thrownAway ? [`${thrownAway} samples were thrown away: other processes used too much of the machine meanwhile.`] : []),
    ],
    bars: rows.filter(({ over, name }) => over !== null && over !== name && !name.startsWith("one "))
      .filter(({ added }) => Number.isFinite(added.median)).map(({ name, added: { median } }): Bar => ({ name, value: median, own: name.startsWith("envoy-oidc") })),
  };
}

interface Figures { name: string; over: string | null; times: number; kind: string; cpuMicros: number; added: Spread; perSecond: number; p50Ms: number; p99Ms: number; memoryBytes: number }

function rowOf(row: Row, all: Row[]): Figures {
  const { subject, server } = row, samples = row.samples.filter((sample) => sample !== null);
  return {
    name: subject.name, over: subject.over, times: subject.times, kind: subject.load.kind, added: spreadOf(addedBy(row, all)),
    cpuMicros: median(samples.map(({ cpuMicros }) => cpuMicros)), perSecond: median(samples.map(({ perSecond }) => perSecond)),
    p50Ms: median(samples.map(({ p50Ms }) => p50Ms)), p99Ms: median(samples.map(({ p99Ms }) => p99Ms)), memoryBytes: memoryOf(server.pid),
  };
}

function addedBy(row: Row, all: Row[]): number[] { return present(perRound(row, all)); }

function perRound(row: Row, all: Row[]): (number | null)[] {
  const { over, times } = row.subject;
  return added(row, over === null ? null : named(all, over), times);
}

interface Ratio extends Spread { name: string; aim: number | null }

/** Each round gives one ratio. */
function ratioOf(all: Row[], name: string, reference: string, aim: number | null): Ratio {
  const below = perRound(named(all, reference), all);
  const values = perRound(named(all, name), all).flatMap((value, round) => {
    const other = below[round] ?? null;
    return value === null || other === null ? [] : [value / other];
  });
  return { name: `${name} / ${reference}`, aim, ...spreadOf(values) };
}

function named(all: Row[], name: string): Row {
  const found = all.find((row) => row.name === name);
  if (!found) throw new Error(`nothing was measured under the name "${name}"`);
  return found;
}

function tables(rows: Figures[]): Table[] {
  const cells = ({ added, cpuMicros, perSecond, p50Ms, p99Ms, memoryBytes }: Figures): string[] => [
    fixed(added.median, 1), `${fixed(added.lower, 1)}–${fixed(added.upper, 1)}`, fixed(cpuMicros, 1), fixed(perSecond, 0), fixed(p50Ms, 2), fixed(p99Ms, 2), fixed(memoryBytes / 2 ** 20, 0), String(added.runs),
  ];
  const table = (id: string, title: string, chosen: Figures[]): Table => ({
    id, title, heads: ["", "added µs", "half of the runs", "CPU µs", "per second", "p50 ms", "p99 ms", "memory MiB", "runs"],
    rows: chosen.map((row) => [row.name, ...(row.name === row.over ? ["0", "", ...cells(row).slice(2)] : cells(row))]),
  });
  const inARow = rows.filter(({ times }) => times > 1), once = rows.filter(({ times, kind }) => times === 1 && kind !== "login" && kind !== "refused");
  return [
    table("in a row", "What one filter adds to a request, in CPU time of the server; the other figures are of a proxy with ten of it in a row", inARow),
    table("refused", "Requests that end at the filter", rows.filter(({ kind }) => kind === "refused")),
    table("whole servers", "Whole servers, with the filter once", once),
    table("logins", "Whole logins: page, callback, page", rows.filter(({ kind }) => kind === "login")),
  ].filter((each) => each.rows.length > 0);
}

function ratioTable(ratios: Ratio[]): Table {
  return {
    id: "ratios", title: "Ratios of what is added (of all CPU for logins), round by round",
    heads: ["", "median", "half of the rounds", "aim", ""],
    rows: ratios.map(({ name, median, lower, upper, aim }) => [
      name, fixed(median, 2), `${fixed(lower, 2)}–${fixed(upper, 2)}`, aim === null ? "" : `≤ ${aim}`, aim === null ? "" : Number.isNaN(median) ? "not measured" : median <= aim ? "met" : "not met",
    ]),
  };
}
