// What a session knows of its person: the claims of the ID Token, of UserInfo and of a verified access token.

import { decodeBase64url } from "../bytes/base64";
import { EMPTY, indexOf } from "../bytes/bytes";
import { ABSENT, Json } from "../json/json";
import { parse } from "../json/parser";
import { Session } from "../session/session";
import { findClaim } from "./claim_path";
import { headerValue } from "./claim_value";

/** The largest set of claims that is read out of a session. */
const MAX_CLAIMS = 64 * 1024;

@final
export class SessionClaims {
  readonly idToken: Json | null;
  readonly userinfo: Json | null;
  /** null where the access token is no JWT whose signature was seen to hold. */
  readonly access: Json | null;

  constructor(session: Session) {
    this.idToken = read(session.idToken.length > 0 ? payloadOf(session.idToken) : session.idClaims);
    this.userinfo = read(session.userinfo);
    this.access = session.accessVerified ? read(payloadOf(session.accessToken)) : null;
  }

  /** The header value of the first claim found by that path: ID Token, UserInfo, access token; null where none has it. */
  headerValue(path: string): Uint8Array | null {
    const sources = [this.idToken, this.userinfo, this.access];
    for (let i = 0; i < sources.length; i++) {
      const claims = sources[i];
      if (claims == null) continue;
      const node = findClaim(claims, claims.root, path);
      if (node != ABSENT) return headerValue(claims, node);
    }
    return null;
  }
}

/** The payload of a JWT, or EMPTY. */
function payloadOf(jwt: Uint8Array): Uint8Array {
  const first = indexOf(jwt, 0x2e);
  const second = first < 0 ? -1 : indexOf(jwt, 0x2e, first + 1);
  if (second < 0) return EMPTY;
  const payload = decodeBase64url(jwt.subarray(first + 1, second));
  return payload.failed ? EMPTY : payload.value;
}

function read(json: Uint8Array): Json | null {
  if (json.length == 0) return null;
  const parsed = parse(json, MAX_CLAIMS);
  return parsed.failed || !parsed.value.isObject(parsed.value.root) ? null : parsed.value;
}
