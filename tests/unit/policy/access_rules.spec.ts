import { TokenClaims } from "../../../assembly/policy/claim_source";
import { equal, isFalse, isTrue } from "../check";
import { all, any, CLAIMS, json, judged, judges, MISSING, NO, not, rulesOf, WRONG, YES } from "./access.as";

// Tests of a claim.
export function equals_matches_the_same_value(): void {
  says("\"equals\":\"a\"", "\"a\"", "granted"); says("\"equals\":\"a\"", "\"b\"", "denied"); says("\"equals\":\"a\"", "\"A\"", "denied"); says("\"equals\":\"a\"", "\"a \"", "denied");
  says("\"equals\":\"\"", "\"\"", "granted"); says("\"equals\":\"\"", "\" \"", "denied");
  says("\"equals\":true", "true", "granted"); says("\"equals\":true", "false", "denied"); says("\"equals\":false", "false", "granted"); says("\"equals\":false", "true", "denied");
  says("\"equals\":7", "7", "granted"); says("\"equals\":7", "8", "denied"); says("\"equals\":0", "1", "denied");
}

export function duty_94_equals_never_matches_another_type(): void {
  const strings = ["1", "true", "[\"a\"]", "{}", "[]", "{\"a\":\"a\"}"];
  for (let i = 0; i < strings.length; i++) says("\"equals\":\"a\"", strings[i], "wrong type");
  says("\"equals\":\"1\"", "1", "wrong type"); says("\"equals\":\"true\"", "true", "wrong type"); says("\"equals\":\"null\"", "null", "missing");
  says("\"equals\":1", "\"1\"", "wrong type"); says("\"equals\":1", "true", "wrong type"); says("\"equals\":1", "[1]", "wrong type");
  says("\"equals\":true", "1", "wrong type"); says("\"equals\":true", "\"true\"", "wrong type"); says("\"equals\":false", "0", "wrong type"); says("\"equals\":false", "\"\"", "wrong type");
}

export function contains_matches_an_item_of_a_list(): void {
  says("\"contains\":\"a\"", "[\"a\"]", "granted"); says("\"contains\":\"a\"", "[\"b\",\"a\"]", "granted"); says("\"contains\":\"a\"", "[\"b\",\"ab\",\"A\"]", "denied");
  says("\"contains\":2", "[1,2]", "granted"); says("\"contains\":2", "[1,22]", "denied"); says("\"contains\":true", "[false,true]", "granted"); says("\"contains\":true", "[false]", "denied");
  says("\"contains\":\"a\"", "[]", "denied");
}

export function contains_treats_a_single_value_as_a_list_of_one(): void {
  says("\"contains\":\"a\"", "\"a\"", "granted"); says("\"contains\":\"a\"", "\"b\"", "denied"); says("\"contains\":1", "1", "granted"); says("\"contains\":true", "false", "denied");
  says("\"contains\":\"a\"", "1", "wrong type"); says("\"contains\":1", "\"1\"", "wrong type"); says("\"contains\":\"a\"", "true", "wrong type"); says("\"contains\":\"a\"", "{}", "wrong type");
}

export function duty_94_contains_does_not_match_a_part_of_a_string(): void {
  says("\"contains\":\"a\"", "\"a b\"", "denied"); says("\"contains\":\"a\"", "\"a,b\"", "denied"); says("\"contains\":\"a\"", "\"xax\"", "denied"); says("\"contains\":\"\"", "\"a\"", "denied");
}

export function items_of_other_types_are_ignored(): void {
  says("\"contains\":\"1\"", "[1,null,true,{},[\"1\"],\"1\"]", "granted"); says("\"contains\":\"1\"", "[1,null,true,{\"1\":\"1\"},[\"1\"]]", "denied"); says("\"contains\":\"null\"", "[null]", "denied");
  says("\"contains\":1", "[\"1\",true,[1]]", "denied"); says("\"contains\":\"a\"", "{\"a\":\"a\"}", "wrong type"); says("\"contains\":\"a\"", "[[\"a\"]]", "denied");
}

export function one_of_matches_any_of_its_values(): void {
  says("\"one_of\":[\"a\",\"b\"]", "\"a\"", "granted"); says("\"one_of\":[\"a\",\"b\"]", "\"b\"", "granted"); says("\"one_of\":[\"a\",\"b\"]", "\"c\"", "denied"); says("\"one_of\":[\"a\"]", "\"a\"", "granted");
  says("\"one_of\":[1,2]", "2.0", "granted"); says("\"one_of\":[1,2]", "3", "denied"); says("\"one_of\":[false]", "false", "granted"); says("\"one_of\":[false]", "true", "denied");
}

export function duty_94_one_of_does_not_match_a_list(): void {
  says("\"one_of\":[\"a\",\"b\"]", "[\"a\"]", "wrong type"); says("\"one_of\":[\"a\"]", "[]", "wrong type"); says("\"one_of\":[\"a\"]", "{\"a\":1}", "wrong type"); says("\"one_of\":[\"a\"]", "1", "wrong type");
}

