// Browsers: sessions seen before are let through from memory; everything else is decided by flow/browse.ts and done here.

import { FilterHeadersStatus } from "../abi/enums";
import { nowMs, setEffectiveContext } from "../abi/host";
import { EMPTY } from "../bytes/bytes";
import { BrowserSettings } from "../config/browser";
import { atPlace, browse } from "../flow/browse";
import { Exchange, Waits } from "../flow/exchange";
import { Await, AwaitBody, AwaitProvider, AwaitRefresh, Forward, ForwardPreflight, ForwardSession, Next, Page, Redirect, Refreshed, Refuse, Respond, Step } from "../flow/next";
import { BODY_TOO_LARGE, NOT_READY, OVERLOADED } from "../flow/refusal";
import { isSecure, Place, Visit } from "../flow/visit";
import { Reply } from "../http/callout";
import { announcesMoreThan } from "../http/content_length";
import { oneCookieLine } from "../http/cookies";
import { BodyWaiter, MAX_BODY } from "./bodies";
import { noteFull } from "./bounds";
import { ask, finishRefresh, RootDispatcher, whyOf } from "./calls";
import { hurry } from "./clock";
import { cookies, headers } from "./current";
import { EndedSessions } from "./ended_sessions";
import { Guard } from "./guard";
import { Outcome } from "./metrics";
import { exchange } from "./registry";
import { admit, admitAnonymous, admitSession, page, redirect, refuse, refuseWith } from "./settle";
import { setTag, tagOf, valueAt, valueSize } from "./verdict_cache";
import { bodies, logs } from "./world";

/** The longest sealed text: nine cookies. */
const MAX_TEXT = 9 * 4096;
/** How much longer than the call itself a worker may hold the right to refresh. */
const LEASE_MARGIN_MS: i64 = 2_000;

/**
 * A remembered session's value: under which keys it may have ended (u64 each; 0 where they are not known), when it was last vouched for and when its use was last
 * written down (seconds, i64 each), then the identity.
 */
const KEYS_SIZE: u32 = 40;

/** The scheme and the sealed text of the request at hand: under the other scheme the cookie has another name, to which it is sealed. */
const text = new StaticArray<u8>(1 + MAX_TEXT);

/** Reads the request's cookies, and says whether they have their Secure names. To be done before it is admitted or visited. */
export function scanCookies(guard: Guard): bool {
  const browser = guard.config.browser, names = guard.root.cookieNames;
  if (names.isEmpty) {
    cookies.tooMany = false;
    return false;
  }
  const secure = browser != null && isSecure(browser, headers), naming = secure ? guard.secureNaming : guard.plainNaming;
  if (headers.cookieLines > 1) {
    // Nothing is collected before the callback ends, nor is the line looked at behind it.
    const line = oneCookieLine(headers);
    cookies.scan(line.dataStart, line.length, names, naming);
  } else cookies.scan(headers.cookieAt, headers.cookieSize, names, naming);
  return secure;
}

/** A request without a bearer token, or for one of the filter's own addresses. */
export function visitCame(guard: Guard, browser: BrowserSettings, stream: u32, place: Place, secure: bool, waits: Waits, bodyFollows: bool): FilterHeadersStatus {
  const config = guard.config, now = nowMs(), sessions = place == Place.Elsewhere ? cookies.session.count : 0;
  for (let i = 0; i < sessions; i++) {
    const size = gather(secure, i), hit: usize = size == 0 ? 0 : guard.root.verdicts.sessions.find(guard.number, changetype<usize>(text), size, now / 1000);
    if (hit != 0 && stillGood(guard.registry.endings, hit, now / 1000 + config.slackSec)) return admit(valueAt(hit) + KEYS_SIZE, valueSize(hit) - KEYS_SIZE, stream, guard, Outcome.Session);
  }
  const x = exchange(guard, now, waits);
  const visit = new Visit(browser, headers, cookies, secure);
  return perform(guard, stream, decide(x, visit, place), x, new Again(browser, place, secure, bodyFollows));
}

/** What it takes to decide the same request once more. */
@final
export class Again {
  constructor(readonly browser: BrowserSettings, readonly place: Place, readonly secure: bool, readonly bodyFollows: bool) {}
  decide(x: Exchange): Next { return decide(x, new Visit(this.browser, headers, cookies, this.secure), this.place); }
}

function decide(x: Exchange, visit: Visit, place: Place): Next {
  return place == Place.Elsewhere ? browse(x, visit) : atPlace(x, visit, place);
}

