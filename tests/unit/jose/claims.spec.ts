import { checkTimes, claimIs, ClaimFault, expiresAtSec, hasScopes, holds, isTyp } from "../../../assembly/jose/claims";
import { Json } from "../../../assembly/json/json";
import { parse } from "../../../assembly/json/parser";
import { ascii, equalInt, isFalse, isTrue, utf8 } from "../check";

const NOW: i64 = 1_700_000_000;
const SLACK = 120;

// exp.
export function duty_57_a_token_without_exp_is_refused(): void {
  times("{}", ClaimFault.NoExpiry);
  times("{\"nbf\":1,\"iat\":1}", ClaimFault.NoExpiry);
  times("{\"Exp\":4102444800}", ClaimFault.NoExpiry);
  times("{\"x\":{\"exp\":4102444800}}", ClaimFault.NoExpiry);
}

export function duty_57_a_token_expires_in_the_second_of_exp(): void {
  times("{\"exp\":1700000001}", ClaimFault.None);
  times("{\"exp\":1700000000}", ClaimFault.Expired);
  times("{\"exp\":1699999999}", ClaimFault.Expired);
  times("{\"exp\":0}", ClaimFault.Expired);
  times("{\"exp\":-1700000001}", ClaimFault.Expired);
}

export function duty_57_the_slack_does_not_apply_to_exp(): void { times("{\"exp\":1699999990}", ClaimFault.Expired); }

export function duty_57_fractions_of_a_second_in_exp_count(): void {
  times("{\"exp\":1700000000.5}", ClaimFault.None);
  times("{\"exp\":1699999999.999}", ClaimFault.Expired);
  times("{\"exp\":1.700000001e9}", ClaimFault.None);
  times("{\"exp\":1.6e9}", ClaimFault.Expired);
}

export function duty_57_an_exp_that_is_not_a_number_is_refused(): void {
  const values = ["\"4102444800\"", "true", "[4102444800]", "{}", "\"\""];
  for (let i = 0; i < values.length; i++) times("{\"exp\":" + values[i] + "}", ClaimFault.BadType);
}

export function duty_57_an_exp_that_is_null_counts_as_missing(): void {
  times("{\"exp\":null}", ClaimFault.NoExpiry);
  times("{\"exp\":4102444800,\"nbf\":null,\"iat\":null}", ClaimFault.None);
}

export function duty_57_times_in_strings_are_accepted_only_if_the_caller_allows_them(): void {
  spelt("{\"exp\":\"1700000001\",\"nbf\":\"1700000000\",\"iat\":\"1699999999.5\"}", ClaimFault.None);
  spelt("{\"exp\":\"1700000000\"}", ClaimFault.Expired);
  spelt("{\"exp\":\"4102444800\",\"nbf\":\"4102444800\"}", ClaimFault.NotYetValid);
  spelt("{\"exp\":\"4102444800\",\"iat\":\"4102444800\"}", ClaimFault.IssuedInFuture);
  const values = ["\"\"", "\" 4102444800\"", "\"4102444800s\"", "\"2100-01-01\"", "\"never\"", "\"Infinity\"", "\"0x7fffffff\"", "true", "[4102444800]", "{}"];
  for (let i = 0; i < values.length; i++) {
    spelt("{\"exp\":" + values[i] + "}", ClaimFault.BadType);
    spelt("{\"exp\":4102444800,\"nbf\":" + values[i] + "}", ClaimFault.BadType);
    spelt("{\"exp\":4102444800,\"iat\":" + values[i] + "}", ClaimFault.BadType);
  }
}

export function duty_57_huge_numbers_do_not_wrap(): void {
  times("{\"exp\":1e300}", ClaimFault.None);
  times("{\"exp\":1e400}", ClaimFault.None);
  times("{\"exp\":9223372036854775808}", ClaimFault.None);
  times("{\"exp\":18446744073709551617}", ClaimFault.None);
  times("{\"exp\":-1e300}", ClaimFault.Expired);
  times("{\"exp\":-1e400}", ClaimFault.Expired);
  times("{\"exp\":-9223372036854775809}", ClaimFault.Expired);
  times("{\"exp\":1e-300}", ClaimFault.Expired);
}

