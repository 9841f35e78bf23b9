import { Hash } from "../../../assembly/crypto/hash/hash";
import { parse } from "../../../assembly/json/parser";
import { IdToken, IdTokenFault, idTokenFaultText, IdTokenRules, readIdToken, readRefreshedIdToken } from "../../../assembly/oidc/id_token";
import { Result } from "../../../assembly/result";
import { ascii, equal, equalInt, isFalse, text, utf8 } from "../check";
import { NOW } from "./calls.as";
import { claimsOf, verified } from "./verified.as";

const ISS = "\"iss\":\"https://idp.example.com\"", SUB = "\"sub\":\"me\"", AUD = "\"aud\":\"client\"", EXP = "\"exp\":1700000300", IAT = "\"iat\":1700000000", NONCE = "\"nonce\":\"n-1\"";
/** The access token of OpenID Connect Core §A.4 and its at_hash. */
const ACCESS = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", AT_HASH = "77QmUPtjPfzWtF2AnpK9RQ";

// Type, issuer and subject.
export function a_token_for_this_login_is_read(): void {
  const token = accepted(judged([ISS, SUB, AUD, EXP, IAT, NONCE, "\"name\":\"Ada\""]));
  equal(text(token.sub), "me");
  equalInt(token.sid.length, 0);
  equal(text(token.claims.text(token.claims.member(0, "name"))), "Ada");
  equal(text(accepted(judged([ISS, SUB, AUD, EXP, IAT, NONCE, "\"sid\":\"s-1\""])).sid), "s-1");
}

export function duty_62_a_token_of_another_kind_is_refused(): void {
  const types = ["logout+jwt", "application/logout+jwt", "LOGOUT+JWT", "at+jwt", "application/at+jwt"];
  for (let i = 0; i < types.length; i++) refused(judge(good(), types[i]), IdTokenFault.WrongType, "typ");
  refused(judged([ISS, SUB, AUD, EXP, IAT, NONCE, "\"events\":{}"]), IdTokenFault.WrongType, "typ");
  accepted(judge(good(), "JWT"));
}

export function duty_59_another_issuer_is_refused(): void {
  const values = ["\"https://idp.example.com/\"", "\"https://IDP.example.com\"", "\"http://idp.example.com\"", "\"\"", "null", "1", "[\"https://idp.example.com\"]", "{}"];
  for (let i = 0; i < values.length; i++) refused(judged(["\"iss\":" + values[i], SUB, AUD, EXP, IAT, NONCE]), IdTokenFault.WrongIssuer, "iss");
  refused(judged([SUB, AUD, EXP, IAT, NONCE]), IdTokenFault.WrongIssuer, "iss");
}

export function duty_167_a_jti_that_is_not_a_string_is_refused(): void {
  accepted(judged([ISS, SUB, AUD, EXP, IAT, NONCE, "\"jti\":\"j-1\""]));
  const values = ["1", "[\"j-1\"]", "{}", "true"];
  for (let i = 0; i < values.length; i++) refused(judged([ISS, SUB, AUD, EXP, IAT, NONCE, "\"jti\":" + values[i]]), IdTokenFault.BadClaim, "jti");
}

export function duty_64_a_subject_that_is_not_a_string_of_1_to_255_bytes_is_refused(): void {
  accepted(judged([ISS, "\"sub\":\"" + "s".repeat(255) + "\"", AUD, EXP, IAT, NONCE]));
  const values = ["\"\"", "\"" + "s".repeat(256) + "\"", "null", "7", "true", "[\"me\"]", "{}"];
  for (let i = 0; i < values.length; i++) refused(judged([ISS, "\"sub\":" + values[i], AUD, EXP, IAT, NONCE]), IdTokenFault.BadSubject, "sub");
  refused(judged([ISS, AUD, EXP, IAT, NONCE]), IdTokenFault.BadSubject, "sub");
}

