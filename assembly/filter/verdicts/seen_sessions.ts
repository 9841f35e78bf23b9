// Sessions that were admitted before, by the sealed text of their cookies. Their requests cost a hash and a comparison.

import { ForwardSession } from "../../flow/decision/next";
import { CookieScan } from "../../http/cookies";
import { EndedSessions } from "../shared/ended_sessions";
import { setTag, tagOf, valueAt, valueSize, Verdicts } from "./verdict_cache";

/** The longest sealed text: nine cookies. */
const MAX_TEXT = 9 * 4096;

/**
 * A value: the keys under which the session may be revoked (u64 each; 0 if not known), when the provider last vouched for the person and when the last use
 * was recorded (seconds, i64 each), then the identity.
 */
const KEYS_SIZE: u32 = 40;

/** The scheme and the sealed text of the current request. The scheme is included because the cookie's name depends on it, and the seal on the name. */
const text = new StaticArray<u8>(1 + MAX_TEXT);

/** The entry of the first session among the cookies that is cached and still valid, or 0. `latestSec`: a use that is recorded later is invalid. */
export function findSession(verdicts: Verdicts, owner: u32, cookies: CookieScan, secure: bool, endings: EndedSessions, nowSec: i64, latestSec: i64): usize {
  for (let i = 0; i < cookies.session.count; i++) {
    const size = gather(cookies, secure, i), hit: usize = size == 0 ? 0 : verdicts.sessions.find(owner, changetype<usize>(text), size, nowSec);
    if (hit != 0 && stillGood(endings, hit, latestSec)) return hit;
  }
  return 0;
}

/** The identity that an entry holds. */
export function identityAt(entry: usize): usize { return valueAt(entry) + KEYS_SIZE; }
export function identitySize(entry: usize): u32 { return valueSize(entry) - KEYS_SIZE; }

/** Caches the session that was opened from these cookies. */
export function cacheSession(verdicts: Verdicts, owner: u32, cookies: CookieScan, secure: bool, endings: EndedSessions, forward: ForwardSession, nowSec: i64): void {
  const size = gather(cookies, secure, cookies.session.opened);
  if (size == 0 || forward.untilSec <= nowSec) return;
  const keys = forward.keys;
  const value = new Uint8Array(<i32>KEYS_SIZE + forward.identity.length), at = value.dataStart;
  if (keys != null) {
    store<u64>(at, keys.session);
    store<u64>(at, keys.sid, 8);
    store<u64>(at, keys.subject, 16);
  }
  store<i64>(at, forward.session.authenticatedAtSec, 24);
  store<i64>(at, forward.session.touchedAtSec, 32);
  value.set(forward.identity, KEYS_SIZE);
  verdicts.sessions.keep(owner, changetype<usize>(text), size, endings.version, value, forward.untilSec);
}

/** Writes the scheme and the text of the k-th session. Returns the size, or 0 if the text is not complete. */
function gather(cookies: CookieScan, secure: bool, k: i32): u32 {
  const size = cookies.session.textSize(k), start = changetype<usize>(text);
  if (size == 0 || size > MAX_TEXT) return 0;
  store<u8>(start, secure ? 1 : 0);
  cookies.session.copyText(k, start + 1);
  return size + 1;
}

/** Whether the session was not revoked since the last look, and the clock has not jumped back before its last use (duty 137). */
function stillGood(endings: EndedSessions, hit: usize, latestSec: i64): bool {
  if (load<i64>(valueAt(hit), 32) > latestSec) return false;
  const version = endings.version;
  if (tagOf(hit) == version) return true;
  // It was opened while no session was revoked, so its keys are not known.
  if (load<u64>(valueAt(hit)) == 0) return false;
  const at = valueAt(hit), began = load<i64>(at, 24);
  if (endings.ended(load<u64>(at), began) || endings.ended(load<u64>(at, 8), began) || endings.ended(load<u64>(at, 16), began)) return false;
  setTag(hit, version);
  return true;
}
