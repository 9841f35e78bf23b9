// Refreshes tokens (RFC 6749 §6). One request does it for all requests, tabs and workers, because a refresh token may be valid only once.

import { EMPTY } from "../../bytes/bytes";
import { BrowserSettings } from "../../config/browser";
import { NONCE_SIZE } from "../../crypto/aead/xchacha20poly1305";
import { Reply } from "../../http/callout";
import { readJws } from "../../jose/jws";
import { idTokenFaultText, readRefreshedIdToken } from "../../oidc/id_token";
import { readTokens, refreshRequest, TokenFault, tokenFaultText, Tokens } from "../../oidc/token";
import { SessionClaims } from "../../policy/session_claims";
import { Session } from "../../session/session";
import { CookieWriter } from "../../session/session_cookies";
import { mayBeOurs } from "../decision/admit";
import { Exchange, RefreshOutcome } from "../decision/exchange";
import { Await, CalloutKind, KeepRefresh, Next, Refreshed, Step } from "../decision/next";
import { sealSession } from "./sealed_session";
import { idTokenRules, takeIdToken, takeTokens } from "./take_tokens";
import { KeyWait, Signature, SignedToken, verifyAccessToken, verifySigned } from "./verify_id_token";
import { BrowserRequest } from "../decision/browser_request";

/** null if no call can be made: the provider's metadata are missing, or the client cannot authenticate. */
export function beginRefresh(x: Exchange, request: BrowserRequest, session: Session, key: Uint8Array): Await | null {
  const endpoint = x.endpoint("token_endpoint"), browser = request.browser;
  if (endpoint == null) return null;
  const call = refreshRequest(endpoint, browser.client, session.refreshToken, x.assertionContext());
  return call == null ? null : new Await(call, new ReadRefresh(new SessionRefresh(browser, request.writer, session, key)), CalloutKind.Token);
}

/** The session whose tokens are refreshed, and what is needed to seal it again. */
@final
class SessionRefresh {
  constructor(
    readonly browser: BrowserSettings,
    readonly writer: CookieWriter,
    readonly session: Session,
    readonly key: Uint8Array,
  ) {}

  ended(why: string): Refreshed { return new Refreshed(this.key, RefreshOutcome.Ended, EMPTY, "refresh: " + why); }
}

@final
class ReadRefresh extends Step {
  constructor(private readonly refresh: SessionRefresh) { super(); }

  resume(x: Exchange, reply: Reply): Next {
    const read = readTokens(reply), fault = read.fault;
    if (fault != null) {
      // Only the provider's refusal of the refresh token ends the session. Outages, server errors and a wrong client secret do not (duty 38).
      const ended = fault.code == TokenFault.InvalidGrant || fault.code == TokenFault.Refused;
      return new Refreshed(this.refresh.key, ended ? RefreshOutcome.Ended : RefreshOutcome.Failed, EMPTY,
        fault.code == TokenFault.InvalidGrant ? "" : "refresh: " + tokenFaultText(fault.code, fault.at));
    }
    return new TakeRefreshed(this.refresh, read.value, x.nowMs).resume(x, reply);
  }
}

/** Makes the session's new text from the answer, once the key that signed the ID Token is known. */
@final
class TakeRefreshed extends Step {
  private readonly keyWait: KeyWait;

  constructor(
    private readonly refresh: SessionRefresh,
    private readonly tokens: Tokens,
    /** When the tokens arrived. `expires_in` counts from then. */
    private readonly cameAtMs: i64,
  ) {
    super();
    this.keyWait = new KeyWait(cameAtMs);
  }

  resume(x: Exchange, _reply: Reply): Next {
    const refresh = this.refresh, s = refresh.session, tokens = this.tokens, came = x.at(this.cameAtMs);
    let unknown = false;
    if (tokens.idToken.length > 0) {
      const signed = verifySigned(x, tokens.idToken);
      unknown = signed.signature == Signature.UnknownKey;
      const why = unknown ? "" : this.takeIdToken(came, signed);
      if (why.length > 0) return refresh.ended("the ID Token " + why);
    } else unknown = claimsToBeOurs(x, tokens.accessToken) && verifyAccessToken(x, tokens.accessToken).signature == Signature.UnknownKey;
    const waits = unknown && this.keyWait.goesOn(x);
    takeTokens(came, refresh.browser, s, tokens, true);
    s.touchedAtSec = came.nowSec;
    s.extendedAtSec = came.nowSec;
    // The old refresh token is spent, so without randomness the session is lost.
    const nonce = x.entropy.bytes(NONCE_SIZE);
    if (nonce == null) return refresh.ended("Envoy gave no random bytes");
    const text = sealSession(refresh.browser, refresh.writer, s, nonce);
    if (text == null) return refresh.ended("the session does not fit into cookies any more");
    // An ID Token that cannot be verified is discarded; the session keeps the old one.
    return waits ? new KeepRefresh(refresh.key, text, this) : new Refreshed(refresh.key, RefreshOutcome.Done, text);
  }

  /** Takes over the ID Token. Returns "", or what is wrong with it (duty 39). */
  private takeIdToken(x: Exchange, signed: SignedToken): string {
    const jwt = signed.jwt, refresh = this.refresh, session = refresh.session, tokens = this.tokens;
    if (jwt == null) return signed.why;
    const before = new SessionClaims(session).idToken.json;
    const read = readRefreshedIdToken(jwt, signed.hash, idTokenRules(x, refresh.browser), session.subject, before, tokens.accessToken, x.nowSec);
    const fault = read.fault;
    if (fault != null) return idTokenFaultText(fault.code, fault.at);
    takeIdToken(session, tokens.idToken, read.value, session.idToken.length > 0, session.idClaims.length > 0);
    return "";
  }
}

/** Whether the access token's own claims could be accepted here. Access tokens for other APIs may be JWTs too, with keys that this provider never publishes. */
function claimsToBeOurs(x: Exchange, accessToken: Uint8Array): bool {
  const jws = readJws(accessToken);
  return !jws.failed && mayBeOurs(x, jws.value.unverifiedClaims());
}
