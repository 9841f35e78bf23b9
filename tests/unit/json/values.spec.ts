import { ABSENT, Kind } from "../../../assembly/json/json";
import { decimal } from "../../../assembly/json/number";
import { ascii, equal, equalInt, isFalse, isTrue, text, utf8 } from "../check";
import { read, repeat, textOfV } from "./reading.as";

export function null_counts_as_absent_and_false_is_a_value(): void {
  const json = read("{\"n\":null,\"f\":false,\"z\":0,\"e\":\"\"}");
  equalInt(json.member(json.root, "x"), ABSENT);
  equalInt(json.member(json.root, "n"), ABSENT);
  equalInt(json.kind(json.member(json.root, "f")), Kind.False);
  equalInt(json.kind(json.member(json.root, "z")), Kind.Number);
  equalInt(json.kind(json.member(json.root, "e")), Kind.String);
}

export function memberOrNull_returns_a_null(): void {
  const json = read("{\"n\":null,\"f\":false}");
  equalInt(json.memberOrNull(json.root, "x"), ABSENT);
  equalInt(json.kind(json.memberOrNull(json.root, "x")), 0);
  equalInt(json.kind(json.memberOrNull(json.root, "n")), Kind.Null);
  equalInt(json.kind(json.memberOrNull(json.root, "f")), Kind.False);
}

export function numberOrText_reads_a_number_from_a_string(): void {
  const json = read("{\"t\":\"1700000000\",\"d\":\"1.5\",\"n\":7,\"b\":true,\"l\":[1],\"s\":\" 1\",\"h\":\"0x10\",\"e\":\"\",\"i\":\"Infinity\",\"m\":\"1s\"}");
  isTrue(json.numberOrText(json.member(0, "t")) == 1700000000 && json.numberOrText(json.member(0, "d")) == 1.5 && json.numberOrText(json.member(0, "n")) == 7, "numbers");
  const none = "blsheimx";
  for (let i = 0; i < none.length; i++) isTrue(isNaN(json.numberOrText(json.member(0, none.charAt(i)))), none.charAt(i));
}

export function a_value_of_another_kind_has_no_text(): void {
  const json = read("{\"a\":1,\"b\":true,\"c\":null,\"d\":[\"x\"],\"e\":{\"x\":\"y\"}}");
  const names = "abcdez";
  for (let i = 0; i < names.length; i++) equalInt(json.text(json.member(json.root, names.charAt(i))).length, 0);
}

export function a_value_of_another_kind_has_no_number(): void {
  const json = read("{\"a\":\"1\",\"b\":true,\"c\":null,\"d\":[1],\"e\":{}}");
  const names = "abcdez";
  for (let i = 0; i < names.length; i++) isTrue(isNaN(json.number(json.member(json.root, names.charAt(i)))), names.charAt(i));
}

export function only_an_object_has_members(): void {
  const list = read("[\"a\",1]"), string = read("\"a\""), number = read("1");
  equalInt(list.member(list.root, "a"), ABSENT);
  equalInt(string.member(string.root, "a"), ABSENT);
  equalInt(number.member(number.root, "a"), ABSENT);
  equalInt(number.member(ABSENT, "a"), ABSENT);
}

export function a_value_equal_to_the_name_is_not_taken_for_a_member(): void {
  const json = read("{\"a\":\"exp\",\"b\":{\"exp\":2},\"c\":[\"exp\",3]}");
  equalInt(json.member(json.root, "exp"), ABSENT);
}

export function members_of_inner_and_outer_objects_are_not_mixed_up(): void {
  const json = read("{\"in\":{\"a\":1},\"a\":2}");
  equal(text(json.raw(json.member(json.root, "a"))), "2");
  equal(text(json.raw(json.member(json.member(json.root, "in"), "a"))), "1");
}

export function a_name_is_found_however_it_is_escaped(): void {
  const json = read("{\"\\u0065x\\u0070\":5,\"s\\/t\":6}");
  equal(text(json.raw(json.member(json.root, "exp"))), "5");
  equal(text(json.raw(json.member(json.root, "s/t"))), "6");
  equalInt(json.member(json.root, "\\u0065x\\u0070"), ABSENT);
}

export function a_string_equals_a_word_only_if_its_whole_text_does(): void {
  const json = read("[\"sig\",\"s\\u0069g\",\"sign\",\"si\",\"SIG\",\"sig\\u0000\",1,null]");
  const want = "11000000";
  for (let i = 0, node = json.first(json.root); i < want.length; i++, node = json.sibling(json.root, node)) {
    isTrue(json.reads(node, "sig") == (want.charCodeAt(i) == 0x31), "item " + i.toString());
  }
  isFalse(json.reads(ABSENT, ""), "absent");
}

