import { equalInt, isTrue, utf8 } from "../check";
import { errorsOf, readSchema, refused, schemaOf } from "../policy/schemas.as";

// Schemas that are not objects or booleans.
export function duty_130_a_schema_that_is_not_an_object_or_a_boolean_is_refused(): void {
  const wrong = ["null", "1", `"string"`, "[]", `[{"type":"object"}]`];
  for (let i = 0; i < wrong.length; i++) refused(wrong[i], "claim_schema: expected a schema: an object, true or false");
  schemaOf("true"); schemaOf("false"); schemaOf("{}");
}

export function duty_130_a_mistake_in_an_inner_schema_is_reported_with_its_path(): void {
  const want = ": expected a schema: an object, true or false";
  refused(`{"items":[{"type":"string"}]}`, "claim_schema.items" + want);
  refused(`{"not":"x"}`, "claim_schema.not" + want);
  refused(`{"contains":null}`, "claim_schema.contains" + want);
  refused(`{"additionalProperties":"no"}`, "claim_schema.additionalProperties" + want);
  refused(`{"properties":{"a":{"properties":{"b.c":3}}}}`, "claim_schema.properties.a.properties.b.c" + want);
  refused(`{"anyOf":[{},{"allOf":[true,1]}]}`, "claim_schema.anyOf[1].allOf[1]" + want);
}

// Unsupported keywords.
const UNSUPPORTED = ["pattern", "$ref", "$defs", "definitions", "if", "then", "else", "format", "patternProperties", "propertyNames", "dependentRequired", "dependentSchemas", "dependencies",
  "minProperties", "maxProperties", "uniqueItems", "prefixItems", "additionalItems", "unevaluatedItems", "unevaluatedProperties", "minContains", "maxContains", "exclusiveMinimum", "exclusiveMaximum",
  "multipleOf", "$dynamicRef", "$anchor", "$vocabulary", "contentEncoding", "readOnly", "deprecated", "x-vendor", "", "Type", "TYPE", "type "];

export function every_unsupported_keyword_is_refused_and_never_ignored(): void {
  for (let i = 0; i < UNSUPPORTED.length; i++) {
    const errors = errorsOf(`{"type":"object","${UNSUPPORTED[i]}":{}}`);
    equalInt(errors.length, 1);
    isTrue(errors[0].startsWith(`claim_schema.${UNSUPPORTED[i]}: this keyword is not supported`), errors[0]);
  }
}

export function an_unsupported_keyword_is_refused_in_every_inner_schema(): void {
  refused(`{"properties":{"realm_access":{"items":{"pattern":"^a"}}}}`, "claim_schema.properties.realm_access.items.pattern: this keyword is not supported");
  const places = ["not", "items", "contains", "additionalProperties"], lists = ["anyOf", "allOf", "oneOf"];
  for (let i = 0; i < places.length; i++) refused(`{"${places[i]}":{"pattern":"a"}}`, `claim_schema.${places[i]}.pattern: this keyword is not supported`);
  for (let i = 0; i < lists.length; i++) refused(`{"${lists[i]}":[true,{"pattern":"a"}]}`, `claim_schema.${lists[i]}[1].pattern: this keyword is not supported`);
}

export function a_misspelt_keyword_is_refused_and_the_nearest_one_suggested(): void {
  refused(`{"require":["a"]}`, "claim_schema.require: this keyword is not supported; did you mean required?");
  refused(`{"items":{"Enum":["a"]}}`, "claim_schema.items.Enum: this keyword is not supported; did you mean enum?");
  refused(`{"any_of":[true]}`, "claim_schema.any_of: this keyword is not supported; did you mean anyOf?");
}

export function names_of_claims_and_values_are_not_read_as_keywords(): void {
  schemaOf(`{"properties":{"pattern":{},"$ref":true},"const":{"pattern":1},"enum":[{"if":1}],"required":["format"],"default":{"pattern":1},"examples":[{"$ref":2}]}`);
}

// Values of keywords.
export function duty_130_a_type_that_is_not_one_of_the_seven_is_refused(): void {
  const want = "expected one of null, boolean, number, integer, string, array, object";
  const wrong = [`"strin"`, `"String"`, `""`, "null", "1", "true", "{}", `"any"`, `"float"`];
  for (let i = 0; i < wrong.length; i++) refused(`{"type":${wrong[i]}}`, "claim_schema.type: " + want);
  refused(`{"type":["string","text",7]}`, `claim_schema.type[1]: ${want}; claim_schema.type[2]: ${want}`);
  refused(`{"type":[["string"]]}`, "claim_schema.type[0]: " + want);
  refused(`{"type":[]}`, "claim_schema.type: expected a list of types that is not empty");
}

export function duty_130_properties_must_be_an_object_and_required_a_list_of_strings(): void {
  const wrong = ["null", "true", "1", `"a"`];
  for (let i = 0; i < wrong.length; i++) {
    refused(`{"properties":${wrong[i]}}`, "claim_schema.properties: expected an object of schemas");
    refused(`{"required":${wrong[i]}}`, "claim_schema.required: expected a list of strings");
  }
  refused(`{"properties":[{}]}`, "claim_schema.properties: expected an object of schemas");
  refused(`{"required":{"a":true}}`, "claim_schema.required: expected a list of strings");
  refused(`{"required":["a",1,null]}`, "claim_schema.required[1]: expected a string; claim_schema.required[2]: expected a string");
}

export function duty_130_lists_of_values_and_schemas_must_be_lists_and_not_empty(): void {
  const wrong = ["null", "true", "1", `"a"`, "{}", "[]"], lists = ["anyOf", "allOf", "oneOf"];
  for (let i = 0; i < wrong.length; i++) {
    refused(`{"enum":${wrong[i]}}`, "claim_schema.enum: expected a list of values that is not empty");
    for (let k = 0; k < lists.length; k++) refused(`{"${lists[k]}":${wrong[i]}}`, `claim_schema.${lists[k]}: expected a list of schemas that is not empty`);
  }
}

