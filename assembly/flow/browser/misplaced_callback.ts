// Detects the provider's answer at another path than the callback's: a proxy in front of Envoy adds or removes a part of the path.

import { same, utf8 } from "../../bytes/bytes";
import { decodeUtf8 } from "../../bytes/utf8";
import { LOGIN_ID_SIZE } from "../../http/cookie_names";
import { readParameters } from "../../http/parameters";
import { safeReturnTo } from "../../http/return_to";
import { STATE_SIZE } from "../../session/login";
import { Refuse } from "../decision/next";
import { CALLBACK_MISPLACED } from "../decision/refusal";
import { callbackPathOf, redirectUriOf } from "./begin_login";
import { BrowserRequest } from "../decision/browser_request";

/** The longest path in the log. */
const MAX_SHOWN = 128;

/**
 * A page may have parameters of the same names. Only if the login counter lists the login of this state is it an answer to this browser. Another login
 * would end in the same way, so none begins. null: it is no misplaced answer.
 */
export function misplacedCallback(request: BrowserRequest): Refuse | null {
  if (request.query.length == 0) return null;
  const counter = request.loginCounter();
  if (counter.logins.length == 0) return null;
  const answer = readParameters(request.query);
  if (answer == null || answer.count("state") != 1 || answer.count("code") + answer.count("error") == 0) return null;
  const state = answer.one("state");
  if (state.length != STATE_SIZE || !counter.holds(state.subarray(0, LOGIN_ID_SIZE))) return null;
  const callbackPath = callbackPathOf(request);
  return Refuse.retry(CALLBACK_MISPLACED, utf8("/"), "login: the provider's answer came to the path " + shown(request.path) + ", and is expected at " + shown(callbackPath) + " (redirect_uri "
    + decodeUtf8(redirectUriOf(request, callbackPath)) + "): a proxy in front of Envoy changes paths. Have it leave them as they are, or set redirect_uri to the URL that browsers use and have Envoy get that path");
}

/** The path for the log, without the query, which contains the code. */
function shown(path: Uint8Array): string {
  return path.length <= MAX_SHOWN && same(safeReturnTo(path), path) ? decodeUtf8(path) : "(not shown)";
}
