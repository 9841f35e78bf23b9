// The bounds on calls and waiting requests, for one kind of requests of one rule. No other provider, rule or configuration can use them up.

import { Reached } from "../observe/reached";

/** Calls to the provider, including those of other workers that requests here wait for. Bounds what a flood of tokens costs the provider, and memory here. */
export const MAX_CALLS = 256;
/** Waiting requests. Each costs a few bytes here, and its headers in Envoy. */
export const MAX_WAITING = 16_384;

@final
export class Share {
  calls: i32 = 0;
  waiting: i32 = 0;
  readonly reached: Reached = new Reached();

  /** `name` describes these calls in the log. */
  constructor(readonly name: string) {}

  get callsFull(): bool { return this.calls >= MAX_CALLS; }
  get waitingFull(): bool { return this.waiting >= MAX_WAITING; }
  get full(): bool { return this.callsFull || this.waitingFull; }
}
