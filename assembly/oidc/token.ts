// The token endpoint: requests with a code or a refresh token (RFC 6749 §4.1.3, §6), and the reader of the response (§5).

import { EMPTY, indexIn, is, startsIgnoringCase, utf8 } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";
import { Callout, Endpoint, MAX_REPLY, Reply } from "../http/callout";
import { formField } from "../http/form";
import { ABSENT, Json } from "../json/json";
import { parseObject } from "../json/parser";
import { Result } from "../result";
import { answered } from "./answered";
import { Client, AssertionContext } from "./client_auth";

export const enum TokenFault {
  Unreachable = 1,
  BadStatus,
  NotJson,
  /** The code or refresh token is no longer good: log in again. */
  InvalidGrant,
  /** Client authentication failed. */
  InvalidClient,
  /** Another error; `at` names it. The grant is no longer valid. */
  Refused,
  NoAccessToken,
  NotBearer,
  /** A member has the wrong type, is too long, or has characters that no token has; `at` names it. */
  BadMember,
}

/** The longest accepted token, in bytes. Much shorter ones do not fit into a session. */
const MAX_TOKEN = 64 * 1024;
/** The longest error code. */
const MAX_CODE = 64;
/** Ten years. No access token lives so long, and no sum of times overflows (duty 31). */
const MAX_EXPIRES_IN_SEC = 10 * 365 * 86400;

/** `Tokens.expiresInSec` if the response has no lifetime. */
export const NOT_SAID: i32 = -1;

/** The token response. Nothing in it is verified, but every text can be in a header. Only `readTokens` makes this object. */
@final
export class Tokens {
  constructor(
    readonly accessToken: Uint8Array,
    /** EMPTY if there is none; so are the next two. */
    readonly refreshToken: Uint8Array,
    readonly idToken: Uint8Array,
    readonly scope: Uint8Array,
    /** 0: it expires at once. NOT_SAID: the response does not say. */
    readonly expiresInSec: i32,
  ) {}
}

/** null: the client cannot authenticate now. The same holds for `refreshRequest`. */
export function codeRequest(
  endpoint: Endpoint, client: Client, code: Uint8Array, redirectUri: Uint8Array, codeVerifier: Uint8Array, assertionContext: AssertionContext,
): Callout | null {
  const form = new ByteWriter(1024);
  formField(form, "grant_type", utf8("authorization_code"));
  formField(form, "code", code);
  formField(form, "redirect_uri", redirectUri);
  formField(form, "code_verifier", codeVerifier);
  return client.post(endpoint, form, assertionContext);
}

/** Without `scope`: what was granted at login stays granted (RFC 6749 §6). */
export function refreshRequest(endpoint: Endpoint, client: Client, refreshToken: Uint8Array, assertionContext: AssertionContext): Callout | null {
  const form = new ByteWriter(1024);
  formField(form, "grant_type", utf8("refresh_token"));
  formField(form, "refresh_token", refreshToken);
  return client.post(endpoint, form, assertionContext);
}

export function readTokens(reply: Reply): Result<Tokens> {
  if (reply.status == 0) return refuse(TokenFault.Unreachable, "");
  const json = parseObject(reply.body, MAX_REPLY);
  // Some providers answer 201, and some refuse with status 200.
  if (reply.status != 200 && reply.status != 201) return refusal(reply.status, json == null ? EMPTY : errorOf(json));
  if (json == null) return refuse(TokenFault.NotJson, "");

  const access = json.member(json.root, "access_token");
  if (access == ABSENT) return json.member(json.root, "error") == ABSENT ? refuse(TokenFault.NoAccessToken, "access_token") : refusal(reply.status, errorOf(json));
  if (!printable(json, access, 0x21)) return refuse(TokenFault.BadMember, "access_token");
  if (json.raw(access).length == 0) return refuse(TokenFault.NoAccessToken, "access_token");
  if (!isBearer(json)) return refuse(TokenFault.NotBearer, "token_type");

  const refresh = json.member(json.root, "refresh_token"), id = json.member(json.root, "id_token"), scope = json.member(json.root, "scope");
  if (refresh != ABSENT && !printable(json, refresh, 0x20)) return refuse(TokenFault.BadMember, "refresh_token");
  if (id != ABSENT && !printable(json, id, 0x21)) return refuse(TokenFault.BadMember, "id_token");
  if (json.isString(scope) && !printable(json, scope, 0x20)) return refuse(TokenFault.BadMember, "scope");
  return Result.of<Tokens>(new Tokens(json.text(access), json.text(refresh), json.text(id), scopeOf(json, scope), expiresInSec(json)));
}

