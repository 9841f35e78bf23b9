// Requests whose wait is over, in the order in which they continue.

import { Waits } from "../../flow/decision/exchange";
import { Next, Step } from "../../flow/decision/next";
import { RuleSettings } from "../rules/rule_settings";
import { Share } from "../rules/share";

/** How a request continues after a wait: with a verdict, with a step that waited for the provider, or with a new decision. */
@final
export class Continuation {
  constructor(
    readonly stream: u32, readonly rule: RuleSettings, readonly share: Share, readonly verdict: Next | null, readonly step: Step | null,
    /** Its waits until then. */
    readonly waits: Waits,
  ) {}
}

@final
class Queue {
  readonly requests: Continuation[] = [];
  at: i32 = 0;
  constructor(readonly share: Share) {}
}

/** The requests of each share in their order, and the shares in turn. Thousands of requests of one share delay a request of another by one at a time. */
@final
export class ResumeQueue {
  /** One for each share that has requests here. */
  private readonly queues: Queue[] = [];
  private turn: i32 = 0;

  get any(): bool { return this.queues.length > 0; }

  add(request: Continuation): void { this.of(request.share).requests.push(request); }

  /** The next request that can continue, or null. */
  next(): Continuation | null {
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

/** The streams of waiting requests that still exist and that Envoy has not answered itself. After a request has gone, Envoy keeps its context for a
 *  while, and crashes if a filter answers the request then. */
export const waitingStreams = new Set<u32>();
