// What the response to a request that was let through must carry, or must not.

import { MapType } from "../abi/enums";
import { addResponseHeader, hasResponseHeader, headerPairs, nowMs, pairsAt, pairsSize, removeResponseHeader, replaceResponseHeader } from "../abi/host";
import { EMPTY, indexOf, joined, utf8 } from "../bytes/bytes";
import { CookieScan } from "../http/cookies";
import { HeaderBlock } from "../http/header_block";
import { NameTable } from "../http/name_table";
import { Root } from "./roots";

/** Streams that can be told apart. A note that a later stream has taken the place of is lost: the next request's answer carries its cookies. */
const STREAMS: u32 = 4096;
/** Later answers carry no cookies: a newer request's may be there already (filter/shared_turns.ts keeps results for longer). */
const LATE_MS: i64 = 120_000;

const SET_COOKIE = utf8("set-cookie");
const CACHE_CONTROL = utf8("cache-control");
const NO_STORE = utf8("no-store");

/** Bits of what is known of a stream. */
const enum Note { LetThrough = 1, NoStore = 2, Cookies = 4 }

const streams = new StaticArray<u32>(STREAMS);
const notes = new StaticArray<u8>(STREAMS);
const cookiesOf: Array<CookieNote | null> = new Array<CookieNote | null>(STREAMS).fill(null);

@final
class CookieNote {
  constructor(readonly values: Uint8Array[], readonly madeAtMs: i64) {}
}

const response = new HeaderBlock();
const NO_NAMES = new NameTable();
const scan = new CookieScan();

/** The request went on to the upstream: from its response on, cookies of the filter's names are nobody's but the filter's. */
export function noteLetThrough(stream: u32): void { note(stream, Note.LetThrough); }

/** The token stood in the URL (RFC 6750 §2.3, RFC 9700 §4.3.2). */
export function noteNoStore(stream: u32): void { note(stream, Note.NoStore); }

export function noteCookies(stream: u32, values: Uint8Array[], nowMs: i64): void {
  note(stream, Note.Cookies);
  cookiesOf[slotOf(stream)] = new CookieNote(values, nowMs);
}

/** `proxy_on_response_headers`. */
export function responseCame(stream: u32, root: Root): void {
  const slot = slotOf(stream);
  if (streams[slot] != stream) return;
  const noted = notes[slot], cookies = cookiesOf[slot];
  streams[slot] = 0;
  cookiesOf[slot] = null;
  if (root.cookieNames.length > 0 && hasResponseHeader(SET_COOKIE)) keepForeign(root.cookieNames);
  if (noted & Note.NoStore) replaceResponseHeader(CACHE_CONTROL, NO_STORE);
  if (cookies == null || nowMs() - cookies.madeAtMs > LATE_MS) return;
  for (let i = 0; i < cookies.values.length; i++) addResponseHeader(SET_COOKIE, cookies.values[i]);
}

/** Drops what the upstream sets under the filter's own names (duty 99): it must not plant sessions. */
function keepForeign(own: Uint8Array[]): void {
  if (!headerPairs(MapType.HttpResponseHeaders) || !response.read(pairsAt(), pairsSize(), NO_NAMES)) return;
  const values = response.all("set-cookie"), kept: Uint8Array[] = [];
  for (let i = 0; i < values.length; i++) if (!isOwn(own, values[i])) kept.push(values[i]);
  if (kept.length == values.length) return;
  removeResponseHeader(SET_COOKIE);
  for (let i = 0; i < kept.length; i++) addResponseHeader(SET_COOKIE, kept[i]);
}

function isOwn(own: Uint8Array[], value: Uint8Array): bool {
  const pair = asKept(value);
  scan.knowKin(own);
  scan.scan(pair.dataStart, pair.length, EMPTY, EMPTY, EMPTY);
  return scan.own > 0;
}

/** The cookie as a browser keeps it and sends it back (RFC 6265 §5.2): without blanks around its name, and without a name that is none. */
function asKept(value: Uint8Array): Uint8Array {
  const semicolon = indexOf(value, 0x3b);
  const end = semicolon < 0 ? value.length : semicolon;
  let start = 0;
  while (start < end && (blank(value[start]) || value[start] == 0x3d)) start++;
  const pair = value.subarray(start, end), equals = indexOf(pair, 0x3d);
  let stop = equals;
  while (stop > 0 && blank(pair[stop - 1])) stop--;
  return stop < equals ? joined(pair.subarray(0, stop), pair.subarray(equals)) : pair;
}

function blank(c: u8): bool { return c == 0x20 || c == 0x09; }

function slotOf(stream: u32): u32 { return stream & (STREAMS - 1); }

function note(stream: u32, bit: Note): void {
  const slot = slotOf(stream);
  if (streams[slot] != stream) {
    streams[slot] = stream;
    notes[slot] = 0;
    cookiesOf[slot] = null;
  }
  notes[slot] = <u8>(notes[slot] | bit);
}
