// A request comes, or goes on after a wait: the only code that suspends, resumes, admits and refuses.

import { FilterDataStatus, FilterHeadersStatus, FilterTrailersStatus, MapType } from "../abi/enums";
import { continueRequest, headerPairs, nowMs, pairsAt, pairsSize, setEffectiveContext } from "../abi/host";
import { resetArena } from "../abi/memory";
import { copied, utf8 } from "../bytes/bytes";
import { Config, Mode, Unauthenticated } from "../config/config";
import { AMBIGUOUS, chooseRule, NO_RULE } from "../flow/choose";
import { decide } from "../flow/decide";
import { NO_WAITS, Waits } from "../flow/exchange";
import { Await, Forward, Next, Refuse } from "../flow/next";
import { AMBIGUOUS_PATH, BAD_REQUEST, BODY_NOT_DELIVERED, BODY_TOO_LARGE, DENIED, MALFORMED_CREDENTIAL, MISCONFIGURED, NO_TOKEN, NOT_READY, OVERLOADED, TOO_MANY_COOKIES } from "../flow/refusal";
import { Place, placeOf } from "../flow/visit";
import { Reply } from "../http/callout";
import { requestKindOf } from "../http/navigation";
import { scrubTrailers } from "./admit";
import { bodySoFar, BodyWaiter, MAX_BODY } from "./bodies";
import { askOnce } from "./ask_once";
import { refuseFull } from "./bounds";
import { resumeRefresh, RootDispatcher } from "./calls";
import { hurry } from "./clock";
import { cookies, credential, headers, setStream, verdictKey } from "./current";
import { Guard } from "./guard";
import { Outcome } from "./metrics";
import { NOBODY, PendingCall } from "./pending";
import { exchange } from "./registry";
import { refusalAt, remember } from "./remember";
import { admit, admitAnonymous, refuse, refuseWith } from "./settle";
import { valueAt, valueSize } from "./verdict_cache";
import { Again, perform, scanCookies, settle as settleVisit, visitCame } from "./visits";
import { waitingStreams, Woken, wokenQueue } from "./woken";
import { bodies, logs, roots } from "./world";

/**
 * Requests that go on in one callback. Envoy does afterwards what they lead to, each within the one before: an answer of ours is a callback,
 * at whose end the next request's answer is given. Some hundreds of them exceed the stack, and a worker without its VM refuses everything.
 */
const BATCH = 32;

/** `proxy_on_request_headers`. */
export function requestCame(stream: u32, bodyFollows: bool): FilterHeadersStatus {
  const root = roots.ofStream(stream), whole: Guard | null = root == null ? null : root.guard;
  if (root == null || whole == null) {
    headers.forget();
    setStream(stream);
    return refuse(MISCONFIGURED, null, false);
  }
  const config = whole.config;
  if (!readHeaders(whole, stream)) return refuse(BAD_REQUEST, whole, false);
  // CONNECT has no path, OPTIONS * has none that could be matched, absolute forms are not ours to take apart.
  if (headers.pathSize < 1 || load<u8>(headers.pathAt) != 0x2f) return refuse(BAD_REQUEST, whole, false);
  if (config.rules.length == 0) return judge(whole, stream, bodyFollows, NO_WAITS);
  const rule = chooseRule(config, headers);
  if (rule == AMBIGUOUS) return refuse(AMBIGUOUS_PATH, whole, true);
  const guard = rule == NO_RULE ? whole : root.rules[rule];
  // What is a credential to one rule may be nothing to another.
  if (guard.names != whole.names && !headers.read(pairsAt(), pairsSize(), guard.names)) return refuse(BAD_REQUEST, guard, false);
  return judge(guard, stream, bodyFollows, NO_WAITS);
}

/** `proxy_on_request_body`: only forms that a step waits for are held and read. */
export function bodyCame(stream: u32, size: u32, last: bool): FilterDataStatus {
  const waiter = bodies.find(stream);
  if (waiter == null) return FilterDataStatus.Continue;
  waiter.delivered = true;
  if (last || size > <u32>MAX_BODY) readBody(waiter);
  return FilterDataStatus.StopIterationAndBuffer;
}

/** `proxy_on_request_trailers`: they end a body that a step waits for, and are cleared of what only the filter may say. */
export function trailersCame(stream: u32): FilterTrailersStatus {
  const waiter = bodies.find(stream);
  if (waiter != null) {
    readBody(waiter);
    return FilterTrailersStatus.StopIteration;
  }
  const root = roots.ofStream(stream);
  if (root != null) scrubTrailers(root.trailerNames);
  else for (let i = 0; i < roots.all.length; i++) scrubTrailers(roots.all[i].trailerNames); // too old to be told whose it is
  return FilterTrailersStatus.Continue;
}

