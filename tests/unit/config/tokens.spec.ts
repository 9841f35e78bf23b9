import { Config, Verification } from "../../../assembly/config/config";
import { keyFaultText } from "../../../assembly/config/key_fault";
import { KeyFault, SecretKey } from "../../../assembly/crypto/encoding/key";
import { equal, equalInt, isFalse, isTrue, text } from "../check";
import { EC_PEM, ED_PEM, RSA_PEM } from "../jose/fixtures.as";
import { compiled, config, configOf, errorsOf, joined, MINIMAL, refused, refusedOf } from "./compiled.as";

const ISSUER = "\"claim_validator\":{\"issuer\":{\"valid_issuers\":[\"https://idp.example.com\"]}}";
const SECRET = "0123456789abcdef0123456789abcdef";
const ASYMMETRIC = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519";

// Algorithms and keys.
export function by_default_all_algorithms_with_a_public_key_are_expected_and_no_others(): void { equal(algorithms(config()), ASYMMETRIC); }
export function one_algorithm_may_be_a_string(): void { equal(algorithms(config("\"token_signing_alg_values_expected\":\"RS256\"")), "RS256"); }
export function several_algorithms_may_be_listed(): void { equal(algorithms(config("\"token_signing_alg_values_expected\":[\"ES256\",\"EdDSA\"]")), "ES256 EdDSA"); }

export function duty_43_none_is_refused_as_expected_algorithm(): void {
  const names = ["none", "None", "NONE"];
  for (let i = 0; i < names.length; i++) refused("\"token_signing_alg_values_expected\":\"" + names[i] + "\"", EXPECTED);
}

export function duty_45_unknown_algorithms_are_refused(): void {
  const names = ["any", "*", "RS1", "rs256", "ES256K", "RS256 ", "RSA-OAEP"];
  for (let i = 0; i < names.length; i++) refused("\"token_signing_alg_values_expected\":[\"RS256\",\"" + names[i] + "\"]", EXPECTED.replace(": ", "[1]: "));
}

export function duty_45_options_that_weaken_other_products_have_no_effect(): void {
  refused("\"accept_none_alg\":true", "accept_none_alg: unsigned tokens are never accepted");
  equal(algorithms(config("\"accept_unsupported_alg\":true")), ASYMMETRIC);
  equal(compiled("{" + MINIMAL + ",\"accept_unsupported_alg\":true}").warnings.join("; "), "accept_unsupported_alg is true: a token whose signature cannot be checked is refused all the same");
  config("\"accept_none_alg\":false,\"accept_unsupported_alg\":false");
}

export function duty_44_symmetric_algorithms_are_refused_with_keys_from_the_provider(): void {
  refused("\"token_signing_alg_values_expected\":[\"RS256\",\"HS256\"]", "token_signing_alg_values_expected: HS256 needs symmetric_key");
  refused("\"use_jwks\":true,\"token_signing_alg_values_expected\":\"HS512\",\"client_secret\":\"" + SECRET + "\"", "token_signing_alg_values_expected: HS512 needs symmetric_key");
}

export function duty_44_symmetric_algorithms_are_refused_with_a_public_key(): void {
  refusedOf(keyed(pem(RSA_PEM), "\"token_signing_alg_values_expected\":[\"HS256\"]"), "token_signing_alg_values_expected: HS256 needs symmetric_key");
}

export function duty_44_a_secret_requires_that_only_hs_algorithms_are_expected(): void {
  const want = "symmetric_key: needs token_signing_alg_values_expected to name HS256, HS384 or HS512 and nothing else";
  refusedOf(secret(""), want);
  refusedOf(secret(",\"token_signing_alg_values_expected\":[\"HS256\",\"RS256\"]"), want);
  refusedOf(secret(",\"token_signing_alg_values_expected\":\"ES256\""), want);
  equal(algorithms(configOf(secret(",\"token_signing_alg_values_expected\":\"HS256\""))), "HS256");
}

export function duty_44_a_public_key_together_with_a_secret_is_refused(): void {
  const found = errorsOf("{\"bearer_only\":true," + ISSUER + ",\"public_key\":\"" + pem(RSA_PEM) + "\",\"symmetric_key\":\"" + SECRET + "\",\"token_signing_alg_values_expected\":\"HS256\"}");
  isTrue(found.includes("symmetric_key: cannot stand beside public_key: one key verifies the tokens"), found.join("; "));
}

