// The cost of each call between Envoy and a VM, by modules that only get called, or only call.

import { row, TIMES, wasm } from "./filters";
import { added, inRounds, present, spreadOf, type Measured, type Spread } from "./measure";
import { floorModule, written, type HostCall } from "./modules";
import { fixed, type Result } from "./report";
import { OUT, type World } from "./world";

/** How often each module makes its call. */
const CALLS = 10;

const CREATE = "proxy_on_context_create", REQUEST = "proxy_on_request_headers", RESPONSE = "proxy_on_response_headers";

/** `over`: the module that does everything except this. */
interface Crossing { name: string; callbacks: string[]; calls?: HostCall[]; over: string | null }

const call = (name: string, key = "", valueBytes = 0): HostCall => ({ name, key, valueBytes });
const times = (...calls: HostCall[]): HostCall[] => Array.from({ length: CALLS }, () => calls).flat();

const NOTHING = "a VM whose module exports no callback", BOTH = "context and request headers";

const CALLBACKS: Crossing[] = [
  { name: NOTHING, callbacks: [], over: null },
  { name: "proxy_on_context_create", callbacks: [CREATE], over: NOTHING },
  { name: "proxy_on_request_headers", callbacks: [REQUEST], over: NOTHING },
  { name: BOTH, callbacks: [CREATE, REQUEST], over: null },
  { name: "proxy_on_response_headers", callbacks: [CREATE, REQUEST, RESPONSE], over: BOTH },
  { name: "proxy_on_done", callbacks: [CREATE, REQUEST, "proxy_on_done"], over: BOTH },
  { name: "proxy_on_log", callbacks: [CREATE, REQUEST, "proxy_on_log"], over: BOTH },
  { name: "proxy_on_delete", callbacks: [CREATE, REQUEST, "proxy_on_delete"], over: BOTH },
];

const hostCall = (name: string, ...calls: HostCall[]): Crossing => ({ name, callbacks: [CREATE, REQUEST], calls: times(...calls), over: BOTH });

const HOST_CALLS: Crossing[] = [
  hostCall("get_current_time_nanoseconds", call("proxy_get_current_time_nanoseconds")),
  hostCall("get_log_level", call("proxy_get_log_level")),
  hostCall("increment_metric", call("proxy_increment_metric", "bench.crossings")),
  hostCall("get_header_map_pairs, token of 1 kB", call("proxy_get_header_map_pairs")),
  hostCall("get_header_map_value, 1 kB", call("proxy_get_header_map_value", "authorization")),
  hostCall("get_header_map_value, not there", call("proxy_get_header_map_value", "x-not-there")),
  hostCall("replace_header_map_value, 5 bytes", call("proxy_replace_header_map_value", "x-user-id", 5)),
  hostCall("replace_header_map_value, 1 kB", call("proxy_replace_header_map_value", "x-access-token", 1024)),
  hostCall("remove_header_map_value, not there", call("proxy_remove_header_map_value", "x-not-there")),
  hostCall("add and remove, 5 bytes", call("proxy_add_header_map_value", "x-user-id", 5), call("proxy_remove_header_map_value", "x-user-id")),
  hostCall("get_property, request.path", call("proxy_get_property", "request.path")),
  hostCall("get_shared_data, not there", call("proxy_get_shared_data", "not-there")),
];

export async function measureCrossings(world: World): Promise<Result> {
  const authorization = `Bearer ${world.provider.token("RS256", 1024)}`, all: (Measured & { crossing: Crossing | null })[] = [];
  const add = async (crossing: Crossing | null, filters: ReturnType<typeof row>): Promise<void> => {
    const server = await world.envoy(filters);
    all.push({ name: crossing?.name ?? "", crossing, server, samples: [], load: (seconds) => world.load(server, "/bench", { headers: { authorization } }, seconds) });
  };
  await add(null, []);
  for (const crossing of [...CALLBACKS, ...HOST_CALLS]) {
    const { callbacks, calls } = crossing;
    await add(crossing, row(wasm(floorModule(OUT, callbacks), calls ? written([{ callback: REQUEST, calls }]) : "")));
  }
  for (const { load } of all) await load(1);
  await inRounds(all, { rounds: world.quick ? 2 : 4, seconds: 1, ours: [world.upstream.pid] });
  const costs = (crossings: Crossing[]): { name: string; micros: Spread }[] => crossings.map(({ name, over, calls }) => {
    const base = all.find(({ crossing }) => (over === null ? crossing === null : crossing?.name === over))!;
    return { name, micros: spreadOf(present(added(all.find(({ crossing }) => crossing?.name === name)!, base, calls ? TIMES * CALLS : TIMES))) };
  });
  const callbacks = costs(CALLBACKS), hostCalls = costs(HOST_CALLS);
  const rows = (of: typeof callbacks): string[][] => of.map(({ name, micros: { median, lower, upper } }) => [name, fixed(median, 2), `${fixed(lower, 2)}–${fixed(upper, 2)}`]);
  return {
    part: "crossings", data: { callbacks, hostCalls }, notes: [],
    tables: [
      { id: "callbacks", title: "What an exported callback costs each request", heads: ["", "µs", "half of the runs"], rows: rows(callbacks) },
      { id: "host calls", title: "What a host call costs", heads: ["", "µs", "half of the runs"], rows: rows(hostCalls) },
    ],
  };
}
