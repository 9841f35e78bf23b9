/** The host calls of proxy-wasm 0.2.1, as Envoy answers them. */
import { LEVELS, MapType, Misuse, Status } from "./abi";
import { FOREIGN, Malformed } from "./foreign";
import { httpcalls } from "./hostcalls-http";
import { RootContext } from "./root";
import type { Vm } from "./vm";

export function hostcalls(vm: Vm): Record<string, (...args: never[]) => unknown> {
  const { memory, host } = vm;
  return {
    ...httpcalls(vm),

    proxy_log(level: number, at: number, size: number) {
      if (level >>> 0 >= LEVELS.length) return Status.BadArgument;
      host.log(LEVELS[level]!, memory.utf8(at, size), vm.worker);
      return Status.Ok;
    },
    proxy_get_log_level(at: number) { memory.u32(at, LEVELS.indexOf(host.logLevel)); return Status.Ok; },
    proxy_get_current_time_nanoseconds(at: number) { memory.u64(at, host.nowNs); return Status.Ok; },
    proxy_set_tick_period_milliseconds(period: number) { vm.root.setTick(period >>> 0); return Status.Ok; },

    proxy_get_property(path: number, pathSize: number, pointerAt: number, sizeAt: number) {
      const parts = memory.utf8(path, pathSize).split("\0");
      const value = host.property(vm.context, parts.filter((part, i) => part !== "" || i < parts.length - 1).join("."));
      if (!value) return Status.NotFound;
      memory.give(value, pointerAt, sizeAt);
      return Status.Ok;
    },
    proxy_set_property(path: number, pathSize: number, value: number, valueSize: number) {
      const name = memory.utf8(path, pathSize), bytes = memory.bytes(value, valueSize), context = vm.context;
      if (context instanceof RootContext) return Status.NotFound; // a root context has no stream to store it in
      context.properties.set(name, bytes);
      return Status.Ok;
    },

    proxy_get_shared_data(key: number, keySize: number, pointerAt: number, sizeAt: number, casAt: number) {
      const held = host.sharedData.get(memory.utf8(key, keySize));
      if (!held) return Status.NotFound;
      memory.give(held.value, pointerAt, sizeAt);
      memory.u32(casAt, held.cas);
      return Status.Ok;
    },
    proxy_set_shared_data(key: number, keySize: number, value: number, valueSize: number, cas: number) {
      return host.sharedData.set(memory.utf8(key, keySize), memory.bytes(value, valueSize), cas >>> 0);
    },
    proxy_register_shared_queue(name: number, nameSize: number, tokenAt: number) {
      memory.u32(tokenAt, host.queues.register(memory.utf8(name, nameSize)));
      return Status.Ok;
    },
    proxy_resolve_shared_queue(_vmId: number, _vmIdSize: number, name: number, nameSize: number, tokenAt: number) {
      const token = host.queues.resolve(memory.utf8(name, nameSize));
      if (!token) return Status.NotFound;
      memory.u32(tokenAt, token);
      return Status.Ok;
    },
    proxy_enqueue_shared_queue(token: number, at: number, size: number) {
      const queue = host.queues.of(token), bytes = memory.bytes(at, size), root = vm.root;
      if (!queue) return Status.NotFound;
      queue.push(bytes);
      vm.after(() => { vm.call(root, "proxy_on_queue_ready", root.id, token); });
      return Status.Ok;
    },
    proxy_dequeue_shared_queue(token: number, pointerAt: number, sizeAt: number) {
      const queue = host.queues.of(token);
      if (!queue) return Status.NotFound;
      const bytes = queue.shift();
      if (!bytes) return Status.Empty;
      memory.give(bytes, pointerAt, sizeAt);
      return Status.Ok;
    },

    proxy_define_metric(type: number, name: number, nameSize: number, idAt: number) {
      const id = vm.metricIds.define(type >>> 0, memory.utf8(name, nameSize));
      if (!id) return Status.BadArgument;
      memory.u32(idAt, id);
      return Status.Ok;
    },
    proxy_increment_metric(id: number, offset: bigint) { return vm.metricIds.increment(id, offset); },
    proxy_record_metric(id: number, value: bigint) { return vm.metricIds.record(id, BigInt.asUintN(64, value)); },
    proxy_get_metric(id: number, valueAt: number) {
      const value = vm.metricIds.get(id);
      if (typeof value === "number") return value;
      memory.u64(valueAt, value);
      return Status.Ok;
    },

    proxy_set_effective_context(id: number) {
      if (!vm.contexts.has(id)) return Status.BadArgument;
      vm.effectiveId = id;
      return Status.Ok;
    },
    proxy_done() {
      const context = vm.context;
      return context instanceof RootContext && context.done() ? Status.Ok : Status.NotFound;
    },

    proxy_call_foreign_function(name: number, nameSize: number, argument: number, argumentSize: number, pointerAt: number, sizeAt: number) {
      const call = memory.utf8(name, nameSize), bytes = memory.bytes(argument, argumentSize);
      const foreign = host.withoutForeign.has(call) ? undefined : host.foreign[call] ?? FOREIGN[call];
      if (!foreign) return Status.NotFound;
      host.count(host.trace, `foreign ${call}`);
      try {
        const { status, result } = foreign(bytes);
        memory.give(result ?? Buffer.alloc(0), pointerAt, sizeAt);
        return status;
      } catch (error) {
        if (!(error instanceof Malformed)) throw error;
        memory.give(Buffer.alloc(0), pointerAt, sizeAt);
        return Status.BadArgument;
      }
    },

    // Functions without use for an HTTP filter, so that a module that imports them still starts.
    proxy_get_status(codeAt: number, pointerAt: number, sizeAt: number) {
      memory.u32(codeAt, 0);
      memory.give(Buffer.alloc(0), pointerAt, sizeAt);
      return Status.Ok;
    },
    proxy_grpc_call: unimplemented("proxy_grpc_call"),
    proxy_grpc_stream: unimplemented("proxy_grpc_stream"),
    proxy_grpc_send: unimplemented("proxy_grpc_send"),
    proxy_grpc_cancel: unimplemented("proxy_grpc_cancel"),
    proxy_grpc_close: unimplemented("proxy_grpc_close"),
  };
}

function unimplemented(name: string) { return () => { throw new Misuse(`${name} is not played by this host (maps end at ${MapType.Max})`); }; }
