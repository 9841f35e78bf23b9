// Requests whose wait is over, in the order in which they go on.

import { Waits } from "../../flow/decision/exchange";
import { Next, Step } from "../../flow/decision/next";
import { RuleSettings } from "../rules/rule_settings";
import { Share } from "../rules/share";

/** A request that can go on: with a verdict, with a step that waited for the provider, or to be decided again. */
@final
export class Resumed {
  constructor(
    readonly stream: u32, readonly rule: RuleSettings, readonly share: Share, readonly verdict: Next | null, readonly step: Step | null,
    /** Until now. */
    readonly waits: Waits,
  ) {}
}

@final
class Queue {
  readonly requests: Resumed[] = [];
  at: i32 = 0;
  constructor(readonly share: Share) {}
}

/** Each share's requests in their order, and the shares in turn: thousands of one share delay another's by one request at a time. */
@final
export class ResumeQueue {
  /** Of the shares that have requests here. */
  private readonly queues: Queue[] = [];
  private turn: i32 = 0;

  get any(): bool { return this.queues.length > 0; }

  add(resumed: Resumed): void { this.of(resumed.share).requests.push(resumed); }

  /** The next request that can go on, or null. */
  next(): Resumed | null {
    if (this.queues.length == 0) return null;
    if (this.turn >= this.queues.length) this.turn = 0;
    const queue = this.queues[this.turn], resumed = queue.requests[queue.at++];
    queue.share.waiting--;
    if (queue.at < queue.requests.length) this.turn++;
    else this.queues.splice(this.turn, 1);
    return resumed;
  }

  private of(share: Share): Queue {
    for (let i = 0; i < this.queues.length; i++) if (this.queues[i].share == share) return this.queues[i];
    const queue = new Queue(share);
    this.queues.push(queue);
    return queue;
  }
}

export const resumeQueue = new ResumeQueue();

/** The streams of the requests that wait for an answer, and are still there. Envoy knows the context of one that has gone until it frees it, and
 *  crashes when a filter answers for it in between. */
export const waitingStreams = new Set<u32>();
