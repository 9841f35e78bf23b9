// Every attribute of APISIX's openid-connect plugin (2.14 to 3.18), and those of lua-resty-openidc that its open schema allows. Most rows only say
// that the name is the same here.

import type { Fields } from "../check/fields";
import { change, CLUSTER, drop, keep, say, secret, set, type Option } from "./option";

const PEM = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEMKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D7gS2XpJFbZiItSs3m9+9Ue6GnvHw/GW2ZZaVtszggXIw==\n-----END PUBLIC KEY-----";
const PAR = "pushed authorization requests are not supported: the request goes through the browser, as without it";
const DPOP = "proof of possession is not supported: tokens are plain bearer tokens, which the provider must issue for this client";
const STORE = "there is no store: sessions live in sealed cookies. Where they grow too large for nine cookies, keep less by session_contents";
const PROXY = "calls go through Envoy's cluster, which may lead through a proxy";
/** Parameters that protect the login, which only the filter may set. */
const OWN_PARAMS = ["state", "nonce", "redirect_uri", "client_id", "response_type", "code_challenge", "code_challenge_method", "scope", "response_mode", "request", "request_uri"];

export const APISIX: Option[] = [
  keep("client_id", "other"),
  secret("client_secret", "client_secret", "CLIENT_SECRET"),
  keep("discovery", "https://idp.example.com/realms/b/.well-known/openid-configuration"),
  keep("scope", "openid email"),
  keep("required_scopes", ["read"]),
  keep("realm", "shop"),
  change("bearer_only", true, "bearer_only", (value: boolean) => value ? "true without public_key and use_jwks: bearer tokens are introspected only if the provider offers it and there are credentials, else verified by its keys" : "false: only a person's navigation leads to the login; scripts, forms and curl get 401. A bearer token is always verified"),
  change("logout_path", "/bye", "logout_path", "is compared with the whole path. A link on another site leads to a page that asks first"),
  keep("post_logout_redirect_uri", "https://app.example.com/goodbye"),
  change("redirect_uri", "/callback", "redirect_uri", "a callback that is opened directly is answered by a page with 400, not by 500. Forwarded headers do not change it: give a whole URL where Envoy does not see https", String),
  change("timeout", 5000, "timeout", (value: number) => value > 60 ? "is in seconds, from 1 to 60" : "", (value: number) => value >= 1000 ? Math.min(60, Math.ceil(value / 1000)) : Math.min(60, value)),
  change("ssl_verify", "no", "ssl_verify", "is about URLs here: false lets the provider be reached by plain http. Certificates are checked by the cluster's transport_socket", (value: unknown) => value !== false && value !== "no"),
  keep("introspection_endpoint", "https://idp.example.com/introspect"),
  change("introspection_endpoint_auth_method", "client_secret_post", "introspection_endpoint_auth_method", "credentials are sent in this way alone; older versions sent them in the body as well"),
  change("token_endpoint_auth_method", "client_secret_post", "token_endpoint_auth_method", "is used as it says, and never replaced by another one that the provider offers"),
  change("public_key", PEM, "public_key", "tokens need exp, and an issuer is always checked"),
  change("use_jwks", true, "use_jwks", (value: boolean) => value ? "tokens need exp, and the issuer is always checked" : ""),
  change("use_pkce", false, "", "PKCE is always used", () => undefined),
  ...drop(PAR, { "par.enabled": true, "par.endpoint": "https://idp.example.com/par", "par.endpoint_auth_method": "client_secret_basic" }),
  ...drop(DPOP, { "dpop.enabled": true, "dpop.signing_alg": "ES256", "dpop.private_key": PEM, "dpop.public_jwk": {} }),
  change("token_signing_alg_values_expected", "RS256", "token_signing_alg_values_expected", "holds for ID Tokens, too, unless id_token_signed_response_alg is set"),
  keep("set_access_token_header", false),
  keep("access_token_in_authorization_header", true),
  keep("set_id_token_header", false),
  keep("set_raw_id_token_header", true),
  keep("set_userinfo_header", false),
  keep("set_refresh_token_header", true),
  secret("session.secret", "session.secret", "SESSION_SECRET"),
  keep("session.cookie_name", "shop_session"),
  keep("session.cookie_path", "/"),
  keep("session.cookie_domain", "example.com"),
  keep("session.cookie_secure", true),
  keep("session.cookie_http_only", true),
  change("session.cookie_same_site", "Strict", "session.cookie_same_site", (value: string) => value === "Strict" ? "is Lax: with Strict browsers do not send the session on the way back from the provider" : "", (value: string) => value === "Strict" ? "Lax" : value),
  keep("session.idling_timeout", 600),
  keep("session.rolling_timeout", 1800),
  change("session.absolute_timeout", 0, "session.absolute_timeout", (value: number) => value === 0 ? "0 is a year here: that a session was ended must be remembered for so long" : ""),
  change("session.cookie.lifetime", 3600, "session.absolute_timeout", "is deprecated: absolute_timeout says the same"),
  change("session.storage", "redis", "session.storage", (value: string) => value === "cookie" ? "" : `is cookie: ${STORE}`, () => "cookie"),
  ...drop(STORE, {
    "session.redis.host": "redis", "session.redis.port": 6379, "session.redis.username": "u", "session.redis.password": "p", "session.redis.database": 1, "session.redis.prefix": "s", "session.redis.ssl": true,
    "session.redis.ssl_verify": true, "session.redis.server_name": "redis", "session.redis.connect_timeout": 1000, "session.redis.send_timeout": 1000, "session.redis.read_timeout": 1000, "session.redis.keepalive_timeout": 10000,
  }),
  { name: "session_contents", outcome: "kept", sample: {}, put: (_value, { filter }) => set(filter, "session_contents", {}) },
  keep("session_contents.access_token", true),
  keep("session_contents.id_token", true),
  keep("session_contents.enc_id_token", true),
  keep("session_contents.user", true),
  keep("unauth_action", "deny"),
  ...drop(PROXY, { "proxy_opts.http_proxy": "http://p:3128", "proxy_opts.https_proxy": "http://p:3128", "proxy_opts.http_proxy_authorization": "Basic eA==", "proxy_opts.https_proxy_authorization": "Basic eA==", "proxy_opts.no_proxy": "a" }),
  { name: "authorization_params", outcome: "changed", sample: { state: "x", audience: "api" }, put: putParams },
  { ...secret("client_rsa_private_key", "client_rsa_private_key", "CLIENT_KEY") },
  keep("client_rsa_private_key_id", "k1"),
  change("client_jwt_assertion_expires_in", 300, "client_jwt_assertion_expires_in", (value: number) => value > 60 ? "is 60, the most: whoever sees an assertion on its way could use it for so long" : "", (value: number) => Math.min(60, value)),
  keep("client_jwt_assertion_alg", "RS256"),
  keep("client_jwt_assertion_audience", "https://idp.example.com/token"),
  change("renew_access_token_on_expiry", true, "renew_access_token_on_expiry", (value: boolean) => value ? "only the provider's no ends a session; while it does not answer, requests get 503" : "the session goes on without an access token"),
  keep("access_token_expires_in", 600),
  keep("refresh_session_interval", 900),
  change("iat_slack", 600, "iat_slack", (value: number) => `is for iat and nbf alone, exp is exact${value > 300 ? "; it is 300, the most" : ""}`, (value: number) => Math.min(300, value)),
  change("accept_none_alg", true, "", (value: boolean) => value ? "unsigned tokens are never accepted" : "", () => undefined),
  change("accept_unsupported_alg", true, "", (value: boolean) => value ? "a token whose signature cannot be checked is refused" : "", () => undefined),
  keep("access_token_expires_leeway", 5),
  change("force_reauthorize", true, "force_reauthorize", (value: boolean) => value ? "not again within 30 seconds of a login" : ""),
  change("use_nonce", false, "use_nonce", (value: boolean) => value ? "" : "a nonce is always sent; false lets an ID Token lack it, which is APISIX's default. Leave it out if the provider copies the nonce, as they do"),
  keep("revoke_tokens_on_logout", true),
  change("jwk_expires_in", 3600, "jwk_expires_in", "an unknown kid fetches keys at most once in 30 seconds", (value: number) => Math.max(60, value)),
  keep("jwt_verification_cache_ignore", true),
  keep("cache_segment", "a"),
  keep("introspection_interval", 60),
  change("introspection_expiry_claim", "expires_in", "introspection_expiry_claim", "never beyond exp"),
  keep("introspection_addon_headers", ["x-tenant"]),
  keep("claim_validator.issuer.valid_issuers", ["https://idp.example.com/realms/a"]),
  keep("claim_validator.audience.claim", "azp"),
  change("claim_validator.audience.required", true, "claim_validator.audience.required", "a token for another audience is 401, not 403"),
  change("claim_validator.audience.match_with_client_id", true, "claim_validator.audience.match_with_client_id", "a token for another audience is 401, not 403"),
  change("claim_validator.audience.valid_audiences", ["api"], "claim_validator.audience.valid_audiences", "a token for another audience is 401, not 403"),
  change("claim_schema", { type: "object", required: ["sub"] }, "claim_schema", "is 403, not 401; keywords that are not supported are refused"),
  // APISIX refuses these at the root. Whoever writes them means the objects above.
  ...drop(PAR, { use_par: true, pushed_authorization_request_endpoint: "https://idp.example.com/par", pushed_authorization_request_endpoint_auth_method: "client_secret_basic" }),
  ...drop(DPOP, { use_dpop: true, dpop_signing_alg: "ES256", dpop_private_key: PEM, dpop_public_jwk: {} }),
  // Options of lua-resty-openidc that the open schema allows.
  keep("redirect_after_logout_uri", "/goodbye"),
  ...drop("only the provider's end_session_endpoint gets an ID Token: leave redirect_after_logout_uri out, and it does", { redirect_after_logout_with_id_token_hint: true }),
  keep("prompt", "login"),
  keep("display", "page"),
  keep("response_mode", "form_post"),
  ...drop("give redirect_uri as a whole URL", { redirect_uri_scheme: "https" }),
  change("redirect_uri_path", "/cb", "redirect_uri", "is called redirect_uri"),
  ...drop("the callback is the path of redirect_uri: a proxy before Envoy must leave it as it is", { local_redirect_uri_path: "/cb" }),
  keep("discovery_expires_in", 3600),
  keep("introspection_params", { resource: "a" }),
  keep("introspection_token_param_name", "access_token"),
  change("introspection_cache_ignore", true, "introspection_interval", (value: boolean) => value ? "an answer is believed for one second at the most" : "", (value: boolean) => value ? 1 : undefined),
  ...drop("that a token is not active is always cached, for five seconds", { introspection_enable_negative_cache: true }),
  keep("auth_accept_token_as", "cookie:token"),
  keep("auth_accept_token_as_header_name", "x-token"),
  ...drop("no cookie of a browser goes to the provider; introspection_addon_headers names request headers that do", { pass_cookies: "a" }),
  ...drop(`connections ${CLUSTER}`, { keepalive: "no" }),
  ...drop("the filter runs no Lua; introspection_addon_headers names request headers that go along", { http_request_decorator: "f", lifecycle: {} }),
  { ...secret("symmetric_key", "symmetric_key", "SYMMETRIC_KEY") },
  { name: "encrypt_fields", outcome: "dropped", sample: ["client_secret"], put: (_value, draft) => say(draft, "dropped", "encrypt_fields", "APISIX encrypts these in its store; here they are given by environment variables") },
];

function putParams(value: unknown, draft: Parameters<Option["put"]>[1]): void {
  const kept = Object.entries(value as Fields).filter(([name]) => !OWN_PARAMS.includes(name));
  if (kept.length > 0) set(draft.filter, "authorization_params", Object.fromEntries(kept));
  for (const name of Object.keys(value as Fields).filter((one) => OWN_PARAMS.includes(one))) {
    say(draft, "dropped", `authorization_params.${name}`, name === "scope" || name === "response_mode" ? `has an attribute of its own: ${name}` : "makes the login safe by being the filter's own");
  }
}
