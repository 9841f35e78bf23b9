// Counters and the callout histogram. They are counted in memory and given to Envoy on the tick, so they cost a request no host call.

import { MetricType } from "../../abi/enums";
import { defineMetric, incrementMetric, recordMetric } from "../../abi/host";
import { CalloutKind, BrowserEvent } from "../../flow/decision/next";
import { Refusal, REFUSALS } from "../../flow/decision/refusal";
import { VERSION } from "../../version";

/** Bounds that were reached, and logouts that could not be recorded for all workers. */
export const enum Bound { Calls = 0, Waiting, EndedSessions, NotKept }

export const enum Outcome { Allowed = 0, Anonymous, Session, Preflight, Refreshed, Public }

const OUTCOMES: string[] = ["allowed", "anonymous", "session", "preflight", "refreshed", "public"];
/** In the order of Bound. */
const BOUNDS: string[] = ["bound.calls", "bound.waiting", "bound.ended_sessions", "logout_not_kept"];
/** In the order of Visited. Access logs show the same names. */
export const BROWSER_EVENTS: string[] = ["sign_in_started", "signed_in", "signed_out", "sign_out_asked", "asked_silently", "already_signed_in", "sign_in_repeated", "logout_returned", "userinfo_answered"];
/** In the order of CalloutKind. */
const CALLOUTS: string[] = ["discovery", "jwks", "introspection", "token", "userinfo", "revocation"];

@final
class Counter {
  private id: u32 = 0;
  private pending: i64 = 0;

  constructor(private readonly name: string) {}

  add(): void { this.pending++; }

  flush(): void {
    if (this.pending == 0) return;
    if (this.id == 0) this.id = defineMetric(MetricType.Counter, "envoy_oidc." + this.name);
    incrementMetric(this.id, this.pending);
    this.pending = 0;
  }
}

@final
export class Metrics {
  private readonly outcomes: Counter[] = [];
  private readonly visits: Counter[] = [];
  private readonly refusals: Counter[] = [];
  private readonly bounds: Counter[] = [];
  private readonly callouts: Counter[] = [];
  private readonly failures: Counter[] = [];
  private calloutTime: u32 = 0;

  constructor() {
    for (let i = 0; i < OUTCOMES.length; i++) this.outcomes.push(new Counter(OUTCOMES[i]));
    for (let i = 0; i < BOUNDS.length; i++) this.bounds.push(new Counter(BOUNDS[i]));
    for (let i = 0; i < BROWSER_EVENTS.length; i++) this.visits.push(new Counter(BROWSER_EVENTS[i]));
    for (let i = 0; i < REFUSALS.length; i++) this.refusals.push(new Counter("refused." + REFUSALS[i].code));
    for (let i = 0; i < CALLOUTS.length; i++) {
      this.callouts.push(new Counter("callout." + CALLOUTS[i]));
      this.failures.push(new Counter("callout." + CALLOUTS[i] + ".failed"));
    }
  }

  /** Once per VM. The name of this gauge says which version of the filter runs. */
  started(): void { recordMetric(defineMetric(MetricType.Gauge, "envoy_oidc.version." + VERSION), 1); }

  outcome(outcome: Outcome): void { this.outcomes[outcome].add(); }
  event(event: BrowserEvent): void { this.visits[event].add(); }
  refused(refusal: Refusal): void { this.refusals[refusal.number].add(); }
  reached(bound: Bound): void { this.bounds[bound].add(); }
  calloutSent(kind: CalloutKind): void { this.callouts[kind].add(); }

  /** `failed`: no answer, or an unusable one. */
  calloutDone(kind: CalloutKind, ms: i64, failed: bool): void {
    if (failed) this.failures[kind].add();
    if (this.calloutTime == 0) this.calloutTime = defineMetric(MetricType.Histogram, "envoy_oidc.callout_ms");
    recordMetric(this.calloutTime, ms);
  }

  flush(): void {
    flushAll(this.outcomes);
    flushAll(this.visits);
    flushAll(this.refusals);
    flushAll(this.bounds);
    flushAll(this.callouts);
    flushAll(this.failures);
  }
}

function flushAll(counters: Counter[]): void { for (let i = 0; i < counters.length; i++) counters[i].flush(); }

export const metrics = new Metrics();
