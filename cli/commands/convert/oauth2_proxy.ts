// oauth2-proxy 7: its configuration file (TOML), or the same options as flags in a list of arguments.

import { listAt, type Fields } from "../check/fields";
import { readSettings } from "./oauth2_proxy_settings";
import { change, complete, drop, keep, onlyForClient, putAll, say, seconds, secret, set, takeSessions, unguarded, type Draft, type Option } from "./option";

const UPSTREAM = "is Envoy's: routes and clusters lead to upstreams";
const LISTENER = "is Envoy's: listeners, TLS, limits and what is trusted of other proxies stand in its configuration";
const LOGS = "is Envoy's: its log, access log, health checks and metrics (docs/operations.md)";
const STORE = "there is no store: sessions live in sealed cookies";
const PAGES = "the provider shows the login; the filter's own pages are plain";
const GROUPS = "is a provider's own way to say who may come in: have it put groups into a claim, and use access_rules";
const OTHER = "is not OpenID Connect";
const PASSWORDS = "people log in at the provider alone";

interface Match { rule: Fields; /** How it differs from the pattern, or "". */ but: string }

/** A pattern of an exact path, or of all paths that begin in the same way. Others have no counterpart. */
function matchOf(pattern: string): Match | undefined {
  const [, method, path] = /^(?:([A-Z]+)=)?(.+)$/.exec(pattern) ?? [];
  const [, start, escaped, end] = /^(\^?)((?:\/(?:[\w./~-]|\\[.-])*)?)(\.\*\$?|\$)?$/.exec(path ?? "") ?? [];
  if (escaped === undefined || escaped === "" && !end?.startsWith(".*")) return undefined;
  const plain = escaped.replaceAll("\\", ""), when = method === undefined ? {} : { method };
  const elsewhere = start === "" && plain !== "" ? "; at the start of a path alone" : "";
  if (end === "$") return { rule: { ...when, path: plain }, but: elsewhere };
  const folder = plain.replace(/\/$/, "");
  if (folder === "") return { rule: { ...when, path_prefix: "/" }, but: "" };
  const but = plain.endsWith("/") ? `takes ${folder} itself as well` : `takes ${folder} and what is below it, but no longer names such as ${folder}x`;
  return { rule: { ...when, path_prefix: folder }, but: `; ${but}${elsewhere}` };
}

/** Rules for routes. Those whose pattern has no counterpart are reported. */
function routes(name: string, mode: string, sample: string[], why: string): Option {
  return {
    name, outcome: "changed", sample,
    put: (value, draft) => {
      for (const pattern of [value].flat().map(String)) {
        const match = matchOf(pattern);
        if (match === undefined) {
          say(draft, "dropped", name, `${pattern} is a pattern that rules cannot say, and its requests are guarded as all others: write rules by path or path_prefix`);
          continue;
        }
        const rules = (draft.filter.rules ??= []) as unknown[];
        rules.push({ ...match.rule, mode });
        say(draft, "changed", name, `${pattern}: ${why}${match.but}`);
      }
    },
  };
}

/** Whoever is in one group of any of these options passes. */
function groups(name: string, claim: string, why: string): Option {
  return {
    name, outcome: "changed", sample: ["admin"],
    put: (value, draft) => {
      const rules = [value].flat().map((one) => ({ claim, contains: String(one) })), before = draft.filter.access_rules as { any: unknown[] } | undefined;
      if (rules.length === 0) return;
      draft.filter.access_rules = { any: [...before?.any ?? [], ...rules] };
      say(draft, "changed", name, why);
    },
  };
}

