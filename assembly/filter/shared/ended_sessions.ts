// Revoked sessions of one issuer and client. They are in Envoy's shared data, so all workers of an Envoy know them; each worker holds a copy, and
// looks for changes on every tick.

import { setSharedData, sharedData, sharedDataOr } from "../../abi/host";
import { EMPTY, utf8 } from "../../bytes/bytes";
import { logs } from "../observe/logs";
import { Bound } from "../observe/metrics";
import { Reached } from "../observe/reached";

/** A record: key u64, person u64 (0: not known), revoked at and kept until (seconds, u32 each). */
const RECORD: i32 = 24;
/** The records are spread over so many values, so that one logout copies only a part of them. */
const BUCKETS: i32 = 16;
/** 32,768 in all. With one logout a second, each is kept for nine hours; with fewer, for the whole absolute timeout. */
const MAX_IN_BUCKET: i32 = 2048;
/** Records of one person. If there would be more, one record revokes all sessions that they have begun until then. */
const MAX_OF_PERSON: i32 = 8;
const CAS_TRIES = 4;

@final
export class EndedSessions {
  /** The last reading of each bucket. */
  private readonly buckets: Uint8Array[] = new Array<Uint8Array>();
  private readonly keys: Uint8Array[] = new Array<Uint8Array>();
  /** Rewritten with every change, so that a worker reads one value to find out whether anything has changed. */
  private readonly headKey: Uint8Array;
  private headCas: u32 = 0;
  /** The number of records here; with 0 no request searches. */
  private count: i32 = 0;
  /** Incremented with every change: a result of `ended` under an older number is no longer valid. */
  version: u32 = 0;
  private readonly reached: Reached = new Reached();
  /** Whether the last bucket that was made has dropped records for lack of room. */
  private forgot: bool = false;

  /** `name` identifies issuer and client in the shared data; `owner` in the log. */
  constructor(name: string, private readonly owner: string) {
    const prefix = "envoy-oidc/1/ended/" + name;
    this.headKey = utf8(prefix);
    for (let i = 0; i < BUCKETS; i++) {
      this.buckets.push(EMPTY);
      this.keys.push(utf8(prefix + "/" + i.toString()));
    }
  }

  get isEmpty(): bool { return this.count == 0; }

  /** Whether the session is revoked. One that began after the revocation is not. */
  ended(key: u64, beganAtSec: i64): bool {
    if (this.count == 0) return false;
    const bucket = this.buckets[bucketOf(key)], at = find(bucket, key);
    return at >= 0 && <i64>load<u32>(bucket.dataStart + at, 16) >= beganAtSec;
  }

  /** Revokes. False if the shared data cannot be written. `person`: the key that revokes all sessions of the person; 0 if it is not known. */
  end(key: u64, person: u64, nowSec: i64, untilSec: i64): bool {
    const i = bucketOf(key);
    for (let attempt = 0; attempt < CAS_TRIES; attempt++) {
      const held = sharedDataOr(this.keys[i], EMPTY), bytes = held.bytes, before = bytes == null ? EMPTY : bytes;
      if (person != 0 && key != person && othersOf(before, key, person, nowSec) >= MAX_OF_PERSON) {
        this.note(`a person has logged out of many sessions of ${this.owner}: all their sessions from before now are revoked`);
        return this.end(person, person, nowSec, untilSec);
      }
      const next = this.withRecord(before, key, person, nowSec, untilSec);
      if (!setSharedData(this.keys[i], next, held.cas)) continue;
      if (this.forgot) this.note(`more than ${BUCKETS * MAX_IN_BUCKET} sessions of ${this.owner} are revoked: the one that expires first is forgotten, so copies of its cookies work until it expires`);
      this.take(i, next);
      setSharedData(this.headKey, new Uint8Array(1), 0);
      return true;
    }
    if (this.reached.count(Bound.NotKept)) logs.warn(`the logout of a session of ${this.owner} could not be recorded: Envoy's shared data refused the record`);
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

  /** The bucket with this record, and without expired ones. If it is full, the record that would expire first is dropped. */
  private withRecord(bucket: Uint8Array, key: u64, person: u64, nowSec: i64, untilSec: i64): Uint8Array {
    const out = new Uint8Array(bucket.length + RECORD);
    // Even if the clock has jumped back, a revoked session stays revoked.
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

// The functions below use raw addresses, always of whole records within the bucket.

/** The offset of the record, or -1. */
function find(bucket: Uint8Array, key: u64): i32 {
  for (let at = 0; at + RECORD <= bucket.length; at += RECORD) if (load<u64>(bucket.dataStart + at) == key) return at;
  return -1;
}

/** The number of other unexpired records of that person. */
function othersOf(bucket: Uint8Array, key: u64, person: u64, nowSec: i64): i32 {
  let count = 0;
  for (let at = 0; at + RECORD <= bucket.length; at += RECORD) {
    const from = bucket.dataStart + at;
    if (load<u64>(from, 8) == person && load<u64>(from) != key && <i64>load<u32>(from, 20) > nowSec) count++;
  }
  return count;
}

/** The offset of the record that expires first, among the first `size` bytes. */
function earliest(bucket: Uint8Array, size: i32): i32 {
  let first = 0;
  for (let at = RECORD; at + RECORD <= size; at += RECORD) if (load<u32>(bucket.dataStart + at, 20) < load<u32>(bucket.dataStart + first, 20)) first = at;
  return first;
}