export function one_of_compares_each_value_by_its_own_type(): void {
  says("\"one_of\":[\"1\",2]", "2", "granted"); says("\"one_of\":[\"1\",2]", "\"1\"", "granted"); says("\"one_of\":[\"1\",2]", "1", "denied"); says("\"one_of\":[\"1\",2]", "\"2\"", "denied");
  says("\"one_of\":[\"1\",2]", "true", "wrong type");
}

export function exists_matches_every_value_but_null(): void {
  const there = ["\"\"", "\"a\"", "0", "false", "true", "[]", "{}", "[null]"];
  for (let i = 0; i < there.length; i++) {
    says("\"exists\":true", there[i], "granted"); says("\"exists\":false", there[i], "denied");
  }
  judges("{\"claim\":\"v\",\"exists\":true}", "{}", "missing at access_rules (v)"); judges("{\"claim\":\"v\",\"exists\":false}", "{}", "granted");
}

export function a_claim_that_is_null_is_missing(): void {
  says("\"equals\":\"a\"", "null", "missing"); says("\"contains\":\"a\"", "null", "missing"); says("\"one_of\":[\"a\"]", "null", "missing");
  says("\"exists\":true", "null", "missing"); says("\"exists\":false", "null", "granted");
}

export function an_absent_claim_is_missing(): void {
  const tests = ["\"equals\":\"a\"", "\"equals\":1", "\"equals\":false", "\"contains\":\"a\"", "\"one_of\":[\"a\",1]", "\"exists\":true"], documents = ["{}", "{\"x\":\"a\"}", "{\"V\":\"a\"}", "{\"v.v\":\"a\"}", "{\"x\":{\"v\":\"a\"}}", "[]", "\"v\""];
  for (let i = 0; i < tests.length; i++) for (let k = 0; k < documents.length; k++) judges("{\"claim\":\"v\"," + tests[i] + "}", documents[k], "missing at access_rules (v)");
}

// Values.
export function numbers_are_compared_by_value(): void {
  const ones = ["1", "1.0", "1e0", "10e-1", "0.1e1", "100e-2", "1.000"];
  for (let i = 0; i < ones.length; i++) for (let k = 0; k < ones.length; k++) { says("\"equals\":" + ones[i], ones[k], "granted"); says("\"contains\":" + ones[i], "[0," + ones[k] + "]", "granted"); }
  says("\"equals\":0.1", "1e-1", "granted"); says("\"equals\":-2", "-2.0", "granted"); says("\"equals\":0", "-0", "granted"); says("\"equals\":2", "-2", "denied"); says("\"equals\":1", "1.1", "denied"); says("\"equals\":1", "1e400", "denied");
}

export function different_large_ids_are_never_equal(): void {
  const ids = ["9007199254740991", "9007199254740992", "9007199254740993", "12345678901234567890", "12345678901234567891", "-9007199254740993"];
  for (let i = 0; i < ids.length; i++) for (let k = 0; k < ids.length; k++) says("\"equals\":" + ids[i], ids[k], i == k ? "granted" : "denied");
}

export function strings_are_compared_after_unescaping(): void {
  says("\"equals\":\"a/b\"", "\"\\u0061\\/b\"", "granted"); says("\"equals\":\"\\u00e9\"", "\"\u00e9\"", "granted"); says("\"contains\":\"\\ud83d\\ude00\"", "[\"\ud83d\ude00\"]", "granted"); says("\"one_of\":[\"\\n\"]", "\"\\u000a\"", "granted");
  says("\"equals\":\"e\\u0301\"", "\"\u00e9\"", "denied"); says("\"equals\":\"a\"", "\"a\\u0000\"", "denied"); says("\"equals\":\"\\\\n\"", "\"\\n\"", "denied");
}

// Paths.
export function a_nested_claim_is_found_by_a_dotted_path(): void {
  const roles = "{\"claim\":\"realm_access.roles\",\"contains\":\"manager\"}";
  judges(roles, "{\"realm_access\":{\"roles\":[\"offline_access\",\"manager\"]}}", "granted");
  judges(roles, "{\"realm_access\":{\"roles\":[\"offline_access\"]}}", "denied at access_rules (realm_access.roles)");
  judges(roles, "{\"realm_access\":{}}", "missing at access_rules (realm_access.roles)");
  judges(roles, "{\"realm_access\":[\"roles\"]}", "missing at access_rules (realm_access.roles)");
  judges(roles, "{\"roles\":[\"manager\"]}", "missing at access_rules (realm_access.roles)");
  judges(roles, "{\"realm_access\":{\"roles\":{\"manager\":true}}}", "wrong type at access_rules (realm_access.roles)");
}

