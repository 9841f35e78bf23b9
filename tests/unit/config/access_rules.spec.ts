import { Environment } from "../../../assembly/config/environment";
import { readAccessRules } from "../../../assembly/config/read_access_rules";
import { ConfigReader } from "../../../assembly/config/reader";
import { Access } from "../../../assembly/policy/access_rules";
import { TokenClaims } from "../../../assembly/policy/claim_source";
import { parse } from "../../../assembly/json/parser";
import { equal, isTrue } from "../check";
import { Reader } from "../fuzz.as";
import { json, judges, read, readJson, rulesOf } from "../policy/access.as";

const RULE = "expected a rule, such as {\"claim\": \"realm_access.roles\", \"contains\": \"admin\"}";
const SCALAR = "expected a string, a number or a boolean";
const NO_LIST = "expected a list of rules that is not empty";
const PATH = "expected a claim path of printable ASCII with at most 8 dots";

export function without_access_rules_there_are_none(): void {
  const out = readJson(json("{}"));
  isTrue(out.rules == null && out.errors.length == 0, "no rules and no errors");
}

export function duty_130_a_rule_that_is_not_an_object_is_refused(): void {
  const others = ["null", "true", "1", "\"admin\"", "[]", "[{\"claim\":\"a\",\"exists\":true}]"];
  for (let i = 0; i < others.length; i++) {
    refused(others[i], "access_rules: " + RULE);
    refused("{\"not\":" + others[i] + "}", "access_rules.not: " + RULE);
    refused("{\"all\":[" + LEAF + "," + others[i] + "]}", "access_rules.all[1]: " + RULE);
  }
}

export function duty_130_a_rule_is_exactly_one_of_all_any_not_and_claim(): void {
  refused("{}", "access_rules: expected one of all, any, not and claim, found none");
  refused("{\"all\":[" + LEAF + "],\"any\":[" + LEAF + "]}", "access_rules: expected one of all, any, not and claim, found 2");
  refused("{\"not\":" + LEAF + ",\"claim\":\"a\",\"exists\":true}", "access_rules: expected one of all, any, not and claim, found 2");
  refused("{\"any\":[{\"all\":[" + LEAF + "],\"any\":[" + LEAF + "],\"not\":" + LEAF + "}]}", "access_rules.any[0]: expected one of all, any, not and claim, found 3");
}

export function duty_130_all_and_any_must_be_lists_and_not_empty(): void {
  const others = ["[]", "{}", LEAF, "\"a\"", "null", "1"];
  for (let i = 0; i < others.length; i++) {
    refused("{\"all\":" + others[i] + "}", "access_rules.all: " + NO_LIST);
    refused("{\"not\":{\"any\":" + others[i] + "}}", "access_rules.not.any: " + NO_LIST);
  }
}

export function duty_130_a_claim_has_exactly_one_test(): void {
  refused("{\"claim\":\"a\"}", "access_rules: expected one of equals, contains, one_of and exists beside claim, found none");
  refused("{\"claim\":\"a\",\"equals\":1,\"exists\":true}", "access_rules: expected one of equals, contains, one_of and exists beside claim, found 2");
  refused("{\"claim\":\"a\",\"equals\":1,\"exists\":true,\"one_of\":[1],\"contains\":1}", "access_rules: expected one of equals, contains, one_of and exists beside claim, found 4");
  refused("{\"equals\":1}", "access_rules: equals, contains, one_of and exists need claim beside them; access_rules: expected one of all, any, not and claim, found none");
  refused("{\"all\":[" + LEAF + "],\"exists\":true}", "access_rules: equals, contains, one_of and exists need claim beside them");
}

export function duty_130_a_claim_that_is_not_a_claim_path_is_refused(): void {
  const others = ["1", "null", "[\"a\"]", "\"\"", "\"a b\"", "\"\u00e9\"", "\"a\\n\"", "\"1.2.3.4.5.6.7.8.9.10\""];
  for (let i = 0; i < others.length; i++) refused("{\"claim\":" + others[i] + ",\"exists\":true}", "access_rules.claim: " + PATH);
  rulesOf("{\"claim\":\"1.2.3.4.5.6.7.8.9\",\"exists\":true}");
}

export function duty_130_a_value_that_is_not_a_string_number_or_boolean_is_refused(): void {
  const others = ["null", "[]", "[\"a\"]", "{}"];
  for (let i = 0; i < others.length; i++) {
    refused("{\"claim\":\"a\",\"equals\":" + others[i] + "}", "access_rules.equals: " + SCALAR);
    refused("{\"claim\":\"a\",\"contains\":" + others[i] + "}", "access_rules.contains: " + SCALAR);
    refused("{\"claim\":\"a\",\"one_of\":[1," + others[i] + ",\"b\"]}", "access_rules.one_of[1]: " + SCALAR);
  }
}

