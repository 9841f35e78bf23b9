// Whether the claims permit access: `claim_schema`, then `access_rules`.

import { Config } from "../../config/config";
import { Json } from "../../json/json";
import { Access } from "../../policy/access_rules";
import { ClaimSource } from "../../policy/claim_source";
import { Refuse } from "./next";
import { ACCESS_DENIED, CLAIM_MISSING, CLAIM_TYPE, CLAIMS_REFUSED, Refusal } from "./refusal";

/** null if they do. `document`: what the schema validates; null if it could not be read. */
export function refuseAccess(config: Config, source: ClaimSource, document: Json | null, untilSec: i64): Refuse | null {
  const schema = config.claimSchema, rules = config.accessRules;
  if (schema != null) {
    const misfit = document == null ? "claim_schema" : schema.misfit(document, document.root);
    if (misfit.length > 0) return new Refuse(CLAIMS_REFUSED, untilSec, "", misfit);
  }
  if (rules == null) return null;
  const access = rules.judge(source);
  return access == Access.Granted ? null : new Refuse(refusalOf(access), untilSec, "", rules.why);
}

function refusalOf(access: Access): Refusal {
  switch (access) {
    case Access.Missing: return CLAIM_MISSING;
    case Access.WrongType: return CLAIM_TYPE;
    default: return ACCESS_DENIED;
  }
}
