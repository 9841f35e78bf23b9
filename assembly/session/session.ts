// What a logged-in browser's session holds, and its bytes inside the seal.

import { EMPTY } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";
import { readToken, writeToken } from "./compact";
import { FieldReader, writeField, writeTime } from "./fields";

export const SESSION_ID_SIZE = 16;

/** The first byte. A session that another version wrote is none: the person logs in again. */
const VERSION: u8 = 1;

/** A session is sealed into cookies; there is no store. Times are seconds since 1970, or 0 if not known. */
@final
export class Session {
  /** 16 random bytes, new at every login: what logout denies. */
  id: Uint8Array = EMPTY;
  /** The login; `absolute_timeout` counts from here and survives every refresh. */
  createdAtSec: i64 = 0;
  /** The last recorded use; `idling_timeout` counts from here. */
  touchedAtSec: i64 = 0;
  /** The last extension; `rolling_timeout` counts from here. */
  extendedAtSec: i64 = 0;
  /** When the provider last vouched for the person (login or prompt=none). */
  authenticatedAtSec: i64 = 0;
  /** The ID Token's `sub`, and its `sid` (EMPTY if it has none): back-channel logout uses them. */
  subject: Uint8Array = EMPTY;
  sid: Uint8Array = EMPTY;
  /** EMPTY if it is not kept. */
  accessToken: Uint8Array = EMPTY;
  accessExpiresAtSec: i64 = 0;
  /** The access token is a JWT with a verified signature, so its claims may be used. */
  accessVerified: bool = false;
  refreshToken: Uint8Array = EMPTY;
  /** The granted scopes, separated by spaces. */
  scope: Uint8Array = EMPTY;
  /** The ID Token as it came, or instead of it the JSON of its claims. Each is EMPTY if `session_contents` leaves it out. */
  idToken: Uint8Array = EMPTY;
  idClaims: Uint8Array = EMPTY;
  /** The JSON of the UserInfo response, or EMPTY. */
  userinfo: Uint8Array = EMPTY;
}

export function writeSession(s: Session): Uint8Array {
  const out = new ByteWriter(256 + s.accessToken.length + s.idToken.length + s.idClaims.length + s.userinfo.length);
  out.byte(VERSION).bytes(s.id);
  writeTime(out, s.createdAtSec);
  writeTime(out, s.touchedAtSec);
  writeTime(out, s.extendedAtSec);
  writeTime(out, s.authenticatedAtSec);
  writeTime(out, s.accessExpiresAtSec);
  out.byte(s.accessVerified ? 1 : 0);
  writeField(out, s.subject);
  writeField(out, s.sid);
  writeToken(out, s.accessToken);
  writeField(out, s.refreshToken);
  writeField(out, s.scope);
  writeToken(out, s.idToken);
  writeField(out, s.idClaims);
  writeField(out, s.userinfo);
  return out.written();
}

/** Null for anything that `writeSession` does not write. */
export function readSession(plain: Uint8Array): Session | null {
  const from = new FieldReader(plain), s = new Session();
  if (from.byte() != VERSION) return null;
  s.id = from.take(SESSION_ID_SIZE);
  s.createdAtSec = from.time();
  s.touchedAtSec = from.time();
  s.extendedAtSec = from.time();
  s.authenticatedAtSec = from.time();
  s.accessExpiresAtSec = from.time();
  s.accessVerified = from.flag();
  s.subject = from.field();
  s.sid = from.field();
  s.accessToken = readToken(from);
  s.refreshToken = from.field();
  s.scope = from.field();
  s.idToken = readToken(from);
  s.idClaims = from.field();
  s.userinfo = from.field();
  // Timeouts count from these three, so none may be missing. They may be in any order, because the clocks of gateways differ.
  if (s.createdAtSec == 0 || s.touchedAtSec == 0 || s.extendedAtSec == 0) return null;
  return from.done ? s : null;
}
