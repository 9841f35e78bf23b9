// The executor. A request is decided once; the decision is performed until the request waits or has its answer. After a wait the request resumes here.

import { FilterHeadersStatus } from "../../abi/enums";
import { continueRequest, nowMs, setEffectiveContext } from "../../abi/host";
import { resetArena } from "../../abi/memory";
import { EMPTY } from "../../bytes/bytes";
import { Mode, Unauthenticated } from "../../config/config";
import { Exchange, NO_WAITS, Waits } from "../../flow/decision/exchange";
import { Await, AwaitBody, AwaitProvider, AwaitRefresh, Forward, ForwardPreflight, ForwardSession, Next, Refuse, Respond, Step } from "../../flow/decision/next";
import { BAD_REQUEST, BODY_TOO_LARGE, DENIED, MALFORMED_CREDENTIAL, NO_TOKEN, NOT_READY, OVERLOADED, TOO_MANY_COOKIES } from "../../flow/decision/refusal";
import { OwnEndpoint, ownEndpointOf } from "../../flow/decision/browser_request";
import { Reply } from "../../http/callout";
import { announcesMoreThan } from "../../http/content_length";
import { isPreflight } from "../../http/navigation";
import { ask, RootDispatcher } from "../calls/calls";
import { IntrospectionRequest } from "../calls/introspection_request";
import { NO_STREAM } from "../calls/pending";
import { logCause, logUnanswered, resumeRefresh, takeRefresh } from "../calls/replies";
import { Continuation, resumeQueue, waitingStreams } from "../calls/resumed";
import { Configuration, roots } from "../calls/roots";
import { Lookup, metrics, Outcome } from "../observe/metrics";
import { noteFull } from "../rules/bounds";
import { RuleSettings } from "../rules/rule_settings";
import { findSession, identityAt, identitySize, cacheSession } from "../verdicts/seen_sessions";
import { refusalAt, cacheVerdict } from "../verdicts/token_verdicts";
import { valueAt, valueSize } from "../verdicts/verdict_cache";
import { admit } from "./admit";
import { answer, refuse, respond } from "./answer";
import { bodies, bodySoFar, BodyWaiter, MAX_BODY } from "./bodies";
import { tickSooner } from "./clock";
import { cookies, credential, headers, stream, verdictKey } from "./current";
import { addonHeaders, readCookies, readHeaders } from "./read";
import { Request } from "./request";
import { noteCookies } from "./responses";

/**
 * Requests that resume in one callback. Envoy runs their local replies recursively: each reply is a callback, at whose end the next request's reply is
 * sent. Some hundreds of them overflow the stack, and a worker without its VM refuses everything.
 */
export const BATCH = 32;

const WAITS = FilterHeadersStatus.StopAllIterationAndWatermark;

/** Executes the current request, whose headers were read. `waits`: its waits until now. */
export function execute(root: Configuration, rule: RuleSettings, bodyFollows: bool, waits: Waits): FilterHeadersStatus {
  const config = rule.config, browser = config.browser;
  if (config.mode == Mode.Denied) return refuse(DENIED, rule, true);
  const secure = readCookies(rule);
  // A cookie that was not read may be a session, and would reach the upstream (duty 151).
  if (cookies.tooMany) return refuse(TOO_MANY_COOKIES, rule, true);
  if (config.mode == Mode.Public) return admit(0, 0, rule, Outcome.Public);
  const endpoint = browser == null ? OwnEndpoint.None : ownEndpointOf(browser, headers);
  if (endpoint == OwnEndpoint.None) {
    const refusal = credential.read(headers, config);
    if (refusal != null) return refuse(refusal, rule, true);
    if (credential.size == 0 && browser == null) {
      if (config.unauthenticated == Unauthenticated.Pass) return admit(0, 0, rule, Outcome.Anonymous);
      return config.allowPreflight && isPreflight(headers) ? admit(0, 0, rule, Outcome.Preflight) : refuse(NO_TOKEN, rule, false);
    }
  }

  // A cached verdict is applied without a decision: nothing is parsed or allocated.
  const verdicts = root.verdicts, now = nowMs(), nowSec = now / 1000;
  if (credential.size > 0) {
    verdicts.restOn(root.generation);
    verdictKey.read(headers, credential, config.introspection.addonHeaders);
    const hit = verdicts.admitted.find(rule.number, verdictKey.at, verdictKey.size, nowSec);
    if (hit != 0) {
      noteLookup(waits, Lookup.TokenHit);
      return admit(valueAt(hit), valueSize(hit), rule, Outcome.Allowed);
    }
    const miss = verdicts.refused.find(rule.number, verdictKey.at, verdictKey.size, nowSec);
    if (miss != 0) {
      noteLookup(waits, Lookup.TokenHit);
      return answer(refusalAt(miss), rule, true);
    }
    if (!credential.wellFormed) return refuse(MALFORMED_CREDENTIAL, rule, true);
    noteLookup(waits, Lookup.TokenMiss);
  } else if (endpoint == OwnEndpoint.None) {
    const seen = findSession(verdicts, rule.number, cookies, secure, rule.registry.endings, nowSec, nowSec + config.slackSec);
    if (cookies.session.count > 0) noteLookup(waits, seen != 0 ? Lookup.SessionHit : Lookup.SessionMiss);
    if (seen != 0) return admit(identityAt(seen), identitySize(seen), rule, Outcome.Session);
  }

  const request = new Request(root, rule, endpoint, secure, bodyFollows);
  if (credential.size == 0) {
    const x = rule.exchange(now, waits);
    return perform(request, request.decide(x), x);
  }
  request.takeToken();
  const x = rule.exchange(now, waits, addonHeaders(config.introspection.addonHeaders)), underWay = root.pending.about(rule, request.key);
  if (underWay == null) return perform(request, request.decide(x), x);
  if (rule.tokens.waitingFull) return perform(request, new Refuse(OVERLOADED), x);
  root.pending.join(underWay, stream);
  return WAITS;
}

