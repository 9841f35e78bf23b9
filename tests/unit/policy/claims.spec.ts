import { findClaim } from "../../../assembly/policy/claim_path";
import { headerValue } from "../../../assembly/policy/claim_value";
import { Json } from "../../../assembly/json/json";
import { parse } from "../../../assembly/json/parser";
import { equal, equalInt, isTrue, text, utf8 } from "../check";

const NONE = "(none)";

// Paths.
export function a_claim_is_found_by_its_name(): void { finds("sub", "\"me\""); }
export function a_nested_claim_is_found_by_a_dotted_path(): void { finds("realm_access.roles", "[\"a\"]"); finds("x.y.z", "3"); }
export function a_name_with_dots_is_found(): void { finds("https://example.com/role", "\"r\""); finds("https://example.com/ns.inner", "5"); }

export function the_longest_matching_name_wins(): void {
  equal(found("{\"a.b\":1,\"a\":{\"b\":2}}", "a.b"), "1");
  equal(found("{\"a.b\":{\"c\":1},\"a\":{\"b.c\":2,\"b\":{\"c\":3}}}", "a.b.c"), "1");
  equal(found("{\"a\":{\"b.c\":2,\"b\":{\"c\":3}}}", "a.b.c"), "2");
}

export function a_long_name_without_the_rest_of_the_path_does_not_hide_a_shorter_one(): void {
  equal(found("{\"a.b\":{\"x\":1},\"a\":{\"b\":{\"c\":3}}}", "a.b.c"), "3");
  equal(found("{\"a.b\":7,\"a\":{\"b\":{\"c\":3}}}", "a.b.c"), "3");
}

export function duty_94_a_path_without_a_claim_finds_nothing(): void {
  const paths = ["none", "sub.x", "realm_access", "realm_access.none", "x.y.z.w", "x.y", "", ".", "sub.", ".sub", "x..y", "list.0", "roles", "SUB", "su", "subs"];
  const objects = "realm_access|x.y|";
  for (let i = 0; i < paths.length; i++) {
    if (objects.includes(paths[i] + "|")) continue; // these paths lead to an object, see the next test
    equal(found(CLAIMS, paths[i]), NONE);
  }
}

export function a_path_may_lead_to_an_object(): void { finds("x.y", "{\"z\":3}"); }
export function a_null_claim_is_found(): void { equal(found("{\"a\":null}", "a"), "null"); }

export function claims_that_are_not_an_object_contain_no_claim(): void { equal(found("[1]", "a"), NONE); equal(found("\"a\"", "a"), NONE); }

// Values.
export function plain_values_are_unchanged(): void {
  value("\"alice\"", "alice"); value("\"a b\"", "a b"); value("12", "12"); value("-1.50e3", "-1.50e3"); value("true", "true"); value("false", "false");
  value("\"!\\\"#$&'()*+-./:;<=>?@[\\\\]^_`{|}~\"", "!\"#$&'()*+-./:;<=>?@[\\]^_`{|}~");
}

export function lists_of_plain_values_are_joined_by_commas(): void {
  value("[\"a\",\"b\"]", "a,b"); value("[1,2.5,true]", "1,2.5,true"); value("[\"a\"]", "a"); value("[ \"a\" , 1 ]", "a,1");
}

export function duty_91_a_comma_in_an_item_cannot_add_an_item(): void {
  value("[\"admin,x\"]", "admin%2Cx"); value("[\"a\",\"b,admin\"]", "a,b%2Cadmin"); value("\"a,b\"", "a%2Cb"); value("[\"a\\u002cb\"]", "a%2Cb");
}

export function duty_91_line_breaks_and_controls_are_encoded(): void {
  value("\"a\\r\\nx-admin: 1\"", "a%0D%0Ax-admin: 1"); value("\"\\u0000\"", "%00"); value("\"\\t\\u001f\"", "%09%1F"); value("[\"a\\nb\"]", "a%0Ab"); value("\"\u007f\"", "%7F");
}

export function duty_91_characters_beyond_ascii_are_encoded(): void { value("\"J\u00f6rg \u20ac \ud83d\ude00!\"", "J%C3%B6rg %E2%82%AC %F0%9F%98%80!"); }
export function duty_91_a_percent_sign_is_encoded_so_that_decoding_restores_the_value(): void { value("\"100%2C\"", "100%252C"); }

export function duty_91_spaces_at_the_ends_are_encoded_because_readers_drop_them(): void {
  value("\" admin\"", "%20admin"); value("\"admin \"", "admin%20"); value("[\"a\",\" admin\"]", "a,%20admin"); value("\"  \"", "%20%20"); value("\" \"", "%20");
}

export function duty_91_empty_items_keep_their_position(): void { value("[\"\",\"a\"]", ",a"); value("[\"a\",\"\"]", "a,"); value("[\"a\",\"\",\"b\"]", "a,,b"); }

export function nested_values_become_base64_of_their_json(): void {
  value("{\"a\":1}", "eyJhIjoxfQ=="); value("[[1]]", "W1sxXV0="); value("[{\"a\":1}]", "W3siYSI6MX1d"); value("[null]", "W251bGxd"); value("{}", "e30=");
  value("{\"a\": \"\\r\\n\"}", "eyJhIjogIlxyXG4ifQ==");
}

export function absent_and_empty_values_give_no_header(): void {
  value("null", NONE); value("[]", NONE); value("\"\"", NONE); value("[\"\"]", NONE);
  const json = claims("{}");
  isTrue(headerValue(json, -1) == null, "an absent claim");
}

export function a_value_of_more_than_16_kilobytes_is_left_out(): void {
  value("\"" + "x".repeat(16384) + "\"", "x".repeat(16384));
  value("\"" + "x".repeat(16385) + "\"", NONE);
  value("\"" + "\u00e9".repeat(3000) + "\"", NONE);
  value("[" + "1,".repeat(9000) + "1]", NONE);
  value("{\"a\":\"" + "x".repeat(13_000) + "\"}", NONE);
  value("[[\"" + "x".repeat(13_000) + "\"]]", NONE);
}

export function duty_91_no_claim_puts_an_invalid_byte_into_a_header(): void {
  for (let c = 0; c < 256; c++) {
    const got = headerValue(claims("{\"v\":\"\\u00" + (c < 16 ? "0" : "") + c.toString(16) + "\"}"), 2);
    if (got == null) return assert(false, "no value");
    for (let i = 0; i < got.length; i++) isTrue(got[i] > 0x20 && got[i] < 0x7f && got[i] != 0x2c, "U+" + c.toString(16));
  }
}

const CLAIMS = "{\"sub\":\"me\",\"realm_access\":{\"roles\":[\"a\"]},\"x\":{\"y\":{\"z\":3}},\"https://example.com/role\":\"r\",\"https://example.com/ns\":{\"inner\":5},\"list\":[1]}";

function claims(document: string): Json {
  const parsed = parse(utf8(document), 64 * 1024);
  isTrue(!parsed.failed, "claims that are JSON");
  return parsed.value;
}

function found(document: string, path: string): string {
  const json = claims(document);
  const node = findClaim(json, json.root, path);
  if (node < 0) return NONE;
  return json.isString(node) ? "\"" + text(json.text(node)) + "\"" : text(json.raw(node));
}

function finds(path: string, want: string): void { equal(found(CLAIMS, path), want); }

function value(claim: string, want: string): void {
  const json = claims("{\"v\":" + claim + "}");
  const node = json.memberOrNull(json.root, "v");
  equalInt(node, 2);
  const got = headerValue(json, node);
  equal(got == null ? NONE : text(got), want);
}
