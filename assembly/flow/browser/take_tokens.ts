// What a session takes over from a token response, at the login and at each refresh.

import { EMPTY } from "../../bytes/bytes";
import { BrowserSettings } from "../../config/browser";
import { readJws } from "../../jose/jws";
import { IdToken, IdTokenRules } from "../../oidc/id_token";
import { NOT_SAID, Tokens } from "../../oidc/token";
import { Login } from "../../session/login";
import { Session } from "../../session/session";
import { Exchange } from "../decision/exchange";
import { Signature, verifyAccessToken } from "./verify_id_token";

/** `login`: what it asked for must hold; null at a refresh, which asks for nothing. */
export function idTokenRules(x: Exchange, browser: BrowserSettings, login: Login | null = null): IdTokenRules {
  const provider = x.provider, maxAgeSec = login == null ? -1 : login.maxAgeSec, acrValues = login == null ? EMPTY : login.acrValues;
  return new IdTokenRules(provider == null ? EMPTY : provider.issuer(), browser.client.id, x.config.slackSec, maxAgeSec, acrValues, browser.trustedAudiences, browser.nonceRequired);
}

/** The scope, and if it `keeps` them the access and refresh token. If the response has no new refresh token, the old one stays valid (RFC 6749 §6). */
export function takeTokens(x: Exchange, browser: BrowserSettings, s: Session, tokens: Tokens, keeps: bool): void {
  if (tokens.scope.length > 0) s.scope = tokens.scope;
  if (!keeps) return;
  s.accessToken = tokens.accessToken;
  // A token that has expired already still serves the requests that wait for it. Refreshing it again for them would never end.
  s.accessExpiresAtSec = x.nowSec + (tokens.expiresInSec != NOT_SAID ? max(tokens.expiresInSec, 1) : browser.accessExpiresInSec);
  if (tokens.refreshToken.length > 0) s.refreshToken = tokens.refreshToken;
  // Its claims are used only if a key of the provider verifies them (duty 70).
  s.accessVerified = !readJws(tokens.accessToken).failed && verifyAccessToken(x, tokens.accessToken).signature == Signature.Good;
}

/** `keepsRaw`, `keepsClaims`: what is kept of it, by the login, and at a refresh by the session itself. */
export function takeIdToken(s: Session, raw: Uint8Array, token: IdToken, keepsRaw: bool, keepsClaims: bool): void {
  s.subject = token.sub;
  if (token.sid.length > 0) s.sid = token.sid;
  s.idToken = keepsRaw ? raw : EMPTY;
  s.idClaims = keepsClaims ? token.claims.bytes : EMPTY;
}
