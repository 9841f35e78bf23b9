// The authorization request: where a browser is sent to log in (OpenID Connect Core §3.1.2.1, RFC 6749 §4.1.1).

import { EMPTY, is, utf8 } from "../bytes/bytes";
import { Url } from "../http/url";
import { EndpointQuery } from "./endpoint_query";

/** Parameters that configuration may not set (duty 20): the filter sets them itself, or they would change the form of the answer. */
export const RESERVED_PARAMETERS: string[] = [
  "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "response_mode", "request", "request_uri",
];

@final
export class AuthorizationRequest {
  clientId: Uint8Array = EMPTY;
  redirectUri: Uint8Array = EMPTY;
  scope: Uint8Array = EMPTY;
  state: Uint8Array = EMPTY;
  nonce: Uint8Array = EMPTY;
  codeChallenge: Uint8Array = EMPTY;
  /** The answer is a form post (OAuth 2.0 Form Post Response Mode). */
  formPost: bool = false;
  /** prompt=none: the provider answers without showing a page. */
  silent: bool = false;
  /** Names and values, in turn, from the configuration. None is reserved. */
  extra: Uint8Array[] = new Array<Uint8Array>();
}

export function authorizationUrl(endpoint: Url, r: AuthorizationRequest): Uint8Array {
  const url = new EndpointQuery(endpoint);
  url.add("response_type", utf8("code"));
  url.add("client_id", r.clientId);
  url.add("redirect_uri", r.redirectUri);
  url.add("scope", r.scope);
  url.add("state", r.state);
  url.add("nonce", r.nonce);
  url.add("code_challenge", r.codeChallenge);
  url.add("code_challenge_method", utf8("S256"));
  if (r.formPost) url.add("response_mode", utf8("form_post"));
  for (let i = 0; i + 1 < r.extra.length; i += 2) {
    // A parameter may occur only once (RFC 6749 §3.1), and prompt=none excludes other prompts.
    if (r.silent && is(r.extra[i], "prompt")) continue;
    url.addPair(r.extra[i], r.extra[i + 1]);
  }
  if (r.silent) url.add("prompt", utf8("none"));
  return url.done();
}
