/**
 * A scripted Envoy: it loads the filter, and a test describes a conversation of a client, a provider and a clock. Nothing happens by itself: time
 * passes with `advance`, and callouts are answered by the test or by a provider that it describes.
 */
import type { Build } from "../../support/compile";
import type { Level } from "./abi";
import type { Body, Callout } from "./callout";
import { Headers, type HeadersLike } from "./headers";
import { Host } from "./host";
import { Random } from "./random";
import { RootContext } from "./root";
import { StreamContext } from "./stream";
import { Vm } from "./vm";

export interface StartOptions {
  /** The plugin's configuration: an object is sent as JSON. */
  config?: Body;
  vmConfig?: Body;
  /** The VM's environment; undefined removes a name. */
  env?: Record<string, string | undefined>;
  /** An ISO date or seconds since 1970. */
  now?: string | number;
  workers?: number;
  /** First load the configuration in a separate VM, which is then discarded, as Envoy does. */
  canary?: boolean;
  rootId?: string;
  logLevel?: Level;
  /** The clusters that exist; by default every name exists. */
  clusters?: string[];
  /** Properties by path, such as "source.address". */
  properties?: Record<string, string | Uint8Array>;
  /** False: an Envoy without the foreign function, which answers NotFound. */
  verifySignature?: boolean;
  /** Likewise for `sign`. */
  sign?: boolean;
  seed?: number;
  refuseCallouts?: boolean | number;
}

export interface RequestOptions { worker?: number; plugin?: Plugin; body?: string | Uint8Array }

/** The answer of a described provider: null leaves the callout open, "fail" breaks the connection. */
export type Answer = { status?: number; headers?: HeadersLike; body?: Body } | "fail" | null;

/** One configuration, in all workers. */
export class Plugin {
  constructor(readonly roots: RootContext[]) {}
}

export class Provider {
  handler: ((call: Callout) => Answer) | null = null;
  constructor(private readonly envoy: Envoy, readonly cluster: string) {}

  get calls(): Callout[] { return this.envoy.history.filter((call) => call.cluster === this.cluster); }
  get open(): Callout[] { return this.calls.filter((call) => call.open); }

  /** From now on this handler answers callouts, as soon as the VM call that made them has returned. */
  answers(handler: ((call: Callout) => Answer) | null): this {
    this.handler = handler;
    this.envoy.settle();
    return this;
  }
}

export class Envoy extends Host {
  readonly plugins: Plugin[] = [];
  private readonly providers = new Map<string, Provider>();
  private settling = false;

  /** Throws with the log if the module refuses its configuration. */
  static start(wasm: Build | Uint8Array, options: StartOptions = {}): Envoy {
    const envoy = new Envoy(options);
    const build = wasm instanceof Uint8Array ? null : wasm;
    const module = compiled(build ? build.wasm : wasm as Uint8Array);
    if (options.canary) {
      envoy.vms.push(new Vm(envoy, module, build, -1));
      for (const root of envoy.configure(options.config ?? "", options.rootId ?? "").roots) root.retire();
      envoy.vms.pop();
    }
    for (let worker = 0; worker < (options.workers ?? 1); worker++) envoy.vms.push(new Vm(envoy, module, build, worker));
    envoy.plugins.push(envoy.configure(options.config ?? "", options.rootId ?? ""));
    envoy.settle();
    return envoy;
  }

  private constructor(options: StartOptions) {
    super();
    const now = options.now ?? "2026-01-01T00:00:00Z";
    this.nowMs = typeof now === "number" ? now * 1000 : Date.parse(now);
    for (const [name, value] of Object.entries(options.env ?? {})) if (value !== undefined) this.environment[name] = value;
    this.vmConfiguration = bytes(options.vmConfig ?? "");
    this.clusters = options.clusters ?? null;
    this.properties = options.properties ?? {};
    this.random = new Random(options.seed ?? 1);
    this.refuseCallouts = options.refuseCallouts ?? false;
    if (options.logLevel) this.logLevel = options.logLevel;
    if (options.verifySignature === false) this.withoutForeign.add("verify_signature");
    if (options.sign === false) this.withoutForeign.add("sign");
  }

  private configure(config: Body, rootId: string): Plugin {
    const roots: RootContext[] = [], since = this.logs.length;
    for (const vm of this.vms) {
      const root = new RootContext(vm, vm.nextId(), rootId, bytes(config));
      roots.push(root);
      if (root.start(this.vmConfiguration.length)) continue;
      for (const started of roots) started.retire();
      throw new Error(`the module refused its configuration\n${this.logs.slice(since).map(({ level, text }) => `${level}: ${text}`).join("\n")}`);
    }
    return new Plugin(roots);
  }

  /** A further configuration in the same VMs, such as that of another listener or route. */
  addPlugin(config: Body, rootId = ""): Plugin {
    const plugin = this.configure(config, rootId);
    this.plugins.push(plugin);
    this.settle();
    return plugin;
  }

  /** Replaces a configuration. The old one stays if the new one is refused; otherwise it stays until its last request ends. */
  reload(config: Body, plugin: Plugin = this.plugins[0]!): Plugin {
    const next = this.configure(config, plugin.roots[0]!.rootId);
    this.plugins[this.plugins.indexOf(plugin)] = next;
    for (const root of plugin.roots) root.retire();
    this.settle();
    return next;
  }

