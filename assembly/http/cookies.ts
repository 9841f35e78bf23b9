// The Cookie header (RFC 6265 §5.4).

import { copied, EMPTY, find, sameAt } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";
import { FLOW_COOKIE, FOREIGN_COOKIE, LOGIN_COOKIE, LOGIN_ID_SIZE, MAX_CHUNKS, NO_NAMING, OwnCookieNames, RELATED_COOKIE } from "./cookie_names";
import { HeaderBlock } from "./header_block";
import { SessionChunks } from "./session_chunks";

/** Cookies, and empty items between semicolons, of one request. With more it is refused. A browser keeps some 180 of a site. */
export const MAX_COOKIES = 512;

/** All values of the cookies with this name, in all Cookie lines. Items that are not `name=value` are ignored. Null if there are too many cookies. */
export function cookieValues(headers: HeaderBlock, name: Uint8Array): Uint8Array[] | null {
  const out = new Array<Uint8Array>(), lines = headers.all("cookie");
  let places = 0;
  for (let i = 0; i < lines.length; i++) {
    const start = lines[i].dataStart, end = start + lines[i].length;
    for (let from = start; from < end; places++) {
      if (places == MAX_COOKIES) return null;
      const at = behindSpaces(from, end), value = at + name.length + 1;
      from = find(at, end, 0x3b);
      if (value <= from && load<u8>(value - 1) == 0x3d && sameAt(at, name.dataStart, name.length)) out.push(copied(value, from - value));
      from++;
    }
  }
  return out;
}

/** Joins several Cookie lines into one (RFC 9113 §8.2.3). Proxies make them from HTTP/2. */
export function oneCookieLine(headers: HeaderBlock): Uint8Array {
  const lines = headers.all("cookie"), out = new ByteWriter();
  for (let i = 0; i < lines.length; i++) {
    if (i > 0) out.text("; ");
    out.bytes(lines[i]);
  }
  return out.written();
}

/** A login under way: the id at the end of its cookie's name, and the cookie's value. */
@final
export class LoginCookie {
  constructor(readonly id: Uint8Array, readonly text: Uint8Array) {}
}

/**
 * The filter's own cookies in one Cookie header, and the header without them. All requests use one object, and nothing is allocated until a value is
 * asked for. Valid until the callback returns, because it points into the header.
 */
@final
export class CookieScan {
  /** The number of the filter's own cookies, and of all cookies. */
  own: i32 = 0;
  total: i32 = 0;
  /** There are more than MAX_COOKIES, and not all were read: the request must be refused. */
  tooMany: bool = false;
  readonly session: SessionChunks = new SessionChunks(MAX_COOKIES);

  private start: usize = 0;
  private end: usize = 0;
  private names: OwnCookieNames = new OwnCookieNames();
  private naming: i32 = NO_NAMING;
  /** Bytes of the filter's own cookies. */
  private ownSize: i32 = 0;
  /** Of the current cookie: the address of its equals sign, and its end. */
  private equals: usize = 0;
  private to: usize = 0;
  /** The number of flow and login cookies. */
  private count: i32 = 0;
  private readonly kinds: Uint8Array = new Uint8Array(MAX_COOKIES);
  private readonly valueAt: Uint32Array = new Uint32Array(MAX_COOKIES);
  private readonly valueSize: Uint32Array = new Uint32Array(MAX_COOKIES);

  /** Reads the header's value. `size` below 1: no header. `naming`: the one in `names` of the request's own cookies. */
  scan(at: usize, size: i32, names: OwnCookieNames, naming: i32): void {
    this.start = at;
    this.end = at + max(size, 0);
    this.names = names;
    this.naming = naming;
    this.own = this.total = this.ownSize = this.count = 0;
    this.tooMany = false;
    this.session.forget();
    let places = 0;
    for (let from = this.start; from < this.end; from = this.to + 1) {
      if (places++ == MAX_COOKIES) {
        this.tooMany = true;
        return;
      }
      const name = behindSpaces(from, this.end), kind = this.readAt(name);
      if (name == this.to) continue;
      this.total++;
      if (kind != FOREIGN_COOKIE) this.note(kind, name);
    }
    this.session.match();
  }

