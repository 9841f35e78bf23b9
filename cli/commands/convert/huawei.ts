// Huawei Cloud APIG: one OIDC policy. It has its own names, most of which mean the same as an attribute of APISIX.

import { change, complete, drop, keep, putAll, say, secret, type Draft, type Option } from "./option";
import { logsIn } from "./apisix";

/** For the tests: APIG accepts RSA only. */
const RSA_KEY = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAogadGqRcDTcXMgGgseKW\nX4unWUHABx2/oGR4DMRph1xjfpYHLiYJTFkXMzES8AM7A2halxFkZLAZ0oOiMwb/\noqfqG0LC4MfZcAFMbnR82w6ZNJc2ZAcMRji6AXg6aA+ruGtU5/NlRhxw9ebxLs0q\nXcESy2IeAsMbCpEpOt4kw68tXCMPk/iyfxf9wn5i7Mfd92G9BO1dXNkwJtu6o4u6\n1Ln/CAsMq+xgoZGmsB/bDY3/6mQyPawlzRAxCSb9A9jWuanR5IGa3wax8N0eolru\nMtFkmpE7YEJ1erX0HFvIVj9x52ATSFTqYidiI4yOaNomiKchV2bS4aAC/LyP4uie\nbwIDAQAB\n-----END PUBLIC KEY-----";

const PATH = "is a path here, without an API of its own: the filter answers there itself";
/** The id of an API does not show its path. */
const pathOf = (value: unknown): string | undefined => String(value).startsWith("/") || String(value).startsWith("http") ? String(value) : undefined;

const redirect = (name: string): Option => change(name, "/redirect", "redirect_uri", (value: string) => pathOf(value) === undefined ? `${value} is an API's id: write its path into redirect_uri` : PATH, pathOf);
const logout = (name: string): Option => change(name, "/logout", "logout_path", (value: string) => pathOf(value) === undefined ? `${value} is an API's id: write its path into logout_path` : PATH, pathOf);

export const HUAWEI: Option[] = [
  ...drop("names the policy; the plugin's name in Envoy's configuration stands in the log", { Name: "shop", name: "shop" }),
  ...drop("every configuration here is one of OpenID Connect", { Type: "OIDC Authorization", type: "OIDC Authorization" }),
  ...drop("has no place in the configuration", { Description: "for the shop", description: "for the shop" }),
  keep("client_id", "myclient"),
  secret("client_secret", "client_secret", "CLIENT_SECRET"),
  keep("discovery", "https://idp.example.com/realms/b/.well-known/openid-configuration"),
  redirect("redirect_api"), redirect("redirect_api_id"),
  keep("scope", "openid email"),
  logout("logout_api"), logout("logout_api_id"),
  change("public_key", RSA_KEY, "public_key", "tokens need exp, and an issuer is always checked"),
  keep("jwt_cache_enabled", false, "jwt_verification_cache_ignore", (value: boolean) => !value),
  keep("jwks_enabled", true, "use_jwks"),
  keep("jwks_enable", true, "use_jwks"),
  change("auth_header_name", "x-token", "auth_header_name", (value: string) => value.toLowerCase() === "authorization" ? "" : "the scheme Bearer may be left out there"),
  keep("access_token_expires_in", 600),
  change("redirect_after_logout_uri", "/goodbye", "redirect_after_logout_uri", "is where the browser goes instead of the provider, which still knows the person; post_logout_redirect_uri ends that session as well"),
  change("slient_renew_access_token_enabled", false, "renew_access_token_on_expiry", (value: boolean) => value ? "" : "the session goes on without an access token"),
  change("silent_renew_access_token_enabled", false, "renew_access_token_on_expiry", (value: boolean) => value ? "" : "the session goes on without an access token"),
  { name: "set_access_token_header_enabled", outcome: "kept", sample: true, put: (value, { filter }) => { filter.set_access_token_header = value; filter.access_token_in_authorization_header = value; } },
  keep("set_userinfo_header_enabled", false, "set_userinfo_header"),
];

export function convertHuawei(policy: Record<string, unknown>, options: Option[] = HUAWEI): Draft {
  const draft: Draft = { filter: {}, changes: [] };
  putAll(options, policy, draft);
  const { filter } = draft;
  if (filter.scope === undefined) {
    filter.scope = "openid profile email";
    say(draft, "added", "scope", "APIG's own default, openid email profile: here it would be openid alone");
  }
  filter.token_signing_alg_values_expected = ["RS256", "RS384", "RS512"];
  say(draft, "added", "token_signing_alg_values_expected", "those that APIG takes: leave it out, and every public-key algorithm is accepted");
  if (filter.public_key === undefined && filter.use_jwks !== true) say(draft, "changed", "jwks_enabled", "is not there, nor public_key: a bearer token passes here if it is valid, for any audience unless claim_validator.audience names some");
  if (filter.logout_path === undefined) say(draft, "added", "logout_path", "/logout logs out, whether a policy has an API for it or not");
  say(draft, "changed", "limits", "a bearer token may have 16 kB (APIG: 5 kB), and a session nine cookies; policies of several APIs become rules of one filter");
  complete(draft, logsIn(filter));
  return draft;
}