/** `proxy_on_delete` of a stream: the only word that a request has gone. */
export function requestGone(stream: u32): void {
  waitingStreams.delete(stream);
  if (bodies.none) return;
  const waiter = bodies.find(stream);
  if (waiter != null) bodies.remove(waiter);
}

/** The whole body is here, or more of it than may be. Afterwards the request is answered, or waits for its answer: in no case does it go on. */
function readBody(waiter: BodyWaiter): void {
  if (waiter.gaveWay) return;
  bodies.remove(waiter);
  const guard = waiter.guard, config = guard.config, browser = config.browser, body = bodySoFar();
  if (!readHeaders(guard, waiter.stream) || browser == null) refuse(BAD_REQUEST, guard, false);
  else if (body.length > MAX_BODY) refuse(BODY_TOO_LARGE, guard, false);
  else {
    const x = exchange(guard, nowMs(), NO_WAITS), secure = scanCookies(guard);
    perform(guard, waiter.stream, waiter.step.received(x, body), x, new Again(browser, placeOf(browser, headers), secure, false));
  }
}

/** Refuses some of the requests whose body does not come or that had to give way, and says what is missing. Whether there may be more of them. */
export function refuseOverdue(): bool {
  if (bodies.none) return false;
  const overdue = bodies.overdue(nowMs(), BATCH);
  for (let i = 0; i < overdue.length; i++) {
    const waiter = overdue[i];
    if (!setEffectiveContext(waiter.stream)) continue;
    resetArena();
    if (!waiter.delivered && !waiter.gaveWay) waiter.guard.trouble("request bodies do not arrive: set allow_on_headers_stop_iteration: true beside the plugin's vm_config; in Envoy Gateway by an EnvoyPatchPolicy, which also sets failure_policy: FAIL_RELOAD, in Istio by an EnvoyFilter in place of the WasmPlugin");
    readHeaders(waiter.guard, waiter.stream);
    refuse(waiter.gaveWay ? OVERLOADED : BODY_NOT_DELIVERED, waiter.guard, true);
  }
  return overdue.length == BATCH;
}

/** Lets some of the woken requests go on. Whether more are left. */
export function resumeSome(): bool {
  for (let i = 0; i < BATCH; i++) {
    const woken = wokenQueue.next();
    if (woken == null) return false;
    const step = woken.step;
    if (woken.stream == NOBODY) {
      if (step != null) resumeRefresh(woken.guard, step, nowMs());
      continue;
    }
    if (!waitingStreams.delete(woken.stream) || !setEffectiveContext(woken.stream)) continue; // the request has gone
    resetArena();
    if (resume(woken) == FilterHeadersStatus.Continue) continueRequest();
  }
  return wokenQueue.any;
}

function resume(woken: Woken): FilterHeadersStatus {
  const guard = woken.guard, stream = woken.stream, verdict = woken.verdict, step = woken.step, config = guard.config, browser = config.browser;
  if (!readHeaders(guard, stream)) return refuse(BAD_REQUEST, guard, false);
  if (verdict == null && step == null) return judge(guard, stream, false, woken.waits);
  const secure = scanCookies(guard);
  if (browser != null) {
    const place = placeOf(browser, headers);
    if (step != null) {
      const x = exchange(guard, nowMs(), woken.waits);
      return perform(guard, stream, step.resume(x, Reply.none()), x, new Again(browser, place, secure, false));
    }
    // At the filter's own addresses a bearer token says nothing.
    if (place != Place.Elsewhere && verdict != null) return settleVisit(guard, stream, verdict, nowMs());
  }
  if (credential.read(headers, config) == null && credential.size > 0) return settle(verdict, guard, stream);
  return verdict == null ? refuse(NOT_READY, guard, true) : settleVisit(guard, stream, verdict, nowMs());
}

function readHeaders(guard: Guard, stream: u32): bool {
  setStream(stream);
  credential.forget();
  return headerPairs(MapType.HttpRequestHeaders) && headers.read(pairsAt(), pairsSize(), guard.names);
}

