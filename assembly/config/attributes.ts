// Made of attributes.yaml by `npm run build`: change that.
// Defaults and bounds. Each takes the reader of the object that holds the attribute.

import { ConfigReader } from "./reader";

export const MAX_RULES = 64;
export const MAX_ENDPOINT_CLUSTERS_HOSTS = 32;
export const MAX_INTROSPECTION_PARAMS = 32;
export const MAX_CLAIM_HEADERS = 32;
export const MAX_AUTHORIZATION_PARAMS = 32;
export const MAX_TRUSTED_AUDIENCES = 64;
export const MAX_SESSION_SECRET = 8;
export const MAX_USERINFO_CLAIMS = 32;
export const MAX_ERROR_PAGES = 32;

export function mode(r: ConfigReader): string { return r.oneOf("mode", ["public", "deny", "bearer", "browser"]); }
export function ssl_verify(r: ConfigReader): bool { return r.flag("ssl_verify", true); }
export function timeout(r: ConfigReader): i32 { return r.whole("timeout", 3, 1, 60); }
export function jwk_expires_in(r: ConfigReader): i32 { return r.whole("jwk_expires_in", 86400, 60, 31536000); }
export function discovery_expires_in(r: ConfigReader, otherwise: i32): i32 { return r.whole("discovery_expires_in", otherwise, 60, 31536000); }
export function token_endpoint_auth_method(r: ConfigReader): string { return r.oneOf("token_endpoint_auth_method", ["client_secret_basic", "client_secret_post", "private_key_jwt", "client_secret_jwt", "none"]); }
export function introspection_endpoint_auth_method(r: ConfigReader): string { return r.oneOf("introspection_endpoint_auth_method", ["client_secret_basic", "client_secret_post", "private_key_jwt", "client_secret_jwt"]); }
export function revocation_endpoint_auth_method(r: ConfigReader): string { return r.oneOf("revocation_endpoint_auth_method", ["client_secret_basic", "client_secret_post", "private_key_jwt", "client_secret_jwt", "none"]); }
export function client_jwt_assertion_alg(r: ConfigReader): string { return r.oneOf("client_jwt_assertion_alg", ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "HS256", "HS384", "HS512"]); }
export function client_jwt_assertion_expires_in(r: ConfigReader): i32 { return r.whole("client_jwt_assertion_expires_in", 60, 1, 60); }
export function bearer_only(r: ConfigReader): bool { return r.flag("bearer_only", false); }
export function allow_preflight(r: ConfigReader): bool { return r.flag("allow_preflight", false); }
export function unauth_action(r: ConfigReader): string { return r.oneOf("unauth_action", ["auth", "deny", "pass"]); }
export function use_jwks(r: ConfigReader): bool { return r.flag("use_jwks", false); }
export function accept_id_token_as_bearer(r: ConfigReader): bool { return r.flag("accept_id_token_as_bearer", false); }
export function iat_slack(r: ConfigReader): i32 { return r.whole("iat_slack", 120, 0, 300); }
export function claim_validator_audience_required(r: ConfigReader): bool { return r.flag("required", false); }
export function claim_validator_audience_match_with_client_id(r: ConfigReader): bool { return r.flag("match_with_client_id", false); }
export function accept_none_alg(r: ConfigReader): bool { return r.flag("accept_none_alg", false); }
export function accept_unsupported_alg(r: ConfigReader): bool { return r.flag("accept_unsupported_alg", false); }
export function introspection_interval(r: ConfigReader): i32 { return r.whole("introspection_interval", 0, 0, 86400); }
export function set_access_token_header(r: ConfigReader): bool { return r.flag("set_access_token_header", true); }
export function access_token_in_authorization_header(r: ConfigReader): bool { return r.flag("access_token_in_authorization_header", false); }
export function set_userinfo_header(r: ConfigReader): bool { return r.flag("set_userinfo_header", true); }
export function set_id_token_header(r: ConfigReader): bool { return r.flag("set_id_token_header", true); }
export function set_raw_id_token_header(r: ConfigReader): bool { return r.flag("set_raw_id_token_header", false); }
export function set_refresh_token_header(r: ConfigReader): bool { return r.flag("set_refresh_token_header", false); }
export function max_claim_headers_bytes(r: ConfigReader): i32 { return r.whole("max_claim_headers_bytes", 24576, 1024, 65536); }
export function set_filter_state(r: ConfigReader): bool { return r.flag("set_filter_state", false); }
export function cache_max_kib(r: ConfigReader): i32 { return r.whole("cache_max_kib", 1024, 64, 65536); }
export function jwt_verification_cache_ignore(r: ConfigReader): bool { return r.flag("jwt_verification_cache_ignore", false); }
export function response_mode(r: ConfigReader): string { return r.oneOf("response_mode", ["query", "form_post"]); }
export function use_pkce(r: ConfigReader): bool { return r.flag("use_pkce", true); }
export function use_nonce(r: ConfigReader): bool { return r.flag("use_nonce", true); }
export function par_enabled(r: ConfigReader): bool { return r.flag("enabled", false); }
export function dpop_enabled(r: ConfigReader): bool { return r.flag("enabled", false); }
export function session_idling_timeout(r: ConfigReader): i32 { return r.wholeOrZero("idling_timeout", 900, 10, 31536000); }
export function session_rolling_timeout(r: ConfigReader): i32 { return r.wholeOrZero("rolling_timeout", 3600, 60, 31536000); }
export function session_absolute_timeout(r: ConfigReader): i32 { return r.wholeOrZero("absolute_timeout", 86400, 60, 31536000); }
export function session_cookie_lifetime(r: ConfigReader): i32 { return r.wholeOrZero("lifetime", 86400, 60, 31536000); }
export function session_storage(r: ConfigReader): string { return r.oneOf("storage", ["cookie", "redis"]); }
export function session_contents_access_token(r: ConfigReader): bool { return r.flag("access_token", false); }
export function session_contents_id_token(r: ConfigReader): bool { return r.flag("id_token", false); }
export function session_contents_enc_id_token(r: ConfigReader): bool { return r.flag("enc_id_token", false); }
export function session_contents_user(r: ConfigReader): bool { return r.flag("user", false); }
export function userinfo_required(r: ConfigReader): bool { return r.flag("userinfo_required", false); }
export function session_cookie_secure(r: ConfigReader): bool { return r.flag("cookie_secure", true); }
export function session_cookie_http_only(r: ConfigReader): bool { return r.flag("cookie_http_only", true); }
export function session_cookie_same_site(r: ConfigReader): string { return r.oneOf("cookie_same_site", ["Lax", "None", "Default", "Strict"]); }
export function renew_access_token_on_expiry(r: ConfigReader): bool { return r.flag("renew_access_token_on_expiry", true); }
export function access_token_expires_in(r: ConfigReader): i32 { return r.whole("access_token_expires_in", 3600, 1, 31536000); }
export function access_token_expires_leeway(r: ConfigReader): i32 { return r.whole("access_token_expires_leeway", 0, 0, 3600); }
export function refresh_session_interval(r: ConfigReader): i32 { return r.whole("refresh_session_interval", 0, 0, 31536000); }
export function force_reauthorize(r: ConfigReader): bool { return r.flag("force_reauthorize", false); }
export function redirect_after_logout_with_id_token_hint(r: ConfigReader): bool { return r.flag("redirect_after_logout_with_id_token_hint", false); }
export function revoke_tokens_on_logout(r: ConfigReader): bool { return r.flag("revoke_tokens_on_logout", false); }
export function page_language(r: ConfigReader): string { return r.oneOf("language", ["en", "de", "fr", "es", "zh"]); }
export function page_show_version(r: ConfigReader): bool { return r.flag("show_version", false); }
