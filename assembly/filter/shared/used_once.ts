// What may be used only once in all workers of this Envoy: the logins, or the logout tokens, of one issuer and client.

import { EMPTY } from "../../bytes/bytes";
import { Claim } from "../../flow/decision/exchange";
import { CAS_TRIES, SharedRecord, SharedTable } from "./shared_table";

const BUCKETS = 256;
/** Bytes in a bucket: 512 records, 131,072 in all. If there would be more, the oldest are dropped. */
const ROOM = 16 * 1024;

@final
export class UsedOnce {
  private readonly table: SharedTable;

  constructor(prefix: string) { this.table = new SharedTable(prefix, BUCKETS, ROOM); }

  claim(key: Uint8Array, nowMs: i64, untilMs: i64): Claim {
    for (let attempt = 0; attempt < CAS_TRIES; attempt++) {
      if (this.table.findToPut(key, nowMs) != null) return Claim.Taken;
      if (this.table.put(key, new SharedRecord(0, EMPTY, untilMs), nowMs)) return Claim.Mine;
    }
    return Claim.Failed;
  }

  /** Takes the claim back: the key was not used after all. */
  release(key: Uint8Array, nowMs: i64): void {
    for (let attempt = 0; attempt < CAS_TRIES; attempt++) {
      if (this.table.findToPut(key, nowMs) == null || this.table.put(key, new SharedRecord(0, EMPTY, 0), nowMs)) return;
    }
  }
}
