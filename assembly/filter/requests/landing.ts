// Where the configuration sends a person in place of a page of the filter (`unauthorized_redirect_uri`, `forbidden_redirect_uri`).

import { EMPTY, same, utf8 } from "../../bytes/bytes";
import { PageSettings } from "../../config/page_settings";
import { pathOf } from "../../config/paths";
import { PageKind } from "../../flow/decision/page_kind";
import { Refusal } from "../../flow/decision/refusal";
import { isNavigation } from "../../http/navigation";
import { originOf } from "../../http/origin";
import { readUrl } from "../../http/url";
import { headers } from "./current";

/** EMPTY: the page is shown. Nothing of the request chooses the address, and only what a person looks at is redirected. */
export function landingOf(refusal: Refusal, settings: PageSettings): Uint8Array {
  const forbids = refusal.page == PageKind.NotAllowed || refusal.page == PageKind.NotOpen;
  const to = refusal.status == 401 ? settings.unauthorizedUri : forbids ? settings.forbiddenUri : EMPTY;
  return to.length > 0 && isNavigation(headers) && !isHere(to) ? to : EMPTY;
}

/** The request is for that very page: there the person sees what is wrong, and does not go in circles. */
function isHere(to: Uint8Array): bool {
  const read = readUrl(to);
  if (read.failed) return headers.pathIs(pathOf(to));
  const url = read.value;
  if (!headers.pathIs(pathOf(url.path))) return false;
  // The request's own scheme does not count: a proxy in front of Envoy may have ended TLS.
  const scheme = utf8(url.https ? "https" : "http");
  return same(originOf(scheme, url.authority), originOf(scheme, headers.only(":authority")));
}
