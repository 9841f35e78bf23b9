// Configured endpoints, for providers whose metadata lack them or have them wrong.

import { Url } from "../http/url";

/** Their names in metadata (RFC 8414 §2, OpenID Connect Discovery 1.0 §3, RP-Initiated Logout 1.0 §2.1). The introspection endpoint is configured in another way. */
export const ENDPOINTS: string[] = ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "revocation_endpoint", "end_session_endpoint"];

@final
export class Endpoints {
  readonly names: string[] = [];
  readonly urls: Url[] = [];

  set(name: string, url: Url): void {
    this.names.push(name);
    this.urls.push(url);
  }

  /** null: the endpoint in the metadata is used. */
  of(name: string): Url | null {
    const at = this.names.indexOf(name);
    return at < 0 ? null : this.urls[at];
  }
}
