/** A call of the module to a cluster, as the test that plays the provider sees it. */
import { Headers, type HeadersLike } from "./headers";
import type { RootContext } from "./root";

export type Body = string | Uint8Array | object;

export interface CalloutRequest { cluster: string; headers: Headers; body: Buffer; timeoutMs: number }

export class Callout {
  /** How it ended; null while it is open. */
  ended: "answered" | "failed" | "cancelled" | null = null;
  dueAtMs: number;

  constructor(private readonly root: RootContext, readonly token: number, private readonly request: CalloutRequest) {
    root.vm.host.open.add(this);
    this.dueAtMs = request.timeoutMs > 0 ? root.vm.host.nowMs + request.timeoutMs : Infinity;
  }

  get worker(): number { return this.root.vm.worker; }
  get cluster(): string { return this.request.cluster; }
  get headers(): Headers { return this.request.headers; }
  get method(): string { return this.headers.get(":method") ?? ""; }
  get path(): string { return this.headers.get(":path") ?? ""; }
  get authority(): string { return this.headers.get(":authority") ?? ""; }
  get body(): string { return this.request.body.toString(); }
  get bytes(): Buffer { return this.request.body; }
  get form(): URLSearchParams { return new URLSearchParams(this.body); }
  get timeoutMs(): number { return this.request.timeoutMs; }
  get open(): boolean { return this.ended === null; }

  /** An object as body is sent as JSON. */
  reply(status: number, headers: HeadersLike = {}, body: Body = ""): void {
    const sent = Headers.of([[":status", String(status)]]);
    for (const [name, value] of Headers.of(headers).list) sent.add(name, value);
    const plain = typeof body === "string" || body instanceof Uint8Array;
    if (!plain && !sent.has("content-type")) sent.add("content-type", "application/json");
    this.deliver("answered", sent, Buffer.from(plain ? body as string : JSON.stringify(body)));
  }

  json(body: object, status = 200): void { this.reply(status, {}, body); }

  /** The connection failed: the module gets zero headers. */
  fail(): void { this.deliver("failed", null, Buffer.alloc(0)); }

  /** Envoy itself answers a call that takes too long. `envoy.advance` does so when the time is over. */
  timeout(): void { this.deliver("answered", Headers.of([[":status", "504"], ["content-type", "text/plain"]]), Buffer.from("upstream request timeout")); }

  /** Nothing listens there: Envoy itself answers this too. */
  unreachable(): void {
    this.deliver("answered", Headers.of([[":status", "503"], ["content-type", "text/plain"]]),
      Buffer.from("upstream connect error or disconnect/reset before headers. reset reason: remote connection failure"));
  }

  cancel(): void {
    this.ended ??= "cancelled";
    this.root.vm.host.open.delete(this);
    this.root.callouts.delete(this.token);
  }

  /** The root context gets the answer, whichever stream made the call. */
  private deliver(how: "answered" | "failed", headers: Headers | null, body: Buffer): void {
    if (this.ended) throw new Error(`the callout to ${this} was ${this.ended} already`);
    this.ended = how;
    this.root.vm.host.open.delete(this);
    this.root.reply = headers ? { headers, body } : null;
    try {
      this.root.vm.call(this.root, "proxy_on_http_call_response", this.root.id, this.token, headers?.list.length ?? 0, body.length, 0);
    } finally {
      this.root.reply = null;
      this.root.callouts.delete(this.token);
    }
    this.root.vm.host.settle();
  }

  toString(): string { return `${this.cluster} ${this.method} ${this.path}`; }
}
