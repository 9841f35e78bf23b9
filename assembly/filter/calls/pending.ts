// The calls of one root context, and its waiting requests. Requests that need the same introspection share one call.

import { EMPTY, same } from "../../bytes/bytes";
import { NO_WAITS, Waits } from "../../flow/decision/exchange";
import { CalloutKind, Next, Step } from "../../flow/decision/next";
import { ProviderCache } from "../provider/provider_cache";
import { RuleSettings } from "../rules/rule_settings";
import { Share } from "../rules/share";
import { NO_SESSIONS, SessionRegistry } from "../shared/registry";
import { hashOf, IntrospectionRequest } from "./introspection_request";
import { Continuation, resumeQueue, waitingStreams } from "./resumed";

/** One call. Envoy's token for it is unique within the root context that made it. */
export abstract class PendingCall {
  constructor(readonly token: u32, readonly kind: CalloutKind, readonly startedMs: i64) {}
}

/** A call for a provider's metadata or keys. */
@final
export class DocumentCall extends PendingCall {
  constructor(token: u32, kind: CalloutKind, startedMs: i64, readonly provider: ProviderCache) { super(token, kind, startedMs); }
}

/** A call that requests of a rule wait for. */
@final
export class RequestCall extends PendingCall {
  /** Their stream ids. */
  readonly waiting: u32[] = [];
  /** The share that it counts towards. */
  readonly share: Share;

  constructor(
    token: u32, kind: CalloutKind, startedMs: i64,
    readonly rule: RuleSettings,
    /** Continues with the reply. */
    readonly step: Step,
    /** Only for introspection. */
    readonly introspection: IntrospectionRequest | null,
  ) {
    super(token, kind, startedMs);
    this.share = kind == CalloutKind.Introspection ? rule.tokens : rule.browsers;
  }
}

/** Stands in place of a stream id: the answer to a refresh that waits for the provider's keys. */
export const NO_STREAM: u32 = 0;
/** How many such answers one configuration keeps in a worker. */
export const MAX_KEPT = 256;

/** The requests that wait for one provider, or for one refresh. */
@final
export class Waiters {
  private readonly all: Continuation[] = [];
  constructor(
    readonly provider: ProviderCache | null, readonly key: Uint8Array, readonly registry: SessionRegistry,
    /** From when on ticks look whether the refresh has ended. The end of this worker's own call resumes the requests without that. */
    readonly lookFromMs: i64 = 0,
  ) {}

  /** `waits`: includes this wait. */
  add(stream: u32, rule: RuleSettings, share: Share, step: Step | null, waits: Waits): void {
    this.all.push(new Continuation(stream, rule, share, null, step, waits));
    share.waiting++;
  }

  resume(): void { for (let i = 0; i < this.all.length; i++) resumeQueue.add(this.all[i]); }
}

/** Calls and waits are found by key, without a search: a flood of them slows none of them down. */
@final
export class Pending {
  /** By Envoy's token. */
  private readonly calls: Map<u32, PendingCall> = new Map<u32, PendingCall>();
  /** Introspections of this and of other workers, by hash. If two have the same hash, only the later is found: no further request shares the other one. */
  private readonly introspections: Map<u64, RequestCall> = new Map<u64, RequestCall>();
  /** Introspections that other workers make. They have no token from Envoy. */
  private otherWorkers: RequestCall[] = [];
  /** At most one for each provider. */
  private providers: Waiters[] = [];
  /** The number of answers to refreshes that wait for the provider's keys. */
  kept: i32 = 0;
  /** By the first bytes of the refresh's key. */
  private readonly refreshes: Map<u64, Waiters> = new Map<u64, Waiters>();

  add(call: PendingCall): void {
    this.calls.set(call.token, call);
    if (call instanceof RequestCall) this.count(call as RequestCall);
  }

  /** An introspection that another worker makes. */
  awaitOtherWorker(introspection: IntrospectionRequest, nowMs: i64): RequestCall {
    const wait = introspection.wait, call = new RequestCall(0, wait.kind, nowMs, introspection.rule, wait.step, introspection);
    this.awaitOtherWorkerAgain(call);
    return call;
  }

  awaitOtherWorkerAgain(call: RequestCall): void {
    this.otherWorkers.push(call);
    this.count(call);
  }