// Audience.
export function duty_60_a_token_whose_audience_is_not_the_client_is_refused(): void {
  const values = ["\"client\"", "[\"client\"]", "\"cl\\u0069ent\""];
  for (let i = 0; i < values.length; i++) accepted(judged([ISS, SUB, "\"aud\":" + values[i], EXP, IAT, NONCE]));
  const others = ["\"Client\"", "\"client2\"", "\"a client\"", "\"\"", "[]", "[\"other\"]", "[[\"client\"]]", "{\"client\":1}", "null", "1"];
  for (let i = 0; i < others.length; i++) refused(judged([ISS, SUB, "\"aud\":" + others[i], EXP, IAT, NONCE]), IdTokenFault.WrongAudience, "aud");
  refused(judged([ISS, SUB, EXP, IAT, NONCE]), IdTokenFault.WrongAudience, "aud");
}

export function duty_60_other_audiences_need_an_authorized_party(): void {
  const values = ["[\"client\",\"other\"]", "[\"other\",\"client\"]", "[\"client\",\"\"]", "[\"client\",\"client\",\"other\"]"];
  for (let i = 0; i < values.length; i++) {
    refused(judged([ISS, SUB, "\"aud\":" + values[i], EXP, IAT, NONCE]), IdTokenFault.ForeignAudience, "aud");
    refused(judged([ISS, SUB, "\"aud\":" + values[i], "\"azp\":null", EXP, IAT, NONCE]), IdTokenFault.ForeignAudience, "aud");
    refused(judged([ISS, SUB, "\"aud\":" + values[i], "\"azp\":\"other\"", EXP, IAT, NONCE]), IdTokenFault.WrongParty, "azp");
    accepted(judged([ISS, SUB, "\"aud\":" + values[i], "\"azp\":\"client\"", EXP, IAT, NONCE]));
  }
  accepted(judged([ISS, SUB, "\"aud\":[\"client\",\"client\"]", EXP, IAT, NONCE]));
}

export function duty_60_audiences_are_trusted_by_their_exact_names(): void {
  const trusting = new IdTokenRules(ascii("https://idp.example.com"), ascii("client"), 120, -1, ascii(""), [ascii("project-1"), ascii("api")]);
  const good = ["[\"client\",\"api\"]", "[\"project-1\",\"client\",\"api\"]"], bad = ["[\"client\",\"other\"]", "[\"client\",\"api\",\"other\"]", "[\"client\",\"API\"]", "[\"client\",\"api \"]", "[\"client\",\"\"]"];
  for (let i = 0; i < good.length; i++) {
    accepted(under(trusting, [ISS, SUB, "\"aud\":" + good[i], EXP, IAT, NONCE]));
    refused(under(trusting, [ISS, SUB, "\"aud\":" + good[i], "\"azp\":\"api\"", EXP, IAT, NONCE]), IdTokenFault.WrongParty, "azp");
  }
  for (let i = 0; i < bad.length; i++) refused(under(trusting, [ISS, SUB, "\"aud\":" + bad[i], EXP, IAT, NONCE]), IdTokenFault.ForeignAudience, "aud");
  refused(under(trusting, [ISS, SUB, "\"aud\":[\"api\"]", EXP, IAT, NONCE]), IdTokenFault.WrongAudience, "aud");
  refused(under(trusting, [ISS, SUB, "\"aud\":[\"api\"]", "\"azp\":\"client\"", EXP, IAT, NONCE]), IdTokenFault.WrongAudience, "aud");
}

export function duty_60_an_audience_that_is_not_a_string_is_refused_even_with_an_authorized_party(): void {
  const values = ["[\"client\",7]", "[\"client\",null]", "[\"client\",[\"client\"]]", "[\"client\",{}]"];
  for (let i = 0; i < values.length; i++) refused(judged([ISS, SUB, "\"aud\":" + values[i], "\"azp\":\"client\"", EXP, IAT, NONCE]), IdTokenFault.ForeignAudience, "aud");
}

