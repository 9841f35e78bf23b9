// Calls under way and the requests that wait for them. Requests with the same question wait for one call together.

import { EMPTY, same } from "../bytes/bytes";
import { CalloutKind, Next, Step } from "../flow/next";
import { Feed } from "./feed";
import { Guard } from "./guard";
import { Question } from "./question";
import { Root } from "./roots";

/** Introspection calls at once: what a flood of different tokens can cost the provider, and us in memory. */
const MAX_CALLS = 512;
/** Requests that may wait at once; each costs a few bytes here and its headers in Envoy. */
const MAX_WAITING = 65_536;

/** One call. The host's tokens are unique within the root context that dispatched it. */
@final
export class PendingCall {
  /** Stream ids of the requests that wait for it. */
  readonly waiting: u32[] = [];

  constructor(
    readonly root: Root,
    readonly token: u32,
    readonly kind: CalloutKind,
    readonly startedMs: i64,
    /** For metadata and keys. */
    readonly feed: Feed | null,
    /** Whose requests wait, and what goes on when the answer is there; null for metadata and keys. */
    readonly guard: Guard | null,
    readonly step: Step | null,
    /** For introspection. */
    readonly question: Question | null,
  ) {}
}

/** A request that can go on: with a verdict, with a step that waited for the provider, or to be decided again. */
@final
export class Woken {
  constructor(readonly stream: u32, readonly guard: Guard, readonly verdict: Next | null, readonly step: Step | null) {}
}

/** A request that waits for a provider, or for the refresh of that name. */
@final
class Waiter {
  constructor(readonly stream: u32, readonly guard: Guard, readonly step: Step | null, readonly feed: Feed | null, readonly key: Uint8Array) {}
}

@final
export class Pending {
  private calls: PendingCall[] = [];
  /** Introspections that other workers make. They have no token of the host's. */
  private elsewhere: PendingCall[] = [];
  private forFeeds: Waiter[] = [];
  private forRefreshes: Waiter[] = [];
  private woken: Woken[] = [];
  private wokenAt: i32 = 0;
  private waiting: i32 = 0;

  get full(): bool { return this.waiting >= MAX_WAITING; }
  get callsFull(): bool { return this.calls.length + this.elsewhere.length >= MAX_CALLS; }

  add(call: PendingCall): void { this.calls.push(call); }
  addElsewhere(call: PendingCall): void { this.elsewhere.push(call); }

  /** The call under way that asks the same (filter/verdict_key.ts), here or elsewhere, or null. */
  about(guard: Guard, asked: Uint8Array): PendingCall | null {
    const here = callAbout(this.calls, guard, asked);
    return here == null ? callAbout(this.elsewhere, guard, asked) : here;
  }

  get countElsewhere(): i32 { return this.elsewhere.length; }

  /** Takes out those that this root's requests wait for. */
  takeElsewhere(root: Root): PendingCall[] {
    const own: PendingCall[] = [], others: PendingCall[] = [];
    for (let i = 0; i < this.elsewhere.length; i++) (this.elsewhere[i].root == root ? own : others).push(this.elsewhere[i]);
    this.elsewhere = others;
    return own;
  }

  join(call: PendingCall, stream: u32): void {
    call.waiting.push(stream);
    this.waiting++;
  }

  joinFeed(feed: Feed, stream: u32, guard: Guard, step: Step | null): void {
    this.forFeeds.push(new Waiter(stream, guard, step, feed, EMPTY));
    this.waiting++;
  }

  joinRefresh(key: Uint8Array, stream: u32, guard: Guard): void {
    this.forRefreshes.push(new Waiter(stream, guard, null, null, key));
    this.waiting++;
  }

  get refreshing(): bool { return this.forRefreshes.length > 0; }

  /** Those who waited for one call now wait for another. */
  move(from: PendingCall, to: PendingCall): void {
    for (let i = 0; i < from.waiting.length; i++) to.waiting.push(from.waiting[i]);
    from.waiting.length = 0;
  }

  /** Those who waited for a call now wait for the provider, and go on with this step. */
  moveToFeed(from: PendingCall, guard: Guard, feed: Feed, step: Step | null): void {
    for (let i = 0; i < from.waiting.length; i++) this.forFeeds.push(new Waiter(from.waiting[i], guard, step, feed, EMPTY));
    from.waiting.length = 0;
  }

  /** Takes the call out, or answers null: a reply that nobody waits for any more. */
  take(rootId: u32, token: u32): PendingCall | null {
    for (let i = 0; i < this.calls.length; i++) {
      const call = this.calls[i];
      if (call.token != token || call.root.id != rootId) continue;
      this.calls.splice(i, 1);
      return call;
    }
    return null;
  }

  wake(call: PendingCall, guard: Guard, verdict: Next): void {
    for (let i = 0; i < call.waiting.length; i++) this.woken.push(new Woken(call.waiting[i], guard, verdict, null));
  }

  /** The refresh of that name has ended. */
  wakeRefresh(key: Uint8Array): void { this.forRefreshes = this.wakeThose(this.forRefreshes, null, key); }

  /** The names of the refreshes that somebody waits for, each once. */
  refreshKeys(): Uint8Array[] {
    const out = new Array<Uint8Array>();
    for (let i = 0; i < this.forRefreshes.length; i++) {
      const key = this.forRefreshes[i].key;
      let known = false;
      for (let j = 0; j < out.length && !known; j++) known = same(out[j], key);
      if (!known) out.push(key);
    }
    return out;
  }

  wakeFeed(feed: Feed): void {
    if (this.forFeeds.length > 0) this.forFeeds = this.wakeThose(this.forFeeds, feed, EMPTY); // on nearly every tick there are none
  }

  /** Those who are left. */
  private wakeThose(waiters: Waiter[], feed: Feed | null, key: Uint8Array): Waiter[] {
    const left: Waiter[] = [];
    for (let i = 0; i < waiters.length; i++) {
      const waiter = waiters[i];
      if (waiter.feed == feed && same(waiter.key, key)) this.woken.push(new Woken(waiter.stream, waiter.guard, null, waiter.step));
      else left.push(waiter);
    }
    return left;
  }

  get anyWoken(): bool { return this.wokenAt < this.woken.length; }

  /** The next request that can go on, or null. */
  nextWoken(): Woken | null {
    if (this.wokenAt == this.woken.length) {
      this.woken = [];
      this.wokenAt = 0;
      return null;
    }
    this.waiting--;
    return this.woken[this.wokenAt++];
  }

  /** The host has cancelled this root's calls; its streams are gone too. */
  forget(rootId: u32): void {
    this.forgetCalls(this.calls, rootId);
    this.forgetCalls(this.elsewhere, rootId);
    this.forgetWaiters(this.forFeeds, rootId);
    this.forgetWaiters(this.forRefreshes, rootId);
  }

  private forgetWaiters(waiters: Waiter[], rootId: u32): void {
    for (let i = waiters.length - 1; i >= 0; i--) {
      if (waiters[i].guard.root.id != rootId) continue;
      this.waiting--;
      waiters.splice(i, 1);
    }
  }

  private forgetCalls(calls: PendingCall[], rootId: u32): void {
    for (let i = calls.length - 1; i >= 0; i--) {
      if (calls[i].root.id != rootId) continue;
      this.waiting -= calls[i].waiting.length;
      calls.splice(i, 1);
    }
  }
}

function callAbout(calls: PendingCall[], guard: Guard, asked: Uint8Array): PendingCall | null {
  for (let i = 0; i < calls.length; i++) {
    const question = calls[i].question;
    if (question != null && question.guard == guard && same(question.asked, asked)) return calls[i];
  }
  return null;
}
