// The last checks on verified claims, and the identity that is made of them.

import { includes } from "../../bytes/bytes";
import { AudienceRule } from "../../config/config";
import { areNamesTexts, checkTimes, ClaimFault, expiresAtSec, hasScopes, holds, isTyp } from "../../jose/claims";
import { VerifiedJwt } from "../../jose/jws";
import { Json, Kind } from "../../json/json";
import { ActiveToken } from "../../oidc/introspection";
import { findClaim } from "../../policy/claim_path";
import { TokenClaims } from "../../policy/claim_source";
import { identityOf, personOf } from "../../policy/identity";
import { refuseAccess } from "./access";
import { Exchange } from "./exchange";
import { Forward, Next, Refuse } from "./next";
import { BAD_CLAIMS, BOUND_TOKEN, CLAIMS_TOO_LARGE, EXPIRED, INSUFFICIENT_SCOPE, NOT_YET_VALID, Refusal, WRONG_AUDIENCE, WRONG_ISSUER, WRONG_TYPE } from "./refusal";
import { isOtherActive, isOtherJwt } from "./token_kind";

/** How long a refusal is cached. A token that becomes valid meanwhile has to wait no longer than this. */
const REFUSED_SEC: i64 = 10;
/** The longest time that a verdict is cached, whatever the token says. */
const LONGEST_SEC: i64 = 24 * 3600;

/** A JWT whose signature holds. */
export function admitJwt(x: Exchange, jwt: VerifiedJwt): Next { return withPerson(x, jwt.claims, judgeJwt(x, jwt)); }

function judgeJwt(x: Exchange, jwt: VerifiedJwt): Next {
  const claims = jwt.claims;
  if (isOtherJwt(claims, jwt.typ, x.config.acceptIdTokens) || x.config.typ.length > 0 && !isTyp(jwt.typ, x.config.typ)) return refuse(x, WRONG_TYPE);
  const iss = claims.member(claims.root, "iss");
  if (!claims.isString(iss) || !isOfIssuer(x, claims.text(iss))) return refuse(x, WRONG_ISSUER);
  return admit(x, claims, true, expiresAtSec(claims, claims.member(claims.root, "exp")));
}

/** Somebody vouches for the claims, so access logs may say whom they refuse. */
function withPerson(x: Exchange, claims: Json, next: Next): Next {
  if (next instanceof Refuse) next.person = personOf(x.config.identity, new TokenClaims(claims));
  return next;
}

/** Whether a key could make it pass at all, by what it says itself. That decides between refusals, and whether a key is looked up for it. */
export function mayBeOurs(x: Exchange, unverified: Json | null): bool {
  if (unverified == null) return false;
  const claims = unverified, iss = claims.member(claims.root, "iss");
  return claims.isString(iss) && isOfIssuer(x, claims.text(iss)) && checkTimes(claims, x.nowSec, x.config.slackSec) != ClaimFault.Expired;
}

/** A token that the provider calls active (RFC 7662 §4: what it says besides must agree with us too). */
export function admitActive(x: Exchange, token: ActiveToken): Next { return withPerson(x, token.claims, judgeActive(x, token)); }

function judgeActive(x: Exchange, token: ActiveToken): Next {
  const claims = token.claims;
  if (isOtherActive(claims, x.config.acceptIdTokens)) return refuse(x, WRONG_TYPE);
  const iss = claims.member(claims.root, "iss");
  if (iss >= 0 && (x.config.issuers.length > 0 || x.provider != null) && !isOfIssuer(x, claims.text(iss))) return refuse(x, WRONG_ISSUER);
  // An introspection response need not contain an expiry.
  return admit(x, claims, false, believedUntil(x, claims));
}

/** The checks for every token, however it was verified. `untilSec`: until when the verdict may be cached. */
function admit(x: Exchange, claims: Json, expiryRequired: bool, untilSec: i64): Next {
  if (!areNamesTexts(claims)) return refuse(x, BAD_CLAIMS);
  const times = checkTimes(claims, x.nowSec, x.config.slackSec, expiryRequired);
  if (times != ClaimFault.None) return refuse(x, refusalOf(times));
  const refusal = checkRules(x, claims);
  if (refusal != null) return refuse(x, refusal);
  const refused = refuseAccess(x.config, new TokenClaims(claims), claims, x.nowSec + REFUSED_SEC);
  if (refused != null) return refused;
  const settings = x.config.identity, identity = identityOf(settings, claims);
  if (identity.exceeds(settings)) return new Refuse(CLAIMS_TOO_LARGE, x.nowSec + REFUSED_SEC, "", identity.excess(settings));
  return new Forward(identity.entries, min(untilSec, x.nowSec + LONGEST_SEC));
}

/** Until when an introspection response is valid: by `introspection_expiry_claim` or `introspection_interval`, whichever is earlier. 0: only now. */
function believedUntil(x: Exchange, claims: Json): i64 {
  const settings = x.config.introspection;
  const value = expiresAtSec(claims, claims.member(claims.root, settings.expiryClaim));
  // As in lua-resty-openidc: a claim other than `exp` counts seconds from now.
  let until = value > 0 && settings.expiryClaim != "exp" ? x.nowSec + value : value;
  if (settings.intervalSec > 0 && (until == 0 || until > x.nowSec + settings.intervalSec)) until = x.nowSec + settings.intervalSec;
  const exp = expiresAtSec(claims, claims.member(claims.root, "exp"));
  return exp > 0 && until > exp ? exp : until;
}

function checkRules(x: Exchange, claims: Json): Refusal | null {
  // A token bound by DPoP or mTLS (RFC 9449 §6, RFC 8705 §3) that comes as a plain bearer token may be stolen.
  if (claims.member(claims.root, "cnf") >= 0) return BOUND_TOKEN;
  if (!audienceHolds(x.config.audience, claims)) return WRONG_AUDIENCE;
  return hasScopes(claims, x.config.requiredScopes) ? null : INSUFFICIENT_SCOPE;
}

function audienceHolds(rule: AudienceRule, claims: Json): bool {
  const node = findClaim(claims, claims.root, rule.claim);
  if (node < 0 || claims.kind(node) == Kind.Null) return !rule.required;
  if (rule.accepted.length == 0) return true;
  for (let i = 0; i < rule.accepted.length; i++) if (holds(claims, node, rule.accepted[i])) return true;
  return false;
}

function refuse(x: Exchange, refusal: Refusal): Refuse { return new Refuse(refusal, x.nowSec + REFUSED_SEC); }

/** Whether it is one of `valid_issuers`, or the provider. */
function isOfIssuer(x: Exchange, iss: Uint8Array): bool {
  const provider = x.provider, issuers = x.config.issuers;
  return issuers.length == 0 && provider != null ? provider.isIssuer(iss) : includes(issuers, iss);
}

function refusalOf(fault: ClaimFault): Refusal {
  switch (fault) {
    case ClaimFault.Expired: return EXPIRED;
    case ClaimFault.NotYetValid:
    case ClaimFault.IssuedInFuture: return NOT_YET_VALID;
    default: return BAD_CLAIMS;
  }
}
