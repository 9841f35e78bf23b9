import { Next, Refuse } from "../../../../assembly/flow/decision/next";
import { ReadAnswer } from "../../../../assembly/flow/bearer/read_answer";
import { Reply } from "../../../../assembly/http/callout";
import { contains, equal, equalInt, isFalse, utf8 } from "../../check";
import { exchange, identityText, introspectionConfig, rememberedSec, said, statusOf } from "../decision/exchange.as";

const DISCOVERY = "\"discovery\":\"https://idp.example.com/.well-known/openid-configuration\"";

export function an_active_token_is_admitted_with_what_the_provider_says(): void {
  const next = answer("\"set_access_token_header\":false,\"set_userinfo_header\":false,\"claim_headers\":{\"sub\":\"x-sub\"}", "\"active\":true,\"sub\":\"me\"");
  equal(said(next), "forward");
  contains(identityText(next), "x-subme");
}

export function duty_78_an_inactive_token_is_refused_and_that_is_remembered_briefly(): void {
  const next = answer("", "\"active\":false");
  equal(said(next), "inactive");
  equalInt(statusOf(next), 401);
  equalInt(rememberedSec(next), 5);
}

export function duty_80_no_answer_is_503_and_is_not_remembered(): void {
  const replies: Reply[] = [Reply.none(), new Reply(500, utf8("{\"active\":true}")), new Reply(401, utf8("{}")), new Reply(200, utf8("<html>")), new Reply(200, utf8("[]")), new Reply(302, utf8(""))];
  for (let i = 0; i < replies.length; i++) {
    const next = new ReadAnswer().resume(exchange(introspectionConfig()), replies[i]);
    equal(said(next), "provider_unreachable");
    equalInt(statusOf(next), 503);
    equalInt(rememberedSec(next), 0);
    isFalse((next as Refuse).why == "", "a reason for the operator");
  }
}

export function a_verdict_on_the_token_is_nobodys_fault(): void { equal((answer("", "\"active\":false") as Refuse).why, ""); }

export function duty_79_an_active_token_that_has_expired_is_refused(): void {
  equal(said(answer("", "\"active\":true,\"exp\":1700000000")), "expired");
  equal(said(answer("", "\"active\":true,\"exp\":\"1800000000\"")), "bad_claims");
  equal(said(answer("", "\"active\":true,\"exp\":1800000000,\"nbf\":1700000500")), "not_yet_valid");
}

export function duty_79_the_answer_must_be_of_the_issuer_where_one_is_known(): void {
  equal(said(answer(DISCOVERY, "\"active\":true,\"iss\":\"https://idp.example.com\"")), "forward");
  equal(said(answer(DISCOVERY, "\"active\":true,\"iss\":\"https://idp.example.com/\"")), "forward"); // nobody has said how it is spelt
  equal(said(answer(DISCOVERY, "\"active\":true,\"iss\":\"https://idp.example.com//\"")), "wrong_issuer");
  equal(said(answer(DISCOVERY + ",\"issuer\":\"https://idp.example.com\"", "\"active\":true,\"iss\":\"https://idp.example.com/\"")), "wrong_issuer");
  equal(said(answer(DISCOVERY, "\"active\":true,\"iss\":[\"https://idp.example.com\"]")), "wrong_issuer");
  equal(said(answer(DISCOVERY, "\"active\":true")), "forward");
  equal(said(answer("", "\"active\":true,\"iss\":\"https://anyone\"")), "forward");
}

export function duty_167_sub_and_jti_of_the_answer_are_texts_where_they_are_there(): void {
  equal(said(answer("", "\"active\":true,\"sub\":\"me\",\"jti\":\"j\"")), "forward");
  const values = ["1", "true", "[\"me\"]", "{}"];
  for (let i = 0; i < values.length; i++) {
    equal(said(answer("", "\"active\":true,\"sub\":" + values[i])), "bad_claims");
    equal(said(answer("", "\"active\":true,\"jti\":" + values[i])), "bad_claims");
  }
}

export function a_member_of_the_answer_that_is_null_is_absent(): void {
  const names = ["iss", "sub", "jti", "exp", "nbf", "iat", "cnf", "scope", "aud"];
  for (let i = 0; i < names.length; i++) equal(said(answer(DISCOVERY, "\"active\":true,\"" + names[i] + "\":null")), "forward");
  equal(said(answer("", "\"active\":null")), "inactive");
}

