// Introspection responses for opaque tokens (RFC 7662).

import { error, NO_TYPE, nothing, now, NULLS, packed, PASSES, text, twice, WINDOWS, type Quirk } from "./quirk";

const BY_INTROSPECTION = { use_jwks: undefined, bearer_only: true };
const INACTIVE = "401 inactive", UNKNOWN = "503 provider_unreachable";
const NO_VERDICT = "it says nothing about the token";

const ROWS: Quirk[] = [
  { quirk: "null in every optional member", why: NULLS, introspection: { scope: null, client_id: null, username: null, token_type: null, nbf: null, iat: null, aud: null, iss: null, jti: null, token_use: null, cnf: null }, then: PASSES },
  { quirk: "exp null", why: "tokens that never expire; the result is not cached", introspection: { exp: null }, then: PASSES },
  { quirk: "active alone", why: "RFC 7662 §2.2: nothing else is required", introspection: () => ({ body: { active: true } }), then: PASSES },
  { quirk: "a byte order mark", why: WINDOWS, introspection: packed((json) => `\ufeff${json}`), then: PASSES },
  { quirk: "text/html as its type", why: NO_TYPE, introspection: packed((json) => json, 200, "text/html"), then: PASSES },
  { quirk: "scope as a list, with required_scopes", why: "UAA's check_token, and custom servers", config: { required_scopes: ["read"] }, introspection: { scope: ["read", "write"] }, then: PASSES },
  { quirk: "token_type Bearer and token_use access_token", why: "Ory Hydra", introspection: { token_type: "Bearer", token_use: "access_token" }, then: PASSES },
  { quirk: "another parameter name for the token, and one more parameter", why: "providers with their own form of introspection", config: { introspection_token_param_name: "access_token", introspection_params: { realm: "people" } }, introspection: {}, then: PASSES },
  { quirk: "unknown members of every type", why: "providers add their own", introspection: { ext: {}, list: [[]], n: 1.5, b: false }, then: PASSES },

  { quirk: "active false", why: "RFC 7662 §2.2", introspection: { active: false }, then: INACTIVE },
  { quirk: "active null", why: "only true is active", introspection: { active: null }, then: INACTIVE },
  { quirk: "no active", why: "only true is active", introspection: { active: undefined }, then: INACTIVE },
  { quirk: "active as a string", why: "only true is active", introspection: { active: "true" }, then: INACTIVE },
  { quirk: "active 1", why: "only true is active", introspection: { active: 1 }, then: INACTIVE },
  { quirk: "active false with status 400", why: "servers that treat an unknown token as an error", introspection: () => ({ status: 400, body: { active: false } }), then: INACTIVE },
  { quirk: "invalid_token with status 400", why: "servers that treat an unknown token as an error", introspection: error("invalid_token"), then: INACTIVE },
  { quirk: "token_not_found with status 404", why: "the same, in the style of REST", introspection: error("token_not_found", 404), then: INACTIVE },
  { quirk: "active with status 400", why: "an error status contradicts it", introspection: packed((json) => json, 400), then: UNKNOWN },
  { quirk: "active beside invalid_token, with status 400", why: "the members contradict each other", introspection: error("invalid_token", 400, { active: true }), then: UNKNOWN },
  { quirk: "invalid_client with status 400", why: NO_VERDICT, introspection: error("invalid_client"), then: UNKNOWN },
  { quirk: "invalid_request with status 400", why: NO_VERDICT, introspection: error("invalid_request"), then: UNKNOWN },
  { quirk: "status 401", why: "the configured client_secret is wrong", introspection: text("", 401), then: UNKNOWN },
  { quirk: "invalid_token with status 401", why: "it is about the client's credentials", introspection: error("invalid_token", 401), then: UNKNOWN },
  { quirk: "a page with status 404", why: NO_VERDICT, introspection: text("<html>", 404), then: UNKNOWN },
  { quirk: "status 500", why: "an outage", introspection: text("{}", 500), then: UNKNOWN },
  { quirk: "status 429", why: "an outage", introspection: text("{}", 429), then: UNKNOWN },
  { quirk: "a broken connection", why: "an outage", introspection: nothing("cut"), then: UNKNOWN },
  { quirk: "status 201", why: "RFC 7662 §2.2 says 200", introspection: packed((json) => json, 201), then: UNKNOWN },
  { quirk: "a redirect", why: "the token would be sent to another host", introspection: () => ({ status: 307, headers: { location: "https://evil.example/" } }), then: UNKNOWN },
  { quirk: "a page with status 200", why: "portals", introspection: text("<html>"), then: UNKNOWN },
  { quirk: "an empty body", why: NO_VERDICT, introspection: text(""), then: UNKNOWN },
  { quirk: "a list", why: NO_VERDICT, introspection: packed((json) => `[${json}]`), then: UNKNOWN },
  { quirk: "a signed answer", why: "RFC 9701: the filter does not request one", introspection: text("eyJhbGciOiJSUzI1NiJ9.e30.AA", 200, "application/token-introspection+jwt"), then: UNKNOWN },
  { quirk: "active twice", why: "parsers differ in which one they use", introspection: packed(twice('"active":false')), then: UNKNOWN },
  { quirk: "40 kB", why: "memory has a bound", introspection: { x: "x".repeat(40_000) }, then: UNKNOWN },
  { quirk: "active, but past its exp", why: "the response contradicts itself", introspection: () => ({ body: { active: true, exp: now() - 1 } }), then: "401 expired" },
  { quirk: "active, but before its nbf", why: "the response contradicts itself", introspection: () => ({ body: { active: true, nbf: now() + 500 } }), then: "401 not_yet_valid" },
  { quirk: "an exp in words", why: "RFC 7662 §2.2: a number", introspection: { exp: "tomorrow" }, then: "401 bad_claims" },
  { quirk: "another issuer", why: "RFC 7662 §2.2", introspection: { iss: "https://evil.example" }, then: "401 wrong_issuer" },
  { quirk: "token_use refresh_token", why: "Ory Hydra calls refresh tokens active", introspection: { token_type: "Bearer", token_use: "refresh_token" }, then: "401 wrong_type" },
  { quirk: "typ Refresh", why: "Keycloak calls refresh tokens active", introspection: { typ: "Refresh" }, then: "401 wrong_type" },
  { quirk: "token_type refresh_token", why: "it says itself that it is no access token", introspection: { token_type: "refresh_token" }, then: "401 wrong_type" },
  { quirk: "token_use id", why: "RFC 8725 §3.12", introspection: { token_use: "id" }, then: "401 wrong_type" },
  { quirk: "scope null, with required_scopes", why: "null is absence", config: { required_scopes: ["read"] }, introspection: { scope: null }, then: "403 insufficient_scope" },
  { quirk: "scope as an object, with required_scopes", why: "RFC 7662 §2.2: a string", config: { required_scopes: ["read"] }, introspection: { scope: { read: true } }, then: "403 insufficient_scope" },
  { quirk: "aud null, if an audience is required", why: "null is absence", config: { claim_validator: { audience: { valid_audiences: ["a"] } } }, introspection: { aud: null }, then: "401 wrong_audience" },
];

export const INTROSPECTION: Quirk[] = ROWS.map((row) => ({ ...row, config: { ...BY_INTROSPECTION, ...row.config } }));
