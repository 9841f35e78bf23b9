// The echo upstream: it answers with the request that reached it, so that one can see what the filter let through and added.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listenOn, LOOPBACK } from "./ports";
import { headerList } from "./provider-front";

export interface Echo { method: string; path: string; headers: [string, string][]; body: string }

export interface Upstream {
  port: number;
  url: string;
  /** How many requests arrived: a refused one must not. */
  count(): number;
  stop(): Promise<void>;
}

export async function startUpstream(port = 0): Promise<Upstream> {
  let count = 0;
  const server = createServer((request, response) => {
    count++;
    void answer(request, response);
  });
  const bound = await listenOn(server, port);
  return {
    port: bound,
    url: `http://${LOOPBACK}:${bound}`,
    count: () => count,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
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
  response.writeHead(200, {
    "content-type": html ? "text/html; charset=utf-8" : "application/json",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
  });
  response.end(html ? page(echo) : asText(echo));
}

/** JSON with one header a line, which reads well in a terminal. */
function asText(echo: Echo): string {
  const headers = echo.headers.map((pair) => `    ${JSON.stringify(pair)}`).join(",\n");
  const { method, path, body } = echo;
  return `{\n  "method": ${JSON.stringify(method)},\n  "path": ${JSON.stringify(path)},\n  "headers": [\n${headers}\n  ],\n  "body": ${JSON.stringify(body)}\n}\n`;
}

function page(echo: Echo): string {
  const rows = echo.headers.map(([name, value]) => `<tr><th>${escape(name)}</th><td>${escape(value)}</td></tr>`).join("\n");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>What the upstream received</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 3rem auto; padding: 0 1rem; color: #222; }
  code, td { font-family: ui-monospace, monospace; font-size: 14px; overflow-wrap: anywhere; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; vertical-align: top; padding: .3rem 1rem .3rem 0; border-bottom: 1px solid #ddd; }
  th { font-weight: 500; white-space: nowrap; }
</style>
<h1>What the upstream received</h1>
<p><code>${escape(echo.method)} ${escape(echo.path)}</code></p>
<table>
${rows}
</table>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
