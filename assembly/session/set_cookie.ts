// The Set-Cookie header of one cookie (RFC 6265 §4.1).

import { utf8 } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";
import { CookieSettings } from "./cookie_settings";

/** Browsers ignore an attribute with a longer value (RFC 6265bis §5.6). */
const LONGEST_PATH = 1024;

/** The attributes of the session's cookies, as configured, each after `; `. */
export function attributesOf(settings: CookieSettings, secure: bool): Uint8Array {
  const out = new ByteWriter().text("; Path=").bytes(cookiePath(settings.path));
  if (settings.domain.length > 0) out.text("; Domain=").bytes(settings.domain);
  return closed(out, settings.httpOnly, secure, settings.sameSite);
}

/** The attributes of a cookie that only serves a login: this host alone, and never for scripts. */
export function ownAttributes(secure: bool, path: Uint8Array, sameSite: string): Uint8Array {
  return closed(new ByteWriter().text("; Path=").bytes(cookiePath(path)), true, secure, sameSite);
}

/** With `maxAgeSec` -1 the cookie lasts until the browser closes. */
export function setCookie(name: Uint8Array, value: Uint8Array, attributes: Uint8Array, maxAgeSec: i32): Uint8Array {
  const out = new ByteWriter(name.length + value.length + attributes.length + 24).bytes(name).text("=").bytes(value).bytes(attributes);
  if (maxAgeSec >= 0) out.text("; Max-Age=").decimal(maxAgeSec);
  return out.done();
}

/** Expires a cookie. It must have the name, path and domain that the cookie was set with. */
export function expireCookie(name: Uint8Array, attributes: Uint8Array): Uint8Array {
  return setCookie(name, new Uint8Array(0), attributes, 0);
}

function closed(out: ByteWriter, httpOnly: bool, secure: bool, sameSite: string): Uint8Array {
  if (httpOnly) out.text("; HttpOnly");
  if (secure) out.text("; Secure");
  // Browsers drop a cookie with SameSite=None but without Secure (RFC 6265bis §5.7). Lax is their default.
  const site = sameSite == "None" && !secure ? "Lax" : sameSite;
  if (site.length > 0) out.text("; SameSite=").text(site);
  return out.done();
}

/**
 * The path itself, or if it contains a byte that would end the attribute, such as `;`, the folder above that byte. The same requests get a cookie of such a
 * folder (RFC 6265 §5.1.4). The result depends on the path alone, so that the cookie can be expired.
 */
function cookiePath(path: Uint8Array): Uint8Array {
  const root = utf8("/");
  if (path.length == 0 || path[0] != 0x2f) return root;
  let slash = 0;
  for (let i = 0; i < path.length; i++) {
    const c = path[i];
    if (c == 0x2f) slash = i;
    if (c <= 0x20 || c >= 0x7f || c == 0x3b || i == LONGEST_PATH) return slash == 0 ? root : path.subarray(0, slash);
  }
  return path;
}
