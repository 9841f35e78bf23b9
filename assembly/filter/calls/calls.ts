// Calls to the provider. A root context makes all of them, so a reply arrives even if the request that needs it has gone.

import { BufferType, MapType } from "../../abi/enums";
import { buffer, headerPairs, httpCall, nowMs, pairsAt, pairsSize, setEffectiveContext } from "../../abi/host";
import { EMPTY } from "../../bytes/bytes";
import { decodeUtf8 } from "../../bytes/utf8";
import { Await, CalloutKind } from "../../flow/decision/next";
import { Callout, MAX_REPLY, Reply } from "../../http/callout";
import { statusOf } from "../../http/status";
import { metrics } from "../observe/metrics";
import { Dispatcher, ProviderCache } from "../provider/provider_cache";
import { RuleSettings } from "../rules/rule_settings";
import { IntrospectionRequest } from "./introspection_request";
import { DocumentCall, RequestCall } from "./pending";
import { Configuration, roots } from "./roots";

/** Makes calls for one root context, which is the effective context afterwards. */
@final
export class RootDispatcher extends Dispatcher {
  constructor(private readonly root: Configuration) { super(); }

  fetch(provider: ProviderCache, kind: CalloutKind, call: Callout, timeoutMs: i32, early: bool): bool {
    const token = send(this.root, kind, call, timeoutMs, "", early);
    if (token >= 0) this.root.pending.add(new DocumentCall(<u32>token, kind, nowMs(), provider));
    return token >= 0;
  }
}

/**
 * Makes a call that requests of a rule wait for. Null if Envoy refuses it. The caller has checked that the share has room; a call that follows
 * another takes over its place. `introspection`: the introspection that this call makes, or null. The root is the effective context afterwards.
 */
export function ask(root: Configuration, rule: RuleSettings, wait: Await, introspection: IntrospectionRequest | null): RequestCall | null {
  const token = send(root, wait.kind, wait.call, rule.config.timeoutMs, rule.label, false);
  if (token < 0) return null;
  const call = new RequestCall(<u32>token, wait.kind, nowMs(), rule, wait.step, introspection);
  root.pending.add(call);
  return call;
}

/** Returns Envoy's token for the call, or -1 if Envoy refuses it, which is logged unless it is `early`. `label`: of the rule. */
function send(root: Configuration, kind: CalloutKind, call: Callout, timeoutMs: i32, label: string, early: bool): i64 {
  setEffectiveContext(root.id);
  const token = httpCall(call.cluster, call.pairs, call.body, timeoutMs);
  if (token < 0 && early) return token;
  metrics.calloutSent(kind);
  if (token < 0) {
    metrics.calloutDone(kind, 0, true);
    root.lines.trouble(label, `Envoy refuses calls to the cluster "${decodeUtf8(call.cluster)}": check that it exists (a Sidecar resource of Istio may hide it) and that DNS knows its host`);
  }
  return token;
}

/** Fetches what is due, and resumes the requests that wait for the provider once nothing more is to be expected. */
export function advance(provider: ProviderCache, root: Configuration): void {
  provider.advance(new RootDispatcher(root));
  if (!provider.settled) return;
  for (let i = 0; i < roots.all.length; i++) roots.all[i].pending.resumeWaitingForProvider(provider);
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
