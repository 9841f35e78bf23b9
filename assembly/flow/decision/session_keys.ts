// The keys of revoked sessions, used logins and refreshes in Envoy's shared data. They are digests, so that no part of a session is in
// shared data.

import { utf8 } from "../../bytes/bytes";
import { ByteWriter } from "../../bytes/writer";
import { digest, Hash } from "../../crypto/hash/hash";
import { contextOf } from "../../session/sealing";
import { Session } from "../../session/session";

/** What a logout can name. */
export const enum EndOf { Session = 1, Sid, Subject, /** A person's sessions of which the provider gave no `sid`. */ WithoutSid }

/** `context` is the configuration's issuer and client (BrowserSettings.context). */
export function endKey(what: EndOf, context: Uint8Array, name: Uint8Array): u64 {
  const bytes = digest(Hash.Sha256, contextOf([kindOf(what), context, name]));
  let key: u64 = 0;
  for (let i = 0; i < 8; i++) key = key << 8 | bytes[i];
  // 0 means "not known" in the tables.
  return key == 0 ? 1 : key;
}

function kindOf(what: EndOf): Uint8Array { return new ByteWriter(1).byte(<u8>what).done(); }

/** The keys by which a session may be revoked: its own, that of the provider's session, and that of all sessions of the user. */
@final
export class EndKeys {
  constructor(readonly session: u64, readonly sid: u64, readonly subject: u64) {}
}

export function endKeys(context: Uint8Array, s: Session): EndKeys {
  return new EndKeys(
    endKey(EndOf.Session, context, s.id),
    s.sid.length > 0 ? endKey(EndOf.Sid, context, s.sid) : endKey(EndOf.WithoutSid, context, s.subject),
    endKey(EndOf.Subject, context, s.subject),
  );
}

/** One login, by its state. 16 bytes. */
export function loginKey(context: Uint8Array, state: Uint8Array): Uint8Array {
  return digest(Hash.Sha256, contextOf([utf8("login"), context, state])).slice(0, 16);
}

/** One logout token, by its `jti`. 16 bytes. */
export function logoutTokenKey(context: Uint8Array, jti: Uint8Array): Uint8Array {
  return digest(Hash.Sha256, contextOf([utf8("logout token"), context, jti])).slice(0, 16);
}

/** One refresh: these tokens, under this cookie name. 16 bytes. */
export function refreshKey(context: Uint8Array, name: Uint8Array, s: Session): Uint8Array {
  return digest(Hash.Sha256, contextOf([utf8("refresh"), context, name, s.id, s.refreshToken, s.accessToken])).slice(0, 16);
}
