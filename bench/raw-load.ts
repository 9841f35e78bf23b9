// A load of requests written byte by byte. Requests of attackers are larger and stranger than wrk can send.

import { connect, type Socket } from "node:net";
import type { Outcome } from "./load";
import { quantile } from "./statistics";

const CONNECTIONS = 8;
/** After this time an answer counts as missing. */
const PATIENCE_MS = 20_000;

/** A placeholder that is different in each request sent, because the filter caches what it has seen. */
export const DIFFERENT = "@@@@@@@@";
let sent = 0;

/** Sends the request repeatedly for some seconds. An answer with another status is an error. */
export async function rawRequests(port: number, request: string, status: number, seconds: number): Promise<Outcome> {
  const bytes = Buffer.from(request, "latin1"), places: number[] = [], took: number[] = [], began = performance.now(), end = began + seconds * 1000;
  for (let at = bytes.indexOf(DIFFERENT); at >= 0; at = bytes.indexOf(DIFFERENT, at + 1)) places.push(at);
  const next = (): Buffer => {
    if (places.length === 0) return bytes;
    const copy = Buffer.from(bytes), text = (sent++).toString(36).padStart(DIFFERENT.length, "0");
    for (const place of places) copy.write(text, place, "latin1");
    return copy;
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    const connection = new Connection(port);
    try {
      do {
        const at = performance.now(), head = await connection.ask(next());
        if (!head.startsWith(`HTTP/1.1 ${status} `)) throw new Error(`expected ${status}, and was answered\n${head.slice(0, 1000)}`);
        took.push(performance.now() - at);
      } while (performance.now() < end);
    } finally {
      connection.close();
    }
  }));
  const elapsed = (performance.now() - began) / 1000;
  return { count: took.length, perSecond: took.length / elapsed, p50Ms: quantile(took, 0.5), p99Ms: quantile(took, 0.99), loadCpu: 0 };
}

/** An HTTP/1.1 connection with one request at a time. It reconnects after the server has closed it. */
class Connection {
  private socket: Socket | null = null;

  constructor(private readonly port: number) {}

  /** The answer's head. */
  ask(request: Buffer): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = this.socket ?? connect(this.port, "127.0.0.1").setNoDelay();
      let text = "", whole = -1;
      const over = (error: Error | null): void => {
        clearTimeout(timer);
        socket.removeAllListeners();
        socket.on("error", () => {});
        this.socket = error !== null || /\r\nconnection: close\r\n/i.test(text) ? null : socket;
        if (this.socket === null) socket.destroy();
        if (error) reject(error);
        else resolve(text);
      };
      const timer = setTimeout(() => over(new Error("no answer came")), PATIENCE_MS);
      socket.on("data", (chunk: Buffer) => {
        text += chunk.toString("latin1");
        const head = text.indexOf("\r\n\r\n");
        if (whole < 0 && head >= 0) whole = head + 4 + Number(/\r\ncontent-length: (\d+)\r\n/i.exec(text)?.[1] ?? NaN);
        if (Number.isNaN(whole)) over(new Error(`an answer without a length:\n${text}`));
        else if (whole >= 0 && text.length >= whole) over(null);
      });
      socket.on("error", over);
      socket.on("close", () => over(new Error(`the connection was closed before an answer was whole:\n${text}`)));
      socket.write(request);
    });
  }

  close(): void { this.socket?.destroy(); }
}