/** For the log. */
export function tokenFaultText(fault: i32, at: string): string {
  switch (fault) {
    case TokenFault.Unreachable: return "the token endpoint did not answer (check provider_cluster and endpoint_clusters)";
    case TokenFault.BadStatus: return "the token endpoint " + answered(at);
    case TokenFault.NotJson: return "the token endpoint's answer is not a JSON object";
    case TokenFault.InvalidGrant: return "the provider does not accept the code or refresh token (used before, expired, revoked, or for another redirect_uri)";
    case TokenFault.InvalidClient: return "the provider does not know this client (invalid_client: check client_id, client_secret and token_endpoint_auth_method)";
    case TokenFault.Refused: return "the token endpoint refused with " + at + " (check what the provider allows this client)";
    case TokenFault.NoAccessToken: return "the token endpoint's answer has no access_token";
    case TokenFault.NotBearer: return "the token endpoint's answer is for another token_type than Bearer";
    default: return at + " in the token endpoint's answer is not a valid token";
  }
}

/** Error codes for refused grants (RFC 6749 §5.2, OpenID Connect Core 1.0 §3.1.2.6, and some of real providers). Others are not logged. */
const CODES: string[] = ["invalid_request", "unauthorized_client", "unsupported_grant_type", "invalid_scope", "access_denied", "interaction_required",
  "login_required", "consent_required", "account_selection_required", "invalid_token", "expired_token", "invalid_target"];

/** Error codes of a provider that is out of order. */
const OUTAGES: string[] = ["server_error", "temporarily_unavailable", "slow_down"];

/**
 * JSON with an `error` is the provider's refusal. Its status should be 400 (RFC 6749 §5.2), but providers use 200, 401, 403 and 404 too. With a redirect, 429 or
 * 5xx only `invalid_grant` is a refusal. Any other answer may be a proxy's, and says nothing about the grant.
 */
function refusal(status: i32, error: Uint8Array): Result<Tokens> {
  if (is(error, "invalid_grant")) return refuse(TokenFault.InvalidGrant, "error");
  // Keycloak answers `unauthorized_client` with status 401 to a wrong secret. Status 401 without a body is about the client too.
  if (is(error, "invalid_client") || status == 401 && (error.length == 0 || is(error, "unauthorized_client"))) return refuse(TokenFault.InvalidClient, "error");
  const answers = status >= 200 && status < 300 || status >= 400 && status < 500 && status != 429;
  if (error.length == 0 || !answers || indexIn(OUTAGES, error) >= 0) return refuse(TokenFault.BadStatus, status.toString());
  const at = indexIn(CODES, error);
  return refuse(TokenFault.Refused, at >= 0 ? CODES[at] : "an error code of its own");
}

/**
 * EMPTY if it is no code: codes have lower-case letters, digits, and `_`, `-` or `.` between them. Gateways and frameworks write the words of a status
 * there ("Forbidden", "Not Found").
 */
function errorOf(json: Json): Uint8Array {
  const error = json.text(json.member(json.root, "error"));
  if (is(error, "INVALID_REFRESH_TOKEN")) return utf8("invalid_grant"); // Yahoo
  if (error.length > MAX_CODE) return EMPTY;
  for (let i = 0; i < error.length; i++) {
    const c = error[i];
    if (c - 0x61 >= 26 && c - 0x30 >= 10 && c != 0x5f && c != 0x2d && c != 0x2e) return EMPTY;
  }
  return error;
}

/**
 * A token of an unknown type must not be used (RFC 6749 §7.1). Providers that name no type mean Bearer, and some write it in other ways, such as
 * BearerToken.
 */
function isBearer(json: Json): bool {
  const type = json.member(json.root, "token_type");
  return type == ABSENT || json.isString(type) && startsIgnoringCase(json.text(type), "bearer") && json.raw(type).length <= 16 && onlyLetters(json.text(type));
}

function onlyLetters(text: Uint8Array): bool {
  for (let i = 0; i < text.length; i++) if ((text[i] | 0x20) - 0x61 >= 26) return false;
  return true;
}

/** RFC 6749 §3.3 requires a text. A list of texts is joined. Any other value is ignored, and the requested scope counts. */
function scopeOf(json: Json, scope: i32): Uint8Array {
  if (!json.isList(scope)) return json.text(scope);
  const out = new ByteWriter();
  for (let item = json.first(scope); item != ABSENT; item = json.sibling(scope, item)) {
    if (!printable(json, item, 0x21)) return EMPTY;
    if (out.length > 0) out.byte(0x20);
    out.bytes(json.text(item));
  }
  return out.done();
}

/** Whether it is a string of printable ASCII from `lowest` on, and not too long. So it cannot end a header line (duty 33). */
function printable(json: Json, node: i32, lowest: u8): bool {
  if (!json.isString(node) || json.raw(node).length > MAX_TOKEN) return false;
  const text = json.text(node);
  for (let i = 0; i < text.length; i++) if (text[i] < lowest || text[i] > 0x7e) return false;
  return true;
}

/** In whole seconds. Some providers write the number as a text. An invalid lifetime counts as absent (duty 31). */
function expiresInSec(json: Json): i32 {
  const value = json.numberOrText(json.member(json.root, "expires_in"));
  if (!(value >= 0)) return NOT_SAID;
  return value >= <f64>MAX_EXPIRES_IN_SEC ? MAX_EXPIRES_IN_SEC : <i32>value;
}

function refuse(fault: TokenFault, at: string): Result<Tokens> { return Result.fail<Tokens>(fault, at); }