/** Ory Hydra calls every token Bearer, and says only in token_use what it is. */
export function duty_62_an_active_refresh_or_id_token_is_no_access_token(): void {
  const others = ["\"token_type\":\"Bearer\",\"token_use\":\"refresh_token\"", "\"token_use\":\"id_token\"", "\"token_use\":\"anything\"", "\"token_type\":\"refresh_token\"", "\"token_type\":\"Refresh\"", "\"token_type\":\"id_token\"", "\"token_type\":\"N_A\"",
    "\"token_type\":\"DPoP\"", "\"typ\":\"Refresh\"", "\"typ\":\"Offline\"", "\"purpose\":\"refresh_token\"", "\"tokenName\":\"refresh_token\"", "\"type\":\"refresh\""];
  for (let i = 0; i < others.length; i++) equal(said(answer("", "\"active\":true,\"sub\":\"me\"," + others[i])), "wrong_type");
  const access = ["\"token_type\":\"Bearer\",\"token_use\":\"access_token\"", "\"token_type\":\"bearer\"", "\"token_type\":\"access_token\"", "\"purpose\":\"access_token\"", "\"typ\":\"Bearer\""];
  for (let i = 0; i < access.length; i++) equal(said(answer("", "\"active\":true,\"sub\":\"me\"," + access[i])), "forward");
}

/** Spring Authorization Server answers with the claims of the token, whatever it is, and names no kind. */
export function duty_62_an_answer_with_the_claims_of_an_id_or_logout_token_is_about_no_access_token(): void {
  const claims = ["\"nonce\":\"n\"", "\"at_hash\":\"h\"", "\"c_hash\":\"h\"", "\"nonce\":\"\"", "\"nonce\":1", "\"scope\":\"read\",\"token_type\":\"Bearer\",\"nonce\":\"n\"", "\"events\":{}"];
  for (let i = 0; i < claims.length; i++) equal(said(answer("", "\"active\":true,\"sub\":\"me\"," + claims[i])), "wrong_type");
  const absent = ["\"nonce\":null", "\"at_hash\":null", "\"c_hash\":null", "\"events\":null", "\"x\":{\"nonce\":\"n\"}"];
  for (let i = 0; i < absent.length; i++) equal(said(answer("", "\"active\":true,\"sub\":\"me\"," + absent[i])), "forward");
}

/** Keycloak before 25 has a nonce in access tokens too, and `typ` says what they are. */
export function duty_62_a_nonce_beside_the_name_of_an_access_token_is_no_harm(): void {
  const access = ["\"typ\":\"Bearer\"", "\"token_use\":\"access\"", "\"purpose\":\"access_token\""];
  for (let i = 0; i < access.length; i++) equal(said(answer("", "\"active\":true,\"sub\":\"me\",\"nonce\":\"n\"," + access[i])), "forward");
  const others = ["\"token_type\":\"Bearer\"", "\"typ\":\"ID\"", "\"typ\":\"JWT\"", "\"typ\":\"Bearer\",\"token_use\":\"id\"", "\"typ\":\"Bearer\",\"events\":{}"];
  for (let i = 0; i < others.length; i++) equal(said(answer("", "\"active\":true,\"sub\":\"me\",\"nonce\":\"n\"," + others[i])), "wrong_type");
}

/** Spring's ID Token of a refresh has no nonce. */
export function duty_62_an_answer_that_tells_of_a_login_and_names_neither_scope_nor_kind_is_about_no_access_token(): void {
  const login = ["\"auth_time\":1700000000", "\"acr\":\"1\"", "\"amr\":[\"pwd\"]", "\"azp\":\"shop\"", "\"sid\":\"s\""];
  const access = ["\"scope\":\"read\"", "\"scp\":[\"read\"]", "\"token_type\":\"Bearer\"", "\"token_use\":\"access\"", "\"typ\":\"Bearer\"", "\"purpose\":\"access_token\""];
  for (let i = 0; i < login.length; i++) {
    equal(said(answer("", "\"active\":true,\"sub\":\"me\"," + login[i])), "wrong_type");
    equal(said(answer("", "\"active\":true,\"sub\":\"me\",\"scope\":null," + login[i])), "wrong_type");
    for (let k = 0; k < access.length; k++) equal(said(answer("", "\"active\":true,\"sub\":\"me\"," + access[k] + "," + login[i])), "forward");
  }
}