export function an_expiry_in_whole_seconds_is_never_later_than_exp(): void {
  expires("1700000000.999", 1_700_000_000);
  expires("1700000000", 1_700_000_000);
  expires("1.7e9", 1_700_000_000);
  expires("0.5", 0);
}

export function duty_57_an_expiry_after_the_year_9999_becomes_its_end(): void {
  expires("253402300800", 253402300799);
  expires("1e300", 253402300799);
  expires("1e400", 253402300799);
  expires("9223372036854775807", 253402300799);
}

export function a_value_that_is_not_a_time_gives_no_expiry(): void {
  const values = ["0", "-1", "-1e400", "\"1700000000\"", "null", "true", "[]", "{}"];
  for (let i = 0; i < values.length; i++) expires(values[i], 0);
  equalInt(expiresAtSec(claims("{}"), -1), 0);
}

// nbf and iat.
export function duty_58_a_token_from_the_future_is_refused_beyond_the_slack(): void {
  times("{\"exp\":4102444800,\"nbf\":1700000120}", ClaimFault.None);
  times("{\"exp\":4102444800,\"nbf\":1700000120.5}", ClaimFault.NotYetValid);
  times("{\"exp\":4102444800,\"nbf\":1700000121}", ClaimFault.NotYetValid);
  times("{\"exp\":4102444800,\"iat\":1700000120}", ClaimFault.None);
  times("{\"exp\":4102444800,\"iat\":1700000121}", ClaimFault.IssuedInFuture);
}

export function duty_58_huge_times_do_not_wrap_into_the_past(): void {
  const values = ["1e300", "1e400", "9223372036854775808", "18446744073709551616", "4294967296000"];
  for (let i = 0; i < values.length; i++) {
    times("{\"exp\":4102444800,\"nbf\":" + values[i] + "}", ClaimFault.NotYetValid);
    times("{\"exp\":4102444800,\"iat\":" + values[i] + "}", ClaimFault.IssuedInFuture);
  }
}

export function duty_58_an_nbf_or_iat_that_is_not_a_number_is_refused(): void {
  const values = ["\"1\"", "false", "[1]", "{}"];
  for (let i = 0; i < values.length; i++) {
    times("{\"exp\":4102444800,\"nbf\":" + values[i] + "}", ClaimFault.BadType);
    times("{\"exp\":4102444800,\"iat\":" + values[i] + "}", ClaimFault.BadType);
  }
}

export function any_nbf_and_iat_in_the_past_are_accepted(): void {
  times("{\"exp\":4102444800,\"nbf\":0,\"iat\":0}", ClaimFault.None);
  times("{\"exp\":4102444800,\"nbf\":-1e300,\"iat\":-5.5}", ClaimFault.None);
}

export function without_slack_nbf_is_accepted_from_its_second_on(): void {
  const json = claims("{\"exp\":4102444800,\"nbf\":1700000000}");
  equalInt(checkTimes(json, NOW, 0), ClaimFault.None);
  equalInt(checkTimes(json, NOW - 1, 0), ClaimFault.NotYetValid);
}

export function claims_that_are_not_an_object_have_no_expiry(): void { times("[4102444800]", ClaimFault.NoExpiry); }

// aud and scopes.
export function duty_61_an_audience_is_a_string_or_an_item_of_a_list(): void {
  has("\"api\"", true); has("[\"api\"]", true); has("[\"a\",\"api\",7]", true); has("\"\\u0061pi\"", true);
}

export function duty_61_another_audience_does_not_match(): void {
  const values = ["\"API\"", "\"api \"", "\"api2\"", "\"ap\"", "\"a b api\"", "\"x,api\"", "[]", "[\"ap\",\"i\"]", "[[\"api\"]]", "[{\"api\":1}]", "{\"api\":1}", "{\"aud\":\"api\"}", "null", "1", "true", "\"\"", "[null]"];
  for (let i = 0; i < values.length; i++) has(values[i], false);
}

