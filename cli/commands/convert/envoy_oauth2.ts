// Envoy's own oauth2 filter, anywhere in a configuration.

import { at, isFields, listAt, textAt, typeOf, type Fields } from "../check/fields";
import { UserError } from "../io";
import { change, complete, drop, keep, putAll, say, seconds, set, takeSessions, type Draft, type Option } from "./option";

const COOKIES = "cookies have names of their own, sealed and in as many chunks as they need";
const MATCHERS = "matchers of headers have no counterpart: scripts and forms get 401 by what they send (Sec-Fetch-Mode, Accept); rules go by host, path and method";

/** The path of a path matcher: `{ path: { exact } }`. */
const exactPath = (value: unknown): string | undefined => textAt(value, "path", "exact") || undefined;
/** Formats of Envoy: parts for scheme and host are dropped, because the request decides them. */
const callback = (value: string): string => /%REQ\(/.test(value) ? `/${value.split("%/").slice(1).join("%/")}`.replace(/^\/+/, "/") : value;

export const ENVOY_OAUTH2: Option[] = [
  keep("token_endpoint.uri", "https://idp.example.com/token", "token_endpoint"),
  keep("token_endpoint.cluster", "provider", "provider_cluster"),
  change("token_endpoint.timeout", "5s", "timeout", "is for each call to the provider, at most 60 s", (value: unknown) => Math.min(60, Math.max(1, seconds(value)))),
  ...drop("calls are not repeated: a request that the provider does not answer is 503, and may come again", { retry_policy: {} }),
  keep("authorization_endpoint", "https://idp.example.com/auth"),
  keep("end_session_endpoint", "https://idp.example.com/bye"),
  keep("post_logout_redirect_uri.uri", "https://app.example.com/goodbye", "post_logout_redirect_uri"),
  ...drop("without post_logout_redirect_uri the provider shows its own page", { "post_logout_redirect_uri.disabled": {} }),
  keep("credentials.client_id", "app", "client_id"),
  change("credentials.token_secret", { name: "token" }, "client_secret", "secrets of SDS do not reach a filter: set the environment variable CLIENT_SECRET", () => "$ENV://CLIENT_SECRET"),
  change("credentials.hmac_secret", { name: "hmac" }, "session.secret", "nobody's session comes over: set the environment variable SESSION_SECRET to the output of openssl rand -base64 32", () => "$ENV://SESSION_SECRET"),
  ...drop(COOKIES, { "credentials.cookie_names": { bearer_token: "a" } }),
  keep("credentials.cookie_domain", "example.com", "session.cookie_domain"),
  change("redirect_uri", "%REQ(x-forwarded-proto)%://%REQ(:authority)%/callback", "redirect_uri", (value: string) => /%REQ\(/.test(value) ? "is a path, on the request's host and scheme; X-Forwarded-Proto is not read" : "", callback),
  change("redirect_path_matcher", { path: { exact: "/callback" } }, "", "the callback is the path of redirect_uri, exactly", () => undefined),
  change("signout_path", { path: { exact: "/logout" } }, "logout_path", (value: unknown) => exactPath(value) === undefined ? "only an exact path can be one: write logout_path by hand" : "a link on another site leads to a page that asks first", exactPath),
  change("forward_bearer_token", false, "access_token_in_authorization_header", (value: boolean) => value ? "" : "no access token reaches the upstream"),
  change("forward_id_token", { header: "x-id" }, "set_raw_id_token_header", "the header is X-Raw-ID-Token", () => true),
  ...drop("an Authorization header is a bearer token, and verified", { preserve_authorization_header: true }),
  change("pass_through_matcher", [{ name: "authorization", string_match: { prefix: "Bearer " } }], "", (value: Fields[]) => passesTokens(value) ? `${MATCHERS}. A bearer token beside the login is verified by itself, whatever its audience` : MATCHERS, () => undefined),
  ...drop(MATCHERS, { deny_redirect_matcher: [{ name: "x-requested-with", string_match: { exact: "XMLHttpRequest" } }], allow_failed_matcher: [{ name: "x" }] }),
  change("auth_scopes", ["openid", "email"], "scope", "openid is needed; Envoy's own default is user", (value: string[]) => [...new Set(["openid", ...value])].join(" ")),
  change("resources", ["https://api.example.com", "https://b.example.com"], "authorization_params.resource", (value: string[]) => value.length > 1 ? "is one resource here, the first" : "", (value: string[]) => value[0]),
  change("auth_type", "TLS_CLIENT_AUTH", "token_endpoint_auth_method", (value: string) => value === "TLS_CLIENT_AUTH" ? "client certificates are not supported as proof: none, and the certificate in the cluster's transport_socket" : "", (value: string) => ({ BASIC_AUTH: "client_secret_basic", URL_ENCODED_BODY: "client_secret_post", PRIVATE_KEY_JWT: "private_key_jwt", TLS_CLIENT_AUTH: "none" })[value]),
  change("private_key_jwt_config", { signing_algorithm: "RS256" }, "client_rsa_private_key", "the key is a PEM in the environment variable CLIENT_KEY; client_jwt_assertion_… say the rest", () => "$ENV://CLIENT_KEY"),
  keep("use_refresh_token", false, "renew_access_token_on_expiry"),
  keep("default_expires_in", "600s", "access_token_expires_in", seconds),
  ...drop("a refresh token is used until the provider refuses it; session.absolute_timeout ends a session", { default_refresh_token_expires_in: "604800s" }),
  change("disable_id_token_set_cookie", true, "session_contents", (value: boolean) => value ? "is session_contents, which says what a session keeps" : "", (value: boolean) => value ? { access_token: true } : undefined),
  ...drop("a session without an access token is session_contents without access_token", { disable_access_token_set_cookie: true }),
  ...drop("renew_access_token_on_expiry: false refreshes nothing; the refresh token is kept beside the access token", { disable_refresh_token_set_cookie: true }),
  ...drop(`${COOKIES}; session.cookie_same_site and cookie_path say the rest`, { cookie_configs: { bearer_token_cookie_config: { same_site: "LAX" } } }),
  ...drop("metrics are named envoy_oidc", { stat_prefix: "shop" }),
  ...drop("a login may take ten minutes", { csrf_token_expires_in: "600s", code_verifier_token_expires_in: "600s" }),
  ...drop("sessions are always sealed", { disable_token_encryption: true }),
  ...drop("people come back to the page that they came from", { original_request_uri: "%REQ(:path)%" }),
  ...drop("people come back to the same host alone", { allowed_redirect_domains: [] }),
  ...drop("a session's end is its own: session.idling_timeout and the other limits", { use_access_token_expiry_for_id_token_cookie: true }),
  ...drop(COOKIES, { token_cookie_chunking: {} }),
];

/** Whether requests with an Authorization header pass without a login. */
const passesTokens = (matchers: unknown[]): boolean => matchers.some((one) => /^authorization$/i.test(textAt(one, "name")));

/** Names of the filter's proto, in snake_case. */
export function snake(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snake);
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), snake(inner)]));
}

