// Calls to the provider, always in the name of a root context: its replies come even when the request that asked has gone.

import { BufferType, MapType } from "../abi/enums";
import { buffer, headerPairs, httpCall, nowMs, pairsAt, pairsSize, setEffectiveContext } from "../abi/host";
import { EMPTY } from "../bytes/bytes";
import { Exchange } from "../flow/exchange";
import { Refuse, Step } from "../flow/next";
import { Callout, MAX_REPLY, Reply } from "../http/callout";
import { statusOf } from "../http/status";
import { Dispatcher, Feed } from "./feed";
import { spend } from "./memory";
import { CalloutKind } from "./metrics";
import { PendingCall } from "./pending";
import { Root } from "./roots";
import { remember } from "./remember";
import { logs, metrics, pending } from "./world";

/** Dispatches in one root's name. The effective context is that root's afterwards. */
@final
export class RootDispatcher extends Dispatcher {
  constructor(private readonly root: Root) { super(); }

  fetch(feed: Feed, kind: CalloutKind, call: Callout, timeoutMs: i32): bool {
    return send(this.root, kind, call, timeoutMs, feed, null, EMPTY) != null;
  }

  /** The call about this bearer token, or null when the host takes none. */
  ask(call: Callout, timeoutMs: i32, step: Step, subject: Uint8Array): PendingCall | null {
    return pending.callsFull ? null : send(this.root, CalloutKind.Introspection, call, timeoutMs, null, step, subject);
  }
}

function send(root: Root, kind: CalloutKind, call: Callout, timeoutMs: i32, feed: Feed | null, step: Step | null, subject: Uint8Array): PendingCall | null {
  setEffectiveContext(root.id);
  metrics.calloutSent(kind);
  const token = httpCall(call.cluster, call.pairs, call.body, timeoutMs);
  if (token < 0) {
    metrics.calloutDone(kind, 0, true);
    logs.trouble("the host takes no call to the provider: is the configured cluster there?");
    return null;
  }
  const pendingCall = new PendingCall(root, <u32>token, kind, nowMs(), feed, step, subject);
  pending.add(pendingCall);
  return pendingCall;
}

/** Fetches what is due in this root's name, and wakes the requests that wait for the provider when there is nothing left to wait for. */
export function advance(feed: Feed, root: Root): void {
  feed.advance(new RootDispatcher(root));
  if (feed.settled) pending.wakeFeed(feed);
}

/** A call has ended. Requests that waited for it are woken; `resumeSome` (request.ts) lets them go on. */
export function replied(rootId: u32, token: u32, headers: u32, bodySize: u32): void {
  const call = pending.take(rootId, token);
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
  const config = call.root.config;
  if (step == null || config == null) return;
  const verdict = step.resume(new Exchange(config, now, call.root.feed, [], true), reply);
  const why = verdict instanceof Refuse ? (verdict as Refuse).why : "";
  const failed = why.length > 0;
  if (failed) logs.trouble(why);
  metrics.calloutDone(call.kind, now - call.startedMs, failed);
  remember(call.root, call.subject, verdict, now);
  pending.wake(call, verdict);
}

/** No headers: refused, reset or timed out. A body over the bound is as good as none. */
function readReply(headers: u32, bodySize: u32): Reply {
  if (headers == 0 || !headerPairs(MapType.HttpCallResponseHeaders)) return Reply.none();
  const status = statusOf(pairsAt(), pairsSize());
  if (bodySize > <u32>MAX_REPLY) return new Reply(status, EMPTY);
  spend(bodySize * 4);
  return new Reply(status, buffer(BufferType.HttpCallResponseBody, bodySize));
}
