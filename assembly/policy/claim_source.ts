// A source of claims: the document of a bearer token, or all documents of a session (session_claims.ts).

import { ABSENT, Json } from "../json/json";
import { findClaim } from "./claim_path";
import { headerValue } from "./claim_value";

/** A claim: its document and node. */
@final
export class Claim {
  constructor(readonly json: Json, readonly node: i32) {}
}

export abstract class ClaimSource {
  /** The claim, or null if there is none with this path. A claim with the value `null` is found. */
  abstract find(path: string): Claim | null;

  /** The header value of the claim; null if there is no such claim, or nothing to write. */
  headerValue(path: string): Uint8Array | null {
    const claim = this.find(path);
    return claim == null ? null : headerValue(claim.json, claim.node);
  }
}

/** The payload of a JWT, or an introspection response. */
@final
export class TokenClaims extends ClaimSource {
  constructor(private readonly json: Json) { super(); }

  find(path: string): Claim | null { return claimIn(this.json, path); }
}

export function claimIn(json: Json, path: string): Claim | null {
  const node = findClaim(json, json.root, path);
  return node == ABSENT ? null : new Claim(json, node);
}
