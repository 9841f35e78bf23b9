/** A root context: one configuration in one VM. It owns the callouts of its streams too, and gets their answers. */
import type { Callout } from "./callout";
import type { Headers } from "./headers";
import type { StreamContext } from "./stream";
import type { Vm } from "./vm";

export class RootContext {
  readonly callouts = new Map<number, Callout>();
  readonly streams = new Set<StreamContext>();
  /** The answer to a callout, which the module may read during its callback. */
  reply: { headers: Headers; body: Buffer } | null = null;
  /** The plugin's configuration can be read only during creation and configuration. */
  showsConfiguration = false;
  tickMs = 0;
  nextTickAtMs = Infinity;
  private created = false;
  private retiring = false;
  private waitsForDone = false;
  private lastToken = 0;

  constructor(readonly vm: Vm, readonly id: number, readonly rootId: string, readonly configuration: Buffer) {}

  /** What Envoy does for every configuration of a VM, the first and any other. False if the module refuses it. */
  start(vmConfigurationSize: number): boolean {
    this.vm.contexts.set(this.id, this);
    this.create();
    const started = this.vm.call(this, "proxy_on_vm_start", this.id, vmConfigurationSize);
    if (started && !started.value) return false;
    const configured = this.shown(() => this.vm.call(this, "proxy_on_configure", this.id, this.configuration.length));
    return !configured || configured.value !== 0;
  }

  private create(): void {
    if (this.created) return;
    this.created = true;
    this.shown(() => this.vm.call(this, "proxy_on_context_create", this.id, 0));
  }

  private shown<T>(work: () => T): T {
    this.showsConfiguration = true;
    try { return work(); } finally { this.showsConfiguration = false; }
  }

  setTick(periodMs: number): void {
    this.tickMs = periodMs;
    this.nextTickAtMs = periodMs > 0 ? this.vm.host.nowMs + periodMs : Infinity;
  }

  tick(): void {
    this.nextTickAtMs = this.vm.host.nowMs + this.tickMs;
    this.vm.call(this, "proxy_on_tick", this.id);
  }

  nextToken(): number { return ++this.lastToken; }

  /** A replaced configuration lives until its last request has ended. */
  retire(): void {
    this.retiring = true;
    this.endIfIdle();
  }

  endIfIdle(): void {
    if (!this.retiring || this.streams.size > 0 || this.vm.dead) return;
    this.retiring = false;
    const done = this.vm.call(this, "proxy_on_done", this.id);
    if (!done || done.value) this.end();
    else this.waitsForDone = true;
  }

  /** proxy_done. False if the module had not delayed its end. */
  done(): boolean {
    if (!this.waitsForDone) return false;
    this.waitsForDone = false;
    this.vm.after(() => this.end());
    return true;
  }

  private end(): void {
    this.vm.call(this, "proxy_on_delete", this.id);
    this.vm.contexts.delete(this.id);
    this.setTick(0);
    for (const callout of [...this.callouts.values()]) callout.cancel();
  }
}
