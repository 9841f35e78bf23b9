// The token endpoint: a code or a refresh token goes there (RFC 6749 §4.1.3, §6), tokens or a refusal come back (§5).

import { EMPTY, is, isIgnoringCase, utf8 } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";
import { Callout, Endpoint, MAX_REPLY, Reply } from "../http/callout";
import { formField } from "../http/form";
import { ABSENT, Json } from "../json/json";
import { parse } from "../json/parser";
import { Result } from "../result";
import { answered } from "./answered";
import { Client, Occasion } from "./client_auth";

export const enum TokenFault {
  Unreachable = 1,
  BadStatus,
  NotJson,
  /** The code or refresh token is no longer good: sign in again. */
  InvalidGrant,
  /** The provider does not believe this client. */
  InvalidClient,
  /** Another error of §5.2; `at` names it. */
  Refused,
  NoAccessToken,
  NotBearer,
  /** A member of the wrong type, too long, or with characters that a token never has; `at` names it. */
  BadMember,
}

/** The longest token that is taken, in bytes: nothing near it fits into a session. */
const MAX_TOKEN = 64 * 1024;
/** Ten years: no access token lives as long, and nothing overflows (duty 31). */
const MAX_EXPIRES_IN_SEC = 10 * 365 * 86400;

/** What the provider has handed out. Nothing in it is verified, but all of it may stand in a header. Only `readTokens` makes one. */
@final
export class Tokens {
  constructor(
    readonly accessToken: Uint8Array,
    /** EMPTY where there is none; likewise below. */
    readonly refreshToken: Uint8Array,
    readonly idToken: Uint8Array,
    readonly scope: Uint8Array,
    /** 0: not said. */
    readonly expiresInSec: i32,
  ) {}
}

/** null: the client cannot prove itself now; likewise below. */
export function codeRequest(endpoint: Endpoint, client: Client, code: Uint8Array, redirectUri: Uint8Array, codeVerifier: Uint8Array, occasion: Occasion): Callout | null {
  const form = new ByteWriter(1024);
  formField(form, "grant_type", utf8("authorization_code"));
  formField(form, "code", code);
  formField(form, "redirect_uri", redirectUri);
  formField(form, "code_verifier", codeVerifier);
  return request(endpoint, client, form, occasion);
}

/** Without `scope`: what was granted at sign-in stays granted (RFC 6749 §6). */
export function refreshRequest(endpoint: Endpoint, client: Client, refreshToken: Uint8Array, occasion: Occasion): Callout | null {
  const form = new ByteWriter(1024);
  formField(form, "grant_type", utf8("refresh_token"));
  formField(form, "refresh_token", refreshToken);
  return request(endpoint, client, form, occasion);
}

function request(endpoint: Endpoint, client: Client, form: ByteWriter, occasion: Occasion): Callout | null {
  const call = new Callout("POST", endpoint);
  if (!client.authenticate(call, form, endpoint.url, occasion)) return null;
  call.form(form.done());
  return call;
}

export function readTokens(reply: Reply): Result<Tokens> {
  if (reply.status == 0) return refuse(TokenFault.Unreachable, "");
  if (reply.status != 200) return refusal(reply);
  const parsed = parse(reply.body, MAX_REPLY);
  if (parsed.failed || !parsed.value.isObject(parsed.value.root)) return refuse(TokenFault.NotJson, "");
  const json = parsed.value;

  const access = json.member(json.root, "access_token");
  if (access == ABSENT) return refuse(TokenFault.NoAccessToken, "access_token");
  if (!printable(json, access, 0x21)) return refuse(TokenFault.BadMember, "access_token");
  if (json.raw(access).length == 0) return refuse(TokenFault.NoAccessToken, "access_token");
  // A token of a type that is not understood must not be used (RFC 6749 §7.1).
  if (!isIgnoringCase(json.text(json.member(json.root, "token_type")), "bearer")) return refuse(TokenFault.NotBearer, "token_type");

  const refresh = json.member(json.root, "refresh_token"), id = json.member(json.root, "id_token"), scope = json.member(json.root, "scope");
  if (refresh != ABSENT && !printable(json, refresh, 0x20)) return refuse(TokenFault.BadMember, "refresh_token");
  if (id != ABSENT && !printable(json, id, 0x21)) return refuse(TokenFault.BadMember, "id_token");
  if (scope != ABSENT && !printable(json, scope, 0x20)) return refuse(TokenFault.BadMember, "scope");
  return Result.of<Tokens>(new Tokens(json.text(access), json.text(refresh), json.text(id), json.text(scope), expiresInSec(json)));
}

