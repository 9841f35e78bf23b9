// Where claims are looked for: one document (a bearer token's), or all that a session knows (session_claims.ts).

import { ABSENT, Json } from "../json/json";
import { findClaim } from "./claim_path";

/** A claim where it stands. */
@final
export class Claim {
  constructor(readonly json: Json, readonly node: i32) {}
}

export abstract class ClaimSource {
  /** The claim, or null where that path leads nowhere. A claim that is `null` is there. */
  abstract find(path: string): Claim | null;
}

/** A JWT's payload or an introspection answer. */
@final
export class TokenClaims extends ClaimSource {
  constructor(private readonly json: Json) { super(); }

  find(path: string): Claim | null { return claimIn(this.json, path); }
}

export function claimIn(json: Json, path: string): Claim | null {
  const node = findClaim(json, json.root, path);
  return node == ABSENT ? null : new Claim(json, node);
}
