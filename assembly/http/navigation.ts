// What kind of request this is: one that a person navigates with, a preflight, one that another site has caused.

import { EMPTY, is, isIgnoringCase, same, utf8 } from "../bytes/bytes";
import { prefersHtml } from "./accept";
import { HeaderBlock } from "./header_block";
import { safeReturnTo } from "./return_to";

/** Every value of the headers that tell. A program may claim anything: this decides what an answer looks like, never who gets in. */
@final
export class RequestKind {
  method: Uint8Array[] = [];
  /** Sec-Fetch-Mode and Sec-Fetch-Dest: scripts cannot set them. */
  mode: Uint8Array[] = [];
  dest: Uint8Array[] = [];
  /** Sec-Purpose and its older name. */
  purpose: Uint8Array[] = [];
  accept: Uint8Array[] = [];
  requestedWith: Uint8Array[] = [];
  upgrade: Uint8Array[] = [];
  contentType: Uint8Array[] = [];
  origin: Uint8Array[] = [];
  /** Access-Control-Request-Method. */
  askedMethod: Uint8Array[] = [];

  /**
   * Whether a person is looking at where this leads, so that a redirect to the provider makes sense. A script's request, an
   * image, a frame, an upgrade or a page fetched ahead would begin sign-ins that nobody finishes.
   */
  isNavigation(): bool {
    if (!only(this.method, "GET") || this.upgrade.length > 0 || this.requestedWith.length > 0) return false;
    if (isGrpc(this.contentType) || isAhead(this.purpose)) return false;
    if (this.dest.length > 0 && !only(this.dest, "document")) return false;
    // Fetch Metadata is what the browser itself says; Accept is asked only where a browser does not send it (plain http, old ones).
    if (this.mode.length > 0) return only(this.mode, "navigate") && this.dest.length > 0;
    return prefersHtml(this.accept);
  }

  /** A preflight as browsers send it (Fetch, "CORS-preflight fetch"), and no other OPTIONS (duty 126). */
  isPreflight(): bool {
    return only(this.method, "OPTIONS") && this.origin.length == 1 && this.origin[0].length > 0
      && this.askedMethod.length == 1 && this.askedMethod[0].length > 0;
  }
}

/** A form as browsers and providers post it. */
export function isForm(headers: HeaderBlock): bool {
  const types = headers.all("content-type"), form = "application/x-www-form-urlencoded";
  if (types.length != 1) return false;
  const type = types[0];
  return type.length >= form.length && isIgnoringCase(type.subarray(0, form.length), form)
    && (type.length == form.length || type[form.length] == 0x3b || type[form.length] == 0x20);
}

export function requestKindOf(headers: HeaderBlock): RequestKind {
  const kind = new RequestKind();
  kind.method = headers.all(":method");
  kind.mode = headers.all("sec-fetch-mode");
  kind.dest = headers.all("sec-fetch-dest");
  kind.purpose = headers.all("sec-purpose").concat(headers.all("purpose"));
  kind.accept = headers.all("accept");
  kind.requestedWith = headers.all("x-requested-with");
  kind.upgrade = headers.all("upgrade");
  kind.contentType = headers.all("content-type");
  kind.origin = headers.all("origin");
  kind.askedMethod = headers.all("access-control-request-method");
  return kind;
}

/**
 * Whether another site has caused this request to `origin`. Sec-Fetch-Site answers it; without it Origin does, then Referer.
 * A request that says nothing at all was typed, or sent by a program. Whatever is said twice or oddly counts as another site.
 */
export function isCrossSite(headers: HeaderBlock, origin: Uint8Array): bool {
  const site = headers.all("sec-fetch-site");
  if (site.length > 0) return !only(site, "same-origin") && !only(site, "none");
  const origins = headers.all("origin");
  if (origins.length > 0) return origin.length == 0 || origins.length > 1 || !same(origins[0], origin);
  const referers = headers.all("referer");
  return referers.length > 0 && (referers.length > 1 || !isBelow(referers[0], origin));
}

/** Path and query of the page that led here, where it is one of `origin` and a link to it cannot leave it; else empty. */
export function sameOriginReferer(headers: HeaderBlock, origin: Uint8Array): Uint8Array {
  const referers = headers.all("referer");
  if (referers.length != 1 || !isBelow(referers[0], origin)) return EMPTY;
  if (referers[0].length == origin.length) return utf8("/");
  const path = referers[0].subarray(origin.length);
  return same(safeReturnTo(path), path) ? path : EMPTY;
}

/** The origin itself, or something of it: `https://host.evil.example` and `https://host:8443` only start alike. */
function isBelow(url: Uint8Array, origin: Uint8Array): bool {
  if (origin.length == 0 || url.length < origin.length || !same(url.subarray(0, origin.length), origin)) return false;
  return url.length == origin.length || url[origin.length] == 0x2f;
}

function only(values: Uint8Array[], text: string): bool { return values.length == 1 && is(values[0], text); }

/** `application/grpc`, `application/grpc+proto`, `application/grpc-web` and their like. */
function isGrpc(contentTypes: Uint8Array[]): bool {
  for (let i = 0; i < contentTypes.length; i++) {
    if (isIgnoringCase(contentTypes[i].subarray(0, 16), "application/grpc")) return true;
  }
  return false;
}

/** Fetched before anyone asked: `prefetch`, `prefetch;prerender` and their like. */
function isAhead(purposes: Uint8Array[]): bool {
  for (let i = 0; i < purposes.length; i++) {
    const purpose = purposes[i];
    let start = 0;
    for (let end = 0; end <= purpose.length; end++) {
      if (end < purpose.length && purpose[end] != 0x3b && purpose[end] != 0x2c && purpose[end] != 0x20) continue;
      const word = purpose.subarray(start, end);
      if (isIgnoringCase(word, "prefetch") || isIgnoringCase(word, "prerender")) return true;
      start = end + 1;
    }
  }
  return false;
}
