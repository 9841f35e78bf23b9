import { Next, Refuse } from "../../../../assembly/flow/decision/next";
import { ReadAnswer } from "../../../../assembly/flow/bearer/read_answer";
import { Reply } from "../../../../assembly/http/callout";
import { contains, equal, equalInt, isFalse, utf8 } from "../../check";
import { exchange, identityText, introspectionConfig, cachedSec, outcome, statusOf } from "../decision/exchange.as";

const DISCOVERY = "\"discovery\":\"https://idp.example.com/.well-known/openid-configuration\"";

export function an_active_token_is_admitted_with_the_claims_of_the_response(): void {
  const next = answer("\"set_access_token_header\":false,\"set_userinfo_header\":false,\"claim_headers\":{\"sub\":\"x-sub\"}", "\"active\":true,\"sub\":\"me\"");
  equal(outcome(next), "forward");
  contains(identityText(next), "x-subme");
}

export function duty_78_an_inactive_token_is_refused_and_the_refusal_is_cached_for_seconds(): void {
  const next = answer("", "\"active\":false");
  equal(outcome(next), "inactive");
  equalInt(statusOf(next), 401);
  equalInt(cachedSec(next), 5);
}

export function duty_80_without_a_valid_response_the_request_gets_503_and_nothing_is_cached(): void {
  const replies: Reply[] = [Reply.none(), new Reply(500, utf8("{\"active\":true}")), new Reply(401, utf8("{}")), new Reply(200, utf8("<html>")), new Reply(200, utf8("[]")), new Reply(302, utf8(""))];
  for (let i = 0; i < replies.length; i++) {
    const next = new ReadAnswer().resume(exchange(introspectionConfig()), replies[i]);
    equal(outcome(next), "provider_unreachable");
    equalInt(statusOf(next), 503);
    equalInt(cachedSec(next), 0);
    isFalse((next as Refuse).why == "", "a reason for the operator");
  }
}

export function a_refusal_because_of_the_token_has_no_reason_for_the_operator(): void { equal((answer("", "\"active\":false") as Refuse).why, ""); }

export function duty_79_an_active_token_that_has_expired_is_refused(): void {
  equal(outcome(answer("", "\"active\":true,\"exp\":1700000000")), "expired");
  equal(outcome(answer("", "\"active\":true,\"exp\":\"1800000000\"")), "bad_claims");
  equal(outcome(answer("", "\"active\":true,\"exp\":1800000000,\"nbf\":1700000500")), "not_yet_valid");
}

export function duty_79_the_response_must_name_the_known_issuer(): void {
  equal(outcome(answer(DISCOVERY, "\"active\":true,\"iss\":\"https://idp.example.com\"")), "forward");
  equal(outcome(answer(DISCOVERY, "\"active\":true,\"iss\":\"https://idp.example.com/\"")), "forward"); // the configuration does not name the issuer, so one slash may differ
  equal(outcome(answer(DISCOVERY, "\"active\":true,\"iss\":\"https://idp.example.com//\"")), "wrong_issuer");
  equal(outcome(answer(DISCOVERY + ",\"issuer\":\"https://idp.example.com\"", "\"active\":true,\"iss\":\"https://idp.example.com/\"")), "wrong_issuer");
  equal(outcome(answer(DISCOVERY, "\"active\":true,\"iss\":[\"https://idp.example.com\"]")), "wrong_issuer");
  equal(outcome(answer(DISCOVERY, "\"active\":true")), "forward");
  equal(outcome(answer("", "\"active\":true,\"iss\":\"https://anyone\"")), "forward");
}

export function duty_167_a_sub_or_jti_of_the_response_that_is_not_a_string_is_refused(): void {
  equal(outcome(answer("", "\"active\":true,\"sub\":\"me\",\"jti\":\"j\"")), "forward");
  const values = ["1", "true", "[\"me\"]", "{}"];
  for (let i = 0; i < values.length; i++) {
    equal(outcome(answer("", "\"active\":true,\"sub\":" + values[i])), "bad_claims");
    equal(outcome(answer("", "\"active\":true,\"jti\":" + values[i])), "bad_claims");
  }
}

export function a_member_of_the_response_that_is_null_counts_as_absent(): void {
  const names = ["iss", "sub", "jti", "exp", "nbf", "iat", "cnf", "scope", "aud"];
  for (let i = 0; i < names.length; i++) equal(outcome(answer(DISCOVERY, "\"active\":true,\"" + names[i] + "\":null")), "forward");
  equal(outcome(answer("", "\"active\":null")), "inactive");
}

