// A session becomes the text that its cookies hold.

import { BrowserSettings } from "../config/browser";
import { NONCE_SIZE } from "../crypto/xchacha20poly1305";
import { CookieNames } from "../session/cookie_settings";
import { sealedCookie } from "../session/cookie_text";
import { Purpose } from "../session/sealing";
import { sessionRoom } from "../session/session_cookies";
import { Session, writeSession } from "../session/session";
import { Exchange } from "./exchange";

/** null where the host has no randomness, or the session does not fit into cookies. */
export function sealSession(x: Exchange, browser: BrowserSettings, names: CookieNames, secure: bool, s: Session): Uint8Array | null {
  const nonce = x.entropy.bytes(NONCE_SIZE);
  if (nonce == null) return null;
  return sealedCookie(browser.keys, Purpose.Session, nonce, browser.context, names.session, writeSession(s), sessionRoom(browser.cookies, names, secure));
}
