// A provider for the bench: one key, one token, an introspection endpoint that finds everything active.

import { createSign, generateKeyPairSync } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface BenchProvider { port: number; issuer: string; jwks: string; token: string; opaque: string; close(): void }

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** `tokenBytes`: about how long the token is to be. */
export async function benchProvider(tokenBytes: number): Promise<BenchProvider> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "bench", alg: "RS256", use: "sig" }] });
  let issuer = "";
  const expiresAtSec = Math.floor(Date.now() / 1000) + 24 * 3600;
  const server: Server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    if (request.url === "/jwks") response.end(jwks);
    else if (request.url === "/introspect") response.end(JSON.stringify({ active: true, sub: "bench", scope: "read", exp: expiresAtSec }));
    else response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/jwks`, introspection_endpoint: `${issuer}/introspect` }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  issuer = `http://127.0.0.1:${port}`;

  const claims = { iss: issuer, sub: "bench", aud: "bench", scope: "read write", iat: expiresAtSec - 24 * 3600, exp: expiresAtSec };
  const padding = "p".repeat(Math.max(0, Math.floor((tokenBytes - 560) * 3 / 4)));
  const input = `${base64url({ alg: "RS256", kid: "bench" })}.${base64url({ ...claims, padding })}`;
  const token = `${input}.${createSign("sha256").update(input).sign(privateKey).toString("base64url")}`;
  return { port, issuer, jwks, token, opaque: "o".repeat(40), close: () => server.close() };
}
