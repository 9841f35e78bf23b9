// All refusals: the stable code for logs, metrics and access logs, the status, and the texts for clients.

import { PageKind } from "./page_kind";

/** All refusals, by their number. */
export const REFUSALS: Refusal[] = [];

/** `error` is one of RFC 6750 §3.1, or empty if the client presented no credential. */
@final
export class Refusal {
  /** Its index in tables. It has no meaning outside of this VM. */
  readonly number: i32;

  constructor(
    /** Stable, because dashboards and alerts depend on it. */
    readonly code: string,
    readonly status: i32,
    readonly error: string,
    /** For programs. A constant text: no part of the token, the request or the provider's answer is echoed. */
    readonly description: string,
    /** For people. */
    readonly page: PageKind,
  ) { this.number = REFUSALS.push(this) - 1; }
}

const INVALID_TOKEN = "invalid_token";
const INVALID_REQUEST = "invalid_request";

// Requests that cannot be read.
export const BAD_REQUEST = new Refusal("bad_request", 400, INVALID_REQUEST, "The request has no usable path or too many headers.", PageKind.NotUnderstood);
export const AMBIGUOUS_PATH = new Refusal("ambiguous_path", 400, INVALID_REQUEST, "The path can be read in two ways that have different rules. Write it without needless escapes, double slashes, capitals and a slash at its end.", PageKind.NotUnderstood);
export const NO_TOKEN = new Refusal("no_token", 401, "", "A bearer token is needed.", PageKind.TokenNeeded);
export const DENIED = new Refusal("denied", 403, "", "Nobody may open this address.", PageKind.NotOpen);
export const MALFORMED_CREDENTIAL = new Refusal("malformed_credential", 400, INVALID_REQUEST, "The credential is not one well-formed bearer token.", PageKind.TokenRefused);
export const SEVERAL_CREDENTIALS = new Refusal("several_credentials", 400, INVALID_REQUEST, "The request carries more than one credential.", PageKind.TokenRefused);
export const TOKEN_TOO_LARGE = new Refusal("token_too_large", 401, INVALID_TOKEN, "The token is too large.", PageKind.TokenRefused);

// Tokens that are not valid.
export const NOT_A_JWT = new Refusal("not_a_jwt", 401, INVALID_TOKEN, "The token is not a well-formed JWT.", PageKind.TokenRefused);
export const ALGORITHM_REFUSED = new Refusal("algorithm_refused", 401, INVALID_TOKEN, "The token's signature algorithm is not accepted.", PageKind.TokenRefused);
export const UNKNOWN_KEY = new Refusal("unknown_key", 401, INVALID_TOKEN, "The token was not signed by a known key.", PageKind.TokenRefused);
export const BAD_SIGNATURE = new Refusal("bad_signature", 401, INVALID_TOKEN, "The token's signature is not valid.", PageKind.TokenRefused);
export const BAD_CLAIMS = new Refusal("bad_claims", 401, INVALID_TOKEN, "The token's claims are missing or malformed.", PageKind.TokenRefused);
export const EXPIRED = new Refusal("expired", 401, INVALID_TOKEN, "The token has expired.", PageKind.TokenRefused);
export const NOT_YET_VALID = new Refusal("not_yet_valid", 401, INVALID_TOKEN, "The token is not valid yet.", PageKind.TokenRefused);
export const WRONG_ISSUER = new Refusal("wrong_issuer", 401, INVALID_TOKEN, "The token was issued by someone else.", PageKind.TokenRefused);
export const WRONG_TYPE = new Refusal("wrong_type", 401, INVALID_TOKEN, "The token is not an access token.", PageKind.TokenRefused);
export const BOUND_TOKEN = new Refusal("bound_token", 401, INVALID_TOKEN, "The token is bound to a key, and a bearer request does not prove possession of it.", PageKind.TokenRefused);
export const INACTIVE = new Refusal("inactive", 401, INVALID_TOKEN, "The token is not active.", PageKind.TokenRefused);
export const WRONG_AUDIENCE = new Refusal("wrong_audience", 401, INVALID_TOKEN, "The token is meant for another audience.", PageKind.TokenRefused);
export const INSUFFICIENT_SCOPE = new Refusal("insufficient_scope", 403, "insufficient_scope", "The token lacks a scope that is needed here.", PageKind.NotAllowed);

/** The status that an upstream would use for its own bound (RFC 6585 §5). Neither another login nor another permission would help. */
export const CLAIMS_TOO_LARGE = new Refusal("claims_too_large", 431, "", "The identity provider sent more about you than this site can pass on.", PageKind.AccountTooLarge);

// Users whom the configuration does not admit.
export const CLAIMS_REFUSED = new Refusal("claims_refused", 403, "", "What the identity provider sent about you does not meet this site's requirements.", PageKind.NotAllowed);
export const CLAIM_MISSING = new Refusal("claim_missing", 403, "", "The identity provider did not send what this site requires about you.", PageKind.NotAllowed);
export const CLAIM_TYPE = new Refusal("claim_type", 403, "", "The identity provider sent what this site requires about you in another form.", PageKind.NotAllowed);
export const ACCESS_DENIED = new Refusal("access_denied", 403, "", "You are not allowed to do this.", PageKind.NotAllowed);

