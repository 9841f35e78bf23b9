import { prefersHtml } from "../../../assembly/http/accept";
import { cookieValues } from "../../../assembly/http/cookies";
import { pathWithout, QueryParameter } from "../../../assembly/http/query";
import { statusOf } from "../../../assembly/http/status";
import { allocated } from "../../../assembly/runtime";
import { ascii, equal, equalInt, isFalse, isTrue, text, utf8 } from "../check";
import { at, headersOf, joined, serialised } from "./serialised.as";

// Cookies.
export function a_cookie_is_found_by_its_exact_name(): void {
  cookies(["a=1; token=abc; b=2"], "abc");
  cookies(["token=abc"], "abc");
  cookies(["a=1;token=abc"], "abc");
}

export function a_cookie_whose_name_only_contains_the_name_is_not_matched(): void {
  cookies(["xtoken=1; token2=2; my-token=3; Token=4; token.=5; TOKEN=6"], "");
  cookies(["a=token=abc"], "");
  cookies(["a=x token=abc"], "");
}

export function every_cookie_of_the_name_is_found_in_all_lines(): void { cookies(["token=1; token=2", "a=b", "token=3"], "1|2|3"); }
export function the_value_of_a_cookie_may_contain_equals_signs(): void { cookies(["token=a=b=="], "a=b=="); }
export function an_empty_cookie_is_found_and_empty(): void { cookies(["token="], "[empty]"); cookies(["token=;a=b"], "[empty]"); }

export function duty_112_malformed_cookie_lines_give_nothing(): void {
  cookies([""], ""); cookies([";;=;"], ""); cookies(["token"], ""); cookies(["token;"], ""); cookies(["=token"], ""); cookies([" = "], ""); cookies(["; ; ;"], "");
  cookies(["token =abc"], ""); cookies(["\u0000token=abc"], ""); cookies(["\ttoken=abc"], ""); cookies([",token=abc"], "");
}

export function duty_112_a_cookie_header_of_64_kilobytes_is_read_to_its_end(): void { cookies(["a=" + "b".repeat(64_000) + "; token=last"], "last"); }

export function duty_151_a_token_is_found_among_512_cookies_and_not_among_more(): void {
  cookies(["a;".repeat(511) + "token=last"], "last");
  cookies(["a;".repeat(512) + "token=last"], "too many");
  cookies(["a;".repeat(256), ";".repeat(255), "token=last"], "last");
  cookies(["a;".repeat(256), ";".repeat(256), "token=last"], "too many");
}

// Query.
export function a_parameter_is_found_by_its_exact_name(): void {
  query("/a?t=1", "1"); query("/a?x=0&t=1&y=2", "1"); query("/?t=a=b", "a=b"); query("/a?x&t=1", "1");
}

export function a_parameter_whose_name_only_contains_the_name_is_not_matched(): void {
  query("/a?tt=1&xt=2&t2=3&T=4&t%3D=5", ""); query("/t=1", ""); query("/a?x=t=1", ""); query("/a?x?t=1", ""); query("/a;t=1", "");
}

export function a_path_without_a_query_has_no_parameters(): void { query("/a", ""); query("/a?", ""); query("/a?&&", ""); query("", ""); }
export function every_parameter_of_the_name_is_counted(): void { query("/a?t=1&t=2&x&t=3", "1 of 3"); query("/a?t&t=2", "[empty] of 2"); }
export function a_parameter_without_a_value_is_found_and_empty(): void { query("/a?t", "[empty]"); query("/a?t=", "[empty]"); query("/a?t&x=1", "[empty]"); }
export function the_value_of_a_parameter_is_not_decoded(): void { query("/a?t=a%20b+c", "a%20b+c"); }
export function the_query_of_a_request_without_a_path_is_empty(): void { equalInt(new QueryParameter().find(headersOf(["a", "b"]), ascii("t")).count, 0); }

export function duty_158_a_parameter_is_found_by_its_decoded_name(): void {
  query("/a?%74=1", "1"); query("/a?x=0&%74=1&y", "1"); query("/a?%74", "[empty]"); query("/a?%74=", "[empty]"); query("/a?t=1&%74=2", "1 of 2");
  named("/a?access%5Ftoken=1", "1"); named("/a?access%5ftoken=1", "1"); named("/a?acces%73_token=1", "1"); named("/a?%61%63%63%65%73%73%5f%74%6f%6b%65%6e=1", "1"); named("/a?access_token=1&access_toke%6E=2", "1 of 2");
}

export function duty_158_a_parameter_that_does_not_decode_to_the_name_is_not_matched(): void {
  query("/a?%54=1&%2574=2&%7=3&%=4&%zz=5&t%=6&t%00=7&+t=8&t+=9&%20t=10&%e2%93%a3=11", ""); query("/a?%7", ""); query("/a?%", ""); query("/a?%74%3d1", ""); query("/%3ft=1", "");
  named("/a?access+token=1&access%2bt=2&access-token=3&ACCESS_TOKEN=4&access%255Ftoken=5", "");
}

export function duty_158_a_semicolon_separates_parameters_too(): void {
  query("/a?x=1;t=2", "2"); query("/a?t=1;x=2", "1"); query("/a?t=1;t=2&t=3", "1 of 3"); query("/a?x;%74;y", "[empty]"); query("/a?x=1%3bt=2", "");
}

