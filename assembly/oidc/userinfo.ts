// The UserInfo endpoint (OpenID Connect Core §5.3): more claims about whoever the access token is for.

import { joined, utf8 } from "../bytes/bytes";
import { Callout, Endpoint, Reply } from "../http/callout";
import { claimIs } from "../jose/claims";
import { Json } from "../json/json";
import { parse } from "../json/parser";
import { Result } from "../result";
import { answered } from "./answered";

export const enum UserinfoFault { Unreachable = 1, BadStatus, NotJson, WrongSubject }

/** The largest answer that is read, in bytes: it also has to fit into a header, as X-Userinfo. */
const MAX_ANSWER = 32 * 1024;

/** The token goes in the header (RFC 6750 §2.1), never in the URL. */
export function userinfoRequest(endpoint: Endpoint, accessToken: Uint8Array): Callout {
  const call = new Callout("GET", endpoint);
  call.header("authorization", joined(utf8("Bearer "), accessToken));
  return call;
}

/** Claims of somebody else are nobody's: `sub` must be there and be the ID Token's (§5.3.2, duty 64). */
export function readUserinfo(reply: Reply, sub: Uint8Array): Result<Json> {
  if (reply.status == 0) return Result.fail<Json>(UserinfoFault.Unreachable, "");
  if (reply.status != 200) return Result.fail<Json>(UserinfoFault.BadStatus, reply.status.toString());
  const parsed = parse(reply.body, MAX_ANSWER);
  if (parsed.failed || !parsed.value.isObject(parsed.value.root)) return Result.fail<Json>(UserinfoFault.NotJson, "");
  return sub.length > 0 && claimIs(parsed.value, "sub", sub) ? parsed : Result.fail<Json>(UserinfoFault.WrongSubject, "sub");
}

/** For the operator's log. */
export function userinfoFaultText(fault: i32, at: string): string {
  switch (fault) {
    case UserinfoFault.Unreachable: return "the UserInfo endpoint did not answer (check provider_cluster and endpoint_clusters)";
    case UserinfoFault.BadStatus: return "the UserInfo endpoint " + answered(at);
    case UserinfoFault.NotJson: return "the UserInfo endpoint's answer is not a JSON object of at most 32 KiB (signed and encrypted answers are not read)";
    default: return "the UserInfo endpoint's answer is about another sub than the ID Token";
  }
}