/** Counts a request once: one that has waited looks again. */
function noteLookup(waits: Waits, lookup: Lookup): void { if (waits == NO_WAITS) metrics.lookedUp(lookup); }

/** Performs what a decision or a step returned, until the request waits or has its answer. */
function perform(request: Request, first: Next, x0: Exchange): FilterHeadersStatus {
  const root = request.root, rule = request.rule, share = request.share, provider = rule.provider;
  let next = first, x = x0, caches = rule.config.cacheVerdicts;
  for (;;) {
    if (next instanceof Await) {
      const wait = next as Await, introspection = request.key.length > 0 ? new IntrospectionRequest(rule, request.key, wait) : null;
      const known: Next | null = introspection == null || share.waitingFull ? null : introspection.known(x);
      caches = true; // an introspection's verdict says for how long
      if (known != null) next = known;
      else if (share.full) next = overloaded(wait.step, x);
      else {
        const call = introspection != null && introspection.inOtherWorker ? root.pending.awaitOtherWorker(introspection, x.nowMs) : ask(root, rule, wait, introspection);
        if (call != null) {
          root.pending.join(call, stream);
          if (introspection != null) tickSooner(root);
          setEffectiveContext(stream);
          return WAITS;
        }
        setEffectiveContext(stream);
        next = introspection != null ? introspection.unanswered(x) : wait.step.resume(x, Reply.none());
      }
    } else if (next instanceof AwaitProvider) {
      const step = (next as AwaitProvider).step;
      if (provider == null) next = new Refuse(NOT_READY);
      else if (share.waitingFull) next = step == null ? new Refuse(OVERLOADED) : overloaded(step, x);
      else {
        provider.advance(new RootDispatcher(root));
        setEffectiveContext(stream);
        if (!provider.settled) {
          root.pending.joinProvider(provider, stream, rule, share, step, x.waits);
          return WAITS;
        }
        x = rule.exchange(x.nowMs, new Waits(true, x.waits.refreshes), x.addonHeaders);
        next = step == null ? request.decide(x) : step.resume(x, Reply.none());
      }
    } else if (next instanceof AwaitRefresh) {
      const wait = next as AwaitRefresh, begin = wait.begin, untilMs = x.nowMs + rule.leaseMs;
      const mine = begin != null && !share.waitingFull && rule.registry.refreshes.begin(wait.key, x.nowMs, untilMs);
      if (share.waitingFull) next = new Refuse(OVERLOADED);
      else if (begin == null || !mine || ask(root, rule, begin, null) != null) {
        // This worker or another makes the call; the tick is faster until it has ended.
        root.pending.joinRefresh(wait.key, stream, rule, x.waits, mine ? untilMs : 0);
        tickSooner(root);
        setEffectiveContext(stream);
        return WAITS;
      } else {
        setEffectiveContext(stream);
        takeRefresh(root, rule, begin.step.resume(x, Reply.none()), x.nowMs);
        next = request.decide(x);
      }
    } else if (next instanceof AwaitBody) {
      const step = (next as AwaitBody).step;
      if (!request.bodyFollows) next = step.received(x, EMPTY);
      else if (announcesMoreThan(headers, MAX_BODY)) return refuse(BODY_TOO_LARGE, rule, false);
      else {
        bodies.add(new BodyWaiter(stream, rule, step, x.nowMs));
        if (bodies.anyGaveWay) {
          tickSooner(root);
          setEffectiveContext(stream);
        }
        return FilterHeadersStatus.StopIteration;
      }
    } else break;
  }
  if (caches) cacheVerdict(root.verdicts, rule.number, request.key, next, x.nowMs);
  if (next instanceof Refuse && (next as Refuse).refusal == OVERLOADED) noteFull(rule, share);
  logCause(rule, next);
  return settle(request, next, x.nowMs);
}

