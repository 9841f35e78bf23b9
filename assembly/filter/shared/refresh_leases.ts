// The refreshes of sessions of one issuer and client, in Envoy's shared data. One worker makes each refresh; its result is kept for all workers.

import { EMPTY } from "../../bytes/bytes";
import { ByteWriter } from "../../bytes/writer";
import { RefreshOutcome, RefreshState } from "../../flow/decision/exchange";
import { FieldReader, writeTime } from "../../session/fields";
import { CAS_TRIES, SharedRecord, SharedTable } from "./shared_table";

const BUCKETS = 256;
/** Bytes in a bucket. The records are sealed sessions of at most some 40 kB each. */
const ROOM = 128 * 1024;
/**
 * The tag, beside RefreshOutcome, of a lease whose answer has arrived but not its key. The text: until when the worker may wait for the key
 * (session/fields.ts), then the session's text.
 */
const KEPT: u32 = 16;

/** How long a result is kept for requests that still have the old cookies: a response may set the new ones for up to two minutes. */
const DONE_MS: i64 = 300_000;
const ENDED_MS: i64 = 60_000;
/** After a provider did not answer, how long this refresh is not tried again. */
const FAILED_MS: i64 = 3_000;

@final
export class RefreshLeases {
  /** A record's tag is the outcome; its text is the session's new text. */
  private readonly table: SharedTable;

  constructor(prefix: string) { this.table = new SharedTable(prefix, BUCKETS, ROOM); }

  /** null if no refresh is known, or if its worker did not finish in time. */
  state(key: Uint8Array, nowMs: i64): RefreshState | null {
    const record = this.table.find(key, nowMs);
    if (record == null) return null;
    if (record.tag != KEPT) return new RefreshState(<RefreshOutcome>record.tag, record.text);
    const kept = new FieldReader(record.text), untilSec = kept.time();
    return nowMs < untilSec * 1000 ? new RefreshState(RefreshOutcome.UnderWay, EMPTY) : new RefreshState(RefreshOutcome.Done, record.text.slice(4));
  }

  /** Takes the lease until then. False if a worker has it, or had it and left a result. */
  begin(key: Uint8Array, nowMs: i64, untilMs: i64): bool {
    return this.write(key, new SharedRecord(RefreshOutcome.UnderWay, EMPTY, untilMs), nowMs, true);
  }

  /** Extends the lease until then. If nothing more follows, `text` is the result. */
  keep(key: Uint8Array, text: Uint8Array, nowMs: i64, untilMs: i64): void {
    const kept = new ByteWriter(4 + text.length);
    writeTime(kept, untilMs / 1000 + 1);
    this.write(key, new SharedRecord(KEPT, kept.bytes(text).written(), nowMs + DONE_MS), nowMs, false);
  }

  finish(key: Uint8Array, outcome: RefreshOutcome, text: Uint8Array, nowMs: i64): void {
    const keep = outcome == RefreshOutcome.Done ? DONE_MS : outcome == RefreshOutcome.Ended ? ENDED_MS : FAILED_MS;
    this.write(key, new SharedRecord(outcome, text, nowMs + keep), nowMs, false);
  }

  /** `fresh`: only if there is no valid record under the key. */
  private write(key: Uint8Array, record: SharedRecord, nowMs: i64, fresh: bool): bool {
    for (let attempt = 0; attempt < CAS_TRIES; attempt++) {
      if (this.table.findToPut(key, nowMs) != null && fresh) return false;
      if (this.table.put(key, record, nowMs)) return true;
    }
    return false;
  }
}