export function duty_60_another_authorized_party_than_the_client_is_refused(): void {
  accepted(judged([ISS, SUB, AUD, "\"azp\":\"client\"", EXP, IAT, NONCE]));
  const values = ["\"other\"", "\"\"", "1", "[\"client\"]"];
  for (let i = 0; i < values.length; i++) refused(judged([ISS, SUB, AUD, "\"azp\":" + values[i], EXP, IAT, NONCE]), IdTokenFault.WrongParty, "azp");
}

// Times.
export function duty_57_an_expiry_is_required_and_exact(): void {
  refused(judged([ISS, SUB, AUD, IAT, NONCE]), IdTokenFault.NoTime, "exp");
  accepted(judged([ISS, SUB, AUD, "\"exp\":1700000001", IAT, NONCE]));
  refused(judged([ISS, SUB, AUD, "\"exp\":1700000000", IAT, NONCE]), IdTokenFault.Expired, "exp");
  accepted(judged([ISS, SUB, AUD, "\"exp\":\"1700000001\"", IAT, NONCE]));
  refused(judged([ISS, SUB, AUD, "\"exp\":\"1700000000\"", IAT, NONCE]), IdTokenFault.Expired, "exp");
  refused(judged([ISS, SUB, AUD, "\"exp\":null", IAT, NONCE]), IdTokenFault.NoTime, "exp");
  const values = ["\"\"", "\"soon\"", "true", "[1700000300]"];
  for (let i = 0; i < values.length; i++) refused(judged([ISS, SUB, AUD, "\"exp\":" + values[i], IAT, NONCE]), IdTokenFault.BadClaim, "exp, nbf or iat");
}

export function a_claim_that_is_null_counts_as_absent(): void {
  const names = ["azp", "at_hash", "auth_time", "sid", "nbf", "events", "jti", "acr"];
  for (let i = 0; i < names.length; i++) equalInt(accepted(judged([ISS, SUB, AUD, EXP, IAT, NONCE, "\"" + names[i] + "\":null"])).sid.length, 0);
}

export function duty_58_the_time_of_issue_is_required_and_not_in_the_future(): void {
  refused(judged([ISS, SUB, AUD, EXP, NONCE]), IdTokenFault.NoTime, "iat");
  accepted(judged([ISS, SUB, AUD, EXP, "\"iat\":1700000120", NONCE]));
  refused(judged([ISS, SUB, AUD, EXP, "\"iat\":1700000121", NONCE]), IdTokenFault.FromFuture, "iat");
  refused(judged([ISS, SUB, AUD, EXP, IAT, "\"nbf\":1700000121", NONCE]), IdTokenFault.FromFuture, "nbf");
  accepted(judged([ISS, SUB, AUD, EXP, "\"iat\":\"1700000120\"", "\"nbf\":\"1700000120\"", NONCE]));
  refused(judged([ISS, SUB, AUD, EXP, "\"iat\":\"1700000121\"", NONCE]), IdTokenFault.FromFuture, "iat");
  refused(judged([ISS, SUB, AUD, EXP, IAT, "\"nbf\":\"1700000121\"", NONCE]), IdTokenFault.FromFuture, "nbf");
  refused(judged([ISS, SUB, AUD, EXP, "\"iat\":null", NONCE]), IdTokenFault.NoTime, "iat");
  const values = ["\"now\"", "\"\"", "true", "[1]"];
  for (let i = 0; i < values.length; i++) refused(judged([ISS, SUB, AUD, EXP, "\"iat\":" + values[i], NONCE]), IdTokenFault.BadClaim, "exp, nbf or iat");
}

