// The least noisy figure that a busy machine gives: of many short batches the quickest.

/** Nanoseconds for one of what `work` does `times` of. */
export function fastest(work: (times: number) => void, forMs: number): number {
  let times = 1;
  // About a millisecond a batch: short enough that many are not interrupted.
  for (; ; times *= 2) {
    const began = performance.now();
    work(times);
    if (performance.now() - began > 1) break;
  }
  let best = Infinity;
  for (const end = performance.now() + forMs; performance.now() < end;) {
    const began = performance.now();
    work(times);
    best = Math.min(best, (performance.now() - began) / times * 1e6);
  }
  return best;
}
