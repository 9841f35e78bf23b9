// Sessions for the load: thousands of different ones in a file, one Cookie header per line, and a check that each is accepted for the right person.

import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BROWSERS, get } from "./browsers";
import type { Lines } from "./load";
import type { Server } from "./servers";
import type { BenchProvider } from "./provider";
import { sealerOf } from "./seal";
import { CLIENT_ID, SCOPE, tokensFor, type Size } from "./tokens";

export const SESSION_SECRET = "the bench's session secret, 32 or more";
export const COOKIE_NAME = "session";

export interface Session { subject: string; accessToken: string; cookies: string }

export interface Pool extends Lines { sessions: Session[] }

interface SealedBy { secret?: string; clientId?: string; nowSec?: number }

export function makePool(folder: string, provider: BenchProvider, size: Size, count: number): Pool {
  const sessions = Array.from({ length: count }, (_, i) => makeSession(provider, size, `user-${i}`));
  return { ...writeLines(join(folder, `cookies-${size.replace(" ", "-")}-${count}.txt`), sessions.map(({ cookies }) => cookies)), sessions };
}

export function writeLines(file: string, cookies: string[]): Lines {
  writeFileSync(file, cookies.map((line) => `${line}\n`).join(""));
  return { file, lines: cookies.length, next: 0 };
}

const sealers = new Map<string, ReturnType<typeof sealerOf>>();

function makeSession({ issuer, expiresAtSec }: BenchProvider, size: Size, subject: string, by: SealedBy = {}): Session {
  const binding = { secret: by.secret ?? SESSION_SECRET, clientId: by.clientId ?? CLIENT_ID, issuer, cookieName: COOKIE_NAME };
  const key = JSON.stringify(binding), seal = sealers.get(key) ?? sealerOf(binding);
  sealers.set(key, seal);
  // The signature inside a session is not checked again: tokens are verified before they are sealed.
  const tokens = tokensFor(size, { issuer, subject, nonce: randomBytes(32).toString("base64url"), expiresAtSec, signer: { algorithm: "RS256", kid: "RS256", sign: () => randomBytes(256) } });
  const cookies = seal({
    ...tokens, subject, scope: SCOPE, nowSec: by.nowSec ?? Math.floor(Date.now() / 1000), accessExpiresAtSec: expiresAtSec, accessVerified: size === "12 kB",
  });
  return { subject, accessToken: tokens.accessToken, cookies };
}

/** Checks that every session reaches the upstream with its person and its token. */
export async function checkTaken(envoy: Server, sessions: Session[]): Promise<void> {
  await each(sessions, async ({ subject, accessToken, cookies }) => {
    const { status, headers } = await get(envoy.port, "/who", { cookie: cookies });
    if (status !== 200 || headers["x-seen-user"] !== subject || headers["x-seen-token"] !== accessToken) {
      throw new Error(`the session of ${subject} was answered ${status}, as ${String(headers["x-seen-user"])}`);
    }
    if (headers["x-seen-cookie"] !== undefined) throw new Error("a session's cookies reached the upstream");
  });
}

/** Checks that nothing else does: each of these is a session with one defect. */
export async function checkRefused(envoy: Server, provider: BenchProvider, sessions: Session[]): Promise<number> {
  const wrong: string[] = [];
  for (const { cookies } of sessions) {
    const at = Math.floor(cookies.length * Math.random());
    const begin = cookies.indexOf("=") + 1;
    if (at >= begin && /[\w-]/.test(cookies[at]!)) wrong.push(`${cookies.slice(0, at)}${cookies[at] === "A" ? "B" : "A"}${cookies.slice(at + 1)}`);
    wrong.push(cookies.slice(0, -4));
    const chunks = cookies.split("; ");
    if (chunks.length > 1) wrong.push(chunks.slice(1).join("; "), chunks.slice(0, -1).join("; "));
  }
  const tooOld = Math.floor(Date.now() / 1000) - 2 * 86400;
  for (const by of [{ secret: "another secret of 32 characters.." }, { clientId: "another" }, { nowSec: tooOld }]) {
    for (const size of ["1 kB", "12 kB"] as const) wrong.push(makeSession(provider, size, "user-0", by).cookies);
  }
  await each(wrong, async (cookies) => {
    const { status } = await get(envoy.port, "/who", { cookie: cookies });
    if (status !== 401) throw new Error(`a wrong session was answered ${status}`);
  });
  return wrong.length;
}

async function each<T>(items: T[], check: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: BROWSERS }, async () => {
    while (next < items.length) await check(items[next++]!);
  }));
}
