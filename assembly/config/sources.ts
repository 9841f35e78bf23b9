// Where in a request a token may be: `auth_header_name` and `auth_accept_token_as`.

import { EMPTY, is, isAlphanumeric, isIgnoringCase, same, startsWith, utf8 } from "../bytes/bytes";
import { Source, SourceKind } from "./config";
import { headerName } from "./header_name";
import { ConfigReader } from "./reader";

/** The cookie of a bare `cookie` in lua-resty-openidc. */
const USUAL_COOKIE = "PA.global";

/** The header of `auth_header_name` alone unless `auth_accept_token_as` names more. The order does not matter: two credentials are refused. */
export function readSources(r: ConfigReader): Source[] {
  const name = readName(r);
  // Only Authorization always has a scheme. Another header often contains the bare token.
  const header = new Source(is(name, "authorization") ? SourceKind.Header : SourceKind.RawHeader, name);

  const places: string[] = [], listed = r.texts("auth_accept_token_as", places);
  const out: Source[] = [];
  for (let i = 0; i < listed.length; i++) {
    const text = listed[i];
    const own = headerName(behind(text, "header:")), query = behind(text, "query:"), cookie = behind(text, "cookie:");
    if (isIgnoringCase(text, "header")) out.push(header);
    else if (own.length > 0) out.push(new Source(SourceKind.RawHeader, own));
    else if (isToken(query)) out.push(new Source(SourceKind.Query, query));
    else if (isIgnoringCase(text, "cookie")) out.push(new Source(SourceKind.Cookie, utf8(USUAL_COOKIE)));
    else if (isToken(cookie)) out.push(new Source(SourceKind.Cookie, cookie));
    else r.wrongAt(places[i], 'expected "header", "header:NAME", "query:NAME", "cookie" or "cookie:NAME"');
  }
  if (out.length == 0) out.push(header);
  return out;
}

/** `auth_accept_token_as_header_name` is what lua-resty-openidc calls it. */
function readName(r: ConfigReader): Uint8Array {
  const own = nameIn(r, "auth_header_name"), other = nameIn(r, "auth_accept_token_as_header_name");
  if (own != null && other != null && !same(own, other)) r.wrong("auth_accept_token_as_header_name", "auth_header_name names another header: leave one of them out");
  return own != null ? own : other != null ? other : utf8("authorization");
}

function nameIn(r: ConfigReader, key: string): Uint8Array | null {
  const text = r.text(key);
  if (text == null) return null;
  const name = headerName(text);
  if (name.length == 0) r.wrong(key, "is not a header name");
  return name;
}

function behind(text: Uint8Array, prefix: string): Uint8Array { return startsWith(text, prefix) ? text.subarray(prefix.length) : EMPTY; }

/** Letters, digits, `-`, `_`, `.`: names that mean the same with and without encoding. */
export function isToken(text: Uint8Array): bool {
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (!isAlphanumeric(c) && c != 0x2d && c != 0x5f && c != 0x2e) return false;
  }
  return text.length > 0;
}