function judge(guard: Guard, stream: u32, bodyFollows: bool, waits: Waits): FilterHeadersStatus {
  const config = guard.config, browser = config.browser;
  if (config.mode == Mode.Denied) return refuse(DENIED, guard, true);
  const secure = scanCookies(guard);
  // A cookie that is not looked at may be a session, which would go on to the upstream (duty 151).
  if (cookies.tooMany) return refuse(TOO_MANY_COOKIES, guard, true);
  if (config.mode == Mode.Public) return admitAnonymous(stream, guard, Outcome.Public);
  if (browser != null) {
    const place = placeOf(browser, headers);
    if (place != Place.Elsewhere) return visitCame(guard, browser, stream, place, secure, waits, bodyFollows);
  }
  const refusal = credential.read(headers, config);
  if (refusal != null) return refuse(refusal, guard, true);
  if (credential.size == 0) {
    if (browser != null) return visitCame(guard, browser, stream, Place.Elsewhere, secure, waits, bodyFollows);
    if (config.unauthenticated == Unauthenticated.Pass) return admitAnonymous(stream, guard, Outcome.Anonymous);
    return config.allowPreflight && requestKindOf(headers).isPreflight() ? admitAnonymous(stream, guard, Outcome.Preflight) : refuse(NO_TOKEN, guard, false);
  }

  const now = nowMs(), nowSec = now / 1000;
  guard.root.verdicts.restOn(guard.root.generation);
  verdictKey.read(headers, credential, config.introspection.addonHeaders);
  const hit = guard.root.verdicts.admitted.find(guard.number, verdictKey.at, verdictKey.size, nowSec);
  if (hit != 0) return admit(valueAt(hit), valueSize(hit), stream, guard, Outcome.Allowed);
  const miss = guard.root.verdicts.refused.find(guard.number, verdictKey.at, verdictKey.size, nowSec);
  if (miss != 0) return refuseWith(refusalAt(miss), guard, true);
  return judgeAnew(guard, stream, now, waits);
}

/** A token whose verdict is not cached. */
function judgeAnew(guard: Guard, stream: u32, now: i64, waits: Waits): FilterHeadersStatus {
  const config = guard.config, feed = guard.feed;
  if (!credential.wellFormed) return refuse(MALFORMED_CREDENTIAL, guard, true);
  const token = copied(credential.at, credential.size), key = verdictKey.at == credential.at ? token : copied(verdictKey.at, verdictKey.size);
  const pending = guard.root.pending, underWay = pending.about(guard, key);
  if (underWay != null) return waitFor(underWay, guard, stream);
  const addon = addonHeaders(config);
  let x = exchange(guard, now, waits, addon);
  let next = decide(x, token);
  while (!(next instanceof Forward || next instanceof Refuse)) {
    if (next instanceof Await) {
      if (guard.tokens.waitingFull) return refuseWith(refuseFull(guard, guard.tokens), guard, true);
      const verdict = askOnce(guard, x, next as Await, key, stream);
      if (verdict == null) hurry(guard.root);
      setEffectiveContext(stream);
      return verdict == null ? FilterHeadersStatus.StopAllIterationAndWatermark : settle(verdict, guard, stream);
    } else {
      if (feed == null) return refuse(NOT_READY, guard, true);
      if (guard.tokens.waitingFull) return refuseWith(refuseFull(guard, guard.tokens), guard, true);
      feed.advance(new RootDispatcher(guard.root));
      setEffectiveContext(stream);
      if (!feed.settled) {
        pending.joinFeed(feed, stream, guard, guard.tokens, null, x.waits);
        return FilterHeadersStatus.StopAllIterationAndWatermark;
      }
      x = exchange(guard, now, new Waits(true, 0), addon);
      next = decide(x, token);
    }
  }
  if (config.cacheVerdicts) remember(guard, key, next, now);
  return settle(next, guard, stream);
}

/** Requests with the same token wait for one call. */
function waitFor(call: PendingCall, guard: Guard, stream: u32): FilterHeadersStatus {
  if (guard.tokens.waitingFull) return refuseWith(refuseFull(guard, guard.tokens), guard, true);
  guard.root.pending.join(call, stream);
  return FilterHeadersStatus.StopAllIterationAndWatermark;
}

function settle(verdict: Next | null, guard: Guard, stream: u32): FilterHeadersStatus {
  if (verdict instanceof Forward) {
    const identity = (verdict as Forward).identity;
    return admit(identity.dataStart, identity.length, stream, guard, Outcome.Allowed);
  }
  return refuseWith(verdict instanceof Refuse ? (verdict as Refuse) : new Refuse(NOT_READY), guard, true);
}

/** Names and values of what introspection sends along. */
function addonHeaders(config: Config): Uint8Array[] {
  const out = new Array<Uint8Array>();
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
