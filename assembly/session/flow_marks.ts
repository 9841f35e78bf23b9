// The cookie that counts sign-ins: which login cookies there are, oldest first, and how many were completed of late.
// Nothing in it is secret or trusted: it only keeps cookies from piling up and redirects from going round in circles.

import { same } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";

/** Sign-ins under way in one browser; the oldest goes. */
export const MAX_LOGINS = 7;
export const LOGIN_ID_SIZE = 8;

/** Digits of a number that surely fits. */
const MOST_DIGITS = 9;
/** Seconds since 1970 have a digit more. */
const MOST_TIME_DIGITS = 10;

const DOT: u8 = 0x2e;

@final
export class FlowMarks {
  completed: i32 = 0;
  completedAtSec: i64 = 0;
  /** The login cookies' ids, oldest first. */
  ids: Uint8Array[] = new Array<Uint8Array>();

  written(): Uint8Array {
    const out = new ByteWriter().decimal(this.completed).byte(DOT).decimal(this.completedAtSec);
    for (let i = 0; i < this.ids.length; i++) out.byte(DOT).bytes(this.ids[i]);
    return out.done();
  }

  /** Takes in the id of a new login; returns the one whose cookie must then be expired, if there are too many. */
  add(id: Uint8Array): Uint8Array | null {
    this.remove(id);
    this.ids.push(id);
    return this.ids.length > MAX_LOGINS ? this.ids.shift() : null;
  }

  /** The login is over. */
  remove(id: Uint8Array): void {
    for (let i = this.ids.length - 1; i >= 0; i--) if (same(this.ids[i], id)) this.ids.splice(i, 1);
  }
}

/** Empty marks for anything that `written` does not write. */
export function readFlowMarks(text: Uint8Array): FlowMarks {
  const out = new FlowMarks(), parts = partsOf(text);
  if (parts.length < 2) return out;
  const completed = numberOf(parts[0], MOST_DIGITS), completedAtSec = numberOf(parts[1], MOST_TIME_DIGITS);
  if (completed < 0 || completedAtSec < 0) return out;
  const ids = new FlowMarks();
  for (let i = 2; i < parts.length; i++) {
    if (!isId(parts[i])) return out;
    ids.add(parts[i]);
  }
  // One that came twice is no longer there twice.
  if (ids.ids.length != parts.length - 2) return out;
  ids.completed = <i32>completed;
  ids.completedAtSec = completedAtSec;
  return ids;
}

/** What stands between the dots; nothing where there are more than marks can have. */
function partsOf(text: Uint8Array): Uint8Array[] {
  const out = new Array<Uint8Array>();
  for (let i = 0, start = 0; i <= text.length; i++) {
    if (i < text.length && text[i] != DOT) continue;
    if (out.length == MAX_LOGINS + 2) return [];
    out.push(text.subarray(start, i));
    start = i + 1;
  }
  return out;
}

/** A decimal number as it is written here: no sign and no leading zero. Otherwise -1. */
function numberOf(digits: Uint8Array, most: i32): i64 {
  if (digits.length == 0 || digits.length > most || digits[0] == 0x30 && digits.length > 1) return -1;
  let value: i64 = 0;
  for (let i = 0; i < digits.length; i++) {
    if (digits[i] < 0x30 || digits[i] > 0x39) return -1;
    value = value * 10 + (digits[i] - 0x30);
  }
  return value;
}

/** The alphabet of base64url, as in the state that it comes from. */
function isId(bytes: Uint8Array): bool {
  if (bytes.length != LOGIN_ID_SIZE) return false;
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i], lower = c | 0x20;
    if (!(lower >= 0x61 && lower <= 0x7a || c >= 0x30 && c <= 0x39 || c == 0x2d || c == 0x5f)) return false;
  }
  return true;
}
