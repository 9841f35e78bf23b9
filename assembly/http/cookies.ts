// The Cookie header (RFC 6265 §5.4), as browsers and others write it.

import { copied, EMPTY, same, sameAt } from "../bytes/bytes";
import { HeaderBlock } from "./header_block";

/** Every value of the cookies of that name. What is not `name=value` is passed over. */
export function cookieValues(headers: HeaderBlock, name: Uint8Array): Uint8Array[] {
  const out = new Array<Uint8Array>();
  const lines = headers.all("cookie");
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    let start = 0;
    for (let end = 0; end <= line.length; end++) {
      if (end < line.length && line[end] != 0x3b) continue;
      while (start < end && line[start] == 0x20) start++;
      if (start + name.length < end && line[start + name.length] == 0x3d && same(line.subarray(start, start + name.length), name)) {
        out.push(line.subarray(start + name.length + 1, end));
      }
      start = end + 1;
    }
  }
  return out;
}

/** A session is `<session>` and `<session>_1` … `<session>_8`. */
const CHUNKS = 9;
/** A neighbouring host can set cookies of our names: so many values of one name are looked at. */
const CANDIDATES = 4;
/** The browser is told to drop the oldest beyond 7; this many are found, should it not have done so. */
const LOGINS = 32;
const LOGIN_ID = 8;

/** What a cookie is: a chunk's number, or one of these. */
const FLOW = CHUNKS;
const LOGIN = CHUNKS + 1;
/** One of ours as it is named under the other scheme, or under another rule: nothing to read, and nothing for the upstream. */
const KIN = CHUNKS + 2;
const OTHER = CHUNKS + 3;

/**
 * The filter's own cookies in one Cookie header, and what is left of it without them. One object for all requests: nothing is
 * allocated until something is asked for. Good until the callback returns: it points into the host's header block.
 */
@final
export class CookieScan {
  /** How many cookies are the filter's own, and how many there are at all. */
  own: i32 = 0;
  total: i32 = 0;

  private start: usize = 0;
  private end: usize = 0;
  /** Bytes of the filter's own cookies. */
  private ownSize: i32 = 0;
  private session: Uint8Array = EMPTY;
  private flowName: Uint8Array = EMPTY;
  private loginName: Uint8Array = EMPTY;
  private kin: Uint8Array[] = new Array<Uint8Array>();

  private readonly counts: Uint32Array = new Uint32Array(CHUNKS);
  private readonly valueAt: Uint32Array = new Uint32Array(CHUNKS * CANDIDATES);
  private readonly valueSize: Uint32Array = new Uint32Array(CHUNKS * CANDIDATES);
  private flows: i32 = 0;
  private flowAt: usize = 0;
  private flowSize: i32 = 0;
  /** Each login's id stands at its address, its value behind the equals sign. */
  private logins: i32 = 0;
  private readonly loginAt: Uint32Array = new Uint32Array(LOGINS);
  private readonly loginSize: Uint32Array = new Uint32Array(LOGINS);

  /**
   * Names that are the filter's too, from now on, as session, flow and login in turn: a browser that came by http brings their cookies
   * over https as well, and to one page those of another.
   */
  knowKin(names: Uint8Array[]): void { this.kin = names; }

  /** Reads the header's value. Names are exact: what only starts or ends like one is somebody else's. `size` below 1: no header. */
  scan(at: usize, size: i32, session: Uint8Array, flow: Uint8Array, login: Uint8Array): void {
    this.start = at;
    this.end = at + max(size, 0);
    this.session = session;
    this.flowName = flow;
    this.loginName = login;
    this.own = this.total = this.ownSize = this.flows = this.logins = 0;
    this.counts.fill(0);
    for (let from = this.start; from < this.end;) {
      const to = semicolon(from, this.end), name = behindSpaces(from, to);
      if (name < to) this.note(name, to);
      from = to + 1;
    }
  }

  /** How many values chunk `i` has: more than one where somebody else has set that name too. */
  chunkCount(i: i32): i32 { return <u32>i < <u32>CHUNKS ? this.counts[i] : 0; }

  /** The k-th value of chunk `i`; only the first four can be asked for. */
  chunkAt(i: i32, k: i32): usize { return this.holds(i, k) ? <usize>this.valueAt[i * CANDIDATES + k] : 0; }
  chunkSize(i: i32, k: i32): i32 { return this.holds(i, k) ? this.valueSize[i * CANDIDATES + k] : 0; }
  /** A copy of it; EMPTY where there is none. */
  chunk(i: i32, k: i32): Uint8Array { return copied(this.chunkAt(i, k), this.chunkSize(i, k)); }

  /** The flow cookie's value; empty where there is none, or more than one. */
  flow(): Uint8Array { return this.flows == 1 ? copied(this.flowAt, this.flowSize) : EMPTY; }

  /** The value of the login with that id; empty where there is none, or more than one. */
  login(id: Uint8Array): Uint8Array {
    const first = this.loginOf(id, 0);
    if (first < 0 || this.loginOf(id, first + 1) >= 0) return EMPTY;
    return copied(this.loginAt[first] + LOGIN_ID + 1, this.loginSize[first]);
  }