/** For the operator's log. */
export function tokenFaultText(fault: i32, at: string): string {
  switch (fault) {
    case TokenFault.Unreachable: return "the token endpoint did not answer (check provider_cluster and endpoint_clusters)";
    case TokenFault.BadStatus: return "the token endpoint " + answered(at);
    case TokenFault.NotJson: return "the token endpoint's answer is not a JSON object";
    case TokenFault.InvalidGrant: return "the provider does not take the code or refresh token (used before, expired, revoked, or for another redirect_uri)";
    case TokenFault.InvalidClient: return "the provider does not know this client (invalid_client: check client_id, client_secret and token_endpoint_auth_method)";
    case TokenFault.Refused: return "the token endpoint refused with " + at + " (check what the provider allows this client)";
    case TokenFault.NoAccessToken: return "the token endpoint's answer has no access_token";
    case TokenFault.NotBearer: return "the token endpoint's answer is for another token_type than Bearer";
    default: return at + " in the token endpoint's answer is no text that a token can be";
  }
}

/** The codes of RFC 6749 §5.2 that only configuration can mend. */
const CODES: string[] = ["invalid_request", "unauthorized_client", "unsupported_grant_type", "invalid_scope"];

/**
 * An error answer has status 400, or 401 where the client is not believed (§5.2). Some providers say 403 with the same body. Without
 * a code that is known here the answer may be anybody's, a proxy's among others, and says nothing about the grant.
 */
function refusal(reply: Reply): Result<Tokens> {
  const status = reply.status;
  if (status == 400 || status == 401 || status == 403) {
    const parsed = parse(reply.body, MAX_REPLY);
    const error = parsed.failed ? EMPTY : parsed.value.text(parsed.value.member(parsed.value.root, "error"));
    if (is(error, "invalid_grant")) return refuse(TokenFault.InvalidGrant, "error");
    // A 401 is about the client, whatever it is called: Keycloak says unauthorized_client of a wrong secret.
    if (status == 401 || is(error, "invalid_client")) return refuse(TokenFault.InvalidClient, "error");
    for (let i = 0; i < CODES.length; i++) if (is(error, CODES[i])) return refuse(TokenFault.Refused, CODES[i]);
  }
  return refuse(TokenFault.BadStatus, status.toString());
}

/** Whether it is a string of printable ASCII from `lowest` on, of a length to deal with: nothing that could end a header line (duty 33). */
function printable(json: Json, node: i32, lowest: u8): bool {
  if (!json.isString(node) || json.raw(node).length > MAX_TOKEN) return false;
  const text = json.text(node);
  for (let i = 0; i < text.length; i++) if (text[i] < lowest || text[i] > 0x7e) return false;
  return true;
}

/** A number that is no sensible lifetime says nothing, like one that is absent (duty 31). */
function expiresInSec(json: Json): i32 {
  const value = json.number(json.member(json.root, "expires_in"));
  if (!(value >= 1)) return 0;
  return value >= <f64>MAX_EXPIRES_IN_SEC ? MAX_EXPIRES_IN_SEC : <i32>value;
}

function refuse(fault: TokenFault, at: string): Result<Tokens> { return Result.fail<Tokens>(fault, at); }
