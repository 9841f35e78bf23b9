// An HTTP/1.1 client that sends exactly what it is given: repeated headers, unusual methods, raw bytes, broken framing. `fetch` would correct all of
// these.

import { connect } from "node:net";

/** Strings are sent as latin1, one byte per character; use a Buffer for other bytes. */
export type Bytes = string | Buffer;

export interface RawRequest {
  method?: string;
  path?: string;
  /** Sent in this order, repeated ones too. `Host` and `Connection: close` are added unless given. */
  headers?: [Bytes, Bytes][];
  /** Content-Length is added unless it, or Transfer-Encoding, is given. */
  body?: Bytes;
  timeoutMs?: number;
}

export interface RawResponse {
  status: number;
  headers: [string, string][];
  /** The values of a header, ignoring the case of its name. */
  all(name: string): string[];
  /** The value of a header that must not be repeated, or undefined. */
  one(name: string): string | undefined;
  body: string;
  json<T>(): T;
}

export async function request(url: string, options: RawRequest = {}): Promise<RawResponse> {
  const { hostname, port, pathname, search } = new URL(url);
  const headers = [...(options.headers ?? [])];
  const has = (wanted: string) => headers.some(([name]) => name.toString("latin1").toLowerCase() === wanted);
  const body = toBuffer(options.body ?? "");
  if (!has("host")) headers.unshift(["Host", `${hostname}:${port}`]);
  if (!has("connection")) headers.push(["Connection", "close"]);
  if (body.length > 0 && !has("content-length") && !has("transfer-encoding")) headers.push(["Content-Length", String(body.length)]);
  const parts: Bytes[] = [`${options.method ?? "GET"} ${options.path ?? pathname + search} HTTP/1.1\r\n`];
  for (const [name, value] of headers) parts.push(name, ": ", value, "\r\n");
  parts.push("\r\n", body);
  const answer = await sendBytes(Number(port), Buffer.concat(parts.map(toBuffer)), options.timeoutMs);
  return parseResponse(answer);
}

/** A GET with a bearer token, the request that most tests make. */
export function getWith(url: string, token: string, headers: [Bytes, Bytes][] = []): Promise<RawResponse> {
  return request(url, { headers: [["Authorization", `Bearer ${token}`], ...headers] });
}

/** Sends bytes and returns everything that comes back, until the peer closes or a whole response with a length has arrived. */
export function sendBytes(port: number, bytes: Buffer, timeoutMs = 15_000): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    const timer = setTimeout(() => {
      socket.destroy();
      const got = Buffer.concat(chunks).toString("latin1").slice(0, 200);
      reject(new Error(`No whole answer from port ${port} after ${timeoutMs} ms; got ${JSON.stringify(got)}.`));
    }, timeoutMs);
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Buffer.concat(chunks));
    };
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      if (isWhole(Buffer.concat(chunks).toString("latin1"))) finish();
    });
    socket.on("close", finish);
    socket.on("error", (error) => {
      clearTimeout(timer);
      if (chunks.length > 0) finish(); // reset after an answer: a server that refused to read on
      else reject(error);
    });
  });
}

export function parseResponse(bytes: Buffer): RawResponse {
  const text = bytes.toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  const [statusLine, ...lines] = text.slice(0, end).split("\r\n");
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1]);
  if (end < 0 || !status) throw new Error(`Not an HTTP response: ${JSON.stringify(text.slice(0, 200))}`);
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const all = (name: string) => headers.filter(([other]) => other.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
  const raw = text.slice(end + 4);
  const body = Buffer.from(all("transfer-encoding").includes("chunked") ? unchunk(raw) : raw, "latin1").toString("utf8");
  return {
    status,
    headers,
    all,
    one(name) {
      const values = all(name);
      if (values.length > 1) throw new Error(`The response has ${values.length} headers ${name}: ${values.join(" | ")}`);
      return values[0];
    },
    body,
    json: <T>() => JSON.parse(body) as T,
  };
}

/** Whether a response with a length has arrived completely. Others end with their connection. */
export function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const head = text.slice(0, end);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined) return text.length >= end + 4 + Number(length);
  return /^transfer-encoding: *chunked/im.test(head) && text.endsWith("0\r\n\r\n");
}

function unchunk(text: string): string {
  let out = "";
  for (let at = 0; ; ) {
    const end = text.indexOf("\r\n", at);
    const size = parseInt(text.slice(at, end), 16);
    if (end < 0 || !size) return out;
    out += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
  }
}

function toBuffer(bytes: Bytes): Buffer {
  return typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
}
