// How the cost of a cached token grows with the size of the token, other headers, configurations, workers and tokens.

import { join } from "node:path";
import { bootstrap } from "./bootstraps";
import { chain, FORGED, row, TIMES, wasm, type Filter } from "./filters";
import type { Requests } from "./load";
import { added, inRounds, present, spreadOf, type Measured } from "./measure";
import { fixed, type Result } from "./report";
import { memoryOf, SERVER_CORE, startEnvoy, type Server } from "./servers";
import { writeLines } from "./sessions";
import { configurations } from "./subjects";
import { FILTER, OUT, TOKEN_BYTES, type World } from "./world";

/** A load for ten filters in a row, and for the proxy without them. */
interface Case { what: string; filters: Filter[]; unused?: Filter[]; load: Requests }

export async function measureGrowth(world: World): Promise<Result> {
  const bare = await world.envoy(chain(null, false)), servers = new Map<Filter[], Server>();
  const pairs: { what: string; of: Measured; over: Measured }[] = [];
  for (const { what, filters, unused, load } of cases(world)) {
    const server = servers.get(filters) ?? await start(world, filters, unused ?? []);
    servers.set(filters, server);
    const measured = (at: Server): Measured => ({ name: what, server: at, samples: [], load: (seconds) => world.load(at, "/bench", load, seconds) });
    pairs.push({ what, of: measured(server), over: measured(bare) });
  }
  for (const { of } of pairs) await of.load(1);
  await inRounds(pairs.flatMap(({ of, over }) => [over, of]), { rounds: world.quick ? 2 : 4, seconds: 1, ours: [world.upstream.pid] });
  const rows = pairs.map(({ what, of, over }) => ({ what, ...spreadOf(present(added(of, over, TIMES))) }));
  await world.clear();
  const workers = await memoryByWorkers(world);
  return {
    part: "growth", data: { rows, workers }, notes: [],
    tables: [
      { id: "growth", title: "What a cached token adds, and how it grows", heads: ["", "added µs", "half of the runs"], rows: rows.map(({ what, median, lower, upper }) => [what, fixed(median, 1), `${fixed(lower, 1)}–${fixed(upper, 1)}`]) },
      { id: "workers", title: "Memory of an Envoy by its workers, in MiB", heads: ["", "Envoy alone", "with the filter"], rows: workers.map(({ count, alone, filtered }) => [`${count} workers`, fixed(alone, 0), fixed(filtered, 0)]) },
    ],
  };
}

function cases(world: World): Case[] {
  const { provider } = world, config = { ...configurations(world.provider).bearer, cache_max_kib: 16_384 };
  const bearer = (bytes: number): Requests => ({ headers: { authorization: `Bearer ${provider.token("RS256", bytes)}`, ...FORGED } });
  const usual = bearer(TOKEN_BYTES), one = chain(wasm(FILTER, config), false);
  const headers = (count: number): Requests => ({ headers: { ...usual.headers, ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`x-header-${i}`, `value-${i}`.padEnd(20, ".")])) } });
  const many = (count: number): Requests => {
    const tokens = Array.from({ length: count }, (_, i) => `Bearer ${provider.token("RS256", TOKEN_BYTES, { sub: `user-${i}` })}`);
    return { headers: FORGED, many: { header: "authorization", lines: writeLines(join(OUT, `tokens-${count}.txt`), tokens) } };
  };
  // Each differs from the others, because identical configurations share their caches.
  const configured = (count: number): Filter[] => Array.from({ length: count }, (_, i) => wasm(FILTER, { ...config, realm: `realm-${i}` }, "shared"));
  const inOneVm = (count: number): Case => {
    const all = configured(count), inFront = chain(null, false).flatMap((filter, i) => [filter, sharing(all[i % count]!, i)]);
    return { what: `${count} configurations in one VM`, filters: inFront, unused: all.slice(TIMES).map(sharing), load: usual };
  };
  return [
    ...[512, 1024, 4096, 12_288].map((bytes): Case => ({ what: `token of ${bytes / 1024} kB`, filters: one, load: bearer(bytes) })),
    ...[10, 30, 60].map((count): Case => ({ what: `${count} more headers`, filters: one, load: headers(count) })),
    ...[1, 10, 50].map(inOneVm),
    ...[1, 100, 3_000].map((count): Case => ({ what: `${count} tokens in turn`, filters: one, load: many(count) })),
  ];
}

/** Another name in the chain, the same VM. */
function sharing(filter: Filter, i: number): Filter { return { ...filter, name: `${filter.name}-${i}` }; }

async function start(world: World, filters: Filter[], unused: Filter[]): Promise<Server> {
  const port = (await world.ports()).listener;
  return world.envoy((ports) => bootstrap(filters, ports, unused.length > 0 ? [{ port, filters: unused }] : []));
}

async function memoryByWorkers(world: World): Promise<{ count: number; alone: number; filtered: number }[]> {
  const filter = row(wasm(FILTER, configurations(world.provider).bearer)).slice(0, 1), rows = [];
  for (const count of [1, 2, 4, 8]) {
    const mebibytes = async (filters: Filter[]): Promise<number> => {
      const ports = await world.ports();
      const server = world.keep(await startEnvoy(world.binary, SERVER_CORE, OUT, bootstrap(filters, ports), ports, count));
      await world.load(server, "/bench", { headers: { authorization: `Bearer ${world.provider.token("RS256", TOKEN_BYTES)}` } }, 1);
      const bytes = memoryOf(server.pid);
      await world.clear();
      return bytes / 2 ** 20;
    };
    rows.push({ count, alone: await mebibytes([]), filtered: await mebibytes(filter) });
  }
  return rows;
}
