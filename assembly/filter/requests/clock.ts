// When the next tick is due: soon as long as requests wait for what only a tick can notice.

import { setEffectiveContext, setTickPeriod } from "../../abi/host";
import { Configuration, roots } from "../calls/roots";
import { bodies } from "./bodies";

const IDLE_MS = 1_000;
/** While something that requests wait for is on its way: how soon another worker's answer is noticed. */
const FETCHING_MS = 50;

/** An introspection takes some milliseconds: as long as few are waited for, looking is cheap. */
const SOON_MS = 10;
const FEW = 32;

/** Between two batches of requests that go on (filter/requests/execute.ts). */
const NEXT_BATCH_MS = 1;

/** When the next tick is due. `more`: requests are left that need nothing but their turn. The effective context is the root's afterwards. */
export function keepTime(rootId: u32, more: bool): void {
  const root = roots.find(rootId);
  if (root == null) return;
  setEffectiveContext(rootId);
  setClock(root, more ? NEXT_BATCH_MS : usualMs(root));
}

/** Requests have begun to wait for what another worker does. The effective context is the root's afterwards. */
export function tickSooner(root: Configuration): void {
  setEffectiveContext(root.id);
  setClock(root, min(root.tickMs, usualMs(root)));
}

function usualMs(root: Configuration): u32 {
  if (bodies.anyGaveWay) return NEXT_BATCH_MS;
  const pending = root.pending, others = pending.inOtherWorkers;
  if (others > 0 && others <= FEW) return SOON_MS;
  return others > 0 || pending.refreshing || root.fetching ? FETCHING_MS : IDLE_MS;
}

/** In the root's own context. Only a change is said to the host. */
export function setClock(root: Configuration, ms: u32): void {
  if (root.tickMs == ms) return;
  root.tickMs = ms;
  setTickPeriod(ms);
}
