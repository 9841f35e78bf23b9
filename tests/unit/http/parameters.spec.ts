import { Parameters, readParameters } from "../../../assembly/http/parameters";
import { ascii, concat, equal, equalInt, filled, isFalse, isTrue, text, utf8 } from "../check";
import { mutated, Random } from "../fuzz.as";

export function a_parameter_is_found_by_its_exact_name(): void {
  const p = read("code=abc&state=xyz&xcode=1&code2=2&CODE=3");
  equal(text(p.one("code")), "abc");
  equal(text(p.one("state")), "xyz");
  equalInt(p.count("code"), 1);
}

export function a_missing_parameter_is_empty_and_has_count_0(): void {
  const p = read("code=abc");
  equalInt(p.count("state"), 0);
  equalInt(p.one("state").length, 0);
  equalInt(read("").count("code"), 0);
}

export function duty_9_parameters_sent_twice_are_counted(): void {
  const names = ["code", "state", "iss", "access_token", "logout_token"];
  for (let i = 0; i < names.length; i++) {
    const p = read(names[i] + "=1&x=y&" + names[i] + "=2");
    equalInt(p.count(names[i]), 2);
    equal(text(p.one(names[i])), "1");
  }
}

export function duty_9_a_name_in_another_encoding_counts_as_the_same_name(): void {
  equalInt(read("state=1&%73tate=2&st%61te").count("state"), 3);
  equalInt(read("a+b=1&a%20b=2").count("a b"), 2);
}

export function duty_9_an_empty_parameter_counts_too(): void {
  equalInt(read("code=&code=1").count("code"), 2);
  equalInt(read("code&code=1").count("code"), 2);
}

export function names_and_values_are_decoded(): void {
  const p = read("a%3Db=c%26d%3De%2Bf+g%25&u=%c3%A9");
  equal(text(p.one("a=b")), "c&d=e+f g%");
  equal(text(p.one("u")), "\u00e9");
}

export function a_value_may_contain_equals_signs(): void { equal(text(read("a=b=c==").one("a")), "b=c=="); }
export function a_parameter_without_an_equals_sign_is_empty(): void { equalInt(read("error").count("error"), 1); equalInt(read("error").one("error").length, 0); }
export function empty_parts_are_skipped(): void { equal(text(read("&&a=1&&&b=2&").one("b")), "2"); equalInt(read("&&&").count(""), 0); }
export function a_parameter_may_have_an_empty_name(): void { equalInt(read("=1").count(""), 1); }

export function a_semicolon_does_not_separate_parameters(): void {
  const p = read("a=1;state=2");
  equalInt(p.count("state"), 0);
  equal(text(p.one("a")), "1;state=2");
}

export function a_question_mark_belongs_to_the_name(): void { equalInt(read("?code=1").count("code"), 0); }

export function a_percent_sign_without_two_digits_is_refused(): void {
  const wrong = ["a=%", "a=%4", "a=%4&b=1", "a=%%41", "a=%g1", "a=%1g", "a=% 1", "a=%+1", "a=%-1", "a=%0x41", "%=1", "%4=1", "a%4=1", "a=%u0041", "a=%:0", "a=%0/", "a=%@0", "a=%0`"];
  for (let i = 0; i < wrong.length; i++) refuses(ascii(wrong[i]));
}

export function hexadecimal_digits_are_read_in_upper_and_lower_case(): void {
  const digits = "0123456789abcdefABCDEF";
  for (let i = 0; i < digits.length; i++) {
    // The tested digit is the low one. The high digit keeps the byte ASCII.
    const value = i < 16 ? i : i - 6;
    const p = read("a=%4" + digits.charAt(i));
    equal(text(p.one("a")), String.fromCharCode(0x40 + value));
  }
}

export function text_that_is_not_utf_8_is_refused(): void {
  const wrong = ["a=%80", "a=%c3", "a=%c3(", "a=%c0%af", "a=%ed%a0%80", "a=%f5%80%80%80", "a=%ff", "%ff=1"];
  for (let i = 0; i < wrong.length; i++) refuses(ascii(wrong[i]));
  refuses(concat(ascii("a="), filled(1, 0xff)));
}

export function a_character_that_is_split_over_two_parameters_is_refused(): void { refuses(ascii("a=%c3&b=%a9")); refuses(ascii("%c3=%a9")); }
export function unencoded_utf_8_is_accepted(): void { equal(text(read("a=\u00e9").one("a")), "\u00e9"); }

export function a_nul_is_refused_raw_and_encoded(): void {
  refuses(ascii("a=%00"));
  refuses(ascii("a%00=1"));
  refuses(ascii("a=1\u0000"));
  refuses(ascii("\u0000"));
}

export function duty_9_one_malformed_parameter_refuses_all(): void { refuses(ascii("code=abc&state=xyz&x=%")); }

export function a_form_of_64_parameters_is_accepted_and_one_of_65_refused(): void {
  equalInt(read("a=1&".repeat(64)).count("a"), 64);
  refuses(ascii("a=1&".repeat(65)));
  refuses(ascii("a&".repeat(30_000)));
}

export function duty_153_a_form_of_20480_bytes_is_accepted_and_a_longer_one_refused(): void {
  equalInt(read("a=" + "b".repeat(20_478)).one("a").length, 20_478);
  refuses(ascii("a=" + "b".repeat(20_479)));
  isTrue(readParameters(ascii("&".repeat(20_480))) != null, "nothing but separators");
}

export function duty_131_no_input_traps_and_no_decoded_value_contains_a_nul(): void {
  const random = new Random(11), sample = ascii("code=a%20b&state=%C3%A9+x&iss=https%3A%2F%2Fh&code&=&a=b=c");
  let accepted = 0;
  for (let i = 0; i < 6000; i++) {
    const p = readParameters(i % 5 == 0 ? random.bytes(random.below(60)) : mutated(sample, random));
    if (p == null) continue;
    accepted++;
    isFalse(p.one("code").includes(0) || p.one("state").includes(0), "a NUL");
    isTrue(p.count("code") > 0 || p.one("code").length == 0, "counted and there");
  }
  isTrue(accepted > 2000, accepted.toString() + " accepted");
}

function read(written: string): Parameters {
  const p = readParameters(utf8(written));
  if (p != null) return p;
  assert(false, "refused " + written);
  return new Parameters();
}

function refuses(written: Uint8Array): void { isTrue(readParameters(written) == null, "refused " + text(written.subarray(0, 60))); }
