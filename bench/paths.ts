// Runs the filter's release module in Node with host calls that do next to nothing, to measure the filter's own work.

import { serialize, type Pair } from "../tests/host/host/headers";
import { fastest } from "./fastest";
import { FORGED } from "./filters";
import { floorOf } from "./recording";
import { makePool } from "./sessions";
import { StubbedVm } from "./stubbed-vm";
import { configurations } from "./subjects";
import type { Size } from "./tokens";
import { FILTER, OUT, TOKEN_BYTES, type World } from "./world";

export interface Path { name: string; filter: number; floor: number }

export function measurePaths(world: World, forMs: number): Path[] {
  const { provider } = world, config = configurations(world.provider), token = { authorization: `Bearer ${provider.token("RS256", TOKEN_BYTES)}` };
  const session = (size: Size): Record<string, string> => ({ cookie: makePool(OUT, provider, size, 1).sessions[0]!.cookies });
  const path = (name: string, settings: object, credential: Record<string, string>, at = "/known"): Path => {
    const headers = { ...credential, ...FORGED }, floor = floorOf(OUT, FILTER, provider, { config: settings, path: at, headers });
    const nanos = (file: string, configuration: string): number => {
      const vm = new StubbedVm(file, configuration, provider), request = pairsOf(at, headers);
      for (let i = 0; i < 2000; i++) vm.request(request); // warm-up: V8 compiles hot code a second time
      return fastest((times) => { for (let i = 0; i < times; i++) vm.request(request); }, forMs);
    };
    return { name, filter: nanos(FILTER, JSON.stringify(settings)), floor: nanos(floor.file, floor.config) };
  };
  return [
    path("cached token, 3 headers", config.bearer, token),
    path("cached token, 1 header", config.oneHeader, token),
    path("cached introspection", config.introspection, { authorization: `Bearer ${provider.opaque}` }),
    path("public path", config.publicPath, token, "/bench"),
    path("session seen before, 1 kB", config.browser, session("1 kB"), "/session"),
    path("session seen before, 12 kB", config.browser, session("12 kB"), "/session"),
  ];
}

function pairsOf(path: string, headers: Record<string, string>): Buffer {
  const own: Pair[] = [[":authority", "127.0.0.1:10000"], [":path", path], [":method", "GET"], [":scheme", "http"], ...Object.entries(headers)];
  return serialize([...own, ["x-forwarded-proto", "http"], ["x-request-id", "0a4f43a6-7d2b-4a5e-9a8f-2f5b3c1d0e9f"]]);
}
