// Envoy's callbacks about a request: its headers, body and trailers, and its end. The request's rule is chosen here.

import { FilterDataStatus, FilterHeadersStatus, FilterTrailersStatus } from "../../abi/enums";
import { nowMs, pairsAt, pairsSize, setEffectiveContext } from "../../abi/host";
import { resetArena } from "../../abi/memory";
import { AMBIGUOUS, chooseRule, NO_RULE } from "../../flow/choose";
import { NO_WAITS } from "../../flow/decision/exchange";
import { AMBIGUOUS_PATH, BAD_REQUEST, BODY_NOT_DELIVERED, MISCONFIGURED, OVERLOADED } from "../../flow/decision/refusal";
import { waitingStreams } from "../calls/resumed";
import { roots } from "../calls/roots";
import { RuleSettings } from "../rules/rule_settings";
import { scrubTrailers } from "./admit";
import { refuse } from "./answer";
import { bodies, MAX_BODY } from "./bodies";
import { headers } from "./current";
import { BATCH, execute, takeBody } from "./execute";
import { readHeaders, readHeadersAlone } from "./read";
import { answerReady } from "./ready";

/** `proxy_on_request_headers`. */
export function requestCame(stream: u32, bodyFollows: bool): FilterHeadersStatus {
  const root = roots.ofStream(stream), whole: RuleSettings | null = root == null ? null : root.outside;
  if (root == null || whole == null) {
    readHeadersAlone(stream);
    return refuse(MISCONFIGURED, null, false);
  }
  const config = whole.config;
  if (!readHeaders(whole, stream)) return refuse(BAD_REQUEST, whole, false);
  // CONNECT has no path, `OPTIONS *` has none that can be matched, and absolute forms are not parsed.
  if (headers.pathSize < 1 || load<u8>(headers.pathAt) != 0x2f) return refuse(BAD_REQUEST, whole, false);
  if (config.readyPath.length > 0 && headers.pathIs(config.readyPath)) return answerReady(root, whole);
  if (config.rules.length == 0) return execute(root, whole, bodyFollows, NO_WAITS);
  const chosen = chooseRule(config, headers);
  if (chosen == AMBIGUOUS) return refuse(AMBIGUOUS_PATH, whole, true);
  const rule = chosen == NO_RULE ? whole : root.rules[chosen];
  // A header that is a credential for one rule may be an ordinary one for another.
  if (rule.names != whole.names && !headers.read(pairsAt(), pairsSize(), rule.names)) return refuse(BAD_REQUEST, rule, false);
  return execute(root, rule, bodyFollows, NO_WAITS);
}

/** `proxy_on_request_body`. Only a form that a step waits for is held back and read. */
export function bodyCame(stream: u32, size: u32, last: bool): FilterDataStatus {
  const waiter = bodies.find(stream);
  if (waiter == null) return FilterDataStatus.Continue;
  waiter.delivered = true;
  if (last || size > <u32>MAX_BODY) takeBody(waiter);
  return FilterDataStatus.StopIterationAndBuffer;
}

/** `proxy_on_request_trailers`. Trailers end a body that a step waits for. Identity headers and credentials are removed from them. */
export function trailersCame(stream: u32): FilterTrailersStatus {
  const waiter = bodies.find(stream);
  if (waiter != null) {
    takeBody(waiter);
    return FilterTrailersStatus.StopIteration;
  }
  const root = roots.ofStream(stream);
  if (root != null) scrubTrailers(root.trailerNames);
  else for (let i = 0; i < roots.all.length; i++) scrubTrailers(roots.all[i].trailerNames); // too old to know its configuration
  return FilterTrailersStatus.Continue;
}

/** `proxy_on_delete` of a stream: the only callback that says that a request has gone. */
export function requestGone(stream: u32): void {
  waitingStreams.delete(stream);
  if (bodies.none) return;
  const waiter = bodies.find(stream);
  if (waiter != null) bodies.remove(waiter);
}

/** On the tick: refuses some of the requests that were displaced or whose body does not come, and logs the cause. True if there may be more of them. */
export function refuseOverdue(): bool {
  if (bodies.none) return false;
  const overdue = bodies.overdue(nowMs(), BATCH);
  for (let i = 0; i < overdue.length; i++) {
    const waiter = overdue[i];
    if (!setEffectiveContext(waiter.stream)) continue;
    resetArena();
    if (!waiter.delivered && !waiter.gaveWay) waiter.rule.trouble("request bodies do not arrive: set allow_on_headers_stop_iteration: true beside the plugin's vm_config; in Envoy Gateway by an EnvoyPatchPolicy, which also sets failure_policy: FAIL_RELOAD, in Istio by an EnvoyFilter in place of the WasmPlugin");
    readHeaders(waiter.rule, waiter.stream);
    refuse(waiter.gaveWay ? OVERLOADED : BODY_NOT_DELIVERED, waiter.rule, true);
  }
  return overdue.length == BATCH;
}
