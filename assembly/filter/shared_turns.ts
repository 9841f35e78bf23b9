// Things that only one worker may do, and what came of them, in Envoy's shared data: trading a code or a refresh token.

import { setSharedData, sharedData, sharedDataOr } from "../abi/host";
import { EMPTY, sameAt, utf8 } from "../bytes/bytes";
import { RefreshState } from "../flow/exchange";
import { RefreshOutcome } from "../flow/next";

/** A record: key (16 bytes), outcome u32, size of the text u32, good until (ms) i64, then the text. */
const KEY = 16;
const HEAD = 32;
/** What a bucket may hold; beyond it the oldest results go. Sealed sessions, so at most some 40 kB each. */
const MAX_BUCKET = 128 * 1024;
const CAS_TRIES = 8;

/** How long a result helps those who still come with the old cookies: the slowest answer that may carry new ones takes two minutes. */
const DONE_MS: i64 = 300_000;
const ENDED_MS: i64 = 60_000;
/** How long a provider that does not answer is left alone with this refresh. */
const FAILED_MS: i64 = 3_000;

@final
export class SharedTurns {
  /** null where nobody is at it, or its worker has not come back in time. */
  state(key: Uint8Array, nowMs: i64): RefreshState | null {
    const bucket = sharedData(nameOf(key)).bytes;
    if (bucket == null) return null;
    const at = find(bucket, key);
    if (at < 0 || load<i64>(bucket.dataStart + at, 24) <= nowMs) return null;
    const size = load<u32>(bucket.dataStart + at, 20);
    return new RefreshState(<RefreshOutcome>load<u32>(bucket.dataStart + at, 16), bucket.slice(at + HEAD, at + HEAD + size));
  }

  /** Takes the turn until then; false when another worker has it, or somebody has had it already. */
  begin(key: Uint8Array, nowMs: i64, untilMs: i64): bool {
    return this.write(key, RefreshOutcome.UnderWay, EMPTY, nowMs, untilMs, true);
  }

  finish(key: Uint8Array, outcome: RefreshOutcome, text: Uint8Array, nowMs: i64): void {
    const keep = outcome == RefreshOutcome.Done ? DONE_MS : outcome == RefreshOutcome.Ended ? ENDED_MS : FAILED_MS;
    this.write(key, outcome, text, nowMs, nowMs + keep, false);
  }

  /** `fresh`: only where nothing that still counts stands under the key. */
  private write(key: Uint8Array, outcome: RefreshOutcome, text: Uint8Array, nowMs: i64, untilMs: i64, fresh: bool): bool {
    const name = nameOf(key);
    for (let attempt = 0; attempt < CAS_TRIES; attempt++) {
      const held = sharedDataOr(name, EMPTY), bytes = held.bytes, bucket = bytes == null ? EMPTY : bytes;
      const at = find(bucket, key);
      if (fresh && at >= 0 && load<i64>(bucket.dataStart + at, 24) > nowMs) return false;
      if (setSharedData(name, withRecord(bucket, key, outcome, text, nowMs, untilMs), held.cas)) return true;
    }
    return false;
  }
}

function nameOf(key: Uint8Array): Uint8Array { return utf8("envoy-oidc/1/turns/" + key[0].toString()); }

/** The size of the whole record there, or 0 where none is whole. Written by this code alone, and still read with care. */
function recordSize(bucket: Uint8Array, at: i32): i32 {
  if (at + HEAD > bucket.length) return 0;
  const size = load<u32>(bucket.dataStart + at, 20);
  return size > <u32>(bucket.length - at - HEAD) ? 0 : HEAD + <i32>size;
}

function find(bucket: Uint8Array, key: Uint8Array): i32 {
  for (let at = 0, size = recordSize(bucket, 0); size > 0; at += size, size = recordSize(bucket, at)) {
    if (sameAt(bucket.dataStart + at, key.dataStart, KEY)) return at;
  }
  return -1;
}

/** The bucket with this record last, without what is over, and without the oldest where it grows too large. */
function withRecord(bucket: Uint8Array, key: Uint8Array, outcome: RefreshOutcome, text: Uint8Array, nowMs: i64, untilMs: i64): Uint8Array {
  const own = HEAD + text.length;
  const out = new Uint8Array(bucket.length + own);
  let room = bucket.length + own, size = 0;
  for (let at = 0, record = recordSize(bucket, 0); record > 0; at += record, record = recordSize(bucket, at)) {
    const from = bucket.dataStart + at;
    if (sameAt(from, key.dataStart, KEY) || load<i64>(from, 24) <= nowMs || room > MAX_BUCKET) {
      room -= record;
      continue;
    }
    memory.copy(out.dataStart + size, from, record);
    size += record;
  }
  const to = out.dataStart + size;
  memory.copy(to, key.dataStart, KEY);
  store<u32>(to, outcome, 16);
  store<u32>(to, text.length, 20);
  store<i64>(to, untilMs, 24);
  memory.copy(to + HEAD, text.dataStart, text.length);
  return out.slice(0, size + own);
}
