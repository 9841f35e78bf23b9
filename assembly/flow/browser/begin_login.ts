// Sends a browser to the provider (OpenID Connect Core 1.0 §3.1.2.1, RFC 9700 §2.1.1).

import { encodeBase64url } from "../../bytes/base64";
import { EMPTY, joined, utf8 } from "../../bytes/bytes";
import { BrowserSettings, CALLBACK_SUFFIX, Redirect as RedirectKind } from "../../config/browser";
import { NONCE_SIZE } from "../../crypto/aead/xchacha20poly1305";
import { LOGIN_ID_SIZE } from "../../http/cookie_names";
import { isCrossSite } from "../../http/navigation";
import { MAX_PATH, safeReturnTo } from "../../http/return_to";
import { Url } from "../../http/url";
import { AuthorizationRequest, authorizationUrl } from "../../oidc/authorize";
import { codeChallenge } from "../../oidc/pkce";
import { sealedCookie } from "../../session/cookie_text";
import { Login, writeLogin } from "../../session/login";
import { Session } from "../../session/session";
import { contextOf, Purpose } from "../../session/sealing";
import { Exchange } from "../decision/exchange";
import { AwaitProvider, Next, Redirect, Refuse, BrowserEvent } from "../decision/next";
import { ADDRESS_TOO_LONG, BAD_REQUEST, NO_RANDOMNESS, NOT_READY, Refusal, LOGIN_LOOP_NO_COOKIE, LOGIN_LOOP_UNREADABLE, TOO_MANY_LOGINS } from "../decision/refusal";
import { BrowserRequest } from "../decision/browser_request";

/** Logins that may end without a session in this time before the redirect loop is broken (duty 26). */
const MAX_COMPLETED = 3;
export const LOOP_SEC: i64 = 120;

/** A path of this size always fits. */
const LONG_PATH = 1024;

/** Random bytes: the state's 24 give 32 characters, the others' 32 give 43 (RFC 7636 §4.1). */
const STATE_BYTES = 24;
const SECRET_BYTES = 32;

/** The kind of login: without a session, again in spite of a session (`force_reauthorize`), or silent, by prompt=none. */
export const enum LoginKind { New = 1, Again, Silent }

/**
 * `loop`: the refusal if this browser has completed several logins just now and still has no session.
 * `session`: that of the request, with which this login is needed all the same.
 */
export function beginLogin(x: Exchange, request: BrowserRequest, how: LoginKind, loop: Refusal, session: Session | null): Next {
  const browser = request.browser, metadata = x.metadata;
  const returnTo = safeReturnTo(request.target);
  if (request.origin.length == 0) return new Refuse(BAD_REQUEST);
  if (request.target.length > MAX_PATH) return tooLong(request);
  const endpoint: Url | null = metadata == null ? null : metadata.endpoint("authorization_endpoint");
  if (metadata != null && endpoint == null) return Refuse.retry(NOT_READY, returnTo, "login: the provider's metadata has no usable authorization_endpoint");
  // A browser is not sent to a provider that is down: it would show an error of its own, without a link back.
  const provider = x.provider;
  if (endpoint == null || provider == null || !provider.answers()) return x.mayWait ? new AwaitProvider() : Refuse.retry(NOT_READY, returnTo);

  const counter = request.loginCounter();
  if (how != LoginKind.New) counter.completed = 0;
  const sinceSec = x.nowSec - counter.completedAtSec;
  if (counter.completed >= MAX_COMPLETED && sinceSec >= 0 && sinceSec < LOOP_SEC) {
    // The count starts again, so the page's link can begin a login.
    counter.completed = 0;
    const refuse = Refuse.retry(loop, returnTo, loopCause(loop));
    refuse.setCookies.push(request.writer.setCounter(counter));
    return refuse;
  }

  const fromElsewhere = isCrossSite(request.headers, request.origin);
  // A click on the page's link comes from this site, and has room (duty 161).
  if (!counter.hasRoom(fromElsewhere)) return Refuse.retry(TOO_MANY_LOGINS, returnTo);

  const random = x.entropy.bytes(STATE_BYTES + 2 * SECRET_BYTES + NONCE_SIZE);
  if (random == null) return Refuse.retry(NO_RANDOMNESS, returnTo);
  const login = new Login();
  login.state = encodeBase64url(random.subarray(0, STATE_BYTES));
  login.nonce = encodeBase64url(random.subarray(STATE_BYTES, STATE_BYTES + SECRET_BYTES));
  login.codeVerifier = encodeBase64url(random.subarray(STATE_BYTES + SECRET_BYTES, STATE_BYTES + 2 * SECRET_BYTES));
  login.returnTo = returnTo;
  login.startedAtSec = x.nowSec;
  login.scope = browser.scope;
  login.acrValues = browser.acrValues;
  login.maxAgeSec = browser.maxAgeSec;
  login.contents = browser.contents;
  if (session != null) login.sessionId = session.id;
  if (how == LoginKind.Silent && session != null) {
    login.sessionSinceSec = session.createdAtSec;
    login.sessionSubject = session.subject;
  }

  const callbackPath = callbackPathOf(request), redirectUri = redirectUriOf(request, callbackPath);
  const id = login.state.subarray(0, LOGIN_ID_SIZE);
  const text = sealedCookie(browser.keys, Purpose.Login, random.subarray(STATE_BYTES + 2 * SECRET_BYTES), loginContext(browser, redirectUri),
    joined(request.names.login, id), writeLogin(login), request.writer.loginRoom, 1);
  if (text == null) return tooLong(request);

  const out = new Redirect(how == LoginKind.Silent ? BrowserEvent.Silent : BrowserEvent.LoginStarted, authorizationUrl(endpoint, requestOf(browser, login, redirectUri)));
  out.setCookies.push(request.writer.setLogin(id, text));
  const replaced = counter.add(id, fromElsewhere);
  if (replaced != null) out.setCookies.push(request.writer.expireLogin(replaced));
  out.setCookies.push(request.writer.setCounter(counter));
  return out;
}

