/** A filter that does what a request's path says, to test the scripted host. It logs the status of every relevant host call. */

@external("env", "proxy_log")
declare function proxy_log(level: u32, at: usize, size: usize): u32;
@external("env", "proxy_get_header_map_value")
declare function header(map: u32, key: usize, keySize: usize, pointer: usize, size: usize): u32;
@external("env", "proxy_get_header_map_pairs")
declare function pairs(map: u32, pointer: usize, size: usize): u32;
@external("env", "proxy_replace_header_map_value")
declare function replace(map: u32, key: usize, keySize: usize, value: usize, valueSize: usize): u32;
@external("env", "proxy_get_buffer_bytes")
declare function buffer(type: u32, start: u32, length: u32, pointer: usize, size: usize): u32;
@external("env", "proxy_http_call")
declare function httpCall(cluster: usize, clusterSize: usize, headers: usize, headersSize: usize, body: usize, bodySize: usize,
  trailers: usize, trailersSize: usize, timeout: u32, token: usize): u32;
@external("env", "proxy_send_local_response")
declare function localResponse(status: u32, details: usize, detailsSize: usize, body: usize, bodySize: usize, headers: usize, headersSize: usize, grpc: i32): u32;
@external("env", "proxy_continue_stream")
declare function continueStream(type: u32): u32;
@external("env", "proxy_set_effective_context")
declare function effective(id: u32): u32;
@external("env", "proxy_set_tick_period_milliseconds")
declare function tickPeriod(ms: u32): u32;
@external("env", "proxy_get_shared_data")
declare function sharedGet(key: usize, keySize: usize, pointer: usize, size: usize, cas: usize): u32;
@external("env", "proxy_set_shared_data")
declare function sharedSet(key: usize, keySize: usize, value: usize, valueSize: usize, cas: u32): u32;
@external("env", "proxy_increment_metric")
declare function increment(id: u32, offset: i64): u32;
@external("env", "proxy_define_metric")
declare function define(type: u32, name: usize, nameSize: usize, id: usize): u32;
@external("env", "proxy_call_foreign_function")
declare function foreign(name: usize, nameSize: usize, argument: usize, argumentSize: usize, pointer: usize, size: usize): u32;

const out = memory.data(16);
let waiting: u32 = 0;
let metric: u32 = 0;

class Bytes {
  constructor(readonly at: usize, readonly size: i32) {}
  static of(s: string): Bytes {
    const size = String.UTF8.byteLength(s), at = heap.alloc(size + 1);
    String.UTF8.encodeUnsafe(changetype<usize>(s), s.length, at);
    return new Bytes(at, size);
  }
  static given(): string { return String.UTF8.decodeUnsafe(load<usize>(out), load<u32>(out, 4)); }
}

function log(s: string): void {
  const b = Bytes.of(s);
  proxy_log(2, b.at, b.size);
}

/** One header pair, serialized. */
function onePair(name: string, value: string): ArrayBuffer { return manyPairs([name, value]); }

function manyPairs(flat: string[]): ArrayBuffer {
  let size = 4;
  for (let i = 0; i < flat.length; i++) size += 4 + flat[i].length + 1;
  const buffer = new ArrayBuffer(size), at = changetype<usize>(buffer);
  store<u32>(at, flat.length / 2);
  let text = at + 4 + 4 * flat.length;
  for (let i = 0; i < flat.length; i++) {
    store<u32>(at + 4 + 4 * i, flat[i].length);
    text += String.UTF8.encodeUnsafe(changetype<usize>(flat[i]), flat[i].length, text) + 1;
  }
  return buffer;
}

function read(name: string): string {
  const key = Bytes.of(name);
  const status = header(0, key.at, key.size, out, out + 4);
  return status ? "status " + status.toString() : Bytes.given();
}

function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  const b = Bytes.of((message == null ? "" : message) + " at line " + line.toString());
  proxy_log(5, b.at, b.size);
  unreachable();
}

export function proxy_abi_version_0_2_1(): void {}
export function proxy_on_memory_allocate(size: usize): usize { return heap.alloc(size); }

export function proxy_on_context_create(id: u32, root: u32): void { log("create " + id.toString() + " of " + root.toString()); }

export function proxy_on_configure(id: u32, size: u32): u32 {
  buffer(7, 0, size, out, out + 4);
  const text = size ? Bytes.given() : "";
  log("configure " + id.toString() + " " + text);
  if (text.includes("tick")) tickPeriod(1000);
  const name = Bytes.of("guest.requests");
  define(0, name.at, name.size, out);
  metric = load<u32>(out);
  return text != "bad" ? 1 : 0;
}

export function proxy_on_tick(id: u32): void { log("tick " + id.toString()); }
export function proxy_on_done(id: u32): u32 { log("done " + id.toString()); return 1; }

export function proxy_on_request_headers(id: u32, count: u32, end: u32): u32 {
  const path = read(":path");
  increment(metric, 1);
  if (path == "/local") {
    const headers = onePair("x-why", "told"), body = Bytes.of("no");
    localResponse(403, 0, 0, body.at, body.size, changetype<usize>(headers), headers.byteLength, -1);
    return 1;
  }
  if (path == "/call") {
    const cluster = Bytes.of("idp"), headers = manyPairs([":method", "GET", ":path", "/keys", ":authority", "idp"]);
    const status = httpCall(cluster.at, cluster.size, changetype<usize>(headers), headers.byteLength, 0, 0, 0, 0, 5000, out);
    log("call status " + status.toString());
    waiting = id;
    return status ? 0 : 1;
  }
  if (path == "/trap") assert(false, "a trap in the guest");
  if (path == "/wild") proxy_log(2, 0xfffffff0, 100);
  if (path == "/duplicates") {
    const key = Bytes.of("x-many"), value = Bytes.of("one");
    log("first " + read("X-Many") + ", absent " + read("x-none"));
    replace(0, key.at, key.size, value.at, value.size);
  }
  if (path == "/pairs") {
    pairs(0, out, out + 4);
    log("pairs " + load<u32>(load<usize>(out)).toString());
  }
  if (path == "/shared") {
    const key = Bytes.of("k");
    const found = sharedGet(key.at, key.size, out, out + 4, out + 8), cas = found ? 0 : load<u32>(out, 8);
    log("found " + found.toString() + " stale " + sharedSet(key.at, key.size, key.at, key.size, cas + 7).toString()
      + " right " + sharedSet(key.at, key.size, key.at, key.size, cas ? cas : 0).toString());
  }
  if (path == "/verify") {
    const name = Bytes.of("verify_signature");
    log("verify " + foreign(name.at, name.size, name.at, 0, out, out + 4).toString());
  }
  if (path == "/metric") log("metric " + increment(999 * 4, 1).toString() + " " + increment(metric, 0).toString());
  return 0;
}

export function proxy_on_http_call_response(root: u32, token: u32, headers: u32, size: u32, trailers: u32): void {
  log("answer to " + root.toString() + ": " + headers.toString() + " headers");
  const status = effective(waiting);
  if (status) return log("effective context " + status.toString());
  if (headers) {
    const key = Bytes.of("x-late"), value = Bytes.of("yes");
    log("before " + replace(0, key.at, key.size, value.at, value.size).toString());
    continueStream(0);
    log("after " + replace(0, key.at, key.size, value.at, value.size).toString());
  } else {
    localResponse(503, 0, 0, 0, 0, 0, 0, -1);
  }
}