// Nonce and access token.
export function duty_14_a_missing_nonce_or_one_of_another_login_is_refused(): void {
  const values = ["\"n-2\"", "\"n-\"", "\"n-11\"", "\"N-1\"", "\"\"", "null", "1", "[\"n-1\"]"];
  for (let i = 0; i < values.length; i++) refused(judged([ISS, SUB, AUD, EXP, IAT, "\"nonce\":" + values[i]]), IdTokenFault.WrongNonce, "nonce");
  refused(judged([ISS, SUB, AUD, EXP, IAT]), IdTokenFault.WrongNonce, "nonce");
}

export function duty_14_if_no_nonce_is_required_a_token_may_lack_it_but_not_have_another(): void {
  const lenient = new IdTokenRules(ascii("https://idp.example.com"), ascii("client"), 120, -1, ascii(""), [], false);
  accepted(under(lenient, [ISS, SUB, AUD, EXP, IAT]));
  accepted(under(lenient, [ISS, SUB, AUD, EXP, IAT, "\"nonce\":null"]));
  accepted(under(lenient, [ISS, SUB, AUD, EXP, IAT, NONCE]));
  const values = ["\"n-2\"", "\"n-\"", "\"\"", "1", "true", "[\"n-1\"]", "{}"];
  for (let i = 0; i < values.length; i++) refused(under(lenient, [ISS, SUB, AUD, EXP, IAT, "\"nonce\":" + values[i]]), IdTokenFault.WrongNonce, "nonce");
}

export function duty_14_an_empty_nonce_never_matches(): void {
  refused(readIdToken(verified(claimsOf([ISS, SUB, AUD, EXP, IAT, "\"nonce\":\"\""])), Hash.Sha256, rules(), ascii(""), ascii(ACCESS), NOW), IdTokenFault.WrongNonce, "nonce");
}

export function duty_63_an_at_hash_of_another_access_token_is_refused(): void {
  accepted(judged([ISS, SUB, AUD, EXP, IAT, NONCE, `"at_hash":"${AT_HASH}"`]));
  const values = ["\"77QmUPtjPfzWtF2AnpK9RA\"", "\"77QmUPtjPfzWtF2AnpK9RQ==\"", "\"77QmUPtjPfzWtF2AnpK9R\"", "\"\"", "1", "[\"" + AT_HASH + "\"]"];
  for (let i = 0; i < values.length; i++) refused(judged([ISS, SUB, AUD, EXP, IAT, NONCE, "\"at_hash\":" + values[i]]), IdTokenFault.WrongAccessToken, "at_hash");
  const claims = verified(claimsOf([ISS, SUB, AUD, EXP, IAT, NONCE, `"at_hash":"${AT_HASH}"`]));
  refused(readIdToken(claims, Hash.Sha256, rules(), ascii("n-1"), ascii(ACCESS + "x"), NOW), IdTokenFault.WrongAccessToken, "at_hash");
  refused(readIdToken(claims, Hash.Sha512, rules(), ascii("n-1"), ascii(ACCESS), NOW), IdTokenFault.WrongAccessToken, "at_hash");
}

export function duty_63_at_hash_uses_the_hash_of_the_algorithm(): void {
  const halves = ["\"at_hash\":\"jtAeDp945y1dDqU3nkIVGNZP1HjH_MFs\"", "\"at_hash\":\"q7nS86GgvvFaZkzALLWqJYaJIKw2wCDAVfCAsm5CrBM\""];
  accepted(readIdToken(verified(claimsOf([ISS, SUB, AUD, EXP, IAT, NONCE, halves[0]])), Hash.Sha384, rules(), ascii("n-1"), ascii(ACCESS), NOW));
  accepted(readIdToken(verified(claimsOf([ISS, SUB, AUD, EXP, IAT, NONCE, halves[1]])), Hash.Sha512, rules(), ascii("n-1"), ascii(ACCESS), NOW));
}

