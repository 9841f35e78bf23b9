// ID Tokens of a login: signature and form (RFC 8725), and claims (OpenID Connect Core §3.1.3.7).

import { AUDIENCE, b64u, KEY, makeKey, signature } from "../../host/fixture";
import { CLIENT, LOGGED_IN, twice, unsigned, type Json, type Quirk } from "./quirk";

const REFUSED = "502 login_failed";
const OTHER = makeKey("k1"), P256 = makeKey("es", "ES256");
const NULLS = "serialisers that write what is not there";
const now = (): number => Math.floor(Date.now() / 1000);
/** The same token with another header, signed by a secret. */
const byHmac = (secret: string, alg = "HS256") => (jwt: string): string => {
  const input = `${b64u({ alg, kid: "k1" })}.${jwt.split(".")[1]}`;
  return `${input}.${b64u(signature(alg, secret, input))}`;
};
const publicKeyAsText = JSON.stringify(KEY.jwk);
const textTimes = ({ exp, iat }: Json): Json => ({ exp: String(exp), iat: String(iat), nbf: String(iat), auth_time: String(iat) });

export const ID_TOKENS: Quirk[] = [
  { quirk: "null in every optional claim", why: NULLS, idToken: { claims: { azp: null, at_hash: null, auth_time: null, sid: null, nbf: null, events: null, jti: null, acr: null, amr: null } }, then: LOGGED_IN },
  { quirk: "null in every optional member of its header", why: NULLS, idToken: { header: { typ: null, cty: null, jwk: null, jku: null, x5c: null, x5t: null, x5u: null, crit: null, b64: null, zip: null } }, then: LOGGED_IN },
  { quirk: "times as digits in strings", why: "servers that keep times as texts", idToken: { claims: textTimes }, then: LOGGED_IN },
  { quirk: "times with decimals", why: "RFC 7519 §2 allows them; Python's time()", idToken: { claims: () => ({ exp: now() + 60.5, iat: now() - 0.123456 }) }, then: LOGGED_IN },
  { quirk: "an exp of 1e300", why: "never, in a number", idToken: { claims: { exp: 1e300 } }, then: LOGGED_IN },
  { quirk: "a clock that is ahead by less than iat_slack", why: "no two clocks agree", idToken: { claims: () => ({ iat: now() + 100, nbf: now() + 100 }) }, then: LOGGED_IN },
  { quirk: "no kid", why: "RFC 7515 §4.1.4: optional", idToken: { header: { kid: undefined } }, then: LOGGED_IN },
  { quirk: "no at_hash", why: "OpenID Connect Core §3.1.3.6: optional here", idToken: { claims: { at_hash: undefined } }, then: LOGGED_IN },
  { quirk: "aud as a list of this client", why: "OpenID Connect Core §2", idToken: { claims: { aud: [CLIENT.id] } }, then: LOGGED_IN },
  { quirk: "azp of this client", why: "Google, Keycloak", idToken: { claims: { azp: CLIENT.id } }, then: LOGGED_IN },
  { quirk: "several audiences, with azp of this client", why: "Keycloak's audience mappers, Zitadel's projects", idToken: { claims: { aud: ["account", AUDIENCE, CLIENT.id], azp: CLIENT.id } }, then: LOGGED_IN },
  { quirk: "several audiences, all in trusted_audiences", why: "Zitadel without azp", config: { trusted_audiences: [AUDIENCE] }, idToken: { claims: { aud: [AUDIENCE, CLIENT.id] } }, then: LOGGED_IN },
  { quirk: "a sub of 255 bytes", why: "OpenID Connect Core §2", userinfo: { sub: "a".repeat(255) }, idToken: { claims: { sub: "a".repeat(255) } }, then: LOGGED_IN },
  { quirk: "typ JWT, and typ in another spelling", why: "RFC 7515 §4.1.9", idToken: { header: { typ: "jwt" } }, then: LOGGED_IN },
  { quirk: "an x5c chain of 3 kB in its header", why: "AD FS, governments' providers", idToken: { header: { x5c: ["M".repeat(3000)] } }, then: LOGGED_IN },
  { quirk: "no nonce, where use_nonce is false", why: "plain OAuth servers; PKCE protects", config: { use_nonce: false }, idToken: { claims: { nonce: undefined } }, then: LOGGED_IN },
  { quirk: "nonce null, where use_nonce is false", why: NULLS, config: { use_nonce: false }, idToken: { claims: { nonce: null } }, then: LOGGED_IN },
  { quirk: "HS256 by client_secret, where that is the registered algorithm", why: "OpenID Connect Core §10.1", config: { id_token_signed_response_alg: "HS256" }, idToken: { form: byHmac(CLIENT.secret) }, then: LOGGED_IN },
  { quirk: "HS256 by client_secret, where the expected algorithms name it", why: "OpenID Connect Core §10.1", config: { token_signing_alg_values_expected: ["RS256", "HS256"] }, idToken: { form: byHmac(CLIENT.secret) }, then: LOGGED_IN },

  { quirk: "alg none", why: "RFC 8725 §2.1", idToken: { header: { alg: "none" }, form: unsigned }, then: REFUSED },
  { quirk: "alg nOnE, with a signature", why: "RFC 8725 §2.1: readers that compare exactly", idToken: { header: { alg: "nOnE" } }, then: REFUSED },
  { quirk: "alg null", why: "RFC 7515 §4.1.1: required", idToken: { header: { alg: null } }, then: REFUSED },
  { quirk: "an empty signature", why: "RFC 8725 §2.1", idToken: { form: unsigned }, then: REFUSED },
  { quirk: "two parts", why: "RFC 7515 §7.1", idToken: { form: (jwt) => jwt.split(".").slice(0, 2).join(".") }, then: REFUSED },
  { quirk: "five parts", why: "an encrypted one", idToken: { form: (jwt) => `${jwt}.a.b` }, then: REFUSED },
  { quirk: "another's key under the same kid", why: "RFC 8725 §3.3", idToken: { key: OTHER }, then: REFUSED },
  { quirk: "a changed signature", why: "RFC 8725 §3.3", idToken: { form: (jwt) => jwt.replace(/.{4}$/, "AAAA") }, then: REFUSED },
  { quirk: "changed claims", why: "RFC 8725 §3.3", idToken: { form: (jwt) => { const [head, , sig] = jwt.split("."); return `${head}.${b64u({ sub: "admin" })}.${sig}`; } }, then: REFUSED },
  { quirk: "HS256 by client_secret, which nobody expects", why: "RFC 8725 §2.1, §3.1", idToken: { form: byHmac(CLIENT.secret) }, then: REFUSED },
  { quirk: "HS256 by the public key", why: "RFC 8725 §2.1", idToken: { form: byHmac(publicKeyAsText) }, then: REFUSED },
  { quirk: "HS256 by the public key, where HS256 is expected", why: "RFC 8725 §2.1", config: { id_token_signed_response_alg: "HS256" }, idToken: { form: byHmac(publicKeyAsText) }, then: REFUSED },
  { quirk: "HS256 by an empty secret, where HS256 is expected", why: "RFC 8725 §3.5", config: { id_token_signed_response_alg: "HS256" }, idToken: { form: byHmac("") }, then: REFUSED },
  { quirk: "RS256 where HS256 is the registered algorithm", why: "RFC 8725 §3.1", config: { id_token_signed_response_alg: "HS256" }, then: REFUSED },
  { quirk: "RS256 where ES256 is the registered algorithm", why: "OpenID Connect Core §3.1.3.7 (7)", config: { id_token_signed_response_alg: "ES256" }, then: REFUSED },
  { quirk: "a key that it brings along (jwk)", why: "RFC 8725 §3.10", idToken: { key: OTHER, header: { jwk: OTHER.jwk } }, then: REFUSED },
  { quirk: "a key that it brings along under an id of its own", why: "RFC 8725 §3.10", idToken: { key: P256, header: { jwk: P256.jwk } }, then: REFUSED },
  { quirk: "an address of keys (jku)", why: "RFC 8725 §3.10", idToken: { key: OTHER, header: { jku: "https://evil.example/jwks" } }, then: REFUSED },
  { quirk: "crit", why: "RFC 7515 §4.1.11", idToken: { header: { crit: ["exp"] } }, then: REFUSED },
  { quirk: "crit as an empty list", why: "RFC 7515 §4.1.11", idToken: { header: { crit: [] } }, then: REFUSED },
  { quirk: "b64 false", why: "RFC 7797 §7", idToken: { header: { b64: false, crit: ["b64"] } }, then: REFUSED },
  { quirk: "zip", why: "RFC 8725 §3.6", idToken: { header: { zip: "DEF" } }, then: REFUSED },
  { quirk: "padding", why: "RFC 7515 §2: one spelling of every byte", idToken: { form: (jwt) => `${jwt}==` }, then: REFUSED },
  { quirk: "the alphabet of standard base64", why: "RFC 7515 §2", idToken: { form: (jwt) => jwt.replace(/\.[^.]{4}(?=[^.]*$)/, ".+/+/") }, then: REFUSED },
  { quirk: "sub twice", why: "RFC 7519 §4: readers differ in which counts", idToken: { payload: twice('"sub":"admin"') }, then: REFUSED },
  { quirk: "aud twice", why: "RFC 7519 §4", idToken: { payload: twice('"aud":"other"') }, then: REFUSED },
  { quirk: "a claim twice that nobody needs", why: "RFC 7519 §4: names must be unique", idToken: { payload: twice('"x":1,"x":2') }, then: REFUSED },
  { quirk: "alg twice", why: "RFC 7515 §4", idToken: { form: (jwt) => resigned(jwt, '{"alg":"none","alg":"RS256","kid":"k1"}') }, then: REFUSED },
  { quirk: "a list of claims", why: "RFC 7519 §3", idToken: { payload: (json) => `[${json}]` }, then: REFUSED },
  { quirk: "a lone surrogate", why: "no text (RFC 8259 §8.2)", idToken: { payload: twice('"x":"\\ud800"') }, then: REFUSED },
  { quirk: "a byte order mark", why: "RFC 7519 §7.2 speaks of UTF-8 alone; a signature has one reading", idToken: { payload: (json) => `\ufeff${json}` }, then: REFUSED },
  { quirk: "typ logout+jwt", why: "RFC 8725 §3.12", idToken: { header: { typ: "logout+jwt" } }, then: REFUSED },
  { quirk: "typ at+jwt", why: "RFC 9068 §2.1", idToken: { header: { typ: "at+jwt" } }, then: REFUSED },
  { quirk: "events", why: "Back-Channel Logout §2.4: a logout token", idToken: { claims: { events: { "http://schemas.openid.net/event/backchannel-logout": {} } } }, then: REFUSED },

  { quirk: "iss null", why: "OpenID Connect Core §2: required", idToken: { claims: { iss: null } }, then: REFUSED },
  { quirk: "another iss", why: "OpenID Connect Core §3.1.3.7 (2)", idToken: { claims: { iss: "https://evil.example" } }, then: REFUSED },
  { quirk: "iss with a slash behind it", why: "OpenID Connect Core §3.1.3.7 (2): exactly", idToken: { claims: ({ iss }) => ({ iss: `${iss}/` }) }, then: REFUSED },
  { quirk: "iss in capitals", why: "OpenID Connect Core §3.1.3.7 (2): exactly", idToken: { claims: ({ iss }) => ({ iss: String(iss).toUpperCase() }) }, then: REFUSED },
  { quirk: "iss in a list", why: "RFC 7519 §4.1.1: a string", idToken: { claims: ({ iss }) => ({ iss: [iss] }) }, then: REFUSED },
  { quirk: "aud null", why: "OpenID Connect Core §2: required", idToken: { claims: { aud: null } }, then: REFUSED },
  { quirk: "another aud", why: "OpenID Connect Core §3.1.3.7 (3)", idToken: { claims: { aud: AUDIENCE } }, then: REFUSED },
  { quirk: "an aud that begins alike", why: "OpenID Connect Core §3.1.3.7 (3)", idToken: { claims: { aud: `${CLIENT.id}2` } }, then: REFUSED },
  { quirk: "several audiences without azp", why: "OpenID Connect Core §3.1.3.7 (3), (4)", idToken: { claims: { aud: [CLIENT.id, AUDIENCE] } }, then: REFUSED },
  { quirk: "several audiences, and azp null", why: "OpenID Connect Core §3.1.3.7 (4): null is absence", idToken: { claims: { aud: [CLIENT.id, AUDIENCE], azp: null } }, then: REFUSED },
  { quirk: "several audiences, of which trusted_audiences lacks one", why: "OpenID Connect Core §3.1.3.7 (3)", config: { trusted_audiences: [AUDIENCE] }, idToken: { claims: { aud: [CLIENT.id, AUDIENCE, "other"] } }, then: REFUSED },
  { quirk: "trusted audiences alone", why: "OpenID Connect Core §3.1.3.7 (3)", config: { trusted_audiences: [AUDIENCE] }, idToken: { claims: { aud: [AUDIENCE] } }, then: REFUSED },
  { quirk: "another azp", why: "OpenID Connect Core §3.1.3.7 (5)", idToken: { claims: { azp: "other" } }, then: REFUSED },
  { quirk: "another azp, which is trusted as an audience", why: "OpenID Connect Core §3.1.3.7 (5)", config: { trusted_audiences: [AUDIENCE] }, idToken: { claims: { aud: [CLIENT.id, AUDIENCE], azp: AUDIENCE } }, then: REFUSED },
  { quirk: "azp as a list", why: "OpenID Connect Core §2: a string", idToken: { claims: { azp: [CLIENT.id] } }, then: REFUSED },
  { quirk: "nonce null", why: "OpenID Connect Core §3.1.3.7 (11): one was sent", idToken: { claims: { nonce: null } }, then: REFUSED },
  { quirk: "no nonce", why: "OpenID Connect Core §3.1.3.7 (11)", idToken: { claims: { nonce: undefined } }, then: REFUSED },
  { quirk: "another nonce", why: "OpenID Connect Core §3.1.3.7 (11)", idToken: { claims: { nonce: "x".repeat(43) } }, then: REFUSED },
  { quirk: "another nonce, where use_nonce is false", why: "one that is there must be right", config: { use_nonce: false }, idToken: { claims: { nonce: "x".repeat(43) } }, then: REFUSED },
  { quirk: "an empty nonce, where use_nonce is false", why: "one that is there must be right", config: { use_nonce: false }, idToken: { claims: { nonce: "" } }, then: REFUSED },
  { quirk: "exp null", why: "OpenID Connect Core §2: required", idToken: { claims: { exp: null } }, then: REFUSED },
  { quirk: "an exp that is over", why: "OpenID Connect Core §3.1.3.7 (9)", idToken: { claims: () => ({ exp: now() - 1 }) }, then: REFUSED },
  { quirk: "an exp in a string that is over", why: "OpenID Connect Core §3.1.3.7 (9)", idToken: { claims: () => ({ exp: String(now() - 1) }) }, then: REFUSED },
  { quirk: "an exp as a date", why: "RFC 7519 §2: a number", idToken: { claims: { exp: "2100-01-01T00:00:00Z" } }, then: REFUSED },
  { quirk: "iat null", why: "OpenID Connect Core §2: required", idToken: { claims: { iat: null } }, then: REFUSED },
  { quirk: "an iat beyond iat_slack", why: "OpenID Connect Core §3.1.3.7 (10)", idToken: { claims: () => ({ iat: now() + 300, exp: now() + 600 }) }, then: REFUSED },
  { quirk: "an nbf beyond iat_slack", why: "RFC 7519 §4.1.5", idToken: { claims: () => ({ nbf: now() + 300, exp: now() + 600 }) }, then: REFUSED },
  { quirk: "sub null", why: "OpenID Connect Core §2: required", idToken: { claims: { sub: null } }, then: REFUSED },
  { quirk: "an empty sub", why: "OpenID Connect Core §2: it names somebody", idToken: { claims: { sub: "" } }, then: REFUSED },
  { quirk: "a sub that is a number", why: "OpenID Connect Core §2: a string, compared exactly", idToken: { claims: { sub: 7 } }, then: REFUSED },
  { quirk: "at_hash of another access token", why: "OpenID Connect Core §3.1.3.8", idToken: { claims: { at_hash: "AAAAAAAAAAAAAAAAAAAAAA" } }, then: REFUSED },
  { quirk: "an empty at_hash", why: "OpenID Connect Core §3.1.3.8", idToken: { claims: { at_hash: "" } }, then: REFUSED },
  { quirk: "no auth_time, where max_age was asked for", why: "OpenID Connect Core §3.1.2.1", config: { authorization_params: { max_age: 60 } }, then: REFUSED },
  { quirk: "auth_time null, where max_age was asked for", why: "OpenID Connect Core §3.1.2.1: null is absence", config: { authorization_params: { max_age: 60 } }, idToken: { claims: { auth_time: null } }, then: REFUSED },
  { quirk: "another acr than was asked for", why: "OpenID Connect Core §3.1.3.7 (12)", config: { authorization_params: { acr_values: "gold" } }, idToken: { claims: { acr: "bronze" } }, then: REFUSED },
];

/** The token under this header, signed as if it was the usual one. */
function resigned(jwt: string, header: string): string {
  const input = `${b64u(header)}.${jwt.split(".")[1]}`;
  return `${input}.${b64u(signature(KEY.alg, KEY.privateKey, input))}`;
}
