// Where a token may stand: `auth_header_name` and `auth_accept_token_as`.

import { EMPTY, is, isIgnoringCase, startsWith, utf8 } from "../bytes/bytes";
import { Source, SourceKind } from "./config";
import { headerName } from "./header_name";
import { ConfigReader } from "./reader";

/** The header of `auth_header_name` alone unless `auth_accept_token_as` names more. The order does not matter: two credentials are refused. */
export function readSources(r: ConfigReader): Source[] {
  const named = r.text("auth_header_name");
  const name = named == null ? utf8("authorization") : headerName(named);
  if (name.length == 0) r.wrong("auth_header_name", "is not a header name");
  // Only Authorization is sure to carry a scheme; a header of one's own often holds the bare token.
  const header = new Source(is(name, "authorization") ? SourceKind.Header : SourceKind.RawHeader, name);

  const listed = r.texts("auth_accept_token_as");
  const out: Source[] = [];
  for (let i = 0; i < listed.length; i++) {
    const text = listed[i];
    const own = headerName(behind(text, "header:")), query = behind(text, "query:"), cookie = behind(text, "cookie:");
    if (isIgnoringCase(text, "header")) out.push(header);
    else if (own.length > 0) out.push(new Source(SourceKind.RawHeader, own));
    else if (isToken(query)) out.push(new Source(SourceKind.Query, query));
    else if (isToken(cookie)) out.push(new Source(SourceKind.Cookie, cookie));
    else r.wrong("auth_accept_token_as", 'expected "header", "header:NAME", "query:NAME" or "cookie:NAME"');
  }
  if (out.length == 0) out.push(header);
  return out;
}

function behind(text: Uint8Array, prefix: string): Uint8Array { return startsWith(text, prefix) ? text.subarray(prefix.length) : EMPTY; }

/** Letters, digits, `-`, `_`, `.`: names that mean the same with and without encoding. */
function isToken(text: Uint8Array): bool {
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (!(c - 0x30 < 10 || (c | 0x20) - 0x61 < 26 || c == 0x2d || c == 0x5f || c == 0x2e)) return false;
  }
  return text.length > 0;
}
