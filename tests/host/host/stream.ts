/** One request through the filter, from the client's headers to the end of the stream. */
import { BufferType, Continue, MapType, Misuse, StopAllIterationAndWatermark, StopIteration, StopIterationAndBuffer, StopIterationNoBuffer } from "./abi";
import { Headers, type HeadersLike, type Pair } from "./headers";
import type { RootContext } from "./root";
import type { Vm } from "./vm";

export interface LocalReply { status: number; headers: Headers; body: string; details: string; grpcStatus: number }
export interface Reply { status: number; headers: Headers; body: string }
export type Outcome = "waiting" | "reset" | { forwarded: Headers } | { local: LocalReply };

type Answer = { value: number; stopped: boolean } | null;

/** What has reached the upstream, in Envoy's order. */
export interface Upstream { headers: Headers | null; body: Buffer; trailers: Headers | null; ended: boolean }

/** Envoy's states of a filter's iteration: it continues, its headers are held, or nothing reaches the filter until it continues. */
type Iteration = "continue" | "stopped" | "stopped-all";

export class StreamContext {
  readonly properties = new Map<string, Buffer>();
  outcome: Outcome = "waiting";
  /** The client's final response: the local reply, or the upstream's answer as the filter passed it on. */
  response: Reply | null = null;
  readonly upstream: Upstream = { headers: null, body: Buffer.alloc(0), trailers: null, ended: false };
  private readonly maps = new Map<number, Headers>();
  private readonly buffers = new Map<number, Buffer>();
  private iteration: Iteration = "continue";
  private headersContinued = false;
  /** The client has sent the whole request. */
  private complete = false;
  /** Data that Envoy holds while the filter stops, and trailers that it has not passed on. */
  private held: Buffer | null = null;
  private trailing: Headers | null = null;
  /** The filter has asked for the complete body. */
  private buffering = false;
  /** After StopAllIteration, Envoy continues at the filter itself, not behind it. */
  private fromThisFilter = false;
  private inRequestHeaders = false;
  private answering = false;
  private ended = false;

  constructor(readonly vm: Vm, readonly root: RootContext, readonly id: number, private readonly sent: Headers) {
    vm.contexts.set(id, this);
    root.streams.add(this);
  }

  get waiting(): boolean { return this.outcome === "waiting"; }

  /** The headers that the upstream got. Throws for any other outcome, which the message names. */
  get forwarded(): Headers {
    if (typeof this.outcome === "object" && "forwarded" in this.outcome) return this.outcome.forwarded;
    throw new Error(`the request was not forwarded: ${describe(this.outcome)}`);
  }

  get local(): LocalReply {
    if (typeof this.outcome === "object" && "local" in this.outcome) return this.outcome.local;
    throw new Error(`the request was not answered locally: ${describe(this.outcome)}`);
  }

  /** Sends HEADERS, with or without END_STREAM. */
  begin(end: boolean): this {
    this.vm.call(this, "proxy_on_context_create", this.id, this.root.id);
    this.maps.set(MapType.RequestHeaders, this.sent);
    this.complete = end;
    this.inRequestHeaders = true;
    const status = this.headersStatus(this.vm.call(this, "proxy_on_request_headers", this.id, this.sent.list.length, end ? 1 : 0));
    this.inRequestHeaders = false;
    if (this.over) return this;
    if (status === Continue) this.headersToUpstream();
    else this.iteration = status === StopIteration ? "stopped" : "stopped-all";
    return this;
  }

  /** Sends DATA; the last one may be empty. After an answer everything is dropped, as in Envoy. */
  data(bytes: string | Uint8Array, end = false): this {
    if (this.over) return this;
    this.complete = end;
    if (this.iteration === "stopped-all") this.hold(Buffer.from(bytes as string));
    else this.dataToFilter(Buffer.from(bytes as string), end);
    this.vm.host.settle();
    return this;
  }

  /** Ends the request with trailers. */
  trailers(like: HeadersLike): this {
    if (this.over) return this;
    this.complete = true;
    this.trailing = Headers.of(like);
    if (this.iteration !== "stopped-all") this.trailersToFilter();
    this.vm.host.settle();
    return this;
  }

  private get over(): boolean { return this.ended || this.answering; }

  private hold(bytes: Buffer): void { this.held = this.held ? Buffer.concat([this.held, bytes]) : bytes; }

  /** Only with `allow_on_headers_stop_iteration` a filter can hold the headers and still get the body. */
  private headersStatus(answer: Answer): number {
    if (!answer) return Continue;
    if (answer.stopped) return StopAllIterationAndWatermark;
    return answer.value === StopIteration && !this.vm.host.bodiesBehindHeaders ? StopAllIterationAndWatermark : answer.value;
  }