export function duty_130_one_of_must_be_a_list_and_not_empty(): void {
  const others = ["[]", "\"a\"", "{\"a\":1}", "null", "true"];
  for (let i = 0; i < others.length; i++) refused("{\"claim\":\"a\",\"one_of\":" + others[i] + "}", "access_rules.one_of: expected a list of strings, numbers or booleans that is not empty");
}

export function duty_130_exists_must_be_true_or_false(): void {
  const others = ["\"true\"", "1", "null", "[]", "{}"];
  for (let i = 0; i < others.length; i++) refused("{\"claim\":\"a\",\"exists\":" + others[i] + "}", "access_rules.exists: expected true or false");
}

export function duty_130_an_unknown_attribute_is_named_with_the_nearest_known_one(): void {
  refused("{\"claim\":\"a\",\"exists\":true,\"contain\":1}", "access_rules.contain: unknown attribute; did you mean contains?");
  refused("{\"not\":{\"claim\":\"a\",\"exists\":true,\"frobnicate\":1}}", "access_rules.not.frobnicate: unknown attribute");
  refused("{\"claim\":\"a\",\"equal\":1}", "access_rules.equal: unknown attribute; did you mean equals?; access_rules: expected one of equals, contains, one_of and exists beside claim, found none");
  refused("{\"All\":[" + LEAF + "]}", "access_rules.All: unknown attribute; did you mean all?; access_rules: expected one of all, any, not and claim, found none");
}

export function duty_130_all_mistakes_are_reported_at_once_each_with_its_path(): void {
  refused("{\"all\":[{\"claim\":7,\"contains\":[]},{\"any\":[{\"not\":{\"claim\":\"a\",\"one_of\":[null,{}]}},3]},{\"claim\":\"b\",\"equals\":1,\"x\":2}],\"claim\":\"\",\"exists\":1}",
    "access_rules.all[0].claim: " + PATH + "; access_rules.all[0].contains: " + SCALAR + "; access_rules.all[1].any[0].not.one_of[0]: " + SCALAR + "; access_rules.all[1].any[0].not.one_of[1]: " + SCALAR
    + "; access_rules.all[1].any[1]: " + RULE + "; access_rules.all[2].x: unknown attribute; access_rules.claim: " + PATH + "; access_rules.exists: expected true or false"
    + "; access_rules: expected one of all, any, not and claim, found 2");
}

export function duty_130_a_mistake_in_inherited_rules_is_reported_once(): void {
  const config = json("{\"access_rules\":{\"all\":[]}}"), errors: string[] = [];
  for (let i = 0; i < 3; i++) isTrue(readAccessRules(new ConfigReader(config, config.root, "", new Environment([]), errors), "access_rules") == null, "no rules");
  equal(errors.join("; "), "access_rules.all: " + NO_LIST);
}

export function the_path_of_a_mistake_or_denial_begins_with_that_of_the_rules(): void {
  const errors: string[] = [], wrong = json("{\"access_rules\":{\"not\":1}}"), right = json("{\"access_rules\":{\"not\":" + LEAF + "}}");
  readAccessRules(new ConfigReader(wrong, wrong.root, "rules[2]", new Environment([]), errors), "access_rules");
  equal(errors.join("; "), "rules[2].access_rules.not: " + RULE);
  const rules = readAccessRules(new ConfigReader(right, right.root, "rules[2]", new Environment([]), errors), "access_rules");
  if (rules == null) return assert(false, "rules");
  rules.judge(new TokenClaims(json("{\"a\":1}")));
  equal(rules.why, "rules[2].access_rules.not (a)");
}

export function references_are_refused_instead_of_used_as_text(): void {
  const others = ["$ENV://NAME", "$env://NAME", "$secret://vault/1/a", "$SECRET://vault/1/a", "\\u0024ENV://NAME"];
  for (let i = 0; i < others.length; i++) {
    refused("{\"not\":{\"claim\":\"a\",\"equals\":\"" + others[i] + "\"}}", "access_rules.not.equals: is not replaced here: write the value itself");
    refused("{\"claim\":\"a\",\"one_of\":[\"" + others[i] + "\"]}", "access_rules.one_of[0]: is not replaced here: write the value itself");
    refused("{\"claim\":\"" + others[i] + "\",\"exists\":false}", "access_rules.claim: is not replaced here: write the value itself");
  }
  judges("{\"claim\":\"a\",\"equals\":\"$\"}", "{\"a\":\"$\"}", "granted");
}

// Bounds.
export function rules_nested_8_deep_are_accepted_and_9_deep_refused(): void {
  rulesOf(nested(8));
  refused(nested(9), "access_rules" + ".not".repeat(8) + ": rules may be nested at most 8 deep");
  refused(nested(12), "access_rules" + ".not".repeat(8) + ": rules may be nested at most 8 deep");
  refused("{\"any\":[{\"all\":[" + nested(7) + "]}," + LEAF + "]}", "access_rules.any[0].all[0]" + ".not".repeat(6) + ": rules may be nested at most 8 deep");
}

