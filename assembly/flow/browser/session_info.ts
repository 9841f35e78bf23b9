// Tells a script of the page who is logged in (`userinfo_path`). No token is part of the answer, and other sites get none.

import { utf8 } from "../../bytes/bytes";
import { ByteWriter } from "../../bytes/writer";
import { isCrossSite } from "../../http/navigation";
import { writeQuoted } from "../../json/quoted";
import { SessionClaims } from "../../policy/session_claims";
import { Session } from "../../session/session";
import { BrowserRequest } from "../decision/browser_request";
import { Exchange } from "../decision/exchange";
import { BrowserEvent, ForwardSession, JsonDocument, Next, Refuse } from "../decision/next";
import { CLAIMS_TOO_LARGE, USERINFO_CROSS_SITE, USERINFO_METHOD } from "../decision/refusal";
import { openSession } from "./open_session";
import { aliveUntilSec, useSessions } from "./use_session";

/** Paths may lead to the same claims, so the session's own size is no bound. */
const MAX_JSON = 64 * 1024;

/** The session is opened, refreshed and refused as for any other request; only what would go to the upstream is answered here. null: nobody is logged in. */
export function sessionInfo(x: Exchange, request: BrowserRequest): Next | null {
  if (!request.isGet) return Refuse.method(USERINFO_METHOD, "GET");
  if (isCrossSite(request.headers, request.origin)) return new Refuse(USERINFO_CROSS_SITE);
  const session = openSession(request), next: Next | null = session == null ? null : useSessions(x, request, session);
  if (next == null || !(next instanceof ForwardSession)) return next;
  const admitted = next as ForwardSession, json = infoOf(x, request, admitted.session);
  if (json == null) {
    const refused = new Refuse(CLAIMS_TOO_LARGE, 0, "session: the userinfo_claims need more than " + MAX_JSON.toString() + " bytes");
    refused.setCookies = admitted.setCookies;
    return refused;
  }
  const out = new JsonDocument(BrowserEvent.UserinfoAnswered, json);
  out.setCookies = admitted.setCookies;
  return out;
}

/** null where it would be too large. */
function infoOf(x: Exchange, request: BrowserRequest, session: Session): Uint8Array | null {
  const browser = request.browser, paths = browser.userinfoClaims, claims = new SessionClaims(session), out = new ByteWriter(512);
  writeQuoted(out.text('{"sub":'), session.subject).text(',"claims":{');
  for (let i = 0, first = true; i < paths.length; i++) {
    const claim = claims.find(paths[i]);
    if (claim == null) continue;
    if (!first) out.byte(0x2c);
    first = false;
    writeQuoted(out, utf8(paths[i])).byte(0x3a);
    // As the provider wrote it: the reader has accepted it as JSON. A string's quotes are not part of its raw text.
    const quote = claim.json.isString(claim.node) ? '"' : "";
    out.text(quote).bytes(claim.json.raw(claim.node)).text(quote);
    if (out.length > MAX_JSON) return null;
  }
  out.text('},"session_expires_in":').decimal(max(0, aliveUntilSec(request, session) - x.nowSec));
  return writeQuoted(out.text(',"logout_path":'), browser.logoutPath).byte(0x7d).done();
}
