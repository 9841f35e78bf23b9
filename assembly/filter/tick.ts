// The tick: fetches documents ahead of need, gives the counters to Envoy, removes configurations that no longer exist.

import { nowMs } from "../abi/host";
import { RefreshOutcome } from "../flow/decision/exchange";
import { advance } from "./calls/calls";
import { lookAtOtherWorkers } from "./calls/replies";
import { Configuration, roots } from "./calls/roots";
import { logs, readLevel } from "./observe/logs";
import { metrics } from "./observe/metrics";
import { providerGauges } from "./observe/provider_gauges";
import { lookMs } from "./requests/clock";

/** A little less than the idle tick's second, so that a tick that comes early still does the housekeeping. */
const HOUSEKEEPING_MS: i64 = 900;

let housekeptMs: i64 = 0;

export function tick(rootId: u32): void {
  const root = roots.find(rootId);
  if (root == null) return;
  const now = nowMs();
  // Not in ticks that come every millisecond, to continue a queue of requests.
  if (hasPassed(<i64>lookMs(root) / 2, root.lookedMs, now)) {
    root.lookedMs = now;
    lookAround(root, now);
    lookAtOtherWorkers(root, now);
    for (let i = 0; i < root.providers.length; i++) {
      root.providers[i].at(now);
      advance(root.providers[i], root);
    }
  }
  if (hasPassed(HOUSEKEEPING_MS, housekeptMs, now)) {
    housekeptMs = now;
    metrics.flush();
    readLevel();
    logs.tick();
    for (let i = 0; i < roots.all.length; i++) roots.all[i].lines.tick();
    roots.sweep(rootId);
    reportProviders(now);
  }
}

/** Also true if the clock was set back. */
function hasPassed(ms: i64, sinceMs: i64, now: i64): bool { return now - sinceMs >= ms || now < sinceMs; }

function reportProviders(now: i64): void {
  for (let i = 0; i < roots.all.length; i++) {
    const providers = roots.all[i].providers;
    for (let j = 0; j < providers.length; j++) {
      providers[j].at(now);
      providers[j].report();
    }
  }
  providerGauges.flush();
}

/** Reads what other workers have written: ends of sessions, and results of refreshes that requests here wait for. */
function lookAround(root: Configuration, now: i64): void {
  for (let i = 0; i < root.registries.length; i++) root.registries[i].endings.look();
  const pending = root.pending, waits = pending.refreshWaits();
  for (let i = 0; i < waits.length; i++) {
    if (now < waits[i].lookFromMs) continue;
    const key = waits[i].key, state = waits[i].registry.refresh(key, now);
    if (state == null || state.outcome != RefreshOutcome.UnderWay) pending.resumeWaitingForRefresh(key);
  }
}
