// What has ended before its time, known to all workers of this Envoy: sessions after logout, logout tokens that were used.
// Kept in Envoy's shared data; each worker holds a copy, and looks for news on every tick.

import { setSharedData, sharedData, sharedDataOr } from "../abi/host";
import { EMPTY, utf8 } from "../bytes/bytes";

/** A record: key u64, ended at and remembered until (seconds, u32 each). */
const RECORD: i32 = 16;
/** The records are spread over so many values, so that one more logout copies only a part of them. */
const BUCKETS: i32 = 16;
/** All in all 32,768: one logout a second is remembered for nine hours, and for the whole absolute timeout where there are fewer. */
const MAX_IN_BUCKET: i32 = 2048;
const CAS_TRIES = 4;

const HEAD_KEY = utf8("envoy-oidc/1/ended");

@final
export class EndedSessions {
  /** Each bucket as it was last read. */
  private readonly buckets: Uint8Array[] = new Array<Uint8Array>();
  private readonly keys: Uint8Array[] = new Array<Uint8Array>();
  private headCas: u32 = 0;
  /** How many records there are here; 0 spares every request the search. */
  private count: i32 = 0;
  /** Raised with every change: what was looked up under an older number must be looked up again. */
  version: u32 = 0;

  constructor() {
    for (let i = 0; i < BUCKETS; i++) {
      this.buckets.push(EMPTY);
      this.keys.push(utf8("envoy-oidc/1/ended/" + i.toString()));
    }
  }

  get isEmpty(): bool { return this.count == 0; }

  /** Whether it has ended, and did not begin later. */
  ended(key: u64, beganAtSec: i64): bool {
    if (this.count == 0) return false;
    const bucket = this.buckets[bucketOf(key)], at = find(bucket, key);
    return at >= 0 && <i64>load<u32>(bucket.dataStart + at, 8) >= beganAtSec;
  }

  /** False when there is no room, or the other workers cannot be told. */
  end(key: u64, nowSec: i64, untilSec: i64): bool {
    const i = bucketOf(key);
    for (let attempt = 0; attempt < CAS_TRIES; attempt++) {
      const held = sharedDataOr(this.keys[i], EMPTY), bytes = held.bytes;
      const next = withRecord(bytes == null ? EMPTY : bytes, key, nowSec, untilSec);
      if (next == null) return false;
      if (!setSharedData(this.keys[i], next, held.cas)) continue;
      this.take(i, next);
      setSharedData(HEAD_KEY, new Uint8Array(1), 0);
      return true;
    }
    return false;
  }

  /** On the tick: takes over what other workers have written. */
  look(): void {
    const head = sharedData(HEAD_KEY);
    if (head.cas == this.headCas) return;
    this.headCas = head.cas;
    for (let i = 0; i < BUCKETS; i++) {
      const bytes = sharedData(this.keys[i]).bytes;
      if (bytes != null && bytes.length % RECORD == 0) this.take(i, bytes);
    }
  }

  private take(i: i32, bytes: Uint8Array): void {
    this.count += (bytes.length - this.buckets[i].length) / RECORD;
    this.buckets[i] = bytes;
    this.version++;
  }
}

function bucketOf(key: u64): i32 { return <i32>(key & (BUCKETS - 1)); }

/** The offset of the record, or -1. */
function find(bucket: Uint8Array, key: u64): i32 {
  // Raw addresses: whole records within the bucket.
  for (let at = 0; at + RECORD <= bucket.length; at += RECORD) if (load<u64>(bucket.dataStart + at) == key) return at;
  return -1;
}

/** The bucket with this record and without those that nobody needs any more; null where it is full. */
function withRecord(bucket: Uint8Array, key: u64, nowSec: i64, untilSec: i64): Uint8Array | null {
  const out = new Uint8Array(bucket.length + RECORD);
  let size = 0;
  for (let at = 0; at + RECORD <= bucket.length; at += RECORD) {
    const from = bucket.dataStart + at;
    if (load<u64>(from) == key || <i64>load<u32>(from, 12) <= nowSec) continue;
    memory.copy(out.dataStart + size, from, RECORD);
    size += RECORD;
  }
  if (size >= MAX_IN_BUCKET * RECORD) return null;
  const to = out.dataStart + size;
  store<u64>(to, key);
  store<u32>(to, <u32>nowSec, 8);
  store<u32>(to, <u32>min(untilSec, <i64>u32.MAX_VALUE), 12);
  return out.slice(0, size + RECORD);
}
