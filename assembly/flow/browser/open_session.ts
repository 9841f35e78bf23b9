// Finds the session in a request's cookies. Whatever is wrong with them, the answer is the same: there is none.

import { mayBeSealed, openCookie } from "../../session/cookie_text";
import { Purpose } from "../../session/sealing";
import { readSession, Session } from "../../session/session";
import { BrowserRequest } from "../decision/browser_request";

/**
 * null: no cookie, or none that is ours. Others may have set cookies of the session's name: each first chunk is tried once, and each
 * later one belongs to one of them, so that what is opened is never longer than the Cookie header (duties 110, 160). No more are tried than a
 * request may cost (duty 153); a browser keeps hardly more cookies of one host.
 */
export function openSession(request: BrowserRequest): Session | null { return openFrom(request, 0); }

/** The next one that opens. Others can also set a session of their own. */
export function openNext(request: BrowserRequest): Session | null { return openFrom(request, request.cookies.session.opened + 1); }

function openFrom(request: BrowserRequest, from: i32): Session | null {
  const browser = request.browser, cookies = request.cookies;
  for (let i = from; i < cookies.session.count; i++) {
    const text = cookies.sessionText(i);
    if (!mayBeSealed(text)) continue;
    if (cookies.session.tried++ >= browser.keys.tries) return null;
    const plain = openCookie(browser.keys, Purpose.Session, browser.context, request.names.session, text);
    const session: Session | null = plain == null ? null : readSession(plain);
    if (session == null) continue;
    cookies.session.opened = i;
    return session;
  }
  return null;
}
