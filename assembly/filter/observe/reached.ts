// Says that a bound was reached: counted every time, logged once a second for each of its owners, so that none of them fills the log.

import { nowMs } from "../../abi/host";
import { Bound, metrics } from "./metrics";

const QUIET_MS: i64 = 1_000;

/** One for each owner of bounds. */
@final
export class Reached {
  private saidAtMs: i64 = 0;

  /** True where it should be logged. */
  count(bound: Bound): bool {
    metrics.reached(bound);
    const now = nowMs();
    if (now >= this.saidAtMs && now < this.saidAtMs + QUIET_MS) return false;
    this.saidAtMs = now;
    return true;
  }
}