export function a_secret_shorter_than_the_hash_is_refused(): void {
  refusedOf(secret(",\"token_signing_alg_values_expected\":\"HS384\""), "symmetric_key: expected at least 48 bytes for HS384 (RFC 7518 §3.2), found 32");
  refusedOf(secret(",\"token_signing_alg_values_expected\":[\"HS256\",\"HS512\"]"), "symmetric_key: expected at least 64 bytes for HS512 (RFC 7518 §3.2), found 32");
}

export function with_a_public_key_only_its_algorithms_are_expected(): void {
  equal(algorithms(configOf(keyed(pem(RSA_PEM), ""))), "RS256 RS384 RS512 PS256 PS384 PS512");
  equal(algorithms(configOf(keyed(pem(EC_PEM), ""))), "ES256");
  equal(algorithms(configOf(keyed(pem(ED_PEM), ""))), "EdDSA Ed25519");
  equal(algorithms(configOf(keyed(pem(RSA_PEM), "\"token_signing_alg_values_expected\":\"PS256\""))), "PS256");
}

export function duty_46_algorithms_that_the_public_key_cannot_verify_are_refused(): void {
  refusedOf(keyed(pem(RSA_PEM), "\"token_signing_alg_values_expected\":\"ES256\""), "token_signing_alg_values_expected: none of these can be verified with public_key");
  refusedOf(keyed(pem(EC_PEM), "\"token_signing_alg_values_expected\":[\"ES256\",\"ES384\"]"), "token_signing_alg_values_expected: some of these cannot be verified with public_key");
}

export function a_text_that_is_not_a_public_key_is_refused_with_the_reason(): void {
  refusedOf(keyed("secret", ""), "public_key: expected a PEM public key that starts with \"-----BEGIN PUBLIC KEY-----\"");
  const found = errorsOf(keyed(pem(RSA_PEM.replaceAll("PUBLIC", "PRIVATE")), ""));
  isTrue(found[0].includes("this is a private key"), found.join("; "));
}

export function every_fault_of_a_key_has_a_text_and_common_faults_have_their_own(): void {
  const words = new Set<string>();
  for (let fault: i32 = KeyFault.RsaModulusTooSmall; fault <= KeyFault.PointFormat; fault++) words.add(keyFaultText(fault));
  equalInt(words.size, 13);
  isFalse(words.has(""), "none is empty");
}

// Issuer, audience, scopes, type.
export function duty_59_without_discovery_an_issuer_is_required(): void {
  refusedOf("{\"bearer_only\":true,\"public_key\":\"" + pem(RSA_PEM) + "\"}", "claim_validator.issuer.valid_issuers: is required without discovery: it says whose tokens are accepted");
  equal(joined(configOf(keyed(pem(RSA_PEM), "")).issuers), "https://idp.example.com");
  equal(joined(configOf("{\"bearer_only\":true,\"issuer\":\"https://i\",\"public_key\":\"" + pem(RSA_PEM) + "\"}").issuers), "https://i");
}

export function duty_59_the_issuer_is_that_of_the_discovery_url_unless_configured(): void {
  equalInt(config().issuers.length, 0);
  equal(text(config().provider!.issuer) + config().provider!.issuerExact.toString(), "https://idp.example.comfalse");
  const named = config("\"issuer\":\"https://other\"").provider!;
  equal(text(named.issuer) + named.issuerExact.toString(), "https://othertrue");
  equal(joined(config(ISSUER.replace("[", "[\"https://a/\",")).issuers), "https://a/ https://idp.example.com");
}

export function duty_61_by_default_no_audience_is_required(): void {
  isFalse(config().audience.required, "default");
  equalInt(config().audience.accepted.length, 0);
  equal(config().audience.claim, "aud");
}

export function duty_61_a_configured_audience_is_always_required(): void {
  const rule = config("\"claim_validator\":{\"audience\":{\"valid_audiences\":[\"a\",\"b\"],\"required\":false}}").audience;
  isTrue(rule.required, "required");
  equal(joined(rule.accepted), "a b");
}

export function duty_61_the_audience_may_be_the_client_id(): void {
  const rule = config("\"client_id\":\"me\",\"claim_validator\":{\"audience\":{\"match_with_client_id\":true,\"valid_audiences\":[\"a\"]}}").audience;
  equal(joined(rule.accepted), "a me");
  isTrue(rule.required, "required");
  refused("\"claim_validator\":{\"audience\":{\"match_with_client_id\":true}}", "claim_validator.audience.match_with_client_id: needs client_id");
}