export function a_tree_of_256_rules_is_accepted_and_one_of_257_refused(): void {
  rulesOf("{\"all\":[" + (LEAF + ",").repeat(254) + LEAF + "]}");
  refused("{\"all\":[" + (LEAF + ",").repeat(255) + LEAF + "]}", "access_rules: expected at most 256 rules, found 257");
  refused("{\"any\":[{\"all\":[" + (LEAF + ",").repeat(150) + LEAF + "]},{\"all\":[" + (LEAF + ",").repeat(150) + LEAF + "]}]}", "access_rules: expected at most 256 rules, found 305");
}

export function long_lists_of_values_are_searched_completely(): void {
  judges("{\"claim\":\"a\",\"one_of\":[" + "\"x\",".repeat(5000) + "\"y\"]}", "{\"a\":\"y\"}", "granted");
  judges("{\"claim\":\"a\",\"contains\":\"y\"}", "{\"a\":[" + "\"x\",".repeat(5000) + "\"y\"]}", "granted");
}

export function an_evaluation_that_takes_too_many_comparisons_denies_whatever_the_rules_say(): void {
  const leaf = "{\"claim\":\"a\",\"contains\":\"y\"}", claims = "{\"a\":[" + "\"x\",".repeat(1309) + "\"x\"]}";
  judges("{\"not\":{\"any\":[" + (leaf + ",").repeat(199) + leaf + "]}}", claims, "granted");
  judges("{\"not\":{\"any\":[" + (leaf + ",").repeat(200) + leaf + "]}}", claims, "denied at access_rules (too many comparisons)");
  const values = "1" + ",1".repeat(3999), digits = "2" + "0".repeat(1000);
  judges("{\"claim\":\"a\",\"one_of\":[" + values + "," + digits + "]}", "{\"a\":" + digits + "}", "granted");
  judges("{\"not\":{\"claim\":\"a\",\"one_of\":[" + values + "]}}", "{\"a\":" + digits + "0".repeat(50) + "}", "denied at access_rules (too many comparisons)");
}

class RulesReader extends Reader {
  read(input: Uint8Array): bool {
    const parsed = parse(input, 4096);
    if (parsed.failed) return false;
    const out = readJson(parsed.value), rules = out.rules;
    for (let i = 0; i < out.errors.length; i++) isTrue(out.errors[i].startsWith("access_rules") && out.errors[i].includes(": "), "a place and a reason: " + out.errors[i]);
    if (rules == null) return false;
    const documents = ["{}", "{\"a\":\"b\",\"c\":{\"d\":[1]}}", "[]"];
    for (let i = 0; i < documents.length; i++) isTrue((rules.judge(new TokenClaims(json(documents[i]))) == Access.Granted) == (rules.why.length == 0), "granted, or a place");
    return true;
  }
}

export function duty_130_changed_rules_are_accepted_completely_or_not_at_all(): void {
  const reader = new RulesReader().fuzz(["{\"access_rules\":{\"all\":[{\"claim\":\"a\",\"equals\":\"b\"},{\"any\":[{\"not\":{\"claim\":\"c.d\",\"contains\":1}},{\"claim\":\"e\",\"one_of\":[true,\"f\",2.5]}]},{\"claim\":\"g\",\"exists\":false}]}}"], 4000);
  isTrue(reader.accepted > 20, reader.accepted.toString() + " changed inputs were accepted");
}

class ClaimsReader extends Reader {
  read(input: Uint8Array): bool {
    const parsed = parse(input, 4096);
    if (parsed.failed) return false;
    rulesOf("{\"any\":[{\"claim\":\"a\",\"equals\":\"b\"},{\"claim\":\"c.d\",\"contains\":1},{\"claim\":\"e\",\"one_of\":[true,\"f\"]},{\"not\":{\"claim\":\"g.h.i\",\"exists\":true}}]}").judge(new TokenClaims(parsed.value));
    return true;
  }
}

export function no_changed_claims_trap(): void {
  const reader = new ClaimsReader().fuzz(["{\"a\":\"\\u0062\",\"c\":{\"d\":[1,\"1\",null]},\"e\":true,\"g\":{\"h\":{\"i\":0},\"h.i\":null}}"], 4000);
  isTrue(reader.accepted > 20, reader.accepted.toString() + " changed inputs were accepted");
}

const LEAF = "{\"claim\":\"a\",\"exists\":true}";

/** Rules nested `depth` deep. */
function nested(depth: i32): string { return "{\"not\":".repeat(depth - 1) + LEAF + "}".repeat(depth - 1); }

/** Expects these errors, in order. */
function refused(rules: string, want: string): void {
  const out = read(rules);
  equal(out.errors.join("; "), want);
  isTrue(out.rules == null, "no rules");
}
