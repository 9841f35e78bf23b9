// The provider ends a session, server to server (OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8).

import { Reply } from "../../http/callout";
import { isForm } from "../../http/navigation";
import { readParameters } from "../../http/parameters";
import { readJws } from "../../jose/jws";
import { Json } from "../../json/json";
import { LogoutToken, logoutTokenFault, logoutTokenFaultText, MAX_AGE_SEC, readLogoutToken } from "../../oidc/logout_token";
import { TokenClaims } from "../../policy/claim_source";
import { personOf } from "../../policy/identity";
import { BrowserSettings } from "../../config/browser";
import { Fault } from "../../result";
import { Claim, Exchange, Once } from "../decision/exchange";
import { AwaitBody, AwaitProvider, BodyStep, Next, Page, Refuse, Step, BrowserEvent } from "../decision/next";
import { PageKind } from "../decision/page_kind";
import { LOGOUT_METHOD, LOGOUT_NOT_KEPT, LOGOUT_TOKEN_INVALID, NOT_READY } from "../decision/refusal";
import { EndOf, endKey, logoutTokenKey } from "../decision/session_keys";
import { Signature, verifySigned } from "../browser/verify_id_token";
import { BrowserRequest } from "../decision/browser_request";

export function backchannelLogout(_x: Exchange, request: BrowserRequest): Next {
  if (!request.isPost) return Refuse.method(LOGOUT_METHOD, "POST");
  return isForm(request.headers) ? new AwaitBody(new LogoutForm(request.browser)) : new Refuse(LOGOUT_TOKEN_INVALID);
}

@final
class LogoutForm extends BodyStep {
  constructor(private readonly browser: BrowserSettings) { super(); }

  received(x: Exchange, body: Uint8Array): Next {
    const form = readParameters(body);
    if (form == null || form.count("logout_token") != 1) return new Refuse(LOGOUT_TOKEN_INVALID);
    return new CheckLogoutToken(this.browser, form.one("logout_token")).resume(x, Reply.none());
  }
}

/** An unknown key may have to be fetched first. */
@final
class CheckLogoutToken extends Step {
  constructor(private readonly browser: BrowserSettings, private readonly token: Uint8Array) { super(); }

  resume(x: Exchange, _reply: Reply): Next {
    const signed = verifySigned(x, this.token), provider = x.provider;
    if (provider == null) return new Refuse(LOGOUT_TOKEN_INVALID);
    if (signed.signature == Signature.UnknownKey) {
      // Everything but the signature is checked first, so that a token that would be refused anyway causes no fetch.
      const claimed = readJws(this.token), claims: Json | null = claimed.failed ? null : claimed.value.unverifiedClaims();
      if (claims == null) return new Refuse(LOGOUT_TOKEN_INVALID);
      const fault = logoutTokenFault(claims, claimed.value.typ, provider.issuer(), this.browser.client.id, x.nowSec, x.config.slackSec);
      if (fault != null) return refuse(fault);
      if (!x.waited && provider.askForKey(true)) return new AwaitProvider(this);
      // The keys could not be fetched just now, so the token may be valid: the provider should try again.
      if (!x.waited || provider.keysFailing) return new Refuse(NOT_READY);
    }
    const jwt = signed.jwt;
    if (jwt == null) return new Refuse(LOGOUT_TOKEN_INVALID, 0, "back-channel logout: the logout token " + signed.why);
    const read = readLogoutToken(jwt, provider.issuer(), this.browser.client.id, x.nowSec, x.config.slackSec), fault = read.fault;
    if (fault != null) return refuse(fault);
    const out = this.end(x, read.value);
    out.person = personOf(x.config.identity, new TokenClaims(jwt.claims));
    return out;
  }

  /** If several requests bring the same token at the same time, in any workers, only one gets the claim (duty 163). */
  private end(x: Exchange, token: LogoutToken): Next {
    const registry = x.registry, id = logoutTokenKey(this.browser.context, token.jti);
    const claim = registry.claim(Once.LogoutToken, id, x.nowMs, (token.issuedAtSec + MAX_AGE_SEC + 2 * x.config.slackSec) * 1000);
    if (claim == Claim.Taken) return new Refuse(LOGOUT_TOKEN_INVALID);
    if (claim == Claim.Mine) {
      if (this.endSessions(x, token)) return new Page(BrowserEvent.LoggedOut, PageKind.Nothing);
      // The provider may then try again (duty 120).
      registry.release(Once.LogoutToken, id, x.nowMs);
    }
    return new Refuse(LOGOUT_NOT_KEPT, 0, "back-channel logout: the logout could not be recorded; the answer tells the provider to try again");
  }

  /** With a `sid`, ends that session. Sessions without a `sid` can only be found by their user. */
  private endSessions(x: Exchange, token: LogoutToken): bool {
    const context = this.browser.context, registry = x.registry, now = x.nowSec;
    const person: u64 = token.sub.length > 0 ? endKey(EndOf.Subject, context, token.sub) : 0;
    if (token.sid.length == 0) return registry.end(person, person, now, now);
    return registry.end(endKey(EndOf.Sid, context, token.sid), person, now, now)
      && (person == 0 || registry.end(endKey(EndOf.WithoutSid, context, token.sub), person, now, now));
  }
}

function refuse(fault: Fault): Refuse { return new Refuse(LOGOUT_TOKEN_INVALID, 0, "back-channel logout: the logout token " + logoutTokenFaultText(fault.code, fault.at)); }
