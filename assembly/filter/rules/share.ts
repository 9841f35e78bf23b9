// How much the requests of one kind and of one rule may have under way at once. It is theirs alone: no other provider, rule or configuration can use it up.

import { Reached } from "../observe/reached";

/** Calls to the provider, with those of other workers that are waited for: what a flood of tokens can cost the provider, and us in memory. */
export const MAX_CALLS = 256;
/** Requests that wait; each costs a few bytes here and its headers in Envoy. */
export const MAX_WAITING = 16_384;

@final
export class Share {
  calls: i32 = 0;
  waiting: i32 = 0;
  readonly reached: Reached = new Reached();

  /** `name`: what these calls are, for the log. */
  constructor(readonly name: string) {}

  get callsFull(): bool { return this.calls >= MAX_CALLS; }
  get waitingFull(): bool { return this.waiting >= MAX_WAITING; }
  get full(): bool { return this.callsFull || this.waitingFull; }
}