export const OAUTH2_PROXY: Option[] = [
  change("provider", "oidc", "", (value: string) => ["oidc", "keycloak-oidc", "entra-id", "google", "gitlab", "adfs"].includes(value) ? "every provider is one of OpenID Connect here" : `${value} is another protocol than OpenID Connect: the filter needs a provider with /.well-known/openid-configuration`, () => undefined),
  keep("client_id", "app"),
  secret("client_secret", "client_secret", "CLIENT_SECRET"),
  change("client_secret_file", "/run/secrets/client", "client_secret", "files are not read: put the file's text into the environment variable CLIENT_SECRET", () => "$ENV://CLIENT_SECRET"),
  keep("oidc_issuer_url", "https://idp.example.com/realms/b", "discovery", (value: string) => `${value.replace(/\/$/, "")}/.well-known/openid-configuration`),
  keep("oidc_jwks_url", "https://idp.example.com/jwks", "jwks_uri"),
  keep("login_url", "https://idp.example.com/auth", "authorization_endpoint"),
  keep("redeem_url", "https://idp.example.com/token", "token_endpoint"),
  keep("profile_url", "https://idp.example.com/me", "userinfo_endpoint"),
  change("skip_oidc_discovery", true, "", "metadata is always read; endpoints that are set go before what it says", () => undefined),
  change("redirect_url", "https://app.example.com/oauth2/callback", "redirect_uri", "is the only address that is the callback: /oauth2/start and the rest of oauth2-proxy's paths are not there"),
  change("relative_redirect_url", true, "redirect_uri", (value: boolean) => value ? "the callback's host is the request's" : "", (value: boolean) => value ? "/oauth2/callback" : undefined),
  keep("scope", "openid email"),
  keep("prompt", "login"),
  change("approval_prompt", "force", "prompt", "is an older name of prompt, and consent the nearest", () => "consent"),
  keep("acr_values", "loa2", "authorization_params.acr_values"),
  keep("resource", "https://api.example.com", "authorization_params.resource"),
  change("code_challenge_method", "S256", "", "PKCE with S256 is always used", () => undefined),
  change("force_code_challenge_method", "S256", "", "PKCE with S256 is always used", () => undefined),
  keep("auth_request_response_mode", "form_post", "response_mode"),
  change("cookie_secret", "0123456789abcdef0123456789abcdef", "session.secret", "nobody's session comes over: set the environment variable SESSION_SECRET to the output of openssl rand -base64 32", () => "$ENV://SESSION_SECRET"),
  change("cookie_secret_file", "/run/secrets/cookie", "session.secret", "nobody's session comes over: set the environment variable SESSION_SECRET to the output of openssl rand -base64 32", () => "$ENV://SESSION_SECRET"),
  keep("cookie_name", "shop", "session.cookie_name"),
  keep("cookie_path", "/", "session.cookie_path"),
  change("cookie_domains", ["example.com", "example.org"], "session.cookie_domain", (value: string[]) => [value].flat().length > 1 ? `is one domain here, the first: ${[value].flat().slice(1).join(", ")} need configurations of their own` : "", (value: string[]) => [value].flat()[0]),
  keep("cookie_secure", true, "session.cookie_secure"),
  keep("cookie_httponly", true, "session.cookie_http_only"),
  change("cookie_samesite", "strict", "session.cookie_same_site", (value: string) => value === "strict" ? "is Lax: with Strict browsers do not send the session on the way back from the provider" : "", (value: string) => ({ none: "None", "": "Default" })[value] ?? "Lax"),
  change("cookie_expire", "168h", "session.absolute_timeout", "a session ends so long after the login, and earlier when it is not used: session.idling_timeout (900 s) and rolling_timeout (3600 s)", seconds),
  change("cookie_refresh", "1h", "", "access tokens are refreshed when they expire, by whoever comes next", () => undefined),
  ...drop("cookies of a login under way are the filter's own: seven at a time, for ten minutes", { cookie_csrf_expire: "5m", cookie_csrf_per_request: true, cookie_csrf_per_request_limit: 3, cookie_csrf_samesite: "lax", encode_state: true }),
  change("session_cookie_minimal", true, "session_contents", (value: boolean) => value ? "the session keeps no tokens: nothing is refreshed, and the identity headers hold the ID Token's claims alone" : "", (value: boolean) => value ? { id_token: true } : undefined),
  ...drop(STORE, { session_store_type: "redis", redis_connection_url: "redis://r", redis_username: "u", redis_password: "p", redis_use_sentinel: true, redis_sentinel_master_name: "m", redis_sentinel_password: "p", redis_sentinel_connection_urls: [], redis_use_cluster: true, redis_cluster_connection_urls: [], redis_ca_path: "/ca", redis_insecure_skip_tls_verify: true, redis_connection_idle_timeout: 0 }),
  change("pass_access_token", true, "set_access_token_header", "the header is X-Access-Token, not X-Forwarded-Access-Token"),
  change("pass_authorization_header", true, "access_token_in_authorization_header", "Authorization holds the access token, not the ID Token, which set_raw_id_token_header puts into X-Raw-ID-Token"),
  change("pass_user_headers", true, "claim_headers", (value: boolean) => value ? "X-Forwarded-… belong to proxies: the headers are X-Auth-Request-User, -Email, -Groups and -Preferred-Username" : "no such headers are set", (value: boolean) => value ? { sub: "x-auth-request-user", email: "x-auth-request-email", groups: "x-auth-request-groups", preferred_username: "x-auth-request-preferred-username" } : undefined),
  ...drop("these are headers of an answer to another proxy; Envoy asks nobody, and the upstream gets the identity headers", { set_xauthrequest: true, set_authorization_header: true, set_basic_auth: true }),
  ...drop("no password is invented for the upstream", { pass_basic_auth: true, basic_auth_password: "x", prefer_email_to_user: true }),
  change("skip_auth_strip_headers", true, "", "identity headers of clients are always removed", () => undefined),
  change("oidc_email_claim", "mail", "", "no claim is an email by itself: name it in claim_headers", () => undefined),
  change("user_id_claim", "sub", "", "a person is iss and sub", () => undefined),
  change("oidc_groups_claim", "roles", "", "is the claim of access_rules for allowed_groups", () => undefined),
  change("oidc_audience_claims", ["aud", "azp"], "claim_validator.audience.claim", (value: string[]) => [value].flat().length > 1 ? "is one claim here, the first" : "", (value: string[]) => [value].flat()[0]),
  change("oidc_extra_audiences", ["api"], "claim_validator.audience.valid_audiences", "are audiences of bearer tokens beside client_id", (value: unknown) => [value].flat()),
  keep("oidc_enabled_signing_algs", ["RS256"], "token_signing_alg_values_expected", (value: unknown) => [value].flat()),
  ...drop("keys come from the provider: public_key is for one PEM, in the configuration itself", { oidc_public_key_files: ["/key.pem"] }),
  { name: "skip_jwt_bearer_tokens", outcome: "changed", sample: true, put: putBearer },
  change("bearer_token_login_fallback", true, "", (value: boolean) => value ? "an invalid bearer token is 401, never a redirect to the login" : "", () => undefined),
  change("extra_jwt_issuers", ["https://other.example.com=api"], "", "another issuer needs a rule with a discovery of its own", () => undefined),
  change("insecure_oidc_skip_issuer_verification", true, "", "the issuer is always checked", () => undefined),
  change("insecure_oidc_skip_nonce", true, "use_nonce", "a nonce is always sent; use_nonce: false lets an ID Token lack it", (value: boolean) => value ? false : undefined),
  change("insecure_oidc_allow_unverified_email", true, "", "email_verified is not looked at: access_rules can ask for it", () => undefined),
  ...drop("UserInfo is fetched where identity headers use it: session_contents without user leaves it out", { skip_claims_from_profile_url: true }),
  change("validate_url", "https://idp.example.com/check", "", "sessions are not checked at the provider; back-channel logout ends them (backchannel_logout_path)", () => undefined),
  change("backend_logout_url", "https://idp.example.com/out", "", "logging out ends at the provider's end_session_endpoint", () => undefined),
  { name: "email_domains", outcome: "changed", sample: ["example.com"], put: putDomains },
  ...unguarded("lists of people are the provider's: who may log in to this client", { authenticated_emails_file: "/emails" }),
  groups("allowed_groups", "groups", "is access_rules; the claim is groups: change it where yours has another name"),
  groups("allowed_roles", "realm_access.roles", "is access_rules; the claim is realm_access.roles, Keycloak's: change it where yours has another name"),
  groups("keycloak_groups", "groups", "is access_rules; the claim is groups"),
  ...unguarded(GROUPS, { github_org: "o", github_repo: "r", github_team: "t", github_users: ["u"], gitlab_groups: ["g"], gitlab_projects: ["p"], bitbucket_repository: "r", bitbucket_team: "t", google_group: "g", google_groups: ["g"] }),
  ...drop("belongs to a provider's own way of groups: have it put groups into a claim", { github_token: "t", google_admin_email: "a", google_admin_api_user_scope: "s", google_service_account_json: "/j", google_target_principal: "p", google_use_application_default_credentials: true, google_use_organization_id: true, azure_graph_group_field: "id" }),
  change("azure_tenant", "11111111-2222-3333-4444-555555555555", "discovery", "Entra ID's version 2", (value: string) => `https://login.microsoftonline.com/${value}/v2.0/.well-known/openid-configuration`),
  ...drop("one tenant is one issuer: rules with a discovery of their own for others", { entra_id_allowed_tenants: ["t"] }),
  ...drop("the client proves itself by token_endpoint_auth_method", { entra_id_federated_token_auth: true }),
  ...drop(OTHER, { pubjwk_url: "https://idp.example.com/keys", jwt_key: "k", jwt_key_file: "/k" }),
  routes("skip_auth_routes", "public", ["GET=^/health$", "^/static/.*"], "passes without a token or session, and without identity headers"),
  routes("skip_auth_regex", "public", ["^/health$"], "passes without a token or session, and without identity headers"),
  routes("api_routes", "bearer", ["^/api/"], "gets 401; with skip_jwt_bearer_tokens it takes bearer tokens alone"),
  change("skip_auth_preflight", true, "allow_preflight", (value: boolean) => value ? "is about preflights of CORS: other requests with OPTIONS are guarded as all others" : ""),
  ...drop("addresses are Envoy's to trust: RBAC in front of the filter", { trusted_ips: ["10.0.0.0/8"] }),
  change("force_json_errors", true, "", "programs get JSON and browsers pages, by what they accept", () => undefined),
  change("skip_provider_button", true, "", "there is no page in between", () => undefined),
  ...drop("the filter sends people back to the page they came from, on the same host", { whitelist_domains: [".example.com"] }),
  ...drop(PAGES, { provider_display_name: "x", custom_sign_in_logo: "-", custom_templates_dir: "/t", banner: "b", footer: "f", show_debug_on_error: true }),
  ...drop(PASSWORDS, { htpasswd_file: "/h", htpasswd_user_groups: ["g"], display_htpasswd_form: true }),
  ...drop("the upstream proves the identity by where it comes from: only Envoy may reach it", { signature_key: "sha256:x" }),
  ...drop(UPSTREAM, { upstreams: ["http://127.0.0.1:8080/"], upstream_timeout: "30s", pass_host_header: true, proxy_websockets: true, flush_interval: "1s", ssl_upstream_insecure_skip_verify: true, disable_keep_alives: true }),
  ...drop(LISTENER, { http_address: ":4180", https_address: ":443", tls_cert_file: "/c", tls_key_file: "/k", tls_min_version: "TLS1.2", tls_cipher_suites: [], force_https: true, reverse_proxy: true, real_client_ip_header: "X-Real-IP", trusted_proxy_ips: [], allow_query_semicolons: true, request_id_header: "X-Request-Id" }),
  change("proxy_prefix", "/auth", "logout_path", "the logout lies there, and the callback unless redirect_url says another; nothing else does", (value: string) => `${value}/sign_out`),
  ...drop(`certificates are checked by the cluster's transport_socket: trusted_ca`, { provider_ca_files: ["/ca"], use_system_trust_store: true, ssl_insecure_skip_verify: true }),
  change("ready_path", "/ready", "ready_path", "is about the provider's metadata and keys here: there is no store"),
  ...drop(LOGS, { ping_path: "/ping", ping_user_agent: "x", gcp_healthchecks: true, metrics_address: ":1", metrics_secure_address: ":2", metrics_tls_cert_file: "/c", metrics_tls_key_file: "/k", silence_ping_logging: true, auth_logging: true, auth_logging_format: "f", request_logging: true, request_logging_format: "f", standard_logging: true, standard_logging_format: "f", errors_to_info_log: true, exclude_logging_paths: [], logging_compress: true, logging_filename: "f", logging_local_time: true, logging_max_age: 1, logging_max_backups: 1, logging_max_size: 1 }),
];

