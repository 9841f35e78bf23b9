// Introspections under way and their responses, in Envoy's shared data: one introspection serves all workers.

import { EMPTY } from "../../bytes/bytes";
import { AHEAD_MS } from "../../oidc/freshness";
import { CAS_TRIES, SharedRecord, SharedTable } from "./shared_table";

/**
 * 16 MB at most. Requests are served from the worker's own cache (filter/verdicts/verdict_cache.ts); this data serves only the first request in each
 * worker. A response has 32 kB at most.
 */
const BUCKETS = 1024;
const ROOM = 16 * 1024;

/**
 * A record's text: the newest lease, until when it is under way (ms; 0: it has ended), the lease that was answered last (0: none), all i64; then its
 * sealed response.
 */
const HEAD = 24;

/** The state of an introspection. A lease's number is the time (ms) at which it began, so numbers rise even if the record is lost in between. */
@final
export class Standing {
  constructor(readonly lease: i64, readonly underWayUntilMs: i64, readonly answeredLease: i64, readonly answer: Uint8Array) {}

  /** A lease lasts `leaseMs` at most: a record that says more is ignored. */
  underWay(nowMs: i64, leaseMs: i64): bool { return this.underWayUntilMs > nowMs && this.underWayUntilMs <= nowMs + AHEAD_MS + leaseMs; }
}

@final
export class SharedResults {
  private readonly table: SharedTable = new SharedTable("envoy-oidc/1/results/", BUCKETS, ROOM);

  /** null if nothing is known of the introspection. */
  standing(name: Uint8Array, nowMs: i64): Standing | null { return read(this.table.find(name, nowMs), nowMs); }

  /** Takes the lease and returns its number. 0 if the state is no longer the one that was `seen`, or if nothing can be written. The last response is kept. */
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

  /** Keeps the lease's response until then, unless a later lease has been answered. */
  finish(name: Uint8Array, lease: i64, answer: Uint8Array, nowMs: i64, keepUntilMs: i64): void {
    for (let attempt = 0; attempt < CAS_TRIES; attempt++) {
      const now = read(this.table.findToPut(name, nowMs), nowMs);
      if (now != null && now.answeredLease > lease) return;
      // Another worker may have taken a later lease, which is still under way.
      const later = now != null && now.lease > lease ? now : new Standing(lease, 0, 0, EMPTY);
      const text = written(later.lease, later.underWayUntilMs, lease, answer);
      if (this.table.put(name, new SharedRecord(0, text, max(keepUntilMs, later.underWayUntilMs)), nowMs)) return;
    }
  }
}

function read(record: SharedRecord | null, nowMs: i64): Standing | null {
  if (record == null || record.text.length < HEAD) return null;
  const at = record.text.dataStart, lease = load<i64>(at), until = load<i64>(at, 8), answered = load<i64>(at, 16);
  return lease <= 0 || lease > nowMs + AHEAD_MS || answered > lease ? null : new Standing(lease, until, answered, record.text.subarray(HEAD));
}

function written(lease: i64, untilMs: i64, answeredLease: i64, answer: Uint8Array): Uint8Array {
  const out = new Uint8Array(HEAD + answer.length);
  store<i64>(out.dataStart, lease);
  store<i64>(out.dataStart, untilMs, 8);
  store<i64>(out.dataStart, answeredLease, 16);
  out.set(answer, HEAD);
  return out;
}