// auth_time and acr.
export function duty_28_a_requested_max_age_is_checked(): void {
  aged("\"auth_time\":1699999700", 300, true);
  aged("\"auth_time\":1699999580", 300, true); // max_age and slack
  aged("\"auth_time\":1699999579", 300, false);
  aged("\"auth_time\":1699999579.5", 300, false);
  aged("\"auth_time\":1700000000", 0, true);
  aged("\"auth_time\":-1e300", 300, false);
  aged("\"auth_time\":\"1699999580\"", 300, true);
  aged("\"auth_time\":\"1699999579\"", 300, false);
  aged("\"auth_time\":null", 300, false);
  aged("", 300, false);
  aged("", -1, true);
  aged("\"auth_time\":1", -1, true);
}

export function an_auth_time_that_is_not_a_number_is_refused(): void {
  const values = ["\"yesterday\"", "\"\"", "true", "[1700000000]"];
  for (let i = 0; i < values.length; i++) refused(judged([ISS, SUB, AUD, EXP, IAT, NONCE, "\"auth_time\":" + values[i]]), IdTokenFault.BadClaim, "auth_time");
}

export function duty_28_a_requested_acr_is_checked(): void {
  const wanted = new IdTokenRules(ascii("https://idp.example.com"), ascii("client"), 120, -1, ascii("gold silver"));
  const good = ["\"gold\"", "\"silver\""], bad = ["\"bronze\"", "\"gold silver\"", "\"\"", "null", "[\"gold\"]", "1"];
  for (let i = 0; i < good.length; i++) accepted(by(wanted, "\"acr\":" + good[i]));
  for (let i = 0; i < bad.length; i++) refused(by(wanted, "\"acr\":" + bad[i]), IdTokenFault.WrongAcr, "acr");
  refused(by(wanted, ""), IdTokenFault.WrongAcr, "acr");
}

export function a_sid_that_is_not_a_string_of_at_most_255_bytes_is_refused(): void {
  const values = ["1", "[\"s\"]", "\"" + "s".repeat(256) + "\""];
  for (let i = 0; i < values.length; i++) refused(judged([ISS, SUB, AUD, EXP, IAT, NONCE, "\"sid\":" + values[i]]), IdTokenFault.BadClaim, "sid");
}

// After a refresh.
export function a_refreshed_token_needs_no_nonce_but_the_same_subject(): void {
  equal(text(accepted(refreshed([ISS, SUB, AUD, EXP, IAT])).sub), "me");
  accepted(refreshed([ISS, SUB, AUD, EXP, IAT, NONCE, "\"auth_time\":1699990000"]));
  accepted(refreshed([ISS, SUB, AUD, EXP, IAT, "\"auth_time\":1.69999e9"]));
  accepted(refreshed([ISS, SUB, AUD, EXP, IAT, "\"auth_time\":\"1699990000\"", "\"nonce\":null"]));
}

export function duty_39_another_subject_after_a_refresh_is_refused(): void {
  const values = ["\"you\"", "\"Me\"", "\"me \""];
  for (let i = 0; i < values.length; i++) refused(refreshed([ISS, "\"sub\":" + values[i], AUD, EXP, IAT]), IdTokenFault.Changed, "sub");
  refused(readRefreshedIdToken(verified(claimsOf([ISS, SUB, AUD, EXP, IAT])), Hash.Sha256, rules(), ascii("you"), null, ascii(ACCESS), NOW), IdTokenFault.Changed, "sub");
}

export function duty_39_another_login_after_a_refresh_is_refused(): void {
  const times = ["1699990001", "0", "\"1699990001\""];
  for (let i = 0; i < times.length; i++) refused(refreshed([ISS, SUB, AUD, EXP, IAT, "\"auth_time\":" + times[i]]), IdTokenFault.Changed, "auth_time");
  const nonces = ["\"n-2\"", "\"\"", "1"];
  for (let i = 0; i < nonces.length; i++) refused(refreshed([ISS, SUB, AUD, EXP, IAT, "\"nonce\":" + nonces[i]]), IdTokenFault.Changed, "nonce");
}