function putBearer(value: unknown, draft: Draft): void {
  if (value !== true) return;
  set(draft.filter, "use_jwks", true);
  onlyForClient(draft.filter);
  say(draft, "changed", "skip_jwt_bearer_tokens", "is use_jwks: a bearer token is verified by the provider's keys and must be for client_id or oidc_extra_audiences, as there. An invalid one is 401");
}

function putDomains(value: unknown, draft: Draft): void {
  if ([value].flat().includes("*")) say(draft, "changed", "email_domains", "everybody who can log in passes, as there");
  else say(draft, "unguarded", "email_domains", "claims are compared as a whole: have the provider say the domain in a claim of its own (hd at Google), and use access_rules");
}

export function convertOauth2Proxy(text: string, options: Option[] = OAUTH2_PROXY): Draft {
  const draft: Draft = { filter: {}, changes: [] }, { filter } = draft;
  const { settings, unread } = readSettings(text, options);
  putAll(options, settings, draft);
  for (const name of unread) say(draft, "unguarded", name, "stands beside the flags and is not read: give it as a flag");
  addDefaults(settings, draft);
  if (typeof settings.oidc_groups_claim === "string") nameGroups(settings.oidc_groups_claim, filter);
  if (settings.skip_jwt_bearer_tokens !== true) takeSessions(draft, "skip_jwt_bearer_tokens");
  if (Array.isArray(filter.rules)) filter.rules = ordered(filter.rules as Fields[], settings.skip_jwt_bearer_tokens === true);
  complete(draft, true);
  return draft;
}

