// Logging out (OpenID Connect RP-Initiated Logout 1.0 §2): here in any case, then at the provider.

import { EMPTY, same } from "../../bytes/bytes";
import { Reply } from "../../http/callout";
import { isCrossSite } from "../../http/navigation";
import { Url } from "../../http/url";
import { endSessionUrl, endSessionUrlWithoutHint } from "../../oidc/end_session";
import { personOf } from "../../policy/identity";
import { SessionClaims } from "../../policy/session_claims";
import { revocationFaultText, revocationRequest } from "../../oidc/revocation";
import { Session } from "../../session/session";
import { Exchange } from "../decision/exchange";
import { flowAfterLogout, isLogoutPath, logoutReturn, newLogoutState, returnsHere } from "./logout_return";
import { Await, CalloutKind, Ended, Next, Page, Redirect, Refuse, Respond, Step, BrowserEvent } from "../decision/next";
import { PageKind } from "../decision/page_kind";
import { openNext, openSession } from "../browser/open_session";
import { LOGOUT_METHOD } from "../decision/refusal";
import { EndOf, endKey } from "../decision/session_keys";
import { newestOf } from "../browser/use_session";
import { BrowserRequest } from "../decision/browser_request";

export function logout(x: Exchange, request: BrowserRequest): Next {
  if (!request.isGet && !request.isPost) return Refuse.method(LOGOUT_METHOD, "GET, POST");
  const browser = request.browser, back = logoutReturn(request);
  if (back != null) return back;
  // A link or a form on another site must not log the user out unasked (duty 115).
  if (isCrossSite(request.headers, request.origin)) return new Page(BrowserEvent.LogoutAsked, PageKind.ConfirmLogout, browser.logoutPath);

  let session = openSession(request), kept = true;
  const state = newLogoutState(x, request, session);
  const person = session == null ? EMPTY : personOf(x.config.identity, new SessionClaims(session));
  let out = leave(x, request, session, state);
  // All sessions of the request are ended: a planted one in front must not keep the user's own alive. Copies of the same session are revoked once.
  const ended: Session[] = [];
  for (; session != null; session = openNext(request)) {
    if (contains(ended, session)) continue;
    ended.push(session);
    if (!endSession(x, request, session)) kept = false;
  }
  if (!kept) out = notKept(out);
  out.person = person;
  clear(request, out.setCookies, state);
  if (browser.revokeOnLogout) for (let i = 0; i < ended.length; i++) revoke(x, request, newestOf(x, request, ended[i]).session, out);
  return out;
}

function contains(sessions: Session[], session: Session): bool {
  for (let i = 0; i < sessions.length; i++) if (same(sessions[i].id, session.id)) return true;
  return false;
}

/** Revokes the session, so that copied cookies stop working (duty 113). False if shared data cannot be written. */
export function endSession(x: Exchange, request: BrowserRequest, session: Session): bool {
  const context = request.browser.context;
  return x.registry.end(endKey(EndOf.Session, context, session.id), endKey(EndOf.Subject, context, session.subject), x.nowSec, session.createdAtSec);
}

/** A page that says that copies of the session's cookies still work, with a link to where the browser would have gone (duty 149). */
function notKept(led: Respond): Page {
  return new Page(BrowserEvent.LoggedOut, PageKind.CopiesWork, led instanceof Redirect ? (led as Redirect).location : EMPTY);
}

/** Where the browser goes: only to configured addresses or the provider's. The request cannot choose one (duties 24, 117). */
function leave(x: Exchange, request: BrowserRequest, session: Session | null, state: Uint8Array): Respond {
  const browser = request.browser, metadata = x.metadata;
  const instead = browser.redirectAfterLogoutUri;
  if (instead.length > 0) return isLogoutPath(request, instead) ? new Page(BrowserEvent.LoggedOut, PageKind.LoggedOut) : new Redirect(BrowserEvent.LoggedOut, instead, 303);
  const endpoint: Url | null = metadata == null ? null : metadata.endpoint("end_session_endpoint");
  if (endpoint != null) {
    if (session != null && session.idToken.length > 0) {
      return new Redirect(BrowserEvent.LoggedOut, endSessionUrl(endpoint, browser.client.id, session.idToken, browser.postLogoutRedirectUri, state), 303);
    }
    // Without a hint some providers show only an error (Spring, Okta), and no metadata say which providers do.
    return new Page(BrowserEvent.LoggedOut, PageKind.LoggedOut, EMPTY, endSessionUrlWithoutHint(endpoint, browser.client.id));
  }
  if (browser.postLogoutRedirectUri.length > 0 && !returnsHere(request)) return new Redirect(BrowserEvent.LoggedOut, browser.postLogoutRedirectUri, 303);
  return new Page(BrowserEvent.LoggedOut, PageKind.LoggedOut);
}

/** Expires all of the filter's cookies in the request (duty 118), except for the state of this logout. */
export function clear(request: BrowserRequest, out: Uint8Array[], state: Uint8Array = EMPTY): void {
  const counter = request.loginCounter(), expired = request.writer.expireSession();
  for (let i = 0; i < expired.length; i++) out.push(expired[i]);
  for (let i = 0; i < counter.logins.length; i++) out.push(request.writer.expireLogin(counter.logins[i].id));
  out.push(flowAfterLogout(request, state));
}

/** RFC 7009 §2.1: the refresh token first, because the provider may then end the access token with it. */
function revoke(x: Exchange, request: BrowserRequest, session: Session, out: Respond): void {
  const metadata = x.metadata, endpoint = x.endpoint("revocation_endpoint");
  if (metadata == null || endpoint == null) return;
  const client = request.browser.revocationClient.fitting(metadata.revocationAuthMethods);
  const tokens = [session.refreshToken, session.accessToken], hints = ["refresh_token", "access_token"];
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i].length == 0) continue;
    const call = revocationRequest(endpoint, client, tokens[i], hints[i], x.assertionContext());
    if (call != null) out.alongside.push(new Await(call, new ReadRevocation(), CalloutKind.Revocation));
  }
}

@final
class ReadRevocation extends Step {
  resume(_x: Exchange, reply: Reply): Next {
    return new Ended(revocationFaultText(reply));
  }
}
