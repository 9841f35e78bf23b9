// The logout request: where a browser is sent to log out at the provider too (OpenID Connect RP-Initiated Logout 1.0 §2).

import { EMPTY } from "../bytes/bytes";
import { Url } from "../http/url";
import { EndpointQuery } from "./endpoint_query";

/** The longest URL, in bytes, that takes the hint: servers and gateways read that much, and many not more. ID Tokens with groups are larger. */
const MAX_URL = 2048;

/** `idToken`, which is only recommended, is left out where the URL would be too long; `postLogoutRedirectUri` and `state` where they are EMPTY. */
export function endSessionUrl(endpoint: Url, clientId: Uint8Array, idToken: Uint8Array, postLogoutRedirectUri: Uint8Array, state: Uint8Array): Uint8Array {
  const url = new EndpointQuery(endpoint);
  url.add("client_id", clientId);
  if (idToken.length > 0) url.add("id_token_hint", idToken);
  if (postLogoutRedirectUri.length > 0) url.add("post_logout_redirect_uri", postLogoutRedirectUri);
  if (state.length > 0) url.add("state", state);
  const out = url.done();
  return idToken.length > 0 && out.length > MAX_URL ? endSessionUrl(endpoint, clientId, EMPTY, postLogoutRedirectUri, state) : out;
}

/** Where there was never a hint. No address to return to: a provider need not follow one then (§3), and some answer it with an error (Ory Hydra). */
export function endSessionUrlWithoutHint(endpoint: Url, clientId: Uint8Array): Uint8Array {
  const url = new EndpointQuery(endpoint);
  url.add("client_id", clientId);
  return url.done();
}
