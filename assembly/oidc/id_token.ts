// The ID Token: what the provider says about who logged in, checked claim by claim (OpenID Connect Core §3.1.3.7, §12.2).

import { encodeBase64url } from "../bytes/base64";
import { EMPTY, includes, same } from "../bytes/bytes";
import { sameBytes } from "../crypto/arithmetic/equal";
import { digest, Hash } from "../crypto/hash/hash";
import { areNamesTexts, checkTimes, claimIs, ClaimFault, inList, isTyp } from "../jose/claims";
import { VerifiedJwt } from "../jose/jws";
import { ABSENT, Json } from "../json/json";
import { Result } from "../result";

export const enum IdTokenFault {
  /** A logout token or an access token (RFC 8725 §3.12). */
  WrongType = 1,
  WrongIssuer,
  /** `sub` is absent, empty, too long, or no text. */
  BadSubject,
  /** The client is not in `aud`. */
  WrongAudience,
  /** There is another audience too. */
  ForeignAudience,
  WrongParty,
  /** `exp` or `iat` is absent. */
  NoTime,
  Expired,
  FromFuture,
  WrongNonce,
  /** The access token does not match `at_hash`. */
  WrongAccessToken,
  /** `max_age` was asked for, and the person logged in longer ago, or nobody knows when. */
  LoggedInTooLongAgo,
  /** `acr` is none of the requested `acr_values`. */
  WrongAcr,
  /** A claim has the wrong type or size; `at` names it. */
  BadClaim,
  /** After a refresh, a claim has changed that must not; `at` names it. */
  Changed,
}

/** OpenID Connect Core §2 limits `sub` to 255 ASCII characters. */
const MAX_NAME = 255;

/** What an ID Token must match. */
@final
export class IdTokenRules {
  constructor(
    readonly issuer: Uint8Array,
    readonly clientId: Uint8Array,
    readonly slackSec: i32,
    /** The requested `max_age`; -1: none. */
    readonly maxAgeSec: i32 = -1,
    /** The requested `acr_values`, separated by one space; EMPTY: none. */
    readonly acrValues: Uint8Array = EMPTY,
    /** Accepted audiences beside this client, without `azp`. */
    readonly trustedAudiences: Uint8Array[] = [],
    /** Whether a token without `nonce` is refused. A `nonce` that is there must match in any case. */
    readonly nonceRequired: bool = true,
  ) {}
}

/** Claims about who logged in, for this client. Only the readers below make one. */
@final
export class IdToken {
  constructor(
    readonly claims: Json,
    readonly sub: Uint8Array,
    /** EMPTY if the provider names no session. */
    readonly sid: Uint8Array,
  ) {}
}

/** `hash`: the hash of the token's algorithm, for `at_hash` (§3.1.3.6). */
export function readIdToken(jwt: VerifiedJwt, hash: Hash, rules: IdTokenRules, nonce: Uint8Array, accessToken: Uint8Array, nowSec: i64): Result<IdToken> {
  const claims = jwt.claims, read = readAny(jwt, hash, rules, accessToken, nowSec);
  if (read.failed) return read;
  const node = claims.member(claims.root, "nonce");
  const right = node == ABSENT ? !rules.nonceRequired : nonce.length > 0 && claims.isString(node) && sameBytes(claims.text(node), nonce);
  if (!right) return refuse(IdTokenFault.WrongNonce, "nonce");
  if (rules.maxAgeSec >= 0 && !loggedInSince(claims, nowSec - rules.maxAgeSec - rules.slackSec)) return refuse(IdTokenFault.LoggedInTooLongAgo, "auth_time");
  return acrAsAsked(claims, rules.acrValues) ? read : refuse(IdTokenFault.WrongAcr, "acr");
}

/** One that came with a refresh (§12.2): of the same person, and of the same login as far as its claims were kept (`before`). */
export function readRefreshedIdToken(
  jwt: VerifiedJwt, hash: Hash, rules: IdTokenRules, sub: Uint8Array, before: Json | null, accessToken: Uint8Array, nowSec: i64,
): Result<IdToken> {
  const claims = jwt.claims, read = readAny(jwt, hash, rules, accessToken, nowSec);
  if (read.failed) return read;
  if (!same(sub, read.value.sub)) return refuse(IdTokenFault.Changed, "sub");
  if (before == null) return read;
  if (changed(claims, before, "auth_time")) return refuse(IdTokenFault.Changed, "auth_time");
  return changed(claims, before, "nonce") ? refuse(IdTokenFault.Changed, "nonce") : read;
}

/** For the log, after "the ID Token". */
export function idTokenFaultText(fault: i32, at: string): string {
  switch (fault) {
    case IdTokenFault.WrongType: return "is a token of another kind";
    case IdTokenFault.WrongIssuer: return "has another iss than the issuer";
    case IdTokenFault.BadSubject: return "has no sub of 1 to 255 bytes";
    case IdTokenFault.WrongAudience: return "does not name client_id in aud";
    case IdTokenFault.ForeignAudience: return "names others than client_id in aud, and neither client_id in azp nor all of them in trusted_audiences";
    case IdTokenFault.WrongParty: return "does not name client_id in azp";
    case IdTokenFault.NoTime: return "has no " + at;
    case IdTokenFault.Expired: return "has expired (compare the clocks of the gateway and of the provider)";
    case IdTokenFault.FromFuture: return "has an " + at + " in the future (compare the clocks of the gateway and of the provider)";
    case IdTokenFault.WrongNonce: return "does not hold the nonce of this login";
    case IdTokenFault.WrongAccessToken: return "was not issued with this access token: at_hash differs";
    case IdTokenFault.LoggedInTooLongAgo: return "has no auth_time, or one older than the max_age that was asked for";
    case IdTokenFault.WrongAcr: return "has an acr that is none of the acr_values that were asked for";
    case IdTokenFault.Changed: return "has another " + at + " than the one at login";
    default: return "holds " + at + " of the wrong type or size";
  }
}

