// Reports that a bound was reached. It is counted every time, and logged once a second for each owner, so that no owner fills the log.

import { nowMs } from "../../abi/host";
import { Bound, metrics } from "./metrics";

const QUIET_MS: i64 = 1_000;

/** One object for each owner of bounds. */
@final
export class Reached {
  private saidAtMs: i64 = 0;

  /** True if it should be logged. */
  count(bound: Bound): bool {
    metrics.reached(bound);
    const now = nowMs();
    if (now >= this.saidAtMs && now < this.saidAtMs + QUIET_MS) return false;
    this.saidAtMs = now;
    return true;
  }
}
