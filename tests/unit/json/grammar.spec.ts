import { JsonFault } from "../../../assembly/json/parser";
import { unhex } from "../check";
import { faultOf, read, refuses } from "./reading.as";

// As in JSONTestSuite: texts that are JSON according to RFC 8259.
export function a_document_may_be_a_single_value_of_any_kind(): void {
  accepts(["null", "true", "false", "0", "-0", "\"\"", "\"a\"", "[]", "{}", " 1 ", "\t\r\n[ ]\n"]);
}

export function white_space_is_accepted_between_any_two_tokens(): void {
  accepts(["[ 1 , 2 ]", "{ \"a\" : 1 , \"b\" : [ ] }", "\n{\t\"a\"\r:\n{\t}\r}\n", "[\t]", "{\n}"]);
}

export function numbers_of_every_form_are_accepted(): void {
  accepts(["[1]", "[-1]", "[0.1]", "[-0.0]", "[1e1]", "[1E1]", "[1e+1]", "[1e-1]", "[0e1]", "[0E+0]", "[1.5e300]", "[123456789012345678901234567890]",
    "[-0]", "[20e1]", "[1.000000000000000005]", "[0.4e00669999999999999999999999]"]);
}

export function strings_of_every_form_are_accepted(): void {
  accepts(["[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[\"\\u0000\"]", "[\"\\uD834\\uDd1e\"]", "[\"\\u00e9\\uFFFE\"]", "[\"\u007f\"]", "[\"\u2028\u2029\"]",
    "[\"a/*b*/c\"]", "[\"\ud83d\ude00\"]", "[\"\\\\u0000\"]", "{\"\":0}", "{\"a\\u0000b\":0}"]);
}

export function nested_and_consecutive_containers_are_accepted(): void {
  accepts(["[[],[[]],{}]", "{\"a\":{\"a\":{\"a\":1}}}", "[{\"a\":1},{\"a\":2}]", "{\"a\":[],\"b\":{}}", "[null,1,\"1\",{}]"]);
}

// Texts that are not JSON.
export function an_empty_document_is_refused(): void { refused(["", " ", "\n\t", "\u0000", "\ufeff", "\ufeff{}"]); }

export function only_true_false_and_null_in_lower_case_are_literals(): void {
  refused(["True", "TRUE", "nul", "nulL", "tru", "fals", "truefalse", "nulll", "[nul]", "[t]", "[truee]", "[fals", "None", "undefined", "NaN", "[nan]",
    "[Infinity]", "[-Infinity]", "a", "[a]"]);
}

export function a_comma_is_accepted_only_between_members(): void {
  refused(["[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[1 true]", "[\"a\" \"b\"]", "[1],", "[,[]]", "[3[4]]", "[\"\",]", "[1,\n1\n,1",
    "{\"a\":1,}", "{,\"a\":1}", "{,}", "{\"a\":1,,\"b\":2}", "{\"a\":1 \"b\":2}", "{\"a\":1}," ]);
}

export function an_object_that_is_not_pairs_of_name_and_value_is_refused(): void {
  refused(["{\"a\"}", "{\"a\":}", "{\"a\" 1}", "{\"a\",1}", "{:1}", "{1:1}", "{a:1}", "{'a':1}", "{null:1}", "{[]:1}", "{\"a\"::1}", "{\"a\":1:2}",
    "{\"a\"=1}", "{\"a\":1 2}", "{\"a\":,}", "{\"a\":a}", "{\"a\":\"b\"#}", "{9999E9999:1}", "{\"x\"::\"b\"}"]);
}

export function a_list_of_anything_but_values_is_refused(): void { refused(["[\"a\":1]", "[a:1]", "[1:2]", "[\"x\", truth]", "[*]", "[1}", "[\\u000A\"\"]"]); }

export function unbalanced_or_mismatched_brackets_are_refused(): void {
  refused(["[", "{", "[1", "{\"a\":1", "[[1]", "{\"a\":{}", "[}", "{]", "[1}", "{\"a\":1]", "[{]}", "]", "}", "[]]", "{}}", "[\"a\"", "[\"", "{\"", "{\"a", "{\"a\"",
    "{\"a\":", "[1,", "{\"a\":1,", "[\"a\",\n4\n,1,1  "]);
}

export function text_after_the_document_is_refused(): void {
  refused(["1 2", "{}{}", "[][]", "null null", "{}x", "{} \u0000", "[1]]", "{\"a\":1} //", "{}#", "true,", "\"a\"b", "1\u0000", "[]\u000c", "2,"]);
}

