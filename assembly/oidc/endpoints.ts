// The endpoints of a provider, by their names in metadata.

import { Url } from "../http/url";

/** RFC 8414 §2, OpenID Connect Discovery 1.0 §3, RP-Initiated Logout 1.0 §2.1. */
export const ENDPOINTS: string[] = [
  "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "introspection_endpoint", "revocation_endpoint", "end_session_endpoint",
];

@final
export class Endpoints {
  readonly names: string[] = [];
  readonly urls: Url[] = [];

  set(name: string, url: Url): void {
    this.names.push(name);
    this.urls.push(url);
  }

  of(name: string): Url | null {
    const at = this.names.indexOf(name);
    return at < 0 ? null : this.urls[at];
  }
}
