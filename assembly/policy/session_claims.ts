// The claims of a session: those of the ID Token, of UserInfo and of a verified access token.

import { decodeBase64url } from "../bytes/base64";
import { EMPTY, indexOf } from "../bytes/bytes";
import { Json } from "../json/json";
import { parseObject } from "../json/parser";
import { writeQuoted } from "../json/quoted";
import { ByteWriter } from "../bytes/writer";
import { Session } from "../session/session";
import { Claim, claimIn, ClaimSource } from "./claim_source";

/** The largest document of claims that is read from a session. */
const MAX_CLAIMS = 64 * 1024;

/** One document. It is parsed when a claim is first needed: most upstreams get the document as it is. */
@final
class Claims {
  private held: Uint8Array | null = null;
  private parsed: Json | null = null;
  private tried: bool = false;

  /** `source`: JSON, or a JWT with JSON as payload; EMPTY if there are no claims. */
  constructor(private readonly source: Uint8Array, private readonly isJwt: bool) {}

  get text(): Uint8Array {
    const held = this.held;
    if (held != null) return held;
    const text = this.isJwt ? payloadOf(this.source) : this.source;
    this.held = text;
    return text;
  }

  get json(): Json | null {
    if (!this.tried && this.source.length > 0) this.parsed = parseObject(this.text, MAX_CLAIMS);
    this.tried = true;
    return this.parsed;
  }
}

@final
export class SessionClaims extends ClaimSource {
  readonly idToken: Claims;
  readonly userinfo: Claims;
  /** Empty if the access token is no JWT with a verified signature. */
  readonly access: Claims;
  private readonly accessToken: Uint8Array;

  constructor(session: Session) {
    super();
    this.accessToken = session.accessToken;
    const raw = session.idToken.length > 0;
    this.idToken = new Claims(raw ? session.idToken : session.idClaims, raw);
    this.userinfo = new Claims(session.userinfo, false);
    this.access = new Claims(session.accessVerified ? session.accessToken : EMPTY, true);
  }

  /** The first claim with this path, in the order ID Token, UserInfo, access token. */
  find(path: string): Claim | null {
    const sources = [this.idToken, this.userinfo, this.access];
    for (let i = 0; i < sources.length; i++) {
      const claims = sources[i].json;
      if (claims == null) continue;
      const found = claimIn(claims, path);
      if (found != null) return found;
    }
    return null;
  }

  /** All claims as one document, as APISIX passes it to a schema: `user`, `access_token` (its text), `id_token` (its claims). */
  get document(): Json | null {
    const out = new ByteWriter(64 + this.userinfo.text.length + this.idToken.text.length + this.accessToken.length);
    out.text("{");
    member(out, "user", this.userinfo.text);
    member(out, "id_token", this.idToken.text);
    if (this.accessToken.length > 0) member(out, "access_token", writeQuoted(new ByteWriter(this.accessToken.length + 2), this.accessToken).written());
    return parseObject(out.text("}").written(), 2 * MAX_CLAIMS);
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

/** Adds a member, unless `json` is empty. */
function member(out: ByteWriter, name: string, json: Uint8Array): void {
  if (json.length == 0) return;
  out.text(out.length > 1 ? ',"' : '"').text(name).text('":').bytes(json);
}
