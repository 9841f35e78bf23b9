// Host calls with AssemblyScript types. Returned byte arrays are copies; returned addresses are valid until the callback returns.

import { BufferType, LogLevel, MapType, MetricType, Status, StreamType } from "./enums";
import * as env from "./imports";
import { copied, utf8 } from "../bytes/bytes";
import { arenaUsed, freeArena } from "./memory";

/** Two words, into which host calls write their results. */
const OUT = memory.data(16, 8);

export function log(level: LogLevel, message: string): void {
  const text = utf8(message);
  env.proxy_log(level, text.dataStart, text.length);
}

export function logLevel(): LogLevel {
  return env.proxy_get_log_level(OUT) == Status.Ok ? <LogLevel>load<u32>(OUT) : LogLevel.Info;
}

/** Milliseconds since 1970. */
export function nowMs(): i64 {
  env.proxy_get_current_time_nanoseconds(OUT);
  return <i64>(load<u64>(OUT) / 1_000_000);
}

export function setTickPeriod(ms: u32): void { env.proxy_set_tick_period_milliseconds(ms); }

/** The first `max` bytes of a buffer; none if there is no such buffer. */
export function buffer(type: BufferType, max: i32): Uint8Array {
  store<u64>(OUT, 0);
  if (max == 0 || env.proxy_get_buffer_bytes(type, 0, max, OUT, OUT + 4) != Status.Ok) return new Uint8Array(0);
  return copied(load<u32>(OUT), load<u32>(OUT, 4));
}

/** Reads a header map. Afterwards `pairsAt` and `pairsSize` give the host's serialisation of it. */
export function headerPairs(map: MapType): bool {
  store<u64>(OUT, 0);
  return env.proxy_get_header_map_pairs(map, OUT, OUT + 4) == Status.Ok;
}
export function pairsAt(): usize { return load<u32>(OUT); }
export function pairsSize(): usize { return load<u32>(OUT, 4); }

export function replaceRequestHeader(name: usize, nameSize: usize, value: usize, valueSize: usize): bool {
  return env.proxy_replace_header_map_value(MapType.HttpRequestHeaders, name, nameSize, value, valueSize) == Status.Ok;
}
export function removeRequestHeader(name: usize, nameSize: usize): bool {
  return env.proxy_remove_header_map_value(MapType.HttpRequestHeaders, name, nameSize) == Status.Ok;
}

export function removeRequestTrailer(name: usize, nameSize: usize): void {
  env.proxy_remove_header_map_value(MapType.HttpRequestTrailers, name, nameSize);
}

/** The name of a function that Envoy withholds from the module (`capability_restriction_config`), though without it requests would keep forged headers;
 *  "" if there is none. Call it only outside of a request: without headers nothing is changed, and only a withheld function gives this status. */
export function withheld(): string {
  if (env.proxy_remove_header_map_value(MapType.HttpRequestHeaders, OUT, 1) == Status.InternalFailure) return "proxy_remove_header_map_value";
  return env.proxy_replace_header_map_value(MapType.HttpRequestHeaders, OUT, 1, OUT, 1) == Status.InternalFailure ? "proxy_replace_header_map_value" : "";
}

/** Whether the upstream's response, or a local reply, has this header. */
export function hasResponseHeader(name: Uint8Array): bool {
  store<u64>(OUT, 0);
  return env.proxy_get_header_map_value(MapType.HttpResponseHeaders, name.dataStart, name.length, OUT, OUT + 4) == Status.Ok;
}
export function addResponseHeader(name: Uint8Array, value: Uint8Array): void {
  env.proxy_add_header_map_value(MapType.HttpResponseHeaders, name.dataStart, name.length, value.dataStart, value.length);
}
export function replaceResponseHeader(name: Uint8Array, value: Uint8Array): void {
  env.proxy_replace_header_map_value(MapType.HttpResponseHeaders, name.dataStart, name.length, value.dataStart, value.length);
}
export function removeResponseHeader(name: Uint8Array): void {
  env.proxy_remove_header_map_value(MapType.HttpResponseHeaders, name.dataStart, name.length);
}

/** A property of the context; empty if there is none. */
export function property(path: Uint8Array): Uint8Array {
  store<u64>(OUT, 0);
  if (env.proxy_get_property(path.dataStart, path.length, OUT, OUT + 4) != Status.Ok) return new Uint8Array(0);
  return copied(load<u32>(OUT), load<u32>(OUT, 4));
}

/** Sets `wasm.<path>` in the stream's filter state. */
export function setProperty(path: usize, pathSize: usize, value: usize, valueSize: usize): void {
  env.proxy_set_property(path, pathSize, value, valueSize);
}

/** Sets the context that the following host calls are for. False if the stream has gone. */
export function setEffectiveContext(context: u32): bool { return env.proxy_set_effective_context(context) == Status.Ok; }

export function continueRequest(): void { env.proxy_continue_stream(StreamType.HttpRequest); }

