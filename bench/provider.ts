// A provider for the bench: one key, one bearer token, an introspection endpoint that finds everything active, and a sign-in that asks
// nothing. It remembers nothing: the nonce comes back as the code.

import { createSign, generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CLIENT_ID, jwt, SCOPE, tokensFor, userinfoOf, type Size } from "./tokens";

export interface BenchProvider { port: number; issuer: string; jwks: string; token: string; opaque: string; expiresAtSec: number; close(): void }

/** Who signs in. */
export const SUBJECT = "bench";

/** `tokenBytes`: about how long the token is to be. */
export async function benchProvider(tokenBytes: number): Promise<BenchProvider> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const sign = (input: string): Buffer => createSign("sha256").update(input).sign(privateKey);
  const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "bench", alg: "RS256", use: "sig" }] });
  let issuer = "";
  const expiresAtSec = Math.floor(Date.now() / 1000) + 24 * 3600;

  const tokens = async (request: IncomingMessage, response: ServerResponse, size: Size): Promise<void> => {
    let form = "";
    for await (const chunk of request) form += String(chunk);
    const nonce = new URLSearchParams(form).get("code") ?? "";
    const { accessToken, refreshToken, idToken } = tokensFor(size, { issuer, subject: SUBJECT, nonce, expiresAtSec, sign });
    response.end(JSON.stringify({ access_token: accessToken, refresh_token: refreshToken, id_token: idToken, token_type: "Bearer", expires_in: 24 * 3600, scope: SCOPE }));
  };
  const server: Server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    const { pathname, searchParams } = new URL(request.url ?? "/", issuer);
    switch (pathname) {
      case "/jwks": return response.end(jwks);
      case "/introspect": return response.end(JSON.stringify({ active: true, sub: "bench", scope: "read", exp: expiresAtSec }));
      case "/authorize": return response.writeHead(302, { location: answerTo(searchParams) }).end();
      case "/token": return void tokens(request, response, "1 kB");
      case "/large/token": return void tokens(request, response, "12 kB");
      case "/userinfo": return response.end(userinfoOf("1 kB", SUBJECT));
      default: return response.end(JSON.stringify({
        issuer, jwks_uri: `${issuer}/jwks`, introspection_endpoint: `${issuer}/introspect`, authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`, userinfo_endpoint: `${issuer}/userinfo`,
      }));
    }
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  issuer = `http://127.0.0.1:${port}`;

  const claims = { iss: issuer, sub: "bench", aud: CLIENT_ID, scope: "read write", iat: expiresAtSec - 24 * 3600, exp: expiresAtSec };
  const padding = "p".repeat(Math.max(0, Math.floor((tokenBytes - 560) * 3 / 4)));
  return { port, issuer, jwks, token: jwt({ ...claims, padding }, { sign }), opaque: "o".repeat(40), expiresAtSec, close: () => server.close() };
}

/** Where the browser goes once the person has said who they are: at once. */
export function answerTo(request: URLSearchParams): string {
  const to = new URL(request.get("redirect_uri") ?? "");
  to.searchParams.set("code", request.get("nonce") ?? "code");
  to.searchParams.set("state", request.get("state") ?? "");
  return to.href;
}
