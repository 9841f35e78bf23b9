// What follows when a call ends, here or in another worker: another call, a wait for the provider, a verdict for the waiting requests, a refreshed session.

import { nowMs } from "../../abi/host";
import { NO_WAITS, RefreshOutcome, Waits } from "../../flow/decision/exchange";
import { Await, AwaitProvider, KeepRefresh, Next, Refreshed, Refuse, Step } from "../../flow/decision/next";
import { Reply } from "../../http/callout";
import { metrics, Outcome } from "../observe/metrics";
import { RuleSettings } from "../rules/rule_settings";
import { cacheVerdict } from "../verdicts/token_verdicts";
import { advance, ask, readReply } from "./calls";
import { DocumentCall, MAX_KEPT, NO_STREAM, PendingCall, RequestCall } from "./pending";
import { Configuration, roots } from "./roots";

/** A call has ended. Its waiting requests are marked as resumed; `resumeSome` (filter/requests/execute.ts) continues them. */
export function replied(rootId: u32, token: u32, size: u32, bodySize: u32): void {
  const root = roots.find(rootId), call: PendingCall | null = root == null ? null : root.pending.take(token);
  if (root == null || call == null) return; // a reply that nobody waits for
  const now = nowMs(), reply = readReply(size, bodySize);
  if (!(call instanceof DocumentCall)) return answered(root, call as RequestCall, reply, now);
  const provider = (call as DocumentCall).provider;
  provider.at(now);
  metrics.calloutDone(call.kind, now - call.startedMs, !provider.received(call.kind, reply));
  advance(provider, root);
}

/** The provider has answered a call that requests wait for, or the call has failed. */
function answered(root: Configuration, call: RequestCall, reply: Reply, now: i64): void {
  const rule = call.rule, introspection = call.introspection, x = rule.exchange(now, NO_WAITS), provider = rule.provider;
  if (provider != null) provider.answered(reply.status);
  let next = call.step.resume(x, reply);
  if (introspection != null) introspection.publish(reply, next, now);
  metrics.calloutDone(call.kind, now - call.startedMs, next.why.length > 0);
  // One call may lead to another, for which the same requests wait.
  while (next instanceof Await) {
    const wait = next as Await, following = ask(root, rule, wait, null);
    if (following != null) return root.pending.move(call, following);
    next = wait.step.resume(x, Reply.none());
  }
  logCause(rule, next);
  if (next instanceof AwaitProvider && provider != null) {
    root.pending.moveToProvider(call, provider, (next as AwaitProvider).step);
    advance(provider, root);
  } else if (!takeRefresh(root, rule, next, now)) resumeWaiting(root, call, next, now);
}

/** On the tick: looks whether introspections that other workers make have ended. */
export function lookAtOtherWorkers(root: Configuration, now: i64): void {
  const calls = root.pending.takeOtherWorkers();
  for (let i = 0; i < calls.length; i++) {
    const call = calls[i], introspection = call.introspection;
    if (introspection == null) continue;
    const rule = introspection.rule, x = rule.exchange(now, NO_WAITS);
    let verdict = introspection.known(x);
    if (verdict == null && !introspection.inOtherWorker) {
      const own = ask(root, rule, introspection.wait, introspection);
      if (own != null) root.pending.move(call, own);
      else verdict = introspection.unanswered(x);
    } else if (verdict == null) {
      // One worker after another may have taken over the call. The wait is bounded all the same.
      if (now < call.startedMs + 2 * rule.leaseMs) root.pending.awaitOtherWorkerAgain(call);
      else {
        introspection.lease = 0;
        verdict = introspection.unanswered(x);
      }
    }
    if (verdict == null) continue;
    // The worker that made the call logs what went wrong.
    if (verdict instanceof Refuse) (verdict as Refuse).isLogged = true;
    resumeWaiting(root, call, verdict, now);
  }
}

/** Resumes the requests that waited for the call, with the verdict. A verdict on a token is cached. */
function resumeWaiting(root: Configuration, call: RequestCall, verdict: Next, now: i64): void {
  const introspection = call.introspection;
  if (introspection != null) cacheVerdict(root.verdicts, call.rule.number, introspection.asked, verdict, now);
  root.pending.resumeWaitingForCall(call, verdict);
}

/** Continues with the answer to a refresh, whether the keys have come or not. */
export function resumeRefresh(root: Configuration, rule: RuleSettings, step: Step, now: i64): void {
  root.pending.kept--;
  const next = step.resume(rule.exchange(now, new Waits(true, 0)), Reply.none());
  logCause(rule, next);
  takeRefresh(root, rule, next, now);
}

/** Publishes the result of a refresh to all workers, and resumes the requests that wait for it here. False if `next` is no such result. */
export function takeRefresh(root: Configuration, rule: RuleSettings, next: Next, now: i64): bool {
  if (next instanceof KeepRefresh) {
    const kept = next as KeepRefresh, provider = rule.provider;
    if (provider == null || root.pending.kept >= MAX_KEPT || rule.browsers.waitingFull) return takeRefresh(root, rule, new Refreshed(kept.key, RefreshOutcome.Done, kept.text), now);
    // The refresh is still under way: another worker's call may have to end before the call that brings the key.
    rule.registry.refreshes.keep(kept.key, kept.text, now, now + 2 * rule.leaseMs);
    root.pending.kept++;
    root.pending.joinProvider(provider, NO_STREAM, rule, rule.browsers, kept.step, NO_WAITS);
    advance(provider, root);
    return true;
  }
  if (!(next instanceof Refreshed)) return false;
  const refreshed = next as Refreshed;
  metrics.outcome(refreshed.outcome == RefreshOutcome.Done ? Outcome.Refreshed : refreshed.outcome == RefreshOutcome.Ended ? Outcome.RefreshEnded : Outcome.RefreshFailed);
  rule.registry.refreshes.finish(refreshed.key, refreshed.outcome, refreshed.text, now);
  for (let i = 0; i < roots.all.length; i++) roots.all[i].pending.resumeWaitingForRefresh(refreshed.key);
  return true;
}

/** Logs why the answer failed. Why a request is refused is logged when it is answered (filter/requests/answer.ts), with its id. */
export function logCause(rule: RuleSettings, next: Next): void {
  if (!(next instanceof Refuse) && next.why.length > 0) rule.trouble(next.why);
}

/** The same, and nobody is left who could be answered. */
export function logUnanswered(rule: RuleSettings, verdict: Next): void {
  if (!(verdict instanceof Refuse)) return;
  const refuse = verdict as Refuse;
  if (refuse.why.length > 0 && !refuse.isLogged) rule.trouble(refuse.why);
  refuse.isLogged = true;
}
