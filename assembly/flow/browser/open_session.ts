// Finds the session in a request's cookies. Whatever is wrong with them, the result is the same: there is no session.

import { mayBeSealed } from "../../session/cookie_text";
import { Session } from "../../session/session";
import { BrowserRequest } from "../decision/browser_request";
import { unsealSession } from "./sealed_session";

/**
 * null: no cookie, or none that opens. Others may have set cookies of the session's name. Each first chunk is tried once, and each later chunk
 * belongs to one first chunk, so all tried texts together are no longer than the Cookie header (duties 110, 160). The number of tries is bounded
 * (duty 153); a browser keeps hardly more cookies of one host.
 */
export function openSession(request: BrowserRequest): Session | null { return openFrom(request, 0); }

/** The next session that opens. An attacker may have planted a session of his own in front of it. */
export function openNext(request: BrowserRequest): Session | null { return openFrom(request, request.cookies.session.opened + 1); }

function openFrom(request: BrowserRequest, from: i32): Session | null {
  const cookies = request.cookies;
  for (let i = from; i < cookies.session.count; i++) {
    const text = cookies.sessionText(i);
    if (!mayBeSealed(text)) continue;
    if (cookies.session.tried++ >= request.browser.keys.tries) return null;
    const session = unsealSession(request, text);
    if (session == null) continue;
    cookies.session.opened = i;
    return session;
  }
  return null;
}
