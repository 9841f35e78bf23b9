// The answer where nobody is logged in and the request is not one that a person follows to the provider: it says where they can log in.

import { is, utf8 } from "../../bytes/bytes";
import { sameOriginReferer } from "../../http/navigation";
import { safeReturnTo } from "../../http/return_to";
import { BrowserRequest } from "../decision/browser_request";
import { Refuse } from "../decision/next";
import { NOT_SENT, LOGIN_NEEDED } from "../decision/refusal";

export function loginNeeded(request: BrowserRequest): Refuse {
  const out = new Refuse(sends(request.method) ? NOT_SENT : LOGIN_NEEDED), page = sameOriginReferer(request.headers, request.origin);
  out.again = page.length > 0 ? safeReturnTo(page) : utf8("/");
  if (request.hasChunks) out.setCookies = request.writer.expireSession();
  return out;
}

function sends(method: Uint8Array): bool { return !is(method, "GET") && !is(method, "HEAD") && !is(method, "OPTIONS"); }
