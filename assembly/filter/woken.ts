// Requests whose wait is over, in the order in which they go on.

import { Waits } from "../flow/exchange";
import { Next, Step } from "../flow/next";
import { Guard } from "./guard";
import { Share } from "./share";

/** A request that can go on: with a verdict, with a step that waited for the provider, or to be decided again. */
@final
export class Woken {
  constructor(
    readonly stream: u32, readonly guard: Guard, readonly share: Share, readonly verdict: Next | null, readonly step: Step | null,
    /** Until now. */
    readonly waits: Waits,
  ) {}
}

/** Each share's requests in their order, and the shares in turn: thousands of one share delay another's by one request at a time. */
@final
export class WokenQueue {
  /** The shares that have requests here. */
  private readonly shares: Share[] = [];
  private turn: i32 = 0;

  get any(): bool { return this.shares.length > 0; }

  add(woken: Woken): void {
    const share = woken.share;
    if (share.woken.length == 0) this.shares.push(share);
    share.woken.push(woken);
  }

  /** The next request that can go on, or null. */
  next(): Woken | null {
    if (this.shares.length == 0) return null;
    if (this.turn >= this.shares.length) this.turn = 0;
    const share = this.shares[this.turn], woken = share.woken[share.wokenAt++];
    share.waiting--;
    if (share.wokenAt < share.woken.length) this.turn++;
    else {
      share.woken = [];
      share.wokenAt = 0;
      this.shares.splice(this.turn, 1);
    }
    return woken;
  }
}

export const wokenQueue = new WokenQueue();

/** The streams of the requests that wait for an answer, and are still there. Envoy knows the context of one that has gone until it frees it, and
 *  crashes when a filter answers for it in between. */
export const waitingStreams = new Set<u32>();
