// The answer where nobody is logged in and the request is not one that a person follows to the provider: it says where they can log in.

import { is, utf8 } from "../bytes/bytes";
import { Unauthenticated } from "../config/config";
import { sameOriginReferer } from "../http/navigation";
import { openSession } from "./browser/open_session";
import { AMBIGUOUS, chooseRule, NO_RULE } from "./choose";
import { BrowserRequest, OwnEndpoint, ownEndpointOf } from "./decision/browser_request";
import { Exchange } from "./decision/exchange";
import { Refuse } from "./decision/next";
import { LOGIN_NEEDED, NOT_SENT } from "./decision/refusal";

const FRONT_PAGE = utf8("/");

/** It names the page that asked, else the front page, and only one that begins a login: a public page would ask again without end. */
export function loginNeeded(x: Exchange, request: BrowserRequest): Refuse {
  const out = new Refuse(sends(request.method) ? NOT_SENT : LOGIN_NEEDED), page = sameOriginReferer(request.headers, request.origin);
  if (page.length > 0 && beginsLogin(x, request, page)) out.again = page;
  else if (beginsLogin(x, request, FRONT_PAGE)) out.again = FRONT_PAGE;
  const mayBeGoodElsewhere = request.browser.lifetimesDiffer && openSession(request) != null;
  if (request.hasChunks && !mayBeGoodElsewhere) out.setCookies = request.writer.expireSession();
  return out;
}

/** Whether a person who opens this page without a session is sent to the provider, and gets a session that this request could have used. */
function beginsLogin(x: Exchange, request: BrowserRequest, page: Uint8Array): bool {
  const outer = x.config.whole, whole = outer == null ? x.config : outer, headers = request.headers.ofPage(page);
  const chosen = chooseRule(whole, headers);
  if (chosen == AMBIGUOUS || whole.readyPath.length > 0 && headers.pathIs(whole.readyPath)) return false;
  const config = chosen == NO_RULE ? whole : whole.rules[chosen].config, browser = config.browser;
  if (browser == null || config.unauthenticated != Unauthenticated.Login || !browser.sharesSessionsWith(request.browser)) return false;
  return ownEndpointOf(browser, headers) == OwnEndpoint.None;
}

function sends(method: Uint8Array): bool { return !is(method, "GET") && !is(method, "HEAD") && !is(method, "OPTIONS"); }