/** What oauth2-proxy does where nothing is said. */
function addDefaults(settings: Fields, draft: Draft): void {
  const { filter } = draft;
  if (filter.logout_path === undefined) set(filter, "logout_path", "/oauth2/sign_out");
  say(draft, "added", "logout_path", `${String(filter.logout_path)}, as there; rd is not looked at: post_logout_redirect_uri says where people go`);
  if (filter.redirect_uri === undefined) {
    set(filter, "redirect_uri", String(filter.logout_path).replace(/sign_out$/, "callback"));
    say(draft, "added", "redirect_uri", "oauth2-proxy's own default: the path, on the request's host");
  }
  if (filter.scope === undefined) {
    set(filter, "scope", filter.access_rules === undefined ? "openid email profile" : "openid email profile groups");
    say(draft, "added", "scope", `oauth2-proxy's own default, ${String(filter.scope)}: here it would be openid alone`);
  }
  if (settings.insecure_oidc_allow_unverified_email !== true) say(draft, "changed", "insecure_oidc_allow_unverified_email", "false: who has email_verified false is refused there, and passes here: access_rules can ask for it");
  if (!["email_domains", "authenticated_emails_file", "htpasswd_file"].some((name) => name in settings)) say(draft, "unguarded", "email_domains", "is not in this file, and oauth2-proxy does not start without it: look where it is set. Here everybody who can log in passes");
}

function nameGroups(claim: string, filter: Fields): void {
  for (const rule of listAt(filter, "access_rules", "any") as Fields[]) if (rule.claim === "groups") rule.claim = claim;
}

/** What passes without a login is looked up first there. The first matching rule guards a request. */
function ordered(rules: Fields[], bearer: boolean): Fields[] {
  const open = rules.filter(({ mode }) => mode === "public"), others = rules.filter(({ mode }) => mode !== "public");
  return [...open, ...bearer ? others : others.map((rule) => ({ ...rule, mode: "browser", unauth_action: "deny" }))];
}
