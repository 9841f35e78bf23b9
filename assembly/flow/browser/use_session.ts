// Uses a session: whether it has expired or was revoked, whether its tokens must be refreshed, whether the provider must be asked again. Else the
// request is admitted.

import { EMPTY } from "../../bytes/bytes";
import { NONCE_SIZE } from "../../crypto/aead/xchacha20poly1305";
import { isNavigation } from "../../http/navigation";
import { hasScopes, inList } from "../../jose/claims";
import { personOf } from "../../policy/identity";
import { SessionClaims } from "../../policy/session_claims";
import { sessionIdentity } from "../../policy/session_identity";
import { endsAtSec, touchDueAtSec, touched } from "../../session/limits";
import { Session } from "../../session/session";
import { refuseAccess } from "../decision/access";
import { Exchange, RefreshOutcome } from "../decision/exchange";
import { AwaitProvider, AwaitRefresh, ForwardSession, Next, Refuse, Respond } from "../decision/next";
import { openNext, openSession } from "./open_session";
import { beginRefresh } from "./refresh";
import { CLAIMS_TOO_LARGE, INSUFFICIENT_SCOPE, OVERLOADED, PROVIDER_UNREACHABLE, LOGIN_LOOP_OVER } from "../decision/refusal";
import { sealSession, unsealSession } from "./sealed_session";
import { EndKeys, endKeys, refreshKey } from "../decision/session_keys";
import { beginLogin, LoginKind } from "./begin_login";
import { BrowserRequest } from "../decision/browser_request";

/** How long a login satisfies `force_reauthorize`: enough for the redirects back, and for what the page loads. */
const REAUTHORIZED_SEC: i64 = 30;
/** How long a browser has to take over the cookie that records a use. */
const TAKEN_OVER_SEC: i64 = 10;
/** How many successive refreshes are followed to the newest session. */
const MAX_STEPS = 8;
/** How often a request waits for a refresh. If another worker's refresh does not end, the request begins one itself. */
const MAX_WAITS = 2;

/** What becomes of the request; null: its sessions are over, and nobody is logged in. `first`: the first that opened. */
export function useSessions(x: Exchange, request: BrowserRequest, first: Session): Next | null {
  // One that is over may have been planted in front of the one that counts (duty 160).
  for (let session: Session | null = first; session != null; session = openNext(request)) {
    const next = useSession(x, request, session);
    if (next == null) continue;
    if (next instanceof Refuse || next instanceof Respond) next.person = personOf(x.config.identity, new SessionClaims(session));
    return next;
  }
  return null;
}

/** null: the session is over. */
function useSession(x: Exchange, request: BrowserRequest, opened: Session): Next | null {
  const now = x.nowSec, keys: EndKeys | null = x.registry.nothingEnded ? null : endKeys(request.browser.context, opened);
  if (isOver(x, request, opened, keys)) return null;
  const newest = newestOf(x, request, opened), session = newest.session;
  // A refresh changes neither the session's id nor its user, so `keys` stay valid.
  if (session != opened && isOver(x, request, session, keys)) return null;
  // A request refreshes once. Tokens that are due again at once are used as they are.
  const refreshed = x.waits.refreshes > 0 && newest.text != null;
  if (!refreshed && tokensDue(x, request, session)) {
    const waits = refresh(x, request, session);
    if (waits != null) return waits;
  }
  const expired = !refreshed && session.accessExpiresAtSec > 0 && session.accessExpiresAtSec <= now;
  if (expired && request.browser.refreshAccessToken) return null;
  const again = asksAgain(x, request, session);
  return again != null ? again : enter(x, request, session, keys, newest.text, expired);
}

/** The id of the request's session with which a page needs no login; EMPTY: there is none. */
export function loggedInWith(x: Exchange, request: BrowserRequest): Uint8Array {
  for (let session = openSession(request); session != null; session = openNext(request)) {
    if (isOver(x, request, session, x.registry.nothingEnded ? null : endKeys(request.browser.context, session))) continue;
    if (!isSpent(x, request, newestOf(x, request, session).session)) return session.id;
  }
  return EMPTY;
}

