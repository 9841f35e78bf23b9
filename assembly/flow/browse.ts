// The decision table for browsers: what is asked of a request that carries no bearer token, in which order.

import { is, utf8 } from "../bytes/bytes";
import { Unauthenticated } from "../config/config";
import { sameOriginReferer } from "../http/navigation";
import { safeReturnTo } from "../http/return_to";
import { expiredSession } from "../session/session_cookies";
import { backchannelLogout } from "./logout/backchannel_logout";
import { callback } from "./browser/callback";
import { Exchange } from "./decision/exchange";
import { frontchannelLogout } from "./logout/frontchannel_logout";
import { logout } from "./logout/logout";
import { misplacedCallback } from "./browser/misplaced_callback";
import { Forward, ForwardPreflight, Next, Refuse } from "./decision/next";
import { openNext, openSession } from "./browser/open_session";
import { NOT_SENT, PREFETCHED, Refusal, SIGN_IN_LOOP_NO_COOKIE, SIGN_IN_LOOP_OVER, SIGN_IN_LOOP_UNREADABLE, SIGN_IN_NEEDED } from "./decision/refusal";
import { beginSignIn, SignIn } from "./browser/sign_in";
import { useSession } from "./browser/use_session";
import { Place, Visit } from "./decision/visit";

/** The filter's own addresses: whoever comes there, with whatever credential, never reaches the upstream. */
export function atPlace(x: Exchange, visit: Visit, place: Place): Next {
  // What a browser fetches ahead nobody has asked for yet; with this status it asks again once somebody does (duty 162).
  if (visit.isGet && visit.kind.isPrefetch()) return new Refuse(PREFETCHED);
  switch (place) {
    case Place.Callback: return callback(x, visit);
    case Place.Logout: return logout(x, visit);
    case Place.BackchannelLogout: return backchannelLogout(x, visit);
    default: return frontchannelLogout(x, visit);
  }
}

/** Everywhere else. */
export function browse(x: Exchange, visit: Visit): Next {
  if (visit.presentChunks == 0) return nobody(x, visit, SIGN_IN_LOOP_NO_COOKIE);
  let session = openSession(visit);
  if (session == null) return nobody(x, visit, SIGN_IN_LOOP_UNREADABLE);
  // One that is over may have been planted in front of the one that counts (duty 160).
  for (; session != null; session = openNext(visit)) {
    const next = useSession(x, visit, session);
    if (next != null) return next;
  }
  return nobody(x, visit, SIGN_IN_LOOP_OVER);
}

/** Nobody is signed in. `circle`: how it looks where somebody should be. */
function nobody(x: Exchange, visit: Visit, circle: Refusal): Next {
  const browser = visit.browser, kind = visit.kind;
  if (x.config.allowPreflight && kind.isPreflight()) return new ForwardPreflight();
  const action = x.config.unauthenticated;
  if (action == Unauthenticated.Pass) return Forward.anonymous();
  // Only what a person looks at is sent to the provider: a script could not follow, and a body would be lost on the way.
  if (action == Unauthenticated.SignIn && kind.isNavigation()) {
    const misplaced = misplacedCallback(visit);
    return misplaced != null ? misplaced : beginSignIn(x, visit, SignIn.New, circle);
  }
  const out = new Refuse(sends(visit.method) ? NOT_SENT : SIGN_IN_NEEDED);
  const page = sameOriginReferer(visit.headers, visit.origin);
  out.again = page.length > 0 ? safeReturnTo(page) : utf8("/");
  if (visit.presentChunks > 0) out.setCookies = expiredSession(browser.cookies, visit.names, visit.secure, visit.presentChunks);
  return out;
}

function sends(method: Uint8Array): bool { return !is(method, "GET") && !is(method, "HEAD") && !is(method, "OPTIONS"); }
