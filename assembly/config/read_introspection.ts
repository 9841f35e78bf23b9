// The attributes of introspection: its requests, and how long its responses are valid.

import { inLowerCase, utf8 } from "../bytes/bytes";
import { decodeUtf8 } from "../bytes/utf8";
import { OF_INTROSPECTION } from "./attribute_names";
import * as attributes from "./attributes";
import { Config, IntrospectionSettings, Verification } from "./config";
import { connectionName, headerName } from "./header_name";
import { ConfigReader } from "./reader";
import { isToken } from "./sources";


/** Parameters that the filter sends itself: client authentication (RFC 6749 §2.3.1, RFC 7521 §4.2). */
const RESERVED: string[] = ["client_id", "client_secret", "client_assertion", "client_assertion_type"];

/** `c.verification` must have been read before. */
export function readIntrospection(r: ConfigReader, c: Config, warnings: string[]): void {
  if (c.verification == Verification.PublicKey || c.verification == Verification.Jwks) {
    const unused = r.set(OF_INTROSPECTION);
    // Rules may use attributes that are outside of them.
    if (unused.length > 0 && !r.owns("rules")) {
      warnings.push("not used, as tokens are verified by " + (c.verification == Verification.Jwks ? "use_jwks" : r.has("public_key") ? "public_key" : "symmetric_key") + ": " + unused.join(", "));
    }
    return;
  }
  const out = c.introspection;
  out.intervalSec = attributes.introspection_interval(r);
  const claim = r.text("introspection_expiry_claim");
  if (claim != null) out.expiryClaim = decodeUtf8(claim);
  const places: string[] = [], addon = r.texts("introspection_addon_headers", places);
  for (let i = 0; i < addon.length; i++) {
    const name = headerName(addon[i]);
    if (name.length == 0) r.wrongAt(places[i], "is not a header name");
    else if (connectionName(name)) r.wrongAt(places[i], decodeUtf8(name) + " belongs to the client's own request");
    else out.addonHeaders.push(decodeUtf8(name));
  }
  readParams(r, out);
}

function readParams(r: ConfigReader, out: IntrospectionSettings): void {
  const name = r.text("introspection_token_param_name");
  if (name != null && (!isToken(name) || isReserved(decodeUtf8(name)))) r.wrong("introspection_token_param_name", "expected the name of a parameter such as token");
  else if (name != null) out.tokenParameter = decodeUtf8(name);

  const params = r.child("introspection_params");
  if (params == null) return;
  const names = params.names();
  r.atMost("introspection_params", attributes.MAX_INTROSPECTION_PARAMS, names.length, " parameters");
  for (let i = 0; i < names.length; i++) {
    const value = params.scalar(names[i]);
    if (isReserved(names[i]) || names[i] == out.tokenParameter) params.wrong(names[i], "is set by the filter itself");
    else if (!isToken(utf8(names[i]))) params.wrong(names[i], "expected a name of letters, digits, -, _ and .");
    else if (value != null) {
      out.params.push(utf8(names[i]));
      out.params.push(value);
    }
  }
}

/** Some providers ignore the case of parameter names. */
function isReserved(name: string): bool { return RESERVED.includes(decodeUtf8(inLowerCase(utf8(name)))); }
