// The logout request: where a browser is sent to sign out at the provider too (OpenID Connect RP-Initiated Logout 1.0 §2).

import { EMPTY } from "../bytes/bytes";
import { Url } from "../http/url";
import { EndpointQuery } from "./endpoint_query";

/** The longest URL, in bytes: servers and gateways read that much, and many not more. ID Tokens with groups are larger. */
const MAX_URL = 2048;

/** EMPTY where there is no `idToken`, or one that makes the URL too long. `postLogoutRedirectUri` is left out where it is EMPTY. */
export function endSessionUrl(endpoint: Url, clientId: Uint8Array, idToken: Uint8Array, postLogoutRedirectUri: Uint8Array): Uint8Array {
  if (idToken.length == 0) return EMPTY;
  const url = new EndpointQuery(endpoint);
  url.add("client_id", clientId);
  url.add("id_token_hint", idToken);
  if (postLogoutRedirectUri.length > 0) url.add("post_logout_redirect_uri", postLogoutRedirectUri);
  const out = url.done();
  return out.length > MAX_URL ? EMPTY : out;
}

/** Without the hint. No address to return to: a provider need not follow one then (§3), and some answer it with an error (Ory Hydra). */
export function endSessionUrlWithoutHint(endpoint: Url, clientId: Uint8Array): Uint8Array {
  const url = new EndpointQuery(endpoint);
  url.add("client_id", clientId);
  return url.done();
}
