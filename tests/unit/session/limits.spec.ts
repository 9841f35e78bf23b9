import { endsAtSec, SessionLimits, touchDueAtSec, touched } from "../../../assembly/session/limits";
import { readSession, Session, writeSession } from "../../../assembly/session/session";
import { equalInt, isFalse, isTrue } from "../check";
import { session } from "./values.as";

const START: i64 = 1700000000;

export function duty_108_a_session_that_is_not_used_expires(): void {
  equalInt(endsAtSec(at(START, START, START), limits(900, 3600, 86400)), START + 900);
  equalInt(endsAtSec(at(START, START + 500, START), limits(900, 3600, 86400)), START + 1400);
}

export function duty_108_a_session_that_is_not_extended_expires(): void {
  equalInt(endsAtSec(at(START, START + 3500, START), limits(900, 3600, 86400)), START + 3600);
  equalInt(endsAtSec(at(START, START + 3500, START + 3500), limits(900, 3600, 86400)), START + 4400);
}

export function duty_108_use_and_extension_do_not_move_the_absolute_timeout(): void {
  equalInt(endsAtSec(at(START, START + 86000, START + 86000), limits(900, 3600, 86400)), START + 86400);
  const s = at(START, START, START), l = limits(900, 3600, 7200);
  let now = START;
  for (; now < endsAtSec(s, l); now += 30) touched(s, l, now);
  equalInt(endsAtSec(s, l), START + 7200);
  equalInt(s.createdAtSec, START);
  isTrue(s.touchedAtSec > START + 7000 && s.extendedAtSec > START + 5000, "used to the end");
}

export function duty_108_zero_turns_idling_and_rolling_off_and_never_the_absolute_timeout(): void {
  equalInt(endsAtSec(at(START, START, START), limits(0, 3600, 86400)), START + 3600);
  equalInt(endsAtSec(at(START, START, START), limits(900, 0, 86400)), START + 900);
  equalInt(endsAtSec(at(START, START, START), limits(0, 0, 86400)), START + 86400);
  equalInt(endsAtSec(at(START, START, START), limits(0, 0, 0)), START);
}

export function duty_108_timeouts_count_from_the_sealed_times(): void {
  const got = readSession(writeSession(at(START, START + 7, START + 3)));
  if (got == null) return assert(false, "read");
  equalInt(endsAtSec(got, limits(900, 3600, 86400)), START + 907);
}

export function a_use_is_recorded_once_a_minute_at_most(): void {
  const s = at(START, START, START), l = limits(900, 3600, 86400);
  equalInt(touchDueAtSec(s, l), START + 60);
  for (let i = 0; i < 60; i++) isFalse(touched(s, l, START + i), i.toString());
  equalInt(s.touchedAtSec, START);
  isTrue(touched(s, l, START + 60), "due");
  equalInt(s.touchedAtSec, START + 60);
  equalInt(s.extendedAtSec, START);
  isFalse(touched(s, l, START + 61), "again");
}

export function with_a_short_idling_timeout_a_use_is_recorded_after_a_quarter_of_it(): void {
  equalInt(touchDueAtSec(at(START, START, START), limits(100, 3600, 86400)), START + 25);
  equalInt(touchDueAtSec(at(START, START, START), limits(3, 3600, 86400)), START + 1);
  equalInt(touchDueAtSec(at(START, START, START), limits(1, 3600, 86400)), START + 1);
}

export function a_session_is_extended_in_the_last_quarter_of_the_rolling_timeout(): void {
  const s = at(START, START + 2690, START), l = limits(900, 3600, 86400);
  isFalse(touched(s, l, START + 2699), "too early");
  isTrue(touched(s, l, START + 2700), "due");
  equalInt(s.extendedAtSec, START + 2700);
  equalInt(s.touchedAtSec, START + 2700);
}

export function without_an_idling_timeout_only_extensions_are_recorded(): void {
  const s = at(START, START, START), l = limits(0, 3600, 86400);
  equalInt(touchDueAtSec(s, l), START + 2700);
  isFalse(touched(s, l, START + 2699), "too early");
  isTrue(touched(s, l, START + 2700), "due");
  equalInt(s.extendedAtSec, START + 2700);
}

export function without_both_timeouts_nothing_is_recorded(): void {
  const s = at(START, START, START), l = limits(0, 0, 86400);
  equalInt(touchDueAtSec(s, l), i64.MAX_VALUE);
  isFalse(touched(s, l, START + 86000), "changed");
}

export function duty_108_a_use_does_not_revive_an_expired_session(): void {
  const idle = at(START, START, START), rolled = at(START, START + 3590, START), old = at(START, START + 86390, START + 86390), l = limits(900, 3600, 86400);
  isFalse(touched(idle, l, START + 900), "idle");
  isFalse(touched(rolled, l, START + 3600), "not extended");
  isFalse(touched(old, l, START + 86400), "too old");
  equalInt(idle.touchedAtSec, START);
  equalInt(rolled.extendedAtSec, START);
  isTrue(touched(at(START, START, START), l, START + 899), "the last second");
}

export function duty_137_a_clock_that_was_set_back_changes_nothing(): void {
  const s = at(START, START + 500, START), l = limits(900, 3600, 86400);
  isFalse(touched(s, l, START - 1000), "changed");
  isFalse(touched(s, l, 0), "changed");
  equalInt(s.touchedAtSec, START + 500);
}

export function an_extension_by_a_slow_clock_does_not_move_the_last_use_back(): void {
  const s = at(START, START + 2710, START), l = limits(900, 3600, 86400);
  isTrue(touched(s, l, START + 2705), "extended");
  equalInt(s.touchedAtSec, START + 2710);
  equalInt(s.extendedAtSec, START + 2705);
}

export function a_session_in_use_lasts_until_its_absolute_timeout(): void {
  // For all timeouts: one request in each half of the idling timeout keeps the session alive.
  for (let idling = 4; idling < 2000; idling = idling * 3 / 2) {
    const l = limits(idling, 4 * idling, 40 * idling), s = at(START, START, START);
    let now = START;
    for (; now < START + 40 * idling; now += max(1, idling / 2)) {
      isTrue(now < endsAtSec(s, l), idling.toString() + " s idling, at " + (now - START).toString());
      touched(s, l, now);
    }
  }
}

function at(created: i64, used: i64, extended: i64): Session {
  const s = session();
  s.createdAtSec = created;
  s.touchedAtSec = used;
  s.extendedAtSec = extended;
  return s;
}

function limits(idlingSec: i32, rollingSec: i32, absoluteSec: i32): SessionLimits {
  const l = new SessionLimits();
  l.idlingSec = idlingSec;
  l.rollingSec = rollingSec;
  l.absoluteSec = absoluteSec;
  return l;
}
