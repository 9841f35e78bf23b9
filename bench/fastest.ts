// The least noisy figure on a busy machine: the fastest of many short batches.

/** Nanoseconds for one run; `work` does `times` runs. */
export function fastest(work: (times: number) => void, forMs: number): number {
  let times = 1;
  // About a millisecond per batch: short enough that many batches are not interrupted.
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
