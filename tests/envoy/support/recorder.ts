// An upstream that speaks HTTP/1.1 and HTTP/2 and records what reached it: each request with its headers, body and trailers, whether it ended, and
// how a program behind it would read it.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { ClusterOptions, RouteOptions } from "../../../cli/demo/envoy-config";
import { close, listenOn } from "../../../cli/demo/ports";
import { MAX_HEADERS } from "../../../cli/demo/provider-front";
import { atEnd } from "./cleanup";
import type { Headers, Protocol } from "./exchange";

export interface Recorded {
  protocol: Protocol;
  method: string;
  path: string;
  headers: Headers;
  trailers: Headers;
  body: string;
  /** It ended without a reset. */
  whole: boolean;
}

export interface Recorder {
  /** In the order of their headers' arrival. */
  requests: Recorded[];
  /** The requests with this header, by which tests find them. */
  of(name: string, value: string): Recorded[];
  /** The clusters for it; UPSTREAM_ROUTES selects one. */
  clusters: Record<"upstream" | "upstream_http2", ClusterOptions>;
}

/** The header by which a request selects the protocol towards the upstream. */
export const towards = (protocol: Protocol): [string, string] => ["x-towards", protocol];

export const UPSTREAM_ROUTES: RouteOptions[] = [
  { prefix: "/", cluster: "upstream_http2", extra: { match: { prefix: "/", headers: [{ name: "x-towards", string_match: { exact: "HTTP/2" } }] } } },
  { prefix: "/", cluster: "upstream" },
];

export async function startRecorder(): Promise<Recorder> {
  const requests: Recorded[] = [];
  const record = (protocol: Protocol, request: IncomingMessage | Http2ServerRequest): Recorded => {
    const recorded: Recorded = { protocol, method: request.method ?? "", path: request.url ?? "", headers: pairs(request.rawHeaders), trailers: [], body: "", whole: false };
    requests.push(recorded);
    request.on("data", (chunk: Buffer) => (recorded.body += chunk.toString("latin1")));
    request.on("error", () => {}); // a reset: `whole` stays false
    request.on("end", () => {
      recorded.trailers = pairs(request.rawTrailers);
      recorded.whole = "stream" in request ? !request.stream.aborted : request.complete;
    });
    return recorded;
  };
  const http1 = createServer({ maxHeaderSize: MAX_HEADERS, insecureHTTPParser: true }, (request: IncomingMessage, response: ServerResponse) => {
    record("HTTP/1.1", request);
    request.on("end", () => response.end("seen"));
  });
  // Node accepts few methods. A request that it does not accept still counts as one that reached the upstream.
  http1.on("clientError", (error: Error & { rawPacket?: Buffer }, socket) => {
    if (error.rawPacket && socket.writable) requests.push(unread(error.rawPacket.toString("latin1")));
    socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nseen");
  });
  http1.on("connect", (request, socket) => { record("HTTP/1.1", request); socket.destroy(); });
  const http2 = createHttp2Server({ settings: { maxHeaderListSize: MAX_HEADERS } }, (request: Http2ServerRequest, response: Http2ServerResponse) => {
    record("HTTP/2", request);
    response.on("error", () => {});
    request.on("end", () => response.end("seen"));
  });
  http2.on("session", (session) => { session.on("error", () => {}); atEnd(async () => session.destroy()); });
  const [one, two] = await Promise.all([listenOn(http1, 0), listenOn(http2, 0)]);
  atEnd(async () => {
    http2.close();
    await close(http1);
  });
  return {
    requests,
    of: (name, value) => requests.filter(({ headers }) => headers.some(([other, its]) => other.toLowerCase() === name && its === value)),
    clusters: {
      upstream: { port: one, extra: speaking({ http_protocol_options: { enable_trailers: true } }) },
      upstream_http2: { port: two, extra: speaking({ http2_protocol_options: {} }) },
    },
  };
}

/**
 * The headers as CGI, PHP or WSGI read them (RFC 3875 §4.1.18): a name becomes HTTP_ with its letters and digits, and `_` for everything else. Some
 * programs take the first of equal names and some the last, and some add trailers to the headers, so all values are here, in order.
 */
export function understood({ headers, trailers }: Pick<Recorded, "headers" | "trailers">): Map<string, string[]> {
  const out = new Map<string, string[]>();
  for (const [name, value] of [...headers, ...trailers]) {
    const variable = `HTTP_${name.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
    out.set(variable, [...(out.get(variable) ?? []), value]);
  }
  return out;
}

function unread(text: string): Recorded {
  const [head, ...body] = text.split("\r\n\r\n"), [line, ...lines] = head!.split("\r\n"), [method = "", path = ""] = line!.split(" ");
  const headers = lines.map((one): [string, string] => [one.slice(0, one.indexOf(":")), one.slice(one.indexOf(":") + 1).trim()]);
  return { protocol: "HTTP/1.1", method, path, headers, trailers: [], body: body.join("\r\n\r\n"), whole: false };
}

function speaking(options: object): object {
  const name = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  return { typed_extension_protocol_options: { [name]: { "@type": `type.googleapis.com/${name}`, explicit_http_config: options } } };
}

function pairs(raw: string[]): Headers {
  return Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i]!, raw[2 * i + 1]!]);
}
