// The provider's answer at another path than the callback's: something in front of Envoy adds a part of the path or takes one away.

import { same } from "../../bytes/bytes";
import { decodeUtf8 } from "../../bytes/utf8";
import { LOGIN_ID_SIZE } from "../../http/cookie_names";
import { readParameters } from "../../http/parameters";
import { safeReturnTo } from "../../http/return_to";
import { readLoginCounter } from "../../session/login_counter";
import { STATE_SIZE } from "../../session/login";
import { Refuse } from "../decision/next";
import { CALLBACK_MISPLACED } from "../decision/refusal";
import { callbackPathOf, redirectUriOf } from "./begin_login";
import { BrowserRequest } from "../decision/browser_request";

/** Of a path in the log. */
const MAX_SHOWN = 128;

/**
 * Only this browser's own answer is told apart from a page that has parameters of these names: a login that it has begun stands in the
 * counting cookie. Another login would end in the same way, so it is not begun. null: it is none.
 */
export function misplacedCallback(request: BrowserRequest): Refuse | null {
  if (request.query.length == 0) return null;
  const counter = readLoginCounter(request.cookies.flows());
  if (counter.logins.length == 0) return null;
  const answer = readParameters(request.query);
  if (answer == null || answer.count("state") != 1 || answer.count("code") + answer.count("error") == 0) return null;
  const state = answer.one("state");
  if (state.length != STATE_SIZE || !counter.holds(state.subarray(0, LOGIN_ID_SIZE))) return null;
  const callbackPath = callbackPathOf(request);
  return new Refuse(CALLBACK_MISPLACED, 0, "login: the provider's answer came to the path " + shown(request.path) + ", and is expected at " + shown(callbackPath) + " (redirect_uri "
    + decodeUtf8(redirectUriOf(request, callbackPath)) + "): something on the way changes paths. Let it leave them as they are, or give redirect_uri as browsers must see it and let Envoy get that path");
}

/** Without the query, which holds the code. */
function shown(path: Uint8Array): string {
  return path.length <= MAX_SHOWN && same(safeReturnTo(path), path) ? decodeUtf8(path) : "(not shown)";
}
