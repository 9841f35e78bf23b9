// Token introspection (RFC 7662).

import { ByteWriter } from "../bytes/writer";
import { Callout, Endpoint, Reply } from "../http/callout";
import { formField } from "../http/form";
import { ABSENT, Json, Kind } from "../json/json";
import { parseObject } from "../json/parser";
import { Result } from "../result";
import { indexIn, is, utf8 } from "../bytes/bytes";
import { decodeUtf8 } from "../bytes/utf8";
import { answered } from "./answered";
import { Client, AssertionContext } from "./client_auth";

export const enum IntrospectionFault { Unreachable = 1, BadStatus, NotJson, Inactive }

/** The largest response that is read, in bytes. It also has to fit into a header, as X-Userinfo. */
export const MAX_ANSWER = 32 * 1024;

/** Claims from the introspection of an active token. Only `readIntrospection` makes this object. */
@final
export class ActiveToken {
  constructor(readonly claims: Json) {}
}

/**
 * `addon`: names and values of request headers to send along; `params`: those of additional parameters; `tokenParameter`: `token`, except for providers
 * with a name of their own. null: the client cannot authenticate now.
 */
export function introspectionRequest(
  endpoint: Endpoint, client: Client, token: Uint8Array, addon: Uint8Array[], assertionContext: AssertionContext, params: Uint8Array[] = [],
  tokenParameter: string = "token",
): Callout | null {
  const form = new ByteWriter();
  formField(form, tokenParameter, token);
  let hinted = false;
  for (let i = 0; i + 1 < params.length; i += 2) {
    formField(form, decodeUtf8(params[i]), params[i + 1]);
    hinted = hinted || is(params[i], "token_type_hint");
  }
  if (!hinted) formField(form, "token_type_hint", utf8("access_token"));
  const call = client.post(endpoint, form, assertionContext);
  if (call != null) for (let i = 0; i < addon.length; i++) call.pairs.push(addon[i]);
  return call;
}

/** With any other status the body is not read. */
export function isRead(status: i32): bool { return status == 200 || status == 400 || status == 404; }

/** Only the boolean `true` means active (§2.2). A malformed response says nothing about the token. */
export function readIntrospection(reply: Reply): Result<ActiveToken> {
  if (reply.status == 0) return Result.fail<ActiveToken>(IntrospectionFault.Unreachable, "");
  if (reply.status != 200) {
    if (isRead(reply.status) && isTokenUnknown(reply.body)) return Result.fail<ActiveToken>(IntrospectionFault.Inactive, "error");
    return Result.fail<ActiveToken>(IntrospectionFault.BadStatus, reply.status.toString());
  }
  const json = parseObject(reply.body, MAX_ANSWER);
  if (json == null) return Result.fail<ActiveToken>(IntrospectionFault.NotJson, "");
  if (!json.isTrue(json.member(json.root, "active"))) return Result.fail<ActiveToken>(IntrospectionFault.Inactive, "active");
  return Result.of<ActiveToken>(new ActiveToken(json));
}

/** Errors about the token. Others are about the client or the request (RFC 6749 §5.2). */
const TOKEN_ERRORS: string[] = ["invalid_token", "expired_token", "token_expired", "token_not_found", "unknown_token"];

/** Whether a response with status 400 or 404 says that there is no such token. Correct would be 200 and `"active": false` (§2.2). */
function isTokenUnknown(body: Uint8Array): bool {
  const json = parseObject(body, MAX_ANSWER);
  if (json == null) return false;
  const active = json.member(json.root, "active"), error = json.text(json.member(json.root, "error"));
  if (json.kind(active) == Kind.False) return true;
  return active == ABSENT && indexIn(TOKEN_ERRORS, error) >= 0;
}

/** For the log. */
export function introspectionFaultText(fault: i32, at: string): string {
  switch (fault) {
    case IntrospectionFault.Unreachable: return "the introspection endpoint did not answer";
    case IntrospectionFault.BadStatus: return "the introspection endpoint " + answered(at) + hint(at);
    default: return "the introspection endpoint's answer is not a JSON object";
  }
}

/** Keycloak answers 400 to a client with the wrong authentication method, and 403 to one without a secret. */
function hint(status: string): string {
  if (status == "404") return " (check introspection_endpoint)";
  return status == "400" || status == "401" || status == "403" ? " (check client_id, client_secret and introspection_endpoint_auth_method)" : "";
}
