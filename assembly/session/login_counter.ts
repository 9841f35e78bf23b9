// The cookie that counts logins: the login cookies, oldest first, how many logins were completed recently, and whether a logout is under way.
// Its content is neither secret nor trusted. It only bounds the number of login cookies, and breaks redirect loops.

import { EMPTY, same, wholeNumber } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";
import { isLoginId, LOGIN_ID_SIZE } from "../http/cookie_names";

/** Logins under way in one browser. */
export const MAX_LOGINS = 7;

/** So many digits always fit into an i32. */
const MOST_DIGITS = 9;
/** Seconds since 1970 have one digit more. */
const MOST_TIME_DIGITS = 10;

/** The longest text that `written` writes. */
const MOST_BYTES = MOST_DIGITS + 1 + MOST_TIME_DIGITS + (MAX_LOGINS + 1) * (2 + LOGIN_ID_SIZE);
/** How many values of the cookie are read. Others may set more. */
const MOST_VALUES = 32;

const DOT: u8 = 0x2e;
/** Stands before the id of a login that another site started. */
const TILDE: u8 = 0x7e;
/** Stands before the state of a logout. */
const BANG: u8 = 0x21;

/** A login under way: the id in its cookie's name, and whether another site started it. */
@final
export class CountedLogin {
  constructor(readonly id: Uint8Array, readonly crossSite: bool) {}
}

@final
export class LoginCounter {
  completed: i32 = 0;
  completedAtSec: i64 = 0;
  /** Oldest first. */
  logins: CountedLogin[] = [];
  /** The `state` of a logout that leads back here, as long as a login's id; EMPTY: there is none. */
  logout: Uint8Array = EMPTY;

  written(): Uint8Array {
    const out = new ByteWriter().decimal(this.completed).byte(DOT).decimal(this.completedAtSec);
    for (let i = 0; i < this.logins.length; i++) {
      out.byte(DOT);
      if (this.logins[i].crossSite) out.byte(TILDE);
      out.bytes(this.logins[i].id);
    }
    if (this.logout.length > 0) out.byte(DOT).byte(BANG).bytes(this.logout);
    return out.done();
  }

  /** Whether another login may begin. One that another site started replaces only another such login (duty 161). */
  hasRoom(crossSite: bool): bool { return !crossSite || this.logins.length < MAX_LOGINS || this.oldestCrossSite() >= 0; }

  /** Adds a login, for which there is room. If there are too many, returns the id of the replaced one: its cookie must be expired. */
  add(id: Uint8Array, crossSite: bool): Uint8Array | null {
    this.remove(id);
    const replaced: CountedLogin | null = this.logins.length < MAX_LOGINS ? null : this.logins.splice(max(this.oldestCrossSite(), 0), 1)[0];
    this.logins.push(new CountedLogin(id, crossSite));
    return replaced == null ? null : replaced.id;
  }

  /** Whether a login with this id is under way. */
  holds(id: Uint8Array): bool { return this.indexOf(id) >= 0; }

  /** The login is over. */
  remove(id: Uint8Array): void {
    const i = this.indexOf(id);
    if (i >= 0) this.logins.splice(i, 1);
  }

  /**
   * Merges another value of the cookie, which others may have set. Its logins are added as far as there is room. The lower number of completed
   * logins counts, so that a foreign value cannot fake a redirect loop.
   */
  merge(other: LoginCounter): void {
    if (other.completed < this.completed) {
      this.completed = other.completed;
      this.completedAtSec = other.completedAtSec;
    }
    if (this.logout.length == 0) this.logout = other.logout;
    for (let i = 0; i < other.logins.length && this.logins.length < MAX_LOGINS; i++) {
      if (this.indexOf(other.logins[i].id) < 0) this.logins.push(other.logins[i]);
    }
  }

  private oldestCrossSite(): i32 {
    for (let i = 0; i < this.logins.length; i++) if (this.logins[i].crossSite) return i;
    return -1;
  }

  private indexOf(id: Uint8Array): i32 {
    for (let i = 0; i < this.logins.length; i++) if (same(this.logins[i].id, id)) return i;
    return -1;
  }
}

/** Reads all values of the cookie. A value that `written` does not write is ignored. */
export function readLoginCounter(values: Uint8Array[]): LoginCounter {
  let out: LoginCounter | null = null;
  for (let i = 0; i < min(values.length, MOST_VALUES); i++) {
    const counter = readCounter(values[i]);
    if (counter == null) continue;
    if (out == null) out = counter;
    else out.merge(counter);
  }
  return out == null ? new LoginCounter() : out;
}

function readCounter(text: Uint8Array): LoginCounter | null {
  if (text.length > MOST_BYTES) return null;
  const out = new LoginCounter(), parts = partsOf(text);
  if (parts.length < 2) return null;
  const completed = numberOf(parts[0], MOST_DIGITS), completedAtSec = numberOf(parts[1], MOST_TIME_DIGITS);
  if (completed < 0 || completedAtSec < 0) return null;
  let logins = parts.length;
  if (logins > 2 && parts[logins - 1].length > 0 && parts[logins - 1][0] == BANG) {
    out.logout = parts[--logins].subarray(1);
    if (!isId(out.logout)) return null;
  }
  for (let i = 2; i < logins; i++) {
    const crossSite = parts[i].length > 0 && parts[i][0] == TILDE, id = parts[i].subarray(crossSite ? 1 : 0);
    if (!isId(id)) return null;
    out.add(id, crossSite);
  }
  // `add` removes duplicates, which `written` never writes.
  if (out.logins.length != logins - 2) return null;
  out.completed = <i32>completed;
  out.completedAtSec = completedAtSec;
  return out;
}

/** The parts between the dots; none if there are more than a value can have. */
function partsOf(text: Uint8Array): Uint8Array[] {
  const out = new Array<Uint8Array>();
  for (let i = 0, start = 0; i <= text.length; i++) {
    if (i < text.length && text[i] != DOT) continue;
    if (out.length == MAX_LOGINS + 3) return [];
    out.push(text.subarray(start, i));
    start = i + 1;
  }
  return out;
}

/** A decimal number without sign and leading zeros, as `written` writes it. Otherwise -1. */
function numberOf(digits: Uint8Array, most: i32): i64 { return digits.length > 1 && digits[0] == 0x30 ? -1 : wholeNumber(digits, most); }

function isId(bytes: Uint8Array): bool { return bytes.length == LOGIN_ID_SIZE && isLoginId(bytes.dataStart); }
