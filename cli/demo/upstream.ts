// The echo upstream: it answers with the request that reached it, which shows what the filter let through and added.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { PAGE_HEADERS } from "./page";
import { close, listenOn, LOOPBACK } from "./ports";
import { headerList, MAX_HEADERS } from "./provider-front";
import { echoPage, type Echo } from "./upstream-page";

export interface Upstream {
  port: number;
  url: string;
  /** The number of requests that arrived, to show that a refused one did not. */
  count(): number;
  stop(): Promise<void>;
}

export async function startUpstream(port = 0): Promise<Upstream> {
  let count = 0;
  const server = createServer({ maxHeaderSize: MAX_HEADERS }, (request, response) => {
    count++;
    answer(request, response).catch(() => response.destroy()); // the client disconnected during its body
  });
  const bound = await listenOn(server, port);
  return {
    port: bound,
    url: `http://${LOOPBACK}:${bound}`,
    count: () => count,
    stop: () => close(server),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const echo: Echo = {
    method: request.method ?? "",
    path: request.url ?? "",
    headers: headerList(request),
    body: Buffer.concat(chunks).toString("utf8"),
  };
  const html = (request.headers.accept ?? "").includes("text/html");
  response.writeHead(200, html ? PAGE_HEADERS : { "content-type": "application/json", "cache-control": "no-store" });
  response.end(html ? echoPage(echo, new Date()) : asText(echo));
}

/** JSON with one header per line, which is easy to read in a terminal. */
function asText(echo: Echo): string {
  const headers = echo.headers.map((pair) => `    ${JSON.stringify(pair)}`).join(",\n");
  const { method, path, body } = echo;
  return `{\n  "method": ${JSON.stringify(method)},\n  "path": ${JSON.stringify(path)},\n  "headers": [\n${headers}\n  ],\n  "body": ${JSON.stringify(body)}\n}\n`;
}