/** Whether its access token has expired and no refresh brings another: a page would begin a login. */
function isSpent(x: Exchange, request: BrowserRequest, s: Session): bool {
  const state = tokensDue(x, request, s) ? x.registry.refresh(refreshKey(request.browser.context, request.names.session, s), x.nowMs) : null;
  return state != null && state.outcome == RefreshOutcome.Ended || x.nowSec >= aliveUntilSec(request, s);
}

/** A session with the newest tokens that this Envoy knows, and its text; null: it is the session of the request's cookies. */
@final
export class Newest {
  constructor(readonly session: Session, readonly text: Uint8Array | null) {}
}

/**
 * Follows the refreshes from the request's session on: a slow request may have cookies that are several refreshes old. Also under a rule that does not refresh
 * itself: it must not replace another rule's new tokens by the old ones.
 */
export function newestOf(x: Exchange, request: BrowserRequest, opened: Session): Newest {
  let newest = new Newest(opened, null);
  for (let i = 0; i < MAX_STEPS && agedTokens(x, request, newest.session); i++) {
    const state = x.registry.refresh(refreshKey(request.browser.context, request.names.session, newest.session), x.nowMs);
    if (state == null || state.outcome != RefreshOutcome.Done) break;
    const session = unsealSession(request, state.text);
    if (session == null) break;
    newest = new Newest(session, state.text);
  }
  return newest;
}

/** Waits for a refresh or begins one; null: the old tokens are still valid, or the session has ended. */
function refresh(x: Exchange, request: BrowserRequest, session: Session): Next | null {
  const key = refreshKey(request.browser.context, request.names.session, session), state = x.registry.refresh(key, x.nowMs);
  // While the old token is valid, no request waits for the new one, or for a provider that is down.
  const expired = session.accessExpiresAtSec <= x.nowSec;
  if (state == null) {
    if (x.overloaded) return expired ? new Refuse(OVERLOADED) : null;
    if (x.waits.refreshes >= MAX_WAITS) return expired ? new Refuse(PROVIDER_UNREACHABLE) : null;
    const call = beginRefresh(x, request, session, key);
    if (call != null) return new AwaitRefresh(key, call);
    if (!expired) return null;
    return x.mayWait ? new AwaitProvider() : new Refuse(PROVIDER_UNREACHABLE);
  }
  switch (state.outcome) {
    case RefreshOutcome.UnderWay: return expired ? new AwaitRefresh(key, null) : null;
    case RefreshOutcome.Failed: return expired ? new Refuse(PROVIDER_UNREACHABLE) : null;
    // The provider has ended the session, so the old token is not used for the rest of its time.
    default: session.accessExpiresAtSec = x.nowSec;
  }
  return null;
}

/** With `renew_access_token_on_expiry: false` the session continues without the expired token: it has timeouts of its own. */
function dropAccessToken(s: Session): void {
  s.accessToken = EMPTY;
  s.accessVerified = false;
  s.accessExpiresAtSec = 0;
}

function isOver(x: Exchange, request: BrowserRequest, s: Session, keys: EndKeys | null): bool {
  if (x.nowSec >= endsAtSec(s, request.browser.limits)) return true;
  // The last use is in the future: the clock has jumped back, so the timeouts cannot be checked (duty 137).
  if (s.touchedAtSec > x.nowSec + x.config.slackSec) return true;
  if (keys == null) return false;
  const registry = x.registry;
  return registry.ended(keys.session, s.authenticatedAtSec) || registry.ended(keys.sid, s.authenticatedAtSec) || registry.ended(keys.subject, s.authenticatedAtSec);
}

function tokensDue(x: Exchange, request: BrowserRequest, s: Session): bool {
  return request.browser.refreshAccessToken && agedTokens(x, request, s);
}

/** Whether they are so old that they may have been refreshed. */
function agedTokens(x: Exchange, request: BrowserRequest, s: Session): bool {
  return s.refreshToken.length > 0 && s.accessExpiresAtSec > 0 && s.accessExpiresAtSec - request.browser.accessLeewaySec <= x.nowSec;
}

