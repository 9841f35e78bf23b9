/** One worker's instance of the module: calls into it, and Envoy's state between the calls. */
import type { Build } from "../../support/compile";
import { watch } from "../../support/coverage";
import { located } from "../../support/trap";
import { Misuse } from "./abi";
import type { Host } from "./host";
import { hostcalls } from "./hostcalls";
import { GuestMemory } from "./memory";
import { RootContext } from "./root";
import { MetricIds } from "./stores";
import type { StreamContext } from "./stream";
import { wasi } from "./wasi";

export type Context = RootContext | StreamContext;

export class Vm {
  readonly memory = new GuestMemory();
  readonly contexts = new Map<number, Context>();
  readonly metricIds: MetricIds;
  /** The trap that ended the VM for good. */
  dead: Error | null = null;
  /** Streams that have ended. Envoy frees them later in the same iteration of its loop, and until then the filter can still make them its context. */
  readonly unfreed: number[] = [];
  effectiveId = 0;
  /** Set by a local reply: the filter's result of the callback no longer counts. */
  stopped = false;
  /** Deferred work is running, and further deferred work is queued. */
  busy = false;
  private lastId = 0;
  private current: Context | null = null;
  private readonly afterCall: (() => void)[] = [];
  private readonly exports: WebAssembly.Exports;

  constructor(readonly host: Host, module: WebAssembly.Module, private readonly build: Build | null, readonly worker: number) {
    this.metricIds = new MetricIds(host.metricStore);
    const instance = new WebAssembly.Instance(module, imports(module, this));
    this.exports = instance.exports;
    if (!("proxy_abi_version_0_2_1" in this.exports)) throw new Misuse("the module does not export proxy_abi_version_0_2_1");
    this.memory.attach(this.exports);
    if (build) watch(build, this.memory.raw);
    const start = "_initialize" in this.exports ? "_initialize" : "_start";
    this.call(new RootContext(this, 0, "", Buffer.alloc(0)), start);
  }

  nextId(): number { return ++this.lastId; }

  free(): void {
    for (const id of this.unfreed.splice(0)) this.contexts.delete(id);
  }

  has(callback: string): boolean { return callback in this.exports; }

  /** The context that a host call acts on: the effective one while it exists, otherwise the one that was called. */
  get context(): Context {
    const effective = this.effectiveId ? this.contexts.get(this.effectiveId) : undefined;
    if (effective) return effective;
    if (!this.current) throw new Misuse("a host call outside any callback");
    return this.current;
  }

  get root(): RootContext {
    const context = this.context;
    return context instanceof RootContext ? context : context.root;
  }

  /** Runs the action after the call, as Envoy defers everything that could call back into the VM. */
  after(action: () => void): void { this.afterCall.push(action); }

  /** Null if the module does not export the callback, which Envoy then skips. */
  call(context: Context, name: string, ...args: number[]): { value: number; stopped: boolean } | null {
    if (this.dead) throw new Error(`${name} on a VM that died of: ${this.dead.message}`);
    const callback = this.exports[name] as ((...args: number[]) => number | undefined) | undefined;
    if (!callback) return null;
    if (this.current) throw new Misuse(`${name} while another callback runs`);
    this.host.count(this.host.callbacks, name);
    this.current = context;
    this.effectiveId = 0;
    let value: number;
    try {
      value = callback(...args) ?? 0;
    } catch (error) {
      this.dead = located(error, this.build?.map ?? null, this.host.lastWords()) as Error;
      throw this.dead;
    } finally {
      this.current = null;
      this.effectiveId = 0;
    }
    const stopped = this.stopped;
    this.stopped = false;
    const outermost = !this.busy;
    this.busy = true;
    try {
      while (this.afterCall.length) this.afterCall.shift()!();
    } finally {
      if (outermost) this.busy = false;
    }
    return { value, stopped };
  }
}

type Calls = Record<string, (...args: never[]) => unknown>;

/** The functions that the module imports. A function that Envoy does not have fails the start. */
function imports(module: WebAssembly.Module, vm: Vm): WebAssembly.Imports {
  const known: Record<string, Calls> = { env: hostcalls(vm), wasi_snapshot_preview1: wasi(vm) };
  const out: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    const call = known[from]?.[name];
    if (!call) throw new Misuse(`Envoy has no import ${from}.${name}`);
    (out[from] ??= {})[name] = (...args: unknown[]) => {
      vm.host.count(vm.host.trace, name);
      return (call as (...args: unknown[]) => unknown)(...args);
    };
  }
  return out;
}
