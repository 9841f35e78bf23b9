// A browser's request, as the login sees it.

import { EMPTY, indexOf, is } from "../../bytes/bytes";
import { BrowserSettings, CALLBACK_SUFFIX, Redirect } from "../../config/browser";
import { CookieScan } from "../../http/cookies";
import { HeaderBlock } from "../../http/header_block";
import { originOf, originOfUrl } from "../../http/origin";
import { CookieNames } from "../../session/cookie_settings";
import { LoginCounter, readLoginCounter } from "../../session/login_counter";
import { CookieWriter } from "../../session/session_cookies";

/** Which of the filter's own addresses a request is for. */
export const enum OwnEndpoint { None = 0, Callback, Logout, BackchannelLogout, FrontchannelLogout, Userinfo }

/** Valid only until the callback returns: headers and cookies are read in Envoy's data. What must survive a wait is copied. */
@final
export class BrowserRequest {
  readonly target: Uint8Array;
  /** The path without the query, and the query without its question mark. */
  readonly path: Uint8Array;
  readonly query: Uint8Array;
  readonly writer: CookieWriter;

  constructor(
    readonly browser: BrowserSettings,
    readonly headers: HeaderBlock,
    /** Scanned already. */
    readonly cookies: CookieScan,
    secure: bool,
  ) {
    this.writer = new CookieWriter(browser.cookies, secure, browser.loginPath, browser.formPost, cookies.session.present);
    const target = headers.path(), question = indexOf(target, 0x3f);
    this.target = target;
    this.path = question < 0 ? target : target.subarray(0, question);
    this.query = question < 0 ? EMPTY : target.subarray(question + 1);
  }

  get method(): Uint8Array { return this.headers.only(":method"); }
  /** `https://host` of the site as the browser sees it; EMPTY if the request's host is invalid. */
  get origin(): Uint8Array {
    return this.browser.redirect == Redirect.Absolute
      ? originOfUrl(this.browser.redirectUrl)
      : originOf(this.headers.only(":scheme"), this.headers.only(":authority"));
  }
  get isGet(): bool { return is(this.method, "GET"); }
  get isPost(): bool { return is(this.method, "POST"); }

  get names(): CookieNames { return this.writer.names; }
  /** Whether there are cookies with the session's name. */
  get hasChunks(): bool { return this.cookies.session.present > 0; }
  /** What the cookie says that counts logins. */
  loginCounter(): LoginCounter { return readLoginCounter(this.cookies.flows()); }
}

/** Whether the filter's cookies have the Secure attribute, and the names that go with it. */
export function isSecure(browser: BrowserSettings, headers: HeaderBlock): bool {
  return browser.cookies.isSecure(browser.redirect == Redirect.Absolute ? browser.redirectHttps : headers.schemeIsHttps);
}

/** By the exact path alone (duty 15), whatever the query. */
export function ownEndpointOf(browser: BrowserSettings, headers: HeaderBlock): OwnEndpoint {
  if (browser.redirect == Redirect.Suffix ? headers.pathEndsWith(CALLBACK_SUFFIX) : headers.pathIs(browser.callbackPath)) return OwnEndpoint.Callback;
  if (headers.pathIs(browser.logoutPath)) return OwnEndpoint.Logout;
  if (browser.backchannelLogoutPath.length > 0 && headers.pathIs(browser.backchannelLogoutPath)) return OwnEndpoint.BackchannelLogout;
  if (browser.frontchannelLogoutPath.length > 0 && headers.pathIs(browser.frontchannelLogoutPath)) return OwnEndpoint.FrontchannelLogout;
  return browser.userinfoPath.length > 0 && headers.pathIs(browser.userinfoPath) ? OwnEndpoint.Userinfo : OwnEndpoint.None;
}
