// The refreshes of one issuer's and client's sessions, in Envoy's shared data: one worker makes each, and what came of it is kept for all.

import { EMPTY } from "../../bytes/bytes";
import { ByteWriter } from "../../bytes/writer";
import { RefreshOutcome, RefreshState } from "../../flow/decision/exchange";
import { FieldReader, writeTime } from "../../session/fields";
import { SharedRecord, SharedTable } from "./shared_table";

const BUCKETS = 256;
/** Sealed sessions, so at most some 40 kB each. */
const ROOM = 128 * 1024;
const CAS_TRIES = 8;
/** The tag of a lease whose answer is there, but not yet its key: first until when its worker may look for that (session/fields.ts), then the text. Beyond RefreshOutcome. */
const KEPT: u32 = 16;

/** How long a result helps those who still come with the old cookies: the slowest answer that may carry new ones takes two minutes. */
const DONE_MS: i64 = 300_000;
const ENDED_MS: i64 = 60_000;
/** How long a provider that does not answer is left alone with this refresh. */
const FAILED_MS: i64 = 3_000;

@final
export class RefreshLeases {
  /** A record's tag is the outcome, its text the session's new one. */
  private readonly table: SharedTable;

  constructor(prefix: string) { this.table = new SharedTable(prefix, BUCKETS, ROOM); }

  /** null where nobody is at it, or its worker has not come back in time. */
  state(key: Uint8Array, nowMs: i64): RefreshState | null {
    const record = this.table.find(key, nowMs);
    if (record == null) return null;
    if (record.tag != KEPT) return new RefreshState(<RefreshOutcome>record.tag, record.text);
    const kept = new FieldReader(record.text), untilSec = kept.time();
    return nowMs < untilSec * 1000 ? new RefreshState(RefreshOutcome.UnderWay, EMPTY) : new RefreshState(RefreshOutcome.Done, record.text.slice(4));
  }

  /** Takes the lease until then; false when another worker has it, or somebody has had it already. */
  begin(key: Uint8Array, nowMs: i64, untilMs: i64): bool {
    return this.write(key, new SharedRecord(RefreshOutcome.UnderWay, EMPTY, untilMs), nowMs, true);
  }

  /** Prolongs the lease until then; what came of it so far is the result where nothing more follows. */
  keep(key: Uint8Array, text: Uint8Array, nowMs: i64, untilMs: i64): void {
    const kept = new ByteWriter(4 + text.length);
    writeTime(kept, untilMs / 1000 + 1);
    this.write(key, new SharedRecord(KEPT, kept.bytes(text).written(), nowMs + DONE_MS), nowMs, false);
  }

  finish(key: Uint8Array, outcome: RefreshOutcome, text: Uint8Array, nowMs: i64): void {
    const keep = outcome == RefreshOutcome.Done ? DONE_MS : outcome == RefreshOutcome.Ended ? ENDED_MS : FAILED_MS;
    this.write(key, new SharedRecord(outcome, text, nowMs + keep), nowMs, false);
  }

  /** `fresh`: only where nothing that still counts stands under the key. */
  private write(key: Uint8Array, record: SharedRecord, nowMs: i64, fresh: bool): bool {
    for (let attempt = 0; attempt < CAS_TRIES; attempt++) {
      if (this.table.findToPut(key, nowMs) != null && fresh) return false;
      if (this.table.put(key, record, nowMs)) return true;
    }
    return false;
  }
}
