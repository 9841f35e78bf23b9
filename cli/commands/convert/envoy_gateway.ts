// Envoy Gateway's SecurityPolicy: its oidc and jwt sections, and its authorization by claims.

import { at, isFields, listAt, textAt, type Fields } from "../check/fields";
import { UserError } from "../io";
import { convertJwtAuthn, JWT_PROVIDER } from "./jwt_authn";
import { change, complete, drop, keep, putAll, say, seconds, takeSessions, unguarded, type Draft, type Option } from "./option";

const MATCHERS = "matchers of headers have no counterpart: scripts and forms get 401 by what they send (Sec-Fetch-Mode, Accept)";
const BACKEND = "make a Backend or a cluster for the provider, with TLS, and name it in provider_cluster";

export const ENVOY_GATEWAY: Option[] = [
  keep("oidc.provider.issuer", "https://idp.example.com/realms/b", "discovery", (value: string) => `${value.replace(/\/$/, "")}/.well-known/openid-configuration`),
  keep("oidc.provider.authorizationEndpoint", "https://idp.example.com/auth", "authorization_endpoint"),
  keep("oidc.provider.tokenEndpoint", "https://idp.example.com/token", "token_endpoint"),
  keep("oidc.provider.endSessionEndpoint", "https://idp.example.com/bye", "end_session_endpoint"),
  ...drop(BACKEND, { "oidc.provider.backendRef": {}, "oidc.provider.backendRefs": [{}], "oidc.provider.backendSettings": {} }),
  keep("oidc.clientID", "shop", "client_id"),
  change("oidc.clientIDRef", { name: "client" }, "client_id", "secrets of Kubernetes reach the filter as environment variables of Envoy: set CLIENT_ID from the key client-id", () => "$ENV://CLIENT_ID"),
  change("oidc.clientSecret", { name: "client" }, "client_secret", "secrets of Kubernetes reach the filter as environment variables of Envoy: set CLIENT_SECRET from the key client-secret (EnvoyProxy, and env.hostKeys of the EnvoyExtensionPolicy)", () => "$ENV://CLIENT_SECRET"),
  ...drop("cookies have names of their own, sealed and in as many chunks as they need", { "oidc.cookieNames": { accessToken: "a" } }),
  change("oidc.cookieConfig.sameSite", "Strict", "session.cookie_same_site", (value: string) => value === "Strict" ? "is Lax: with Strict browsers do not send the session on the way back from the provider" : "", (value: string) => value === "Strict" ? "Lax" : value),
  keep("oidc.cookieDomain", "example.com", "session.cookie_domain"),
  keep("oidc.scopes", ["openid", "email"], "scope", (value: string[]) => [...new Set(["openid", ...value])].join(" ")),
  change("oidc.resources", ["https://api.example.com", "https://b.example.com"], "authorization_params.resource", (value: string[]) => value.length > 1 ? "is one resource here, the first" : "", (value: string[]) => value[0]),
  change("oidc.redirectURL", "%REQ(x-forwarded-proto)%://%REQ(:authority)%/back", "redirect_uri", (value: string) => /%REQ\(/.test(value) ? "is a path, on the request's host and scheme" : "", (value: string) => /%REQ\(/.test(value) ? `/${value.split("%/").at(-1)}` : value),
  ...drop(MATCHERS, { "oidc.denyRedirect": { headers: [{ name: "x-requested-with", value: "XMLHttpRequest" }] } }),
  keep("oidc.logoutPath", "/bye", "logout_path"),
  keep("oidc.forwardAccessToken", true, "access_token_in_authorization_header"),
  change("oidc.forwardIDToken.header", "x-id", "set_raw_id_token_header", "the header is X-Raw-ID-Token", () => true),
  keep("oidc.defaultTokenTTL", "10m", "access_token_expires_in", seconds),
  keep("oidc.refreshToken", false, "renew_access_token_on_expiry"),
  ...drop("a refresh token is used until the provider refuses it; session.absolute_timeout ends a session", { "oidc.defaultRefreshTokenTTL": "168h" }),
  ...drop("a login may take ten minutes", { "oidc.csrfTokenTTL": "10m" }),
  ...drop("sessions are always sealed", { "oidc.disableTokenEncryption": true }),
  change("oidc.passThroughAuthHeader", true, "", (value: boolean) => value ? "a bearer token beside the login is verified by itself" : "a bearer token is verified, and passes without a session", () => undefined),
  { name: "jwt.optional", outcome: "changed", sample: true, put: putOptional },
  { name: "jwt.providers", outcome: "kept", sample: [], put: () => {} },
  { name: "authorization", outcome: "changed", sample: { defaultAction: "Deny", rules: [{ action: "Allow", principal: { jwt: { provider: "p", scopes: ["read"], claims: [{ name: "roles", valueType: "StringArray", values: ["admin"] }] } } }] }, put: putAuthorization },
  ...drop("is Envoy's, beside the filter: keep it in a SecurityPolicy of its own", { cors: {} }),
  ...unguarded("is Envoy's, beside the filter: keep it in a SecurityPolicy of its own", { apiKeyAuth: {}, basicAuth: {}, extAuth: {} }),
  { name: "targetRefs", outcome: "changed", sample: [{ kind: "HTTPRoute", name: "shop" }], put: (_value, draft) => say(draft, "changed", "targetRefs", "go into an EnvoyExtensionPolicy, as they are") },
  { name: "targetRef", outcome: "changed", sample: { kind: "HTTPRoute", name: "shop" }, put: (_value, draft) => say(draft, "changed", "targetRef", "goes into an EnvoyExtensionPolicy, as it is") },
  { name: "targetSelectors", outcome: "changed", sample: [{ kind: "HTTPRoute" }], put: (_value, draft) => say(draft, "changed", "targetSelectors", "go into an EnvoyExtensionPolicy, as they are") },
];

export function convertEnvoyGateway(document: unknown, options: Option[] = ENVOY_GATEWAY): Draft {
  const draft: Draft = { filter: {}, changes: [] }, spec = textAt(document, "kind") === "SecurityPolicy" ? at(document, "spec") : undefined;
  if (!isFields(spec)) throw new UserError("this is no SecurityPolicy");
  const people = isFields(spec.oidc), given = listAt(spec, "jwt", "providers").filter(isFields), providers = people ? ofLogin(given, spec, draft) : given;
  if (providers.length > 0) addJwt(providers, draft);
  if (people) {
    draft.filter.bearer_only = false;
    if (textAt(spec, "oidc", "redirectURL") === "") {
      draft.filter.redirect_uri = "/oauth2/callback";
      say(draft, "added", "oidc.redirectURL", "Envoy Gateway's own default: the path, on the request's host");
    }
  }
  if (!people && providers.length === 0) throw new UserError("this SecurityPolicy has neither oidc nor jwt");
  putAll(options, spec, draft);
  if (people) delete draft.filter.bearer_only;
  if (people && (given.length === 0 ? at(spec, "oidc", "passThroughAuthHeader") !== true : providers.length === 0)) takeSessions(draft, "oidc.passThroughAuthHeader");
  else if (people && at(spec, "oidc", "passThroughAuthHeader") === undefined) say(draft, "changed", "oidc.passThroughAuthHeader", "false: a bearer token that jwt verifies passes without a session here");
  complete(draft, people);
  return draft;
}

function putOptional(value: unknown, draft: Draft): void {
  if (value !== true) return;
  if (draft.filter.bearer_only === false) return say(draft, "changed", "jwt.optional", "who has no token logs in, as oidc says");
  draft.filter.bearer_only = false;
  draft.filter.unauth_action = "pass";
  say(draft, "changed", "jwt.optional", "without a token the request passes, without identity headers");
}

/** The providers of the login's issuer. */
function ofLogin(providers: Fields[], spec: Fields, draft: Draft): Fields[] {
  const bare = (issuer: string): string => issuer.replace(/\/$/, ""), login = bare(textAt(spec, "oidc", "provider", "issuer"));
  const others = providers.filter((provider) => textAt(provider, "issuer") !== "" && bare(textAt(provider, "issuer")) !== login);
  for (const { name } of others) say(draft, "unguarded", `jwt.providers ${String(name)}`, "has another issuer than the login: write a rule by hand for the requests with its tokens, with a discovery of its own");
  return providers.filter((provider) => !others.includes(provider));
}

/** Its providers are those of jwt_authn under other names. */
function addJwt(providers: Fields[], draft: Draft): void {
  const first = String(providers[0]!.name), asEnvoy = Object.fromEntries(providers.map((provider) => [String(provider.name), envoyProvider(provider, draft)]));
  const converted = convertJwtAuthn({ providers: asEnvoy, rules: [{ match: { prefix: "/" }, requires: { provider_name: first } }] }, JWT_PROVIDER);
  const others = providers.slice(1).map(({ name }) => String(name)).join(", ");
  if (others !== "") say(draft, "dropped", "jwt.providers", `one configuration has one provider, ${first}: rules with a discovery of their own for ${others}`);
  Object.assign(draft.filter, converted.filter);
  // Envoy Gateway forwards the header.
  draft.changes.push(...converted.changes.filter(({ option }) => option !== "provider_cluster" && !option.endsWith(".forward")));
  if (draft.filter.provider_cluster === "idp") delete draft.filter.provider_cluster;
}

function envoyProvider({ name: _name, remoteJWKS, localJWKS, claimToHeaders, recomputeRoute, extractFrom, ...rest }: Fields, draft: Draft): Fields {
  const provider: Fields = { ...rest }, uri = textAt(remoteJWKS, "uri"), inline = textAt(localJWKS, "inline");
  if (at(localJWKS, "valueRef") !== undefined) say(draft, "dropped", "jwt.providers.localJWKS.valueRef", "put the key as a PEM into public_key");
  if (at(remoteJWKS, "backendRefs") !== undefined || at(remoteJWKS, "backendSettings") !== undefined) say(draft, "dropped", "jwt.providers.remoteJWKS.backendRefs", BACKEND);
  if (uri !== "") provider.remote_jwks = { http_uri: { uri } };
  if (inline !== "") provider.local_jwks = { inline_string: inline };
  if (Array.isArray(claimToHeaders)) provider.claim_to_headers = claimToHeaders.map((one) => ({ header_name: textAt(one, "header"), claim_name: textAt(one, "claim") }));
  if (recomputeRoute === true) provider.clear_route_cache = true;
  const headers = listAt(extractFrom, "headers"), cookies = listAt(extractFrom, "cookies"), params = listAt(extractFrom, "params");
  if (headers.length > 0) provider.from_headers = headers.map((one) => ({ name: textAt(one, "name"), value_prefix: textAt(one, "valuePrefix") }));
  if (cookies.length > 0) provider.from_cookies = cookies;
  if (params.length > 0) provider.from_params = params;
  return provider;
}

function putAuthorization(value: unknown, draft: Draft): void {
  const rules = listAt(value, "rules"), allowed: unknown[] = [], byDefault = textAt(value, "defaultAction") === "Allow";
  let everybody = byDefault;
  for (const rule of rules) {
    const label = `authorization.rules ${textAt(rule, "name")}`.trim(), jwt = at(rule, "principal", "jwt"), principal = at(rule, "principal");
    const others = Object.keys(isFields(principal) ? principal : {}).filter((key) => key !== "jwt");
    if (byDefault && textAt(rule, "action") === "Allow") continue;
    if (textAt(rule, "action") !== "Allow" || !isFields(jwt) || others.length > 0 || at(rule, "operation") !== undefined) {
      say(draft, "unguarded", label, "only rules that allow by claims and scopes of a token have a counterpart: keep this one in a SecurityPolicy");
      continue;
    }
    const scopes = listAt(jwt, "scopes").map(String), claims = listAt(jwt, "claims");
    if (scopes.length > 0 && rules.length > 1) {
      say(draft, "unguarded", label, "scopes have a counterpart only in a single rule (required_scopes): nobody passes by this one");
      continue;
    }
    if (scopes.length > 0) draft.filter.required_scopes = scopes;
    if (claims.length === 0) everybody = true;
    else allowed.push({ all: claims.map(ruleOfClaim) });
  }
  if (byDefault) return say(draft, "changed", "authorization.defaultAction", "Allow: everybody who is verified passes");
  if (rules.length === 0) return say(draft, "unguarded", "authorization", "has no rules, and nobody passes there");
  if (allowed.length > 0 && !everybody) draft.filter.access_rules = allowed.length === 1 ? allowed[0] : { any: allowed };
  say(draft, "changed", "authorization", "is access_rules, over the token's claims, and required_scopes; who does not fit gets 403");
}

function ruleOfClaim(claim: unknown): Fields {
  return { any: listAt(claim, "values").map((text) => ({ claim: textAt(claim, "name"), contains: String(text) })) };
}