export function a_name_with_dots_is_found(): void {
  judges("{\"claim\":\"https://example.com/roles\",\"contains\":\"a\"}", "{\"https://example.com/roles\":[\"a\"]}", "granted");
  judges("{\"claim\":\"resource_access.my.client.roles\",\"contains\":\"a\"}", "{\"resource_access\":{\"my.client\":{\"roles\":[\"a\"]}}}", "granted");
  judges("{\"claim\":\"resource_access.my.client.roles\",\"contains\":\"a\"}", "{\"resource_access\":{\"my\":{\"roles\":[\"a\"]}}}", "missing at access_rules (resource_access.my.client.roles)");
}

export function a_group_must_match_as_a_whole_path(): void {
  const group = "{\"claim\":\"groups\",\"contains\":\"/staff\"}";
  judges(group, "{\"groups\":[\"/bosses\",\"/staff\"]}", "granted"); judges(group, "{\"groups\":\"/staff\"}", "granted");
  judges(group, "{\"groups\":[\"/staff/interns\",\"staff\",\"/Staff\"]}", "denied at access_rules (groups)"); judges(group, "{\"groups\":[]}", "denied at access_rules (groups)");
}

// Reasons.
export function all_reports_its_first_failing_rule(): void {
  judges(all(YES + "," + MISSING + "," + NO), CLAIMS, "missing at access_rules.all[1] (m)");
  judges(all(NO + "," + MISSING), CLAIMS, "denied at access_rules.all[0] (n)");
  judges(all(YES + "," + all(YES + "," + WRONG)), CLAIMS, "wrong type at access_rules.all[1].all[1] (w)");
}

export function any_reports_its_first_rule_if_all_fail_for_the_same_reason(): void {
  judges(any(MISSING + "," + MISSING), CLAIMS, "missing at access_rules.any[0] (m)");
  judges(any(WRONG + "," + WRONG), CLAIMS, "wrong type at access_rules.any[0] (w)");
  judges(any(NO + "," + NO), CLAIMS, "denied at access_rules.any[0] (n)");
}

export function any_reports_itself_if_its_rules_fail_for_different_reasons(): void {
  judges(any(MISSING + "," + NO), CLAIMS, "denied at access_rules.any"); judges(any(NO + "," + MISSING + "," + NO), CLAIMS, "denied at access_rules.any"); judges(any(WRONG + "," + MISSING), CLAIMS, "denied at access_rules.any");
  judges(all(YES + "," + any(NO + "," + WRONG)), CLAIMS, "denied at access_rules.all[1].any");
}

export function not_reports_the_rule_that_matched_or_was_unknown(): void {
  judges(not(YES), CLAIMS, "denied at access_rules.not (y)"); judges(not(MISSING), CLAIMS, "missing at access_rules.not (m)"); judges(not(WRONG), CLAIMS, "wrong type at access_rules.not (w)");
  judges(not(any(NO + "," + YES)), CLAIMS, "denied at access_rules.not.any[1] (y)"); judges(not(all(YES + "," + YES)), CLAIMS, "denied at access_rules.not.all");
  judges(not("{\"claim\":\"m\",\"exists\":false}"), CLAIMS, "denied at access_rules.not (m)");
}

export function why_is_that_of_the_last_evaluation(): void {
  const rules = rulesOf("{\"claim\":\"v\",\"equals\":1}");
  rules.judge(new TokenClaims(json("{}")));
  equal(rules.why, "access_rules (v)");
  rules.judge(new TokenClaims(json("{\"v\":1}")));
  equal(rules.why, "");
}

export function duty_77_why_contains_neither_the_value_of_a_claim_nor_that_of_a_rule(): void {
  const values = ["\"S3CRET\"", "[\"S3CRET\",[\"S3CRET\"]]", "{\"S3CRET\":\"S3CRET\"}", "{\"v\":\"S3CRET\"}", "77", "true", "null"];
  const rules = ["\"equals\":\"WANTED\"", "\"equals\":99", "\"contains\":\"WANTED\"", "\"one_of\":[\"WANTED\",99]", "\"exists\":false"];
  for (let i = 0; i < values.length; i++) for (let k = 0; k < rules.length; k++) for (let n = 0; n < 4; n++) {
    const leaf = "{\"claim\":\"v\"," + rules[k] + "}", rule = n == 0 ? leaf : n == 1 ? all(leaf) : n == 2 ? any(leaf) : not(leaf);
    const got = judged(rule, "{\"v\":" + values[i] + "}");
    isFalse(got.includes("S3CRET") || got.includes("WANTED") || got.includes("77") || got.includes("99"), got);
    isTrue(got == "granted" || got.includes(" at access_rules") && got.endsWith(" (v)"), got);
  }
}

/** Expects the result of one test of the claim `v`. */
function says(test: string, claim: string, want: string): void {
  judges("{\"claim\":\"v\"," + test + "}", "{\"v\":" + claim + "}", want == "granted" ? want : want + " at access_rules (v)");
}
