// A request comes, or goes on after a wait: the only code that suspends, resumes, admits and refuses.

import { FilterHeadersStatus, MapType } from "../abi/enums";
import { continueRequest, headerPairs, nowMs, pairsAt, pairsSize, setEffectiveContext } from "../abi/host";
import { copied, resetArena } from "../abi/memory";
import { utf8 } from "../bytes/bytes";
import { Config, Unauthenticated } from "../config/config";
import { Credential } from "../flow/credential";
import { decide } from "../flow/decide";
import { Exchange } from "../flow/exchange";
import { Await, Forward, Next, Refuse } from "../flow/next";
import { BAD_REQUEST, MALFORMED_CREDENTIAL, MISCONFIGURED, NO_TOKEN, NOT_READY, OVERLOADED, Refusal, REFUSALS } from "../flow/refusal";
import { Reply } from "../http/callout";
import { HeaderBlock } from "../http/header_block";
import { applyIdentity, hideQueryToken, scrub } from "./admit";
import { RootDispatcher } from "./calls";
import { spend } from "./memory";
import { Outcome } from "./metrics";
import { PendingCall } from "./pending";
import { remember } from "./remember";
import { respond } from "./respond";
import { Root } from "./roots";
import { tagOf, valueAt, valueSize } from "./verdict_cache";
import { logs, metrics, pending, roots } from "./world";

/** Woken requests that go on before garbage is collected. */
const BATCH = 32;
/** About what judging a token allocates, on top of some copies of it. */
const JUDGE_BYTES = 8 * 1024;

/** One of each for all requests: nothing is allocated for a token seen before. */
const headers = new HeaderBlock();
const credential = new Credential();

/** `proxy_on_request_headers`. */
export function requestCame(stream: u32): FilterHeadersStatus {
  const root = roots.ofStream(stream);
  if (root != null) {
    const config = root.config;
    if (config != null) return judge(root, config, stream, null, false);
  }
  headers.forget();
  return refuse(MISCONFIGURED, null, false);
}

/** Lets some of the woken requests go on; false when none was left. */
export function resumeSome(): bool {
  for (let i = 0; i < BATCH; i++) {
    const woken = pending.nextWoken();
    if (woken == null) return i > 0;
    const config = woken.root.config;
    if (config == null || !setEffectiveContext(woken.stream)) continue; // the request has gone
    resetArena();
    if (judge(woken.root, config, woken.stream, woken.verdict, true) == FilterHeadersStatus.Continue) continueRequest();
  }
  return true;
}

/** `verdict` is what a call that the request waited for has brought; null: it must be judged. */
function judge(root: Root, config: Config, stream: u32, verdict: Next | null, waited: bool): FilterHeadersStatus {
  if (!headerPairs(MapType.HttpRequestHeaders) || !headers.read(pairsAt(), pairsSize(), root.names)) return refuse(BAD_REQUEST, config, false);
  // CONNECT has no path, OPTIONS * has none that could be matched, absolute forms are not ours to take apart.
  if (headers.pathSize < 1 || load<u8>(headers.pathAt) != 0x2f) return refuse(BAD_REQUEST, config, false);
  const refusal = credential.read(headers, config);
  if (refusal != null) return refuse(refusal, config, true);
  if (credential.size == 0) return config.unauthenticated == Unauthenticated.Pass ? admitAnonymous() : refuse(NO_TOKEN, config, false);
  if (verdict != null) return settle(verdict, config);

  const now = nowMs(), nowSec = now / 1000;
  const feed = root.feed;
  if (feed != null) root.verdicts.restOn(feed.generation);
  const hit = root.verdicts.admitted.find(credential.at, credential.size, nowSec);
  if (hit != 0) return admit(valueAt(hit), valueSize(hit));
  const miss = root.verdicts.refused.find(credential.at, credential.size, nowSec);
  if (miss != 0) return refuse(REFUSALS[tagOf(miss)], config, true);
  return judgeAnew(root, config, stream, now, waited);
}

/** A token that is not remembered. */
function judgeAnew(root: Root, config: Config, stream: u32, now: i64, waited: bool): FilterHeadersStatus {
  if (!credential.wellFormed) return refuse(MALFORMED_CREDENTIAL, config, true);
  spend(JUDGE_BYTES + credential.size * 4);
  const token = copied(credential.at, credential.size);
  const underWay = pending.about(root, token);
  if (underWay != null) return waitFor(underWay, config, stream);
  const dispatcher = new RootDispatcher(root);
  const feed = root.feed;
  if (feed != null) feed.at(now);
  const addon = addonHeaders(config);
  let x = new Exchange(config, now, feed, addon, waited);
  let next = decide(x, token);
  while (!(next instanceof Forward || next instanceof Refuse)) {
    if (next instanceof Await) {
      if (pending.full) return refuse(OVERLOADED, config, true);
      const wait = next as Await;
      const call = dispatcher.ask(wait.call, config.timeoutMs, wait.step, token);
      setEffectiveContext(stream);
      if (call != null) return waitFor(call, config, stream);
      next = wait.step.resume(x, Reply.none());
    } else {
      if (feed == null) return refuse(NOT_READY, config, true);
      if (pending.full) return refuse(OVERLOADED, config, true);
      feed.advance(dispatcher);
      setEffectiveContext(stream);
      if (!feed.settled) {
        pending.joinFeed(feed, stream, root);
        return FilterHeadersStatus.StopAllIterationAndWatermark;
      }
      x = new Exchange(config, now, feed, addon, true);
      next = decide(x, token);
    }
  }
  if (config.cacheVerdicts) remember(root, token, next, now);
  return settle(next, config);
}

/** Requests with the same token wait for one call. */
function waitFor(call: PendingCall, config: Config, stream: u32): FilterHeadersStatus {
  if (pending.full) return refuse(OVERLOADED, config, true);
  pending.join(call, stream);
  return FilterHeadersStatus.StopAllIterationAndWatermark;
}

function settle(verdict: Next, config: Config): FilterHeadersStatus {
  if (verdict instanceof Forward) {
    const identity = (verdict as Forward).identity;
    return admit(identity.dataStart, identity.length);
  }
  return refuse(verdict instanceof Refuse ? (verdict as Refuse).refusal : NOT_READY, config, true);
}

function admit(identity: usize, size: usize): FilterHeadersStatus {
  scrub(headers);
  hideQueryToken(headers, credential);
  applyIdentity(identity, size, credential);
  metrics.outcome(Outcome.Allowed);
  return FilterHeadersStatus.Continue;
}

function admitAnonymous(): FilterHeadersStatus {
  scrub(headers);
  metrics.outcome(Outcome.Anonymous);
  return FilterHeadersStatus.Continue;
}

/** `presented`: the request carried a credential. */
function refuse(refusal: Refusal, config: Config | null, presented: bool): FilterHeadersStatus {
  metrics.refused(refusal);
  logs.refused(refusal.code, refusal.status, presented);
  spend(JUDGE_BYTES);
  respond(refusal, config, headers.all("accept"));
  return FilterHeadersStatus.StopAllIterationAndWatermark;
}

/** Names and values of what introspection sends along. */
function addonHeaders(config: Config): Uint8Array[] {
  const out: Uint8Array[] = [];
  const names = config.introspection.addonHeaders;
  for (let i = 0; i < names.length; i++) {
    const values = headers.all(names[i]);
    for (let j = 0; j < values.length; j++) {
      out.push(utf8(names[i]));
      out.push(values[j]);
    }
  }
  return out;
}
