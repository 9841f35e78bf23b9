// The tick: fetches ahead of need, hands counters over, forgets configurations that are gone.

import { nowMs, setEffectiveContext, setTickPeriod } from "../abi/host";
import { advance } from "./calls";
import { Root } from "./roots";
import { logs, metrics, pending, roots } from "./world";

const IDLE_MS = 1_000;
/** While something that requests wait for is on its way: how soon another worker's answer is noticed. */
const HUNGRY_MS = 50;

let housekeptMs: i64 = 0;

export function tick(rootId: u32): void {
  const root = roots.find(rootId);
  if (root == null) return;
  const now = nowMs();
  const feed = root.feed;
  if (feed != null) {
    feed.at(now);
    advance(feed, root);
  }
  if (now - housekeptMs >= IDLE_MS || now < housekeptMs) {
    housekeptMs = now;
    metrics.flush();
    logs.tick();
    const gone = roots.sweep(rootId);
    for (let i = 0; i < gone.length; i++) pending.forget(gone[i]);
  }
  setEffectiveContext(rootId);
  setClock(root, feed != null && !feed.settled ? HUNGRY_MS : IDLE_MS);
}

/** In the root's own context. Only a change is said to the host. */
export function setClock(root: Root, ms: u32): void {
  if (root.tickMs == ms) return;
  root.tickMs = ms;
  setTickPeriod(ms);
}