export function where_configuration_takes_id_tokens_an_active_one_passes_and_a_refresh_token_does_not(): void {
  const config = "\"accept_id_token_as_bearer\":true,\"claim_validator\":{\"audience\":{\"valid_audiences\":[\"api\"]}}";
  const ids = ["\"token_use\":\"id_token\"", "\"token_type\":\"id_token\"", "\"typ\":\"ID\"", "\"nonce\":\"n\"", "\"at_hash\":\"h\"", "\"auth_time\":1700000000"];
  for (let i = 0; i < ids.length; i++) equal(said(answer(config, "\"active\":true,\"aud\":\"api\"," + ids[i])), "forward");
  const others = ["\"token_use\":\"refresh_token\"", "\"token_type\":\"refresh_token\"", "\"typ\":\"Refresh\"", "\"events\":{}"];
  for (let i = 0; i < others.length; i++) equal(said(answer(config, "\"active\":true,\"aud\":\"api\"," + others[i])), "wrong_type");
}

export function duty_79_the_answer_must_be_for_our_audience(): void {
  const audience = "\"claim_validator\":{\"audience\":{\"valid_audiences\":[\"api\"]}}";
  equal(said(answer(audience, "\"active\":true,\"aud\":[\"api\"]")), "forward");
  equal(said(answer(audience, "\"active\":true,\"aud\":\"other\"")), "wrong_audience");
  equal(said(answer(audience, "\"active\":true")), "wrong_audience");
}

export function duty_79_the_answer_must_have_the_required_scopes(): void {
  equal(said(answer("\"required_scopes\":\"read\"", "\"active\":true,\"scope\":\"read\"")), "forward");
  equal(said(answer("\"required_scopes\":\"read\"", "\"active\":true,\"scope\":\"write\"")), "insufficient_scope");
}

export function duty_81_an_answer_is_believed_until_the_token_ends(): void {
  remembered("", "\"exp\":1700000600", 600);
  remembered("", "\"exp\":1e300", 24 * 3600);
}

export function an_answer_without_an_end_is_believed_for_this_request_only(): void { remembered("", "\"sub\":\"me\"", 0); }

export function duty_81_the_interval_shortens_and_never_lengthens_belief(): void {
  remembered("\"introspection_interval\":60", "\"exp\":1700000600", 60);
  remembered("\"introspection_interval\":60", "\"exp\":1700000010", 10);
  remembered("\"introspection_interval\":60", "\"sub\":\"me\"", 60);
}

export function another_expiry_claim_counts_seconds_from_now(): void {
  remembered("\"introspection_expiry_claim\":\"expires_in\"", "\"expires_in\":30", 30);
  remembered("\"introspection_expiry_claim\":\"expires_in\"", "\"expires_in\":\"30\"", 0);
  remembered("\"introspection_expiry_claim\":\"expires_in\",\"introspection_interval\":20", "\"expires_in\":30", 20);
}

export function duty_81_belief_never_outlasts_exp_whatever_the_expiry_claim_says(): void {
  remembered("\"introspection_expiry_claim\":\"expires_in\"", "\"expires_in\":3600,\"exp\":1700000010", 10);
  remembered("\"introspection_expiry_claim\":\"expires_in\"", "\"expires_in\":1e300,\"exp\":1700000010", 10);
}

export function duty_31_an_expiry_that_is_negative_or_huge_wraps_nothing(): void {
  remembered("\"introspection_expiry_claim\":\"expires_in\"", "\"expires_in\":-5", 0);
  remembered("\"introspection_expiry_claim\":\"expires_in\"", "\"expires_in\":1e300", 24 * 3600);
  remembered("\"introspection_expiry_claim\":\"expires_in\"", "\"expires_in\":9223372036854775807", 24 * 3600);
}

function answer(members: string, body: string): Next { return new ReadAnswer().resume(exchange(introspectionConfig(members)), new Reply(200, utf8("{" + body + "}"))); }

function remembered(members: string, body: string, want: i64): void {
  const next = answer(members, "\"active\":true," + body);
  equal(said(next), "forward");
  equalInt(rememberedSec(next), want);
}
