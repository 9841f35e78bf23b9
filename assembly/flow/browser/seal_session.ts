// Seals a session into the text of its cookies.

import { BrowserSettings } from "../../config/browser";
import { sealedCookie } from "../../session/cookie_text";
import { Purpose } from "../../session/sealing";
import { CookieWriter } from "../../session/session_cookies";
import { Session, writeSession } from "../../session/session";

/** null if the session does not fit into cookies. `nonce`: NONCE_SIZE random bytes, used only once. */
export function sealSession(browser: BrowserSettings, writer: CookieWriter, s: Session, nonce: Uint8Array): Uint8Array | null {
  return sealedCookie(browser.keys, Purpose.Session, nonce, browser.context, writer.names.session, writeSession(s), writer.sessionRoom);
}
