// Who asks the provider about a token, and what it has said, in Envoy's shared data: one introspection serves all workers.

import { EMPTY } from "../../bytes/bytes";
import { SharedRecord, SharedTable } from "./shared_table";

/**
 * Some 16 MB at the most: a worker's own memory of verdicts (filter/verdicts/verdict_cache.ts) is what requests are served from, this is only for the
 * first one that each worker gets. An answer is 32 kB at the most.
 */
const BUCKETS = 1024;
const ROOM = 16 * 1024;
const CAS_TRIES = 8;

/**
 * How far ahead of this worker's time another's may be: this one has read the clock at the start of its callback, and may have been interrupted since.
 * What lies further ahead is rubbish, or the clock has jumped back.
 */
export const AHEAD_MS: i64 = 1_000;

/** A record's text: the newest turn, until when it is under way (ms; 0: it is over), the turn that was answered last (0: none), all i64; then its answer, sealed. */
const HEAD = 24;

/** How a question stands. Turns are numbered by the time (ms) at which they began, so that they rise also where the record was lost in between. */
@final
export class Standing {
  constructor(readonly turn: i64, readonly underWayUntilMs: i64, readonly answeredTurn: i64, readonly answer: Uint8Array) {}

  /** Turns last `turnMs` at the most: one that claims to last longer counts for nothing. */
  underWay(nowMs: i64, turnMs: i64): bool { return this.underWayUntilMs > nowMs && this.underWayUntilMs <= nowMs + AHEAD_MS + turnMs; }
}

@final
export class SharedAnswers {
  private readonly table: SharedTable = new SharedTable("envoy-oidc/1/answers/", BUCKETS, ROOM);

  /** null where nothing is known of the question. */
  standing(name: Uint8Array, nowMs: i64): Standing | null { return read(this.table.find(name, nowMs), nowMs); }

  /** Takes the turn for so long, and says its number. 0 when things do not stand any more as they were seen, or nothing can be written. The last answer stays. */
  begin(name: Uint8Array, seen: Standing | null, nowMs: i64, turnMs: i64): i64 {
    const untilMs = nowMs + turnMs, seenTurn: i64 = seen == null ? 0 : seen.turn, seenAnswered: i64 = seen == null ? 0 : seen.answeredTurn;
    for (let attempt = 0; attempt < CAS_TRIES; attempt++) {
      const record = this.table.findToPut(name, nowMs), before = read(record, nowMs);
      if (before != null && (before.turn != seenTurn || before.answeredTurn != seenAnswered)) return 0;
      const turn = before == null ? nowMs : max(before.turn + 1, nowMs);
      const text = before == null ? written(turn, untilMs, 0, EMPTY) : written(turn, untilMs, before.answeredTurn, before.answer);
      if (this.table.put(name, new SharedRecord(0, text, record == null ? untilMs : max(record.untilMs, untilMs)), nowMs)) return turn;
    }
    return 0;
  }

  /** The turn's answer, to be kept until then. One that comes late, after a later turn's, is not. */
  finish(name: Uint8Array, turn: i64, answer: Uint8Array, nowMs: i64, keepUntilMs: i64): void {
    for (let attempt = 0; attempt < CAS_TRIES; attempt++) {
      const now = read(this.table.findToPut(name, nowMs), nowMs);
      if (now != null && now.answeredTurn > turn) return;
      // Another worker may have taken over, and is still at it.
      const later = now != null && now.turn > turn ? now : new Standing(turn, 0, 0, EMPTY);
      const text = written(later.turn, later.underWayUntilMs, turn, answer);
      if (this.table.put(name, new SharedRecord(0, text, max(keepUntilMs, later.underWayUntilMs)), nowMs)) return;
    }
  }
}

function read(record: SharedRecord | null, nowMs: i64): Standing | null {
  if (record == null || record.text.length < HEAD) return null;
  const at = record.text.dataStart, turn = load<i64>(at), until = load<i64>(at, 8), answered = load<i64>(at, 16);
  return turn <= 0 || turn > nowMs + AHEAD_MS || answered > turn ? null : new Standing(turn, until, answered, record.text.slice(HEAD));
}

function written(turn: i64, untilMs: i64, answeredTurn: i64, answer: Uint8Array): Uint8Array {
  const out = new Uint8Array(HEAD + answer.length);
  store<i64>(out.dataStart, turn);
  store<i64>(out.dataStart, untilMs, 8);
  store<i64>(out.dataStart, answeredTurn, 16);
  out.set(answer, HEAD);
  return out;
}
