// A session as the sealed text of its cookies.

import { BrowserSettings } from "../../config/browser";
import { openCookie, sealedCookie } from "../../session/cookie_text";
import { Purpose } from "../../session/sealing";
import { CookieWriter } from "../../session/session_cookies";
import { readSession, Session, writeSession } from "../../session/session";
import { BrowserRequest } from "../decision/browser_request";

/** null if the session does not fit into cookies. `nonce`: NONCE_SIZE random bytes, used only once. */
export function sealSession(browser: BrowserSettings, writer: CookieWriter, s: Session, nonce: Uint8Array): Uint8Array | null {
  return sealedCookie(browser.keys, Purpose.Session, nonce, browser.context, writer.names.session, writeSession(s), writer.sessionRoom);
}

/** The session that was sealed under the request's cookie name, whatever has brought its text; null if it does not open. */
export function unsealSession(request: BrowserRequest, text: Uint8Array): Session | null {
  const plain = openCookie(request.browser.keys, Purpose.Session, request.browser.context, request.names.session, text);
  return plain == null ? null : readSession(plain);
}
