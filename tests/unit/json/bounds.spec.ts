import { Json } from "../../../assembly/json/json";
import { JsonFault, parse, seedNames } from "../../../assembly/json/parser";
import { ascii, equalInt, isFalse, isTrue, utf8 } from "../check";
import { Random } from "../fuzz.as";
import { faultOf, LIMIT, read, refuses, refusesAt, repeat } from "./reading.as";

export function duty_56_an_object_with_a_duplicate_name_is_refused(): void {
  refuses("{\"a\":1,\"a\":1}", JsonFault.Duplicate);
  refuses("{\"iss\":\"x\",\"exp\":1,\"iss\":\"y\"}", JsonFault.Duplicate);
  refuses("{\"\":1,\"\":2}", JsonFault.Duplicate);
  refuses("{\"a\":{\"b\":[1,2,{\"c\":3}]},\"a\":1}", JsonFault.Duplicate);
  refuses("{\"x\":{\"a\":1,\"b\":2,\"a\":3}}", JsonFault.Duplicate);
  refuses("[{\"a\":1,\"a\":2}]", JsonFault.Duplicate);
}

export function duty_56_a_name_written_with_escapes_is_a_duplicate_too(): void {
  refuses("{\"alg\":1,\"\\u0061lg\":2}", JsonFault.Duplicate);
  refuses("{\"\\u0061lg\":1,\"alg\":2}", JsonFault.Duplicate);
  refuses("{\"\\u0065xp\":1,\"e\\u0078p\":2}", JsonFault.Duplicate);
  refuses("{\"a/b\":1,\"a\\/b\":2}", JsonFault.Duplicate);
  refuses("{\"\\n\":1,\"\\u000a\":2}", JsonFault.Duplicate);
  refuses("{\"\ud83d\ude00\":1,\"\\ud83d\\ude00\":2}", JsonFault.Duplicate);
  refuses("{\"\\u00E9\":1,\"\\u00e9\":2}", JsonFault.Duplicate);
}

export function duty_56_below_a_given_depth_duplicate_names_are_marked_instead_of_refused(): void {
  const json = parse(utf8("{\"keys\":[{\"a\":1,\"\\u0061\":2},{\"a\":1},{\"x\":[{\"b\":1,\"b\":1}]},{}]}"), LIMIT, 64, 2).value, list = json.member(json.root, "keys");
  let item = json.first(list);
  isTrue(json.isAmbiguous(item) && json.isAmbiguous(json.root), "the first");
  item = json.sibling(list, item);
  isFalse(json.isAmbiguous(item), "the second");
  item = json.sibling(list, item);
  isTrue(json.isAmbiguous(item), "inside of the third");
  isFalse(json.isAmbiguous(json.sibling(list, item)), "the last");
  isTrue(parse(utf8("{\"a\":1,\"a\":1}"), LIMIT, 64, 2).failed && parse(utf8("{\"x\":{\"a\":1,\"a\":1}}"), LIMIT, 64, 2).failed, "above it");
}

export function duty_152_a_duplicate_name_is_found_at_every_position_among_any_number_of_names(): void {
  const sizes = [2, 3, 7, 8, 9, 10, 16, 17, 33, 64];
  for (let s = 0; s < sizes.length; s++) {
    for (let i = 0; i < sizes[s]; i++) {
      for (let j = 0; j < i; j++) refuses(withName(sizes[s], i, "\"n" + j.toString() + "\""), JsonFault.Duplicate);
      refuses(withName(sizes[s], i, "\"\\u006e" + ((i + 1) % sizes[s]).toString() + "\""), JsonFault.Duplicate);
    }
    read(withName(sizes[s], sizes[s] - 1, "\"N1\""));
  }
}

export function duty_152_a_duplicate_is_found_among_a_thousand_names_with_a_common_prefix(): void {
  const places = [0, 1, 7, 8, 511, 512, 1022];
  for (let i = 0; i < places.length; i++) refuses(withName(1024, 1023, "\"n" + places[i].toString() + "\""), JsonFault.Duplicate);
  read(withName(1024, 1023, "\"n1024\""));
}

export function duty_152_duplicates_are_found_under_every_seed_of_the_hash(): void {
  const random = new Random(152);
  for (let seed = 0; seed < 40; seed++) {
    seedNames(<u64>seed * 0x9E3779B97F4A7C15);
    const count = 9 + random.below(200), twice = random.below(2) == 0, parts: string[] = [];
    for (let i = 0; i < count; i++) parts.push("\"" + spelt("name-" + i.toString(), random) + "\":{\"" + spelt("a", random) + "\":1,\"b\":2}");
    if (twice) parts.push("\"" + spelt("name-" + random.below(count).toString(), random) + "\":0");
    equalInt(faultOf(utf8("{" + parts.join(",") + "}")), twice ? JsonFault.Duplicate : 0);
  }
}

