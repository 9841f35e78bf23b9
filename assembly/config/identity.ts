// The attributes about the identity headers that the upstream gets.

import { indexIn, indexOf, same, utf8 } from "../bytes/bytes";
import { decodeUtf8 } from "../bytes/utf8";
import { words } from "../bytes/words";
import { MAX_DOTS } from "../policy/claim_path";
import { ClaimHeader, IDENTITY_HEADERS, IdentitySettings } from "../policy/identity";
import * as attributes from "./attributes";
import { headerName, reservedName, withDashes } from "./header_name";
import { ConfigReader } from "./reader";

export function readIdentity(r: ConfigReader): IdentitySettings {
  const out = new IdentitySettings();
  out.accessTokenHeader = attributes.set_access_token_header(r);
  out.accessTokenInAuthorization = attributes.access_token_in_authorization_header(r);
  out.userinfoHeader = attributes.set_userinfo_header(r);
  out.idTokenHeader = attributes.set_id_token_header(r);
  out.rawIdTokenHeader = attributes.set_raw_id_token_header(r);
  out.refreshTokenHeader = attributes.set_refresh_token_header(r);
  out.filterState = attributes.set_filter_state(r);
  out.maxClaimBytes = attributes.max_claim_headers_bytes(r);

  const claims = r.child("claim_headers");
  if (claims == null) return out;
  const paths = claims.names();
  r.atMost("claim_headers", attributes.MAX_CLAIM_HEADERS, paths.length, " headers");
  for (let i = 0; i < paths.length; i++) {
    const path = paths[i];
    const text = claims.text(path);
    if (text == null) continue;
    const name = headerName(text);
    if (!plainPath(path)) claims.wrong(path, PATH_EXPECTED);
    else if (name.length == 0) claims.wrong(path, "is not a header name");
    else if (isSwapped(path, name)) claims.wrong(path, `the claim comes first, then its header: write "${decodeUtf8(name)}": "${path}"`);
    else if (reservedName(name) || indexIn(IDENTITY_HEADERS, withDashes(name)) >= 0) claims.wrong(path, "the header " + decodeUtf8(name) + " has a meaning of its own; choose another, such as x-user-" + path.substring(0, 20));
    else if (taken(out.claimHeaders, name)) claims.wrong(path, "the header " + decodeUtf8(name) + " already holds another claim");
    else out.claimHeaders.push(new ClaimHeader(path, name));
  }
  return out;
}

/** Names of claims. A header with such a name shows that header and claim were swapped. */
const CLAIMS: string[] = words("sub iss aud azp sid scope email name roles groups preferred_username given_name family_name client_id");

/** Whether it is written as `{"x-user-id": "sub"}`. */
function isSwapped(path: string, header: Uint8Array): bool {
  const looksLikeHeader = headerName(utf8(path)).length > 0 && path.includes("-");
  return looksLikeHeader && indexOf(header, 0x2d) < 0 && (path.startsWith("x-") || path.startsWith("X-") || CLAIMS.includes(decodeUtf8(header)));
}

function taken(headers: ClaimHeader[], name: Uint8Array): bool {
  for (let i = 0; i < headers.length; i++) if (same(withDashes(headers[i].name), withDashes(name))) return true;
  return false;
}

export const PATH_EXPECTED = `expected a claim path of printable ASCII with at most ${MAX_DOTS} dots`;

/** Whether the text can be the path of a claim. */
export function plainPath(path: string): bool {
  let dots = 0;
  for (let i = 0; i < path.length; i++) {
    const c = path.charCodeAt(i);
    if (c <= 0x20 || c > 0x7e) return false;
    if (c == 0x2e) dots++;
  }
  return path.length > 0 && dots <= MAX_DOTS;
}
