// Made of attributes.yaml by `npm run build`: change that.

/** The objects that have attributes, with the dot behind their path; `rules[].`: those that only a rule has. */
export const PLACES: string[] = [
  "", "rules[].", "endpoint_clusters.", "claim_validator.", "claim_validator.issuer.", "claim_validator.audience.", "par.", "dpop.", "session.",
  "session.cookie.", "session_contents.", "page.",
];

/** The names in each of them, in the same order. */
export const NAMES: string[][] = [
  [
    "$schema", "rules", "mode", "discovery", "issuer", "provider_cluster", "endpoint_clusters", "authorization_endpoint", "token_endpoint",
    "userinfo_endpoint", "jwks_uri", "revocation_endpoint", "end_session_endpoint", "ssl_verify", "timeout", "jwk_expires_in", "discovery_expires_in",
    "client_id", "client_secret", "token_endpoint_auth_method", "introspection_endpoint_auth_method", "revocation_endpoint_auth_method",
    "client_rsa_private_key", "client_rsa_private_key_id", "client_jwt_assertion_alg", "client_jwt_assertion_expires_in", "client_jwt_assertion_audience",
    "bearer_only", "allow_preflight", "unauth_action", "public_key", "symmetric_key", "use_jwks", "token_signing_alg_values_expected",
    "id_token_signed_response_alg", "token_typ_expected", "accept_id_token_as_bearer", "iat_slack", "claim_validator", "required_scopes", "claim_schema",
    "access_rules", "accept_none_alg", "accept_unsupported_alg", "realm", "introspection_endpoint", "introspection_interval", "introspection_expiry_claim",
    "introspection_addon_headers", "introspection_params", "introspection_token_param_name", "auth_header_name", "auth_accept_token_as_header_name",
    "auth_accept_token_as", "set_access_token_header", "access_token_in_authorization_header", "set_userinfo_header", "set_id_token_header",
    "set_raw_id_token_header", "set_refresh_token_header", "claim_headers", "max_claim_headers_bytes", "set_filter_state", "ready_path", "cache_max_kib",
    "cache_segment", "jwt_verification_cache_ignore", "redirect_uri", "scope", "authorization_params", "prompt", "display", "response_mode", "use_pkce",
    "use_nonce", "trusted_audiences", "par", "dpop", "session", "session_contents", "userinfo_required", "renew_access_token_on_expiry",
    "access_token_expires_in", "access_token_expires_leeway", "refresh_session_interval", "force_reauthorize", "userinfo_path", "userinfo_claims",
    "logout_path", "post_logout_redirect_uri", "redirect_after_logout_uri", "redirect_after_logout_with_id_token_hint", "revoke_tokens_on_logout",
    "backchannel_logout_path", "frontchannel_logout_path", "page", "unauthorized_redirect_uri", "forbidden_redirect_uri", "error_pages",
  ],
  ["name", "host", "path", "path_prefix", "method"],
  ["discovery", "jwks_uri", "introspection_endpoint", "token_endpoint", "userinfo_endpoint", "revocation_endpoint", "hosts"],
  ["issuer", "audience"],
  ["valid_issuers"],
  ["claim", "required", "valid_audiences", "match_with_client_id"],
  ["enabled"],
  ["enabled"],
  [
    "secret", "idling_timeout", "rolling_timeout", "absolute_timeout", "cookie", "storage", "redis", "cookie_name", "cookie_path", "cookie_domain",
    "cookie_secure", "cookie_http_only", "cookie_same_site",
  ],
  ["lifetime"],
  ["access_token", "id_token", "enc_id_token", "user"],
  ["name", "logo", "help_uri", "color", "language", "show_version"],
];

/** Attributes of the whole configuration, which no rule has. */
export const WHOLE_ONLY: string[] = ["$schema", "rules", "ready_path", "cache_max_kib", "cache_segment"];

