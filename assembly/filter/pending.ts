// Calls under way and the requests that wait for them. Requests with the same question wait for one call together.

import { same } from "../bytes/bytes";
import { CalloutKind, Next, Step } from "../flow/next";
import { Feed } from "./feed";
import { Guard } from "./guard";
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
    /** The bearer token it is about, for introspection; else EMPTY. */
    readonly subject: Uint8Array,
  ) {}
}

/** A request that can go on: with a verdict, with a step that waited for the provider, or to be decided again. */
@final
export class Woken {
  constructor(readonly stream: u32, readonly guard: Guard, readonly verdict: Next | null, readonly step: Step | null) {}
}

@final
class FeedWaiter {
  constructor(readonly stream: u32, readonly guard: Guard, readonly feed: Feed, readonly step: Step | null) {}
}

@final
class RefreshWaiter {
  constructor(readonly stream: u32, readonly guard: Guard, readonly key: Uint8Array) {}
}

@final
export class Pending {
  private calls: PendingCall[] = [];
  private forFeeds: FeedWaiter[] = [];
  private forRefreshes: RefreshWaiter[] = [];
  private woken: Woken[] = [];
  private wokenAt: i32 = 0;
  private waiting: i32 = 0;

  get full(): bool { return this.waiting >= MAX_WAITING; }
  get callsFull(): bool { return this.calls.length >= MAX_CALLS; }

  add(call: PendingCall): void { this.calls.push(call); }

  /** The call under way about this bearer token, or null. */
  about(guard: Guard, subject: Uint8Array): PendingCall | null {
    for (let i = 0; i < this.calls.length; i++) {
      const call = this.calls[i];
      if (call.guard == guard && call.step != null && same(call.subject, subject)) return call;
    }
    return null;
  }

  join(call: PendingCall, stream: u32): void {
    call.waiting.push(stream);
    this.waiting++;
  }

  joinFeed(feed: Feed, stream: u32, guard: Guard, step: Step | null): void {
    this.forFeeds.push(new FeedWaiter(stream, guard, feed, step));
    this.waiting++;
  }

  joinRefresh(key: Uint8Array, stream: u32, guard: Guard): void {
    this.forRefreshes.push(new RefreshWaiter(stream, guard, key));
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
    for (let i = 0; i < from.waiting.length; i++) this.forFeeds.push(new FeedWaiter(from.waiting[i], guard, feed, step));
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
  wakeRefresh(key: Uint8Array): void {
    const left: RefreshWaiter[] = [];
    for (let i = 0; i < this.forRefreshes.length; i++) {
      const waiter = this.forRefreshes[i];
      if (same(waiter.key, key)) this.woken.push(new Woken(waiter.stream, waiter.guard, null, null));
      else left.push(waiter);
    }
    this.forRefreshes = left;
  }

  /** The names of the refreshes that somebody waits for, each once. */
  refreshKeys(): Uint8Array[] {
    const out: Uint8Array[] = [];
    for (let i = 0; i < this.forRefreshes.length; i++) {
      const key = this.forRefreshes[i].key;
      let known = false;
      for (let j = 0; j < out.length && !known; j++) known = same(out[j], key);
      if (!known) out.push(key);
    }
    return out;
  }

  wakeFeed(feed: Feed): void {
    if (this.forFeeds.length == 0) return; // as on nearly every tick
    const left: FeedWaiter[] = [];
    for (let i = 0; i < this.forFeeds.length; i++) {
      const waiter = this.forFeeds[i];
      if (waiter.feed == feed) this.woken.push(new Woken(waiter.stream, waiter.guard, null, waiter.step));
      else left.push(waiter);
    }
    this.forFeeds = left;
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
    for (let i = this.calls.length - 1; i >= 0; i--) {
      if (this.calls[i].root.id != rootId) continue;
      this.waiting -= this.calls[i].waiting.length;
      this.calls.splice(i, 1);
    }
    for (let i = this.forFeeds.length - 1; i >= 0; i--) {
      if (this.forFeeds[i].guard.root.id != rootId) continue;
      this.waiting--;
      this.forFeeds.splice(i, 1);
    }
    for (let i = this.forRefreshes.length - 1; i >= 0; i--) {
      if (this.forRefreshes[i].guard.root.id != rootId) continue;
      this.waiting--;
      this.forRefreshes.splice(i, 1);
    }
  }
}