// Problems of the provider: refused for now, and worth trying again.
export const NOT_READY = new Refusal("provider_not_ready", 503, "", "The identity provider is not available yet. Please try again.", PageKind.Unavailable);
export const PROVIDER_UNREACHABLE = new Refusal("provider_unreachable", 503, "", "The identity provider cannot be reached. Please try again.", PageKind.Unavailable);
export const OVERLOADED = new Refusal("too_many_waiting", 503, "", "Too many requests are waiting for the identity provider. Please try again.", PageKind.Unavailable);
export const MISCONFIGURED = new Refusal("misconfigured", 503, "", "The gateway's login is not configured.", PageKind.NotSetUp);

// Browsers: nobody is logged in.
export const LOGIN_NEEDED = new Refusal("sign_in_needed", 401, "", "Login is needed: open this site in a browser window and log in there.", PageKind.LoginNeeded);
export const NOT_SENT = new Refusal("not_sent", 401, "", "You are not logged in, so nothing was sent.", PageKind.NotSent);
export const TOO_MANY_COOKIES = new Refusal("too_many_cookies", 431, "", "The request carries too many cookies.", PageKind.TooManyCookies);
export const LOGIN_LOOP_NO_COOKIE = new Refusal("loop_cookie_missing", 400, "", "Login succeeded several times, but the browser did not send the session cookie back.", PageKind.LoopNoCookie);
export const LOGIN_LOOP_UNREADABLE = new Refusal("loop_cookie_unreadable", 400, "", "Login succeeded several times, but the session cookie that came back cannot be read.", PageKind.LoopOther);
export const LOGIN_LOOP_OVER = new Refusal("loop_session_over", 400, "", "Login succeeded several times, but each session expired at once.", PageKind.LoopOther);
export const TOO_MANY_LOGINS = new Refusal("too_many_logins", 429, "", "Other logins are under way in this browser, and a link on another site started this one.", PageKind.OtherLogins);
export const ADDRESS_TOO_LONG = new Refusal("address_too_long", 414, "", "The address of this page is too long to come back to it after a login.", PageKind.AddressTooLong);
export const NO_RANDOMNESS = new Refusal("no_randomness", 503, "", "The login is not possible right now. Please try again.", PageKind.Unavailable);

// The callback.
export const PREFETCHED = new Refusal("prefetched", 403, "", "This address acts when a person opens it, so it cannot be fetched ahead.", PageKind.NotUnderstood);
export const CALLBACK_DIRECT = new Refusal("callback_direct", 400, "", "This address is only for the return from the identity provider.", PageKind.CallbackOnly);
export const CALLBACK_MALFORMED = new Refusal("callback_malformed", 400, "", "The identity provider's answer cannot be read.", PageKind.LoginFailed);
export const CALLBACK_MISPLACED = new Refusal("callback_misplaced", 400, "", "The identity provider's answer came to another address than expected.", PageKind.LoginFailed);
export const CALLBACK_METHOD = new Refusal("callback_method", 405, "", "The identity provider's answer came by another method than expected.", PageKind.LoginFailed);
export const LOGIN_UNKNOWN = new Refusal("login_unknown", 400, "", "This login was not started in this browser, or it has already ended.", PageKind.LoginOver);
export const LOGIN_EXPIRED = new Refusal("login_expired", 400, "", "This login took longer than ten minutes.", PageKind.LoginExpired);
export const LOGIN_WRONG_ISSUER = new Refusal("login_wrong_issuer", 400, "", "The answer does not come from the expected identity provider.", PageKind.LoginFailed);
export const LOGIN_DENIED = new Refusal("login_denied", 403, "", "The identity provider did not let you in, or you cancelled.", PageKind.LoginDenied);
export const LOGIN_FAILED = new Refusal("login_failed", 502, "", "The identity provider's answer was not accepted.", PageKind.LoginFailed);
export const SESSION_TOO_LARGE = new Refusal("session_too_large", 431, "", "What the identity provider sent about you does not fit into the browser's cookies.", PageKind.AccountTooLarge);

// Who is logged in.
export const USERINFO_METHOD = new Refusal("userinfo_method", 405, "", "This address accepts GET only.", PageKind.NotUnderstood);
export const USERINFO_CROSS_SITE = new Refusal("userinfo_cross_site", 403, "", "Only pages of this site may ask who is logged in.", PageKind.NotUnderstood);

// Logging out.
export const LOGOUT_METHOD = new Refusal("logout_method", 405, "", "This address does not accept this method.", PageKind.NotUnderstood);
export const LOGOUT_TOKEN_INVALID = new Refusal("logout_token_invalid", 400, INVALID_REQUEST, "The logout token is not valid.", PageKind.NotUnderstood);
export const LOGOUT_NOT_KEPT = new Refusal("logout_not_kept", 503, "", "The logout cannot be recorded right now.", PageKind.Unavailable);
export const LOGOUT_MISMATCH = new Refusal("logout_mismatch", 400, INVALID_REQUEST, "This logout does not concern a session of this site.", PageKind.NotUnderstood);
export const BODY_NOT_DELIVERED = new Refusal("body_not_delivered", 503, "", "The gateway cannot read request bodies.", PageKind.NotSetUp);
export const BODY_TOO_LARGE = new Refusal("body_too_large", 413, INVALID_REQUEST, "The request's body is too large.", PageKind.NotUnderstood);

// Probes.
export const READY_METHOD = new Refusal("ready_method", 405, "", "This address does not accept this method.", PageKind.NotUnderstood);
