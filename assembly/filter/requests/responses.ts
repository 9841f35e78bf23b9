// The filter's changes to responses: cookies and headers that they must have, or must not have.

import { MapType } from "../../abi/enums";
import { addResponseHeader, hasResponseHeader, headerPairs, nowMs, pairsAt, pairsSize, removeResponseHeader, replaceResponseHeader } from "../../abi/host";
import { indexOf, joined, utf8 } from "../../bytes/bytes";
import { FOREIGN_COOKIE, NO_NAMING } from "../../http/cookie_names";
import { HeaderBlock } from "../../http/header_block";
import { NO_NAMES } from "../../http/name_table";
import { waitingStreams } from "../calls/resumed";
import { Configuration, roots } from "../calls/roots";

/** Number of recorded streams. If a later stream has replaced a slow one, the slow one's response gets the strictest treatment (duty 150). */
const STREAMS: u32 = 4096;
/** Later responses set no cookies, because a newer request may have set newer ones (filter/shared/refresh_leases.ts keeps results for longer). */
const LATE_MS: i64 = 120_000;

const SET_COOKIE = utf8("set-cookie");
const CACHE_CONTROL = utf8("cache-control");
const NO_STORE = utf8("no-store");

/** Bits of a stream's record: it was admitted, its token was in the URL, the filter answered it itself. */
const enum Note { LetThrough = 1, NoStore = 2, OwnAnswer = 4 }

const streams = new StaticArray<u32>(STREAMS);
const notes = new StaticArray<u8>(STREAMS);
const cookiesOf: Array<CookieNote | null> = new Array<CookieNote | null>(STREAMS).fill(null);

@final
class CookieNote {
  constructor(readonly values: Uint8Array[], readonly madeAtMs: i64) {}
}

const response = new HeaderBlock();

/** The request is forwarded to the upstream. */
export function noteLetThrough(stream: u32): void { note(stream, Note.LetThrough); }

/** The token was in the URL (RFC 6750 §2.3, RFC 9700 §4.3.2). */
export function noteNoStore(stream: u32): void { note(stream, Note.NoStore); }

/** The response is the filter's, with its own cookies. */
export function noteOwnAnswer(stream: u32): void { note(stream, Note.OwnAnswer); }

export function noteCookies(stream: u32, values: Uint8Array[], nowMs: i64): void {
  note(stream, Note.LetThrough);
  cookiesOf[slotOf(stream)] = new CookieNote(values, nowMs);
}

/** `proxy_on_response_headers`. If the stream is too old to know its configuration, the requirements of all configurations apply. */
export function responseCame(stream: u32): void {
  waitingStreams.delete(stream); // if it still waits, Envoy has answered it itself, such as by a time limit
  const root = roots.ofStream(stream);
  if (root != null && !root.watchesResponses) return;
  const slot = slotOf(stream), known = streams[slot] == stream;
  const noted = known ? notes[slot] : Note.NoStore, cookies = known ? cookiesOf[slot] : null;
  if (known) {
    streams[slot] = 0;
    cookiesOf[slot] = null;
  }
  if (noted & Note.OwnAnswer) return;
  if (root == null && !anyWatches()) return;
  if (hasResponseHeader(SET_COOKIE)) keepForeign(root);
  if (noted & Note.NoStore) replaceResponseHeader(CACHE_CONTROL, NO_STORE);
  if (cookies == null || nowMs() - cookies.madeAtMs > LATE_MS) return;
  for (let i = 0; i < cookies.values.length; i++) addResponseHeader(SET_COOKIE, cookies.values[i]);
}

function anyWatches(): bool {
  for (let i = 0; i < roots.all.length; i++) if (roots.all[i].watchesResponses) return true;
  return false;
}

/** Removes cookies that the upstream sets under the filter's own names (duty 99): it must not plant sessions. */
function keepForeign(root: Configuration | null): void {
  if (!headerPairs(MapType.HttpResponseHeaders) || !response.read(pairsAt(), pairsSize(), NO_NAMES)) return;
  const values = response.all("set-cookie"), kept: Uint8Array[] = [];
  for (let i = 0; i < values.length; i++) if (!isOwn(root, values[i])) kept.push(values[i]);
  if (kept.length == values.length) return;
  removeResponseHeader(SET_COOKIE);
  for (let i = 0; i < kept.length; i++) addResponseHeader(SET_COOKIE, kept[i]);
}

function isOwn(root: Configuration | null, value: Uint8Array): bool {
  const pair = asKept(value), equals = indexOf(pair, 0x3d);
  if (equals < 0) return false;
  if (root != null) return root.cookieNames.kindOf(pair.dataStart, equals, NO_NAMING) != FOREIGN_COOKIE;
  for (let i = 0; i < roots.all.length; i++) if (roots.all[i].cookieNames.kindOf(pair.dataStart, equals, NO_NAMING) != FOREIGN_COOKIE) return true;
  return false;
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
