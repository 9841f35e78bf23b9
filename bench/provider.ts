// The provider of the bench: a key for each algorithm, an introspection endpoint that reports every token as active, and a login without questions.
// It stores only the number of calls: the nonce is returned as the code.

import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { LocalProvider } from "./local-provider";
import { ALGORITHMS, jwtOfSize, signerOf, type Algorithm, type Signer } from "./signers";
import { CLIENT_ID, SCOPE, tokensFor, userinfoOf, type Size } from "./tokens";

/** The user who logs in, who is also the subject of the load's token. */
export const SUBJECT = "bench";
const LIFETIME_SEC = 24 * 3600;

export class BenchProvider extends LocalProvider {
  readonly expiresAtSec = Math.floor(Date.now() / 1000) + LIFETIME_SEC;
  readonly signers = Object.fromEntries(ALGORITHMS.map((algorithm) => [algorithm, signerOf(algorithm)])) as Record<Algorithm, Signer>;
  readonly jwks = JSON.stringify({ keys: Object.values(this.signers).map(({ jwk }) => jwk) });
  readonly opaque = "o".repeat(40);
  /** The number of calls of each path. */
  readonly calls: Record<string, number> = {};

  private constructor(private readonly delayMs: number) { super(); }

  /** `delayMs`: the delay of each answer. */
  static start(delayMs = 0): Promise<BenchProvider> { return new BenchProvider(delayMs).listen(); }

  get claims() {
    return { iss: this.issuer, sub: SUBJECT, aud: CLIENT_ID, scope: "read write", iat: this.expiresAtSec - LIFETIME_SEC, exp: this.expiresAtSec };
  }

  token(algorithm: Algorithm, bytes: number, claims: object = {}): string { return jwtOfSize(bytes, { ...this.claims, ...claims }, this.signers[algorithm]); }

  /** A document that is the same for everybody; null if there is none at this path. */
  document(path: string): string | null {
    const { issuer } = this;
    switch (path) {
      case "/jwks": return this.jwks;
      case "/introspect": return JSON.stringify({ active: true, sub: SUBJECT, scope: "read", exp: this.expiresAtSec });
      case "/userinfo": return userinfoOf("1 kB", SUBJECT);
      case "/.well-known/openid-configuration": return JSON.stringify({
        issuer, jwks_uri: `${issuer}/jwks`, introspection_endpoint: `${issuer}/introspect`, authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`, userinfo_endpoint: `${issuer}/userinfo`, response_types_supported: ["code"],
        subject_types_supported: ["public"], id_token_signing_alg_values_supported: ALGORITHMS,
      });
      default: return null;
    }
  }

  protected async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.issuer);
    this.calls[pathname] = (this.calls[pathname] ?? 0) + 1;
    if (this.delayMs > 0) await sleep(this.delayMs);
    response.setHeader("content-type", "application/json");
    const document = this.document(pathname);
    if (document !== null) response.end(document);
    else if (pathname === "/authorize") response.writeHead(302, { location: answerTo(searchParams) }).end();
    else if (pathname === "/token") await this.trade(request, response, "1 kB");
    else if (pathname === "/large/token") await this.trade(request, response, "12 kB");
    else response.writeHead(404).end();
  }

  private async trade(request: IncomingMessage, response: ServerResponse, size: Size): Promise<void> {
    let form = "";
    for await (const chunk of request) form += String(chunk);
    const nonce = new URLSearchParams(form).get("code") ?? "";
    const { accessToken, refreshToken, idToken } = tokensFor(size, { issuer: this.issuer, subject: SUBJECT, nonce, expiresAtSec: this.expiresAtSec, signer: this.signers.RS256 });
    response.end(JSON.stringify({ access_token: accessToken, refresh_token: refreshToken, id_token: idToken, token_type: "Bearer", expires_in: LIFETIME_SEC, scope: SCOPE }));
  }
}

/** The redirect after the user has logged in, which happens at once. */
export function answerTo(request: URLSearchParams): string {
  const to = new URL(request.get("redirect_uri") ?? "");
  to.searchParams.set("code", request.get("nonce") ?? "code");
  to.searchParams.set("state", request.get("state") ?? "");
  return to.href;
}
