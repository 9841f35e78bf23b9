// The calls of one root context, and its waiting requests. Requests that need the same introspection share one call.

import { EMPTY, same } from "../../bytes/bytes";
import { NO_WAITS, Waits } from "../../flow/decision/exchange";
import { CalloutKind, Next, Step } from "../../flow/decision/next";
import { ProviderCache } from "../provider/provider_cache";
import { RuleSettings } from "../rules/rule_settings";
import { Share } from "../rules/share";
import { NO_SESSIONS, SessionRegistry } from "../shared/registry";
import { hashOf, IntrospectionRequest } from "./introspection_request";
import { waitingStreams, Resumed, resumeQueue } from "./resumed";

/** One call. Envoy's token for it is unique within the root context that made it. */
@final
export class PendingCall {
  /** Stream ids of the requests that wait for it. */
  readonly waiting: u32[] = [];
  /** The share that it counts towards; null for metadata and keys. */
  readonly share: Share | null;

  constructor(
    readonly token: u32,
    readonly kind: CalloutKind,
    readonly startedMs: i64,
    /** Only for metadata and keys. */
    readonly provider: ProviderCache | null,
    /** The rule whose requests wait, and the step that continues with the reply; null for metadata and keys. */
    readonly rule: RuleSettings | null,
    readonly step: Step | null,
    /** Only for introspection. */
    readonly introspection: IntrospectionRequest | null,
  ) { this.share = rule == null ? null : shareOf(rule, kind); }
}

/** The share of the rule that a call counts towards. */
export function shareOf(rule: RuleSettings, kind: CalloutKind): Share { return kind == CalloutKind.Introspection ? rule.tokens : rule.browsers; }

/** Stands in place of a stream id: the answer to a refresh that waits for the provider's keys. */
export const NO_STREAM: u32 = 0;
/** How many such answers one configuration keeps in a worker. */
export const MAX_KEPT = 256;

/** A request that waits for a provider, or for a refresh. */
@final
class Waiter {
  /** `waits` includes this wait. */
  constructor(readonly stream: u32, readonly rule: RuleSettings, readonly share: Share, readonly step: Step | null, readonly waits: Waits) {}
}

/** The requests that wait for one provider, or for one refresh. */
@final
export class Waiters {
  private readonly all: Waiter[] = [];
  constructor(readonly provider: ProviderCache | null, readonly key: Uint8Array, readonly registry: SessionRegistry) {}

  add(waiter: Waiter): void {
    this.all.push(waiter);
    waiter.share.waiting++;
  }

  wake(): void {
    for (let i = 0; i < this.all.length; i++) {
      const waiter = this.all[i];
      resumeQueue.add(new Resumed(waiter.stream, waiter.rule, waiter.share, null, waiter.step, waiter.waits));
    }
  }
}

/** Calls and waits are found by key, without a search: a flood of them slows none of them down. */
@final
export class Pending {
  /** By Envoy's token. */
  private readonly calls: Map<u32, PendingCall> = new Map<u32, PendingCall>();
  /** Introspections of this and of other workers, by hash. If two have the same hash, only the later is found: no further request shares the other one. */
  private readonly introspections: Map<u64, PendingCall> = new Map<u64, PendingCall>();
  /** Introspections that other workers make. They have no token from Envoy. */
  private otherWorkers: PendingCall[] = [];
  /** At most one for each provider. */
  private providers: Waiters[] = [];
  /** The number of answers to refreshes that wait for the provider's keys. */
  kept: i32 = 0;
  /** By the first bytes of the refresh's key. */
  private readonly refreshes: Map<u64, Waiters> = new Map<u64, Waiters>();

  add(call: PendingCall): void {
    this.calls.set(call.token, call);
    this.count(call);
  }

  /** An introspection that another worker makes. */
  awaitOtherWorker(introspection: IntrospectionRequest, nowMs: i64): PendingCall {
    const wait = introspection.wait, call = new PendingCall(0, wait.kind, nowMs, null, introspection.rule, wait.step, introspection);
    this.awaitOtherWorkerAgain(call);
    return call;
  }

  awaitOtherWorkerAgain(call: PendingCall): void {
    this.otherWorkers.push(call);
    this.count(call);
  }

  /** The same introspection (filter/verdicts/verdict_key.ts), if this worker or another is making it; else null. */
  about(rule: RuleSettings, asked: Uint8Array): PendingCall | null {
    const key = hashOf(rule, asked);
    if (!this.introspections.has(key)) return null;
    const call = this.introspections.get(key), introspection = call.introspection;
    return introspection != null && introspection.rule == rule && same(introspection.asked, asked) ? call : null;
  }

