// The provider ends a session in a frame of its own logout page (OpenID Connect Front-Channel Logout 1.0 §2).

import { same } from "../../bytes/bytes";
import { originOfUrl } from "../../http/origin";
import { readParameters } from "../../http/parameters";
import { personOf } from "../../policy/identity";
import { SessionClaims } from "../../policy/session_claims";
import { Exchange } from "../decision/exchange";
import { clear, endSession } from "./logout";
import { Next, Page, Refuse, BrowserEvent } from "../decision/next";
import { PageKind } from "../decision/page_kind";
import { openNext, openSession } from "../browser/open_session";
import { LOGOUT_METHOD, LOGOUT_MISMATCH, LOGOUT_NOT_KEPT } from "../decision/refusal";
import { BrowserRequest } from "../decision/browser_request";

/** `iss` and `sid` must match the session in the request's cookies (duty 121): nothing else says who caused the request. */
export function frontchannelLogout(x: Exchange, request: BrowserRequest): Next {
  if (!request.isGet) return Refuse.method(LOGOUT_METHOD, "GET");
  const provider = x.provider, form = readParameters(request.query);
  if (provider == null || form == null || form.count("iss") != 1 || form.count("sid") != 1) return new Refuse(LOGOUT_MISMATCH);
  if (!provider.isIssuer(form.one("iss"))) return new Refuse(LOGOUT_MISMATCH);
  const out = new Page(BrowserEvent.LoggedOut, PageKind.LoggedOutFrame);
  out.framedBy = originOfUrl(provider.issuer());
  let session = openSession(request);
  if (session == null) return out;
  while (session != null && (session.sid.length == 0 || !same(form.one("sid"), session.sid))) session = openNext(request);
  if (session == null) return new Refuse(LOGOUT_MISMATCH);
  const person = personOf(x.config.identity, new SessionClaims(session));
  out.person = person;
  if (!endSession(x, request, session)) {
    const refused = new Refuse(LOGOUT_NOT_KEPT, 0, "front-channel logout: the logout could not be recorded");
    refused.person = person;
    clear(request, refused.setCookies);
    return refused;
  }
  clear(request, out.setCookies);
  return out;
}