export function duty_152_a_caller_may_allow_fewer_members(): void {
  isFalse(parse(ascii(members(64)), LIMIT, 64).failed, "64");
  const fault = parse(ascii("{\"a\":[" + members(65) + "]}"), LIMIT, 64).fault;
  equalInt(fault == null ? 0 : fault.code, JsonFault.TooMany);
  equalInt(read(members(1024)).nodeCount, 2049);
  const most = parse(ascii(members(1025)), LIMIT, 5000).fault;
  equalInt(most == null ? 0 : most.code, JsonFault.TooMany);
}

export function names_that_only_look_alike_are_different(): void {
  read("{\"a\":1,\"A\":2,\"a \":3,\"\":4,\"aa\":5}");
  read("{\"\\\\u0061\":1,\"\\u0061\":2}"); // an escaped backslash with letters, and an escape
  read("{\"\u00e9\":1,\"e\u0301\":2}"); // composed and decomposed: two different texts
  read("{\"a\":\"b\",\"b\":\"a\"}"); // a value equal to a name
}

export function different_objects_may_have_the_same_name(): void {
  read("{\"a\":{\"a\":1},\"b\":{\"a\":{\"a\":2}}}");
  read("[{\"a\":1},{\"a\":1}]");
}

export function the_position_of_a_duplicate_is_reported(): void { refusesAt("{\"a\":1,\"a\":2}", JsonFault.Duplicate, 10); }

export function the_position_of_a_syntax_error_is_reported(): void {
  refusesAt("{\"a\":tru}", JsonFault.Syntax, 5);
  refusesAt("[1,2,]", JsonFault.Syntax, 5);
  refusesAt("[] x", JsonFault.Syntax, 3);
}

export function duty_66_lists_may_nest_32_deep_and_not_33(): void {
  read(repeat("[", 32) + repeat("]", 32));
  refuses(repeat("[", 33) + repeat("]", 33), JsonFault.TooDeep);
}

export function duty_66_objects_may_nest_32_deep_and_not_33(): void {
  read(repeat("{\"a\":", 31) + "{}" + repeat("}", 31));
  refuses(repeat("{\"a\":", 32) + "{}" + repeat("}", 32), JsonFault.TooDeep);
  refuses(repeat("[{\"a\":", 16) + "[]" + repeat("}]", 16), JsonFault.TooDeep);
}

export function many_lists_side_by_side_are_not_deep(): void { read("[" + repeat("[[]],", 500) + "[]]"); }

export function duty_66_a_hundred_thousand_open_brackets_are_refused_and_trap_nothing(): void {
  isFalse(faultOf(ascii(repeat("[", 100_000))) == 0, "lists");
  isFalse(faultOf(ascii(repeat("{\"a\":", 50_000))) == 0, "objects");
}

export function duty_66_an_object_may_have_1024_members_and_not_1025(): void {
  equalInt(read(members(1024)).nodeCount, 2049);
  refuses(members(1025), JsonFault.TooMany);
}

export function duty_66_ten_thousand_claims_are_refused_before_they_are_compared(): void { refuses(members(10_000), JsonFault.TooMany); }

export function only_the_size_of_the_document_limits_a_list(): void {
  const json = read("[" + repeat("1,", 20_000) + "1]");
  let count = 0;
  for (let item = json.first(json.root); item >= 0; item = json.sibling(json.root, item)) count++;
  equalInt(count, 20_001);
}

export function a_document_of_the_maximum_size_is_accepted_and_one_byte_more_is_refused(): void {
  const document = "\"" + repeat("x", 98) + "\"";
  isFalse(parse(ascii(document), 100).failed, "at the bound");
  const fault = parse(ascii(document), 99).fault;
  equalInt(fault == null ? 0 : fault.code, JsonFault.TooLarge);
}

export function a_document_that_is_too_large_is_refused_before_it_is_read(): void {
  const fault = parse(new Uint8Array(LIMIT + 1).fill(0xff), LIMIT).fault;
  equalInt(fault == null ? 0 : fault.code, JsonFault.TooLarge);
}

export function every_truncated_document_is_refused(): void {
  const whole = "{\"a\":[1,-2.5e3,true,false,null],\"b\\u0041\":{\"c\":\"\\ud83d\\ude00 \u00e9\"}}";
  const bytes = utf8(whole);
  read(whole);
  for (let n = 0; n < bytes.length; n++) assert(faultOf(bytes.subarray(0, n)) != 0, "first " + n.toString() + " bytes");
}

export function every_member_of_a_large_document_is_found(): void {
  const json: Json = read(members(1000));
  for (let i = 0; i < 1000; i += 37) equalInt(<i64>json.number(json.member(json.root, "n" + i.toString())), i);
}

/** The object of `members` with the name number `at` replaced. */
function withName(count: i32, at: i32, name: string): string { return members(count).replace("\"n" + at.toString() + "\"", name); }

/** The same text with some characters escaped. */
function spelt(name: string, random: Random): string {
  let out = "";
  for (let i = 0; i < name.length; i++) out += random.below(4) == 0 ? "\\u00" + name.charCodeAt(i).toString(16) : name.charAt(i);
  return out;
}

function members(count: i32): string {
  const parts: string[] = [];
  for (let i = 0; i < count; i++) parts.push("\"n" + i.toString() + "\":" + i.toString());
  return "{" + parts.join(",") + "}";
}
