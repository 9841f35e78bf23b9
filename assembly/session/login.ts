// A login that is under way: what the callback must find again, sealed into a cookie that only the callback's path receives.

import { EMPTY } from "../bytes/bytes";
import { compress, decompress } from "../bytes/compression";
import { ByteWriter } from "../bytes/writer";
import { MAX_PATH } from "../http/return_to";
import { SessionContents } from "./contents";
import { FieldReader, writeField, writeTime } from "./fields";

export const STATE_SIZE = 32;

/** The first byte. A login that another version wrote is none: the person starts again. */
const VERSION: u8 = 4;

@final
export class Login {
  /** The `state` parameter: 32 characters of base64url (24 random bytes). */
  state: Uint8Array = EMPTY;
  nonce: Uint8Array = EMPTY;
  codeVerifier: Uint8Array = EMPTY;
  /** The wanted path with its query. It starts with exactly one slash. */
  returnTo: Uint8Array = EMPTY;
  startedAtSec: i64 = 0;
  /** The session in spite of which it began; EMPTY: the browser had none. With that session the wanted page would begin it again. */
  sessionId: Uint8Array = EMPTY;
  /** If the provider is asked about this session, since when it exists, and whose it is. 0 and EMPTY: an ordinary login. */
  sessionSinceSec: i64 = 0;
  sessionSubject: Uint8Array = EMPTY;
  /**
   * What this login asked for: `scope`, `acr_values` (separated by spaces; EMPTY: none) and `max_age` (-1: none); and what its session keeps. The callback may
   * belong to another rule with the same client, which asks for something else.
   */
  scope: Uint8Array = EMPTY;
  acrValues: Uint8Array = EMPTY;
  maxAgeSec: i32 = -1;
  contents: SessionContents = new SessionContents();

  /** prompt=none was asked for: a refusal by the provider then leads to an ordinary login. */
  get silent(): bool { return this.sessionSinceSec > 0; }
}

export function writeLogin(l: Login): Uint8Array {
  const out = new ByteWriter(256 + l.returnTo.length);
  out.byte(VERSION).bytes(l.state);
  writeTime(out, l.startedAtSec);
  writeTime(out, l.sessionSinceSec);
  writeField(out, l.nonce);
  writeField(out, l.codeVerifier);
  writeField(out, compress(l.returnTo));
  writeField(out, l.sessionSubject);
  writeField(out, l.sessionId);
  writeField(out, l.scope);
  writeField(out, l.acrValues);
  const kept = l.contents;
  out.u32(l.maxAgeSec).byte(kept.accessToken ? 1 : 0).byte(kept.idToken ? 1 : 0).byte(kept.rawIdToken ? 1 : 0).byte(kept.user ? 1 : 0);
  return out.written();
}

/** Null for anything that `writeLogin` does not write. */
export function readLogin(plain: Uint8Array): Login | null {
  const from = new FieldReader(plain), l = new Login();
  if (from.byte() != VERSION) return null;
  l.state = from.take(STATE_SIZE);
  l.startedAtSec = from.time();
  l.sessionSinceSec = from.time();
  l.nonce = from.field();
  l.codeVerifier = from.field();
  const returnTo = decompress(from.field(), MAX_PATH);
  l.sessionSubject = from.field();
  l.sessionId = from.field();
  l.scope = from.field();
  l.acrValues = from.field();
  l.maxAgeSec = <i32>from.number();
  l.contents.accessToken = from.flag();
  l.contents.idToken = from.flag();
  l.contents.rawIdToken = from.flag();
  l.contents.user = from.flag();
  if (returnTo == null) return null;
  l.returnTo = returnTo;
  // RFC 7636 §4.1: a verifier has 43 to 128 characters. Nothing here may be missing where it will be compared or sent.
  if (l.startedAtSec == 0 || l.nonce.length == 0 || l.codeVerifier.length < 43 || l.codeVerifier.length > 128) return null;
  return from.done && isOwnPath(l.returnTo) ? l : null;
}

/** Whether it begins with exactly one slash: a second one, or a backslash, would lead to another host (WHATWG URL, "path start"). */
function isOwnPath(path: Uint8Array): bool {
  return path.length > 0 && path[0] == 0x2f && (path.length == 1 || path[1] != 0x2f && path[1] != 0x5c);
}
