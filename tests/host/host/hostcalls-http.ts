/** The host calls about requests: header maps, bodies, callouts, answers. */
import { BufferType, MapType, Misuse, Status } from "./abi";
import { Callout } from "./callout";
import { Headers, type Pair, parse, serialize } from "./headers";
import { RootContext } from "./root";
import type { StreamContext } from "./stream";
import type { Vm } from "./vm";

export function httpcalls(vm: Vm): Record<string, (...args: never[]) => unknown> {
  const { memory, host } = vm;

  /** The map to read from; null if there is none at this moment. */
  const map = (type: number): Headers | null => {
    if (type === MapType.CallResponseHeaders) return vm.root.reply?.headers ?? null;
    if (type === MapType.CallResponseTrailers) return vm.root.reply ? new Headers() : null;
    const context = vm.context;
    return context instanceof RootContext ? null : context.map(type);
  };
  /** The map to write to. Headers and trailers of a cluster's answer are read-only. */
  const mutable = (type: number): Headers | null => type === MapType.RequestHeaders || type === MapType.RequestTrailers || type === MapType.ResponseHeaders ? map(type) : null;

  const buffer = (type: number): Buffer | null => {
    if (type === BufferType.VmConfiguration) return host.vmConfiguration;
    if (type === BufferType.PluginConfiguration) return vm.root.showsConfiguration ? vm.root.configuration : null;
    if (type === BufferType.CallResponseBody) return vm.root.reply?.body ?? null;
    const context = vm.context;
    return context instanceof RootContext ? null : context.buffer(type);
  };

  const pairs = (at: number, size: number): Pair[] => {
    const read = parse(memory.bytes(at, size));
    if (!read) throw new Misuse("malformed header pairs, which Envoy reads as none");
    return read;
  };

  /** For a root context Envoy does nothing: a filter that did not set the effective context would hang its request. */
  const stream = (call: string): StreamContext => {
    const context = vm.context;
    if (context instanceof RootContext) throw new Misuse(`${call} on a root context, which Envoy ignores`);
    return context;
  };

  const wrongType = (type: number): boolean => type >>> 0 > MapType.Max;

  return {
    proxy_get_header_map_pairs(type: number, pointerAt: number, sizeAt: number) {
      if (wrongType(type)) return Status.BadArgument;
      memory.give(serialize(map(type)?.list ?? []), pointerAt, sizeAt);
      return Status.Ok;
    },
    proxy_get_header_map_size(type: number, sizeAt: number) {
      if (wrongType(type)) return Status.BadArgument;
      memory.u32(sizeAt, (map(type)?.list ?? []).reduce((sum, [name, value]) => sum + name.length + value.length, 0));
      return Status.Ok;
    },
    proxy_get_header_map_value(type: number, key: number, keySize: number, pointerAt: number, sizeAt: number) {
      if (wrongType(type)) return Status.BadArgument;
      const name = memory.text(key, keySize), headers = map(type);
      if (!headers) return Status.BadArgument;
      const value = headers.get(name);
      if (value === undefined) return Status.NotFound;
      memory.give(Buffer.from(value, "latin1"), pointerAt, sizeAt);
      return Status.Ok;
    },
    proxy_add_header_map_value(type: number, key: number, keySize: number, value: number, valueSize: number) {
      if (wrongType(type)) return Status.BadArgument;
      const headers = mutable(type);
      if (!headers) return Status.BadArgument;
      headers.add(checked(memory.text(key, keySize)), checked(memory.text(value, valueSize)));
      return Status.Ok;
    },
    proxy_replace_header_map_value(type: number, key: number, keySize: number, value: number, valueSize: number) {
      if (wrongType(type)) return Status.BadArgument;
      const headers = mutable(type);
      if (!headers) return Status.BadArgument;
      headers.replace(checked(memory.text(key, keySize)), checked(memory.text(value, valueSize)));
      return Status.Ok;
    },
    proxy_remove_header_map_value(type: number, key: number, keySize: number) {
      if (wrongType(type)) return Status.BadArgument;
      const headers = mutable(type);
      if (!headers) return Status.BadArgument;
      headers.remove(memory.text(key, keySize));
      return Status.Ok;
    },
    proxy_set_header_map_pairs(type: number, at: number, size: number) {
      if (wrongType(type)) return Status.BadArgument;
      const headers = mutable(type);
      if (!headers) return Status.BadArgument;
      headers.list.length = 0;
      for (const [name, value] of pairs(at, size)) headers.add(name, value);
      return Status.Ok;
    },

    proxy_get_buffer_bytes(type: number, start: number, length: number, pointerAt: number, sizeAt: number) {
      if (type >>> 0 > BufferType.Max) return Status.BadArgument;
      const bytes = buffer(type), from = start >>> 0;
      if (!bytes) return Status.NotFound;
      if (from > bytes.length) return Status.BadArgument;
      const part = bytes.subarray(from, from + (length >>> 0));
      // Without bytes to copy nothing is written, and the caller's variables keep their values.
      if (part.length > 0) memory.give(part, pointerAt, sizeAt);
      return Status.Ok;
    },
    proxy_get_buffer_status(type: number, lengthAt: number, flagsAt: number) {
      const bytes = buffer(type);
      if (!bytes) return Status.NotFound;
      memory.u32(lengthAt, bytes.length);
      memory.u32(flagsAt, 0);
      return Status.Ok;
    },
    proxy_set_buffer_bytes(type: number, start: number, length: number, at: number, size: number) {
      const bytes = buffer(type), data = memory.bytes(at, size), context = vm.context;
      if (!bytes) return Status.NotFound;
      if (context instanceof RootContext || (type !== BufferType.RequestBody && type !== BufferType.ResponseBody)) return Status.BadArgument;
      if (start >>> 0 >= bytes.length && start !== 0) context.setBuffer(type, Buffer.concat([bytes, data]));
      else if (start === 0 && length === 0) context.setBuffer(type, Buffer.concat([data, bytes]));
      else if (start === 0 && length >>> 0 >= bytes.length) context.setBuffer(type, data);
      else return Status.BadArgument;
      return Status.Ok;
    },

    proxy_http_call(cluster: number, clusterSize: number, headersAt: number, headersSize: number, bodyAt: number, bodySize: number,
      trailersAt: number, trailersSize: number, timeoutMs: number, tokenAt: number) {
      const name = memory.utf8(cluster, clusterSize), body = memory.bytes(bodyAt, bodySize);
      const headers = new Headers();
      for (const [key, value] of pairs(headersAt, headersSize)) headers.add(key, value);
      pairs(trailersAt, trailersSize);
      memory.u32(tokenAt, 0);
      if (timeoutMs < 0 || !host.hasCluster(name)) return Status.BadArgument;
      if (![":method", ":path", ":authority"].every((needed) => headers.has(needed))) return Status.BadArgument;
      if (host.refuseCallouts) return host.refuseCallouts === true ? Status.InternalFailure : host.refuseCallouts;
      if (body.length > 0) headers.replace("content-length", String(body.length));
      const root = vm.root, token = root.nextToken();
      root.callouts.set(token, new Callout(root, token, { cluster: name, headers, body, timeoutMs }));
      host.history.push(root.callouts.get(token)!);
      memory.u32(tokenAt, token);
      return Status.Ok;
    },

    proxy_send_local_response(status: number, details: number, detailsSize: number, body: number, bodySize: number,
      headers: number, headersSize: number, grpcStatus: number) {
      const added = pairs(headers, headersSize).map(([name, value]): Pair => [checked(name), checked(value)]);
      stream("proxy_send_local_response").answer(status, added, memory.bytes(body, bodySize), memory.utf8(details, detailsSize), grpcStatus);
      vm.stopped = true;
      return Status.Ok;
    },
    proxy_continue_stream(type: number) {
      if (type >>> 0 > 3) return Status.BadArgument;
      if (type !== 0) throw new Misuse("this host continues requests only");
      stream("proxy_continue_stream").continueRequest();
      return Status.Ok;
    },
    proxy_close_stream(type: number) {
      if (type >>> 0 > 3) return Status.BadArgument;
      const closing = stream("proxy_close_stream");
      vm.after(() => closing.reset());
      return Status.Ok;
    },
  };
}

/** A line break or a zero byte in a header ends Envoy by an assertion, or splits a message. It is always an error. */
function checked(text: string): string {
  if (/[\0\r\n]/.test(text)) throw new Misuse(`a header holds a line break or a zero byte: ${JSON.stringify(text)}`);
  return text;
}
