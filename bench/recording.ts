// Records the host calls of a filter for one request under the tests' scripted host, and checks that its floor module makes the same calls.

import { readFileSync } from "node:fs";
import { Envoy } from "../tests/host/host";
import type { DirectAnswer } from "./bootstraps";
import { floorModule, written, type HostCall, type Script } from "./modules";
import type { BenchProvider } from "./provider";

export interface Asked { config: object; path: string; headers: Record<string, string> }

/** A module and its configuration. */
export interface Floor { file: string; config: string; script: Script }

/** The floor of a filter for a request that it has seen before. */
export function floorOf(folder: string, wasmFile: string, provider: BenchProvider, asked: Asked): Floor {
  const script = record(wasmFile, asked.config, provider, asked);
  const floor = { file: floorModule(folder, script.map(({ callback }) => callback)), config: written(script), script };
  const again = record(floor.file, floor.config, provider, asked);
  if (written(again) !== floor.config) throw new Error(`the floor asks its host otherwise than the filter:\n${floor.config}\nand the floor:\n${written(again)}`);
  return floor;
}

/** The filter's answer to a request that it refuses, also the second time. */
export function answerOf(wasmFile: string, provider: BenchProvider, { config, path, headers }: Asked): DirectAnswer {
  const envoy = started(wasmFile, config, provider);
  envoy.get(path, headers);
  const { status, body, headers: answered } = envoy.get(path, headers).local;
  return { status, body, headers: Object.fromEntries(answered.list.filter(([name]) => name !== "content-length").map(([name, value]) => [name, value.replaceAll("%", "%%")])) };
}

function started(wasmFile: string, config: object | string, provider: BenchProvider): Envoy {
  const envoy = Envoy.start(readFileSync(wasmFile), { config, now: Math.floor(Date.now() / 1000) });
  envoy.provider("idp").answers((call) => ({ body: JSON.parse(provider.document(call.path) ?? "{}") as object }));
  envoy.advance(2);
  return envoy;
}

function record(wasmFile: string, config: object | string, provider: BenchProvider, { path, headers }: Asked): Script {
  const envoy = started(wasmFile, config, provider);
  const request = (): void => {
    const stream = envoy.get(path, headers);
    if (typeof stream.outcome === "string" || "local" in stream.outcome) throw new Error(`the request to be recorded was not let through: ${JSON.stringify(stream.outcome)}`);
    stream.respond(200, { "content-length": "2", server: "envoy" }, "ok");
  };
  request();
  return listening(envoy, request);
}

/** The host counts each call by name and reads texts from the module's memory. Both are intercepted. */
function listening(envoy: Envoy, what: () => void): Script {
  const script: Script = [], memory = envoy.vms[0]!.memory;
  let texts: string[] = [];
  const last = (): HostCall[] => script.at(-1)?.calls ?? [];
  const settle = (): void => {
    const call = last().at(-1);
    if (!call) return;
    call.key = texts[0] ?? "";
    call.valueBytes = texts[1]?.length ?? 0;
  };
  const count = envoy.count.bind(envoy), text = memory.text.bind(memory), utf8 = memory.utf8.bind(memory);
  envoy.count = (where, name) => {
    count(where, name);
    settle();
    texts = [];
    if (where === envoy.callbacks) script.push({ callback: name, calls: [] });
    else last().push({ name, key: "", valueBytes: 0 });
  };
  const heard = (value: string): string => { texts.push(value.replaceAll("\0", ".")); return value; };
  memory.text = (at, size) => heard(text(at, size));
  memory.utf8 = (at, size) => heard(utf8(at, size));
  what();
  settle();
  return script;
}