export function duty_74_the_token_is_removed_from_the_path(): void {
  without("/a?t=1", "/a"); without("/a?t=1&x=2", "/a?x=2"); without("/a?x=2&t=1", "/a?x=2"); without("/a?x=2&t=1&y=3", "/a?x=2&y=3"); without("/a?t", "/a");
}

export function duty_158_the_token_is_removed_from_the_path_in_every_spelling_of_its_name(): void {
  without("/a?%74=1", "/a"); without("/a?x=2&%74=1&y=3", "/a?x=2&y=3"); without("/a?x=2;t=1;y=3", "/a?x=2;y=3"); without("/a?t=1;x=2", "/a?x=2"); without("/a?t=1&%74=2;t;x", "/a?x"); without("/a?x=1;y=2&z=%74", "/a?x=1;y=2&z=%74");
}

export function duty_74_every_token_is_removed_from_the_path(): void { without("/a?t=1&t=2&x&t=", "/a?x"); without("/?t=1&t=2", "/"); }

export function the_rest_of_the_path_is_unchanged(): void {
  without("/a?tt=1&xt=2", "/a?tt=1&xt=2"); without("/t=1", "/t=1"); without("/a?x=1&&y=2", "/a?x=1&&y=2"); without("/a?", "/a?"); without("/a?x?t=1", "/a?x?t=1");
}

// Accept.
export function browsers_get_a_page(): void {
  html("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true); html("text/html", true); html("TEXT/HTML;q=1", true); html("image/png, text/html", true);
}

export function programs_get_json(): void {
  html("", false); html("*/*", false); html("application/json", false); html("application/json, text/html", false); html("text/plain", false); html("text/htmlx", false);
  html("text/*", false); html("a;b=text/htm", false); html(",,;;", false); html("xtext/html", false);
}

export function a_request_without_accept_gets_json(): void { isFalse(prefersHtml([]), "none"); }
export function accept_lines_are_read_in_order(): void {
  isTrue(prefersHtml([ascii("image/png"), ascii("text/html")]), "second line");
  isFalse(prefersHtml([ascii("application/json"), ascii("text/html")]), "JSON first");
}

export function blanks_and_parameters_are_not_part_of_a_media_range(): void { html("text/html ;q=1", true); html("text/html,", true); html(" , text/html", true); }

export function duty_153_an_accept_header_is_read_up_to_a_bound(): void {
  html("a,".repeat(1_000) + "text/html", true); html("a,".repeat(1_024) + "text/html", false); html(",".repeat(60_000) + "text/html", false); html("a".repeat(60_000) + ",text/html", false);
  const lines: Uint8Array[] = [];
  for (let i = 0; i < 90; i++) lines.push(utf8("a,".repeat(300)));
  isFalse(prefersHtml(lines.concat([ascii("text/html")])), "many lines");
  html("a,".repeat(1_022) + "text/html", false); // the bound cuts off the last range
  const ranges = [ascii("a,".repeat(30_000))], before = allocated();
  prefersHtml(ranges);
  isTrue(allocated() - before < 100, "nothing is allocated for a range");
}

// The status of a reply.
export function a_status_is_three_digits(): void { status([":status", "200"], 200); status(["a", "b", ":status", "503"], 503); status([":status", "099"], 99); }

export function a_status_of_any_other_form_counts_as_0(): void {
  const values = ["", "2", "20", "2000", "abc", "2 0", "-20", "+20", "2a0", "\u0000\u0000\u0000", ":::"];
  for (let i = 0; i < values.length; i++) status([":status", values[i]], 0);
}

export function a_reply_without_a_status_has_status_0(): void { status([], 0); status(["status", "200"], 0); status([":statux", "200", ":method", "200", ":scheme", "200"], 0); }

export function a_malformed_block_has_status_0(): void {
  const whole = serialised([":status", "200"]);
  for (let n = 0; n < whole.length; n++) equalInt(statusOf(whole.dataStart, n), 0);
  store<u32>(whole.dataStart, 0xffffffff);
  equalInt(statusOf(whole.dataStart, whole.length), 0);
}

function cookies(lines: string[], want: string): void {
  const pairs: string[] = [":path", "/"];
  for (let i = 0; i < lines.length; i++) { pairs.push("cookie"); pairs.push(lines[i]); }
  const values = cookieValues(headersOf(pairs), ascii("token"));
  equal(values == null ? "too many" : shown(values), want);
}

function query(path: string, want: string): void { parameter(path, "t", want); }
function named(path: string, want: string): void { parameter(path, "access_token", want); }

function parameter(path: string, name: string, want: string): void {
  const found = new QueryParameter().find(headersOf([":path", path]), ascii(name));
  const value = found.size == 0 ? "[empty]" : at(found.at, found.size);
  equal(found.count == 0 ? "" : found.count == 1 ? value : value + " of " + found.count.toString(), want);
}
function without(path: string, want: string): void { equal(text(pathWithout(headersOf([":path", path]), ascii("t"))), want); }
function shown(values: Uint8Array[]): string { return values.length == 1 && values[0].length == 0 ? "[empty]" : joined(values); }
function html(accept: string, want: bool): void { isTrue(prefersHtml([ascii(accept)]) == want, accept); }
function status(pairs: string[], want: i32): void { const bytes = serialised(pairs); equalInt(statusOf(bytes.dataStart, bytes.length), want); }