  /** The text of the k-th possible session, of all its chunks; EMPTY if one is missing. */
  sessionText(k: i32): Uint8Array {
    const out = new Uint8Array(this.session.textSize(k));
    if (out.length > 0) this.session.copyText(k, out.dataStart);
    return out;
  }

  /** All values of the flow cookie: there are several if others have set that name too. */
  flows(): Uint8Array[] {
    const out = new Array<Uint8Array>();
    for (let i = 0; i < this.count; i++) if (this.kinds[i] == FLOW_COOKIE) out.push(copied(this.valueAt[i], this.valueSize[i]));
    return out;
  }

  /** The login cookies. An id can occur several times, for the same reason. */
  logins(): LoginCookie[] {
    const out = new Array<LoginCookie>();
    for (let i = 0; i < this.count; i++) {
      if (this.kinds[i] != LOGIN_COOKIE) continue;
      const at: usize = this.valueAt[i];
      out.push(new LoginCookie(copied(at - 1 - LOGIN_ID_SIZE, LOGIN_ID_SIZE), copied(at, this.valueSize[i])));
    }
    return out;
  }

  /** The header without the filter's own cookies, otherwise byte for byte; empty if nothing is left (duty 95). */
  others(): Uint8Array {
    if (this.own == this.total) return EMPTY;
    const out = new Uint8Array(<i32>(this.end - this.start) - this.ownSize);
    let size = 0, cut = true;
    for (let from = this.start; from <= this.end; from = this.to + 1) {
      const name = behindSpaces(from, this.end);
      if (this.readAt(name) != FOREIGN_COOKIE) continue;
      // A cookie keeps the bytes before it, except the separator after removed cookies at the start.
      const begin = cut && from != this.start ? name : from, part = <i32>(this.to - begin);
      if (!cut) out[size++] = 0x3b;
      memory.copy(out.dataStart + size, begin, part);
      size += part;
      cut = false;
    }
    return out.subarray(0, size);
  }

  private note(kind: i32, name: usize): void {
    const value = this.equals + 1, size = <i32>(this.to - value);
    this.own++;
    this.ownSize += <i32>(this.to - name);
    if (kind < MAX_CHUNKS) this.session.add(kind, value, size);
    else if (kind != RELATED_COOKIE) {
      this.kinds[this.count] = <u8>kind;
      this.valueAt[this.count] = <u32>value;
      this.valueSize[this.count++] = size;
    }
  }

  /** The kind of the cookie whose name begins here. Without an equals sign it is foreign. */
  private readAt(name: usize): i32 {
    const stop = equalsOrSemicolon(name, this.end);
    this.to = stop;
    if (stop == this.end || load<u8>(stop) == 0x3b) return FOREIGN_COOKIE;
    this.equals = stop;
    this.to = find(stop + 1, this.end, 0x3b);
    return this.names.kindOf(name, <i32>(stop - name), this.naming);
  }
}

// Sixteen bytes at a time while sixteen are left: a session's cookies are mostly one long value.

function equalsOrSemicolon(at: usize, end: usize): usize {
  const one = i8x16.splat(0x3d), other = i8x16.splat(0x3b);
  for (; at + 16 <= end; at += 16) {
    const block = v128.load(at), found = i8x16.bitmask(v128.or(i8x16.eq(block, one), i8x16.eq(block, other)));
    if (found != 0) return at + ctz(found);
  }
  while (at < end && load<u8>(at) != 0x3d && load<u8>(at) != 0x3b) at++;
  return at;
}

function behindSpaces(at: usize, end: usize): usize {
  const wanted = i8x16.splat(0x20);
  while (at + 16 <= end && i8x16.all_true(i8x16.eq(v128.load(at), wanted))) at += 16;
  while (at < end && load<u8>(at) == 0x20) at++;
  return at;
}