/** The step's result if its call cannot be made now. It may do without the reply, or refuse with its cookies and its link, but does not blame the provider. */
function overloaded(step: Step, x: Exchange): Next {
  const next = step.resume(x, Reply.none());
  if (next instanceof Respond) return next;
  const out = new Refuse(OVERLOADED);
  if (next instanceof Refuse) {
    out.again = (next as Refuse).again;
    out.setCookies = (next as Refuse).setCookies;
  }
  return out;
}

/** Ends the request: it is admitted or answered. */
function settle(request: Request, next: Next, now: i64): FilterHeadersStatus {
  const root = request.root, rule = request.rule;
  if (next instanceof Forward) {
    const identity = (next as Forward).identity;
    return credential.size > 0 ? admit(identity.dataStart, identity.length, rule, Outcome.Allowed) : admit(0, 0, rule, Outcome.Anonymous);
  }
  if (next instanceof ForwardPreflight) return admit(0, 0, rule, Outcome.Preflight);
  if (next instanceof ForwardSession) {
    const forward = next as ForwardSession, identity = forward.identity;
    cacheSession(root.verdicts, rule.number, cookies, request.secure, rule.registry.endings, forward, now / 1000);
    const status = admit(identity.dataStart, identity.length, rule, Outcome.Session);
    if (forward.setCookies.length > 0) noteCookies(stream, forward.setCookies, now);
    return status;
  }
  if (next instanceof Respond) {
    const calls = (next as Respond).alongside;
    for (let i = 0; i < calls.length; i++) {
      if (rule.browsers.callsFull) noteFull(rule, rule.browsers);
      else ask(root, rule, calls[i], null);
    }
    if (calls.length > 0) setEffectiveContext(stream);
    return respond(next as Respond, rule);
  }
  const refused = next instanceof Refuse ? (next as Refuse) : new Refuse(NOT_READY);
  return answer(refused, rule, credential.size > 0 || refused.why.length > 0 || refused.refusal.status != 401);
}

/** The whole body has arrived, or more than is allowed. Afterwards the request is answered or waits for its answer; it is never forwarded. */
export function takeBody(waiter: BodyWaiter): void {
  if (waiter.gaveWay) return;
  bodies.remove(waiter);
  const rule = waiter.rule, browser = rule.config.browser, root = roots.find(rule.root.id), body = bodySoFar();
  if (!readHeaders(rule, waiter.stream) || browser == null || root == null) refuse(BAD_REQUEST, rule, false);
  else if (body.length > MAX_BODY) refuse(BODY_TOO_LARGE, rule, false);
  else {
    const secure = readCookies(rule), x = rule.exchange(nowMs(), NO_WAITS);
    perform(new Request(root, rule, ownEndpointOf(browser, headers), secure, false), waiter.step.received(x, body), x);
  }
}

/** Continues some of the resumed requests. True if more are left. */
export function resumeSome(): bool {
  for (let i = 0; i < BATCH; i++) {
    const resumed = resumeQueue.next();
    if (resumed == null) return false;
    const root = roots.find(resumed.rule.root.id), step = resumed.step;
    if (root == null) continue; // the configuration was removed, and the request with it
    if (resumed.stream == NO_STREAM) {
      if (step != null) resumeRefresh(root, resumed.rule, step, nowMs());
      continue;
    }
    if (!waitingStreams.delete(resumed.stream) || !setEffectiveContext(resumed.stream)) { // the request has gone
      const verdict = resumed.verdict;
      if (verdict != null) logUnanswered(resumed.rule, verdict);
      continue;
    }
    resetArena();
    if (resume(root, resumed) == FilterHeadersStatus.Continue) continueRequest();
  }
  return resumeQueue.any;
}

/** Continues with the awaited verdict, or with a step. Without either the request is decided again, mostly by a verdict that is cached by then. */
function resume(root: Configuration, resumed: Continuation): FilterHeadersStatus {
  const rule = resumed.rule, browser = rule.config.browser, verdict = resumed.verdict, step = resumed.step;
  if (!readHeaders(rule, resumed.stream)) return refuse(BAD_REQUEST, rule, false);
  if (verdict == null && step == null) return execute(root, rule, false, resumed.waits);
  const secure = readCookies(rule), endpoint = browser == null ? OwnEndpoint.None : ownEndpointOf(browser, headers);
  // At the filter's own endpoints bearer tokens are ignored.
  if (endpoint == OwnEndpoint.None && credential.read(headers, rule.config) != null) return refuse(NOT_READY, rule, true);
  const request = new Request(root, rule, endpoint, secure, false);
  if (verdict != null) return settle(request, verdict, nowMs());
  if (step == null) return refuse(NOT_READY, rule, true);
  const x = rule.exchange(nowMs(), resumed.waits);
  return perform(request, step.resume(x, Reply.none()), x);
}
