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

/** A record's text: the newest lease, until when it is under way (ms; 0: it is over), the lease that was answered last (0: none), all i64; then its answer, sealed. */
const HEAD = 24;

/** How an introspection stands. Leases are numbered by the time (ms) at which they began, so that they rise also where the record was lost in between. */
@final
export class Standing {
  constructor(readonly lease: i64, readonly underWayUntilMs: i64, readonly answeredLease: i64, readonly answer: Uint8Array) {}

  /** Leases last `leaseMs` at the most: one that claims to last longer counts for nothing. */
  underWay(nowMs: i64, leaseMs: i64): bool { return this.underWayUntilMs > nowMs && this.underWayUntilMs <= nowMs + AHEAD_MS + leaseMs; }
}

@final
export class SharedResults {
  private readonly table: SharedTable = new SharedTable("envoy-oidc/1/answers/", BUCKETS, ROOM);

  /** null where nothing is known of the introspection. */
  standing(name: Uint8Array, nowMs: i64): Standing | null { return read(this.table.find(name, nowMs), nowMs); }

  /** Takes the lease for so long, and says its number. 0 when things do not stand any more as they were seen, or nothing can be written. The last answer stays. */
  begin(name: Uint8Array, seen: Standing | null, nowMs: i64, leaseMs: i64): i64 {
    const untilMs = nowMs + leaseMs, seenLease: i64 = seen == null ? 0 : seen.lease, seenAnswered: i64 = seen == null ? 0 : seen.answeredLease;
    for (let attempt = 0; attempt < CAS_TRIES; attempt++) {
      const record = this.table.findToPut(name, nowMs), before = read(record, nowMs);
      if (before != null && (before.lease != seenLease || before.answeredLease != seenAnswered)) return 0;
      const lease = before == null ? nowMs : max(before.lease + 1, nowMs);
      const text = before == null ? written(lease, untilMs, 0, EMPTY) : written(lease, untilMs, before.answeredLease, before.answer);
      if (this.table.put(name, new SharedRecord(0, text, record == null ? untilMs : max(record.untilMs, untilMs)), nowMs)) return lease;
    }
    return 0;
  }

  /** The lease's answer, to be kept until then. One that comes late, after a later lease's, is not. */
  finish(name: Uint8Array, lease: i64, answer: Uint8Array, nowMs: i64, keepUntilMs: i64): void {
    for (let attempt = 0; attempt < CAS_TRIES; attempt++) {
      const now = read(this.table.findToPut(name, nowMs), nowMs);
      if (now != null && now.answeredLease > lease) return;
      // Another worker may have taken over, and is still at it.
      const later = now != null && now.lease > lease ? now : new Standing(lease, 0, 0, EMPTY);
      const text = written(later.lease, later.underWayUntilMs, lease, answer);
      if (this.table.put(name, new SharedRecord(0, text, max(keepUntilMs, later.underWayUntilMs)), nowMs)) return;
    }
  }
}

function read(record: SharedRecord | null, nowMs: i64): Standing | null {
  if (record == null || record.text.length < HEAD) return null;
  const at = record.text.dataStart, lease = load<i64>(at), until = load<i64>(at, 8), answered = load<i64>(at, 16);
  return lease <= 0 || lease > nowMs + AHEAD_MS || answered > lease ? null : new Standing(lease, until, answered, record.text.slice(HEAD));
}

function written(lease: i64, untilMs: i64, answeredLease: i64, answer: Uint8Array): Uint8Array {
  const out = new Uint8Array(HEAD + answer.length);
  store<i64>(out.dataStart, lease);
  store<i64>(out.dataStart, untilMs, 8);
  store<i64>(out.dataStart, answeredLease, 16);
  out.set(answer, HEAD);
  return out;
}