  private dataToFilter(bytes: Buffer, end: boolean): void {
    if (this.buffering) {
      this.hold(bytes);
      bytes = Buffer.alloc(0);
    }
    const shown = this.buffering ? this.held! : bytes;
    this.buffers.set(BufferType.RequestBody, shown);
    const answer = this.vm.call(this, "proxy_on_request_body", this.id, shown.length, end ? 1 : 0);
    if (this.over) return;
    const written = this.buffers.get(BufferType.RequestBody)!;
    if (this.buffering) this.held = written;
    else bytes = written;
    const status = answer?.stopped ? StopIterationNoBuffer : answer?.value ?? Continue;
    this.buffering = status === StopIterationAndBuffer;
    if (status !== StopIterationNoBuffer) this.keepOrPass(bytes, status === Continue, end);
    else this.iteration = "stopped";
    // The filter can read the buffer as long as it asks for the complete body.
    if (!this.buffering) this.buffers.delete(BufferType.RequestBody);
  }

  private keepOrPass(bytes: Buffer, passes: boolean, end: boolean): void {
    if (passes && this.iteration === "continue") return this.dataToUpstream(bytes, end);
    if (bytes.length > 0 || !this.held) this.hold(bytes);
    if (passes) this.continueIteration();
    else this.iteration = "stopped";
  }

  private trailersToFilter(): void {
    this.maps.set(MapType.RequestTrailers, this.trailing!);
    if (this.buffering) this.buffers.set(BufferType.RequestBody, this.held ?? Buffer.alloc(0));
    const answer = this.vm.call(this, "proxy_on_request_trailers", this.id, this.trailing!.list.length);
    if (this.over) return;
    if (answer && (answer.stopped || answer.value !== Continue)) {
      this.iteration = this.iteration === "continue" ? "stopped" : this.iteration;
      return;
    }
    // Trailers are dangerous: if the filter holds the headers and returns Continue here, everything continues.
    this.maps.delete(MapType.RequestTrailers);
    if (this.iteration === "stopped") this.continueIteration();
    else this.trailersToUpstream();
  }

  /** Envoy's commonContinue: what was held continues, headers first. */
  private continueIteration(): void {
    if (this.over) return;
    this.fromThisFilter = this.iteration === "stopped-all";
    this.iteration = "continue";
    this.maps.delete(MapType.RequestHeaders);
    if (!this.headersContinued) this.headersToUpstream();
    const held = this.held, trailed = this.trailing !== null && !this.upstream.trailers, again = this.fromThisFilter;
    this.held = null;
    this.fromThisFilter = false;
    if (held) again ? this.dataToFilter(held, this.complete && !trailed) : this.dataToUpstream(held, this.complete && !trailed);
    if (this.over || !trailed) return;
    if (again) this.trailersToFilter();
    else this.trailersToUpstream();
  }

  /** The maps cannot be accessed after the headers have continued: Envoy then answers BadArgument. */
  private headersToUpstream(): void {
    this.maps.delete(MapType.RequestHeaders);
    this.headersContinued = true;
    this.upstream.headers = this.sent;
    this.upstream.ended = this.complete && !this.held && !this.trailing;
    this.outcome = { forwarded: this.sent };
  }

  private dataToUpstream(bytes: Buffer, end: boolean): void {
    this.upstream.body = Buffer.concat([this.upstream.body, bytes]);
    this.upstream.ended = end;
  }

  private trailersToUpstream(): void {
    this.upstream.trailers = this.trailing;
    this.upstream.ended = true;
  }

  get sentBody(): string { return this.upstream.body.toString(); }

  /** The upstream answers a forwarded request. Returns what the client gets after the filter's changes. */
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

  /** The client disconnects, whatever the request waits for. */
  reset(): void {
    if (this.waiting) this.outcome = "reset";
    this.finish();
  }

  /** Ends the stream. Local replies and `respond` call it. */
  finish(): void {
    if (this.ended) return;
    this.ended = true;
    for (const callback of ["proxy_on_done", "proxy_on_log", "proxy_on_delete"]) this.vm.call(this, callback, this.id);
    this.vm.unfreed.push(this.id);
    this.root.streams.delete(this);
    this.root.endIfIdle();
    this.vm.host.settle();
  }

  map(type: number): Headers | null { return this.maps.get(type) ?? null; }
  buffer(type: number): Buffer | null { return this.buffers.get(type) ?? null; }
  setBuffer(type: number, bytes: Buffer): void { this.buffers.set(type, bytes); }

  /** proxy_continue_stream for the request. It takes effect after the VM call has returned. */
  continueRequest(): void {
    if (this.inRequestHeaders) throw new Misuse("proxy_continue_stream within proxy_on_request_headers: Envoy loses it when the answer then is to stop");
    if (this.iteration === "continue" || this.over) throw new Misuse(`proxy_continue_stream of a request that is not paused: ${describe(this.outcome)}`);
    this.maps.delete(MapType.RequestHeaders);
    this.vm.after(() => this.continueIteration());
  }

  /** proxy_send_local_response. It takes effect after the VM call too. The reply passes the filter's own response callbacks. */
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
