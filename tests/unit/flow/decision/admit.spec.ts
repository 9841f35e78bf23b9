import { decide } from "../../../../assembly/flow/bearer/decide";
import { Next } from "../../../../assembly/flow/decision/next";
import { contains, equal, equalInt, utf8 } from "../../check";
import { hs256 } from "../../jose/tokens.as";
import { exchange, identityText, cachedSec, outcome, secretConfig, statusOf } from "./exchange.as";

const ISS = "\"iss\":\"https://idp.example.com\"";
const GOOD = ISS + ",\"exp\":1700000600";

export function a_token_with_issuer_and_expiry_is_admitted(): void { claims("", GOOD, "forward"); }

export function the_upstream_gets_the_claims_of_the_token(): void {
  contains(identityText(judge("\"set_access_token_header\":false,\"set_userinfo_header\":false,\"claim_headers\":{\"sub\":\"x-sub\"}", "{\"alg\":\"HS256\"}", GOOD + ",\"sub\":\"me\"")), "x-subme");
}

export function duty_68_an_admission_is_cached_until_the_token_expires(): void {
  equalInt(cachedSec(judge("", HEADER, GOOD)), 600);
  equalInt(cachedSec(judge("", HEADER, ISS + ",\"exp\":1700000000.9")), 0);
  equalInt(cachedSec(judge("", HEADER, ISS + ",\"exp\":1e300")), 24 * 3600);
}

export function a_refusal_because_of_claims_is_cached_for_seconds_only(): void { equalInt(cachedSec(judge("", HEADER, ISS + ",\"exp\":1700000600,\"nbf\":1700000500")), 10); }

// Issuer.
export function duty_59_the_issuer_is_compared_exactly(): void {
  const issuers = ["https://idp.example.com/", "https://IDP.example.com", "http://idp.example.com", "https://idp.example.com ", "https://idp.example.co", "https://idp.example.com:443", "", "idp.example.com", "https://evil.example"];
  for (let i = 0; i < issuers.length; i++) claims("", "\"iss\":\"" + issuers[i] + "\",\"exp\":1700000600", "wrong_issuer");
}

export function duty_59_an_issuer_that_is_absent_or_not_a_string_is_refused(): void {
  const values = ["null", "1", "[\"https://idp.example.com\"]", "{}", "true"];
  for (let i = 0; i < values.length; i++) claims("", "\"iss\":" + values[i] + ",\"exp\":1700000600", "wrong_issuer");
  claims("", "\"exp\":1700000600", "wrong_issuer");
}

export function duty_59_every_configured_issuer_is_accepted_by_itself(): void {
  const two = "\"claim_validator\":{\"issuer\":{\"valid_issuers\":[\"https://a\",\"https://b\"]}}";
  claims(two, "\"iss\":\"https://b\",\"exp\":1700000600", "forward");
  claims(two, "\"iss\":\"https://a https://b\",\"exp\":1700000600", "wrong_issuer");
  claims(two, GOOD, "wrong_issuer");
}

// Times.
export function duty_57_a_token_without_exp_is_refused(): void { claims("", ISS, "bad_claims"); claims("", ISS + ",\"exp\":\"1700000600\"", "bad_claims"); claims("", ISS + ",\"exp\":null", "bad_claims"); }
export function duty_57_an_expired_token_is_refused(): void { claims("", ISS + ",\"exp\":1700000000", "expired"); claims("", ISS + ",\"exp\":-1e300", "expired"); }

export function duty_58_the_configured_slack_applies_to_nbf_and_iat(): void {
  claims("", GOOD + ",\"nbf\":1700000120,\"iat\":1700000120", "forward");
  claims("", GOOD + ",\"nbf\":1700000121", "not_yet_valid");
  claims("\"iat_slack\":0", GOOD + ",\"iat\":1700000001", "not_yet_valid");
  claims("\"iat_slack\":300", GOOD + ",\"iat\":1700000300", "forward");
  claims("", GOOD + ",\"iat\":\"now\"", "bad_claims");
}

// sub and jti.
export function duty_167_a_sub_or_jti_that_is_not_a_string_is_refused(): void {
  claims("", GOOD + ",\"sub\":\"me\",\"jti\":\"j-1\"", "forward");
  const names = ["sub", "jti"], values = ["1", "0", "true", "[\"me\"]", "[]", "{}", "{\"sub\":\"me\"}", "1.5"];
  for (let n = 0; n < names.length; n++) for (let i = 0; i < values.length; i++) claims("", GOOD + ",\"" + names[n] + "\":" + values[i], "bad_claims");
}