export function empty_containers_have_no_first_child(): void {
  const json = read("[[],{},[0]]");
  const list = json.first(json.root), object = json.sibling(json.root, list), last = json.sibling(json.root, object);
  equalInt(json.first(list), ABSENT);
  equalInt(json.first(object), ABSENT);
  isTrue(json.first(last) > 0, "the last has one");
  equalInt(json.sibling(json.root, last), ABSENT);
  equalInt(json.first(json.first(last)), ABSENT);
}

export function escapes_are_decoded(): void {
  equal(textOfV("{\"v\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}"), "\"\\/\b\f\n\r\t");
  equal(textOfV("{\"v\":\"\\u0041\\u00e9\\u20AC\\ud83d\\uDE00!\"}"), "A\u00e9\u20ac\ud83d\ude00!");
  equal(textOfV("{\"v\":\"\\\\u0041\"}"), "\\u0041");
  equal(textOfV("{\"v\":\"a\\u0000b\"}"), "a\u0000b");
  equal(textOfV("{\"v\":\"\\uD800\\uDC00\\uDBFF\\uDFFF\"}"), "\ud800\udc00\udbff\udfff");
}

export function the_raw_text_of_a_value_is_unchanged(): void {
  const json = read("{\"o\": {\"a\" : [1 , 2.50]} , \"s\":\"\\u0041\" }");
  equal(text(json.raw(json.member(json.root, "o"))), "{\"a\" : [1 , 2.50]}");
  equal(text(json.raw(json.member(json.root, "s"))), "\\u0041");
}

export function whole_numbers_are_exact_up_to_2_to_the_53(): void {
  number("0", 0); number("1", 1); number("-1", -1); number("1700000000", 1700000000);
  number("9007199254740991", 9007199254740991); number("9007199254740992", 9007199254740992); number("-9007199254740992", -9007199254740992);
  number("4503599627370497", 4503599627370497); number("2147483648", 2147483648); number("4294967296", 4294967296);
}

export function one_number_may_be_written_in_many_ways(): void {
  number("1.7e9", 1700000000); number("17E8", 1700000000); number("1700000000.0", 1700000000); number("17000000000e-1", 1700000000);
  number("0.0000000017e18", 1700000000); number("1e0", 1); number("10e-1", 1); number("1E+2", 100); number("0e99", 0); number("0.0e-99", 0);
}

export function a_fraction_is_never_rounded_to_the_next_whole_second(): void {
  number("0.5", 0.5); number("-2.25", -2.25); number("1700000000.5", 1700000000.5); number("1700000000.999", 1700000000.999); number("0.1", 0.1);
}

export function a_number_too_large_for_a_double_is_infinite(): void {
  near("1e300", 1e300); near("-1e300", -1e300); near("1.7976931348623e308", 1.7976931348623e308);
  number("1e400", Infinity); number("-1e400", -Infinity); number("1e99999999999", Infinity); number("1" + repeat("0", 400), Infinity);
  number("18446744073709551616", 18446744073709551616.0); number("9223372036854775808", 9223372036854775808.0); number("36893488147419103232", 36893488147419103232.0);
}

export function a_number_too_small_for_a_double_is_zero(): void {
  number("1e-400", 0); number("-1e-400", 0); number("1e-99999999999", 0); number("0." + repeat("0", 400) + "1", 0);
}

export function leading_zeros_of_a_fraction_and_its_exponent_cancel_out(): void {
  number("0." + repeat("0", 400) + "1e401", 1); number("1" + repeat("0", 400) + "e-400", 1);
  number("0." + repeat("0", 12_000) + "1e12001", 1); number("0." + repeat("0", 12_000) + "1e100000", Infinity);
}

export function digits_beyond_the_precision_of_a_double_hardly_change_the_value(): void {
  near("3.14159265358979323846264338327950288419716939937510", 3.141592653589793);
  near("123456789012345678901234567890", 1.2345678901234568e29);
  near("0." + repeat("9", 60), 1);
  near("2.2250738585072014e-300", 2.2250738585072014e-300);
}

function number(written: string, want: f64): void {
  const got = decimal(ascii(written));
  assert(got == want, "got " + got.toString() + ", want " + want.toString() + ": " + written.substring(0, 40));
}

/** Equal to 15 digits, the precision that the reader promises above 2^53. */
function near(written: string, want: f64): void {
  const got = decimal(utf8(written));
  assert(Math.abs(got - want) <= Math.abs(want) * 1e-14, "got " + got.toString() + ", want " + want.toString());
}
