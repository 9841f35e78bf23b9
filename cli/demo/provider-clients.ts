// The clients of the provider.

/**
 * The audience of tokens. As a `resource` it gives JWT access tokens; `?alg=ES256` behind it selects their algorithm, and `?format=opaque` makes them
 * opaque.
 */
export const AUDIENCE = "https://api.example.com";

/** The application that gets tokens without a user. */
export const DEMO_CLIENT = { id: "demo", secret: "demo-secret" };
/** The client that the filter uses for introspection. */
export const FILTER_CLIENT = { id: "envoy", secret: "envoy-secret" };
/** The client that the filter uses for logins. */
export const BROWSER_CLIENT = { id: "browser", secret: "browser-secret-of-the-demo" };

export interface BrowserOptions {
  redirectUris: string[];
  postLogoutRedirectUris?: string[];
  /** Called when a user's session ends at the provider. Logout tokens and ID tokens then have a `sid`. */
  backchannelLogoutUri?: string;
  /** The lifetime of access tokens, by default 3600. */
  accessTokenSec?: number;
  /** "jwt" (default), for AUDIENCE, or "opaque". */
  accessTokens?: "jwt" | "opaque";
  /** The size of a claim without meaning, in each JWT and in UserInfo. */
  paddingBytes?: number;
  /** Further applications of the same kind. */
  others?: { id: string; secret: string; redirectUris: string[] }[];
  /** Metadata to add or replace, such as `token_endpoint_auth_method`. */
  metadata?: Record<string, unknown>;
}

/** The clients' metadata, by the names of OpenID Connect Dynamic Client Registration 1.0 §2. */
export function clients(browser: BrowserOptions | undefined): Record<string, unknown>[] {
  const programs = [DEMO_CLIENT, FILTER_CLIENT].map(({ id, secret }) => ({
    client_id: id, client_secret: secret, grant_types: ["client_credentials"], response_types: [], redirect_uris: [],
  }));
  if (browser === undefined) return programs;
  const application = (id: string, secret: string, redirectUris: string[]) => ({
    client_id: id, client_secret: secret, grant_types: ["authorization_code", "refresh_token"], response_types: ["code"], redirect_uris: redirectUris,
  });
  return [...programs, ...(browser.others ?? []).map(({ id, secret, redirectUris }) => application(id, secret, redirectUris)), {
    ...application(BROWSER_CLIENT.id, BROWSER_CLIENT.secret, browser.redirectUris),
    post_logout_redirect_uris: browser.postLogoutRedirectUris ?? [],
    ...(browser.backchannelLogoutUri === undefined ? {} : { backchannel_logout_uri: browser.backchannelLogoutUri, backchannel_logout_session_required: true }),
    ...browser.metadata,
  }];
}
