// Cached verdicts on tokens, for the next request with the same token.

import { copied, utf8 } from "../../bytes/bytes";
import { decodeUtf8 } from "../../bytes/utf8";
import { Forward, Next, Refuse } from "../../flow/decision/next";
import { REFUSALS } from "../../flow/decision/refusal";
import { tagOf, valueAt, valueSize, Verdicts } from "./verdict_cache";

/** Caches the owner's verdict as far as it may be cached. `key`: filter/verdicts/verdict_key.ts; EMPTY if it may not. */
export function cacheVerdict(verdicts: Verdicts, owner: u32, key: Uint8Array, verdict: Next, nowMs: i64): void {
  const untilSec = untilSecOf(verdict);
  if (untilSec <= nowMs / 1000 || key.length == 0) return;
  if (verdict instanceof Forward) verdicts.admitted.keep(owner, key.dataStart, key.length, 0, (verdict as Forward).identity, untilSec);
  else if (verdict instanceof Refuse) {
    const refuse = verdict as Refuse;
    verdicts.refused.keep(owner, key.dataStart, key.length, refuse.refusal.number, utf8(refuse.place), untilSec);
  }
}

/** The refusal that an entry holds (filter/verdicts/verdict_cache.ts). */
export function refusalAt(entry: usize): Refuse {
  const place = valueSize(entry) == 0 ? "" : decodeUtf8(copied(valueAt(entry), valueSize(entry)));
  return new Refuse(REFUSALS[tagOf(entry)], 0, "", place);
}

/** Until when a verdict on a token may be cached; 0: not at all. */
export function untilSecOf(verdict: Next): i64 {
  if (verdict instanceof Forward) return (verdict as Forward).untilSec;
  return verdict instanceof Refuse ? (verdict as Refuse).untilSec : 0;
}