/** Ory Hydra calls every token Bearer. Only token_use says what kind of token it is. */
export function duty_62_an_active_refresh_or_id_token_is_refused(): void {
  const others = ["\"token_type\":\"Bearer\",\"token_use\":\"refresh_token\"", "\"token_use\":\"id_token\"", "\"token_use\":\"anything\"", "\"token_type\":\"refresh_token\"", "\"token_type\":\"Refresh\"", "\"token_type\":\"id_token\"", "\"token_type\":\"N_A\"",
    "\"token_type\":\"DPoP\"", "\"typ\":\"Refresh\"", "\"typ\":\"Offline\"", "\"purpose\":\"refresh_token\"", "\"tokenName\":\"refresh_token\"", "\"type\":\"refresh\""];
  for (let i = 0; i < others.length; i++) equal(outcome(answer("", "\"active\":true,\"sub\":\"me\"," + others[i])), "wrong_type");
  const access = ["\"token_type\":\"Bearer\",\"token_use\":\"access_token\"", "\"token_type\":\"bearer\"", "\"token_type\":\"access_token\"", "\"purpose\":\"access_token\"", "\"typ\":\"Bearer\""];
  for (let i = 0; i < access.length; i++) equal(outcome(answer("", "\"active\":true,\"sub\":\"me\"," + access[i])), "forward");
}

/** Spring Authorization Server responds with the claims of any kind of token and does not name the kind. */
export function duty_62_a_response_with_the_claims_of_an_id_or_logout_token_is_refused(): void {
  const claims = ["\"nonce\":\"n\"", "\"at_hash\":\"h\"", "\"c_hash\":\"h\"", "\"nonce\":\"\"", "\"nonce\":1", "\"scope\":\"read\",\"token_type\":\"Bearer\",\"nonce\":\"n\"", "\"events\":{}"];
  for (let i = 0; i < claims.length; i++) equal(outcome(answer("", "\"active\":true,\"sub\":\"me\"," + claims[i])), "wrong_type");
  const absent = ["\"nonce\":null", "\"at_hash\":null", "\"c_hash\":null", "\"events\":null", "\"x\":{\"nonce\":\"n\"}"];
  for (let i = 0; i < absent.length; i++) equal(outcome(answer("", "\"active\":true,\"sub\":\"me\"," + absent[i])), "forward");
}

/** Access tokens of Keycloak before 25 have a nonce, and a `typ` that says what they are. */
export function duty_62_a_nonce_is_accepted_if_the_response_says_that_the_token_is_an_access_token(): void {
  const access = ["\"typ\":\"Bearer\"", "\"token_use\":\"access\"", "\"purpose\":\"access_token\""];
  for (let i = 0; i < access.length; i++) equal(outcome(answer("", "\"active\":true,\"sub\":\"me\",\"nonce\":\"n\"," + access[i])), "forward");
  const others = ["\"token_type\":\"Bearer\"", "\"typ\":\"ID\"", "\"typ\":\"JWT\"", "\"typ\":\"Bearer\",\"token_use\":\"id\"", "\"typ\":\"Bearer\",\"events\":{}"];
  for (let i = 0; i < others.length; i++) equal(outcome(answer("", "\"active\":true,\"sub\":\"me\",\"nonce\":\"n\"," + others[i])), "wrong_type");
}

/** The ID Token that Spring Authorization Server issues at a refresh has no nonce. */
export function duty_62_a_response_with_claims_about_a_login_but_without_scope_or_kind_is_refused(): void {
  const login = ["\"auth_time\":1700000000", "\"acr\":\"1\"", "\"amr\":[\"pwd\"]", "\"azp\":\"shop\"", "\"sid\":\"s\""];
  const access = ["\"scope\":\"read\"", "\"scp\":[\"read\"]", "\"token_type\":\"Bearer\"", "\"token_use\":\"access\"", "\"typ\":\"Bearer\"", "\"purpose\":\"access_token\""];
  for (let i = 0; i < login.length; i++) {
    equal(outcome(answer("", "\"active\":true,\"sub\":\"me\"," + login[i])), "wrong_type");
    equal(outcome(answer("", "\"active\":true,\"sub\":\"me\",\"scope\":null," + login[i])), "wrong_type");
    for (let k = 0; k < access.length; k++) equal(outcome(answer("", "\"active\":true,\"sub\":\"me\"," + access[k] + "," + login[i])), "forward");
  }
}