/** Does what a step has said, until the request waits or has its answer. */
export function perform(guard: Guard, stream: u32, first: Next, x: Exchange, again: Again): FilterHeadersStatus {
  const config = guard.config, feed = guard.feed, share = guard.visits;
  let next = first;
  for (;;) {
    if (next instanceof Await) {
      if (share.full) {
        next = overloaded((next as Await).step, x);
        continue;
      }
      const wait = next as Await, call = ask(guard, wait, null);
      setEffectiveContext(stream);
      if (call != null) {
        guard.root.pending.join(call, stream);
        return FilterHeadersStatus.StopAllIterationAndWatermark;
      }
      next = wait.step.resume(x, Reply.none());
    } else if (next instanceof AwaitProvider) {
      if (feed == null) return refuse(NOT_READY, guard, true);
      const step = (next as AwaitProvider).step;
      if (share.waitingFull) {
        next = step == null ? new Refuse(OVERLOADED) : overloaded(step, x);
        break;
      }
      feed.advance(new RootDispatcher(guard.root));
      setEffectiveContext(stream);
      if (!feed.settled) {
        guard.root.pending.joinFeed(feed, stream, guard, share, step, x.waits);
        return FilterHeadersStatus.StopAllIterationAndWatermark;
      }
      x = exchange(guard, x.nowMs, new Waits(true, x.waits.refreshes));
      next = step == null ? again.decide(x) : step.resume(x, Reply.none());
    } else if (next instanceof AwaitRefresh) {
      if (share.waitingFull) {
        next = new Refuse(OVERLOADED);
        break;
      }
      const wait = next as AwaitRefresh, begin = wait.begin;
      if (begin == null || !guard.registry.turns.begin(wait.key, x.nowMs, x.nowMs + config.timeoutMs + LEASE_MARGIN_MS)) return joinRefresh(wait.key, stream, guard, x.waits);
      const call = ask(guard, begin, null);
      setEffectiveContext(stream);
      if (call != null) return joinRefresh(wait.key, stream, guard, x.waits);
      const refreshed = begin.step.resume(x, Reply.none());
      if (refreshed instanceof Refreshed) finishRefresh(guard, refreshed as Refreshed, x.nowMs);
      next = again.decide(x);
    } else if (next instanceof AwaitBody) {
      const step = (next as AwaitBody).step;
      if (again.bodyFollows) {
        if (announcesMoreThan(headers, MAX_BODY)) return refuse(BODY_TOO_LARGE, guard, false);
        bodies.add(new BodyWaiter(stream, guard, step, x.nowMs));
        if (bodies.anyGaveWay) {
          hurry(guard.root);
          setEffectiveContext(stream);
        }
        return FilterHeadersStatus.StopIteration;
      }
      next = step.received(x, EMPTY);
    } else break;
  }
  if (next instanceof Refuse && (next as Refuse).refusal == OVERLOADED) noteFull(guard, share);
  const why = whyOf(next);
  if (why.length > 0) guard.trouble(why);
  return settle(guard, stream, next, x.nowMs);
}

/** What the step answers where its call must not be made now: what it can do without, or its cookies and its way to try again, but not that the provider is to blame. */
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

/** Whoever makes the call, here or in another worker: the clock ticks faster until it has ended. */
function joinRefresh(key: Uint8Array, stream: u32, guard: Guard, waits: Waits): FilterHeadersStatus {
  guard.root.pending.joinRefresh(key, stream, guard, waits);
  hurry(guard.root);
  setEffectiveContext(stream);
  return FilterHeadersStatus.StopAllIterationAndWatermark;
}

/** The answer to a visit. */
export function settle(guard: Guard, stream: u32, next: Next, now: i64): FilterHeadersStatus {
  const config = guard.config;
  if (next instanceof ForwardSession) {
    const forward = next as ForwardSession;
    rememberSession(guard, forward, now);
    return admitSession(forward, stream, guard, now);
  }
  if (next instanceof Forward) return admitAnonymous(stream, guard, Outcome.Anonymous);
  if (next instanceof ForwardPreflight) return admitAnonymous(stream, guard, Outcome.Preflight);
  if (next instanceof Respond) alongside(guard, stream, next as Respond);
  if (next instanceof Redirect) return redirect(next as Redirect);
  if (next instanceof Page) return page(next as Page);
  if (!(next instanceof Refuse)) return refuse(NOT_READY, guard, true);
  const refused = next as Refuse;
  return refuseWith(refused, guard, refused.why.length > 0 || refused.refusal.status != 401);
}

/** Calls that nobody waits for. */
function alongside(guard: Guard, stream: u32, next: Respond): void {
  if (next.alongside.length == 0) return;
  for (let i = 0; i < next.alongside.length; i++) {
    if (guard.visits.callsFull) noteFull(guard, guard.visits);
    else ask(guard, next.alongside[i], null);
  }
  setEffectiveContext(stream);
}

/** Puts the text of the k-th session together behind the scheme; the size of it all, or 0 where it is not whole. */
function gather(secure: bool, k: i32): u32 {
  const size = cookies.session.textSize(k), start = changetype<usize>(text);
  if (size == 0 || size > MAX_TEXT) return 0;
  store<u8>(start, secure ? 1 : 0);
  cookies.session.copyText(k, start + 1);
  return size + 1;
}

function rememberSession(guard: Guard, forward: ForwardSession, now: i64): void {
  const browser = guard.config.browser, size = browser == null ? 0 : gather(isSecure(browser, headers), cookies.session.opened);
  if (browser == null || size == 0 || forward.untilSec <= now / 1000) return;
  const keys = forward.keys;
  const value = new Uint8Array(<i32>KEYS_SIZE + forward.identity.length), at = value.dataStart;
  if (keys != null) {
    store<u64>(at, keys.session);
    store<u64>(at, keys.sid, 8);
    store<u64>(at, keys.subject, 16);
  }
  store<i64>(at, forward.session.authenticatedAtSec, 24);
  store<i64>(at, forward.session.touchedAtSec, 32);
  value.set(forward.identity, KEYS_SIZE);
  guard.root.verdicts.sessions.keep(guard.number, changetype<usize>(text), size, guard.registry.endings.version, value, forward.untilSec);
}

/** Whether nobody has ended the session since it was last asked, and the clock has not jumped back behind it (duty 137). */
function stillGood(endings: EndedSessions, hit: usize, latestSec: i64): bool {
  if (load<i64>(valueAt(hit), 32) > latestSec) return false;
  const version = endings.version;
  if (tagOf(hit) == version) return true;
  // Opened when nothing had ended: its keys are not known.
  if (load<u64>(valueAt(hit)) == 0) return false;
  const at = valueAt(hit), began = load<i64>(at, 24);
  if (endings.ended(load<u64>(at), began) || endings.ended(load<u64>(at, 8), began) || endings.ended(load<u64>(at, 16), began)) return false;
  setTag(hit, version);
  return true;
}