/** The checks for every ID Token, in the order of §3.1.3.7. */
function readAny(jwt: VerifiedJwt, hash: Hash, rules: IdTokenRules, accessToken: Uint8Array, nowSec: i64): Result<IdToken> {
  const claims = jwt.claims, root = claims.root;
  // A logout token has `events`, and no ID Token has (Back-Channel Logout §2.4).
  if (isTyp(jwt.typ, "logout+jwt") || isTyp(jwt.typ, "at+jwt") || claims.member(root, "events") != ABSENT) return refuse(IdTokenFault.WrongType, "typ");
  if (!claimIs(claims, "iss", rules.issuer)) return refuse(IdTokenFault.WrongIssuer, "iss");
  const sub = claims.member(root, "sub"), subject = claims.text(sub);
  if (!claims.isString(sub) || subject.length == 0 || subject.length > MAX_NAME) return refuse(IdTokenFault.BadSubject, "sub");
  if (!areNamesTexts(claims)) return refuse(IdTokenFault.BadClaim, "jti");
  const audience = audienceFault(claims, rules);
  if (audience != 0) return refuse(audience, audience == IdTokenFault.WrongParty ? "azp" : "aud");
  if (claims.member(root, "iat") == ABSENT) return refuse(IdTokenFault.NoTime, "iat");
  switch (checkTimes(claims, nowSec, rules.slackSec, true, true)) {
    case ClaimFault.None: break;
    case ClaimFault.NoExpiry: return refuse(IdTokenFault.NoTime, "exp");
    case ClaimFault.Expired: return refuse(IdTokenFault.Expired, "exp");
    case ClaimFault.NotYetValid: return refuse(IdTokenFault.FromFuture, "nbf");
    case ClaimFault.IssuedInFuture: return refuse(IdTokenFault.FromFuture, "iat");
    default: return refuse(IdTokenFault.BadClaim, "exp, nbf or iat");
  }
  const atHash = claims.member(root, "at_hash");
  if (atHash != ABSENT && !(claims.isString(atHash) && sameBytes(claims.text(atHash), halfHash(hash, accessToken)))) {
    return refuse(IdTokenFault.WrongAccessToken, "at_hash");
  }
  const authTime = claims.member(root, "auth_time");
  if (authTime != ABSENT && isNaN(claims.numberOrText(authTime))) return refuse(IdTokenFault.BadClaim, "auth_time");
  const sid = claims.member(root, "sid"), session = claims.text(sid);
  if (sid != ABSENT && !claims.isString(sid) || session.length > MAX_NAME) return refuse(IdTokenFault.BadClaim, "sid");
  return Result.of<IdToken>(new IdToken(claims, subject, session));
}

/**
 * 0 if the token is for this client (steps 3 to 5). With other audiences it is only if `azp` is this client, or if configuration trusts all of
 * them.
 */
function audienceFault(claims: Json, rules: IdTokenRules): i32 {
  const aud = claims.member(claims.root, "aud"), azp = claims.member(claims.root, "azp"), clientId = rules.clientId;
  let own = 0, malformed = 0, untrusted = 0;
  if (claims.isList(aud)) {
    for (let item = claims.first(aud); item >= 0; item = claims.sibling(aud, item)) {
      if (!claims.isString(item)) malformed++;
      else if (same(claims.text(item), clientId)) own++;
      else if (!includes(rules.trustedAudiences, claims.text(item))) untrusted++;
    }
  } else if (claims.isString(aud) && same(claims.text(aud), clientId)) own = 1;
  if (own == 0) return IdTokenFault.WrongAudience;
  if (azp != ABSENT && !claimIs(claims, "azp", clientId)) return IdTokenFault.WrongParty;
  return malformed > 0 || azp == ABSENT && untrusted > 0 ? <i32>IdTokenFault.ForeignAudience : 0;
}

/** The left half of the hash of the token's characters (§3.1.3.6). */
function halfHash(hash: Hash, token: Uint8Array): Uint8Array {
  const whole = digest(hash, token);
  return encodeBase64url(whole.subarray(0, whole.length >> 1));
}

function loggedInSince(claims: Json, earliestSec: i64): bool {
  const at = claims.numberOrText(claims.member(claims.root, "auth_time"));
  return at >= <f64>earliestSec; // false for NaN, which is what an absent claim is
}

function acrAsAsked(claims: Json, values: Uint8Array): bool {
  const acr = claims.member(claims.root, "acr");
  return values.length == 0 || claims.isString(acr) && inList(values, claims.text(acr));
}

/** Whether both have the claim with different texts or numbers. */
function changed(claims: Json, before: Json, name: string): bool {
  const now = claims.member(claims.root, name), then = before.member(before.root, name);
  if (now == ABSENT || then == ABSENT) return false;
  if (claims.isString(now) && before.isString(then) && same(claims.text(now), before.text(then))) return false;
  // NaN is not equal to anything.
  return claims.numberOrText(now) != before.numberOrText(then);
}

function refuse(fault: i32, at: string): Result<IdToken> { return Result.fail<IdToken>(fault, at); }