/** Every object of a type inside a value. */
export function objectsOf(value: unknown, type: string): Fields[] {
  if (Array.isArray(value)) return value.flatMap((item) => objectsOf(item, type));
  if (!isFields(value)) return [];
  return [...typeOf(value).endsWith(type) ? [value] : [], ...Object.values(value).flatMap((inner) => objectsOf(inner, type))];
}

/** The filter of this type. Listeners may share its settings, and must not have different ones. */
export function onlyOne(document: unknown, type: string): Fields | undefined {
  const found = objectsOf(document, type), different = new Set(found.map((filter) => JSON.stringify(filter)));
  if (different.size > 1) throw new UserError(`there are ${different.size} different ${type} in this file: give one at a time`);
  return found[0];
}

export function convertEnvoyOauth2(document: unknown, options: Option[] = ENVOY_OAUTH2): Draft {
  const draft: Draft = { filter: {}, changes: [] };
  const config = at(onlyOne(document, "oauth2.v3.OAuth2"), "config") ?? (isFields(document) && "token_endpoint" in document ? document : undefined);
  if (!isFields(config)) throw new UserError("there is no envoy.extensions.filters.http.oauth2.v3.OAuth2 with a config in this file");
  const settings = snake(config) as Fields;
  putAll(options, settings, draft);
  if (!passesTokens(listAt(settings, "pass_through_matcher"))) takeSessions(draft, "pass_through_matcher");
  // Envoy's own default.
  draft.filter.token_endpoint_auth_method ??= "client_secret_post";
  reportRoutes(document, draft);
  if (objectsOf(document, "oauth2.v3.OAuth2PerRoute").length > 0) say(draft, "unguarded", "typed_per_filter_config", "a route has settings of its own: write a rule by hand for its path");
  addDiscovery(draft);
  complete(draft, true);
  return draft;
}

export function reportRoutes(document: unknown, draft: Draft): void {
  const off = objectsOf(document, "config.route.v3.FilterConfig").some(({ disabled }) => disabled === true);
  if (off) say(draft, "dropped", "typed_per_filter_config", "a route that switches a filter off is guarded as all others: write a rule with mode public for it");
}

/** Envoy is given endpoints. The filter also needs the issuer whose ID Tokens it verifies. */
function addDiscovery(draft: Draft): void {
  const endpoint = String(draft.filter.authorization_endpoint ?? draft.filter.token_endpoint ?? "");
  const keycloak = /^(.+)\/protocol\/openid-connect\/\w+$/.exec(endpoint)?.[1], entra = /^(https:\/\/login\.microsoftonline\.com\/[^/]+)\/oauth2\/v2\.0\/\w+$/.exec(endpoint)?.[1];
  const issuer = keycloak ?? (entra === undefined ? URL.canParse(endpoint) ? new URL(endpoint).origin : undefined : `${entra}/v2.0`);
  if (issuer === undefined) return;
  set(draft.filter, "discovery", `${issuer}/.well-known/openid-configuration`);
  say(draft, "added", "discovery", `ID Tokens are verified here, for which the provider's metadata is needed: ${issuer} is guessed from its endpoints`);
}
