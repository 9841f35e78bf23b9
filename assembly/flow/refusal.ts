// Every refusal there is: its stable code for logs, metrics and access logs, its status, and what the client is told.

/** RFC 6750 §3.1 error codes; empty where the client presented nothing to be wrong about. */
@final
export class Refusal {
  constructor(
    /** Stable: dashboards and alerts are built on it. */
    readonly code: string,
    readonly status: i32,
    readonly error: string,
    /** Constant text: nothing of the token, the request or the provider's answer is ever echoed. */
    readonly description: string,
  ) {}
}

const INVALID_TOKEN = "invalid_token";
const INVALID_REQUEST = "invalid_request";

// Requests that cannot be read.
export const BAD_REQUEST = new Refusal("bad_request", 400, INVALID_REQUEST, "The request has no usable path or too many headers.");
export const NO_TOKEN = new Refusal("no_token", 401, "", "A bearer token is needed.");
export const MALFORMED_CREDENTIAL = new Refusal("malformed_credential", 400, INVALID_REQUEST, "The credential is not one well-formed bearer token.");
export const SEVERAL_CREDENTIALS = new Refusal("several_credentials", 400, INVALID_REQUEST, "The request carries more than one credential.");
export const TOKEN_TOO_LARGE = new Refusal("token_too_large", 401, INVALID_TOKEN, "The token is too large.");

// Tokens that do not hold.
export const NOT_A_JWT = new Refusal("not_a_jwt", 401, INVALID_TOKEN, "The token is not a well-formed JWT.");
export const ALGORITHM_REFUSED = new Refusal("algorithm_refused", 401, INVALID_TOKEN, "The token's signature algorithm is not accepted.");
export const UNKNOWN_KEY = new Refusal("unknown_key", 401, INVALID_TOKEN, "The token was not signed by a known key.");
export const BAD_SIGNATURE = new Refusal("bad_signature", 401, INVALID_TOKEN, "The token's signature is not valid.");
export const BAD_CLAIMS = new Refusal("bad_claims", 401, INVALID_TOKEN, "The token's claims are missing or malformed.");
export const EXPIRED = new Refusal("expired", 401, INVALID_TOKEN, "The token has expired.");
export const NOT_YET_VALID = new Refusal("not_yet_valid", 401, INVALID_TOKEN, "The token is not valid yet.");
export const WRONG_ISSUER = new Refusal("wrong_issuer", 401, INVALID_TOKEN, "The token was issued by someone else.");
export const WRONG_TYPE = new Refusal("wrong_type", 401, INVALID_TOKEN, "The token is not an access token.");
export const BOUND_TOKEN = new Refusal("bound_token", 401, INVALID_TOKEN, "The token is bound to a key that a bearer request does not prove.");
export const INACTIVE = new Refusal("inactive", 401, INVALID_TOKEN, "The token is not active.");
export const WRONG_AUDIENCE = new Refusal("wrong_audience", 403, INVALID_TOKEN, "The token is meant for another audience.");
export const INSUFFICIENT_SCOPE = new Refusal("insufficient_scope", 403, "insufficient_scope", "The token lacks a scope that is needed here.");

// Nobody's fault on this side of the provider: closed, and worth trying again.
export const NOT_READY = new Refusal("provider_not_ready", 503, "", "The identity provider's keys are not available yet. Please try again.");
export const PROVIDER_UNREACHABLE = new Refusal("provider_unreachable", 503, "", "The identity provider cannot be reached. Please try again.");
export const OVERLOADED = new Refusal("too_many_waiting", 503, "", "Too many requests are waiting for the identity provider. Please try again.");
export const MISCONFIGURED = new Refusal("misconfigured", 503, "", "The gateway's sign-in is not configured.");

/** For the metrics: one counter each. */
export const REFUSALS: Refusal[] = [
  BAD_REQUEST, NO_TOKEN, MALFORMED_CREDENTIAL, SEVERAL_CREDENTIALS, TOKEN_TOO_LARGE, NOT_A_JWT, ALGORITHM_REFUSED, UNKNOWN_KEY,
  BAD_SIGNATURE, BAD_CLAIMS, EXPIRED, NOT_YET_VALID, WRONG_ISSUER, WRONG_TYPE, BOUND_TOKEN, INACTIVE, WRONG_AUDIENCE, INSUFFICIENT_SCOPE,
  NOT_READY, PROVIDER_UNREACHABLE, OVERLOADED, MISCONFIGURED,
];