export function an_absent_claim_does_not_match(): void { isFalse(holds(claims("{}"), -1, ascii("")), "absent"); }

export function duty_76_a_token_without_all_required_scopes_does_not_match(): void {
  scopes("{\"scope\":\"read write\"}", "read", true);
  scopes("{\"scope\":\"read write\"}", "write read", true);
  scopes("{\"scope\":\"read write\"}", "read admin", false);
  scopes("{\"scope\":\"read\"}", "read write", false);
  scopes("{}", "read", false);
}

export function duty_76_a_scope_must_match_as_a_whole_word(): void {
  const values = ["\"reader\"", "\"rea d\"", "\"Read\"", "\"x:read\"", "\"read,write\"", "\"read\\twrite\"", "\"\"", "\" \"", "null", "1", "{\"read\":true}"];
  for (let i = 0; i < values.length; i++) scopes("{\"scope\":" + values[i] + "}", "read", false);
}

export function scopes_may_be_separated_by_several_spaces(): void { scopes("{\"scope\":\"  read   write  \"}", "read write", true); }

export function scopes_may_be_in_a_list_or_in_scp(): void {
  scopes("{\"scope\":[\"read\",\"write\"]}", "read write", true);
  scopes("{\"scp\":[\"read\"]}", "read", true);
  scopes("{\"scp\":\"write read\"}", "read", true);
  scopes("{\"scope\":\"read\",\"scp\":[\"write\"]}", "read write", true);
  scopes("{\"scope\":[\"read write\"]}", "read", false);
  scopes("{\"scp\":[[\"read\"]]}", "read", false);
}

export function without_required_scopes_every_token_matches(): void { isTrue(hasScopes(claims("{}"), []), "none"); }

// Types.
export function duty_62_a_type_may_have_its_application_prefix_and_any_case(): void {
  typ("at+jwt", true); typ("AT+JWT", true); typ("application/at+jwt", true); typ("Application/At+Jwt", true);
}

export function duty_62_another_type_does_not_match(): void {
  const values = ["", "jwt", "JWT", "at+jwt ", "at-jwt", "logout+jwt", "application/", "application/application/at+jwt", "text/at+jwt", "at+jwts", "xat+jwt"];
  for (let i = 0; i < values.length; i++) typ(values[i], false);
  isFalse(isTyp(null, "at+jwt"), "absent");
  isFalse(isTyp(null, ""), "absent is not empty");
}

export function a_claim_must_be_exactly_the_string(): void {
  const json = claims("{\"sub\":\"me\",\"n\":1}");
  isTrue(claimIs(json, "sub", ascii("me")), "me");
  isFalse(claimIs(json, "sub", ascii("m")), "prefix");
  isFalse(claimIs(json, "n", ascii("1")), "a number");
  isFalse(claimIs(json, "x", ascii("")), "absent");
}

function claims(document: string): Json { return parse(utf8(document), 4096).value; }
function times(document: string, want: ClaimFault): void { const got = checkTimes(claims(document), NOW, SLACK); assert(got == want, "fault " + (<i32>got).toString() + ": " + document); }
function spelt(document: string, want: ClaimFault): void { const got = checkTimes(claims(document), NOW, SLACK, true, true); assert(got == want, "fault " + (<i32>got).toString() + ": " + document); }
function typ(value: string, want: bool): void { isTrue(isTyp(ascii(value), "at+jwt") == want, value); }

function expires(value: string, want: i64): void {
  const json = claims("{\"exp\":" + value + "}");
  equalInt(expiresAtSec(json, json.member(json.root, "exp")), want);
}

function has(aud: string, want: bool): void {
  const json = claims("{\"aud\":" + aud + "}");
  isTrue(holds(json, json.member(json.root, "aud"), ascii("api")) == want, aud);
}

function scopes(document: string, required: string, want: bool): void {
  const words = required.split(" "), list: Uint8Array[] = [];
  for (let i = 0; i < words.length; i++) list.push(ascii(words[i]));
  isTrue(hasScopes(claims(document), list) == want, document + " has " + required);
}
