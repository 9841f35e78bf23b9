// Records in Envoy's shared data, for all workers of one Envoy. They are found by a digest, expire at their time, and have a bound in all.

import { pairsAt, pairsSize, setSharedData, sharedDataInPlace, sharedDataOr } from "../../abi/host";
import { arenaUsed, freeArena } from "../../abi/memory";
import { copied, EMPTY, sameAt, utf8 } from "../../bytes/bytes";

/** A record: key (16 bytes), tag u32, size of the text u32, valid until (ms) i64, then the text. */
const KEY = 16;
const HEAD = 32;

/** How often `findToPut` and `put` are tried where other workers write the same bucket. */
export const CAS_TRIES = 8;

@final
export class SharedRecord {
  constructor(readonly tag: u32, readonly text: Uint8Array, readonly untilMs: i64) {}
}

/** Envoy's shared data never deletes a key. So the number of buckets is fixed, and a bucket is rewritten without its expired records. */
@final
export class SharedTable {
  /** The bucket that `findToPut` has read. */
  private held: Uint8Array = EMPTY;
  private cas: u32 = 0;

  /** `buckets`: a power of two, up to 65,536. `room`: bytes in a bucket; if there would be more, the oldest records are dropped, but never the newest. */
  constructor(private readonly prefix: string, private readonly buckets: u32, private readonly room: i32) {}

  /** null if there is no such record, or if it has expired. */
  find(key: Uint8Array, nowMs: i64): SharedRecord | null {
    const used = arenaUsed(), record = sharedDataInPlace(this.nameOf(key)) ? recordIn(pairsAt(), pairsSize(), key, nowMs) : null;
    freeArena(used);
    return record;
  }

  /** The same, if `put` follows. */
  findToPut(key: Uint8Array, nowMs: i64): SharedRecord | null {
    const held = sharedDataOr(this.nameOf(key), EMPTY), bytes = held.bytes;
    this.held = bytes == null ? EMPTY : bytes;
    this.cas = held.cas;
    return recordIn(this.held.dataStart, this.held.length, key, nowMs);
  }

  /** Replaces what `findToPut` has found. False if another worker has written the bucket since: then repeat both. */
  put(key: Uint8Array, record: SharedRecord, nowMs: i64): bool {
    return setSharedData(this.nameOf(key), withRecord(this.held, key, record, nowMs, this.room), this.cas);
  }

  private nameOf(key: Uint8Array): Uint8Array { return utf8(this.prefix + ((<u32>key[0] | <u32>key[1] << 8) & (this.buckets - 1)).toString()); }
}

/** The size of the record there, or 0 if it is not complete. Only this code writes records, but each is checked all the same. */
function recordSize(at: usize, end: usize): i32 {
  if (at + HEAD > end) return 0;
  const size = load<u32>(at, 20);
  return size > <u32>(end - at - HEAD) ? 0 : HEAD + <i32>size;
}

function recordIn(bucket: usize, bucketSize: usize, key: Uint8Array, nowMs: i64): SharedRecord | null {
  const end = bucket + bucketSize;
  for (let at = bucket, size = recordSize(at, end); size > 0; at += size, size = recordSize(at, end)) {
    const untilMs = load<i64>(at, 24);
    if (sameAt(at, key.dataStart, KEY)) return untilMs > nowMs ? new SharedRecord(load<u32>(at, 16), copied(at + HEAD, size - HEAD), untilMs) : null;
  }
  return null;
}

/** The bucket with this record at its end, without expired records, and without the oldest ones if it would be too large. */
function withRecord(bucket: Uint8Array, key: Uint8Array, record: SharedRecord, nowMs: i64, room: i32): Uint8Array {
  const text = record.text, own = HEAD + text.length;
  const out = new Uint8Array(bucket.length + own), end = bucket.dataStart + bucket.length;
  let needed = bucket.length + own, size = 0;
  for (let at = bucket.dataStart, other = recordSize(at, end); other > 0; at += other, other = recordSize(at, end)) {
    if (sameAt(at, key.dataStart, KEY) || load<i64>(at, 24) <= nowMs || needed > room) {
      needed -= other;
      continue;
    }
    memory.copy(out.dataStart + size, at, other);
    size += other;
  }
  const to = out.dataStart + size;
  memory.copy(to, key.dataStart, KEY);
  store<u32>(to, record.tag, 16);
  store<u32>(to, text.length, 20);
  store<i64>(to, record.untilMs, 24);
  memory.copy(to + HEAD, text.dataStart, text.length);
  return out.subarray(0, size + own);
}
