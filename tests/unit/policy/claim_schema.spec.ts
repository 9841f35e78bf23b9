import { equal } from "../check";
import { claimsOf, fits, misfit, misfits, schemaOf } from "./schemas.as";

const EVERYTHING = ["null", "true", "false", "0", "-1.5", "1e3", `""`, `"a"`, "[]", `[1,"a",null]`, "{}", `{"a":{"b":[]}}`];

// Schemas.
export function true_and_the_empty_schema_fit_everything(): void { fits("true", EVERYTHING); fits("{}", EVERYTHING); }
export function false_fits_nothing(): void { misfits("false", EVERYTHING, ""); }

export function annotations_have_no_effect(): void {
  fits(`{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"urn:x","title":"t","description":"d","default":{"type":1},"examples":[{"required":["x"]}],"$comment":"c"}`, EVERYTHING);
}

export function an_escaped_keyword_is_recognised(): void { misfits(`{"ty\\u0070e":"string"}`, ["1"], ".type"); }

export function all_keywords_of_a_schema_apply(): void {
  const schema = `{"type":"string","minLength":2,"maxLength":3,"not":{"const":"bad"}}`;
  fits(schema, [`"ab"`, `"abc"`]);
  misfits(schema, ["12"], ".type"); misfits(schema, [`"a"`], ".minLength"); misfits(schema, [`"abcd"`], ".maxLength"); misfits(schema, [`"bad"`], ".not");
}

export function the_first_misfit_in_the_order_of_the_schema_is_reported(): void {
  misfits(`{"minLength":2,"const":"x"}`, [`"a"`], ".minLength");
  misfits(`{"const":"x","minLength":2}`, [`"a"`], ".const");
}

// type.
export function type_distinguishes_all_types(): void {
  const types = ["null", "boolean", "number", "integer", "string", "array", "object"];
  const values = ["null", "true", "1.5", "7", `"1"`, "[1]", `{"a":1}`];
  for (let t = 0; t < types.length; t++) {
    for (let v = 0; v < values.length; v++) {
      const same = t == v || types[t] == "number" && values[v] == "7";
      equal(misfit(`{"type":"${types[t]}"}`, values[v]), same ? "" : "claim_schema.type");
    }
  }
}

export function type_may_list_several_types(): void {
  fits(`{"type":["string","array"]}`, [`""`, "[]"]);
  misfits(`{"type":["string","array"]}`, ["1", "{}", "null", "true"], ".type");
}

export function false_is_a_boolean_and_not_null_or_0(): void {
  fits(`{"type":"boolean"}`, ["false", "true"]);
  misfits(`{"type":"boolean"}`, ["null", "0", `""`, `"false"`], ".type");
}

export function an_integer_is_whole_however_it_is_written(): void {
  fits(`{"type":"integer"}`, ["0", "-0", "1.0", "-3.00", "1e2", "1.5e1", "120e-1", "0.0", "0e-5", "1e400", "12345678901234567890123"]);
  misfits(`{"type":"integer"}`, ["0.5", "-1.01", "1e-1", "15e-1", "1.25e1", "12345678901234567890.5", "1e-400"], ".type");
}

// properties, required, additionalProperties.
export function properties_apply_to_present_members_only(): void {
  const schema = `{"properties":{"a":{"type":"string"},"b":{"minimum":3}}}`;
  fits(schema, ["{}", `{"a":""}`, `{"a":"x","b":3}`, `{"c":1,"b":9}`]);
  misfits(schema, [`{"a":1}`, `{"b":3,"a":null}`], ".properties.a.type");
  misfits(schema, [`{"a":"x","b":2}`], ".properties.b.minimum");
}

export function a_property_with_the_schema_false_must_be_absent(): void {
  fits(`{"properties":{"a":false}}`, ["{}", `{"b":1}`]);
  misfits(`{"properties":{"a":false}}`, [`{"a":1}`, `{"a":null}`], ".properties.a");
}

export function names_are_compared_after_unescaping(): void {
  misfits(`{"properties":{"rôle":{"const":1}}}`, [`{"rôle":2}`, `{"r\\u00f4le":2}`], ".properties.rôle.const");
  misfits(`{"properties":{"\\u0061\\/b":{"const":1}}}`, [`{"a/b":2}`, `{"a\\/b":2}`], ".properties.a/b.const");
  misfits(`{"properties":{"https://x.example/y":false}}`, [`{"https://x.example/y":0}`], ".properties.https://x.example/y");
  fits(`{"properties":{"a":false}}`, [`{"A":1,"a ":1,"aa":1,"":1,"á":1}`]);
  misfits(`{"properties":{"":false}}`, [`{"":1}`], ".properties.");
}

