// The logout request: where a browser is sent to sign out at the provider too (OpenID Connect RP-Initiated Logout 1.0 §2).

import { Url } from "../http/url";
import { EndpointQuery } from "./endpoint_query";

/** `idToken` and `postLogoutRedirectUri` are left out where they are EMPTY; then the provider has `client_id` to go by. */
export function endSessionUrl(endpoint: Url, clientId: Uint8Array, idToken: Uint8Array, postLogoutRedirectUri: Uint8Array): Uint8Array {
  const url = new EndpointQuery(endpoint);
  url.add("client_id", clientId);
  if (idToken.length > 0) url.add("id_token_hint", idToken);
  if (postLogoutRedirectUri.length > 0) url.add("post_logout_redirect_uri", postLogoutRedirectUri);
  return url.done();
}
