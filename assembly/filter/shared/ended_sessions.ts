// Sessions of one issuer and client that were ended before their time, known to all workers of this Envoy. Kept in Envoy's shared data; each worker
// holds a copy, and looks for news on every tick.

import { setSharedData, sharedData, sharedDataOr } from "../../abi/host";
import { EMPTY, utf8 } from "../../bytes/bytes";
import { logs } from "../observe/logs";
import { Bound } from "../observe/metrics";
import { Reached } from "../observe/reached";

/** A record: key u64, person u64 (0: not known), ended at and kept until (seconds, u32 each). */
const RECORD: i32 = 24;
/** The records are spread over so many values, so that one more logout copies only a part of them. */
const BUCKETS: i32 = 16;
/** 32,768 in all: one logout a second is kept for nine hours, and for the whole absolute timeout where there are fewer. */
const MAX_IN_BUCKET: i32 = 2048;
/** Of one person. Beyond it, one record ends all sessions that they have begun before. */
const MAX_OF_PERSON: i32 = 8;
const CAS_TRIES = 4;

@final
export class EndedSessions {
  /** Each bucket as it was last read. */
  private readonly buckets: Uint8Array[] = new Array<Uint8Array>();
  private readonly keys: Uint8Array[] = new Array<Uint8Array>();
  /** Written anew with every change, so that a worker that looks reads one value. */
  private readonly headKey: Uint8Array;
  private headCas: u32 = 0;
  /** How many records there are here; 0 spares every request the search. */
  private count: i32 = 0;
  /** Raised with every change: what was looked up under an older number must be looked up again. */
  version: u32 = 0;
  private readonly reached: Reached = new Reached();
  /** Whether the bucket that was made last has no room for all its records. */
  private forgot: bool = false;

  /** `name`: of the issuer and client, among all that share the data. `owner`: what the log calls them. */
  constructor(name: string, private readonly owner: string) {
    const prefix = "envoy-oidc/1/ended/" + name;
    this.headKey = utf8(prefix);
    for (let i = 0; i < BUCKETS; i++) {
      this.buckets.push(EMPTY);
      this.keys.push(utf8(prefix + "/" + i.toString()));
    }
  }

  get isEmpty(): bool { return this.count == 0; }

  /** Whether it has ended, and did not begin later. */
  ended(key: u64, beganAtSec: i64): bool {
    if (this.count == 0) return false;
    const bucket = this.buckets[bucketOf(key)], at = find(bucket, key);
    return at >= 0 && <i64>load<u32>(bucket.dataStart + at, 16) >= beganAtSec;
  }

  /** False when the other workers cannot be told. `person`: the key that ends all their sessions; 0 where they are not known. */
  end(key: u64, person: u64, nowSec: i64, untilSec: i64): bool {
    const i = bucketOf(key);
    for (let attempt = 0; attempt < CAS_TRIES; attempt++) {
      const held = sharedDataOr(this.keys[i], EMPTY), bytes = held.bytes, before = bytes == null ? EMPTY : bytes;
      if (person != 0 && key != person && othersOf(before, key, person, nowSec) >= MAX_OF_PERSON) {
        this.note(`a person has ended many sessions of ${this.owner}: all that they have begun before now end as well`);
        return this.end(person, person, nowSec, untilSec);
      }
      const next = this.withRecord(before, key, person, nowSec, untilSec);
      if (!setSharedData(this.keys[i], next, held.cas)) continue;
      if (this.forgot) this.note(`more than ${BUCKETS * MAX_IN_BUCKET} sessions of ${this.owner} have ended before their time: the one that would expire first is forgotten, and copies of its cookies work until then`);
      this.take(i, next);
      setSharedData(this.headKey, new Uint8Array(1), 0);
      return true;
    }
    if (this.reached.count(Bound.NotKept)) logs.warn(`the end of a session of ${this.owner} could not be kept: Envoy's shared data takes no record`);
    return false;
  }

  /** On the tick: takes over what other workers have written. */
  look(): void {
    const head = sharedData(this.headKey);
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

  private note(text: string): void { if (this.reached.count(Bound.EndedSessions)) logs.warn(text); }

  /** The bucket with this record, and without those that nobody needs any more. Where it is full, the session that would expire first is forgotten. */
  private withRecord(bucket: Uint8Array, key: u64, person: u64, nowSec: i64, untilSec: i64): Uint8Array {
    const out = new Uint8Array(bucket.length + RECORD);
    // The clock may have jumped back: what has ended stays ended.
    let size = 0, endedAt = nowSec, until = untilSec;
    for (let at = 0; at + RECORD <= bucket.length; at += RECORD) {
      const from = bucket.dataStart + at, kept = <i64>load<u32>(from, 20);
      if (load<u64>(from) == key) {
        endedAt = max(endedAt, <i64>load<u32>(from, 16));
        until = max(until, kept);
      } else if (kept > nowSec) {
        memory.copy(out.dataStart + size, from, RECORD);
        size += RECORD;
      }
    }
    this.forgot = size >= MAX_IN_BUCKET * RECORD;
    while (size >= MAX_IN_BUCKET * RECORD) {
      size -= RECORD;
      memory.copy(out.dataStart + earliest(out, size + RECORD), out.dataStart + size, RECORD);
    }
    const to = out.dataStart + size;
    store<u64>(to, key);
    store<u64>(to, person, 8);
    store<u32>(to, <u32>endedAt, 16);
    store<u32>(to, <u32>min(until, <i64>u32.MAX_VALUE), 20);
    return out.slice(0, size + RECORD);
  }
}

function bucketOf(key: u64): i32 { return <i32>(key & (BUCKETS - 1)); }

// Raw addresses: whole records within the bucket.

/** The offset of the record, or -1. */
function find(bucket: Uint8Array, key: u64): i32 {
  for (let at = 0; at + RECORD <= bucket.length; at += RECORD) if (load<u64>(bucket.dataStart + at) == key) return at;
  return -1;
}

/** How many other records of that person still count. */
function othersOf(bucket: Uint8Array, key: u64, person: u64, nowSec: i64): i32 {
  let count = 0;
  for (let at = 0; at + RECORD <= bucket.length; at += RECORD) {
    const from = bucket.dataStart + at;
    if (load<u64>(from, 8) == person && load<u64>(from) != key && <i64>load<u32>(from, 20) > nowSec) count++;
  }
  return count;
}

/** The offset of the record that nobody will need first, among the first `size` bytes. */
function earliest(bucket: Uint8Array, size: i32): i32 {
  let first = 0;
  for (let at = RECORD; at + RECORD <= size; at += RECORD) if (load<u32>(bucket.dataStart + at, 20) < load<u32>(bucket.dataStart + first, 20)) first = at;
  return first;
}