export function keywords_and_names_of_javascript_properties_are_ordinary_names(): void {
  const names = ["type", "properties", "required", "__proto__", "constructor", "toString", "length", "not"];
  for (let i = 0; i < names.length; i++) {
    misfits(`{"properties":{"${names[i]}":{"type":"string"}}}`, [`{"${names[i]}":1}`], `.properties.${names[i]}.type`);
    misfits(`{"required":["${names[i]}"]}`, ["{}"], ".required[0]");
    fits(`{"required":["${names[i]}"],"properties":{"${names[i]}":{}},"additionalProperties":false}`, [`{"${names[i]}":1}`]);
  }
}

export function a_dot_in_a_name_does_not_make_a_path(): void { fits(`{"properties":{"a.b":false}}`, [`{"a":{"b":1}}`]); misfits(`{"required":["a.b"]}`, [`{"a":{"b":1}}`], ".required[0]"); }

export function a_missing_required_name_is_a_misfit(): void {
  fits(`{"required":["a","b"]}`, [`{"a":1,"b":2}`, `{"b":null,"x":1,"a":false}`]);
  fits(`{"required":[]}`, ["{}"]);
  misfits(`{"required":["a","b"]}`, ["{}", `{"b":1}`, `{"A":1}`], ".required[0]");
  misfits(`{"required":["a","b"]}`, [`{"a":1}`], ".required[1]");
}

export function a_required_name_may_be_listed_twice(): void { misfits(`{"required":["a","a"]}`, ["{}"], ".required[0]"); fits(`{"required":["a","a"]}`, [`{"a":1}`]); }

export function additional_properties_are_those_that_properties_of_the_same_schema_does_not_name(): void {
  const closed = `{"additionalProperties":false,"properties":{"a":true}}`;
  fits(closed, ["{}", `{"a":1}`, `{"\\u0061":1}`]);
  misfits(closed, [`{"b":1}`, `{"a":1,"b":1}`], ".additionalProperties");
  fits(`{"additionalProperties":{"type":"string"},"properties":{"a":{}}}`, [`{"a":1,"b":"x"}`]);
  misfits(`{"additionalProperties":{"type":"string"},"properties":{"a":{}}}`, [`{"a":1,"b":2}`], ".additionalProperties.type");
  misfits(`{"additionalProperties":false}`, [`{"a":1}`], ".additionalProperties");
  fits(`{"additionalProperties":true}`, [`{"a":1}`]);
}

export function properties_of_other_schemas_count_as_additional(): void {
  misfits(`{"allOf":[{"properties":{"a":true}}],"additionalProperties":false}`, [`{"a":1}`], ".additionalProperties");
}

export function object_keywords_ignore_other_types(): void {
  const others = ["null", "1", `"a"`, `["a","b"]`, `[{"a":1}]`];
  fits(`{"properties":{"a":false}}`, others); fits(`{"required":["a"]}`, others); fits(`{"additionalProperties":false}`, others);
}

// enum and const.
export function enum_matches_any_of_its_values_of_any_type(): void {
  const schema = `{"enum":["a",1,null,[1,"x"],{"k":true}]}`;
  fits(schema, [`"a"`, "1", "1.0", "null", `[1,"x"]`, `{"k":true}`]);
  misfits(schema, [`"b"`, `"1"`, "2", "false", "[1]", `["x",1]`, "{}", `{"k":false}`, "0"], ".enum");
}

export function const_is_compared_by_value(): void {
  fits(`{"const":{"a":[1,2.50],"b":"x/y"}}`, [`{"b":"x\\/y","a":[1.0,2.5]}`, `{"\\u0061":[1e0,25e-1],"b":"\\u0078/y"}`]);
  misfits(`{"const":{"a":[1,2.50],"b":"x/y"}}`, [`{"a":[2.5,1],"b":"x/y"}`, `{"a":[1,2.5]}`, `{"a":[1,2.5],"b":"x/y","c":1}`, `{"a":[1,2.5],"B":"x/y"}`], ".const");
  fits(`{"const":0}`, ["-0", "0.0", "0e7"]); misfits(`{"const":0}`, ["false", `"0"`, "null", `""`, "1e-400"], ".const");
  fits(`{"const":false}`, ["false"]); misfits(`{"const":false}`, ["0", "null", "true", "[]"], ".const");
  fits(`{"const":null}`, ["null"]); misfits(`{"const":null}`, ["0", "false", `""`, "{}"], ".const");
  fits(`{"const":"é"}`, [`"\\u00e9"`, `"\\u00E9"`]); misfits(`{"const":"é"}`, [`"e\\u0301"`, `"É"`, `"e"`], ".const");
}

