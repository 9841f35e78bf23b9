// The filter's Set-Cookie values: names, paths and lifetimes of its cookies.

import { joined, utf8 } from "../bytes/bytes";
import { LOGIN_ID_SIZE, MAX_CHUNKS } from "../http/cookie_names";
import { CookieNames, CookieSettings } from "./cookie_settings";
import { chunkRoom, chunksOf } from "./cookie_text";
import { LoginCounter } from "./login_counter";
import { attributesOf, expireCookie, ownAttributes, setCookie } from "./set_cookie";

/** How long a login may take. */
export const LOGIN_AGE_SEC = 600;

/** Writes the Set-Cookie values of the answer to one request. */
@final
export class CookieWriter {
  readonly names: CookieNames;

  constructor(
    private readonly settings: CookieSettings,
    private readonly secure: bool,
    /** Where the cookies of logins go. */
    private readonly loginPath: Uint8Array,
    /** The provider's answer is a form post, with which browsers do not send Lax cookies. */
    private readonly formPost: bool,
    /** One more than the highest number of a session chunk in the request. */
    private readonly present: i32,
  ) { this.names = settings.names(secure); }

  /** Bytes of text in one chunk of the session. */
  get sessionRoom(): i32 { return chunkRoom(this.names.session, this.sessionAttributes); }

  /** Bytes of text in a login's cookie, which is one chunk. */
  get loginRoom(): i32 { return chunkRoom(this.names.login, this.loginAttributes) - LOGIN_ID_SIZE; }

  /**
   * Sets the session's chunks, and expires those that are left over from a longer session. There is no Max-Age: the timeouts are inside the seal, and a
   * closed browser drops the cookies.
   */
  setSession(text: Uint8Array): Uint8Array[] {
    const attributes = this.sessionAttributes, chunks = chunksOf(text, chunkRoom(this.names.session, attributes)), out = new Array<Uint8Array>();
    for (let i = 0; i < chunks.length; i++) out.push(setCookie(chunkName(this.names.session, i), chunks[i], attributes, -1));
    this.expire(out, attributes, chunks.length, this.present);
    return out;
  }

  /** Expires every chunk of the request, and always the first. */
  expireSession(): Uint8Array[] {
    const out = new Array<Uint8Array>();
    this.expire(out, this.sessionAttributes, 0, max(this.present, 1));
    return out;
  }

  /** `id`: the first 8 characters of the state. */
  setLogin(id: Uint8Array, text: Uint8Array): Uint8Array { return setCookie(joined(this.names.login, id), text, this.loginAttributes, LOGIN_AGE_SEC); }
  expireLogin(id: Uint8Array): Uint8Array { return expireCookie(joined(this.names.login, id), this.loginAttributes); }

  setCounter(counter: LoginCounter): Uint8Array { return setCookie(this.names.flow, counter.written(), this.ownAttributes(utf8("/")), LOGIN_AGE_SEC); }
  expireCounter(): Uint8Array { return expireCookie(this.names.flow, this.ownAttributes(utf8("/"))); }

  private expire(out: Uint8Array[], attributes: Uint8Array, from: i32, present: i32): void {
    for (let i = from; i < min(present, MAX_CHUNKS); i++) out.push(expireCookie(chunkName(this.names.session, i), attributes));
  }

  private get sessionAttributes(): Uint8Array { return attributesOf(this.settings, this.secure); }
  private get loginAttributes(): Uint8Array { return this.ownAttributes(this.loginPath); }

  /** Lax: the provider's redirect comes from another site. */
  private ownAttributes(path: Uint8Array): Uint8Array { return ownAttributes(this.secure, path, this.formPost ? "None" : "Lax"); }
}

/** `name`, `name_1` … `name_8`. */
export function chunkName(name: Uint8Array, chunk: i32): Uint8Array {
  return chunk == 0 ? name : joined(name, utf8("_" + chunk.toString()));
}