  /** The same introspection (filter/verdicts/verdict_key.ts), if this worker or another is making it; else null. */
  about(rule: RuleSettings, asked: Uint8Array): RequestCall | null {
    const key = hashOf(rule, asked);
    if (!this.introspections.has(key)) return null;
    const call = this.introspections.get(key), introspection = call.introspection;
    return introspection != null && introspection.rule == rule && same(introspection.asked, asked) ? call : null;
  }

  get inOtherWorkers(): i32 { return this.otherWorkers.length; }

  takeOtherWorkers(): RequestCall[] {
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
    if (call instanceof RequestCall) this.over(call as RequestCall);
    return call;
  }

  join(call: RequestCall, stream: u32): void {
    waitingStreams.add(stream);
    call.waiting.push(stream);
    call.share.waiting++;
  }

  /** `waits`: earlier waits of the request. */
  joinProvider(provider: ProviderCache, stream: u32, rule: RuleSettings, share: Share, step: Step | null, waits: Waits): void {
    waitingStreams.add(stream);
    this.waitersFor(provider).add(stream, rule, share, step, new Waits(true, waits.refreshes));
  }

  /** `lookFromMs`: the end of this configuration's own lease, or 0. */
  joinRefresh(key: Uint8Array, stream: u32, rule: RuleSettings, waits: Waits, lookFromMs: i64): void {
    const short = shortened(key);
    waitingStreams.add(stream);
    if (!this.refreshes.has(short)) this.refreshes.set(short, new Waiters(null, key, rule.registry, lookFromMs));
    this.refreshes.get(short).add(stream, rule, rule.browsers, null, new Waits(waits.provider, waits.refreshes + 1));
  }

  get refreshing(): bool { return this.refreshes.size > 0; }

  /** The requests that waited for one call now wait for another. */
  move(from: RequestCall, to: RequestCall): void {
    for (let i = 0; i < from.waiting.length; i++) to.waiting.push(from.waiting[i]);
    from.waiting.length = 0;
  }

  /** The requests that waited for a call now wait for the provider, and continue with this step. */
  moveToProvider(from: RequestCall, provider: ProviderCache, step: Step | null): void {
    from.share.waiting -= from.waiting.length;
    for (let i = 0; i < from.waiting.length; i++) this.waitersFor(provider).add(from.waiting[i], from.rule, from.share, step, new Waits(true, 0));
    from.waiting.length = 0;
  }

  resumeWaitingForCall(call: RequestCall, verdict: Next): void {
    for (let i = 0; i < call.waiting.length; i++) resumeQueue.add(new Continuation(call.waiting[i], call.rule, call.share, verdict, null, NO_WAITS));
  }

  /** The refresh has ended: its requests resume. */
  resumeWaitingForRefresh(key: Uint8Array): void {
    const short = shortened(key);
    if (!this.refreshes.has(short)) return;
    const waiters = this.refreshes.get(short);
    this.refreshes.delete(short);
    waiters.resume();
  }

  /** The refreshes that requests wait for. */
  refreshWaits(): Waiters[] { return this.refreshes.values(); }

  resumeWaitingForProvider(provider: ProviderCache): void {
    for (let i = 0; i < this.providers.length; i++) {
      const waiters = this.providers[i];
      if (waiters.provider != provider) continue;
      this.providers.splice(i, 1);
      waiters.resume();
      return;
    }
  }

  private waitersFor(provider: ProviderCache): Waiters {
    for (let i = 0; i < this.providers.length; i++) if (this.providers[i].provider == provider) return this.providers[i];
    const waiters = new Waiters(provider, EMPTY, NO_SESSIONS);
    this.providers.push(waiters);
    return waiters;
  }

  private count(call: RequestCall): void {
    const introspection = call.introspection;
    call.share.calls++;
    if (introspection != null) this.introspections.set(introspection.hash, call);
  }

  private over(call: RequestCall): void {
    const introspection = call.introspection;
    call.share.calls--;
    if (introspection != null && this.introspections.has(introspection.hash) && this.introspections.get(introspection.hash) == call) this.introspections.delete(introspection.hash);
  }
}

/** The first bytes of a digest. If two are the same, each resumes the other's requests, which are then only decided again. */
function shortened(key: Uint8Array): u64 {
  let out: u64 = 0;
  for (let i = 0; i < 8 && i < key.length; i++) out = out << 8 | key[i];
  return out;
}
