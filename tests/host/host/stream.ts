/** One request through the filter, from the client's headers to the end of the stream. */
import { BufferType, Continue, MapType, Misuse, StopIteration } from "./abi";
import { Headers, type HeadersLike, type Pair } from "./headers";
import type { RootContext } from "./root";
import type { Vm } from "./vm";

export interface LocalReply { status: number; headers: Headers; body: string; details: string; grpcStatus: number }
export interface Reply { status: number; headers: Headers; body: string }
export type Outcome = "waiting" | "reset" | { forwarded: Headers } | { local: LocalReply };

export class StreamContext {
  readonly properties = new Map<string, Buffer>();
  outcome: Outcome = "waiting";
  /** What the client got at last: the local reply, or the upstream's answer as the filter let it pass. */
  response: Reply | null = null;
  private readonly maps = new Map<number, Headers>();
  private readonly buffers = new Map<number, Buffer>();
  private pausedIn: "headers" | "body" | null = null;
  private inRequestHeaders = false;
  private answering = false;
  private ended = false;

  constructor(readonly vm: Vm, readonly root: RootContext, readonly id: number, private readonly sent: Headers, private body: Buffer) {
    vm.contexts.set(id, this);
    root.streams.add(this);
  }

  get waiting(): boolean { return this.outcome === "waiting"; }

  /** What the upstream was sent; a request with any other outcome is an error that says which. */
  get forwarded(): Headers {
    if (typeof this.outcome === "object" && "forwarded" in this.outcome) return this.outcome.forwarded;
    throw new Error(`the request was not forwarded: ${describe(this.outcome)}`);
  }

  get local(): LocalReply {
    if (typeof this.outcome === "object" && "local" in this.outcome) return this.outcome.local;
    throw new Error(`the request was not answered locally: ${describe(this.outcome)}`);
  }

  begin(): this {
    this.vm.call(this, "proxy_on_context_create", this.id, this.root.id);
    this.maps.set(MapType.RequestHeaders, this.sent);
    this.inRequestHeaders = true;
    const answer = this.vm.call(this, "proxy_on_request_headers", this.id, this.sent.list.length, this.body.length === 0 ? 1 : 0);
    this.inRequestHeaders = false;
    if (this.ended || this.answering) return this;
    if (answer && (answer.stopped || answer.value !== Continue)) this.pausedIn = "headers";
    else this.headersDone();
    if (answer?.value === StopIteration && this.vm.host.bodiesBehindHeaders && this.body.length > 0) this.bodyBehindHeaders();
    return this;
  }

  /** With `allow_on_headers_stop_iteration`, a filter that holds the headers is given the body all the same. */
  private bodyBehindHeaders(): void {
    this.buffers.set(BufferType.RequestBody, this.body);
    const answer = this.vm.call(this, "proxy_on_request_body", this.id, this.body.length, 1);
    if (this.ended || this.answering || !answer || answer.stopped || answer.value !== Continue) return;
    this.pausedIn = null;
    this.maps.delete(MapType.RequestHeaders);
    this.forward();
  }

  /** The maps are out of reach once the headers have gone on: Envoy then answers BadArgument. */
  private headersDone(): void {
    this.maps.delete(MapType.RequestHeaders);
    if (this.body.length === 0 || !this.vm.has("proxy_on_request_body")) return this.forward();
    this.buffers.set(BufferType.RequestBody, this.body);
    const answer = this.vm.call(this, "proxy_on_request_body", this.id, this.body.length, 1)!;
    if (this.ended || this.answering) return;
    if (answer.stopped || answer.value !== Continue) this.pausedIn = "body";
    else this.forward();
  }

  private forward(): void {
    this.body = this.buffers.get(BufferType.RequestBody) ?? this.body;
    this.buffers.delete(BufferType.RequestBody);
    this.outcome = { forwarded: this.sent };
  }

  get sentBody(): string { return this.body.toString(); }

  /** The upstream answers a forwarded request; the client gets what the filter makes of it. */
  respond(status: number, headers: HeadersLike = {}, body = ""): Reply {
    void this.forwarded;
    return this.encode(status, Headers.of(headers), Buffer.from(body));
  }

  private encode(status: number, headers: Headers, body: Buffer): Reply {
    headers.replace(":status", String(status));
    this.maps.set(MapType.ResponseHeaders, headers);
    const answer = this.vm.call(this, "proxy_on_response_headers", this.id, headers.list.length, body.length === 0 ? 1 : 0);
    if (answer && answer.value !== Continue) throw new Error("a response that the filter holds back is not played by this host");
    this.maps.delete(MapType.ResponseHeaders);
    if (body.length > 0 && this.vm.has("proxy_on_response_body")) {
      this.buffers.set(BufferType.ResponseBody, body);
      this.vm.call(this, "proxy_on_response_body", this.id, body.length, 1);
      body = this.buffers.get(BufferType.ResponseBody)!;
    }
    this.response = { status: Number(headers.get(":status")), headers, body: body.toString() };
    this.finish();
    return this.response;
  }

  /** The client goes away, whatever the request waits for. */
  reset(): void {
    if (this.waiting) this.outcome = "reset";
    this.finish();
  }

  /** The end of the stream. Local replies and `respond` come here by themselves. */
  finish(): void {
    if (this.ended) return;
    this.ended = true;
    for (const callback of ["proxy_on_done", "proxy_on_log", "proxy_on_delete"]) this.vm.call(this, callback, this.id);
    this.vm.contexts.delete(this.id);
    this.root.streams.delete(this);
    this.root.endIfIdle();
    this.vm.host.settle();
  }

  map(type: number): Headers | null { return this.maps.get(type) ?? null; }
  buffer(type: number): Buffer | null { return this.buffers.get(type) ?? null; }
  setBuffer(type: number, bytes: Buffer): void { this.buffers.set(type, bytes); }

  /** proxy_continue_stream of the request: takes effect when the VM call has returned. */
  continueRequest(): void {
    if (this.inRequestHeaders) throw new Misuse("proxy_continue_stream within proxy_on_request_headers: Envoy loses it when the answer then is to stop");
    if (!this.pausedIn || this.answering) throw new Misuse(`proxy_continue_stream of a request that is not paused: ${describe(this.outcome)}`);
    const pausedIn = this.pausedIn;
    this.pausedIn = null;
    this.maps.delete(MapType.RequestHeaders);
    this.vm.after(() => { if (!this.ended) pausedIn === "headers" ? this.headersDone() : this.forward(); });
  }

  /** proxy_send_local_response: also takes effect then; the reply passes the filter's own response callbacks. */
  answer(status: number, added: Pair[], body: Buffer, details: string, grpcStatus: number): void {
    if (this.answering || !this.waiting) throw new Misuse(`proxy_send_local_response for a request that has its answer: ${describe(this.outcome)}`);
    if (status < 200 || status > 599) throw new Misuse(`a local reply with status ${status}`);
    this.answering = true;
    this.vm.after(() => {
      if (this.ended) return;
      const headers = new Headers();
      for (const [name, value] of added) headers.add(name, value);
      if (body.length > 0) {
        if (!headers.has("content-type")) headers.add("content-type", "text/plain");
        headers.replace("content-length", String(body.length));
      }
      this.outcome = { local: { status, headers, body: body.toString(), details: details.replace(/\s/g, "_"), grpcStatus } };
      this.encode(status, headers.copy(), body);
    });
  }
}

function describe(outcome: Outcome): string {
  if (typeof outcome === "string") return outcome;
  if ("forwarded" in outcome) return "forwarded";
  const { status, details, body } = outcome.local;
  return `answered ${status} ${details} ${body}`.trim();
}
