// A login that is under way: what the callback must find again, sealed into a cookie that only the callback's path receives.

import { EMPTY } from "../bytes/bytes";
import { compress, decompress } from "../bytes/compression";
import { ByteWriter } from "../bytes/writer";
import { MAX_PATH } from "../http/return_to";
import { FieldReader, writeField, writeTime } from "./fields";

export const STATE_SIZE = 32;

/** The first byte. A login that another version wrote is none: the person starts again. */
const VERSION: u8 = 3;

@final
export class Login {
  /** The `state` parameter: 32 characters of base64url (24 random bytes). */
  state: Uint8Array = EMPTY;
  nonce: Uint8Array = EMPTY;
  codeVerifier: Uint8Array = EMPTY;
  /** The wanted path with its query. It starts with exactly one slash. */
  returnTo: Uint8Array = EMPTY;
  startedAtSec: i64 = 0;
  /** The session about which the provider is asked again: since when, whose and which. 0 and EMPTY: an ordinary login. */
  sessionSinceSec: i64 = 0;
  sessionSubject: Uint8Array = EMPTY;
  sessionId: Uint8Array = EMPTY;
  /** `force_reauthorize` began it in spite of a session: the wanted page would begin it again. */
  again: bool = false;
  /**
   * What this login asked for: `scope`, `acr_values` (separated by spaces; EMPTY: none) and `max_age` (-1: none). The callback may belong to another rule with the
   * same client, which asks for something else.
   */
  scope: Uint8Array = EMPTY;
  acrValues: Uint8Array = EMPTY;
  maxAgeSec: i32 = -1;

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
  out.u32(l.maxAgeSec).byte(l.again ? 1 : 0);
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
  l.again = from.flag();
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
