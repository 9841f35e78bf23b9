// How long a session lasts, and when its use is recorded.

import { Session } from "./session";

/** A response with a new cookie costs the browser some kB, so a use is recorded at most once in this time. */
const TOUCH_SEC = 60;

/** In seconds. 0 turns the idling or rolling timeout off. There is always an absolute timeout. */
@final
export class SessionLimits {
  idlingSec: i32 = 900;
  rollingSec: i32 = 3600;
  absoluteSec: i32 = 86400;
}

/** The session has expired from this second on. */
export function endsAtSec(s: Session, l: SessionLimits): i64 {
  let end = s.createdAtSec + l.absoluteSec;
  if (l.rollingSec > 0) end = min(end, s.extendedAtSec + l.rollingSec);
  if (l.idlingSec > 0) end = min(end, s.touchedAtSec + l.idlingSec);
  return end;
}

/** When `touched` will change the session next; never if both timeouts are off. */
export function touchDueAtSec(s: Session, l: SessionLimits): i64 {
  return min(useDueAtSec(s, l), extensionDueAtSec(s, l));
}

/** Writes down a use, and in the last quarter of `rolling` an extension; says whether the session changed. What is over stays over. */
export function touched(s: Session, l: SessionLimits, nowSec: i64): bool {
  if (nowSec < touchDueAtSec(s, l) || nowSec >= endsAtSec(s, l)) return false;
  if (nowSec >= extensionDueAtSec(s, l)) s.extendedAtSec = nowSec;
  // If this Envoy's clock is behind, the later use of another Envoy stays.
  s.touchedAtSec = max(s.touchedAtSec, nowSec);
  return true;
}

function useDueAtSec(s: Session, l: SessionLimits): i64 {
  return l.idlingSec > 0 ? s.touchedAtSec + max(1, min(TOUCH_SEC, l.idlingSec / 4)) : i64.MAX_VALUE;
}

function extensionDueAtSec(s: Session, l: SessionLimits): i64 {
  return l.rollingSec > 0 ? s.extendedAtSec + max(1, l.rollingSec - l.rollingSec / 4) : i64.MAX_VALUE;
}
