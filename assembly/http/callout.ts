// One HTTP call to the provider, and its reply.

import { EMPTY, utf8 } from "../bytes/bytes";
import { Url } from "./url";

/** An endpoint: its URL, and its Envoy cluster. Configuration chooses the cluster, never the URL. */
@final
export class Endpoint {
  constructor(readonly url: Url, readonly cluster: Uint8Array) {}
}

@final
export class Callout {
  /** Names and values of the headers, in turn, pseudo-headers first. */
  readonly pairs: Uint8Array[] = new Array<Uint8Array>();
  readonly cluster: Uint8Array;
  body: Uint8Array = EMPTY;

  /** `accept`: the media types that the specification registers for the reply, because some endpoints refuse others with 406. The reply is read by its content. */
  constructor(method: string, endpoint: Endpoint, accept: string = "application/json") {
    this.cluster = endpoint.cluster;
    this.header(":method", utf8(method));
    this.header(":scheme", utf8(endpoint.url.https ? "https" : "http"));
    this.header(":authority", endpoint.url.authority);
    this.header(":path", endpoint.url.path);
    this.header("accept", utf8(accept));
    this.header("user-agent", utf8("envoy-oidc"));
  }

  header(name: string, value: Uint8Array): void {
    this.pairs.push(utf8(name));
    this.pairs.push(value);
  }

  form(body: Uint8Array): void {
    this.header("content-type", utf8("application/x-www-form-urlencoded"));
    this.body = body;
  }
}

/** The largest reply that is read. A larger one counts as no reply. */
export const MAX_REPLY = 256 * 1024;

/** A reply. `status` is 0 if there was none: the call was refused, reset or timed out. */
@final
export class Reply {
  constructor(readonly status: i32, readonly body: Uint8Array) {}
  static none(): Reply { return new Reply(0, EMPTY); }
}
