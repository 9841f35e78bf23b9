// The HTTP server in front of the provider: it counts and records calls per endpoint, and breaks endpoints on request of a test.

import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { close, listenOn } from "./ports";

export type Endpoint = "discovery" | "jwks" | "authorization" | "token" | "introspection" | "revocation" | "userinfo" | "end_session" | "other";

/** What is counted: calls of each endpoint, and those of the token endpoint per grant type as well. */
export const COUNTED = [
  "discovery", "jwks", "authorization", "token", "introspection", "revocation", "userinfo", "end_session", "other",
  "token:authorization_code", "token:refresh_token", "token:client_credentials",
] as const satisfies (Endpoint | `token:${string}`)[];
export type Counted = (typeof COUNTED)[number];

/** What an endpoint does instead of answering. `times` limits the number of such calls. */
export type Fault = { times?: number } & (
  | { kind: "delay"; ms: number } // then the true answer
  | { kind: "hang" } // accepts the request and never answers
  | { kind: "hold" } // accepts the request; when the fault is changed, the call continues as if it had just arrived
  | { kind: "reset" } // closes the connection without a byte
  | { kind: "truncate" } // the first half of the true answer, well framed
  | { kind: "cut" } // the first half of the true answer, then the connection closes
  | { kind: "reply"; status?: number; headers?: Record<string, string>; body?: string } // an answer of the test's own
  | { kind: "huge"; bytes: number; chunked?: boolean } // JSON of that size; without a content-length when chunked
);

export interface Call { method: string; path: string; headers: [string, string][]; body: string }

const ENDPOINTS: [RegExp, Endpoint][] = [
  [/^\/\.well-known\//, "discovery"],
  [/^\/jwks$/, "jwks"],
  [/^\/token\/introspection$/, "introspection"],
  [/^\/token\/revocation$/, "revocation"],
  [/^\/token$/, "token"],
  [/^\/auth(\/|$)/, "authorization"],
  [/^\/session\/end(\/|$)/, "end_session"],
  [/^\/me$/, "userinfo"],
];

/** The number of recorded calls per endpoint; a bench makes millions. */
const REMEMBERED = 100;

/** Limit for the headers of one request, in bytes: an `id_token_hint` in the URL may be large. */
export const MAX_HEADERS = 128 * 1024;

export class Front {
  handler: RequestListener = (_request, response) => void response.writeHead(503).end();
  private server: Server | undefined;
  private readonly faults = new Map<Endpoint, Fault>();
  private readonly held = new Map<Endpoint, (() => void)[]>();
  private counts = new Map<string, number>();
  private calls = new Map<Endpoint, Call[]>();

  async open(port: number): Promise<number> {
    this.server = createServer({ maxHeaderSize: MAX_HEADERS }, (request, response) => this.take(request, response));
    return listenOn(this.server, port);
  }

  async close(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    if (server !== undefined) await close(server);
  }

  setFault(endpoint: Endpoint, fault: Fault | null): void {
    if (fault === null) this.faults.delete(endpoint);
    else this.faults.set(endpoint, { ...fault });
    this.release(endpoint);
  }

  countOf(counted: Counted): number {
    return this.counts.get(counted) ?? 0;
  }

  callsOf(endpoint: Endpoint): Call[] {
    return this.calls.get(endpoint) ?? [];
  }

  reset(): void {
    this.counts.clear();
    this.calls.clear();
    this.faults.clear();
    [...this.held.keys()].forEach((endpoint) => this.release(endpoint));
  }

  private release(endpoint: Endpoint): void {
    const held = this.held.get(endpoint) ?? [];
    this.held.delete(endpoint);
    held.forEach((goOn) => goOn());
  }

  private take(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? "/").split("?")[0];
    const endpoint = ENDPOINTS.find(([pattern]) => pattern.test(path))?.[1] ?? "other";
    this.count(endpoint);
    this.record(endpoint, request);
    this.serve(endpoint, request, response);
  }

  private serve(endpoint: Endpoint, request: IncomingMessage, response: ServerResponse): void {
    const fault = this.faults.get(endpoint);
    if (fault === undefined) return void this.handler(request, response);
    if (fault.kind === "hold") return void this.held.set(endpoint, [...(this.held.get(endpoint) ?? []), () => this.serve(endpoint, request, response)]);
    if (fault.times !== undefined && --fault.times <= 0) this.faults.delete(endpoint);
    this.misbehave(fault, request, response);
  }

  private count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  private record(endpoint: Endpoint, request: IncomingMessage): void {
    const call: Call = { method: request.method ?? "", path: request.url ?? "", headers: headerList(request), body: "" };
    const calls = this.calls.get(endpoint) ?? [];
    this.calls.set(endpoint, calls);
    calls.push(call);
    if (calls.length > REMEMBERED) calls.shift();
    // A listener for "data" would start the stream before the provider listens. Watching the pushed bytes does not.
    const push = request.push;
    const count = (grant: string | null): void => this.count(`token:${grant}`);
    request.push = function (chunk: unknown, encoding?: BufferEncoding): boolean {
      if (chunk !== null) call.body += String(chunk);
      else if (endpoint === "token") count(new URLSearchParams(call.body).get("grant_type"));
      return push.call(request, chunk, encoding);
    };
  }

  private misbehave(fault: Exclude<Fault, { kind: "hold" }>, request: IncomingMessage, response: ServerResponse): void {
    switch (fault.kind) {
      case "delay": return void setTimeout(() => this.handler(request, response), fault.ms);
      case "hang": return;
      case "reset": return void request.socket.destroy();
      case "reply": return void response.writeHead(fault.status ?? 200, { "content-type": "application/json", ...fault.headers }).end(fault.body ?? "");
      case "huge": return sendHuge(response, fault.bytes, fault.chunked === true);
      case "truncate":
      case "cut":
        halve(response, fault.kind === "cut");
        return void this.handler(request, response);
    }
  }
}

/** Name and value of each header in the order of arrival. Repeated headers stay separate. */
export function headerList(request: IncomingMessage): [string, string][] {
  const raw = request.rawHeaders;
  return Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i], raw[2 * i + 1]]);
}

/** The provider passes its whole answer to `end`, so half of it is dropped there. */
function halve(response: ServerResponse, promiseAll: boolean): void {
  const end = response.end.bind(response) as (body?: Buffer) => ServerResponse;
  response.end = ((body?: string | Buffer) => {
    const whole = Buffer.from(body ?? "");
    const half = whole.subarray(0, whole.length >> 1);
    if (!promiseAll) {
      response.setHeader("content-length", half.length);
      return end(half);
    }
    response.setHeader("content-length", whole.length);
    response.write(half, () => response.destroy());
    return response;
  }) as typeof response.end;
}

function sendHuge(response: ServerResponse, bytes: number, chunked: boolean): void {
  const frame = '{"padding":""}';
  const length = Math.max(bytes, frame.length);
  response.writeHead(200, { "content-type": "application/json", ...(chunked ? {} : { "content-length": length }) });
  response.write(frame.slice(0, -2));
  response.write(Buffer.alloc(length - frame.length, "x"));
  response.end(frame.slice(-2));
}
