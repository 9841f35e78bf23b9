import { equal, isTrue, text, utf8 } from "../check";
import { mutated, Random, Reader } from "../fuzz.as";
import { parse } from "../../../assembly/json/parser";
import { claimsOf, fits, misfit, misfits, readSchema, schemaOf } from "./schemas.as";

const TOO_MUCH = "claim_schema (too many comparisons)";

// Maximum sizes.
export function claims_and_values_of_the_maximum_depth_are_compared(): void {
  const deep = "[".repeat(29) + "1" + "]".repeat(29);
  fits(`{"const":` + deep + "}", [deep]);
  misfits(`{"const":` + deep + "}", [deep.replace("1", "2"), deep.replace("1", "[]"), "[" + deep + "]"], ".const");
  const object = `{"a":`.repeat(29) + "1" + "}".repeat(29);
  fits(`{"enum":[0,` + object + "]}", [object]);
  misfits(`{"enum":[0,` + object + "]}", [object.replace("1", "2")], ".enum");
}

export function a_schema_of_the_maximum_depth_works(): void {
  const schema = `{"properties":{"a":`.repeat(15) + `{"const":1}` + "}}".repeat(15);
  fits(schema, [`{"a":`.repeat(15) + "1" + "}".repeat(15), "{}"]);
  misfits(schema, [`{"a":`.repeat(15) + "2" + "}".repeat(15)], ".properties.a".repeat(15) + ".const");
  fits(`{"not":`.repeat(14) + "{}" + "}".repeat(14), ["1"]);
  misfits(`{"not":`.repeat(15) + "{}" + "}".repeat(15), ["1"], ".not");
}

export function a_thousand_claims_are_checked(): void {
  const members: string[] = [], names: string[] = [];
  for (let i = 0; i < 1024; i++) members.push(`"n${i}":${i}`);
  for (let i = 0; i < 500; i++) names.push(`"n${1023 - i}":{"type":"integer"}`);
  const claims = "{" + members.join(",") + "}";
  fits(`{"properties":{` + names.join(",") + "}}", [claims]);
  misfits(`{"properties":{` + names.join(",") + `},"additionalProperties":false}`, [claims], ".additionalProperties");
  fits(`{"const":` + claims + "}", [claims]);
  misfits(`{"const":` + claims.replace(`"n0":0`, `"n0":1`) + "}", [claims], ".const");
}

export function long_lists_are_checked(): void {
  const roles = "[" + `"viewer",`.repeat(10_000) + `"admin"]`;
  fits(`{"contains":{"const":"admin"},"items":{"type":"string","minLength":1},"minItems":10001,"maxItems":10001}`, [roles]);
  misfits(`{"contains":{"const":"owner"}}`, [roles], ".contains");
  misfits(`{"maxItems":10000}`, [roles], ".maxItems");
  misfits(`{"items":{"enum":[` + `"x",`.repeat(50) + `"viewer"]}}`, [roles], ".items.enum");
}

export function long_strings_are_checked(): void {
  const long = `"` + "\\u00e9".repeat(40_000) + `"`;
  fits(`{"minLength":40000,"maxLength":40000,"const":` + long + "}", [long]);
  misfits(`{"enum":[` + `"a",`.repeat(10_000) + `"b"]}`, [long], ".enum");
}

// The bound on comparisons.
export function claims_that_need_a_million_comparisons_do_not_fit(): void {
  const many = "[" + "1,".repeat(9_999) + "1]", values = `{"enum":[` + "0,".repeat(200) + "1]}";
  misfits(`{"items":${values}}`, [many], " (too many comparisons)");
  fits(`{"items":{"enum":[` + "0,".repeat(40) + "1]}}", [many]);
  misfits(`{"items":{"allOf":[` + "true,".repeat(300) + "true]}}", [many], " (too many comparisons)");
  fits(`{"items":{"allOf":[` + "true,".repeat(60) + "true]}}", [many]);
}

export function long_strings_and_numbers_cost_more_steps(): void {
  const judged = `{"allOf":[` + `{"minLength":1,"minimum":1},`.repeat(200) + "true]}";
  misfits(judged, [`"` + "x".repeat(40_000) + `"`, "1".repeat(40_000)], " (too many comparisons)");
  fits(judged, [`"` + "x".repeat(4_000) + `"`, "1".repeat(4_000)]);
}

export function a_check_that_stopped_early_never_fits(): void {
  const many = "[" + "1,".repeat(9_999) + "1]", enough = `{"items":{"enum":[` + "0,".repeat(200) + "1]}}";
  const around = [`{"not":X}`, `{"not":{"not":X}}`, `{"anyOf":[X,true]}`, `{"anyOf":[true,X]}`, `{"oneOf":[X,true]}`, `{"contains":true,"not":X}`, `{"allOf":[true,X]}`, `{"allOf":[{"not":X},{"anyOf":[X,true]}]}`];
  let stopped = 0;
  for (let i = 0; i < around.length; i++) {
    const got = misfit(around[i].split("X").join(enough), many);
    if (around[i] == `{"anyOf":[true,X]}`) equal(got, ""); // true fits, so X is not checked
    else equal(got, TOO_MUCH);
    if (got == TOO_MUCH) stopped++;
  }
  isTrue(stopped == around.length - 1, "stopped");
}