export function numbers_of_other_forms_are_refused(): void {
  refused(["[01]", "[-01]", "[00]", "[012]", "[1.]", "[.5]", "[-.5]", "[-]", "[--1]", "[+1]", "[++1]", "[1e]", "[1e+]", "[1E-]", "[1eE2]", "[0e]", "[0.e1]", "[1.0e]",
    "[1.2.3]", "[1e1.5]", "[0x10]", "[0x]", "[1_000]", "[1 000.0]", "[- 1]", "[1a]", "[-1x]", "[1ea]", "[-a]", "[0.3e+]", "[2.e3]", "[9.e+]", "[1.8011670033376514H-308]",
    "-", "1.", ".1", "1e", "01", "[1+2]", "[1-2]", "[0.1.2]", "[-1.0.]"]);
}

export function digits_of_other_scripts_are_refused(): void { refused(["[\uff11]", "[1\u0661]", "[-\u0967]"]); }

export function strings_without_double_quotes_are_refused(): void {
  refused(["'a'", "['a']", "[`a`]", "[\"a]", "[a\"]", "[\"a\"b\"]", "\"", "\"a", "\"\\\"", "[\"a\\\"]", "[\u201ca\u201d]", "{\"a\":'b'}"]);
}

export function control_characters_in_strings_are_refused(): void {
  for (let c = 0; c < 0x20; c++) {
    refuses("[\"a" + String.fromCharCode(c) + "b\"]", JsonFault.Syntax);
    refuses("{\"a" + String.fromCharCode(c) + "\":1}", JsonFault.Syntax);
  }
}

export function unknown_escapes_are_refused(): void {
  for (let c = 0x20; c < 0x7f; c++) {
    const known = "\"\\/bfnrt".includes(String.fromCharCode(c));
    const document = "[\"\\" + String.fromCharCode(c) + "\"]";
    if (known) read(document);
    else refuses(document, JsonFault.Syntax); // \u without digits is refused too
  }
  refused(["[\"\\\u0000\"]", "[\"\\\u00e9\"]", "[\"\\", "[\"\\\"", "[\"\\U0041\"]", "[\"\\x41\"]"]);
}

export function an_escape_without_four_hexadecimal_digits_is_refused(): void {
  refused(["[\"\\u\"]", "[\"\\u1\"]", "[\"\\u12\"]", "[\"\\u123\"]", "[\"\\u123g\"]", "[\"\\u 123\"]", "[\"\\u+123\"]", "[\"\\u-123\"]", "[\"\\u00\uff11\"]", "[\"\\u00A", "[\"\\u00A\"",
    "[\"\\u{41}\"]", "[\"\\u00@0\"]", "[\"\\u00`0\"]", "[\"\\u00G0\"]", "[\"\\u00:0\"]", "[\"\\u00/0\"]"]);
}

export function duty_56_lone_surrogates_in_escapes_are_refused(): void {
  refused(["[\"\\ud800\"]", "[\"\\udc00\"]", "[\"\\udfff\"]", "[\"\\uD800\\uD800\"]", "[\"\\ud800\\u0041\"]", "[\"\\uD800\\n\"]", "[\"\\uDd1ea\"]", "[\"\\uD888\\u1234\"]", "[\"\\ud800abc\"]",
    "[\"\\udc00\\ud800\"]", "[\"\\ud834\\\"]", "[\"\\ud834\\u\"]", "[\"\\ud834\\udd\"]", "[\"\\ud834", "[\"\\ud834\\", "[\"\\ud834\\u", "[\"\\ud834\\\\udd1e\"]", "{\"\\ud800\":1}"]);
}

export function duty_56_invalid_utf_8_is_refused_before_anything_is_read(): void {
  notUtf8("5b22ff225d"); notUtf8("5b22c0af225d"); notUtf8("5b22eda080225d"); notUtf8("5b22e9225d"); notUtf8("5b22f4bfbfbf225d");
  notUtf8("5bff5d"); notUtf8("7b22b9223a317d"); notUtf8("5b22c3"); notUtf8("ff"); notUtf8("fffe5b005d00");
}

export function utf_16_is_refused(): void {
  for (let i = 0; i < 2; i++) {
    const document = unhex(i == 0 ? "5b00220061002200 5d00" : "005b00220061 0022005d");
    assert(faultOf(document) == JsonFault.Syntax, "UTF-16");
  }
}

export function other_white_space_is_refused(): void { refused(["[\u000c]", "[\u000b]", "\u00a0[]", "[\u2060]", "[]\u0085", "[1\u2028]", "\ufeff[]"]); }

export function comments_are_refused(): void {
  refused(["{\"a\":\"b\"}/**/", "{\"a\":\"b\"}//", "[1/*x*/]", "// x\n[]", "{\"a\":/*comment*/\"b\"}", "[1]#", "{\"a\":true} \"x\"", "<.>", "[<null>]", "*"]);
}

function accepts(documents: string[]): void { for (let i = 0; i < documents.length; i++) read(documents[i]); }
function refused(documents: string[]): void { for (let i = 0; i < documents.length; i++) refuses(documents[i], JsonFault.Syntax); }
function notUtf8(document: string): void { assert(faultOf(unhex(document)) == JsonFault.NotUtf8, document); }
