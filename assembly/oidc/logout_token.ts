// The logout token, by which a provider ends a session without the browser (OpenID Connect Back-Channel Logout 1.0 §2.4).

import { checkTimes, claimIs, ClaimFault, expiresAtSec, holds, isTyp } from "../jose/claims";
import { VerifiedJwt } from "../jose/jws";
import { ABSENT, Json } from "../json/json";
import { Fault, Result } from "../result";

export const enum LogoutTokenFault {
  /** Another kind of token: an ID Token never signs anybody out. */
  WrongType = 1,
  WrongIssuer,
  WrongAudience,
  /** `iat` is absent, in the future, or too long ago; or the time is not within `exp` and `nbf`. */
  NotNow,
  NoId,
  /** `events` does not say that this is a logout. */
  NoEvent,
  /** Neither `sub` nor `sid`, or one that is no text of 1 to 255 bytes. */
  NoSubject,
  /** There is a `nonce`, so it is an ID Token that is misused (§2.4). */
  Nonce,
}

/** How old a logout token may be. Providers send it at once, and its `jti` is kept against replays for this time only. */
export const MAX_AGE_SEC = 300;
const MAX_NAME = 255;
const EVENT = "http://schemas.openid.net/event/backchannel-logout";

/** The sessions that the provider ends. Only `readLogoutToken` makes this object. */
@final
export class LogoutToken {
  constructor(
    /** EMPTY if absent. At least one of `sub` and `sid` is there. */
    readonly sub: Uint8Array,
    readonly sid: Uint8Array,
    readonly jti: Uint8Array,
    readonly issuedAtSec: i64,
  ) {}
}

/** The checks of §2.6, except that `jti` is new: the caller checks that (duty 119). */
export function readLogoutToken(jwt: VerifiedJwt, issuer: Uint8Array, clientId: Uint8Array, nowSec: i64, slackSec: i32): Result<LogoutToken> {
  const claims = jwt.claims, root = claims.root, fault = logoutTokenFault(claims, jwt.typ, issuer, clientId, nowSec, slackSec);
  if (fault != null) return Result.fail<LogoutToken>(fault.code, fault.at);
  const sub = claims.member(root, "sub"), sid = claims.member(root, "sid"), jti = claims.member(root, "jti");
  return Result.of<LogoutToken>(new LogoutToken(claims.text(sub), claims.text(sid), claims.text(jti), expiresAtSec(claims, claims.member(root, "iat"))));
}

/** What is wrong with the claims, or null. Their signature need not be verified yet. */
export function logoutTokenFault(claims: Json, typ: Uint8Array | null, issuer: Uint8Array, clientId: Uint8Array, nowSec: i64, slackSec: i32): Fault | null {
  const root = claims.root;
  // Explicit typing is recommended only (§2.4), and many providers still say JWT.
  if (typ != null && !isTyp(typ, "logout+jwt") && !isTyp(typ, "jwt")) return new Fault(LogoutTokenFault.WrongType, "typ");
  if (!claimIs(claims, "iss", issuer)) return new Fault(LogoutTokenFault.WrongIssuer, "iss");
  if (!holds(claims, claims.member(root, "aud"), clientId)) return new Fault(LogoutTokenFault.WrongAudience, "aud");
  if (checkTimes(claims, nowSec, slackSec, false) != ClaimFault.None) return new Fault(LogoutTokenFault.NotNow, "exp, nbf or iat");
  // The negation also refuses NaN, which is what an absent claim is.
  if (!(claims.number(claims.member(root, "iat")) >= <f64>(nowSec - MAX_AGE_SEC - slackSec))) return new Fault(LogoutTokenFault.NotNow, "iat");
  if (!isName(claims, claims.member(root, "jti"))) return new Fault(LogoutTokenFault.NoId, "jti");
  if (!claims.isObject(claims.member(claims.member(root, "events"), EVENT))) return new Fault(LogoutTokenFault.NoEvent, "events");
  const sub = claims.member(root, "sub"), sid = claims.member(root, "sid");
  if (sub == ABSENT && sid == ABSENT) return new Fault(LogoutTokenFault.NoSubject, "sub");
  if (sub != ABSENT && !isName(claims, sub)) return new Fault(LogoutTokenFault.NoSubject, "sub");
  if (sid != ABSENT && !isName(claims, sid)) return new Fault(LogoutTokenFault.NoSubject, "sid");
  return claims.memberOrNull(root, "nonce") != ABSENT ? new Fault(LogoutTokenFault.Nonce, "nonce") : null;
}

/** For the log, after "the logout token". */
export function logoutTokenFaultText(fault: i32, at: string): string {
  switch (fault) {
    case LogoutTokenFault.WrongType: return "has a typ that is neither logout+jwt nor JWT";
    case LogoutTokenFault.WrongIssuer: return "has another iss than the issuer";
    case LogoutTokenFault.WrongAudience: return "does not name client_id in aud";
    case LogoutTokenFault.NotNow: return "has expired or is not yet valid, by its " + at + " (compare the clocks of the gateway and of the provider)";
    case LogoutTokenFault.NoId: return "has no jti of 1 to 255 bytes";
    case LogoutTokenFault.NoEvent: return "does not hold " + EVENT + " in events";
    case LogoutTokenFault.NoSubject: return "names nobody: it has no " + at + " of 1 to 255 bytes";
    default: return "has a nonce, as only ID Tokens have";
  }
}

function isName(claims: Json, node: i32): bool {
  if (!claims.isString(node)) return false;
  const size = claims.text(node).length;
  return size > 0 && size <= MAX_NAME;
}