export function every_check_has_its_own_budget(): void {
  const schema = schemaOf(`{"items":{"enum":[` + "0,".repeat(200) + "1]}}");
  const many = claimsOf("[" + "1,".repeat(9_999) + "1]"), few = claimsOf("[1,0]");
  equal(schema.misfit(many, many.root), TOO_MUCH);
  equal(schema.misfit(few, few.root), "");
}

// Random changes.
const CLAIMS = [`{"sub":"joe","aud":["a","b"],"n":3,"realm_access":{"roles":["admin"]},"x":null,"b":true}`, "{}", `{"aud":"a","n":2.50,"realm_access":{"roles":[]}}`, `["a",1]`, `"a"`];
const SCHEMAS = [
  `{"type":"object","required":["sub"],"properties":{"aud":{"contains":{"const":"a"}},"n":{"minimum":2,"maximum":3}},"additionalProperties":{"type":["string","null"]}}`,
  `{"anyOf":[{"enum":["a",{"k":[1.0]}]},{"not":{"maxLength":3}},{"allOf":[true,{"minItems":1,"maxItems":4}]}]}`,
  `{"oneOf":[{"required":["n"]},{"properties":{"realm_access":{"properties":{"roles":{"items":{"minLength":2}}}}}}],"title":"x"}`,
];

/** Changed schemas. If one is accepted, it works for all CLAIMS, and schemas that contain it give the result that logic requires. */
class SchemaReader extends Reader {
  read(input: Uint8Array): bool {
    const read = readSchema(utf8(`{"claim_schema":` + text(input) + "}"));
    if (read == null) return false;
    const schema = read.schema;
    if (schema == null) {
      for (let i = 0; i < read.errors.length; i++) isTrue(read.errors[i].startsWith("claim_schema") && read.errors[i].includes(": "), read.errors[i]);
      return false;
    }
    const own = text(input);
    for (let i = 0; i < CLAIMS.length; i++) {
      const json = claimsOf(CLAIMS[i]), place = schema.misfit(json, json.root);
      isTrue(place == "" || place.startsWith("claim_schema"), place);
      const none = misfit(`{"not":${own}}`, CLAIMS[i]);
      isTrue((none == "") == (place != ""), "not " + own);
      equal(misfit(`{"anyOf":[false,${own}]}`, CLAIMS[i]), place == "" ? "" : "claim_schema.anyOf");
      equal(misfit(`{"oneOf":[${own},false]}`, CLAIMS[i]), place == "" ? "" : "claim_schema.oneOf");
      equal(misfit(`{"oneOf":[${own},${own}]}`, CLAIMS[i]), "claim_schema.oneOf");
      equal(misfit(`{"allOf":[${own}]}`, CLAIMS[i]), place.replace("claim_schema", "claim_schema.allOf[0]"));
      equal(misfit(`{"items":${own}}`, "[" + CLAIMS[i] + "]"), place.replace("claim_schema", "claim_schema.items"));
      equal(misfit(`{"properties":{"p":${own}}}`, `{"p":` + CLAIMS[i] + "}"), place.replace("claim_schema", "claim_schema.properties.p"));
    }
    return true;
  }
}

export function a_changed_schema_is_refused_or_works_and_nothing_traps(): void { isTrue(new SchemaReader().fuzz(SCHEMAS, 2000).accepted > 50, "some are still schemas"); }

export function changed_claims_are_checked_and_nothing_traps(): void {
  const random = new Random(7);
  let judged = 0;
  for (let i = 0; i < SCHEMAS.length; i++) {
    const schema = schemaOf(SCHEMAS[i]);
    for (let k = 0; k < 3000; k++) {
      const claims = parse(mutated(utf8(CLAIMS[k % CLAIMS.length]), random), 4096);
      if (claims.failed) continue;
      judged++;
      const place = schema.misfit(claims.value, claims.value.root);
      isTrue(place == "" || place.startsWith("claim_schema."), place);
    }
  }
  isTrue(judged > 500, judged.toString());
}

export function a_value_equals_itself_and_equality_is_symmetric(): void {
  const random = new Random(11);
  const sample = `{"a":[1,2.5,"x\\u0041",null,true],"b":{"c":{},"d":[[]]},"e":"\\ud83d\\ude00"}`;
  fits(`{"const":${sample}}`, [sample, `{"e":"😀","b":{"d":[[]],"c":{}},"a":[1.0,25e-1,"xA",null,true]}`]);
  const schema = schemaOf(`{"const":${sample}}`);
  let other = 0;
  for (let k = 0; k < 6000; k++) {
    const changed = mutated(utf8(sample), random), claims = parse(changed, 4096);
    if (claims.failed) continue;
    const place = schema.misfit(claims.value, claims.value.root);
    // Equality is symmetric.
    equal(misfit(`{"const":` + text(changed) + "}", sample), place);
    if (place != "") other++;
  }
  isTrue(other > 100, "many were different");
}
