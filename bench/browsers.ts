// The bench's browsers. They keep connections and cookies, and log in repeatedly.

import { Agent, request as send, type IncomingHttpHeaders } from "node:http";
import type { Outcome } from "./load";
import { answerTo } from "./provider";

export const BROWSERS = 16;

const agent = new Agent({ keepAlive: true, maxSockets: BROWSERS });
const NAVIGATION = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

export interface Answer { status: number; headers: IncomingHttpHeaders }

export function get(port: number, path: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = send({ host: "127.0.0.1", port, path, headers, agent, maxHeaderSize: 1 << 17 }, (response) => {
      response.resume();
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
    });
    request.on("error", reject);
    request.end();
  });
}

/** Runs a login: page, provider, callback, page. Returns the cookies that a browser has afterwards. Throws for any unexpected answer. */
export async function logIn(port: number): Promise<string> {
  const cookies = new Map<string, string>();
  const navigate = async (path: string, status: number[]): Promise<Answer> => {
    const answer = await get(port, path, { ...NAVIGATION, ...(cookies.size > 0 ? { cookie: headerOf(cookies) } : {}) });
    if (!status.includes(answer.status)) throw new Error(`a login stopped at ${path.split("?")[0]} with status ${answer.status}`);
    for (const line of answer.headers["set-cookie"] ?? []) keep(cookies, line);
    return answer;
  };
  const away = await navigate("/session", [302]);
  // The step at the provider costs Envoy nothing, and is left out.
  const home = new URL(answerTo(new URL(away.headers.location ?? "").searchParams));
  const back = await navigate(home.pathname + home.search, [302, 303]);
  await navigate(new URL(back.headers.location ?? "", home).pathname, [200]);
  return headerOf(cookies);
}

/** Some browsers log in at the same time. Each logs in again as soon as it is done. */
export async function logins(port: number, seconds: number): Promise<Outcome> {
  const began = performance.now(), end = began + seconds * 1000, took: number[] = [];
  await Promise.all(Array.from({ length: BROWSERS }, async () => {
    for (let at = performance.now(); at < end;) {
      await logIn(port);
      const now = performance.now();
      took.push(now - at);
      at = now;
    }
  }));
  const elapsed = (performance.now() - began) / 1000;
  took.sort((a, b) => a - b);
  const percentile = (percent: number): number => took[Math.floor((took.length - 1) * percent / 100)]!;
  return { count: took.length, perSecond: took.length / elapsed, p50Ms: percentile(50), p99Ms: percentile(99), loadCpu: 0 };
}

export function closeBrowsers(): void { agent.destroy(); }

function keep(cookies: Map<string, string>, line: string): void {
  const pair = line.split(";")[0]!, equals = pair.indexOf("=");
  if (/;\s*max-age=0|;\s*expires=thu, 01[ -]jan[ -]1970/i.test(line)) cookies.delete(pair.slice(0, equals));
  else cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
}

function headerOf(cookies: Map<string, string>): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
}
