// What a step may say, and how a request waits.

import { EMPTY } from "../bytes/bytes";
import { Callout, Reply } from "../http/callout";
import { Exchange } from "./exchange";
import { Refusal } from "./refusal";

/** What the filter does when a step returns: one of the four classes below, and never anything else. */
export abstract class Next {}

/** Lets the request through with this identity (policy/identity.ts), which may be remembered until `untilSec` (0: not at all). */
@final
export class Forward extends Next {
  constructor(readonly identity: Uint8Array, readonly untilSec: i64) { super(); }
  static anonymous(): Forward { return new Forward(EMPTY, 0); }
}

/** Answers in the upstream's place. A verdict on a token may be remembered until `untilSec` (0: not at all). */
@final
export class Refuse extends Next {
  constructor(
    readonly refusal: Refusal,
    readonly untilSec: i64 = 0,
    /** For the operator's log, where the provider or the configuration is to blame. */
    readonly why: string = "",
  ) { super(); }
}

/** Waits for an answer about this token. Requests with the same token wait for one call together. */
@final
export class Await extends Next {
  constructor(readonly call: Callout, readonly step: Step) { super(); }
}

/** Waits until the provider's metadata and keys have come, or the attempt to get them has failed; then decides again. */
@final
export class AwaitProvider extends Next {}

/** A point where a request waits. Its fields are all that survives the wait. */
export abstract class Step {
  abstract resume(x: Exchange, reply: Reply): Next;
}
