// The text of sealed cookies: the number of chunks, then base64url, cut into cookies of a size that browsers accept (http/session_chunks.ts).

import { base64urlSize, decodeBase64url, encodeBase64url } from "../bytes/base64";
import { joined } from "../bytes/bytes";
import { MAX_CHUNKS } from "../http/cookie_names";
import { CHUNK_ID_SIZE, chunksSaid } from "../http/session_chunks";
import { contextOf, Purpose, SEAL_SIZE, SealingKeys } from "./sealing";

/** Browsers must accept cookies of so many bytes, with name, value and attributes (RFC 6265 §6.1). */
const COOKIE_SIZE = 4096;
/** The end of a chunk's name, `_8`, and `=`. */
const NAME_ROOM = 3;
/** `; Max-Age=` and a number of seconds. */
const AGE_ROOM = 20;

const DIGIT_0: u8 = 0x30;

/**
 * The text of a cookie: the number of its chunks, `1` to `9`, and the sealed text.
 * The seal is bound to name and number, so that chunks are only valid under this name and all together.
 * `room`: bytes in a chunk (`chunkRoom`). Null if `most` chunks are too few, or if nothing can be sealed.
 */
export function sealedCookie(
  keys: SealingKeys, purpose: Purpose, nonce: Uint8Array, context: Uint8Array, name: Uint8Array, plain: Uint8Array, room: i32, most: i32 = MAX_CHUNKS,
): Uint8Array | null {
  // The number of chunks follows from the length, before anything is sealed.
  const chunks = chunkTotal(1 + base64urlSize(plain.length + SEAL_SIZE), room);
  if (chunks == 0 || chunks > most) return null;
  const first = new Uint8Array(1);
  first[0] = DIGIT_0 + <u8>chunks;
  const sealed = keys.seal(purpose, nonce, contextOf([context, name, first]), plain);
  return sealed.length == 0 ? null : joined(first, encodeBase64url(sealed));
}

/** Whether a text is as long as sealed ones can be. Others are not tried. */
export function mayBeSealed(text: Uint8Array): bool { return text.length > base64urlSize(SEAL_SIZE) && text.length <= MAX_CHUNKS * COOKIE_SIZE; }

/** The plaintext. `text`: all chunks joined, with the first character. Null whatever is wrong. */
export function openCookie(keys: SealingKeys, purpose: Purpose, context: Uint8Array, name: Uint8Array, text: Uint8Array): Uint8Array | null {
  if (chunksSaid(text.dataStart, text.length) == 0) return null;
  const sealed = decodeBase64url(text.subarray(1));
  return sealed.failed ? null : keys.open(purpose, contextOf([context, name, text.subarray(0, 1)]), sealed.value);
}

/** Cuts the text into chunks. Each later chunk begins with the first characters of the sealed text, which identify it. */
export function chunksOf(text: Uint8Array, room: i32): Uint8Array[] {
  const out = new Array<Uint8Array>(), chunks = chunkTotal(text.length, room);
  if (chunks == 0) return out;
  out.push(text.subarray(0, min(room, text.length)));
  const id = text.subarray(1, 1 + CHUNK_ID_SIZE), later = room - CHUNK_ID_SIZE;
  for (let at = room; at < text.length; at += later) out.push(joined(id, text.subarray(at, min(at + later, text.length))));
  return out;
}

/** The bytes of text in one cookie, with room for any number and age; 0 if the name and the attributes leave none. */
export function chunkRoom(name: Uint8Array, attributes: Uint8Array): i32 {
  return max(0, COOKIE_SIZE - name.length - NAME_ROOM - attributes.length - AGE_ROOM);
}

/** 0 if there is no room, or if there would be too many chunks. */
function chunkTotal(size: i32, room: i32): i32 {
  if (size <= room) return 1;
  const later = room - CHUNK_ID_SIZE;
  if (later <= 0) return 0;
  const chunks = 1 + (size - room + later - 1) / later;
  return chunks <= MAX_CHUNKS ? chunks : 0;
}
