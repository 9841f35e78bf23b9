// The logout request: where a browser is sent to log out at the provider too (OpenID Connect RP-Initiated Logout 1.0 §2).

import { EMPTY } from "../bytes/bytes";
import { Url } from "../http/url";
import { EndpointQuery } from "./endpoint_query";

/** The longest URL, in bytes, with `id_token_hint`. Servers and gateways accept this length, and many no more. ID Tokens with groups are longer. */
const MAX_URL = 2048;

/** `id_token_hint`, which is only recommended, is left out if the URL would be too long; EMPTY parameters are left out too. */
export function endSessionUrl(endpoint: Url, clientId: Uint8Array, idToken: Uint8Array, postLogoutRedirectUri: Uint8Array, state: Uint8Array): Uint8Array {
  const url = new EndpointQuery(endpoint);
  url.add("client_id", clientId);
  if (idToken.length > 0) url.add("id_token_hint", idToken);
  if (postLogoutRedirectUri.length > 0) url.add("post_logout_redirect_uri", postLogoutRedirectUri);
  if (state.length > 0) url.add("state", state);
  const out = url.done();
  return idToken.length > 0 && out.length > MAX_URL ? endSessionUrl(endpoint, clientId, EMPTY, postLogoutRedirectUri, state) : out;
}

/** For a logout without a hint. It has no address to return to: without a hint a provider need not follow it (§3), and some refuse it (Ory Hydra). */
export function endSessionUrlWithoutHint(endpoint: Url, clientId: Uint8Array): Uint8Array {
  return endSessionUrl(endpoint, clientId, EMPTY, EMPTY, EMPTY);
}
