// JWTs as bearer tokens, verified by the provider's keys.

import { AUDIENCE, KEY, makeKey } from "../../host/fixture";
import { byHmac, CLIENT, now, NULLS, PASSES, twice, unsigned, type Quirk } from "./quirk";

const OTHER = makeKey("k1");
const AUDIENCES = { claim_validator: { audience: { valid_audiences: [AUDIENCE] } } };
const KIND = "RFC 8725 §3.12: a token of another kind";

export const BEARER_TOKENS: Quirk[] = [
  { quirk: "null in every optional claim", why: NULLS, bearer: { claims: { nbf: null, iat: null, jti: null, sub: null, scope: null, nonce: null, at_hash: null, events: null, cnf: null, token_use: null, typ: null } }, then: PASSES },
  { quirk: "null in every optional member of its header", why: NULLS, bearer: { header: { typ: null, cty: null, jwk: null, jku: null, x5c: null, crit: null, b64: null, zip: null } }, then: PASSES },
  { quirk: "kid null", why: NULLS, bearer: { header: { kid: null } }, then: PASSES },
  { quirk: "scp as a list, with required_scopes", why: "Okta", config: { required_scopes: ["read"] }, bearer: { claims: { scope: undefined, scp: ["read"] } }, then: PASSES },
  { quirk: "scope as a list, with required_scopes", why: "Spring Authorization Server", config: { required_scopes: ["read"] }, bearer: { claims: { scope: ["read", "write"] } }, then: PASSES },
  { quirk: "typ at+jwt", why: "RFC 9068 §2.1", bearer: { header: { typ: "at+jwt" } }, then: PASSES },
  { quirk: "several audiences", why: "Keycloak", config: AUDIENCES, bearer: { claims: { aud: ["account", AUDIENCE] } }, then: PASSES },
  { quirk: "an x5c chain of 3 kB in its header", why: "providers of governments and banks", bearer: { header: { x5c: ["M".repeat(3000)] } }, then: PASSES },
  { quirk: "times with decimals", why: "Python's time()", bearer: { claims: () => ({ iat: now() - 0.5, exp: now() + 60.25 }) }, then: PASSES },
  { quirk: "nonce, with accept_id_token_as_bearer", why: "access tokens that look like ID Tokens", config: { ...AUDIENCES, accept_id_token_as_bearer: true }, bearer: { claims: { nonce: "n", at_hash: "h" } }, then: PASSES },
  { quirk: "accept_unsupported_alg, and attributes of introspection, which is not used", why: "objects exported from APISIX", config: { accept_unsupported_alg: true, introspection_interval: 60, introspection_expiry_claim: "exp" }, bearer: {}, then: PASSES },
  { quirk: "alg none, with accept_unsupported_alg", why: "RFC 8725 §2.1: a token that cannot be verified is never accepted", config: { accept_unsupported_alg: true }, bearer: { header: { alg: "none" }, form: unsigned }, then: "401 algorithm_refused" },
  { quirk: "a name that is not ASCII", why: "names of people", bearer: { claims: { name: "Zoë 張 🙂" } }, then: PASSES, upstream: { "x-userinfo": { name: "Zoë 張 🙂" } } },

  { quirk: "alg none", why: "RFC 8725 §2.1", bearer: { header: { alg: "none" }, form: unsigned }, then: "401 algorithm_refused" },
  { quirk: "alg NONE, with a signature", why: "RFC 8725 §2.1", bearer: { header: { alg: "NONE" } }, then: "401 algorithm_refused" },
  { quirk: "alg null", why: "RFC 7515 §4.1.1: required", bearer: { header: { alg: null } }, then: "401 algorithm_refused" },
  { quirk: "HS256 by the public key", why: "RFC 8725 §2.1", bearer: { form: byHmac(JSON.stringify(KEY.jwk)) }, then: "401 algorithm_refused" },
  { quirk: "HS256 by client_secret, which verifies only ID Tokens", why: "anyone who knows the secret could forge a token", config: { token_signing_alg_values_expected: ["RS256", "HS256"] }, bearer: { form: byHmac(CLIENT.secret) }, then: "401 algorithm_refused" },
  { quirk: "an algorithm that is not expected", why: "RFC 8725 §3.1", config: { token_signing_alg_values_expected: "ES256" }, bearer: {}, then: "401 algorithm_refused" },
  { quirk: "an empty signature", why: "RFC 8725 §2.1", bearer: { form: unsigned }, then: "401 bad_signature" },
  { quirk: "another's key under the same kid", why: "RFC 8725 §3.3", bearer: { key: OTHER }, then: "401 bad_signature" },
  { quirk: "a key in its own header (jwk)", why: "RFC 8725 §3.10", bearer: { key: OTHER, header: { jwk: OTHER.jwk } }, then: "401 bad_signature" },
  { quirk: "a URL of keys in its header (jku, x5u)", why: "RFC 8725 §3.10", bearer: { key: OTHER, header: { jku: "https://evil.example/", x5u: "https://evil.example/" } }, then: "401 bad_signature" },
  { quirk: "crit", why: "RFC 7515 §4.1.11", bearer: { header: { crit: ["exp"] } }, then: "401 not_a_jwt" },
  { quirk: "b64 false", why: "RFC 7797 §7", bearer: { header: { b64: false, crit: ["b64"] } }, then: "401 not_a_jwt" },
  { quirk: "b64 false without crit", why: "RFC 7797 §6", bearer: { header: { b64: false } }, then: "401 not_a_jwt" },
  { quirk: "zip", why: "RFC 8725 §3.6", bearer: { header: { zip: "DEF" } }, then: "401 not_a_jwt" },
  { quirk: "iss null", why: "RFC 9068 §4", bearer: { claims: { iss: null } }, then: "401 wrong_issuer" },
  { quirk: "another iss", why: "RFC 8725 §3.8", bearer: { claims: { iss: "https://evil.example" } }, then: "401 wrong_issuer" },
  { quirk: "iss with a trailing slash", why: "RFC 8725 §3.8: exactly", bearer: { claims: ({ iss }) => ({ iss: `${iss}/` }) }, then: "401 wrong_issuer" },
  { quirk: "another aud", why: "RFC 6750 §3.1, RFC 8725 §3.9", config: AUDIENCES, bearer: { claims: { aud: "other" } }, then: "401 wrong_audience" },
  { quirk: "aud null, if an audience is required", why: "RFC 8725 §3.9: null is absence", config: AUDIENCES, bearer: { claims: { aud: null } }, then: "401 wrong_audience" },
  { quirk: "exp null", why: "RFC 9068 §2.2: required", bearer: { claims: { exp: null } }, then: "401 bad_claims" },
  { quirk: "an exp in the past", why: "RFC 7519 §4.1.4", bearer: { claims: () => ({ exp: now() - 1 }) }, then: "401 expired" },
  { quirk: "an exp in a string", why: "RFC 7519 §2: a number; only ID Tokens may have a string", bearer: { claims: () => ({ exp: String(now() + 60) }) }, then: "401 bad_claims" },
  { quirk: "an nbf beyond iat_slack", why: "RFC 7519 §4.1.5", bearer: { claims: () => ({ nbf: now() + 300 }) }, then: "401 not_yet_valid" },
  { quirk: "sub twice", why: "RFC 7519 §4", bearer: { payload: twice('"sub":"admin"') }, then: "401 bad_claims" },
  { quirk: "exp twice, once escaped", why: "RFC 7519 §4", bearer: { payload: twice('"\\u0065xp":9999999999') }, then: "401 bad_claims" },
  { quirk: "a byte order mark", why: "signed bytes must have one reading", bearer: { payload: (json) => `\ufeff${json}` }, then: "401 bad_claims" },
  { quirk: "padding", why: "RFC 7515 §2", bearer: { form: (jwt) => `${jwt}==` }, then: "401 bad_signature" },
  { quirk: "cnf", why: "RFC 8705, RFC 9449: a token that is bound to a key", bearer: { claims: { cnf: { jkt: "x" } } }, then: "401 bound_token" },
  { quirk: "nonce", why: `${KIND}, an ID Token`, bearer: { claims: { nonce: "n" } }, then: "401 wrong_type" },
  { quirk: "at_hash", why: `${KIND}, an ID Token`, bearer: { claims: { at_hash: "h" } }, then: "401 wrong_type" },
  { quirk: "typ logout+jwt", why: `${KIND}, a logout token`, bearer: { header: { typ: "logout+jwt" } }, then: "401 wrong_type" },
  { quirk: "events", why: `${KIND}, a logout token`, bearer: { claims: { events: {} } }, then: "401 wrong_type" },
  { quirk: "typ Refresh", why: `${KIND}, Keycloak's refresh token`, bearer: { claims: { typ: "Refresh" } }, then: "401 wrong_type" },
  { quirk: "token_use id", why: `${KIND}, Cognito's ID Token`, bearer: { claims: { token_use: "id" } }, then: "401 wrong_type" },
  { quirk: "token_use id for another audience, with accept_id_token_as_bearer", why: "RFC 9700 §2.3", config: { ...AUDIENCES, accept_id_token_as_bearer: true }, bearer: { claims: { token_use: "id", aud: "other" } }, then: "401 wrong_audience" },
  { quirk: "a refresh token, with accept_id_token_as_bearer", why: KIND, config: { ...AUDIENCES, accept_id_token_as_bearer: true }, bearer: { claims: { typ: "Refresh" } }, then: "401 wrong_type" },
  { quirk: "scope null, with required_scopes", why: "null is absence", config: { required_scopes: ["read"] }, bearer: { claims: { scope: null } }, then: "403 insufficient_scope" },
];
