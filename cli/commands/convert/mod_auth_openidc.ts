// mod_auth_openidc 2.4: directives of Apache's configuration, and the Location blocks around them.

import type { Fields } from "../check/fields";
import { UserError } from "../io";
import { isGuarding, merged, oneHost, readApache, type Requirement, type Section } from "./apache";
import { change, complete, drop, keep, putAll, say, secret, set, takeSessions, within, type Draft, type Option } from "./option";

const STORE = "there is no store: sessions live in sealed cookies";
const ELSEWHERE = "several providers are rules with a discovery of their own";
const HEADERS = "identity headers and claim_headers are the way claims reach the upstream (docs/configuration.md#identity-headers)";
const ENCRYPTED = "encrypted tokens and answers are not supported: let the provider sign them alone";
const MTLS = "client certificates belong to the cluster's transport_socket: common_tls_context.tls_certificates";
const OAUTH = "belongs to introspection by this module";

const flag = (value: unknown): boolean => /^(on|true|yes|1)$/i.test(String(value));
const first = (value: unknown): string => String([value].flat()[0]);

/** `pass "expression"`. */
const isConditional = (value: unknown): boolean => [value].flat().length > 1;

/** `name value name2 value2`, or a query string. */
function params(value: unknown): Record<string, string> | undefined {
  const entries = [...new URLSearchParams([value].flat().join("&"))].filter(([, text]) => text !== "#");
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** What happens to requests without a session. */
function unauthorized(value: string): string {
  if (isConditional(value)) return "holds under a condition, which rules cannot say: who has no session logs in";
  if (first(value) === "pass") return "pass: a request without a session passes, without identity headers";
  return `${/^\d/.test(first(value)) ? "deny" : first(value)}: scripts and forms get 401 in any case`;
}

const METHODS = ["client_secret_basic", "client_secret_post", "private_key_jwt", "client_secret_jwt", "none"];
const method = (name: string, to: string): Option => change(name, "tls_client_auth", to, (value: string) => METHODS.includes(first(value)) ? "" : `${first(value)} is not supported: one of ${METHODS.join(", ")}`, (value: string) => METHODS.includes(first(value)) ? first(value) : undefined);

export const MOD_AUTH_OPENIDC: Option[] = [
  keep("OIDCProviderMetadataURL", "https://idp.example.com/realms/b/.well-known/openid-configuration", "discovery", first),
  keep("OIDCProviderIssuer", "https://idp.example.com/realms/b", "issuer", first),
  keep("OIDCProviderAuthorizationEndpoint", "https://idp.example.com/auth", "authorization_endpoint", first),
  keep("OIDCProviderTokenEndpoint", "https://idp.example.com/token", "token_endpoint", first),
  keep("OIDCProviderUserInfoEndpoint", "https://idp.example.com/me", "userinfo_endpoint", first),
  keep("OIDCProviderJwksUri", "https://idp.example.com/jwks", "jwks_uri", first),
  keep("OIDCProviderRevocationEndpoint", "https://idp.example.com/revoke", "revocation_endpoint", first),
  keep("OIDCProviderEndSessionEndpoint", "https://idp.example.com/bye", "end_session_endpoint", first),
  method("OIDCProviderTokenEndpointAuth", "token_endpoint_auth_method"),
  keep("OIDCClientID", "app", "client_id", first),
  secret("OIDCClientSecret", "client_secret", "CLIENT_SECRET"),
  change("OIDCRedirectURI", "https://app.example.com/callback", "redirect_uri", "is this one path: ?logout=, ?info=, ?refresh= and ?revoke_session= of it are not there; logout_path logs out", first),
  change("OIDCCryptoPassphrase", "x", "session.secret", "nobody's session comes over: set the environment variable SESSION_SECRET to the output of openssl rand -base64 32", () => "$ENV://SESSION_SECRET"),
  keep("OIDCScope", "openid email", "scope", first),
  change("OIDCPathScope", "openid x", "scope", "is for the whole filter, or a rule", first),
  keep("OIDCAuthRequestParams", "audience=api", "authorization_params", params),
  change("OIDCPathAuthRequestParams", "acr_values=loa2", "authorization_params", "is for the whole filter, or a rule", params),
  ...drop("parameters of the token request are the protocol's", { OIDCProviderTokenEndpointParams: "a=b" }),
  ...drop("parameters of the logout are the protocol's", { OIDCLogoutRequestParams: "a=b" }),
  change("OIDCPKCEMethod", "S256", "", "PKCE with S256 is always used", () => undefined),
  change("OIDCResponseType", "code", "", (value: string) => first(value) === "code" ? "the code flow is the only one" : `${first(value)} is not supported: the code flow is the only one`, () => undefined),
  keep("OIDCResponseMode", "form_post", "response_mode", first),
  ...drop("request objects and pushed requests are not supported: the request goes through the browser", { OIDCRequestObject: "{}", OIDCProviderAuthRequestMethod: "PAR", OIDCProviderPushedAuthorizationRequestEndpoint: "https://idp.example.com/par" }),
  keep("OIDCIDTokenSignedResponseAlg", "RS256", "id_token_signed_response_alg", first),
  change("OIDCIDTokenIatSlack", "600", "iat_slack", (value: string) => Number(first(value)) > 300 ? "is 300, the most" : "", (value: string) => within(0, 300)(first(value))),
  keep("OIDCIDTokenAudValues", ["app", "api"], "trusted_audiences", (value: unknown) => [value].flat()),
  ...drop(ENCRYPTED, { OIDCIDTokenEncryptedResponseAlg: "RSA-OAEP", OIDCIDTokenEncryptedResponseEnc: "A256GCM", OIDCUserInfoEncryptedResponseAlg: "RSA-OAEP", OIDCUserInfoEncryptedResponseEnc: "A256GCM", OIDCOAuthDecryptSharedKeys: "k" }),
  ...drop("signed UserInfo is verified whatever its algorithm, by those of ID Tokens", { OIDCUserInfoSignedResponseAlg: "RS256" }),
  ...drop("the access token goes to UserInfo in the header", { OIDCUserInfoTokenMethod: "authz_header" }),
  change("OIDCUserInfoRefreshInterval", "300", "", "UserInfo is fetched at the login, and with each refresh", () => undefined),
  change("OIDCRefreshAccessTokenBeforeExpiry", "30", "access_token_expires_leeway", "a refresh that fails for want of the provider is 503", (value: unknown) => Number(first(value))),
  keep("OIDCSessionInactivityTimeout", "600", "session.idling_timeout", (value: unknown) => Number(first(value))),
  change("OIDCSessionMaxDuration", "0", "session.absolute_timeout", (value: unknown) => Number(first(value)) === 0 ? "0 is the access token's lifetime there, and a day here" : "", (value: unknown) => Number(first(value)) || undefined),
  change("OIDCSessionType", "server-cache", "", (value: string) => first(value).startsWith("client-cookie") ? "sessions live in sealed cookies, up to nine" : STORE, () => undefined),
  change("OIDCSessionCookieChunkSize", "4000", "", "cookies are as long as browsers take them", () => undefined),
  ...drop(STORE, { OIDCSessionCacheFallbackToCookie: "On", OIDCCacheType: "shm", OIDCCacheDir: "/d", OIDCCacheEncrypt: "On", OIDCCacheFileCleanInterval: "60", OIDCCacheShmEntrySizeMax: "1", OIDCCacheShmMax: "1", OIDCMemCacheServers: "m", OIDCMemCacheConnectionsHMax: "1", OIDCMemCacheConnectionsMin: "1", OIDCMemCacheConnectionsSMax: "1", OIDCMemCacheConnectionsTTL: "1", OIDCRedisCacheServer: "r", OIDCRedisCachePassword: "p", OIDCRedisCacheUsername: "u", OIDCRedisCacheDatabase: "1", OIDCRedisCacheConnectTimeout: "1", OIDCRedisCacheTimeout: "1" }),
  keep("OIDCCookie", "shop", "session.cookie_name", first),
  keep("OIDCCookieDomain", "example.com", "session.cookie_domain", first),
  keep("OIDCCookiePath", "/", "session.cookie_path", first),
  keep("OIDCCookieHTTPOnly", "On", "session.cookie_http_only", flag),
  change("OIDCCookieSameSite", "Strict", "session.cookie_same_site", (value: string) => /strict/i.test(first(value)) ? "is Lax: with Strict browsers do not send the session on the way back from the provider" : "", (value: string) => /none/i.test(first(value)) ? "None" : "Lax"),
  ...drop("cookies of a login under way are the filter's own: seven at a time, for ten minutes", { OIDCStateCookiePrefix: "s", OIDCStateMaxNumberOfCookies: "7", OIDCStateTimeout: "300", OIDCStateInputHeaders: "user-agent" }),
  change("OIDCStripCookies", "a", "", "the filter's own cookies never reach the upstream; others do", () => undefined),
  ...drop("no cookie of a browser goes to the provider", { OIDCPassCookies: "a" }),
  keep("OIDCDefaultLoggedOutURL", "https://app.example.com/goodbye", "post_logout_redirect_uri", first),
  ...drop("a callback that is opened directly shows a page with a way back", { OIDCDefaultURL: "https://app.example.com/" }),
  ...drop("the filter sends people back to the page they came from, on the same host", { OIDCRedirectURLsAllowed: "^https://a/" }),
  change("OIDCProviderBackChannelLogoutSupported", "On", "backchannel_logout_path", "set this path at the provider as the client's back-channel logout URI", (value: unknown) => flag(first(value)) ? "/backchannel-logout" : undefined),
  ...drop("the provider's session is not polled: back-channel logout ends sessions (backchannel_logout_path)", { OIDCProviderCheckSessionIFrame: "https://idp.example.com/cs" }),
  ...drop("the frame of a front-channel logout needs none", { OIDCLogoutXFrameOptions: "DENY" }),
  change("OIDCSSLValidateServer", "Off", "", "certificates are always checked, by the cluster's transport_socket: trusted_ca", () => undefined),
  change("OIDCOAuthSSLValidateServer", "Off", "", "certificates are always checked, by the cluster's transport_socket: trusted_ca", () => undefined),
  ...drop("is the cluster's trusted_ca", { OIDCCABundlePath: "/ca.pem" }),
  ...drop("calls go through Envoy's cluster, which may lead through a proxy", { OIDCOutgoingProxy: "p:3128" }),
  change("OIDCHTTPTimeoutLong", "5", "timeout", "is one for all calls, without retries", (value: unknown) => within(1, 60)(first(value))),
  change("OIDCHTTPTimeoutShort", "3", "", "is one for all calls: timeout", () => undefined),
  ...drop(MTLS, { OIDCClientTokenEndpointCert: "/c", OIDCClientTokenEndpointKey: "/k", OIDCClientTokenEndpointKeyPassword: "p", OIDCOAuthIntrospectionEndpointCert: "/c", OIDCOAuthIntrospectionEndpointKey: "/k", OIDCOAuthIntrospectionEndpointKeyPassword: "p" }),
  change("OIDCPrivateKeyFiles", "/k.pem", "client_rsa_private_key", "files are not read: put the PEM into the environment variable CLIENT_KEY", () => "$ENV://CLIENT_KEY"),
  ...drop("the key's counterpart is registered at the provider", { OIDCPublicKeyFiles: "/c.pem", OIDCClientJwksUri: "https://app.example.com/jwks" }),
  ...drop("keys come from the provider's jwks_uri", { OIDCProviderVerifyCertFiles: "/c.pem", OIDCProviderSignedJwksUri: "https://idp.example.com/sjwks" }),
  change("OIDCJWKSRefreshInterval", "3600", "jwk_expires_in", "an unknown kid fetches keys at most once in 30 seconds", (value: unknown) => Math.max(60, Number(first(value)))),
  keep("OIDCProviderMetadataRefreshInterval", "3600", "discovery_expires_in", (value: unknown) => Math.max(60, Number(first(value)))),
  ...drop(ELSEWHERE, { OIDCMetadataDir: "/m", OIDCDiscoverURL: "https://app.example.com/choose", OIDCDiscoverIssuersAllowed: "x", OIDCProviderRegistrationEndpointJson: "{}", OIDCClientName: "n", OIDCClientContact: "c" }),
  change("OIDCValidateIssuer", "Off", "", (value: unknown) => flag(first(value)) ? "the issuer is always checked" : "the issuer is always checked: claim_validator.issuer.valid_issuers may name several for bearer tokens", () => undefined),
  change("OIDCUnAuthAction", "401", "unauth_action", unauthorized, (value: string) => isConditional(value) ? undefined : ({ auth: "auth", pass: "pass" })[first(value)] ?? "deny"),
  ...drop("who may not pass gets 403; nobody is sent to log in once more", { OIDCUnAutzAction: "403" }),
  change("OIDCPassClaimsAs", "headers", "", HEADERS, () => undefined),
  change("OIDCPassIDTokenAs", "claims", "set_id_token_header", "claims are X-ID-Token, serialized is X-Raw-ID-Token (set_raw_id_token_header)", (value: unknown) => [value].flat().length > 0),
  change("OIDCPassUserInfoAs", "json", "set_userinfo_header", "is X-Userinfo: base64 of the JSON", () => true),
  change("OIDCPassAccessToken", "On", "set_access_token_header", "the header is X-Access-Token, not OIDC_access_token", (value: unknown) => flag(first(value))),
  change("OIDCPassRefreshToken", "On", "set_refresh_token_header", "the header is X-Refresh-Token, not OIDC_refresh_token", (value: unknown) => flag(first(value))),
  ...drop(HEADERS, { OIDCClaimPrefix: "OIDC_CLAIM_", OIDCClaimDelimiter: ",", OIDCAuthNHeader: "X-User", OIDCBlackListedClaims: "a", OIDCWhiteListedClaims: "b", OIDCFilterClaimsExpr: ".", OIDCUserInfoClaimsExpr: "." }),
  change("OIDCRemoteUserClaim", "email", "claim_headers", "REMOTE_USER is Apache's own: the claim goes to the header x-remote-user", (value: unknown) => ({ [first(value)]: "x-remote-user" })),
  change("OIDCOAuthRemoteUserClaim", "sub", "claim_headers", "REMOTE_USER is Apache's own: the claim goes to the header x-remote-user", (value: unknown) => ({ [first(value)]: "x-remote-user" })),
  ...drop("POST is not replayed: what people send gets 401, which says that nothing was sent", { OIDCPreservePost: "On", OIDCPreservePostTemplates: "a b" }),
  ...drop("no page shows who is logged in", { OIDCInfoHook: "userinfo" }),
  ...drop("is Envoy's: its metrics, traces and what it trusts of other proxies", { OIDCMetricsData: "authtype", OIDCMetricsPublish: "/m", OIDCTraceParent: "propagate", OIDCXForwardedHeaders: "X-Forwarded-Host", OIDCDebugMaskSecrets: "On" }),
  ...drop("bound tokens are not supported: tokens are plain bearer tokens", { OIDCDPoPMode: "required", OIDCCertBoundAccessTokens: "On" }),
  ...drop("is no profile here: PKCE, nonce and exact checks are always on", { OIDCProfile: "FAPI20" }),
  keep("OIDCOAuthServerMetadataURL", "https://idp.example.com/realms/b/.well-known/openid-configuration", "discovery", first),
  keep("OIDCOAuthClientID", "api", "client_id", first),
  secret("OIDCOAuthClientSecret", "client_secret", "CLIENT_SECRET"),
  keep("OIDCOAuthIntrospectionEndpoint", "https://idp.example.com/introspect", "introspection_endpoint", first),
  method("OIDCOAuthIntrospectionEndpointAuth", "introspection_endpoint_auth_method"),
  change("OIDCOAuthIntrospectionEndpointMethod", "GET", "", "introspection is a POST (RFC 7662 §2.1)", () => undefined),
  keep("OIDCOAuthIntrospectionEndpointParams", "a=b", "introspection_params", params),
  keep("OIDCOAuthIntrospectionTokenParamName", "access_token", "introspection_token_param_name", first),
  ...drop(`${OAUTH}: the client proves itself by introspection_endpoint_auth_method`, { OIDCOAuthIntrospectionClientAuthBearerToken: "t" }),
  keep("OIDCOAuthTokenIntrospectionInterval", "60", "introspection_interval", (value: unknown) => Math.max(0, Number(first(value)))),
  change("OIDCOAuthTokenExpiryClaim", "exp relative", "introspection_expiry_claim", "never beyond exp", (value: unknown) => first(value).split(" ")[0]),
  change("OIDCOAuthAcceptTokenAs", ["post", "cookie:token"], "auth_accept_token_as", (value: unknown) => [value].flat().some((one) => /^(post|basic)/.test(String(one))) ? "post and basic are not supported" : "", (value: unknown) => {
    const kept = [value].flat().map(String).filter((one) => !/^(post|basic)/.test(one)).map((one) => one === "query" ? "query:access_token" : one);
    return kept.length === 0 ? undefined : kept;
  }),
  keep("OIDCOAuthVerifyJwksUri", "https://idp.example.com/jwks", "jwks_uri", first),
  keep("OIDCOAuthVerifyIssuer", "https://idp.example.com", "claim_validator.issuer.valid_issuers", (value: unknown) => [value].flat()),
  keep("OIDCOAuthVerifyAudience", "api", "claim_validator.audience.valid_audiences", (value: unknown) => [value].flat()),
  ...drop("files are not read: one PEM may stand in public_key", { OIDCOAuthVerifyCertFiles: "k#/c.pem" }),
  change("OIDCOAuthVerifySharedKeys", "x", "symmetric_key", "set the environment variable SYMMETRIC_KEY, and name the algorithms in token_signing_alg_values_expected", () => "$ENV://SYMMETRIC_KEY"),
];

export function convertModAuthOpenidc(text: string, options: Option[] = MOD_AUTH_OPENIDC): Draft {
  const draft: Draft = { filter: {}, changes: [] }, { filter } = draft;
  const apache = readApache(text, spelt), { sections, others: hosts } = oneHost(apache);
  const [whole, ...inner] = sections as [Section, ...Section[]];
  if (!sections.some(isGuarding)) throw new UserError("there is neither a directive of mod_auth_openidc nor an AuthType in this file");
  for (const { option, text: why, restricts } of apache.unread) say(draft, restricts ? "unguarded" : "dropped", option, why);
  for (const host of hosts) say(draft, "dropped", `VirtualHost ${host}`, "has nothing of mod_auth_openidc, and is left out");
  putAll(options, withOneClient(plain(whole.directives), draft), draft);
  addDiscovery(draft);
  const odd = inner.filter((section) => !isPlain(section) && reportOdd(section, draft)), blocks = inner.filter(isPlain);
  const guarded = [whole, ...blocks].filter(({ authType }) => authType !== "");
  const people = guarded.length === 0 || odd.length > 0 || guarded.some(({ authType }) => !/oauth20/i.test(authType));
  if (/^openid-connect$/i.test(whole.authType)) takeSessions(draft, "AuthType openid-connect");
  else if (guarded.length === 0) say(draft, "changed", "AuthType", "is not in this file: people log in, and a valid bearer token passes as well");
  const rules = rulesOf(blocks, draft, options), forAll = putWhole(rules, filter);
  if (!people && !forAll) filter.bearer_only = true;
  const everywhere = forAll || rules.some(({ path_prefix: folder }) => folder === "/");
  if (guarded.length > 0 && whole.authType === "" && !everywhere) addRest(rules, odd.length > 0, draft);
  if (rules.length > 0) filter.rules = rules;
  const rule = accessRuleOf(whole.requires, "any", draft);
  if (rule !== undefined) filter.access_rules = rule;
  say(draft, "changed", "OPTIONS", "passes everywhere there. Here allow_preflight lets preflights of CORS pass");
  if (people) say(draft, "added", "logout_path", "/logout logs out, in place of the callback's ?logout=");
  complete(draft, people);
  return draft;
}

const origin = (url: unknown): string => URL.canParse(first(url)) ? new URL(first(url)).origin : first(url);
/** Directives of logins and of bearer tokens that are one attribute here. */
const PAIRS: [string, string, (value: unknown) => string][] = [
  ["OIDCClientID", "OIDCOAuthClientID", first], ["OIDCClientSecret", "OIDCOAuthClientSecret", first], ["OIDCProviderMetadataURL", "OIDCOAuthServerMetadataURL", first],
  ["OIDCProviderMetadataURL", "OIDCOAuthVerifyJwksUri", origin], ["OIDCProviderJwksUri", "OIDCOAuthVerifyJwksUri", first], ["OIDCRemoteUserClaim", "OIDCOAuthRemoteUserClaim", first],
];

/** Without what bearer tokens have different from logins. */
function withOneClient(directives: Record<string, unknown>, draft: Draft): Record<string, unknown> {
  const kept = { ...directives };
  for (const [own, other, comparable] of PAIRS) {
    if (!(own in kept && other in kept) || comparable(kept[own]) === comparable(kept[other])) continue;
    delete kept[other];
    say(draft, "unguarded", other, `is not that of ${own}, and logins and bearer tokens have one here: write it into the rules for bearer tokens by hand`);
  }
  return kept;
}

function addDiscovery(draft: Draft): void {
  const { filter } = draft;
  if (filter.issuer === undefined || filter.discovery !== undefined) return;
  filter.discovery = `${String(filter.issuer).replace(/\/$/, "")}/.well-known/openid-configuration`;
  say(draft, "added", "discovery", "metadata is always read, at the issuer's usual address");
}

/** A rule for each Location, longer paths first. */
function rulesOf(blocks: Section[], draft: Draft, options: Option[]): Fields[] {
  const places = blocks.filter((block, i) => blocks.findIndex(({ pattern }) => pattern === block.pattern) === i);
  const rules = places.map((place) => ruleOf(merged(place, blocks), draft, options)).filter((rule) => rule !== undefined);
  return rules.sort((a, b) => String(b.path_prefix).length - String(a.path_prefix).length);
}

/** `<Location />` matches everything, so its settings move outside of the rules, unless other rules would inherit what they do not have. */
function putWhole(rules: Fields[], filter: Fields): boolean {
  const at = rules.findIndex(({ path_prefix: folder }) => folder === "/");
  if (at < 0) return false;
  const { path_prefix: _all, ...settings } = rules[at]!, others = rules.filter((_rule, i) => i !== at);
  if (!others.every((rule) => rule.mode === "public" || Object.keys(settings).every((key) => key in rule))) return false;
  rules.splice(at, 1);
  for (const [key, value] of Object.entries(settings)) set(filter, key, value);
  return true;
}

/** What no Location guards. */
function addRest(rules: Fields[], unclear: boolean, draft: Draft): void {
  if (unclear) {
    say(draft, "changed", "Location", "what no Location guards passes without a login there. It needs one here, because some sections could not be converted");
    return;
  }
  rules.push({ path_prefix: "/", mode: "public" });
  say(draft, "changed", "Location", "what no Location guards passes without a login, as there: the last rule says so");
}

/** Whether rules can say which requests the section is about. */
const isPlain = ({ kind, pattern }: Section): boolean => /^Location$/i.test(kind) && /^\/[^*?[]*$/.test(pattern);

/** Whether the section restricts access. */
function reportOdd(section: Section, draft: Draft): boolean {
  const { kind, pattern, requires } = section;
  const restricts = isGuarding(section) || requires.some((one) => typeof one !== "string" || !GRANTED.test(one));
  const why = /^(Directory|Files)/i.test(kind) ? "is about files: write a rule by hand for the paths under which they are served" : "rules go by exact paths and whole folders: write this one by hand";
  if (restricts) say(draft, "unguarded", `${kind} ${pattern}`.trim(), why);
  return restricts;
}

const GRANTED = /^all granted$/i;

function ruleOf(block: Section, draft: Draft, options: Option[]): Fields | undefined {
  if (!isGuarding(block) && block.requires.length === 0) return undefined;
  const own: Draft = { filter: {}, changes: [] }, { pattern, authType } = block;
  putAll(options, plain(block.directives), own);
  const granted = block.requires.some((one) => typeof one === "string" && GRANTED.test(one));
  if (granted || /^none$/i.test(authType)) own.filter.mode = "public";
  else if (/oauth20/i.test(authType)) own.filter.mode = "bearer";
  else if (/^openid-connect$/i.test(authType)) takeSessions(own, "AuthType openid-connect");
  else if (!/^(auth-openidc)?$/i.test(authType)) say(own, "changed", `AuthType ${authType}`, "is another kind of login: people log in at the provider here");
  const folder = pattern === "/" ? "/" : pattern.replace(/\/$/, "");
  if (folder !== pattern) say(own, "changed", "Location", `takes ${folder} itself as well`);
  const rule = own.filter.mode === "public" ? undefined : accessRuleOf(block.requires, "any", own);
  if (rule !== undefined) own.filter.access_rules = rule;
  for (const change of own.changes) draft.changes.push({ ...change, option: change.option.startsWith("Require") ? change.option : `${pattern}: ${change.option}` });
  return { path_prefix: folder, ...own.filter };
}

/** Whether it holds for everybody who is logged in. */
function admitsAll(one: Requirement): boolean {
  if (typeof one === "string") return /^(valid-user|all granted)$/i.test(one);
  if (one.group === "none") return false;
  return one.group === "any" ? one.of.some(admitsAll) : one.of.every(admitsAll);
}

/** Claims of `Require` as one of access_rules; undefined if there are none. Several in a place mean any of them. */
function accessRuleOf(requires: Requirement[], join: "any" | "all", draft: Draft): Fields | undefined {
  if (join === "any" && requires.some(admitsAll)) return undefined;
  const rules = requires.flatMap((one): unknown[] => {
    if (typeof one !== "string") {
      const rule = accessRuleOf(one.of, one.group === "all" ? "all" : "any", draft);
      return rule === undefined ? [] : [one.group === "none" ? { not: rule } : rule];
    }
    const claims = claimsOf(one, draft);
    return join === "any" || claims.length < 2 ? claims : [{ any: claims }];
  });
  return rules.length === 0 ? undefined : { [join]: rules };
}

/** What a claim may be that equals this text there: a number or boolean, too. */
function typesOf(text: string): unknown[] {
  if (/^(true|false)$/.test(text)) return [text, text === "true"];
  return /^(0|[1-9]\d{0,14})$/.test(text) ? [text, Number(text)] : [text];
}

/** `claim name:value` and `valid-user`. */
function claimsOf(require: string, draft: Draft): unknown[] {
  const [, values] = /^claim\s+(.+)$/i.exec(require) ?? [];
  if (values === undefined) {
    if (!admitsAll(require)) say(draft, "unguarded", `Require ${require}`, "has no counterpart: write access_rules by hand");
    return [];
  }
  say(draft, "changed", `Require ${require}`, "is access_rules; several of one place mean any of them, in RequireAll all. Who does not fit, or lacks the claim, gets 403");
  const words = values.match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
  return words.map((word) => word.replaceAll("\"", "")).flatMap((word) => {
    // The name may be a URL.
    const [, claim, value] = /^((?:https?:\/\/)?[\w./-]+):(.*)$/.exec(word) ?? [];
    if (claim !== undefined) return typesOf(value!).map((contains) => ({ claim, contains }));
    say(draft, "unguarded", `Require claim ${word}`, "patterns are not supported: write access_rules by hand");
    return [];
  });
}

const plain = (directives: Record<string, string[]>): Record<string, unknown> => Object.fromEntries(Object.entries(directives).map(([name, values]) => [name, values.length === 1 ? values[0] : values]));

const spelt = (name: string): string => MOD_AUTH_OPENIDC.find((option) => option.name.toLowerCase() === name.toLowerCase())?.name ?? name;