// Audience.
const AUDIENCE = "\"claim_validator\":{\"issuer\":{\"valid_issuers\":[\"https://idp.example.com\"]},\"audience\":{\"valid_audiences\":[\"api\",\"api2\"]}}";

export function duty_61_a_token_for_one_of_the_audiences_is_admitted(): void { claims(AUDIENCE, GOOD + ",\"aud\":\"api2\"", "forward"); claims(AUDIENCE, GOOD + ",\"aud\":[\"x\",\"api\"]", "forward"); }

export function duty_61_a_token_for_another_api_is_refused(): void {
  const values = ["\"other\"", "[\"other\"]", "[]", "null", "1", "{\"api\":true}", "\"api api2\"", "\"API\"", "[[\"api\"]]", "\"\""];
  for (let i = 0; i < values.length; i++) claims(AUDIENCE, GOOD + ",\"aud\":" + values[i], "wrong_audience");
  claims(AUDIENCE, GOOD, "wrong_audience");
  equalInt(statusOf(judge(AUDIENCE, HEADER, GOOD)), 401);
}

export function duty_61_if_an_audience_is_required_a_token_without_one_is_refused(): void {
  const required = "\"claim_validator\":{\"issuer\":{\"valid_issuers\":[\"https://idp.example.com\"]},\"audience\":{\"required\":true,\"claim\":\"x.client\"}}";
  claims(required, GOOD, "wrong_audience");
  claims(required, GOOD + ",\"aud\":\"api\"", "wrong_audience");
  claims(required, GOOD + ",\"x\":{\"client\":\"any\"}", "forward");
}

// Scopes.
export function duty_76_a_missing_scope_is_refused_with_403(): void {
  const scopes = "\"required_scopes\":[\"read\",\"write\"]";
  claims(scopes, GOOD + ",\"scope\":\"read write\"", "forward");
  claims(scopes, GOOD + ",\"scope\":\"read\"", "insufficient_scope");
  claims(scopes, GOOD, "insufficient_scope");
  equalInt(statusOf(judge(scopes, HEADER, GOOD)), 403);
}

export function the_audience_is_checked_before_the_scopes(): void { claims(AUDIENCE + ",\"required_scopes\":[\"read\"]", GOOD, "wrong_audience"); }

// Kinds of tokens.
export function duty_62_an_id_token_is_refused(): void {
  claims("", GOOD + ",\"nonce\":\"n\"", "wrong_type");
  claims("", GOOD + ",\"at_hash\":\"h\"", "wrong_type");
  claims("", GOOD + ",\"c_hash\":\"h\"", "wrong_type");
  claims("", GOOD + ",\"typ\":\"ID\"", "wrong_type");
}

export function a_claim_that_is_null_counts_as_absent(): void {
  const names = ["sub", "jti", "nonce", "at_hash", "c_hash", "events", "cnf", "nbf", "iat", "typ", "scope"];
  for (let i = 0; i < names.length; i++) claims("", GOOD + ",\"" + names[i] + "\":null", "forward");
}

export function duty_62_a_logout_token_is_refused(): void {
  claims("", GOOD + ",\"events\":{}", "wrong_type");
  claims("", GOOD + ",\"typ\":\"Logout\"", "wrong_type");
  equal(outcome(judge("", "{\"alg\":\"HS256\",\"typ\":\"logout+jwt\"}", GOOD)), "wrong_type");
  equal(outcome(judge("", "{\"alg\":\"HS256\",\"typ\":\"application/LOGOUT+jwt\"}", GOOD)), "wrong_type");
}

export function duty_62_a_refresh_token_is_refused(): void { claims("", GOOD + ",\"typ\":\"Refresh\"", "wrong_type"); claims("", GOOD + ",\"typ\":\"Offline\"", "wrong_type"); }