  /** The ids of the logins under way, each once. */
  loginIds(): Uint8Array[] {
    const out = new Array<Uint8Array>();
    for (let i = 0; i < this.logins; i++) {
      const id = copied(this.loginAt[i], LOGIN_ID);
      if (this.loginOf(id, 0) == i) out.push(id);
    }
    return out;
  }

  /** The header without the filter's own cookies, everything else byte for byte; empty where nothing is left (duty 95). */
  others(): Uint8Array {
    if (this.own == this.total) return EMPTY;
    const out = new Uint8Array(<i32>(this.end - this.start) - this.ownSize);
    let size = 0, cut = true;
    for (let from = this.start; from <= this.end;) {
      const to = semicolon(from, this.end), name = behindSpaces(from, to);
      if (this.kindOf(name, to) == OTHER) {
        // A cookie keeps what stood before it, unless that parted it from one that has gone in front of all others.
        const begin = cut && from != this.start ? name : from;
        if (!cut) out[size++] = 0x3b;
        memory.copy(out.dataStart + size, begin, to - begin);
        size += <i32>(to - begin);
        cut = false;
      }
      from = to + 1;
    }
    return out.subarray(0, size);
  }

  private note(at: usize, end: usize): void {
    this.total++;
    const kind = this.kindOf(at, end);
    if (kind == OTHER) return;
    this.own++;
    this.ownSize += <i32>(end - at);
    if (kind == KIN) return;
    if (kind == FLOW) {
      this.flows++;
      this.flowAt = at + this.flowName.length + 1;
      this.flowSize = <i32>(end - this.flowAt);
    } else if (kind == LOGIN) {
      if (this.logins == LOGINS) return;
      const id = at + this.loginName.length;
      this.loginAt[this.logins] = <u32>id;
      this.loginSize[this.logins++] = <i32>(end - id) - LOGIN_ID - 1;
    } else {
      const k: i32 = this.counts[kind]++;
      if (k >= CANDIDATES) return;
      const value = at + this.session.length + (kind == 0 ? 1 : 3);
      this.valueAt[kind * CANDIDATES + k] = <u32>value;
      this.valueSize[kind * CANDIDATES + k] = <i32>(end - value);
    }
  }

  private kindOf(at: usize, end: usize): i32 {
    const kind = kindUnder(at, end, this.session, this.flowName, this.loginName), kin = this.kin;
    if (kind != OTHER) return kind;
    for (let i = 0; i + 2 < kin.length; i += 3) if (kindUnder(at, end, kin[i], kin[i + 1], kin[i + 2]) != OTHER) return KIN;
    return OTHER;
  }

  private holds(i: i32, k: i32): bool { return <u32>k < <u32>CANDIDATES && k < this.chunkCount(i); }

  /** Which login has that id, from the one given on, or -1. */
  private loginOf(id: Uint8Array, from: i32): i32 {
    if (id.length != LOGIN_ID) return -1;
    for (let i = from; i < this.logins; i++) if (sameAt(this.loginAt[i], id.dataStart, LOGIN_ID)) return i;
    return -1;
  }
}

function kindUnder(at: usize, end: usize, session: Uint8Array, flow: Uint8Array, login: Uint8Array): i32 {
  let rest = behind(at, end, session);
  if (rest != 0) {
    if (load<u8>(rest) == 0x3d) return 0;
    if (end - rest >= 3 && load<u8>(rest) == 0x5f && load<u8>(rest, 2) == 0x3d) {
      const number = <i32>load<u8>(rest, 1) - 0x30;
      if (number > 0 && number < CHUNKS) return number;
    }
  }
  rest = behind(at, end, flow);
  if (rest != 0 && load<u8>(rest) == 0x3d) return FLOW;
  rest = behind(at, end, login);
  return rest != 0 && isLogin(rest, end) ? LOGIN : OTHER;
}

/** Where the next semicolon stands, or the end. */
function semicolon(at: usize, end: usize): usize {
  // Sixteen at a time, as long as sixteen are left: most of a session's cookies is one long value.
  const wanted = i8x16.splat(0x3b);
  for (; at + 16 <= end; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
    if (found != 0) return at + ctz(found);
  }
  while (at < end && load<u8>(at) != 0x3b) at++;
  return at;
}

function behindSpaces(at: usize, end: usize): usize {
  while (at < end && load<u8>(at) == 0x20) at++;
  return at;
}

/** The address behind `prefix`, where it stands there and something follows it; else 0. A name that is empty stands nowhere. */
function behind(at: usize, end: usize, prefix: Uint8Array): usize {
  const size = prefix.length;
  if (size == 0 || end - at <= <usize>size || !sameAt(at, prefix.dataStart, size)) return 0;
  return at + size;
}

/** Eight characters of base64url and an equals sign. */
function isLogin(at: usize, end: usize): bool {
  if (end - at <= <usize>LOGIN_ID || load<u8>(at, LOGIN_ID) != 0x3d) return false;
  for (let i = 0; i < LOGIN_ID; i++) {
    const c = load<u8>(at + i);
    if (c - 0x30 >= 10 && (c | 0x20) - 0x61 >= 26 && c != 0x2d && c != 0x5f) return false;
  }
  return true;
}
