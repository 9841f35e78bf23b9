// A filter that makes the host calls listed in its configuration, and does nothing else. It shows the cost of a filter without its own work. The
// entry file that bench/modules.ts writes decides what is exported. The configuration has one line per call, under a line that names the callback
// making it:
//
//   on proxy_on_request_headers
//   proxy_get_header_map_pairs
//   proxy_replace_header_map_value x-user-id 5

// @ts-ignore: decorator
@external("env", "proxy_get_buffer_bytes") declare function bufferBytes(buffer: u32, start: usize, max: usize, data: usize, size: usize): u32;
// @ts-ignore: decorator
@external("env", "proxy_get_header_map_pairs") declare function pairs(map: u32, data: usize, size: usize): u32;
// @ts-ignore: decorator
@external("env", "proxy_get_header_map_value") declare function value(map: u32, key: usize, keySize: usize, data: usize, size: usize): u32;
// @ts-ignore: decorator
@external("env", "proxy_replace_header_map_value") declare function replace(map: u32, key: usize, keySize: usize, data: usize, size: usize): u32;
// @ts-ignore: decorator
@external("env", "proxy_add_header_map_value") declare function add(map: u32, key: usize, keySize: usize, data: usize, size: usize): u32;
// @ts-ignore: decorator
@external("env", "proxy_remove_header_map_value") declare function remove(map: u32, key: usize, keySize: usize): u32;
// @ts-ignore: decorator
@external("env", "proxy_get_current_time_nanoseconds") declare function time(at: usize): u32;
// @ts-ignore: decorator
@external("env", "proxy_get_property") declare function property(path: usize, pathSize: usize, data: usize, size: usize): u32;
// @ts-ignore: decorator
@external("env", "proxy_get_shared_data") declare function sharedData(key: usize, keySize: usize, data: usize, size: usize, cas: usize): u32;
// @ts-ignore: decorator
@external("env", "proxy_get_log_level") declare function logLevel(level: usize): u32;
// @ts-ignore: decorator
@external("env", "proxy_define_metric") declare function defineMetric(type: u32, name: usize, nameSize: usize, id: usize): u32;
// @ts-ignore: decorator
@external("env", "proxy_increment_metric") declare function increment(id: u32, offset: i64): u32;

const enum Call { Pairs, Value, Replace, Add, Remove, Time, Property, SharedData, LogLevel, Increment }

const CALLS: string[] = [
  "proxy_get_header_map_pairs", "proxy_get_header_map_value", "proxy_replace_header_map_value", "proxy_add_header_map_value", "proxy_remove_header_map_value",
  "proxy_get_current_time_nanoseconds", "proxy_get_property", "proxy_get_shared_data", "proxy_get_log_level", "proxy_increment_metric",
];
const CALLBACKS: string[] = ["proxy_on_context_create", "proxy_on_request_headers", "proxy_on_response_headers", "proxy_on_done", "proxy_on_log", "proxy_on_delete"];

const REQUEST: u32 = 0, RESPONSE: u32 = 2, PLUGIN_CONFIGURATION: u32 = 7;
const ROOM: usize = 65536;

const OUT = memory.data(16, 8);
/** What Envoy returns in one callback, and the values to set headers to. */
const arena: usize = heap.alloc(ROOM), values: usize = heap.alloc(ROOM);
let used: usize = 0;

/** Four words per call: its kind, the address and size of the name, the size of the value. */
const calls: u32[] = [];
/** Where the calls of each callback begin and end in `calls`. */
const begins = new StaticArray<i32>(CALLBACKS.length), ends = new StaticArray<i32>(CALLBACKS.length);

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_memory_allocate(size: usize): usize {
  const at = arena + used;
  used += (size + 7) & ~7;
  return used <= ROOM ? at : 0;
}

export function proxy_on_configure(_root: u32, size: u32): u32 {
  used = 0;
  memory.fill(values, 0x61, ROOM);
  if (size == 0 || bufferBytes(PLUGIN_CONFIGURATION, 0, size, OUT, OUT + 4) != 0) return 1;
  const lines = String.UTF8.decodeUnsafe(load<u32>(OUT), load<u32>(OUT, 4)).split("\n");
  let callback = 0;
  for (let i = 0; i < lines.length; i++) {
    const words = lines[i].split(" ");
    if (words[0] == "on") {
      callback = CALLBACKS.indexOf(words[1]);
      if (callback < 0) return 0;
      begins[callback] = calls.length;
    } else if (words[0].length > 0) {
      const call = CALLS.indexOf(words[0]);
      if (call < 0) return 0;
      note(call, words.length > 1 ? words[1] : "", words.length > 2 ? <u32>parseInt(words[2]) : 0);
    }
    ends[callback] = calls.length;
  }
  return 1;
}

function note(call: Call, name: string, valueSize: u32): void {
  // Zero bytes separate the parts of a property's path.
  const bytes = String.UTF8.encode(call == Call.Property ? name.split(".").join("\0") : name);
  calls.push(call);
  if (call == Call.Increment) {
    defineMetric(0, changetype<usize>(bytes), bytes.byteLength, OUT);
    calls.push(load<u32>(OUT));
  } else calls.push(changetype<u32>(bytes));
  calls.push(bytes.byteLength);
  calls.push(valueSize);
}

export function proxy_on_context_create(_context: u32, parent: u32): void { if (parent != 0) play(0, REQUEST); }
export function proxy_on_request_headers(_context: u32, _headers: u32, _endOfStream: u32): u32 { play(1, REQUEST); return 0; }
export function proxy_on_response_headers(_context: u32, _headers: u32, _endOfStream: u32): u32 { play(2, RESPONSE); return 0; }
export function proxy_on_done(_context: u32): u32 { play(3, RESPONSE); return 1; }
export function proxy_on_log(_context: u32): void { play(4, RESPONSE); }
export function proxy_on_delete(_context: u32): void { play(5, RESPONSE); }

function play(callback: i32, map: u32): void {
  used = 0;
  const end = calls.dataStart + (<usize>unchecked(ends[callback]) << 2);
  for (let at = calls.dataStart + (<usize>unchecked(begins[callback]) << 2); at < end; at += 16) {
    const name = load<u32>(at, 4), nameSize = load<u32>(at, 8), size = load<u32>(at, 12);
    switch (load<u32>(at)) {
      case Call.Pairs: pairs(map, OUT, OUT + 4); break;
      case Call.Value: value(map, name, nameSize, OUT, OUT + 4); break;
      case Call.Replace: replace(map, name, nameSize, values, size); break;
      case Call.Add: add(map, name, nameSize, values, size); break;
      case Call.Remove: remove(map, name, nameSize); break;
      case Call.Time: time(OUT); break;
      case Call.Property: property(name, nameSize, OUT, OUT + 4); break;
      case Call.SharedData: sharedData(name, nameSize, OUT, OUT + 4, OUT + 8); break;
      case Call.LogLevel: logLevel(OUT); break;
      default: increment(name, 1);
    }
  }
}
