// One VM of a filter's release module, with host calls that do next to nothing and a provider that answers at once.

import { readFileSync } from "node:fs";
import { FOREIGN } from "../tests/host/host/foreign";
import { serialize } from "../tests/host/host/headers";
import type { BenchProvider } from "./provider";

const OK = 0, NOT_FOUND = 1;
const CALL_RESPONSE_HEADERS = 6, CALL_RESPONSE_BODY = 4, PLUGIN_CONFIGURATION = 7;
const ROOT = 1;
const ANSWER = serialize([[":status", "200"], ["content-type", "application/json"]]);

type HostCalls = Record<string, (...args: never[]) => number>;

export class StubbedVm {
  private readonly memory: WebAssembly.Memory;
  private readonly exports: Record<string, ((...args: number[]) => number) | undefined>;
  private readonly configuration: Buffer;
  private readonly nowNs = BigInt(Date.now()) * 1_000_000n;
  /** What the host returns when it is asked. */
  private pairs: Buffer = Buffer.alloc(0);
  private body: Buffer = Buffer.alloc(0);
  /** Calls to the provider that are still open. */
  private readonly calls: { token: number; path: string }[] = [];
  private lastToken = 0;
  private lastStream = ROOT;
  private continued = false;

  constructor(file: string, configuration: string, private readonly provider: BenchProvider) {
    this.configuration = Buffer.from(configuration);
    const module = new WebAssembly.Module(new Uint8Array(readFileSync(file))), imports: WebAssembly.Imports = {}, calls = this.hostCalls();
    for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = calls[name] ?? (() => OK);
    const { exports } = new WebAssembly.Instance(module, imports);
    this.exports = exports as typeof this.exports;
    this.memory = exports.memory as WebAssembly.Memory;
    (this.exports._initialize ?? this.exports._start)?.();
    this.exports.proxy_on_context_create?.(ROOT, 0);
    if (this.exports.proxy_on_configure?.(ROOT, this.configuration.length) === 0) throw new Error("the configuration was refused");
    this.exports.proxy_on_tick?.(ROOT);
    this.answer();
  }

  /** Runs one request from the stream's creation to its end. The filter must let it through. */
  request(pairs: Buffer): void {
    const { exports } = this, id = ++this.lastStream;
    this.pairs = pairs;
    this.continued = false;
    exports.proxy_on_context_create?.(id, ROOT);
    const status = exports.proxy_on_request_headers?.(id, pairs.readUInt32LE(0), 1) ?? 0;
    if (this.calls.length > 0) this.answer();
    if (status !== 0 && !this.continued) throw new Error("a request was not let through");
    exports.proxy_on_response_headers?.(id, 3, 0);
    exports.proxy_on_done?.(id);
    exports.proxy_on_log?.(id);
    exports.proxy_on_delete?.(id);
  }

  private answer(): void {
    for (let call; (call = this.calls.shift()); ) {
      const document = this.provider.document(call.path);
      if (document === null) throw new Error(`the filter asked for ${call.path}`);
      this.body = Buffer.from(document);
      this.exports.proxy_on_http_call_response?.(ROOT, call.token, 2, this.body.length, 0);
    }
  }

  private hostCalls(): HostCalls {
    return {
      proxy_get_header_map_pairs: (map: number, pointerAt: number, sizeAt: number) => this.give(map === CALL_RESPONSE_HEADERS ? ANSWER : this.pairs, pointerAt, sizeAt),
      proxy_get_header_map_value: () => NOT_FOUND,
      proxy_get_property: () => NOT_FOUND,
      proxy_get_shared_data: () => NOT_FOUND,
      proxy_get_buffer_bytes: (buffer: number, _start: number, _max: number, pointerAt: number, sizeAt: number) => {
        if (buffer === PLUGIN_CONFIGURATION) return this.give(this.configuration, pointerAt, sizeAt);
        return buffer === CALL_RESPONSE_BODY ? this.give(this.body, pointerAt, sizeAt) : NOT_FOUND;
      },
      proxy_get_current_time_nanoseconds: (at: number) => {
        new DataView(this.memory.buffer).setBigUint64(at >>> 0, this.nowNs, true);
        return OK;
      },
      proxy_http_call: (_cluster: number, _clusterSize: number, headers: number, headersSize: number, _body: number, _bodySize: number,
        _trailers: number, _trailersSize: number, _timeoutMs: number, tokenAt: number) => {
        const path = /:path\0([^\0]*)/.exec(this.bytes(headers, headersSize).toString("latin1"))?.[1] ?? "";
        this.calls.push({ token: ++this.lastToken, path });
        new DataView(this.memory.buffer).setUint32(tokenAt >>> 0, this.lastToken, true);
        return OK;
      },
      proxy_call_foreign_function: (name: number, nameSize: number, argument: number, argumentSize: number, pointerAt: number, sizeAt: number) => {
        const foreign = FOREIGN[this.bytes(name, nameSize).toString()];
        if (!foreign) return NOT_FOUND;
        const { status, result } = foreign(Buffer.from(this.bytes(argument, argumentSize)));
        this.give(result ?? Buffer.alloc(0), pointerAt, sizeAt);
        return status;
      },
      proxy_continue_stream: () => {
        this.continued = true;
        return OK;
      },
      random_get: (at: number, size: number) => {
        this.bytes(at, size).fill(7);
        return OK;
      },
    };
  }

  private give(bytes: Uint8Array, pointerAt: number, sizeAt: number): number {
    const at = bytes.length > 0 ? (this.exports.proxy_on_memory_allocate?.(bytes.length) ?? 0) >>> 0 : 0;
    new Uint8Array(this.memory.buffer).set(bytes, at);
    const words = new DataView(this.memory.buffer);
    words.setUint32(pointerAt >>> 0, at, true);
    words.setUint32(sizeAt >>> 0, bytes.length, true);
    return OK;
  }

  private bytes(at: number, size: number): Buffer { return Buffer.from(this.memory.buffer, at >>> 0, size >>> 0); }
}
