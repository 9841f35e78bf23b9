// The decisions for requests without a bearer token, in their order.

import { Unauthenticated } from "../config/config";
import { isNavigation, isPrefetch, isPreflight } from "../http/navigation";
import { backchannelLogout } from "./logout/backchannel_logout";
import { callback } from "./browser/callback";
import { Exchange } from "./decision/exchange";
import { frontchannelLogout } from "./logout/frontchannel_logout";
import { logout } from "./logout/logout";
import { misplacedCallback } from "./browser/misplaced_callback";
import { Forward, ForwardPreflight, Next, Refuse } from "./decision/next";
import { openSession } from "./browser/open_session";
import { PREFETCHED, Refusal, LOGIN_LOOP_NO_COOKIE, LOGIN_LOOP_OVER, LOGIN_LOOP_UNREADABLE } from "./decision/refusal";
import { beginLogin, LoginKind } from "./browser/begin_login";
import { Session } from "../session/session";
import { sessionInfo } from "./browser/session_info";
import { useSessions } from "./browser/use_session";
import { OwnEndpoint, BrowserRequest } from "./decision/browser_request";
import { loginNeeded } from "./login_needed";

/** A request to one of the filter's own addresses. It never reaches the upstream, whatever credential it has. */
export function atOwnEndpoint(x: Exchange, request: BrowserRequest, endpoint: OwnEndpoint): Next {
  // Nobody has asked for a prefetched address yet. After this status the browser asks again when somebody does (duty 162).
  if (request.isGet && isPrefetch(request.headers)) return new Refuse(PREFETCHED);
  switch (endpoint) {
    case OwnEndpoint.Callback: return callback(x, request);
    case OwnEndpoint.Logout: return logout(x, request);
    case OwnEndpoint.BackchannelLogout: return backchannelLogout(x, request);
    case OwnEndpoint.Userinfo: {
      const info = sessionInfo(x, request);
      return info != null ? info : loginNeeded(x, request);
    }
    default: return frontchannelLogout(x, request);
  }
}

/** A request to any other address. */
export function browse(x: Exchange, request: BrowserRequest): Next {
  if (!request.hasChunks) return unauthenticated(x, request, LOGIN_LOOP_NO_COOKIE, null);
  const session = openSession(request);
  if (session == null) return unauthenticated(x, request, LOGIN_LOOP_UNREADABLE, null);
  const next = useSessions(x, request, session);
  return next != null ? next : unauthenticated(x, request, LOGIN_LOOP_OVER, session);
}

/** There is no session, or only this one, which is over. `loop`: the refusal if this browser has just completed several logins. */
function unauthenticated(x: Exchange, request: BrowserRequest, loop: Refusal, session: Session | null): Next {
  if (x.config.allowPreflight && isPreflight(request.headers)) return new ForwardPreflight();
  const action = x.config.unauthenticated;
  if (action == Unauthenticated.Pass) return Forward.anonymous();
  // Only a navigation is sent to the provider: a script could not follow, and a body would be lost.
  if (action == Unauthenticated.Login && isNavigation(request.headers)) {
    const misplaced = misplacedCallback(request);
    return misplaced != null ? misplaced : beginLogin(x, request, LoginKind.New, loop, session);
  }
  return loginNeeded(x, request);
}