export function if_id_tokens_are_accepted_an_active_one_is_admitted_and_a_refresh_token_is_refused(): void {
  const config = "\"accept_id_token_as_bearer\":true,\"claim_validator\":{\"audience\":{\"valid_audiences\":[\"api\"]}}";
  const ids = ["\"token_use\":\"id_token\"", "\"token_type\":\"id_token\"", "\"typ\":\"ID\"", "\"nonce\":\"n\"", "\"at_hash\":\"h\"", "\"auth_time\":1700000000"];
  for (let i = 0; i < ids.length; i++) equal(outcome(answer(config, "\"active\":true,\"aud\":\"api\"," + ids[i])), "forward");
  const others = ["\"token_use\":\"refresh_token\"", "\"token_type\":\"refresh_token\"", "\"typ\":\"Refresh\"", "\"events\":{}"];
  for (let i = 0; i < others.length; i++) equal(outcome(answer(config, "\"active\":true,\"aud\":\"api\"," + others[i])), "wrong_type");
}

export function duty_79_the_response_must_name_a_valid_audience(): void {
  const audience = "\"claim_validator\":{\"audience\":{\"valid_audiences\":[\"api\"]}}";
  equal(outcome(answer(audience, "\"active\":true,\"aud\":[\"api\"]")), "forward");
  equal(outcome(answer(audience, "\"active\":true,\"aud\":\"other\"")), "wrong_audience");
  equal(outcome(answer(audience, "\"active\":true")), "wrong_audience");
}

export function duty_79_the_response_must_have_the_required_scopes(): void {
  equal(outcome(answer("\"required_scopes\":\"read\"", "\"active\":true,\"scope\":\"read\"")), "forward");
  equal(outcome(answer("\"required_scopes\":\"read\"", "\"active\":true,\"scope\":\"write\"")), "insufficient_scope");
}

export function duty_81_an_active_result_is_cached_until_the_token_expires(): void {
  expectCachedSec("", "\"exp\":1700000600", 600);
  expectCachedSec("", "\"exp\":1e300", 24 * 3600);
}

export function an_active_result_without_an_expiry_is_not_cached(): void { expectCachedSec("", "\"sub\":\"me\"", 0); }

export function duty_81_the_interval_shortens_the_time_in_the_cache_and_never_lengthens_it(): void {
  expectCachedSec("\"introspection_interval\":60", "\"exp\":1700000600", 60);
  expectCachedSec("\"introspection_interval\":60", "\"exp\":1700000010", 10);
  expectCachedSec("\"introspection_interval\":60", "\"sub\":\"me\"", 60);
}

export function another_expiry_claim_counts_seconds_from_now(): void {
  expectCachedSec("\"introspection_expiry_claim\":\"expires_in\"", "\"expires_in\":30", 30);
  expectCachedSec("\"introspection_expiry_claim\":\"expires_in\"", "\"expires_in\":\"30\"", 0);
  expectCachedSec("\"introspection_expiry_claim\":\"expires_in\",\"introspection_interval\":20", "\"expires_in\":30", 20);
}

export function duty_81_an_active_result_is_never_cached_beyond_exp_whatever_the_expiry_claim_says(): void {
  expectCachedSec("\"introspection_expiry_claim\":\"expires_in\"", "\"expires_in\":3600,\"exp\":1700000010", 10);
  expectCachedSec("\"introspection_expiry_claim\":\"expires_in\"", "\"expires_in\":1e300,\"exp\":1700000010", 10);
}

export function duty_31_a_negative_or_huge_expiry_does_not_wrap(): void {
  expectCachedSec("\"introspection_expiry_claim\":\"expires_in\"", "\"expires_in\":-5", 0);
  expectCachedSec("\"introspection_expiry_claim\":\"expires_in\"", "\"expires_in\":1e300", 24 * 3600);
  expectCachedSec("\"introspection_expiry_claim\":\"expires_in\"", "\"expires_in\":9223372036854775807", 24 * 3600);
}

function answer(members: string, body: string): Next { return new ReadAnswer().resume(exchange(introspectionConfig(members)), new Reply(200, utf8("{" + body + "}"))); }

function expectCachedSec(members: string, body: string, want: i64): void {
  const next = answer(members, "\"active\":true," + body);
  equal(outcome(next), "forward");
  equalInt(cachedSec(next), want);
}