export function duty_39_issuer_audience_and_times_are_checked_after_a_refresh_too(): void {
  refused(refreshed(["\"iss\":\"https://other.example\"", SUB, AUD, EXP, IAT]), IdTokenFault.WrongIssuer, "iss");
  refused(refreshed([ISS, SUB, "\"aud\":\"other\"", EXP, IAT]), IdTokenFault.WrongAudience, "aud");
  refused(refreshed([ISS, SUB, AUD, "\"azp\":\"other\"", EXP, IAT]), IdTokenFault.WrongParty, "azp");
  refused(refreshed([ISS, SUB, AUD, "\"exp\":1699999999", IAT]), IdTokenFault.Expired, "exp");
  refused(refreshed([ISS, SUB, AUD, EXP]), IdTokenFault.NoTime, "iat");
  refused(refreshed([ISS, SUB, AUD, EXP, IAT, "\"at_hash\":\"AAAA\""]), IdTokenFault.WrongAccessToken, "at_hash");
  refused(refreshed([ISS, SUB, AUD, EXP, IAT, "\"events\":{}"]), IdTokenFault.WrongType, "typ");
}

export function claims_that_the_session_does_not_have_are_not_compared(): void {
  accepted(readRefreshedIdToken(verified(claimsOf([ISS, SUB, AUD, EXP, IAT, NONCE, "\"auth_time\":5"])), Hash.Sha256, rules(), ascii("me"), null, ascii(ACCESS), NOW));
}

export function every_fault_has_a_text_of_its_own(): void {
  const words = new Set<string>();
  for (let fault = 1; fault <= 15; fault++) words.add(idTokenFaultText(fault, "x"));
  equalInt(words.size, 15);
}

function rules(): IdTokenRules { return new IdTokenRules(ascii("https://idp.example.com"), ascii("client"), 120); }
function good(): string { return claimsOf([ISS, SUB, AUD, EXP, IAT, NONCE]); }
function judge(claims: string, typ: string): Result<IdToken> { return readIdToken(verified(claims, typ), Hash.Sha256, rules(), ascii("n-1"), ascii(ACCESS), NOW); }
function judged(members: string[]): Result<IdToken> { return judge(claimsOf(members), ""); }
function by(rules: IdTokenRules, member: string): Result<IdToken> {
  return readIdToken(verified(claimsOf([ISS, SUB, AUD, EXP, IAT, NONCE, member])), Hash.Sha256, rules, ascii("n-1"), ascii(ACCESS), NOW);
}

function under(rules: IdTokenRules, members: string[]): Result<IdToken> { return readIdToken(verified(claimsOf(members)), Hash.Sha256, rules, ascii("n-1"), ascii(ACCESS), NOW); }

function refreshed(members: string[]): Result<IdToken> {
  const before = parse(utf8(claimsOf([ISS, SUB, AUD, IAT, NONCE, "\"auth_time\":1699990000"])), 1000).value;
  return readRefreshedIdToken(verified(claimsOf(members)), Hash.Sha256, rules(), ascii("me"), before, ascii(ACCESS), NOW);
}

function aged(member: string, maxAgeSec: i32, want: bool): void {
  const read = by(new IdTokenRules(ascii("https://idp.example.com"), ascii("client"), 120, maxAgeSec), member);
  if (want) accepted(read);
  else refused(read, IdTokenFault.LoggedInTooLongAgo, "auth_time");
}

function accepted(token: Result<IdToken>): IdToken {
  const fault = token.fault;
  isFalse(fault != null, fault == null ? "" : `refused with ${fault.code} at ${fault.at}`);
  return token.value;
}

function refused(token: Result<IdToken>, code: IdTokenFault, at: string): void {
  const fault = token.fault;
  if (fault == null) return assert(false, "accepted, want " + (<i32>code).toString() + " at " + at);
  assert(fault.code == code && fault.at == at, `fault ${fault.code} at ${fault.at}, want ${<i32>code} at ${at}`);
}