/** For the log: the page tells the person only what they can do about it. */
function loopCause(loop: Refusal): string {
  const times = "redirect loop: several logins in two minutes ended without a session: ";
  if (loop == LOGIN_LOOP_NO_COOKIE) return times + "the browser does not send the session's cookie back. It blocks cookies, or opens the site by another host name or scheme than redirect_uri's, or session.cookie_path does not cover the page";
  if (loop == LOGIN_LOOP_UNREADABLE) return times + "the session's cookie cannot be opened. Gateways have different values of session.secret, or something on the way changes cookies";
  return times + "each session expired at once. Compare the clocks of the gateways and of the provider, and the lifetimes under session";
}

/** The address does not fit into the cookie, and a login that leads elsewhere without a word would be worse. The page's link leaves the query out. */
function tooLong(request: BrowserRequest): Refuse { return Refuse.retry(ADDRESS_TOO_LONG, safeReturnTo(request.path.length < LONG_PATH ? request.path : EMPTY)); }

function requestOf(browser: BrowserSettings, login: Login, redirectUri: Uint8Array): AuthorizationRequest {
  const request = new AuthorizationRequest();
  request.clientId = browser.client.id;
  request.redirectUri = redirectUri;
  request.scope = browser.scope;
  request.state = login.state;
  request.nonce = login.nonce;
  request.codeChallenge = codeChallenge(login.codeVerifier);
  request.formPost = browser.formPost;
  request.silent = login.silent;
  request.extra = browser.authorizationParams;
  return request;
}

/** Binds a login to its redirect URI (duties 5 and 6). */
export function loginContext(browser: BrowserSettings, redirectUri: Uint8Array): Uint8Array { return contextOf([browser.context, redirectUri]); }

/** The callback's path. With APISIX's suffix it is below the wanted page. */
export function callbackPathOf(request: BrowserRequest): Uint8Array {
  if (request.browser.redirect != RedirectKind.Suffix) return request.browser.callbackPath;
  const path = request.path, suffix = utf8(CALLBACK_SUFFIX);
  const end = path.length > 0 && path[path.length - 1] == 0x2f ? path.length - 1 : path.length;
  return joined(plain(path) ? path.subarray(0, end) : EMPTY, suffix);
}

export function redirectUriOf(request: BrowserRequest, callbackPath: Uint8Array): Uint8Array {
  return request.browser.redirect == RedirectKind.Absolute ? request.browser.redirectUrl : joined(request.origin, callbackPath);
}

/** Whether a path can be in a cookie's Path and in a URL as it is: visible ASCII without `;`, `"` and `\`, and not too long. */
function plain(path: Uint8Array): bool {
  if (path.length > 1024) return false;
  for (let i = 0; i < path.length; i++) {
    const c = path[i];
    if (c <= 0x20 || c >= 0x7f || c == 0x3b || c == 0x22 || c == 0x5c) return false;
  }
  return true;
}
