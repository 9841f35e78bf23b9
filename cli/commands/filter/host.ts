// A proxy-wasm host for configurations only: it loads and configures the module, and never sends a request. It does not imitate functions for
// requests, so that no result can be mistaken for Envoy's.

import { randomBytes } from "node:crypto";

const OK = 0, NOT_FOUND = 1, BAD_ARGUMENT = 2;
const PLUGIN_CONFIGURATION = 7;
const LEVELS = ["trace", "debug", "info", "warn", "error", "critical"] as const;
const ROOT = 1;

export interface LogLine { level: (typeof LEVELS)[number]; text: string }

type Call = (...args: never[]) => unknown;

/** The module's memory. Each access makes a new view, because the memory may have grown. */
class Memory {
  exports!: WebAssembly.Exports;

  private get buffer(): ArrayBuffer { return (this.exports.memory as WebAssembly.Memory).buffer; }
  read(at: number, size: number): Buffer { return Buffer.from(new Uint8Array(this.buffer, at >>> 0, size >>> 0)); }
  write(at: number, bytes: Uint8Array): void { new Uint8Array(this.buffer, at >>> 0, bytes.length).set(bytes); }
  u32(at: number, value: number): void { new DataView(this.buffer).setUint32(at >>> 0, value, true); }
  u64(at: number, value: bigint): void { new DataView(this.buffer).setBigUint64(at >>> 0, value, true); }

  /** Passes bytes to the module, which allocates them. */
  give(bytes: Uint8Array, pointerAt: number, sizeAt: number): void {
    const at = bytes.length === 0 ? 0 : (this.exports.proxy_on_memory_allocate as (size: number) => number)(bytes.length);
    if (bytes.length > 0) this.write(at, bytes);
    this.u32(pointerAt, at);
    this.u32(sizeAt, bytes.length);
  }
}

/** Whether the module accepts the configuration, and what it logged. Throws if the module does not load, or traps. */
export function configure(module: WebAssembly.Module, configuration: Uint8Array, environment: Record<string, string>): { accepted: boolean; log: LogLine[] } {
  const memory = new Memory(), log: LogLine[] = [];
  const calls: Record<string, Record<string, Call>> = { env: hostCalls(memory, configuration, log), wasi_snapshot_preview1: wasiCalls(memory, environment) };
  const imports: Record<string, Record<string, Call>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = calls[from]?.[name] ?? (() => { throw new Error(`the module called ${name} while it was configured`); });
  }
  const { exports } = new WebAssembly.Instance(module, imports as WebAssembly.Imports);
  memory.exports = exports;
  (exports.proxy_on_context_create as (id: number, parent: number) => void)(ROOT, 0);
  const accepted = (exports.proxy_on_configure as (id: number, size: number) => number)(ROOT, configuration.length) !== 0;
  return { accepted, log };
}

function hostCalls(memory: Memory, configuration: Uint8Array, log: LogLine[]): Record<string, Call> {
  let metrics = 0;
  return {
    proxy_log(level: number, at: number, size: number) {
      log.push({ level: LEVELS[level] ?? "critical", text: memory.read(at, size).toString("utf8") });
      return OK;
    },
    proxy_get_log_level(at: number) { memory.u32(at, LEVELS.indexOf("info")); return OK; },
    proxy_get_current_time_nanoseconds(at: number) { memory.u64(at, BigInt(Date.now()) * 1_000_000n); return OK; },
    proxy_get_buffer_bytes(type: number, _start: number, _size: number, pointerAt: number, sizeAt: number) {
      if (type !== PLUGIN_CONFIGURATION) return NOT_FOUND;
      memory.give(configuration, pointerAt, sizeAt);
      return OK;
    },
    // Both functions exist, and refuse only the message.
    proxy_call_foreign_function(name: number, size: number) { return ["verify_signature", "sign"].includes(memory.read(name, size).toString()) ? BAD_ARGUMENT : NOT_FOUND; },
    proxy_define_metric(_type: number, _name: number, _size: number, idAt: number) { memory.u32(idAt, ++metrics); return OK; },
    proxy_increment_metric: () => OK,
    proxy_record_metric: () => OK,
    proxy_get_property: () => NOT_FOUND,
    proxy_get_shared_data: () => NOT_FOUND,
    proxy_set_shared_data: () => OK,
    proxy_set_effective_context: () => OK,
    proxy_set_tick_period_milliseconds: () => OK,
    // There is no request. For a withheld capability Envoy's status would be another.
    proxy_remove_header_map_value: () => BAD_ARGUMENT,
    proxy_replace_header_map_value: () => BAD_ARGUMENT,
  };
}

function wasiCalls(memory: Memory, environment: Record<string, string>): Record<string, Call> {
  const entries = Object.entries(environment).map(([name, value]) => Buffer.from(`${name}=${value}\0`));
  return {
    random_get(at: number, size: number) { memory.write(at, randomBytes(size)); return OK; },
    environ_sizes_get(countAt: number, sizeAt: number) {
      memory.u32(countAt, entries.length);
      memory.u32(sizeAt, entries.reduce((sum, { length }) => sum + length, 0));
      return OK;
    },
    environ_get(pointersAt: number, at: number) {
      for (const [i, entry] of entries.entries()) {
        memory.u32(pointersAt + 4 * i, at);
        memory.write(at, entry);
        at += entry.length;
      }
      return OK;
    },
  };
}
