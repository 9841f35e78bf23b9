// One request over HTTP/1.1 or HTTP/2, sent event by event, so that it can end in every possible way: with its headers, with data, with trailers, by
// a reset, and as late as a test wants.

import { connect, type Socket } from "node:net";
import { connect as connectHttp2, type ClientHttp2Session, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http2";
import { isWhole, parseResponse } from "./http";

export type Protocol = "HTTP/1.1" | "HTTP/2";
export const PROTOCOLS: Protocol[] = ["HTTP/1.1", "HTTP/2"];

export type Headers = [string, string][];

export interface Head {
  method: string;
  path: string;
  headers: Headers;
  /** How it ends, which node:http2 must know in advance. */
  ends: "headers" | "data" | "trailers";
  /** HTTP/1.1: uses this Content-Length instead of chunks. */
  length?: number;
  /** HTTP/2: `:scheme`, by default http. */
  scheme?: string;
}

/** The answer; status 0 if there was none. */
export interface Answer { status: number; body: string }

export interface Exchange {
  /** Resolves when the system has the bytes, so that the next data is in a frame of its own. */
  data(bytes: string): Promise<void>;
  /** The last data together with the end: in HTTP/2 one frame. */
  lastData(bytes: string): void;
  end(): void;
  trailers(trailers: Headers): void;
  reset(): void;
  answer: Promise<Answer>;
}

const ANSWER_WITHIN_MS = 30_000;

export function open(protocol: Protocol, url: string, head: Head): Exchange {
  return protocol === "HTTP/2" ? openHttp2(url, head) : openHttp1(url, head);
}

function openHttp1(url: string, { method, path, headers, ends, length }: Head): Exchange {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  const framing: Headers = ends === "headers" ? [] : length === undefined ? [["Transfer-Encoding", "chunked"]] : [["Content-Length", String(length)]];
  const lines = (list: Headers) => list.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const write = (text: string) => new Promise<void>((resolve) => socket.write(Buffer.from(text, "latin1"), () => resolve()));
  const framed = (bytes: string) => (length === undefined ? `${bytes.length.toString(16)}\r\n${bytes}\r\n` : bytes);
  const last = length === undefined ? "0\r\n" : "";
  void write(`${method} ${path} HTTP/1.1\r\n${lines([["Host", host], ...headers, ...framing])}\r\n`);
  return {
    data: (bytes) => write(framed(bytes)),
    lastData: (bytes) => void write(framed(bytes) + (last && `${last}\r\n`)),
    end: () => void (last && write(`${last}\r\n`)),
    trailers: (trailers) => void write(`${last}${lines(trailers)}\r\n`),
    reset: () => void socket.resetAndDestroy(),
    answer: answerOf(socket),
  };
}

function answerOf(socket: Socket): Promise<Answer> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(bytes.length === 0 ? { status: 0, body: "" } : parseResponse(bytes));
    };
    const timer = setTimeout(finish, ANSWER_WITHIN_MS);
    socket.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (isWhole(bytes.toString("latin1"))) finish();
    });
    socket.on("error", () => {}); // "close" follows
    socket.on("close", finish);
  });
}

/**
 * A stream on its own connection, or on a given one. Node sends an empty last frame if the end comes later than the data, and no frame at all if
 * there was no data.
 */
export function openHttp2(url: string, { method, path, headers, ends, scheme }: Head, shared?: ClientHttp2Session): Exchange {
  const session = shared ?? connectHttp2(url);
  session.on("error", () => {}); // the stream reports it too
  const stream = session.request(
    { ":method": method, ":path": path, ":scheme": scheme ?? "http", ":authority": new URL(url).host, ...grouped(headers) },
    { endStream: ends === "headers", waitForTrailers: ends === "trailers" },
  );
  let last: Headers = [];
  stream.on("wantTrailers", () => stream.sendTrailers(grouped(last)));
  const answer = new Promise<Answer>((resolve) => {
    let status = 0;
    const chunks: Buffer[] = [];
    const finish = () => {
      clearTimeout(timer);
      if (shared === undefined) session.destroy();
      resolve({ status, body: Buffer.concat(chunks).toString("utf8") });
    };
    const timer = setTimeout(finish, ANSWER_WITHIN_MS);
    stream.on("response", (got: IncomingHttpHeaders) => (status = Number(got[":status"])));
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", () => {}); // "close" follows
    stream.on("close", finish);
    session.once("close", finish); // without a connection the stream reports nothing
  });
  return {
    data: (bytes) => new Promise((resolve) => stream.write(bytes, "latin1", () => resolve())),
    lastData: (bytes) => void stream.end(bytes, "latin1"),
    end: () => void stream.end(),
    trailers(trailers) {
      last = trailers;
      stream.end();
    },
    reset: () => void stream.destroy(),
    answer,
  };
}

/** Repeated names become a list, as node:http2 requires. */
function grouped(headers: Headers): OutgoingHttpHeaders {
  const out: Record<string, string[]> = {};
  for (const [name, value] of headers) (out[name.toLowerCase()] ??= []).push(value);
  return Object.fromEntries(Object.entries(out).map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}