/** `headers`: from `serialised`. `details`: RESPONSE_CODE_DETAILS in access logs. */
export function sendLocalResponse(status: u32, details: Uint8Array, body: Uint8Array, headers: Uint8Array): void {
  env.proxy_send_local_response(status, details.dataStart, details.length, body.dataStart, body.length, headers.dataStart, headers.length, -1);
}

/** The call's token, or -1 if the host refused the call: unknown cluster, no healthy host, bad argument. */
export function httpCall(cluster: Uint8Array, pairs: Uint8Array[], body: Uint8Array, timeoutMs: u32): i64 {
  const headers = serialised(pairs);
  const none = serialised([]);
  const status = env.proxy_http_call(cluster.dataStart, cluster.length, headers.dataStart, headers.length,
    body.dataStart, body.length, none.dataStart, none.length, timeoutMs, OUT);
  return status == Status.Ok ? <i64>load<u32>(OUT) : -1;
}

/** The value of a shared-data key; `cas` is 0 if it has none yet. */
@final
export class SharedValue {
  constructor(readonly bytes: Uint8Array | null, readonly cas: u32) {}
}

export function sharedData(key: Uint8Array): SharedValue {
  const used = arenaUsed(), value = sharedDataInPlace(key) ? new SharedValue(copied(pairsAt(), pairsSize()), load<u32>(OUT, 8)) : new SharedValue(null, 0);
  freeArena(used);
  return value;
}

/** Reads a shared-data key without a copy. False if it has no value. Afterwards `pairsAt` and `pairsSize` give the value. */
export function sharedDataInPlace(key: Uint8Array): bool {
  store<u64>(OUT, 0); store<u64>(OUT, 0, 8);
  return env.proxy_get_shared_data(key.dataStart, key.length, OUT, OUT + 4, OUT + 8) == Status.Ok;
}

/** A `cas` that no value has: with it the host writes only if there is no value yet. */
const ANY_CAS: u32 = 0xffffffff;

/** The key's value. If there is none, writes `first` before: a compare-and-swap needs a value to compare with. */
export function sharedDataOr(key: Uint8Array, first: Uint8Array): SharedValue {
  const held = sharedData(key);
  if (held.cas != 0) return held;
  setSharedData(key, first, ANY_CAS);
  return sharedData(key);
}

/** False if another worker has written since `cas` was read. With a `cas` of 0 it always writes. */
export function setSharedData(key: Uint8Array, value: Uint8Array, cas: u32): bool {
  return env.proxy_set_shared_data(key.dataStart, key.length, value.dataStart, value.length, cas) == Status.Ok;
}

export function defineMetric(type: MetricType, name: string): u32 {
  const text = utf8(name);
  store<u32>(OUT, 0);
  env.proxy_define_metric(type, text.dataStart, text.length, OUT);
  return load<u32>(OUT);
}
export function incrementMetric(id: u32, by: i64): void { env.proxy_increment_metric(id, by); }
export function recordMetric(id: u32, value: u64): void { env.proxy_record_metric(id, value); }

/** Calls a foreign function. Afterwards `pairsAt` and `pairsSize` give its result. */
export function callForeign(name: Uint8Array, argument: usize, argumentSize: usize): Status {
  store<u64>(OUT, 0);
  return <Status>env.proxy_call_foreign_function(name.dataStart, name.length, argument, argumentSize, OUT, OUT + 4);
}

/** Random bytes from the host. null if it gives none: then whatever needs them must fail. */
export function random(size: i32): Uint8Array | null {
  const out = new Uint8Array(size);
  return env.random_get(out.dataStart, size) == 0 ? out : null;
}

/** `vm_config.environment_variables`, as `NAME=value` entries. */
export function environment(): Uint8Array[] {
  const out = new Array<Uint8Array>();
  store<u64>(OUT, 0);
  if (env.environ_sizes_get(OUT, OUT + 4) != 0) return out;
  const count = load<u32>(OUT), size = load<u32>(OUT, 4);
  if (count == 0) return out;
  const pointers = new Uint8Array(count * 4), text = new Uint8Array(size);
  if (env.environ_get(pointers.dataStart, text.dataStart) != 0) return out;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] != 0) continue;
    out.push(text.slice(start, i));
    start = i + 1;
  }
  return out;
}

/** Serialises names and values, in turn, for the ABI: count, sizes, then each string followed by a NUL. */
export function serialised(pairs: Uint8Array[]): Uint8Array {
  let size = 4;
  for (let i = 0; i < pairs.length; i++) size += 4 + pairs[i].length + 1;
  const out = new Uint8Array(size);
  store<u32>(out.dataStart, pairs.length >> 1);
  let sizes = out.dataStart + 4, at = sizes + 4 * pairs.length;
  for (let i = 0; i < pairs.length; i++) {
    const part = pairs[i];
    store<u32>(sizes, part.length);
    memory.copy(at, part.dataStart, part.length);
    sizes += 4;
    at += part.length + 1;
  }
  return out;
}
