// The ways in which a request ends over HTTP/1.1 and HTTP/2.

import { setTimeout as sleep } from "node:timers/promises";
import type { Exchange, Head, Headers } from "./exchange";

/** The way a request ends. A body comes in at least two parts. */
export interface Ending {
  ends: Head["ends"];
  /** HTTP/1.1: Content-Length instead of chunks. */
  length?: boolean;
  reset?: boolean;
  go(exchange: Exchange, body: string, trailers: Headers): Promise<void> | void;
}

const half = (body: string): [string, string] => [body.slice(0, body.length >> 1), body.slice(body.length >> 1)];

export const ENDINGS: Record<string, Ending> = {
  "headers only": { ends: "headers", go: () => {} },
  "data and its end": { ends: "data", length: true, go: (exchange, body) => exchange.lastData(body) },
  "data in many pieces": {
    ends: "data",
    async go(exchange, body) {
      for (let i = 0; i < body.length - 1; i += 8) await exchange.data(body.slice(i, Math.min(i + 8, body.length - 1)));
      exchange.lastData(body.slice(-1));
    },
  },
  "data, then an empty end": { ends: "data", async go(exchange, body) { for (const piece of half(body)) await exchange.data(piece); exchange.end(); } },
  "data, then trailers": { ends: "trailers", async go(exchange, body, trailers) { for (const piece of half(body)) await exchange.data(piece); exchange.trailers(trailers); } },
  "trailers without data": { ends: "trailers", go: (exchange, _, trailers) => exchange.trailers(trailers) },
  "headers, then a reset": { ends: "data", reset: true, async go(exchange) { await sleep(20); exchange.reset(); } },
  "data, then a reset": { ends: "data", reset: true, async go(exchange, body) { await exchange.data(half(body)[0]); await sleep(20); exchange.reset(); } },
};