export function duty_130_a_count_that_is_negative_or_not_whole_is_refused(): void {
  const counts = ["minLength", "maxLength", "minItems", "maxItems"], wrong = ["-1", "0.5", "1e-1", "2147483648", "1e99", `"1"`, "null", "true", "[]", "1.00000000000000000000001"];
  for (let i = 0; i < counts.length; i++) {
    for (let k = 0; k < wrong.length; k++) refused(`{"${counts[i]}":${wrong[k]}}`, `claim_schema.${counts[i]}: expected a whole number from 0 to 2147483647`);
    schemaOf(`{"${counts[i]}":0}`); schemaOf(`{"${counts[i]}":2147483647}`); schemaOf(`{"${counts[i]}":1.0}`); schemaOf(`{"${counts[i]}":1e3}`); schemaOf(`{"${counts[i]}":-0}`);
  }
}

export function duty_130_a_bound_that_is_not_a_number_is_refused(): void {
  const wrong = [`"1"`, "null", "true", "[1]", "{}"];
  for (let i = 0; i < wrong.length; i++) {
    refused(`{"minimum":${wrong[i]}}`, "claim_schema.minimum: expected a number");
    refused(`{"maximum":${wrong[i]}}`, "claim_schema.maximum: expected a number");
  }
}

export function a_reference_to_the_environment_is_refused_instead_of_used_as_text(): void {
  const want = ": is not replaced here: write the value itself";
  refused(`{"const":"$ENV://A"}`, "claim_schema.const" + want);
  refused(`{"enum":["a","$secret://vault/a"]}`, "claim_schema.enum[1]" + want);
  refused(`{"enum":["$env://A","$"]}`, "claim_schema.enum[0]" + want);
  refused(`{"not":{"const":{"a":["$ENV:\\/\\/A"]}}}`, "claim_schema.not.const.a[0]" + want);
  schemaOf(`{"const":"$ENV","enum":["$","$env:/A","x$ENV://A"],"title":"$ENV://A"}`);
}

export function duty_130_all_mistakes_are_reported_at_once(): void {
  refused(`{"type":"obj","pattern":1,"required":[1],"properties":{"a":{"minLength":-1,"items":{"enum":[]}},"b":7}}`,
    "claim_schema.type: expected one of null, boolean, number, integer, string, array, object; claim_schema.pattern: this keyword is not supported; " +
    "claim_schema.required[0]: expected a string; claim_schema.properties.a.minLength: expected a whole number from 0 to 2147483647; " +
    "claim_schema.properties.a.items.enum: expected a list of values that is not empty; claim_schema.properties.b: expected a schema: an object, true or false");
}

// Bounds.
export function duty_66_schemas_nested_16_deep_are_accepted_and_17_deep_refused(): void {
  schemaOf(`{"not":`.repeat(15) + "{}" + "}".repeat(15));
  refused(`{"not":`.repeat(16) + "{}" + "}".repeat(16), "claim_schema" + ".not".repeat(16) + ": schemas may be nested at most 16 deep");
  schemaOf(`{"properties":{"a":`.repeat(15) + "{}" + "}}".repeat(15));
  schemaOf(`{"anyOf":[`.repeat(15) + "{}" + "]}".repeat(15));
  schemaOf(`{"not":`.repeat(16) + "true" + "}".repeat(16)); // true does not count, because it has no inner schema
}

export function every_keyword_with_inner_schemas_counts_for_the_depth(): void {
  const ways = [`"items":{}`, `"contains":{}`, `"additionalProperties":{}`, `"not":{}`, `"properties":{"a":{}}`, `"anyOf":[{}]`, `"allOf":[{}]`, `"oneOf":[{}]`];
  const places = [".items", ".contains", ".additionalProperties", ".not", ".properties.a", ".anyOf[0]", ".allOf[0]", ".oneOf[0]"];
  for (let i = 0; i < ways.length; i++) {
    schemaOf(`{"not":`.repeat(14) + "{" + ways[i] + "}" + "}".repeat(14));
    refused(`{"not":`.repeat(15) + "{" + ways[i] + "}" + "}".repeat(15), "claim_schema" + ".not".repeat(15) + places[i] + ": schemas may be nested at most 16 deep");
  }
}

export function a_schema_that_is_too_deep_is_reported_once_and_not_read(): void {
  refused(`{"not":`.repeat(20) + `{"pattern":1}` + "}".repeat(20), "claim_schema" + ".not".repeat(16) + ": schemas may be nested at most 16 deep");
}

export function duty_66_a_tree_of_512_schemas_is_accepted_and_one_of_513_refused(): void {
  schemaOf(`{"anyOf":[` + "true,".repeat(510) + "{}]}");
  refused(`{"anyOf":[` + "true,".repeat(511) + "{}]}", "claim_schema: expected at most 512 schemas, found 513");
  const names: string[] = [];
  for (let i = 0; i < 600; i++) names.push(`"n${i}":{"type":"string"}`);
  refused(`{"properties":{${names.join(",")}}}`, "claim_schema: expected at most 512 schemas, found 601");
}

export function only_the_size_of_the_configuration_limits_a_list_of_values(): void { schemaOf(`{"enum":[` + `"a",`.repeat(20_000) + `"b"]}`); }

export function without_claim_schema_there_is_no_schema_and_no_error(): void {
  const read = readSchema(utf8(`{"other":1}`));
  isTrue(read != null && read.schema == null && read.errors.length == 0, "neither a schema nor an error");
}
