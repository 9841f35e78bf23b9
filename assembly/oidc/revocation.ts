// Token revocation (RFC 7009). Whatever the provider answers, logging out goes on (duty 122): its answer is for the log alone.

import { indexIn, utf8 } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";
import { Callout, Endpoint, MAX_REPLY, Reply } from "../http/callout";
import { formField } from "../http/form";
import { parseObject } from "../json/parser";
import { answered } from "./answered";
import { Client, AssertionContext } from "./client_auth";

/** `hint` is `refresh_token` or `access_token` (§2.1). null: the client cannot authenticate now. */
export function revocationRequest(endpoint: Endpoint, client: Client, token: Uint8Array, hint: string, assertionContext: AssertionContext): Callout | null {
  const form = new ByteWriter();
  formField(form, "token", token);
  formField(form, "token_type_hint", utf8(hint));
  return client.post(endpoint, form, assertionContext);
}

/** RFC 7009 §2.2.1 and RFC 6749 §5.2. Other codes may be an attacker's text, and are not logged. */
const CODES: string[] = [
  "unsupported_token_type", "invalid_request", "invalid_client", "unauthorized_client", "invalid_grant", "invalid_token", "server_error",
  "temporarily_unavailable",
];

/** "" if the token is revoked. */
export function revocationFaultText(reply: Reply): string {
  if (reply.status == 200 || reply.status == 204) return "";
  if (reply.status == 0) return "revocation: the provider did not answer";
  const json = parseObject(reply.body, MAX_REPLY);
  if (json != null) {
    const at = indexIn(CODES, json.text(json.member(json.root, "error")));
    if (at >= 0) return `revocation: the provider answered status ${reply.status} with ${CODES[at]}${hint(CODES[at])}`;
  }
  return "revocation: the provider " + answered(reply.status.toString());
}

function hint(code: string): string { return code == "invalid_client" ? " (check client_secret and revocation_endpoint_auth_method)" : ""; }