export function large_numbers_are_distinguished_from_their_neighbours(): void {
  fits(`{"const":9007199254740993}`, ["9007199254740993", "9007199254740993.0", "9.007199254740993e15"]);
  misfits(`{"const":9007199254740993}`, ["9007199254740992", "9007199254740994", "9007199254740993.1"], ".const");
  misfits(`{"enum":[12345678901234567890]}`, ["12345678901234567891"], ".enum");
  misfits(`{"maximum":9007199254740992}`, ["9007199254740993"], ".maximum");
  misfits(`{"const":1e400}`, ["1e401", "-1e400"], ".const");
}

// Strings.
export function lengths_count_characters_and_not_bytes(): void {
  const schema = `{"minLength":2,"maxLength":3}`;
  fits(schema, [`"ab"`, `"abc"`, `"éé"`, `"\\u00e9\\n"`, `"😀😀😀"`, `"\\ud83d\\ude00\\ud83d\\ude00"`]);
  misfits(schema, [`""`, `"a"`, `"é"`, `"😀"`, `"\\ud83d\\ude00"`, `"\\u0061"`], ".minLength");
  misfits(schema, [`"abcd"`, `"😀😀😀😀"`], ".maxLength");
  fits(`{"minLength":0}`, [`""`]); fits(`{"maxLength":0}`, [`""`]); misfits(`{"maxLength":0}`, [`"a"`, `"\\u0000"`], ".maxLength");
}

// Lists.
export function items_applies_to_every_item(): void {
  fits(`{"items":{"type":"string"}}`, ["[]", `["a"]`, `["a","b"]`]);
  misfits(`{"items":{"type":"string"}}`, ["[1]", `["a",1]`, `["a",["b"]]`, "[null]"], ".items.type");
  fits(`{"items":false}`, ["[]"]); misfits(`{"items":false}`, ["[1]"], ".items");
}

export function contains_requires_one_matching_item(): void {
  fits(`{"contains":{"const":"admin"}}`, [`["admin"]`, `["a","admin"]`, `[1,null,"admin",{}]`]);
  misfits(`{"contains":{"const":"admin"}}`, ["[]", `["a"]`, `["Admin"]`, `["administrator"]`, `[["admin"]]`, `[{"admin":1}]`], ".contains");
  misfits(`{"contains":true}`, ["[]"], ".contains");
}

export function minItems_and_maxItems_count_the_items(): void {
  fits(`{"minItems":1,"maxItems":2}`, ["[1]", "[[],{}]"]);
  misfits(`{"minItems":1,"maxItems":2}`, ["[]"], ".minItems"); misfits(`{"minItems":1,"maxItems":2}`, ["[1,2,3]"], ".maxItems");
  fits(`{"maxItems":0}`, ["[]"]); misfits(`{"maxItems":0}`, ["[null]"], ".maxItems");
}

export function list_keywords_ignore_other_types(): void {
  const others = ["null", "1", `"admin"`, "{}", `{"a":"b"}`];
  fits(`{"items":false}`, others); fits(`{"contains":false}`, others); fits(`{"minItems":1}`, others); fits(`{"maxItems":0}`, others);
}

export function string_and_number_keywords_ignore_other_types(): void {
  fits(`{"minLength":1,"maxLength":0}`, ["1", "null", "[]", "{}", "true"]);
  fits(`{"minimum":1,"maximum":0}`, [`"5"`, "null", "[0]", "{}", "true"]);
}

// Numbers.
export function bounds_are_inclusive(): void {
  fits(`{"minimum":-1.5,"maximum":10}`, ["-1.5", "-15e-1", "0", "10", "10.0", "1e1"]);
  misfits(`{"minimum":-1.5,"maximum":10}`, ["-1.51", "-2", "-1e5", "-1e999"], ".minimum");
  misfits(`{"minimum":-1.5,"maximum":10}`, ["10.000000000000000000001", "11", "1e2", "1e999"], ".maximum");
}

