// The identity of a request with a session, in the same form as for a bearer token.

import { encodeBase64 } from "../bytes/base64";
import { joined, utf8 } from "../bytes/bytes";
import { Session } from "../session/session";
import { AUTHORIZATION, Entry, Identity, IdentitySettings, IdentityWriter, X_ACCESS_TOKEN, X_USERINFO } from "./identity";
import { SessionClaims } from "./session_claims";

const X_ID_TOKEN = utf8("x-id-token");
const X_RAW_ID_TOKEN = utf8("x-raw-id-token");
const X_REFRESH_TOKEN = utf8("x-refresh-token");
const BEARER = utf8("Bearer ");
/** A first guess at the size beside the copied parts. */
const ROOM = 1024;

/** X-Userinfo is UserInfo if it was fetched, else the ID Token's claims, so that upstreams find the user in one place. */
export function sessionIdentity(settings: IdentitySettings, session: Session, claims: SessionClaims): Identity {
  const out = new IdentityWriter(ROOM + session.accessToken.length + session.userinfo.length * 4 / 3 + session.idToken.length * 2);
  if (settings.accessTokenHeader && session.accessToken.length > 0) {
    if (settings.accessTokenInAuthorization) out.entry(Entry.Header, AUTHORIZATION, joined(BEARER, session.accessToken));
    else out.entry(Entry.Header, X_ACCESS_TOKEN, session.accessToken);
  }
  const idToken = claims.idToken.text;
  if (settings.idTokenHeader && idToken.length > 0) out.claims(X_ID_TOKEN, encodeBase64(idToken));
  const person = claims.userinfo.text.length > 0 ? claims.userinfo.text : idToken;
  if (settings.userinfoHeader && person.length > 0) out.claims(X_USERINFO, encodeBase64(person));
  if (settings.rawIdTokenHeader && session.idToken.length > 0) out.entry(Entry.Header, X_RAW_ID_TOKEN, session.idToken);
  if (settings.refreshTokenHeader && session.refreshToken.length > 0) out.entry(Entry.Header, X_REFRESH_TOKEN, session.refreshToken);
  out.configured(settings, claims);
  return out.written();
}
