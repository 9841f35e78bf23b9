// Calls to the provider, always in the name of a root context: its replies come even when the request that asked has gone.

import { BufferType, MapType } from "../abi/enums";
import { buffer, headerPairs, httpCall, nowMs, pairsAt, pairsSize, setEffectiveContext } from "../abi/host";
import { EMPTY } from "../bytes/bytes";
import { decodeUtf8 } from "../bytes/utf8";
import { NO_WAITS, Waits } from "../flow/exchange";
import { Await, AwaitProvider, CalloutKind, Ended, KeepRefresh, Next, Refreshed, RefreshOutcome, Refuse, Respond, Step } from "../flow/next";
import { Callout, MAX_REPLY, Reply } from "../http/callout";
import { statusOf } from "../http/status";
import { Dispatcher, Feed, LEASE_MARGIN_MS } from "./feed";
import { Outcome } from "./metrics";
import { MAX_KEPT, NOBODY, PendingCall } from "./pending";
import { Question } from "./question";
import { exchange } from "./registry";
import { Guard } from "./guard";
import { remember } from "./remember";
import { Root } from "./roots";
import { metrics, roots } from "./world";

/** Dispatches in one root's name. The effective context is that root's afterwards. */
@final
export class RootDispatcher extends Dispatcher {
  constructor(private readonly root: Root) { super(); }

  fetch(feed: Feed, kind: CalloutKind, call: Callout, timeoutMs: i32, early: bool): bool {
    return send(this.root, kind, call, timeoutMs, feed, null, null, null, early) != null;
  }
}

/**
 * The call that a guard's request waits for, or null when the host takes none. The caller has looked whether its share has room; a call that follows
 * another takes its place. `question`: what it asks about a bearer token, or null. The effective context is the root's afterwards.
 */
export function ask(guard: Guard, wait: Await, question: Question | null): PendingCall | null {
  return send(guard.root, wait.kind, wait.call, guard.config.timeoutMs, null, guard, wait.step, question, false);
}

function send(root: Root, kind: CalloutKind, call: Callout, timeoutMs: i32, feed: Feed | null, guard: Guard | null, step: Step | null, question: Question | null, early: bool): PendingCall | null {
  setEffectiveContext(root.id);
  const token = httpCall(call.cluster, call.pairs, call.body, timeoutMs);
  if (token < 0 && early) return null;
  metrics.calloutSent(kind);
  if (token < 0) {
    metrics.calloutDone(kind, 0, true);
    root.lines.trouble(guard == null ? "" : guard.rule, `Envoy takes no call to the cluster "${decodeUtf8(call.cluster)}": is it there (a Sidecar resource of Istio may hide it), and does DNS know its host?`);
    return null;
  }
  const pendingCall = new PendingCall(root, <u32>token, kind, nowMs(), feed, guard, step, question);
  root.pending.add(pendingCall);
  return pendingCall;
}

/** Fetches what is due in this root's name, and wakes the requests that wait for the provider when there is nothing left to wait for. */
export function advance(feed: Feed, root: Root): void {
  feed.advance(new RootDispatcher(root));
  if (!feed.settled) return;
  for (let i = 0; i < roots.all.length; i++) roots.all[i].pending.wakeFeed(feed);
}

/** A call has ended. Requests that waited for it are woken; `resumeSome` (request.ts) lets them go on. */
export function replied(rootId: u32, token: u32, headers: u32, bodySize: u32): void {
  const root = roots.find(rootId), call: PendingCall | null = root == null ? null : root.pending.take(token);
  if (call == null) return; // a reply that nobody waits for
  const now = nowMs();
  const reply = readReply(headers, bodySize);
  const feed = call.feed, step = call.step;
  if (feed != null) {
    feed.at(now);
    metrics.calloutDone(call.kind, now - call.startedMs, !feed.received(call.kind, reply));
    advance(feed, call.root);
    return;
  }
  const guard = call.guard, question = call.question;
  if (step == null || guard == null) return;
  const x = exchange(guard, now, NO_WAITS), provider = guard.feed;
  if (provider != null) provider.heard(reply.status);
  let next = step.resume(x, reply);
  if (question != null) question.publish(reply, next, now);
  metrics.calloutDone(call.kind, now - call.startedMs, whyOf(next).length > 0);
  // One call may lead to another: the same requests wait for it.
  while (next instanceof Await) {
    const wait = next as Await;
    const following = ask(guard, wait, null);
    if (following != null) {
      call.root.pending.move(call, following);
      return;
    }
    next = wait.step.resume(x, Reply.none());
  }
  ended(call, guard, next, now);
}