// anyOf, allOf, oneOf, not.
export function anyOf_requires_one_matching_schema(): void {
  fits(`{"anyOf":[{"type":"string"},{"minimum":5}]}`, [`"a"`, "5", "null"]);
  misfits(`{"anyOf":[{"type":"string"},{"minimum":5,"type":"number"}]}`, ["4", "null"], ".anyOf");
  misfits(`{"anyOf":[false,false]}`, ["1"], ".anyOf");
}

export function allOf_requires_all_schemas_and_reports_the_one_that_does_not_fit(): void {
  fits(`{"allOf":[{"minimum":1},{"maximum":3}]}`, ["1", "2", "3"]);
  misfits(`{"allOf":[{"minimum":1},{"maximum":3}]}`, ["0"], ".allOf[0].minimum");
  misfits(`{"allOf":[{"minimum":1},{"maximum":3}]}`, ["4"], ".allOf[1].maximum");
}

export function oneOf_requires_exactly_one_matching_schema(): void {
  fits(`{"oneOf":[{"minimum":5},{"maximum":3}]}`, ["5", "3"]);
  misfits(`{"oneOf":[{"minimum":1},{"maximum":3}]}`, ["2", `"a"`], ".oneOf");
  misfits(`{"oneOf":[{"minimum":5},{"maximum":3}]}`, ["4"], ".oneOf");
  misfits(`{"oneOf":[true,false,true]}`, ["1"], ".oneOf");
}

export function not_inverts_its_schema(): void {
  fits(`{"not":{"const":"x"}}`, [`"y"`, "1"]); misfits(`{"not":{"const":"x"}}`, [`"x"`], ".not");
  fits(`{"not":false}`, ["1"]); misfits(`{"not":{}}`, ["1"], ".not"); fits(`{"not":{"not":{"const":1}}}`, ["1"]);
}

// A realistic schema.
const REALM = `{"type":"object","required":["realm_access","email_verified"],"properties":{
  "email_verified":{"const":true},
  "realm_access":{"type":"object","required":["roles"],"properties":{"roles":{"type":"array","contains":{"enum":["admin","editor"]}}}},
  "groups":{"items":{"not":{"const":"/suspended"}}}}}`;

export function a_schema_for_the_roles_of_a_keycloak_realm_works(): void {
  fits(REALM, [`{"email_verified":true,"realm_access":{"roles":["viewer","editor"]}}`, `{"groups":["/a"],"realm_access":{"roles":["admin"],"x":1},"email_verified":true,"sub":"s"}`]);
  misfits(REALM, [`{"email_verified":true}`], ".required[0]");
  misfits(REALM, [`{"realm_access":{"roles":["admin"]}}`], ".required[1]");
  misfits(REALM, [`{"email_verified":"true","realm_access":{"roles":["admin"]}}`], ".properties.email_verified.const");
  misfits(REALM, [`{"email_verified":true,"realm_access":{}}`], ".properties.realm_access.required[0]");
  misfits(REALM, [`{"email_verified":true,"realm_access":{"roles":"admin"}}`], ".properties.realm_access.properties.roles.type");
  misfits(REALM, [`{"email_verified":true,"realm_access":{"roles":["viewer"]}}`], ".properties.realm_access.properties.roles.contains");
  misfits(REALM, [`{"email_verified":true,"realm_access":{"roles":["admin"]},"groups":["/a","/suspended"]}`], ".properties.groups.items.not");
}

export function a_misfit_never_contains_a_value(): void {
  const secret = "s3cr3t", schemas = [`{"additionalProperties":false}`, `{"properties":{"k":{"const":1}}}`, `{"properties":{"k":{"enum":[1]}}}`, `{"properties":{"k":{"maxLength":1}}}`,
    `{"additionalProperties":{"type":"null"}}`, `{"not":{}}`, `{"properties":{"k":{"anyOf":[false]}}}`];
  for (let i = 0; i < schemas.length; i++) {
    const place = misfit(schemas[i], `{"k":"${secret}","${secret}":1}`);
    assert(place.length > 0 && !place.includes(secret), place);
  }
}

export function one_schema_can_be_applied_many_times_and_to_any_node(): void {
  const schema = schemaOf(`{"type":"string"}`), json = claimsOf(`{"a":"x","b":1}`);
  for (let round = 0; round < 3; round++) {
    equal(schema.misfit(json, json.root), "claim_schema.type");
    equal(schema.misfit(json, json.member(json.root, "a")), "");
    equal(schema.misfit(json, json.member(json.root, "b")), "claim_schema.type");
  }
}
