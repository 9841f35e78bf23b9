// The origin of a request (RFC 6454 §4, §6.2): scheme, host and port as one text, in lower case.

import { EMPTY, is, isAlphanumeric, isIgnoringCase, lowerCase } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";

const MAX_AUTHORITY = 255;

/**
 * `https://host`, with the port unless it is the scheme's default, which browsers and registered redirect URIs leave out. Empty if the scheme is neither http
 * nor https, or if the authority is not a host and perhaps a port: the origin is sent to the provider and used in redirects.
 */
export function originOf(scheme: Uint8Array, authority: Uint8Array): Uint8Array {
  const https = isIgnoringCase(scheme, "https");
  if (!https && !isIgnoringCase(scheme, "http")) return EMPTY;
  if (authority.length == 0 || authority.length > MAX_AUTHORITY) return EMPTY;
  const end = authority[0] == 0x5b ? literalEnd(authority) : nameEnd(authority);
  if (end == 0 || !isPort(authority, end)) return EMPTY;
  const out = new ByteWriter(8 + authority.length).text(https ? "https://" : "http://");
  const size = is(authority.subarray(end), https ? ":443" : ":80") ? end : authority.length;
  for (let i = 0; i < size; i++) out.byte(lowerCase(authority[i]));
  return out.done();
}

/** Scheme and authority of a URL that was read before (http/url.ts). */
export function originOfUrl(url: Uint8Array): Uint8Array {
  let slashes = 0;
  for (let i = 0; i < url.length; i++) if (url[i] == 0x2f && ++slashes == 3) return url.subarray(0, i);
  return url;
}

/** The offset after a name or an IPv4 address. 0: there is none. */
function nameEnd(authority: Uint8Array): i32 {
  let i = 0;
  for (; i < authority.length; i++) {
    const c = authority[i];
    if (!isAlphanumeric(c) && c != 0x2e && c != 0x2d && c != 0x5f) break;
  }
  return i;
}

/** The offset after an IPv6 address in brackets. 0: it is none. */
function literalEnd(authority: Uint8Array): i32 {
  let i = 1;
  for (; i < authority.length; i++) {
    const c = authority[i];
    if (c - 0x30 >= 10 && (c | 0x20) - 0x61 >= 6 && c != 0x3a && c != 0x2e) break;
  }
  // The shortest is `[::]`.
  return i >= 3 && i < authority.length && authority[i] == 0x5d ? i + 1 : 0;
}

/** Whether the rest is empty, or a colon and one to five digits. */
function isPort(authority: Uint8Array, from: i32): bool {
  if (from == authority.length) return true;
  const digits = authority.length - from - 1;
  if (authority[from] != 0x3a || digits < 1 || digits > 5) return false;
  for (let i = from + 1; i < authority.length; i++) if (authority[i] - 0x30 >= 10) return false;
  return true;
}
