// How this client proves itself to the provider (RFC 6749 §2.3.1).

import { encodeBase64 } from "../bytes/base64";
import { concat, utf8 } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";
import { Callout } from "../http/callout";
import { formEncode, formField } from "../http/form";

export const enum ClientAuth { Basic = 1, Post }

@final
export class Client {
  constructor(readonly id: Uint8Array, private readonly secret: Uint8Array, private readonly auth: ClientAuth) {}

  /** Adds the credentials to a call with this form: in the header or in the body, never both, never in the URL. */
  authenticate(call: Callout, form: ByteWriter): void {
    if (this.auth == ClientAuth.Post) {
      formField(form, "client_id", this.id);
      formField(form, "client_secret", this.secret);
      return;
    }
    // Both parts are form-encoded first, so that a colon in either changes nothing.
    const pair = new ByteWriter();
    formEncode(pair, this.id);
    pair.byte(0x3a);
    formEncode(pair, this.secret);
    call.header("authorization", concat([utf8("Basic "), encodeBase64(pair.done())]));
  }
}
