// The return from the provider's logout (OpenID Connect RP-Initiated Logout 1.0 §3), if it leads to `logout_path` itself: a page of the filter.

import { encodeBase64url } from "../../bytes/base64";
import { EMPTY, joined, same } from "../../bytes/bytes";
import { pathOf } from "../../config/paths";
import { LOGIN_ID_SIZE } from "../../http/cookie_names";
import { readParameters } from "../../http/parameters";
import { LoginCounter } from "../../session/login_counter";
import { Session } from "../../session/session";
import { Exchange } from "../decision/exchange";
import { Page, BrowserEvent } from "../decision/next";
import { PageKind } from "../decision/page_kind";
import { BrowserRequest } from "../decision/browser_request";

/** This makes a state of LOGIN_ID_SIZE characters. It only distinguishes a return from other requests, so it need not be hard to guess. */
const STATE_BYTES = 6;

/** Whether `post_logout_redirect_uri` is `logout_path` of this site. */
export function returnsHere(request: BrowserRequest): bool {
  const browser = request.browser;
  return browser.redirectAfterLogoutUri.length == 0 && isLogoutPath(request, browser.postLogoutRedirectUri);
}

/** Whether this URL is `logout_path` of this site, with any query. */
export function isLogoutPath(request: BrowserRequest, url: Uint8Array): bool {
  return same(pathOf(url), joined(request.origin, request.browser.logoutPath));
}

/** The state of a logout that leads to the provider and back here. EMPTY if it does not, or without randomness. `session`: the one that ends. */
export function newLogoutState(x: Exchange, request: BrowserRequest, session: Session | null): Uint8Array {
  const metadata = x.metadata;
  if (!returnsHere(request) || session == null || session.idToken.length == 0 || metadata == null || metadata.endpoint("end_session_endpoint") == null) return EMPTY;
  const random = x.entropy.bytes(STATE_BYTES);
  return random == null ? EMPTY : encodeBase64url(random);
}

/** Keeps the state for the return, in place of all logins under way. */
export function flowAfterLogout(request: BrowserRequest, state: Uint8Array): Uint8Array {
  if (state.length == 0) return request.writer.expireCounter();
  const counter = new LoginCounter();
  counter.logout = state;
  return request.writer.setCounter(counter);
}

/** The page for a browser that has just logged out; null for any other request. A browser with a session has logged in again since. */
export function logoutReturn(request: BrowserRequest): Page | null {
  if (!request.isGet || request.hasChunks) return null;
  const counter = request.loginCounter();
  if (counter.logout.length != LOGIN_ID_SIZE || !bringsBack(request.query, counter.logout)) return null;
  counter.logout = EMPTY;
  const page = new Page(BrowserEvent.LogoutReturned, PageKind.LoggedOut);
  page.setCookies.push(request.writer.setCounter(counter));
  return page;
}

function bringsBack(query: Uint8Array, state: Uint8Array): bool {
  const answer = readParameters(query);
  return answer != null && answer.count("state") == 1 && same(answer.one("state"), state);
}
