// New tokens for old ones (RFC 6749 §6). Whoever begins does it for all requests, tabs and workers: a refresh token may be good only once.

import { EMPTY } from "../bytes/bytes";
import { BrowserSettings } from "../config/browser";
import { NONCE_SIZE } from "../crypto/xchacha20poly1305";
import { Reply } from "../http/callout";
import { Url } from "../http/url";
import { idTokenFaultText, readRefreshedIdToken } from "../oidc/id_token";
import { readTokens, refreshRequest, TokenFault, tokenFaultText, Tokens } from "../oidc/token";
import { SessionClaims } from "../policy/session_claims";
import { CookieNames } from "../session/cookie_settings";
import { Session } from "../session/session";
import { Exchange } from "./exchange";
import { Await, CalloutKind, Next, Refreshed, RefreshOutcome, Step } from "./next";
import { sealSession } from "./seal_session";
import { idTokenRules, takeIdToken, takeTokens } from "./take_tokens";
import { Signature, verifySigned } from "./verify_id_token";
import { Visit } from "./visit";

/** null where no call can be made: the provider is not known yet, or the client cannot prove itself. */
export function beginRefresh(x: Exchange, visit: Visit, session: Session, key: Uint8Array): Await | null {
  const metadata = x.metadata, browser = visit.browser;
  const url: Url | null = metadata == null ? null : metadata.tokenEndpoint;
  if (url == null) return null;
  const call = refreshRequest(x.endpoint("token_endpoint", url), browser.client, session.refreshToken, x.occasion());
  return call == null ? null : new Await(call, new ReadRefresh(browser, visit.names, visit.secure, session, key), CalloutKind.Token);
}

@final
class ReadRefresh extends Step {
  constructor(
    private readonly browser: BrowserSettings,
    private readonly names: CookieNames,
    private readonly secure: bool,
    private readonly session: Session,
    private readonly key: Uint8Array,
  ) { super(); }

  resume(x: Exchange, reply: Reply): Next {
    const read = readTokens(reply), fault = read.fault;
    if (fault != null) {
      // Only the provider's own word ends a session; its silence, its mishaps and our wrong secret do not (duty 38).
      const ended = fault.code == TokenFault.InvalidGrant || fault.code == TokenFault.Refused;
      return new Refreshed(this.key, ended ? RefreshOutcome.Ended : RefreshOutcome.Failed, EMPTY,
        fault.code == TokenFault.InvalidGrant ? "" : "refresh: " + tokenFaultText(fault.code, fault.at));
    }
    const s = this.session, tokens = read.value;
    const why = tokens.idToken.length > 0 ? this.takeIdToken(x, tokens) : "";
    if (why.length > 0) return new Refreshed(this.key, RefreshOutcome.Ended, EMPTY, "refresh: the ID Token " + why);
    takeTokens(x, this.browser, s, tokens);
    s.touchedAtSec = x.nowSec;
    s.renewedAtSec = x.nowSec;
    // The tokens that were just spent cannot be had again: without randomness the session is lost.
    const nonce = x.entropy.bytes(NONCE_SIZE);
    if (nonce == null) return new Refreshed(this.key, RefreshOutcome.Ended, EMPTY, "refresh: the host has no randomness");
    const text = sealSession(this.browser, this.names, this.secure, s, nonce);
    if (text == null) return new Refreshed(this.key, RefreshOutcome.Ended, EMPTY, "refresh: the session does not fit into cookies any more");
    return new Refreshed(this.key, RefreshOutcome.Done, text);
  }

  /** Empty, or what is wrong with it (duty 39). One that cannot be verified yet is not taken; the one from sign-in stays. */
  private takeIdToken(x: Exchange, tokens: Tokens): string {
    const signed = verifySigned(x, tokens.idToken);
    const provider = x.provider;
    if (signed.signature == Signature.UnknownKey && provider != null) provider.refetchKeys();
    if (signed.signature == Signature.UnknownKey) return "";
    const jwt = signed.jwt;
    if (jwt == null) return signed.why;
    const before = new SessionClaims(this.session).idToken.json;
    const read = readRefreshedIdToken(jwt, signed.hash, idTokenRules(x, this.browser), this.session.subject, before, tokens.accessToken, x.nowSec);
    const fault = read.fault;
    if (fault != null) return idTokenFaultText(fault.code, fault.at);
    takeIdToken(this.browser, this.session, tokens.idToken, read.value);
    return "";
  }
}
