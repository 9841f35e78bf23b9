// What is compared with what, and the target for the ratio.

/** Subject, reference, and target or null. Except for logins, all compare the added cost. */
export const RATIOS: [string, string, number | null][] = [
  ["envoy-oidc, cached token, 3 headers", "floor, cached token, 3 headers", 1.1],
  ["envoy-oidc, cached token, 1 header", "jwt_authn, cache on", 2],
  ["envoy-oidc, first seen, RS256", "jwt_authn, cache off, RS256", 0.6],
  ["envoy-oidc, first seen, ES256", "jwt_authn, cache off, ES256", 0.7],
  ["envoy-oidc, first seen, PS256", "jwt_authn, cache off, PS256", 2],
  ["envoy-oidc, first seen, EdDSA", "jwt_authn, cache off, EdDSA", 2],
  ["envoy-oidc, session seen before, 1 kB", "floor, session seen before, 1 kB", 1.15],
  ["envoy-oidc, session seen before, 12 kB", "floor, session seen before, 12 kB", 1.6],
  ["envoy-oidc, session first seen, 1 kB", "jwt_authn, cache off, RS256", 0.4],
  ["envoy-oidc, session first seen, 12 kB", "jwt_authn, cache off, RS256", 1],
  ["envoy-oidc, cached introspection", "envoy-oidc, cached token, 3 headers", 1.05],
  ["envoy-oidc, public path", "envoy-oidc, cached token, 3 headers", 0.6],
  // A refusal ends the filter chain, so both have the filter only once.
  ["envoy-oidc, no token", "one envoy-oidc, cached token, 3 headers", 1],
  ["envoy-oidc, a bad token seen before", "one envoy-oidc, cached token, 3 headers", 1],
  ["envoy-oidc, session seen before, 1 kB", "oauth2, session, 1 kB", null],
  ["envoy-oidc, session seen before, 12 kB", "oauth2, session, 12 kB", null],
  ["envoy-oidc, session first seen, 1 kB", "oauth2, session, 1 kB", null],
  ["envoy-oidc, session first seen, 12 kB", "oauth2, session, 12 kB", null],
  ["envoy-oidc, login, no UserInfo", "oauth2, login", null],
  ["envoy-oidc, login", "oauth2, login", null],
];
