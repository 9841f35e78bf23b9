// Counters, and a histogram of times for each endpoint. All exist from the start, those of rules (rule_counters.ts) from the start of their configuration.
// They are counted in memory and given to Envoy on the tick, so they cost a request no host call. Only a refused configuration is counted at once: without a
// configuration in force there may be no tick.

import { MetricType } from "../../abi/enums";
import { defineMetric, incrementMetric, recordMetric } from "../../abi/host";
import { CalloutKind, BrowserEvent } from "../../flow/decision/next";
import { Refusal, REFUSALS } from "../../flow/decision/refusal";
import { VERSION } from "../../version";

/** In front of every name. */
export const PREFIX = "envoy_oidc.";

/** Bounds that were reached, and logouts that could not be recorded for all workers. */
export const enum Bound { Calls = 0, Waiting, EndedSessions, NotKept }

/** The last two are refreshes that the provider refused, and those that it did not answer. */
export const enum Outcome { Allowed = 0, Anonymous, Session, Preflight, Refreshed, Public, RefreshEnded, RefreshFailed }

/** Whether a request's token or session had a cached verdict. */
export const enum Lookup { TokenHit = 0, TokenMiss, SessionHit, SessionMiss }

/** In the order of Outcome. */
const OUTCOMES: string[] = ["allowed", "anonymous", "session", "preflight", "refreshed", "public", "refresh_ended", "refresh_failed"];
/** In the order of Lookup. */
const LOOKUPS: string[] = ["cache.token.hit", "cache.token.miss", "cache.session.hit", "cache.session.miss"];
/** In the order of Bound. */
const BOUNDS: string[] = ["bound.calls", "bound.waiting", "bound.ended_sessions", "logout_not_kept"];
/** In the order of BrowserEvent. Access logs show the same names. */
export const BROWSER_EVENTS: string[] = [
  "sign_in_started", "signed_in", "signed_out", "sign_out_asked", "asked_silently", "already_signed_in", "sign_in_repeated", "logout_returned",
  "userinfo_answered",
];
/** In the order of CalloutKind. */
const CALLOUTS: string[] = ["discovery", "jwks", "introspection", "token", "userinfo", "revocation"];

@final
export class Counter {
  private id: u32 = 0;
  private pending: i64 = 0;

  constructor(private readonly name: string) {}

  define(): void { this.id = defineMetric(MetricType.Counter, PREFIX + this.name); }
  add(): void { this.pending++; }

  flush(): void {
    if (this.pending == 0) return;
    incrementMetric(this.id, this.pending);
    this.pending = 0;
  }
}

@final
export class Metrics {
  private readonly all: Counter[] = [];
  private readonly outcomes: Counter[] = this.counters(OUTCOMES);
  private readonly lookups: Counter[] = this.counters(LOOKUPS);
  private readonly events: Counter[] = this.counters(BROWSER_EVENTS);
  private readonly bounds: Counter[] = this.counters(BOUNDS);
  private readonly refusals: Counter[] = this.counters(REFUSALS.map<string>((refusal) => "refused." + refusal.code));
  private readonly callouts: Counter[] = this.counters(CALLOUTS.map<string>((name) => "callout." + name));
  private readonly failures: Counter[] = this.counters(CALLOUTS.map<string>((name) => "callout." + name + ".failed"));
  private readonly refusedConfigurations: Counter = this.counters(["configuration_refused"])[0];
  private readonly calloutTimes: u32[] = [];

  /** Once per VM. The name of the version's gauge says which version of the filter runs. */
  started(): void {
    recordMetric(defineMetric(MetricType.Gauge, PREFIX + "version." + VERSION), 1);
    for (let i = 0; i < this.all.length; i++) this.all[i].define();
    for (let i = 0; i < CALLOUTS.length; i++) this.calloutTimes.push(defineMetric(MetricType.Histogram, PREFIX + "callout_ms." + CALLOUTS[i]));
  }

  outcome(outcome: Outcome): void { this.outcomes[outcome].add(); }
  lookedUp(lookup: Lookup): void { this.lookups[lookup].add(); }
  event(event: BrowserEvent): void { this.events[event].add(); }
  refused(refusal: Refusal): void { this.refusals[refusal.number].add(); }
  refusedConfiguration(): void {
    this.refusedConfigurations.add();
    this.flush();
  }
  reached(bound: Bound): void { this.bounds[bound].add(); }
  calloutSent(kind: CalloutKind): void { this.callouts[kind].add(); }

  /** `failed`: no answer, or an unusable one. `ms` is negative if the clock was set back. */
  calloutDone(kind: CalloutKind, ms: i64, failed: bool): void {
    if (failed) this.failures[kind].add();
    recordMetric(this.calloutTimes[kind], max<i64>(ms, 0));
  }

  /** One more counter, after the start. Envoy never forgets it, so the caller bounds their number. */
  define(name: string): Counter {
    const counter = new Counter(name);
    counter.define();
    this.all.push(counter);
    return counter;
  }

  flush(): void { for (let i = 0; i < this.all.length; i++) this.all[i].flush(); }

  private counters(names: string[]): Counter[] {
    const out: Counter[] = [];
    for (let i = 0; i < names.length; i++) out.push(new Counter(names[i]));
    for (let i = 0; i < out.length; i++) this.all.push(out[i]);
    return out;
  }
}

export const metrics = new Metrics();
