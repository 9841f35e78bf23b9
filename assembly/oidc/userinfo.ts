// The UserInfo endpoint (OpenID Connect Core §5.3): more claims about the user.

import { indexOf, joined, utf8 } from "../bytes/bytes";
import { isUtf8 } from "../bytes/utf8";
import { Callout, Endpoint, Reply } from "../http/callout";
import { claimIs, holds } from "../jose/claims";
import { Json } from "../json/json";
import { parseObject } from "../json/parser";
import { Result } from "../result";
import { answered } from "./answered";

export const enum UserinfoFault {
  Unreachable = 1,
  BadStatus,
  NotUtf8,
  NotJson,
  /** A signed response has another issuer, or another audience. */
  WrongIssuer,
  WrongAudience,
  /** The claims are about another user. Only this fault always ends the login. */
  WrongSubject,
}

/** The largest response that is read, in bytes. It also has to fit into a header, as X-Userinfo. */
const MAX_ANSWER = 32 * 1024;

/** The token is in the header (RFC 6750 §2.1), never in the URL. */
export function userinfoRequest(endpoint: Endpoint, accessToken: Uint8Array): Callout {
  const call = new Callout("GET", endpoint, "application/json, application/jwt");
  call.header("authorization", joined(utf8("Bearer "), accessToken));
  return call;
}

/** Whether the response is a JWT (§5.3.2, `application/jwt`). The content decides, because media types are often wrong. */
export function isSignedUserinfo(reply: Reply): bool {
  return reply.status == 200 && reply.body.length > 0 && reply.body[0] == 0x65 && indexOf(reply.body, 0x2e) > 0;
}

/** `sub` must be there, and be the ID Token's (§5.3.2, duty 64). */
export function readUserinfo(reply: Reply, sub: Uint8Array): Result<Json> {
  if (reply.status == 0) return Result.fail<Json>(UserinfoFault.Unreachable, "");
  if (reply.status != 200) return Result.fail<Json>(UserinfoFault.BadStatus, reply.status.toString());
  const json = parseObject(reply.body, MAX_ANSWER);
  return json != null ? ofSubject(json, sub) : Result.fail<Json>(isUtf8(reply.body) ? UserinfoFault.NotJson : UserinfoFault.NotUtf8, "");
}

/** For claims with a verified signature. `iss` and `aud` are checked if they are there (§5.3.2: both should be). */
export function readSignedUserinfo(claims: Json, issuer: Uint8Array, clientId: Uint8Array, sub: Uint8Array): Result<Json> {
  const aud = claims.member(claims.root, "aud");
  if (claims.member(claims.root, "iss") >= 0 && !claimIs(claims, "iss", issuer)) return Result.fail<Json>(UserinfoFault.WrongIssuer, "iss");
  if (aud >= 0 && !holds(claims, aud, clientId)) return Result.fail<Json>(UserinfoFault.WrongAudience, "aud");
  return ofSubject(claims, sub);
}

function ofSubject(claims: Json, sub: Uint8Array): Result<Json> {
  return sub.length > 0 && claimIs(claims, "sub", sub) ? Result.of<Json>(claims) : Result.fail<Json>(UserinfoFault.WrongSubject, "sub");
}

/** For the log. */
export function userinfoFaultText(fault: i32, at: string): string {
  switch (fault) {
    case UserinfoFault.Unreachable: return "the UserInfo endpoint did not answer (check provider_cluster and endpoint_clusters)";
    case UserinfoFault.BadStatus: return "the UserInfo endpoint " + answered(at);
    case UserinfoFault.NotUtf8: return "the UserInfo endpoint's answer is not UTF-8, as JSON must be (RFC 8259 §8.1): the provider stores or sends names in another encoding";
    case UserinfoFault.NotJson: return "the UserInfo endpoint's answer is not a JSON object of at most 32 KiB, nor a signed JWT";
    case UserinfoFault.WrongIssuer: return "the UserInfo endpoint's signed answer has another iss than the issuer";
    case UserinfoFault.WrongAudience: return "the UserInfo endpoint's signed answer does not name client_id in aud";
    default: return "the UserInfo endpoint's answer is about another sub than the ID Token";
  }
}