export function the_attributes_of_a_rule_take_precedence_over_inherited_ones(): void {
  const client = ",\"client_id\":\"a\",\"client_secret\":\"b\"", endpoint = "\"introspection_endpoint\":\"https://idp.example.com/i\"", key = "\"public_key\":\"" + pem(RSA_PEM) + "\"";
  equalInt(ruled("\"use_jwks\":true" + client, endpoint), Verification.Introspection);
  equalInt(ruled(key + client, endpoint), Verification.Introspection);
  equalInt(ruled(endpoint + client, "\"use_jwks\":true"), Verification.Jwks);
  equalInt(ruled(key, "\"use_jwks\":true"), Verification.Jwks);
  equalInt(ruled("\"use_jwks\":true", key), Verification.PublicKey);
  equalInt(ruled("\"use_jwks\":true," + endpoint + client, "\"use_jwks\":false"), Verification.Introspection);
  equalInt(ruled("\"use_jwks\":true" + client, "\"realm\":\"x\""), Verification.Jwks);
}

export function a_rule_with_the_providers_keys_is_not_limited_to_the_algorithms_of_an_inherited_key(): void {
  const c = configOf("{\"public_key\":\"" + pem(RSA_PEM) + "\"," + MINIMAL + ",\"rules\":[{\"path\":\"/a\",\"use_jwks\":true}]}");
  equal(algorithms(c.rules[0].config), ASYMMETRIC);
  isTrue(c.rules[0].config.key == null && c.key != null, "only the outer configuration has the key");
}

export function a_rules_key_replaces_an_inherited_key_of_the_other_kind(): void {
  const hs256 = "\"symmetric_key\":\"" + SECRET + "\",\"token_signing_alg_values_expected\":\"HS256\"", key = "\"public_key\":\"" + pem(RSA_PEM) + "\"";
  const secret = configOf("{" + key + "," + MINIMAL + ",\"rules\":[{\"path\":\"/a\"," + hs256 + "}]}").rules[0].config;
  equal(algorithms(secret), "HS256");
  isTrue(secret.key instanceof SecretKey, "the rule's secret");
  const rsa = configOf("{" + hs256 + "," + MINIMAL + ",\"rules\":[{\"path\":\"/a\"," + key + ",\"token_signing_alg_values_expected\":\"RS256\"}]}").rules[0].config;
  equal(algorithms(rsa), "RS256");
  isFalse(rsa.key instanceof SecretKey, "the rule's key");
}

export function duty_44_a_rule_with_the_providers_keys_cannot_inherit_hs_algorithms(): void {
  refusedOf("{\"symmetric_key\":\"" + SECRET + "\",\"token_signing_alg_values_expected\":\"HS256\"," + MINIMAL + ",\"rules\":[{\"path\":\"/a\",\"use_jwks\":true}]}",
    "token_signing_alg_values_expected: HS256 is for symmetric_key, which a rule that verifies in another way does not use: name the rule's own algorithms in it");
}

export function an_introspection_endpoint_that_is_not_used_causes_a_warning(): void {
  const out = compiled("{" + MINIMAL + ",\"use_jwks\":true,\"introspection_endpoint\":\"https://idp.example.com/i\"}");
  equal(out.warnings.join("; "), "not used, as tokens are verified by use_jwks: introspection_endpoint");
}

export function duty_61_accepting_id_tokens_requires_an_audience(): void {
  const needs = "accept_id_token_as_bearer: needs claim_validator.audience.valid_audiences or match_with_client_id: without them, ID Tokens for every client of the provider would pass";
  refused("\"accept_id_token_as_bearer\":true", needs);
  refused("\"accept_id_token_as_bearer\":true,\"claim_validator\":{\"audience\":{\"required\":true}}", needs);
  isTrue(config("\"accept_id_token_as_bearer\":true,\"claim_validator\":{\"audience\":{\"valid_audiences\":\"me\"}}").acceptIdTokens, "an audience");
  isTrue(config("\"accept_id_token_as_bearer\":true,\"client_id\":\"me\",\"claim_validator\":{\"audience\":{\"match_with_client_id\":true}}").acceptIdTokens, "the client");
  isFalse(config().acceptIdTokens, "default");
}

