// Token revocation (RFC 7009). Whatever the provider answers, signing out goes on (duty 122): there is nothing to read.

import { utf8 } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";
import { Callout, Endpoint } from "../http/callout";
import { formField } from "../http/form";
import { Client, Occasion } from "./client_auth";

/** `hint` is `refresh_token` or `access_token` (§2.1). null: the client cannot prove itself now. */
export function revocationRequest(endpoint: Endpoint, client: Client, token: Uint8Array, hint: string, occasion: Occasion): Callout | null {
  const call = new Callout("POST", endpoint), form = new ByteWriter();
  formField(form, "token", token);
  formField(form, "token_type_hint", utf8(hint));
  if (!client.authenticate(call, form, endpoint.url, occasion)) return null;
  call.form(form.done());
  return call;
}