  get inOtherWorkers(): i32 { return this.otherWorkers.length; }

  takeOtherWorkers(): PendingCall[] {
    const taken = this.otherWorkers;
    if (taken.length == 0) return taken;
    this.otherWorkers = [];
    for (let i = 0; i < taken.length; i++) this.over(taken[i]);
    return taken;
  }

  /** Removes and returns the call. Null if nobody waits for the reply any more. */
  take(token: u32): PendingCall | null {
    if (!this.calls.has(token)) return null;
    const call = this.calls.get(token);
    this.calls.delete(token);
    this.over(call);
    return call;
  }

  join(call: PendingCall, stream: u32): void {
    const share = call.share;
    waitingStreams.add(stream);
    call.waiting.push(stream);
    if (share != null) share.waiting++;
  }

  /** `waits`: earlier waits of the request. */
  joinProvider(provider: ProviderCache, stream: u32, rule: RuleSettings, share: Share, step: Step | null, waits: Waits): void {
    waitingStreams.add(stream);
    this.waitersFor(provider).add(new Waiter(stream, rule, share, step, new Waits(true, waits.refreshes)));
  }

  joinRefresh(key: Uint8Array, stream: u32, rule: RuleSettings, waits: Waits): void {
    const short = shortened(key);
    waitingStreams.add(stream);
    if (!this.refreshes.has(short)) this.refreshes.set(short, new Waiters(null, key, rule.registry));
    this.refreshes.get(short).add(new Waiter(stream, rule, rule.browsers, null, new Waits(waits.provider, waits.refreshes + 1)));
  }

  get refreshing(): bool { return this.refreshes.size > 0; }

  /** The requests that waited for one call now wait for another. */
  move(from: PendingCall, to: PendingCall): void {
    for (let i = 0; i < from.waiting.length; i++) to.waiting.push(from.waiting[i]);
    from.waiting.length = 0;
  }

  /** The requests that waited for a call now wait for the provider, and continue with this step. */
  moveToProvider(from: PendingCall, rule: RuleSettings, provider: ProviderCache, step: Step | null): void {
    const share = shareOf(rule, from.kind);
    share.waiting -= from.waiting.length;
    for (let i = 0; i < from.waiting.length; i++) this.waitersFor(provider).add(new Waiter(from.waiting[i], rule, share, step, new Waits(true, 0)));
    from.waiting.length = 0;
  }

  wake(call: PendingCall, rule: RuleSettings, verdict: Next): void {
    const share = shareOf(rule, call.kind);
    for (let i = 0; i < call.waiting.length; i++) resumeQueue.add(new Resumed(call.waiting[i], rule, share, verdict, null, NO_WAITS));
  }

  /** The refresh has ended: its requests resume. */
  wakeRefresh(key: Uint8Array): void {
    const short = shortened(key);
    if (!this.refreshes.has(short)) return;
    const waiters = this.refreshes.get(short);
    this.refreshes.delete(short);
    waiters.wake();
  }

  /** The refreshes that requests wait for. */
  refreshWaits(): Waiters[] { return this.refreshes.values(); }

  wakeProvider(provider: ProviderCache): void {
    for (let i = 0; i < this.providers.length; i++) {
      const waiters = this.providers[i];
      if (waiters.provider != provider) continue;
      this.providers.splice(i, 1);
      waiters.wake();
      return;
    }
  }

  private waitersFor(provider: ProviderCache): Waiters {
    for (let i = 0; i < this.providers.length; i++) if (this.providers[i].provider == provider) return this.providers[i];
    const waiters = new Waiters(provider, EMPTY, NO_SESSIONS);
    this.providers.push(waiters);
    return waiters;
  }

  private count(call: PendingCall): void {
    const share = call.share, introspection = call.introspection;
    if (share != null) share.calls++;
    if (introspection != null) this.introspections.set(introspection.hash, call);
  }

  private over(call: PendingCall): void {
    const share = call.share, introspection = call.introspection;
    if (share != null) share.calls--;
    if (introspection != null && this.introspections.has(introspection.hash) && this.introspections.get(introspection.hash) == call) this.introspections.delete(introspection.hash);
  }
}

/** The first bytes of a digest. If two are the same, each wakes the other's requests, which are then only decided again. */
function shortened(key: Uint8Array): u64 {
  let out: u64 = 0;
  for (let i = 0; i < 8 && i < key.length; i++) out = out << 8 | key[i];
  return out;
}