/** A call has led to a verdict, or to a wait for the provider. */
function ended(call: PendingCall, guard: Guard, next: Next, now: i64): void {
  const why = whyOf(next), feed = guard.feed;
  if (why.length > 0) guard.trouble(why);
  if (next instanceof AwaitProvider && feed != null) {
    call.root.pending.moveToFeed(call, guard, feed, (next as AwaitProvider).step);
    advance(feed, call.root);
  } else if (next instanceof KeepRefresh) keepRefresh(guard, next as KeepRefresh, now);
  else if (next instanceof Refreshed) finishRefresh(guard, next as Refreshed, now);
  else {
    const question = call.question;
    if (question != null) remember(guard, question.asked, next, now);
    call.root.pending.wake(call, guard, next);
  }
}

/** All workers are told that it is still under way: another worker's call may have to end before the one that brings the key. */
function keepRefresh(guard: Guard, kept: KeepRefresh, now: i64): void {
  const feed = guard.feed, root = guard.root;
  if (feed == null || root.pending.kept >= MAX_KEPT || guard.visits.waitingFull) return finishRefresh(guard, new Refreshed(kept.key, RefreshOutcome.Done, kept.text), now);
  guard.registry.turns.keep(kept.key, kept.text, now, now + 2 * (guard.config.timeoutMs + LEASE_MARGIN_MS));
  root.pending.kept++;
  root.pending.joinFeed(feed, NOBODY, guard, guard.visits, kept.step, NO_WAITS);
  advance(feed, root);
}

/** The answer to a refresh goes on, as keys have come or not. */
export function resumeRefresh(guard: Guard, step: Step, now: i64): void {
  guard.root.pending.kept--;
  const next = step.resume(exchange(guard, now, new Waits(true, 0)), Reply.none()), why = whyOf(next);
  if (why.length > 0) guard.trouble(why);
  if (next instanceof KeepRefresh) keepRefresh(guard, next as KeepRefresh, now);
  else if (next instanceof Refreshed) finishRefresh(guard, next as Refreshed, now);
}

/** All workers are told, and the requests here that wait for it go on. */
export function finishRefresh(guard: Guard, refreshed: Refreshed, now: i64): void {
  if (refreshed.outcome == RefreshOutcome.Done) metrics.outcome(Outcome.Refreshed);
  guard.registry.turns.finish(refreshed.key, refreshed.outcome, refreshed.text, now);
  for (let i = 0; i < roots.all.length; i++) roots.all[i].pending.wakeRefresh(refreshed.key);
}

/** For the operator's log. */
export function whyOf(next: Next): string {
  if (next instanceof Refuse) return (next as Refuse).why;
  if (next instanceof Refreshed) return (next as Refreshed).why;
  if (next instanceof Respond) return (next as Respond).why;
  return next instanceof Ended ? (next as Ended).why : "";
}

/** No headers: refused, reset or timed out. A body over the bound is as good as none. */
function readReply(headers: u32, bodySize: u32): Reply {
  if (headers == 0 || !headerPairs(MapType.HttpCallResponseHeaders)) return Reply.none();
  const status = statusOf(pairsAt(), pairsSize());
  if (bodySize > <u32>MAX_REPLY) return new Reply(status, EMPTY);
  return new Reply(status, withoutBom(buffer(BufferType.HttpCallResponseBody, bodySize)));
}

/** A byte order mark is no part of a document; some servers put one there, and readers may pass over it (RFC 8259 §8.1). */
function withoutBom(body: Uint8Array): Uint8Array {
  return body.length >= 3 && body[0] == 0xef && body[1] == 0xbb && body[2] == 0xbf ? body.subarray(3) : body;
}
