// The names of the filter's own cookies, of all rules and both schemes. One look-up classifies a cookie, however many rules there are.

import { isAlphanumeric, sameAt } from "../bytes/bytes";
import { hash } from "../bytes/hash";

/** A session is `<session>` and `<session>_1` … `<session>_8`. */
export const MAX_CHUNKS = 9;
/** A login's cookie ends in so many characters of its state. */
export const LOGIN_ID_SIZE = 8;

/** The kind of a cookie: the number of a session's chunk, or one of these. */
export const FLOW_COOKIE = MAX_CHUNKS;
export const LOGIN_COOKIE = MAX_CHUNKS + 1;
/** A cookie of the filter for another rule or scheme. It is not read, and not forwarded. */
export const RELATED_COOKIE = MAX_CHUNKS + 2;
export const FOREIGN_COOKIE = MAX_CHUNKS + 3;

/** A power of two: 64 rules have some 1,400 names. */
const BUCKETS = 1024;

/** The naming of requests that have no cookies of the filter. */
export const NO_NAMING: i32 = -1;

@final
class Entry {
  constructor(/** Of a login: without its id. */ readonly name: Uint8Array, readonly kind: i32, readonly naming: i32, readonly next: Entry | null) {}
}

@final
export class OwnCookieNames {
  private readonly first: StaticArray<Entry | null>;
  /** The number of namings. A naming is the set of a rule's cookie names under one scheme. */
  private namings: i32 = 0;
  /** Bit n: there is a name of n characters; bit 63: of 63 or more. */
  private sizes: u64 = 0;

  constructor() { this.first = new StaticArray<Entry | null>(BUCKETS); }

  get isEmpty(): bool { return this.namings == 0; }

  /** Adds a naming and returns its number. The same names have the same number. `login`: without its id. */
  add(session: Uint8Array, flow: Uint8Array, login: Uint8Array): i32 {
    for (let i = 0; i < this.namings; i++) if (this.holds(session, 0, i) && this.holds(flow, FLOW_COOKIE, i) && this.holds(login, LOGIN_COOKIE, i)) return i;
    const naming = this.namings++, chunk = new Uint8Array(session.length + 2);
    this.put(session, 0, naming);
    for (let i = 1; i < MAX_CHUNKS; i++) {
      chunk.set(session);
      chunk[session.length] = 0x5f;
      chunk[session.length + 1] = <u8>(0x30 + i);
      this.put(chunk, i, naming);
    }
    this.put(flow, FLOW_COOKIE, naming);
    this.put(login, LOGIN_COOKIE, naming);
    return naming;
  }

  /** The kind of the cookie with this exact name, for a request with this naming. */
  kindOf(at: usize, size: i32, naming: i32): i32 {
    const kind = this.find(at, size, naming, false);
    if (kind != FOREIGN_COOKIE || size <= LOGIN_ID_SIZE) return kind;
    const prefix = size - LOGIN_ID_SIZE;
    return load<u8>(at + prefix - 1) == 0x5f && isLoginId(at + prefix) ? this.find(at, prefix, naming, true) : kind;
  }

  private find(at: usize, size: i32, naming: i32, login: bool): i32 {
    if ((this.sizes >> min(size, 63) & 1) == 0) return FOREIGN_COOKIE;
    let found = FOREIGN_COOKIE, entry: Entry | null = this.first[bucketOf(at, size)];
    while (entry != null) {
      if (entry.name.length == size && (entry.kind == LOGIN_COOKIE) == login && sameAt(at, entry.name.dataStart, size)) {
        if (entry.naming == naming) return entry.kind;
        found = RELATED_COOKIE;
      }
      entry = entry.next;
    }
    return found;
  }

  private put(name: Uint8Array, kind: i32, naming: i32): void {
    if (name.length == 0) return;
    const own = name.slice(), bucket = bucketOf(own.dataStart, own.length);
    this.first[bucket] = new Entry(own, kind, naming, this.first[bucket]);
    this.sizes |= <u64>1 << min(own.length, 63);
  }

  private holds(name: Uint8Array, kind: i32, naming: i32): bool {
    return this.find(name.dataStart, name.length, naming, kind == LOGIN_COOKIE) == kind;
  }
}

// The names come only from the configuration, so the hash needs no secret seed.
function bucketOf(at: usize, size: i32): i32 { return <i32>(hash(at, size, 0) & (BUCKETS - 1)); }

/** Whether all characters are of base64url, as in the state that the id comes from. */
export function isLoginId(at: usize): bool {
  for (let i = 0; i < LOGIN_ID_SIZE; i++) {
    const c = load<u8>(at + i);
    if (!isAlphanumeric(c) && c != 0x2d && c != 0x5f) return false;
  }
  return true;
}
