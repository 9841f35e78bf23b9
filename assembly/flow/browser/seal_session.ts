// Seals a session into the text of its cookies.

import { BrowserSettings } from "../../config/browser";
import { CookieNames } from "../../session/cookie_settings";
import { sealedCookie } from "../../session/cookie_text";
import { Purpose } from "../../session/sealing";
import { sessionRoom } from "../../session/session_cookies";
import { Session, writeSession } from "../../session/session";

/** null if the session does not fit into cookies. `nonce`: NONCE_SIZE random bytes, used only once. */
export function sealSession(browser: BrowserSettings, names: CookieNames, secure: bool, s: Session, nonce: Uint8Array): Uint8Array | null {
  return sealedCookie(browser.keys, Purpose.Session, nonce, browser.context, names.session, writeSession(s), sessionRoom(browser.cookies, names, secure));
}
