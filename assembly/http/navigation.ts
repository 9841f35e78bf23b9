// The kind of a request: a navigation, a prefetch, a preflight, a request that another site caused.

import { EMPTY, is, isIgnoringCase, same, startsIgnoringCase, utf8 } from "../bytes/bytes";
import { prefersHtml } from "./accept";
import { HeaderBlock } from "./header_block";
import { ListWords } from "./list_words";
import { safeReturnTo } from "./return_to";

const PURPOSES: string[] = ["sec-purpose", "purpose", "x-purpose", "x-moz"];

/**
 * Whether a user sees the answer, so that a redirect to the provider makes sense. Requests of scripts, images, frames, upgrades and prefetches would
 * begin logins that nobody completes. A program can send any headers, so this decides only about the form of an answer, never about access.
 */
export function isNavigation(headers: HeaderBlock): bool {
  if (!only(headers.all(":method"), "GET") || headers.all("upgrade").length > 0 || isScript(headers.all("x-requested-with"))) return false;
  if (isGrpc(headers.all("content-type")) || isPrefetch(headers)) return false;
  // The browser itself sets Fetch Metadata, and scripts cannot. Accept is only used if a browser does not send them (plain http, old browsers).
  const mode = headers.all("sec-fetch-mode"), dest = headers.all("sec-fetch-dest");
  // Scripts cannot set this mode. A page that a service worker fetches for the browser has an empty destination.
  if (mode.length > 0) return only(mode, "navigate") && (only(dest, "document") || only(dest, "empty"));
  if (dest.length > 0 && !only(dest, "document")) return false;
  return prefersHtml(headers.all("accept"));
}

/** Whether the browser fetches it before the user asks for it, by the header of Fetch or those of older browsers. */
export function isPrefetch(headers: HeaderBlock): bool {
  for (let i = 0; i < PURPOSES.length; i++) if (isAhead(headers.all(PURPOSES[i]))) return true;
  return false;
}

/** A preflight as browsers send it (Fetch, "CORS-preflight fetch"), and no other OPTIONS (duty 126). */
export function isPreflight(headers: HeaderBlock): bool {
  return only(headers.all(":method"), "OPTIONS") && oneValue(headers.all("origin")) && oneValue(headers.all("access-control-request-method"));
}

/** Whether the body is a form, as browsers and providers post it. */
export function isForm(headers: HeaderBlock): bool {
  const types = headers.all("content-type"), form = "application/x-www-form-urlencoded";
  if (types.length != 1) return false;
  const type = types[0];
  return startsIgnoringCase(type, form) && (type.length == form.length || type[form.length] == 0x3b || type[form.length] == 0x20);
}

/**
 * Whether another site caused this request to `origin`, by Sec-Fetch-Site; without that by Origin, then by Referer. A request without all three was
 * typed, or sent by a program. Repeated and invalid values count as another site.
 */
export function isCrossSite(headers: HeaderBlock, origin: Uint8Array): bool {
  const site = headers.all("sec-fetch-site");
  if (site.length > 0) return !only(site, "same-origin") && !only(site, "none");
  const origins = headers.all("origin");
  if (origins.length > 0) return origin.length == 0 || origins.length > 1 || !same(origins[0], origin);
  const referers = headers.all("referer");
  return referers.length > 0 && (referers.length > 1 || !isBelow(referers[0], origin));
}

/** Path and query of the page that caused the request, if it is of `origin` and a link to it cannot lead elsewhere; else empty. */
export function sameOriginReferer(headers: HeaderBlock, origin: Uint8Array): Uint8Array {
  const referers = headers.all("referer");
  if (referers.length != 1 || !isBelow(referers[0], origin)) return EMPTY;
  if (referers[0].length == origin.length) return utf8("/");
  const path = referers[0].subarray(origin.length);
  return same(safeReturnTo(path), path) ? path : EMPTY;
}

/** Whether the URL is the origin or of the origin. `https://host.evil.example` and `https://host:8443` only begin with the same characters. */
function isBelow(url: Uint8Array, origin: Uint8Array): bool {
  if (origin.length == 0 || url.length < origin.length || !same(url.subarray(0, origin.length), origin)) return false;
  return url.length == origin.length || url[origin.length] == 0x2f;
}

/** Whether a library marks the request as its XMLHttpRequest. Android's WebViews send the app's name in the same header, with every request. */
function isScript(requestedWith: Uint8Array[]): bool {
  for (let i = 0; i < requestedWith.length; i++) if (isIgnoringCase(requestedWith[i], "xmlhttprequest")) return true;
  return false;
}

function only(values: Uint8Array[], text: string): bool { return values.length == 1 && is(values[0], text); }
function oneValue(values: Uint8Array[]): bool { return values.length == 1 && values[0].length > 0; }

/** `application/grpc`, `application/grpc+proto`, `application/grpc-web` and their like. */
function isGrpc(contentTypes: Uint8Array[]): bool {
  for (let i = 0; i < contentTypes.length; i++) {
    if (startsIgnoringCase(contentTypes[i], "application/grpc")) return true;
  }
  return false;
}

/** `prefetch`, `prefetch;prerender`, `preview` and their like. */
function isAhead(purposes: Uint8Array[]): bool {
  const words = new ListWords(purposes);
  while (words.next()) if (words.is("prefetch") || words.is("prerender") || words.is("preview")) return true;
  return false;
}