export function the_audience_may_be_in_another_claim(): void {
  equal(config("\"claim_validator\":{\"audience\":{\"claim\":\"x.client\",\"required\":true}}").audience.claim, "x.client");
  refused("\"claim_validator\":{\"audience\":{\"claim\":\"a.b.c.d.e.f.g.h.i.j\"}}", "claim_validator.audience.claim: expected a claim path of printable ASCII with at most 8 dots");
  refused("\"claim_validator\":{\"audience\":{\"claim\":\"a b\"}}", "claim_validator.audience.claim: expected a claim path of printable ASCII with at most 8 dots");
}

export function required_scopes_is_a_list_or_one_scope(): void {
  equal(joined(config("\"required_scopes\":[\"read\",\"api:write\"]").requiredScopes), "read api:write");
  equal(joined(config("\"required_scopes\":\"read\"").requiredScopes), "read");
}

export function duty_77_a_scope_that_would_end_its_quotes_in_the_challenge_is_refused(): void {
  const scopes = ["a b", "a\\\"b", "a\\\\b", "a\\r\\nb", "\\u0000", "\u00e9", "a\\u007f", " "];
  for (let i = 0; i < scopes.length; i++) {
    refused("\"required_scopes\":[\"ok\",\"" + scopes[i] + "\"]", "required_scopes[1]: is not a scope (RFC 6749 §3.3): printable ASCII without spaces, quotes and backslashes");
  }
}

export function duty_77_a_realm_that_would_end_its_quotes_in_the_challenge_is_refused(): void {
  const realms = ["a\\\"b", "a\\\\", "a\\r\\nx: y", "\\u0000", "caf\u00e9", "\\t"];
  for (let i = 0; i < realms.length; i++) refused("\"realm\":\"" + realms[i] + "\"", "realm: expected printable ASCII without quotes and backslashes");
  equal(config("\"realm\":\"my realm, (v1)\"").realm, "my realm, (v1)");
}

export function duty_62_an_expected_type_is_the_same_with_and_without_application_prefix(): void {
  equal(config().typ, "");
  equal(config("\"token_typ_expected\":\"at+jwt\"").typ, "at+jwt");
  equal(config("\"token_typ_expected\":\"application/AT+jwt\"").typ, "at+jwt");
}

// How a token is verified.
export function a_public_key_takes_precedence_over_jwks_and_jwks_over_introspection(): void {
  const introspection = "\"introspection_endpoint\":\"https://h/i\",\"client_id\":\"a\",\"client_secret\":\"b\"";
  equalInt(config(introspection + ",\"use_jwks\":true,\"public_key\":\"" + pem(RSA_PEM) + "\"").verification, Verification.PublicKey);
  equalInt(config(introspection + ",\"use_jwks\":true").verification, Verification.Jwks);
  equalInt(config(introspection).verification, Verification.Introspection);
  equalInt(config().verification, Verification.Either);
}

export function the_documented_defaults_apply(): void {
  const c = config();
  equal(c.realm, "apisix");
  equalInt(c.slackSec, 120);
  equalInt(c.timeoutMs, 3000);
  equalInt(c.cacheBytes, 1024 * 1024);
  isTrue(c.cacheVerdicts && c.identity.accessTokenHeader && c.identity.userinfoHeader, "on");
  isFalse(c.identity.accessTokenInAuthorization || c.identity.filterState, "off");
  equal(c.introspection.expiryClaim, "exp");
  equalInt(c.introspection.intervalSec, 0);
  equalInt(compiled("{}").errors.length, 5); // client_id, client_secret, provider_cluster, discovery, session.secret
}

const EXPECTED = "token_signing_alg_values_expected: expected some of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519, HS256, HS384, HS512";

function pem(key: string): string { return key.replaceAll("\n", "\\n"); }
function keyed(key: string, members: string): string { return "{\"bearer_only\":true," + ISSUER + ",\"public_key\":\"" + key + "\"" + (members.length > 0 ? "," + members : "") + "}"; }
function secret(members: string): string { return "{\"bearer_only\":true," + ISSUER + ",\"symmetric_key\":\"" + SECRET + "\"" + members + "}"; }

function algorithms(c: Config): string {
  const names: string[] = [];
  for (let i = 0; i < c.algorithms.length; i++) names.push(c.algorithms[i].name);
  return names.join(" ");
}

/** How a rule with the members `own` verifies if it inherits the members `outside`. */
function ruled(outside: string, own: string): Verification { return configOf("{" + MINIMAL + "," + outside + ",\"rules\":[{\"path\":\"/a\"," + own + "}]}").rules[0].config.verification; }