  /** A request. Its body, if it has one, comes in one piece that ends it. */
  request(method: string, path: string, headers: HeadersLike = {}, options: RequestOptions = {}): StreamContext {
    const body = Buffer.from(options.body ?? "");
    const stream = this.begin(method, path, headers, { ...options, end: body.length === 0 });
    return body.length === 0 ? stream : stream.data(body, true);
  }

  /** Starts a request with its headers. `data`, `trailers` and `reset` of the result continue it. */
  begin(method: string, path: string, headers: HeadersLike = {}, options: Omit<RequestOptions, "body"> & { end?: boolean } = {}): StreamContext {
    const root = (options.plugin ?? this.plugins[0]!).roots[options.worker ?? 0]!;
    const sent = Headers.of([[":method", method], [":path", path], [":scheme", "https"], [":authority", "app.example"]]);
    for (const [name, value] of Headers.of(headers).list) name.startsWith(":") ? sent.replace(name, value) : sent.add(name, value);
    const stream = new StreamContext(root.vm, root, root.vm.nextId(), sent).begin(options.end ?? false);
    this.settle();
    return stream;
  }

  get(path: string, headers: HeadersLike = {}, options: RequestOptions = {}): StreamContext { return this.request("GET", path, headers, options); }

  provider(cluster: string): Provider {
    const provider = this.providers.get(cluster) ?? new Provider(this, cluster);
    this.providers.set(cluster, provider);
    return provider;
  }

  get callouts(): Callout[] { return [...this.open]; }

  /** The only open callout. It is an error if there is none or more than one. */
  callout(cluster?: string): Callout {
    const open = this.callouts.filter((call) => cluster === undefined || call.cluster === cluster);
    if (open.length === 1) return open[0]!;
    throw new Error(open.length === 0 ? "no callout is open" : `${open.length} callouts are open: ${open.join(", ")}`);
  }

  override settle(): void {
    if (this.settling || this.vms.some((vm) => vm.busy)) return; // a busy VM calls this again when it is done
    this.settling = true;
    try {
      for (let call; (call = this.next()); ) {
        const { call: callout, answer } = call;
        if (answer === "fail") callout.fail();
        else callout.reply(answer.status ?? 200, answer.headers ?? {}, answer.body ?? "");
      }
    } finally {
      this.settling = false;
    }
  }

  private next(): { call: Callout; answer: Exclude<Answer, null> } | null {
    for (const call of this.open) {
      const answer = this.providers.get(call.cluster)?.handler?.(call) ?? null;
      if (answer !== null) return { call, answer };
    }
    return null;
  }

  /** Lets time pass: ticks run when they are due, and callouts time out. */
  advance(seconds: number): void {
    const end = this.nowMs + seconds * 1000;
    for (;;) {
      const due = this.earliest();
      if (!due || due.atMs > end) break;
      this.nowMs = Math.max(this.nowMs, due.atMs);
      due.fire();
      this.settle();
    }
    this.nowMs = end;
    for (const vm of this.vms) vm.free();
  }

  /** The clock is set forward or back. Ticks and timeouts do not notice: Envoy measures them by a clock that nobody sets. */
  setClock(seconds: number): void {
    this.nowMs += seconds * 1000;
    for (const vm of this.vms) for (const context of vm.contexts.values()) if (context instanceof RootContext) context.nextTickAtMs += seconds * 1000;
    for (const call of this.open) call.dueAtMs += seconds * 1000;
  }

  private earliest(): { atMs: number; fire: () => void } | null {
    let first: { atMs: number; fire: () => void } | null = null;
    const offer = (atMs: number, fire: () => void): void => { if (atMs < (first?.atMs ?? Infinity)) first = { atMs, fire }; };
    for (const vm of this.vms) {
      for (const context of vm.contexts.values()) if (context instanceof RootContext) offer(context.nextTickAtMs, () => context.tick());
    }
    for (const call of this.open) offer(call.dueAtMs, () => call.timeout());
    return first;
  }

  get now(): number { return this.nowMs / 1000; }

  get logText(): string { return this.logs.map(({ level, text }) => `${level}: ${text}`).join("\n"); }

  /** Values by name. A histogram is the list of recorded values. */
  metrics(): Record<string, number | number[]> {
    return Object.fromEntries([...this.metricStore.byName.values()].map(({ name, type, value, samples }) => [name, type === 2 ? samples.map(Number) : Number(value)]));
  }

  memoryBytes(worker = 0): number { return this.vms[worker]!.memory.size; }

  /** The host calls made during `what`. */
  counting(what: () => void): Record<string, number> {
    const before = { ...this.trace };
    what();
    return Object.fromEntries(Object.entries(this.trace).map(([name, n]): [string, number] => [name, n - (before[name] ?? 0)]).filter(([, n]) => n > 0));
  }
}

function bytes(body: Body): Buffer {
  return Buffer.from(typeof body === "string" || body instanceof Uint8Array ? body as string : JSON.stringify(body));
}

/** Compiling is expensive, and instances are cheap. */
const MODULES = new WeakMap<Uint8Array, WebAssembly.Module>();

function compiled(wasm: Uint8Array): WebAssembly.Module {
  let module = MODULES.get(wasm);
  if (!module) MODULES.set(wasm, (module = new WebAssembly.Module(new Uint8Array(wasm))));
  return module;
}
