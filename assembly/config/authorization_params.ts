// The attributes that add to the authorization request: `scope` and `authorization_params`.

import { EMPTY, inLowerCase, is, utf8, wholeNumber } from "../bytes/bytes";
import { decodeUtf8 } from "../bytes/utf8";
import { ByteWriter } from "../bytes/writer";
import { RESERVED_PARAMETERS } from "../oidc/authorize";
import * as attributes from "./attributes";
import { BrowserSettings } from "./browser";
import { ConfigReader } from "./reader";

const MAX_AGE = 31536000;

/** Scopes separated by one space (RFC 6749 §3.3), `openid` among them: without it there is no ID Token (OpenID Connect Core §3.1.2.1). */
export function readScope(r: ConfigReader, warnings: string[]): Uint8Array {
  const text = r.has("scope") ? r.text("scope") : utf8("openid");
  if (text == null) return EMPTY;
  const scopes = words(text);
  let openid = false;
  for (let i = 0; i < scopes.length; i++) {
    if (!isScope(scopes[i])) r.wrong("scope", "word " + (i + 1).toString() + " is not a scope (RFC 6749 §3.3): printable ASCII without quotes and backslashes");
    if (is(scopes[i], "openid")) openid = true;
  }
  if (!openid) {
    scopes.unshift(utf8("openid"));
    warnings.push("scope has no openid: it was added, because a login needs it");
  }
  return listOf(scopes);
}

/** `prompt` and `display` are attributes too, as in lua-resty-openidc. There, too, `authorization_params` takes precedence. */
const ON_THEIR_OWN: string[] = ["prompt", "display"];

export function readAuthorizationParams(r: ConfigReader, b: BrowserSettings): void {
  const params = r.child("authorization_params");
  for (let i = 0; i < ON_THEIR_OWN.length; i++) {
    const value = r.text(ON_THEIR_OWN[i]);
    if (value == null || params != null && params.owns(ON_THEIR_OWN[i])) continue;
    b.authorizationParams.push(utf8(ON_THEIR_OWN[i]));
    b.authorizationParams.push(value);
  }
  if (params == null) return;
  const names = params.names();
  r.atMost("authorization_params", attributes.MAX_AUTHORIZATION_PARAMS, names.length, " parameters");
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    // Some providers ignore the case of parameter names.
    if (RESERVED_PARAMETERS.includes(decodeUtf8(inLowerCase(utf8(name))))) {
      params.wrong(name, "is set by the filter itself");
      continue;
    }
    if (!isName(name)) {
      params.wrong(name, "expected a name of printable ASCII");
      continue;
    }
    const value = params.scalar(name);
    if (value == null) continue;
    b.authorizationParams.push(utf8(name));
    b.authorizationParams.push(value);
    if (name == "acr_values") b.acrValues = listOf(words(value));
    if (name == "max_age") {
      const seconds = wholeNumber(value, 8);
      b.maxAgeSec = seconds <= MAX_AGE ? <i32>seconds : -1;
      if (b.maxAgeSec < 0) params.wrong(name, `expected a whole number from 0 to ${MAX_AGE}`);
    }
  }
}

function isName(name: string): bool {
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) <= 0x20 || name.charCodeAt(i) >= 0x7f) return false;
  return name.length > 0;
}

/** The words with one space between them. */
function listOf(words: Uint8Array[]): Uint8Array {
  const out = new ByteWriter();
  for (let i = 0; i < words.length; i++) {
    if (i > 0) out.byte(0x20);
    out.bytes(words[i]);
  }
  return out.done();
}

/** The words between spaces. */
function words(text: Uint8Array): Uint8Array[] {
  const out = new Array<Uint8Array>();
  let from = 0;
  for (let i = 0; i <= text.length; i++) {
    if (i < text.length && text[i] != 0x20) continue;
    if (i > from) out.push(text.slice(from, i));
    from = i + 1;
  }
  return out;
}

export function isScope(text: Uint8Array): bool {
  for (let i = 0; i < text.length; i++) if (text[i] <= 0x20 || text[i] >= 0x7f || text[i] == 0x22 || text[i] == 0x5c) return false;
  return true;
}
