// The tick: fetches ahead of need, hands counters over, forgets configurations that are gone.

import { nowMs, setEffectiveContext, setTickPeriod } from "../abi/host";
import { RefreshOutcome } from "../flow/exchange";
import { lookElsewhere } from "./ask_once";
import { advance } from "./calls";
import { Root } from "./roots";
import { bodies, logs, metrics, roots } from "./world";

const IDLE_MS = 1_000;
/** While something that requests wait for is on its way: how soon another worker's answer is noticed. */
const HUNGRY_MS = 50;

/** An introspection takes some milliseconds: as long as few are waited for, looking is cheap. */
const SOON_MS = 10;
const FEW = 32;

/** A little less than an idle tick, so that one that comes early does not leave it to the next. */
const HOUSEKEEPING_MS: i64 = 900;
/** Between two batches of requests that go on (filter/request.ts). */
const NEXT_BATCH_MS = 1;

let housekeptMs: i64 = 0;

export function tick(rootId: u32): void {
  const root = roots.find(rootId);
  if (root == null) return;
  const now = nowMs();
  lookAround(root, now);
  lookElsewhere(root, now);
  for (let i = 0; i < root.feeds.length; i++) {
    root.feeds[i].at(now);
    advance(root.feeds[i], root);
  }
  if (now - housekeptMs >= HOUSEKEEPING_MS || now < housekeptMs) {
    housekeptMs = now;
    metrics.flush();
    logs.tick();
    for (let i = 0; i < roots.all.length; i++) roots.all[i].lines.tick();
    roots.sweep(rootId);
  }
}

/** When the next tick is due. `more`: requests are left that need nothing but their turn. The effective context is the root's afterwards. */
export function keepTime(rootId: u32, more: bool): void {
  const root = roots.find(rootId);
  if (root == null) return;
  setEffectiveContext(rootId);
  setClock(root, more ? NEXT_BATCH_MS : usualMs(root));
}

/** Requests have begun to wait for what another worker does. The effective context is the root's afterwards. */
export function hurry(root: Root): void {
  setEffectiveContext(root.id);
  setClock(root, min(root.tickMs, usualMs(root)));
}

function usualMs(root: Root): u32 {
  if (bodies.anyGaveWay) return NEXT_BATCH_MS;
  const pending = root.pending, elsewhere = pending.countElsewhere;
  if (elsewhere > 0 && elsewhere <= FEW) return SOON_MS;
  return elsewhere > 0 || pending.refreshing || root.hungry ? HUNGRY_MS : IDLE_MS;
}

/** What other workers have done that requests here wait for, or must know. */
function lookAround(root: Root, now: i64): void {
  for (let i = 0; i < root.registries.length; i++) root.registries[i].endings.look();
  const pending = root.pending, waits = pending.refreshWaits();
  for (let i = 0; i < waits.length; i++) {
    const key = waits[i].key, state = waits[i].registry.refresh(key, now);
    if (state == null || state.outcome != RefreshOutcome.UnderWay) pending.wakeRefresh(key);
  }
}

/** In the root's own context. Only a change is said to the host. */
export function setClock(root: Root, ms: u32): void {
  if (root.tickMs == ms) return;
  root.tickMs = ms;
  setTickPeriod(ms);
}