/** For `force_reauthorize` and `refresh_session_interval`. Only a navigation can be sent to the provider. */
function asksAgain(x: Exchange, request: BrowserRequest, s: Session): Next | null {
  const browser = request.browser, age = x.nowSec - s.authenticatedAtSec;
  const forced = browser.forceReauthorize && age > REAUTHORIZED_SEC;
  const silent = browser.reauthenticateSec > 0 && age > browser.reauthenticateSec;
  if (!forced && !silent || !isNavigation(request.headers)) return null;
  return beginLogin(x, request, forced ? LoginKind.Again : LoginKind.Silent, LOGIN_LOOP_OVER, s);
}

function enter(x: Exchange, request: BrowserRequest, s: Session, keys: EndKeys | null, refreshed: Uint8Array | null, expired: bool): Next {
  const browser = request.browser;
  let text = refreshed;
  if (text == null && touched(s, browser.limits, x.nowSec)) {
    // Without randomness a later request records the use.
    const nonce = x.entropy.bytes(NONCE_SIZE);
    if (nonce != null) text = sealSession(browser, request.writer, s, nonce);
  }
  // The cookie keeps it: another rule with the same client may refresh it, or end the session with it.
  if (expired) dropAccessToken(s);
  const claims = new SessionClaims(s), settings = x.config.identity, identity = sessionIdentity(settings, s, claims);
  let refused = !scopesHold(x, s, claims) ? new Refuse(INSUFFICIENT_SCOPE) : refuseAccess(x.config, claims, x.config.claimSchema == null ? null : claims.document, 0);
  if (refused == null && identity.exceeds(settings)) refused = new Refuse(CLAIMS_TOO_LARGE, 0, "session: " + identity.excess(settings));
  if (refused != null) {
    refused.logout = browser.logoutPath;
    if (text != null) refused.setCookies = request.writer.setSession(text);
    return refused;
  }
  // Each response to a request with old tokens sets the new cookies, because any response may be lost. A recorded use is set by one response, and
  // some seconds later by another.
  const good = goodUntilSec(request, s), until = refreshed != null ? 0 : text != null ? min(good, x.nowSec + TAKEN_OVER_SEC) : good;
  const out = new ForwardSession(s, keys, identity.entries, until);
  if (text != null) out.setCookies = request.writer.setSession(text);
  return out;
}

/** When the session ends if it is not used again. Without a refresh token it ends with its access token. */
export function aliveUntilSec(request: BrowserRequest, s: Session): i64 {
  const end = endsAtSec(s, request.browser.limits), endsWithToken = request.browser.refreshAccessToken && s.refreshToken.length == 0 && s.accessExpiresAtSec > 0;
  return endsWithToken ? min(end, s.accessExpiresAtSec) : end;
}

/** Until when a request with the same cookies needs no second look. */
function goodUntilSec(request: BrowserRequest, s: Session): i64 {
  const browser = request.browser;
  let until = min(endsAtSec(s, browser.limits), touchDueAtSec(s, browser.limits));
  if (s.accessExpiresAtSec > 0) until = min(until, s.accessExpiresAtSec - (browser.refreshAccessToken ? browser.accessLeewaySec : 0));
  if (browser.forceReauthorize) until = min(until, s.authenticatedAtSec + REAUTHORIZED_SEC);
  if (browser.reauthenticateSec > 0) until = min(until, s.authenticatedAtSec + browser.reauthenticateSec);
  return until;
}

/** Whether the granted scopes suffice: those in the access token; if it cannot be read or names none, those of the token response. */
function scopesHold(x: Exchange, s: Session, claims: SessionClaims): bool {
  const required = x.config.requiredScopes;
  if (required.length == 0) return true;
  const access = claims.access.json;
  if (access != null && (access.member(access.root, "scope") >= 0 || access.member(access.root, "scp") >= 0)) return hasScopes(access, required);
  for (let i = 0; i < required.length; i++) if (!inList(s.scope, required[i])) return false;
  return true;
}
