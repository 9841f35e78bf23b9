import { SecretKey } from "../../../assembly/crypto/encoding/key";
import { equal, equalInt, isFalse, isTrue, text } from "../check";
import { EC_PEM } from "../jose/fixtures.as";
import { configOf, DISCOVERY, errorsOf } from "./compiled.as";
import { browser, refusedLogin, SESSION, LOGIN, warnedLogin } from "./login.as";

export function duty_46_the_expected_algorithms_apply_to_id_tokens_unless_they_belong_to_a_configured_key(): void {
  equalInt(browser('"token_signing_alg_values_expected":"RS256"').idTokenAlgorithms.length, 1);
  equalInt(browser('"public_key":"' + EC_PEM.replaceAll("\n", "\\n") + '"').idTokenAlgorithms.length, 11);
  const both = browser('"symmetric_key":"0123456789abcdef0123456789abcdef","token_signing_alg_values_expected":"HS256"').idTokenAlgorithms;
  equalInt(both.length, 12);
  equal(both[11].name, "HS256");
}

export function duty_44_hs_algorithms_without_a_symmetric_key_apply_to_id_tokens_only(): void {
  const c = configOf("{" + LOGIN + ',"token_signing_alg_values_expected":["RS256","HS256"]}'), b = browser('"token_signing_alg_values_expected":["RS256","HS256"]');
  equal(c.algorithms.length.toString() + " " + c.algorithms[0].name, "1 RS256");
  equal(b.idTokenAlgorithms.length.toString() + " " + b.idTokenAlgorithms[1].name, "2 HS256");
  const key = b.idTokenSecret;
  equal(key == null ? "-" : text(key.bytes), "the-secret-of-the-client");
  equalInt(configOf("{" + LOGIN + ',"token_signing_alg_values_expected":"HS256"}').algorithms.length, 0);
  isTrue(browser().idTokenSecret == null && browser('"token_signing_alg_values_expected":"RS256"').idTokenSecret == null, "no HS algorithm is expected");
  const own = browser('"symmetric_key":"0123456789abcdef0123456789abcdef","token_signing_alg_values_expected":"HS256"').idTokenSecret;
  equal(own == null ? "-" : text(own.bytes), "0123456789abcdef0123456789abcdef");
}

export function duty_44_a_client_secret_shorter_than_the_hash_causes_a_warning(): void {
  warnedLogin('"token_signing_alg_values_expected":"HS256"', "client_secret has 24 bytes, and HS256 of ID Tokens needs 32 (RFC 7518 §3.2): a shorter one is easier to guess");
  warnedLogin('"token_signing_alg_values_expected":"RS256"', "");
}

export function duty_44_without_a_client_secret_hs_algorithms_need_a_symmetric_key(): void {
  const document = "{" + DISCOVERY + ',"client_id":"app","token_endpoint_auth_method":"none",' + SESSION + ',"token_signing_alg_values_expected":"HS256"}';
  equal(errorsOf(document).join("; "), "token_signing_alg_values_expected: HS256 needs symmetric_key");
}

export function duty_46_id_tokens_must_have_the_algorithm_that_the_client_is_registered_for(): void {
  const one = browser('"id_token_signed_response_alg":"ES256","token_signing_alg_values_expected":["RS256"]');
  equalInt(one.idTokenAlgorithms.length, 1);
  equal(one.idTokenAlgorithms[0].name, "ES256");
  equalInt(one.accessTokenAlgorithms.length, 1);
  equal(one.accessTokenAlgorithms[0].name, "RS256");
  isFalse(one.idTokenAlgorithmsByMetadata, "id_token_signed_response_alg decides");
  equalInt(browser('"id_token_signed_response_alg":["RS256","PS256"]').idTokenAlgorithms.length, 2);
  isFalse(browser('"token_signing_alg_values_expected":"RS256"').idTokenAlgorithmsByMetadata, "token_signing_alg_values_expected decides");
  isTrue(browser().idTokenAlgorithmsByMetadata, "only the metadata decides");
}

export function duty_44_registered_hs_algorithms_are_verified_with_symmetric_key_or_else_client_secret(): void {
  const one = browser('"id_token_signed_response_alg":["HS256","RS256"]'), key = one.idTokenSecret;
  equal(one.idTokenAlgorithms[0].name + " " + (key == null ? "-" : text(key.bytes)), "HS256 the-secret-of-the-client");
  for (let i = 0; i < one.accessTokenAlgorithms.length; i++) isFalse(one.accessTokenAlgorithms[i].symmetric, "only a symmetric_key signs access tokens");
  const own = browser('"id_token_signed_response_alg":"HS256","symmetric_key":"0123456789abcdef0123456789abcdef","token_signing_alg_values_expected":"HS256"').idTokenSecret;
  equal(own == null ? "-" : text(own.bytes), "0123456789abcdef0123456789abcdef");
  isTrue(browser('"id_token_signed_response_alg":"RS256","symmetric_key":"0123456789abcdef0123456789abcdef","token_signing_alg_values_expected":"HS256"').idTokenSecret == null, "not for ID Tokens");
  warnedLogin('"id_token_signed_response_alg":"HS256"', "client_secret has 24 bytes, and HS256 of ID Tokens needs 32 (RFC 7518 §3.2): a shorter one is easier to guess");
}

export function duty_44_with_a_registered_algorithm_the_expected_ones_apply_to_bearer_tokens_only(): void {
  refusedLogin('"id_token_signed_response_alg":"HS256","token_signing_alg_values_expected":["RS256","HS256"]', "token_signing_alg_values_expected: HS256 needs symmetric_key");
}

export function duty_44_a_registered_algorithm_that_is_unknown_or_lacks_its_secret_is_refused(): void {
  const names = ["none", "rs256", "RS1", "RSA-OAEP"];
  for (let i = 0; i < names.length; i++) refusedLogin('"id_token_signed_response_alg":["RS256","' + names[i] + '"]', "id_token_signed_response_alg[1]: expected some of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519, HS256, HS384, HS512");
  refusedLogin('"id_token_signed_response_alg":"HS512","symmetric_key":"0123456789abcdef0123456789abcdef","token_signing_alg_values_expected":"HS256"', "id_token_signed_response_alg: HS512 needs a symmetric_key of 64 bytes or more (RFC 7518 §3.2)");
  const document = "{" + DISCOVERY + ',"client_id":"app","token_endpoint_auth_method":"none",' + SESSION + ',"id_token_signed_response_alg":"HS256"}';
  equal(errorsOf(document).join("; "), "id_token_signed_response_alg: HS256 needs client_secret or symmetric_key");
}

export function duty_44_if_a_rule_verifies_bearer_tokens_in_another_way_symmetric_key_still_verifies_id_tokens(): void {
  const outside = ',"symmetric_key":"0123456789abcdef0123456789abcdef","token_signing_alg_values_expected":"HS256"';
  const c = configOf("{" + LOGIN + outside + ',"rules":[{"path":"/a","use_jwks":true,"id_token_signed_response_alg":"HS256","token_signing_alg_values_expected":"RS256"}]}').rules[0].config, b = c.browser;
  const secret: SecretKey | null = b == null ? null : b.idTokenSecret;
  equal(secret == null ? "-" : text(secret.bytes), "0123456789abcdef0123456789abcdef");
  isTrue(c.key == null, "not for bearer tokens");
}
