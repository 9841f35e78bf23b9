// Cached verdicts on tokens, for the next request with the same token.

import { copied, EMPTY, utf8 } from "../../bytes/bytes";
import { decodeUtf8 } from "../../bytes/utf8";
import { ByteWriter } from "../../bytes/writer";
import { Forward, Next, Refuse } from "../../flow/decision/next";
import { REFUSALS } from "../../flow/decision/refusal";
import { tagOf, valueAt, valueSize, Verdicts } from "./verdict_cache";

/** Bytes of a size. A configuration has 256 kB at most, and so has a place in it. */
const SIZE = 3;

/** Caches what may be cached of the owner's verdict. `key`: filter/verdicts/verdict_key.ts; EMPTY where nothing may. */
export function cacheVerdict(verdicts: Verdicts, owner: u32, key: Uint8Array, verdict: Next, nowMs: i64): void {
  const untilSec = untilSecOf(verdict);
  if (untilSec <= nowMs / 1000 || key.length == 0) return;
  if (verdict instanceof Forward) verdicts.admitted.keep(owner, key.dataStart, key.length, 0, (verdict as Forward).identity, untilSec);
  else if (verdict instanceof Refuse) {
    const refuse = verdict as Refuse;
    verdicts.refused.keep(owner, key.dataStart, key.length, refuse.refusal.number, written(refuse), untilSec);
  }
}

/** The refusal that an entry holds (filter/verdicts/verdict_cache.ts). */
export function refusalAt(entry: usize): Refuse {
  const refusal = REFUSALS[tagOf(entry)];
  if (valueSize(entry) == 0) return new Refuse(refusal);
  const value = copied(valueAt(entry), valueSize(entry)), size = <i32>value[0] | <i32>value[1] << 8 | <i32>value[2] << 16;
  const refuse = new Refuse(refusal, 0, "", decodeUtf8(value.subarray(SIZE, SIZE + size)));
  refuse.person = value.subarray(SIZE + size);
  return refuse;
}

/** The size of the place, the place, the person; EMPTY where there is neither. */
function written(refuse: Refuse): Uint8Array {
  const place = utf8(refuse.place), person = refuse.person, size = place.length;
  if (size + person.length == 0) return EMPTY;
  return new ByteWriter(SIZE + size + person.length).byte(<u8>size).byte(<u8>(size >> 8)).byte(<u8>(size >> 16)).bytes(place).bytes(person).done();
}

/** Until when a verdict on a token may be cached; 0: not at all. */
export function untilSecOf(verdict: Next): i64 {
  if (verdict instanceof Forward) return (verdict as Forward).untilSec;
  return verdict instanceof Refuse ? (verdict as Refuse).untilSec : 0;
}
