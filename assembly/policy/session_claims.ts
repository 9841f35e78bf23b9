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

/** Read when first asked for: most upstreams get the claims as they are. */
@final
class Claims {
  private held: Uint8Array | null = null;
  private parsed: Json | null = null;
  private tried: bool = false;

  /** `source`: JSON, or a JWT whose payload it is; EMPTY where there are none. */
  constructor(private readonly source: Uint8Array, private readonly isJwt: bool) {}

  get text(): Uint8Array {
    const held = this.held;
    if (held != null) return held;
    const text = this.isJwt ? payloadOf(this.source) : this.source;
    this.held = text;
    return text;
  }

  get json(): Json | null {
    if (!this.tried && this.source.length > 0) {
      const read = parse(this.text, MAX_CLAIMS);
      if (!read.failed && read.value.isObject(read.value.root)) this.parsed = read.value;
    }
    this.tried = true;
    return this.parsed;
  }
}

@final
export class SessionClaims {
  readonly idToken: Claims;
  readonly userinfo: Claims;
  /** Empty where the access token is no JWT whose signature was seen to hold. */
  readonly access: Claims;

  constructor(session: Session) {
    const raw = session.idToken.length > 0;
    this.idToken = new Claims(raw ? session.idToken : session.idClaims, raw);
    this.userinfo = new Claims(session.userinfo, false);
    this.access = new Claims(session.accessVerified ? session.accessToken : EMPTY, true);
  }

  /** The header value of the first claim found by that path: ID Token, UserInfo, access token; null where none has it. */
  headerValue(path: string): Uint8Array | null {
    const sources = [this.idToken, this.userinfo, this.access];
    for (let i = 0; i < sources.length; i++) {
      const claims = sources[i].json;
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
