// Calls to the provider, always in the name of a root context: its replies come even when the request that asked has gone.

import { BufferType, MapType } from "../../abi/enums";
import { buffer, headerPairs, httpCall, nowMs, pairsAt, pairsSize, setEffectiveContext } from "../../abi/host";
import { EMPTY } from "../../bytes/bytes";
import { decodeUtf8 } from "../../bytes/utf8";
import { Await, CalloutKind, Step } from "../../flow/decision/next";
import { Callout, MAX_REPLY, Reply } from "../../http/callout";
import { statusOf } from "../../http/status";
import { metrics } from "../observe/metrics";
import { Dispatcher, ProviderCache } from "../provider/provider_cache";
import { RuleSettings } from "../rules/rule_settings";
import { IntrospectionRequest } from "./introspection_request";
import { PendingCall } from "./pending";
import { Configuration, roots } from "./roots";

/** Dispatches in one root's name. The effective context is that root's afterwards. */
@final
export class RootDispatcher extends Dispatcher {
  constructor(private readonly root: Configuration) { super(); }

  fetch(provider: ProviderCache, kind: CalloutKind, call: Callout, timeoutMs: i32, early: bool): bool {
    return send(this.root, kind, call, timeoutMs, provider, null, null, null, early) != null;
  }
}

/**
 * The call that a rule's request waits for, or null when the host takes none. The caller has looked whether its share has room; a call that follows
 * another takes its place. `introspection`: what it asks about a bearer token, or null. The effective context is the root's afterwards.
 */
export function ask(root: Configuration, rule: RuleSettings, wait: Await, introspection: IntrospectionRequest | null): PendingCall | null {
  return send(root, wait.kind, wait.call, rule.config.timeoutMs, null, rule, wait.step, introspection, false);
}

function send(root: Configuration, kind: CalloutKind, call: Callout, timeoutMs: i32, provider: ProviderCache | null, rule: RuleSettings | null, step: Step | null, introspection: IntrospectionRequest | null, early: bool): PendingCall | null {
  setEffectiveContext(root.id);
  const token = httpCall(call.cluster, call.pairs, call.body, timeoutMs);
  if (token < 0 && early) return null;
  metrics.calloutSent(kind);
  if (token < 0) {
    metrics.calloutDone(kind, 0, true);
    root.lines.trouble(rule == null ? "" : rule.label, `Envoy takes no call to the cluster "${decodeUtf8(call.cluster)}": is it there (a Sidecar resource of Istio may hide it), and does DNS know its host?`);
    return null;
  }
  const pendingCall = new PendingCall(<u32>token, kind, nowMs(), provider, rule, step, introspection);
  root.pending.add(pendingCall);
  return pendingCall;
}

/** Fetches what is due in this root's name, and wakes the requests that wait for the provider when there is nothing left to wait for. */
export function advance(provider: ProviderCache, root: Configuration): void {
  provider.advance(new RootDispatcher(root));
  if (!provider.settled) return;
  for (let i = 0; i < roots.all.length; i++) roots.all[i].pending.wakeProvider(provider);
}

/** No headers: refused, reset or timed out. A body over the bound is as good as none. */
export function readReply(headers: u32, bodySize: u32): Reply {
  if (headers == 0 || !headerPairs(MapType.HttpCallResponseHeaders)) return Reply.none();
  const status = statusOf(pairsAt(), pairsSize());
  if (bodySize > <u32>MAX_REPLY) return new Reply(status, EMPTY);
  return new Reply(status, withoutBom(buffer(BufferType.HttpCallResponseBody, bodySize)));
}

/** A byte order mark is no part of a document; some servers put one there, and readers may pass over it (RFC 8259 §8.1). */
function withoutBom(body: Uint8Array): Uint8Array {
  return body.length >= 3 && body[0] == 0xef && body[1] == 0xbb && body[2] == 0xbf ? body.subarray(3) : body;
}