/** Attributes that have no effect without a browser login. */
export const OF_LOGIN: string[] = [
  "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "revocation_endpoint", "end_session_endpoint", "token_endpoint_auth_method",
  "revocation_endpoint_auth_method", "id_token_signed_response_alg", "set_id_token_header", "set_raw_id_token_header", "set_refresh_token_header",
  "redirect_uri", "scope", "authorization_params", "prompt", "display", "response_mode", "use_pkce", "use_nonce", "trusted_audiences", "par", "dpop",
  "session", "session_contents", "userinfo_required", "renew_access_token_on_expiry", "access_token_expires_in", "access_token_expires_leeway",
  "refresh_session_interval", "force_reauthorize", "userinfo_path", "userinfo_claims", "logout_path", "post_logout_redirect_uri",
  "redirect_after_logout_uri", "redirect_after_logout_with_id_token_hint", "revoke_tokens_on_logout", "backchannel_logout_path",
  "frontchannel_logout_path",
];

/** Likewise where no token is introspected. */
export const OF_INTROSPECTION: string[] = [
  "introspection_endpoint_auth_method", "introspection_endpoint", "introspection_interval", "introspection_expiry_claim", "introspection_addon_headers",
  "introspection_params", "introspection_token_param_name",
];

/** Likewise where the client proves itself without an assertion. */
export const OF_ASSERTIONS: string[] = ["client_rsa_private_key", "client_rsa_private_key_id", "client_jwt_assertion_alg", "client_jwt_assertion_expires_in", "client_jwt_assertion_audience"];

/** Attributes of other products: name, the JSON text of a value that asks for nothing ("": none; "any": every one), what to use instead, in turn. */
export const FOREIGN: string[] = [
  "redirect_uri_scheme", "", "is not supported: give redirect_uri as a whole URL, or set scheme_header_transformation in Envoy's HttpConnectionManager where TLS ends before Envoy",
  "redirect_uri_path", "", "is the name of redirect_uri in older versions of lua-resty-openidc: set redirect_uri",
  "local_redirect_uri_path", "", "is not supported: the callback is the path of redirect_uri, and a proxy before Envoy must leave it as it is",
  "pass_cookies", "", "is not supported: no cookie of a browser goes to the provider; introspection_addon_headers names request headers that do",
  "introspection_cache_ignore", "false", "is not supported: introspection_interval: 1 caches an answer for one second at the most",
  "introspection_enable_negative_cache", "any", "that a token is not active is cached for five seconds",
  "keepalive", "any", "connections are Envoy's: set them in the cluster that provider_cluster names",
  "http_request_decorator", "", "is not supported: introspection_addon_headers names request headers that go along",
  "lifecycle", "", "is not supported: the filter runs no Lua",
  "proxy_opts", "", "is not supported: calls go through Envoy clusters, and provider_cluster may lead through a proxy",
  "use_par", "false", "pushed authorization requests are not supported",
  "pushed_authorization_request_endpoint", "", "pushed authorization requests are not supported",
  "pushed_authorization_request_endpoint_auth_method", "", "pushed authorization requests are not supported",
  "use_dpop", "false", "proof of possession is not supported",
  "dpop_signing_alg", "", "proof of possession is not supported",
  "dpop_private_key", "", "proof of possession is not supported",
  "dpop_public_jwk", "", "proof of possession is not supported",
  "_meta", "false", "belongs to APISIX, where it may switch the plugin off or limit it to some requests: leave it out, and write rules for what is to be protected",
  "redirect_api", "", "is redirect_uri here: a URL or a path",
  "redirect_api_id", "", "is redirect_uri here: a URL or a path",
  "logout_api", "", "is logout_path here: a path",
  "logout_api_id", "", "is logout_path here: a path",
  "jwt_cache_enabled", "true", "is jwt_verification_cache_ignore here, the other way round",
  "jwks_enabled", "", "is use_jwks here",
  "jwks_enable", "", "is use_jwks here",
  "slient_renew_access_token_enabled", "", "is renew_access_token_on_expiry here",
  "silent_renew_access_token_enabled", "", "is renew_access_token_on_expiry here",
  "set_access_token_header_enabled", "", "is set_access_token_header here, and access_token_in_authorization_header for Authorization",
  "set_userinfo_header_enabled", "", "is set_userinfo_header here",
];
