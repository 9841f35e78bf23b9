// A URL that the browser is sent to: the provider's endpoint, with parameters after any query that it has (RFC 6749 §3.1).

import { indexOf } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";
import { formEncode } from "../http/form";
import { Url } from "../http/url";

@final
export class EndpointQuery {
  private readonly out: ByteWriter = new ByteWriter(1024);
  /** The character before the next parameter; 0 if the URL already ends in one. */
  private separator: u8;

  constructor(endpoint: Url) {
    const url = endpoint.text, last = url[url.length - 1];
    this.out.bytes(url);
    this.separator = indexOf(url, 0x3f) < 0 ? 0x3f : last == 0x3f || last == 0x26 ? 0 : 0x26;
  }

  /** `name` is a constant, and needs no encoding. */
  add(name: string, value: Uint8Array): void {
    this.begin();
    this.out.text(name).byte(0x3d);
    formEncode(this.out, value);
  }

  /** A parameter with a name from the configuration. */
  addPair(name: Uint8Array, value: Uint8Array): void {
    this.begin();
    formEncode(this.out, name);
    this.out.byte(0x3d);
    formEncode(this.out, value);
  }

  done(): Uint8Array { return this.out.done(); }

  private begin(): void {
    if (this.separator != 0) this.out.byte(this.separator);
    this.separator = 0x26;
  }
}
