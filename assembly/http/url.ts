// A strict reader of absolute http and https URLs, from the configuration and from providers (RFC 3986).

import { EMPTY, endsWith, indexOf, joined, startsWith, utf8 } from "../bytes/bytes";
import { Result } from "../result";

export const enum UrlFault { Scheme = 1, Host, Character, TooLong }

const MAX_URL = 2048;

@final
export class Url {
  constructor(
    /** The URL as it was written. */
    readonly text: Uint8Array,
    readonly https: bool,
    /** Host, and port if there is one, as in the `:authority` of a request. */
    readonly authority: Uint8Array,
    /** Path and query; `/` at least. */
    readonly path: Uint8Array,
  ) {}
}

/** Refuses user information, fragments and invalid characters. So a URL cannot end a header line, or hide its host. */
export function readUrl(text: Uint8Array): Result<Url> {
  if (text.length > MAX_URL) return Result.fail<Url>(UrlFault.TooLong, text.length.toString());
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (!allowed(c)) return Result.fail<Url>(UrlFault.Character, i.toString());
  }
  const https = startsWith(text, "https://");
  if (!https && !startsWith(text, "http://")) return Result.fail<Url>(UrlFault.Scheme, "");
  const start = https ? 8 : 7;
  let end = start;
  while (end < text.length && text[end] != 0x2f && text[end] != 0x3f) end++;
  const authority = text.subarray(start, end);
  if (authority.length == 0 || authority[0] == 0x3a || indexOf(authority, 0x40) >= 0) return Result.fail<Url>(UrlFault.Host, "");
  const rest = text.subarray(end);
  const path = rest.length == 0 ? utf8("/") : rest[0] == 0x3f ? joined(utf8("/"), rest) : rest;
  return Result.of<Url>(new Url(text, https, authority, path));
}

/** Printable ASCII but `"`, `#`, `<`, `>`, `\`, `^`, a backtick, `{`, `|` and `}` (RFC 3986 §2). */
function allowed(c: u8): bool {
  return c > 0x20 && c < 0x7b && c != 0x22 && c != 0x23 && c != 0x3c && c != 0x3e && c != 0x5c && c != 0x5e && c != 0x60 || c == 0x7e;
}

const WELL_KNOWN = "/.well-known/openid-configuration";
const OAUTH_WELL_KNOWN = "/.well-known/oauth-authorization-server";

/**
 * The issuer of a metadata URL: the part before the suffix (OpenID Connect Discovery 1.0 §4), or the URL without the inserted path
 * (RFC 8414 §3.1). Empty if the URL has neither form.
 */
export function issuerOf(url: Url): Uint8Array {
  if (indexOf(url.path, 0x3f) >= 0) return EMPTY;
  if (endsWith(url.text, WELL_KNOWN)) return url.text.subarray(0, url.text.length - WELL_KNOWN.length);
  if (!startsWith(url.path, OAUTH_WELL_KNOWN)) return EMPTY;
  const inserted = url.path.subarray(OAUTH_WELL_KNOWN.length);
  if (inserted.length > 0 && inserted[0] != 0x2f) return EMPTY;
  return joined(url.text.subarray(0, url.text.length - url.path.length), inserted);
}
