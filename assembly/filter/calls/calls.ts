// Calls to the provider. A root context makes all of them, so a reply arrives even if the request that needs it has gone.

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

/** Makes calls for one root context, which is the effective context afterwards. */
@final
export class RootDispatcher extends Dispatcher {
  constructor(private readonly root: Configuration) { super(); }

  fetch(provider: ProviderCache, kind: CalloutKind, call: Callout, timeoutMs: i32, early: bool): bool {
    return send(this.root, kind, call, timeoutMs, provider, null, null, null, early) != null;
  }
}

/**
 * Makes a call that requests of a rule wait for. Null if Envoy refuses it. The caller has checked that the share has room; a call that follows
 * another takes over its place. `introspection`: the introspection that this call makes, or null. The root is the effective context afterwards.
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
    root.lines.trouble(rule == null ? "" : rule.label, `Envoy refuses calls to the cluster "${decodeUtf8(call.cluster)}": check that it exists (a Sidecar resource of Istio may hide it) and that DNS knows its host`);
    return null;
  }
  const pendingCall = new PendingCall(<u32>token, kind, nowMs(), provider, rule, step, introspection);
  root.pending.add(pendingCall);
  return pendingCall;
}

/** Fetches what is due, and resumes the requests that wait for the provider once nothing more is to be expected. */
export function advance(provider: ProviderCache, root: Configuration): void {
  provider.advance(new RootDispatcher(root));
  if (!provider.settled) return;
  for (let i = 0; i < roots.all.length; i++) roots.all[i].pending.wakeProvider(provider);
}

/** Without headers the call was refused, reset or timed out. A body over the bound counts as no answer. */
export function readReply(headers: u32, bodySize: u32): Reply {
  if (headers == 0 || !headerPairs(MapType.HttpCallResponseHeaders)) return Reply.none();
  const status = statusOf(pairsAt(), pairsSize());
  if (bodySize > <u32>MAX_REPLY) return new Reply(status, EMPTY);
  return new Reply(status, withoutBom(buffer(BufferType.HttpCallResponseBody, bodySize)));
}

/** Some servers put a byte order mark in front of a document. Readers may ignore it (RFC 8259 §8.1). */
function withoutBom(body: Uint8Array): Uint8Array {
  return body.length >= 3 && body[0] == 0xef && body[1] == 0xbb && body[2] == 0xbf ? body.subarray(3) : body;
}
