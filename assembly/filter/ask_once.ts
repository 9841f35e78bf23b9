// One introspection for all workers of this Envoy: whoever comes first asks; the others wait for the answer, and ask where none comes.

import { Exchange, NO_WAITS } from "../flow/exchange";
import { Await, Next } from "../flow/next";
import { Reply } from "../http/callout";
import { refuseFull } from "./bounds";
import { ask } from "./calls";
import { Guard } from "./guard";
import { PendingCall } from "./pending";
import { Question } from "./question";
import { answers, exchange } from "./registry";
import { remember, untilSecOf } from "./remember";
import { Root } from "./roots";

/** Whoever finds that another worker has been faster looks again. Where nothing can be written, each asks for itself. */
const TRIES = 4;

/**
 * What this worker has no answer to, nor asks already. `asked`: filter/verdict_key.ts; EMPTY where nobody may share the answer. null: the stream waits.
 * The effective context may be the root's afterwards.
 */
export function askOnce(guard: Guard, x: Exchange, wait: Await, asked: Uint8Array, stream: u32): Next | null {
  if (asked.length == 0) return askAlone(guard, x, wait, stream);
  const question = new Question(guard, asked, wait), known = look(question, x);
  if (known != null) return known;
  if (guard.tokens.callsFull) return refuseFull(guard, guard.tokens);
  let call: PendingCall | null = null;
  if (!question.elsewhere) call = ask(guard, wait, question);
  else {
    call = new PendingCall(guard.root, 0, wait.kind, x.nowMs, null, guard, wait.step, question);
    guard.root.pending.addElsewhere(call);
  }
  if (call == null) return unanswered(question, x);
  guard.root.pending.join(call, stream);
  return null;
}

function askAlone(guard: Guard, x: Exchange, wait: Await, stream: u32): Next | null {
  if (guard.tokens.callsFull) return refuseFull(guard, guard.tokens);
  const call = ask(guard, wait, null);
  if (call == null) return wait.step.resume(x, Reply.none());
  guard.root.pending.join(call, stream);
  return null;
}

/** On the tick: what other workers were asking for this one. */
export function lookElsewhere(root: Root, nowMs: i64): void {
  const calls = root.pending.takeElsewhere();
  for (let i = 0; i < calls.length; i++) {
    const call = calls[i], question = call.question;
    if (question == null) continue;
    const verdict = outcome(call, question, exchange(question.guard, nowMs, NO_WAITS));
    if (verdict != null) root.pending.wake(call, question.guard, verdict);
  }
}

/** A verdict for those who wait for this call, or null: they go on waiting, for another worker or for this one. */
function outcome(call: PendingCall, question: Question, x: Exchange): Next | null {
  const known = look(question, x);
  if (known != null) return known;
  if (!question.elsewhere) {
    const own = ask(question.guard, question.wait, question);
    if (own == null) return unanswered(question, x);
    call.root.pending.move(call, own);
    return null;
  }
  // Others may have taken over one after the other. Nobody waits for all of them.
  if (x.nowMs < call.startedMs + 2 * question.turnMs) {
    call.root.pending.addElsewhere(call);
    return null;
  }
  question.turn = 0;
  return unanswered(question, x);
}

/**
 * What is known of the question: the answer that was waited for, or one that is still believed. Else null, and the question knows whose turn it is to
 * find out: this worker's from now on, or another's.
 */
function look(question: Question, x: Exchange): Next | null {
  const waitedFor = question.turn;
  question.turn = 0;
  question.elsewhere = false;
  for (let i = 0; i < TRIES; i++) {
    const standing = answers.standing(question.name, x.nowMs);
    if (standing != null) {
      const verdict = question.verdict(x, standing);
      if (verdict != null && (waitedFor != 0 && standing.answeredTurn >= waitedFor || untilSecOf(verdict) > x.nowSec)) {
        remember(question.guard, question.asked, verdict, x.nowMs);
        return verdict;
      }
    }
    if (question.guard.tokens.callsFull) break;
    question.elsewhere = standing != null && standing.underWay(x.nowMs, question.turnMs);
    question.turn = standing != null && question.elsewhere ? standing.turn : answers.begin(question.name, standing, x.nowMs, question.turnMs);
    if (question.turn != 0) break;
  }
  return null;
}

/** No call could be made, or none came back in time: the same as no answer, also for those who wait for this one. */
function unanswered(question: Question, x: Exchange): Next {
  const reply = Reply.none(), verdict = question.wait.step.resume(x, reply);
  question.publish(reply, verdict, x.nowMs);
  return verdict;
}