/** The kinds of tokens that providers document, by the claim that holds them. */
export function duty_62_a_claim_that_names_another_kind_of_token_is_enough_to_refuse_it(): void {
  const others = ["\"token_use\":\"refresh_token\"", "\"token_use\":\"refresh\"", "\"token_use\":\"id\"", "\"token_use\":\"id_token\"", "\"token_use\":\"ID\"", "\"token_use\":\"authorize_code\"", "\"token_use\":\"\"", "\"token_use\":1", "\"token_use\":[\"access\"]",
    "\"purpose\":\"refresh_token\"", "\"purpose\":\"id\"", "\"tokenName\":\"refresh_token\"", "\"tokenName\":\"id_token\"", "\"token_type\":\"refresh\"", "\"type\":\"refresh\"", "\"typ\":\"REFRESH\"", "\"typ\":\"\\u0052efresh\""];
  for (let i = 0; i < others.length; i++) claims("", GOOD + "," + others[i], "wrong_type");
  const access = ["\"token_use\":\"access\"", "\"token_use\":\"access_token\"", "\"purpose\":\"access_token\"", "\"tokenName\":\"access_token\"", "\"token_type\":\"access\"", "\"type\":\"access\"", "\"type\":\"employee\"", "\"purpose\":\"billing\"", "\"purpose\":[\"refresh\"]"];
  for (let i = 0; i < access.length; i++) claims("", GOOD + "," + access[i], "forward");
}

export function duty_62_a_token_whose_header_names_a_refresh_token_is_refused(): void {
  const types = ["refresh+jwt", "application/refresh+JWT", "rt+jwt"];
  for (let i = 0; i < types.length; i++) equal(outcome(judge("", "{\"alg\":\"HS256\",\"typ\":\"" + types[i] + "\"}", GOOD)), "wrong_type");
}

const ID_TOKENS = "\"accept_id_token_as_bearer\":true,\"claim_validator\":{\"issuer\":{\"valid_issuers\":[\"https://idp.example.com\"]},\"audience\":{\"valid_audiences\":[\"api\"]}}";

export function if_id_tokens_are_accepted_they_are_admitted_for_a_valid_audience_only(): void {
  const counter = ["\"nonce\":\"n\"", "\"at_hash\":\"h\"", "\"c_hash\":\"h\"", "\"typ\":\"ID\"", "\"token_use\":\"id\"", "\"purpose\":\"id\""];
  for (let i = 0; i < counter.length; i++) {
    claims(ID_TOKENS, GOOD + ",\"aud\":\"api\"," + counter[i], "forward");
    claims(ID_TOKENS, GOOD + ",\"aud\":\"other\"," + counter[i], "wrong_audience");
    claims(ID_TOKENS, GOOD + "," + counter[i], "wrong_audience");
  }
}

export function duty_62_if_id_tokens_are_accepted_refresh_and_logout_tokens_are_still_refused(): void {
  const others = ["\"events\":{}", "\"typ\":\"Logout\"", "\"typ\":\"Refresh\"", "\"typ\":\"Offline\"", "\"token_use\":\"refresh_token\"", "\"purpose\":\"refresh_token\"", "\"nonce\":\"n\",\"token_use\":\"refresh\"", "\"token_use\":\"id\",\"typ\":\"Refresh\""];
  for (let i = 0; i < others.length; i++) claims(ID_TOKENS, GOOD + ",\"aud\":\"api\"," + others[i], "wrong_type");
  equal(outcome(judge(ID_TOKENS, "{\"alg\":\"HS256\",\"typ\":\"logout+jwt\"}", GOOD + ",\"aud\":\"api\"")), "wrong_type");
}

export function an_access_token_of_keycloak_is_admitted(): void { claims("", GOOD + ",\"typ\":\"Bearer\"", "forward"); }

export function duty_62_a_token_of_another_than_the_expected_type_is_refused(): void {
  const expected = "\"token_typ_expected\":\"at+jwt\"";
  equal(outcome(judge(expected, "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}", GOOD)), "forward");
  equal(outcome(judge(expected, "{\"alg\":\"HS256\",\"typ\":\"application/at+JWT\"}", GOOD)), "forward");
  const headers = ["{\"alg\":\"HS256\"}", "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{\"alg\":\"HS256\",\"typ\":\"\"}", "{\"alg\":\"HS256\",\"typ\":\"at+jwtx\"}"];
  for (let i = 0; i < headers.length; i++) equal(outcome(judge(expected, headers[i], GOOD)), "wrong_type");
  equal(outcome(judge("\"token_typ_expected\":\"application/at+jwt\"", "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}", GOOD)), "forward");
}

export function without_an_expected_type_every_type_is_admitted(): void { equal(outcome(judge("", "{\"alg\":\"HS256\",\"typ\":\"anything\"}", GOOD)), "forward"); }

const HEADER = "{\"alg\":\"HS256\"}";

function judge(members: string, header: string, payload: string): Next { return decide(exchange(secretConfig(members)), utf8(hs256(header, "{" + payload + "}"))); }
function claims(members: string, payload: string, want: string): void { equal(outcome(judge(members, HEADER, payload)), want); }
