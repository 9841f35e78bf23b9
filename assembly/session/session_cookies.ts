// The filter's Set-Cookie values: names, paths and lifetimes of its cookies.

import { joined, utf8 } from "../bytes/bytes";
import { LOGIN_ID_SIZE, MAX_CHUNKS } from "../http/cookie_names";
import { CookieNames, CookieSettings } from "./cookie_settings";
import { chunkRoom, chunksOf } from "./cookie_text";
import { attributesOf, expireCookie, ownAttributes, setCookie } from "./set_cookie";

/** How long a login may take. */
export const LOGIN_AGE_SEC = 600;

/** Bytes of text in one chunk of the session. */
export function sessionRoom(settings: CookieSettings, names: CookieNames, secure: bool): i32 {
  return chunkRoom(names.session, sessionAttributes(settings, secure));
}

/** Bytes of text in a login's cookie, which is one chunk. */
export function loginRoom(names: CookieNames, secure: bool, callbackPath: Uint8Array, crossSite: bool = false): i32 {
  return chunkRoom(names.login, loginAttributes(secure, callbackPath, crossSite)) - LOGIN_ID_SIZE;
}

/**
 * Sets the session's chunks, and expires those that are left over from a longer session. `present`: one more than the highest number of a chunk in the
 * request. There is no Max-Age: the timeouts are inside the seal, and a closed browser drops the cookies.
 */
export function sessionSetCookies(settings: CookieSettings, names: CookieNames, secure: bool, text: Uint8Array, present: i32): Uint8Array[] {
  const attributes = sessionAttributes(settings, secure), chunks = chunksOf(text, chunkRoom(names.session, attributes)), out = new Array<Uint8Array>();
  for (let i = 0; i < chunks.length; i++) out.push(setCookie(chunkName(names.session, i), chunks[i], attributes, -1));
  expire(out, names, attributes, chunks.length, present);
  return out;
}

/** Expires every chunk of the request, and always the first. */
export function expiredSession(settings: CookieSettings, names: CookieNames, secure: bool, present: i32): Uint8Array[] {
  const out = new Array<Uint8Array>();
  expire(out, names, sessionAttributes(settings, secure), 0, max(present, 1));
  return out;
}

/** `id`: the first 8 characters of the state. `crossSite`: the provider's answer is a form post, with which browsers do not send Lax cookies. */
export function loginSetCookie(
  names: CookieNames, secure: bool, id: Uint8Array, callbackPath: Uint8Array, text: Uint8Array, crossSite: bool = false,
): Uint8Array {
  return setCookie(joined(names.login, id), text, loginAttributes(secure, callbackPath, crossSite), LOGIN_AGE_SEC);
}

export function expiredLogin(names: CookieNames, secure: bool, id: Uint8Array, callbackPath: Uint8Array, crossSite: bool = false): Uint8Array {
  return expireCookie(joined(names.login, id), loginAttributes(secure, callbackPath, crossSite));
}

/** `text`: LoginCounter.written(). */
export function flowSetCookie(names: CookieNames, secure: bool, text: Uint8Array, crossSite: bool = false): Uint8Array {
  return setCookie(names.flow, text, flowAttributes(secure, crossSite), LOGIN_AGE_SEC);
}

export function expiredFlow(names: CookieNames, secure: bool, crossSite: bool = false): Uint8Array {
  return expireCookie(names.flow, flowAttributes(secure, crossSite));
}

/** `name`, `name_1` … `name_8`. */
export function chunkName(name: Uint8Array, chunk: i32): Uint8Array {
  return chunk == 0 ? name : joined(name, utf8("_" + chunk.toString()));
}

function expire(out: Uint8Array[], names: CookieNames, attributes: Uint8Array, from: i32, present: i32): void {
  for (let i = from; i < min(present, MAX_CHUNKS); i++) out.push(expireCookie(chunkName(names.session, i), attributes));
}

function sessionAttributes(settings: CookieSettings, secure: bool): Uint8Array { return attributesOf(settings, secure, settings.path, true); }

/** Lax: the provider's redirect comes from another site. */
function loginAttributes(secure: bool, callbackPath: Uint8Array, crossSite: bool): Uint8Array {
  return ownAttributes(secure, callbackPath, crossSite ? "None" : "Lax");
}

function flowAttributes(secure: bool, crossSite: bool): Uint8Array { return ownAttributes(secure, utf8("/"), crossSite ? "None" : "Lax"); }
