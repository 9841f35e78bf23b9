// A URL that the browser is sent to: the provider's own, with parameters behind whatever query it has (RFC 6749 §3.1).

import { indexOf } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";
import { formEncode } from "../http/form";
import { Url } from "../http/url";

@final
export class EndpointQuery {
  private readonly out: ByteWriter = new ByteWriter(1024);
  /** What stands before the next parameter; 0 for nothing, where the URL ends in it already. */
  private separator: u8;

  constructor(endpoint: Url) {
    const url = endpoint.text, last = url[url.length - 1];
    this.out.bytes(url);
    this.separator = indexOf(url, 0x3f) < 0 ? 0x3f : last == 0x3f || last == 0x26 ? 0 : 0x26;
  }

  /** `name` is a constant of ours. */
  add(name: string, value: Uint8Array): void {
    this.begin();
    this.out.text(name).byte(0x3d);
    formEncode(this.out, value);
  }

  /** A parameter whose name comes from configuration. */
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
