// When the next tick is due: soon, while requests wait for something that only a tick notices.

import { setEffectiveContext, setTickPeriod } from "../../abi/host";
import { Configuration, roots } from "../calls/roots";
import { bodies } from "./bodies";

const IDLE_MS = 1_000;
/** While requests wait for a fetch: how soon the result of another worker is noticed. */
const FETCHING_MS = 50;

/** An introspection takes some milliseconds. While few are awaited, looking often is cheap. */
const SOON_MS = 10;
const FEW = 32;

/** Between two batches of resumed requests (filter/requests/execute.ts). */
const NEXT_BATCH_MS = 1;

/** Sets the time of the next tick. `more`: resumed requests are left for the next batch. The root is the effective context afterwards. */
export function keepTime(rootId: u32, more: bool): void {
  const root = roots.find(rootId);
  if (root == null) return;
  setEffectiveContext(rootId);
  setClock(root, more ? NEXT_BATCH_MS : usualMs(root));
}

/** Requests have begun to wait for another worker. The root is the effective context afterwards. */
export function tickSooner(root: Configuration): void {
  setEffectiveContext(root.id);
  setClock(root, min(root.tickMs, usualMs(root)));
}

function usualMs(root: Configuration): u32 { return bodies.anyGaveWay ? NEXT_BATCH_MS : lookMs(root); }

/** How often a tick looks for what other workers have done. */
export function lookMs(root: Configuration): u32 {
  const pending = root.pending, others = pending.inOtherWorkers;
  if (others > 0 && others <= FEW) return SOON_MS;
  return others > 0 || pending.refreshing || root.fetching ? FETCHING_MS : IDLE_MS;
}

/** Call it in the root's own context. Only a change costs a host call. */
export function setClock(root: Configuration, ms: u32): void {
  if (root.tickMs == ms) return;
  root.tickMs = ms;
  setTickPeriod(ms);
}
