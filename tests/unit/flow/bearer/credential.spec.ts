import { Config, SourceKind } from "../../../../assembly/config/config";
import { Credential } from "../../../../assembly/flow/bearer/credential";
import { HeaderBlock } from "../../../../assembly/http/header_block";
import { NameTable, Role } from "../../../../assembly/http/name_table";
import { ascii, equal, isFalse, isTrue } from "../../check";
import { config } from "../../config/compiled.as";
import { serialised } from "../../http/serialised.as";

export function a_single_bearer_credential_is_accepted(): void { header("Bearer abc.def-_~+/=", "abc.def-_~+/="); }
export function the_scheme_is_accepted_in_any_case(): void { header("bearer abc", "abc"); header("BEARER abc", "abc"); header("bEaReR abc", "abc"); }
export function spaces_before_the_token_are_skipped(): void { header("Bearer   abc", "abc"); }
export function a_request_without_a_credential_has_no_token(): void { takes([":path", "/"], "-", "(none)"); }

export function a_credential_of_another_scheme_is_ignored(): void {
  const values = ["Basic Zm9v", "Bearers abc", "Bear abc", "Negotiate abc", "DPoP abc", "Bearer2 abc", "Bearer-Token abc", "Bearer!abc", "Digest a=\"b\", c=d", "abc"];
  for (let i = 0; i < values.length; i++) takes(["authorization", values[i]], "-", "(none)");
}

export function duty_73_a_scheme_without_a_token_is_refused(): void { refuses(["authorization", "Bearer"], MALFORMED); refuses(["authorization", "Bearer "], MALFORMED); refuses(["authorization", "bearer    "], MALFORMED); }
export function duty_73_an_empty_header_is_refused(): void { refuses(["authorization", ""], MALFORMED); }

export function duty_73_any_character_but_a_space_after_the_scheme_is_refused(): void {
  const values = ["Bearer\tabc", "Bearer,abc", "Bearer=abc", "Bearer:abc", "Bearer\u0000abc", "bearer;", "Bearer\"abc\"", "Bearer\t"];
  for (let i = 0; i < values.length; i++) refuses(["authorization", values[i]], MALFORMED);
}

export function duty_73_two_headers_are_refused(): void {
  refuses(["authorization", "Bearer a", "authorization", "Bearer b"], SEVERAL);
  refuses(["authorization", "Bearer a", "authorization", "Bearer a"], SEVERAL);
  refuses(["authorization", "Basic a", "authorization", "Bearer b"], SEVERAL);
  refuses(["authorization", "Bearer a", "Authorization", "Basic b"], SEVERAL);
}

export function duty_73_two_credentials_joined_by_a_comma_are_refused(): void {
  refuses(["authorization", "Basic Zm9v, Bearer abc"], SEVERAL);
  refuses(["authorization", "Basic Zm9v,bearer abc"], SEVERAL);
  refuses(["authorization", "Digest a=b, c=d,  Bearer abc"], SEVERAL);
  malformed("Bearer a, Bearer b");
  malformed("Bearer a,b");
  malformed("Bearer a, Basic b");
}

export function duty_73_a_token_with_other_characters_is_malformed(): void {
  const tokens = ["a b", "a\tb", "a\"b\"", "a:b", "a;b", "a@b", "a%20", "a\\b", "(a)", "<a>", "a?b", "a#b", "a{}", "a|b", "a\u0000", "a\r\nb", "\u00e9", "a ", "a\u007f", "a*", "$a", "a&b", "'a'", "a^", "[a]"];
  for (let i = 0; i < tokens.length; i++) malformed("Bearer " + tokens[i]);
}

export function duty_73_equals_signs_are_accepted_only_at_the_end(): void { malformed("Bearer =abc"); malformed("Bearer a=b"); malformed("Bearer ="); malformed("Bearer =="); header("Bearer a==", "a=="); }

export function exactly_the_ascii_characters_of_rfc_6750_and_an_exclamation_mark_are_accepted(): void {
  const known = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/!";
  for (let c = 0; c < 128; c++) {
    const character = String.fromCharCode(c);
    const found = new Found(["authorization", "Bearer a" + character + "a"], config());
    isTrue(found.wellFormed == known.includes(character), "character " + c.toString());
  }
}

// Other sources.
export function a_configured_header_may_hold_the_bare_token_or_a_bearer_credential(): void {
  takes(["x-token", "abc"], RAW, "abc");
  takes(["x-token", "Bearer abc"], RAW, "abc");
  refuses2(["x-token", ""], RAW, MALFORMED);
  refuses2(["x-token", "Bearer "], RAW, MALFORMED);
  refuses2(["x-token", "a", "X-Token", "b"], RAW, SEVERAL);
  takes(["authorization", "Bearer abc"], RAW, "(none)");
}

export function duty_153_a_token_of_more_than_16_kilobytes_is_refused_without_reading_it(): void {
  const most = "a".repeat(16 * 1024), more = most + "a";
  takes(["authorization", "Bearer " + most], "-", most);
  refuses(["authorization", "Bearer " + more], TOO_LARGE);
  refuses(["authorization", "Bearer " + ",".repeat(50_000)], TOO_LARGE);
  refuses2(["x-token", more], RAW, TOO_LARGE);
  refuses2([":path", "/?access_token=" + more], QUERY, TOO_LARGE);
  refuses2([":path", "/", "cookie", "at=" + more], COOKIE, TOO_LARGE);
}
export function duty_153_a_bearer_credential_after_a_comma_is_found_among_any_number_of_commas(): void {
  refuses(["authorization", "Basic " + ",".repeat(20_000) + " ".repeat(20_000) + "Bearer a"], SEVERAL);
  takes(["authorization", "Basic " + ",bearer".repeat(8_000)], "-", "(none)");
}

export function duty_74_a_token_in_the_query_is_ignored_unless_configured(): void {
  takes([":path", "/?access_token=abc"], "-", "(none)");
  takes([":path", "/?access_token=abc"], QUERY, "abc");
}

export function duty_74_a_token_from_the_query_is_marked_as_such(): void {
  isTrue(new Found([":path", "/?access_token=abc"], config(QUERY)).fromQuery, "by the query");
  isFalse(new Found([":path", "/", "authorization", "Bearer abc"], config(QUERY)).fromQuery, "by the header");
  isFalse(new Found([":path", "/?x=1", "cookie", "at=abc"], config(COOKIE)).fromQuery, "by a cookie");
}

export function duty_75_a_token_in_header_and_query_at_once_is_refused(): void {
  refuses2([":path", "/?access_token=abc", "authorization", "Bearer abc"], QUERY, SEVERAL);
  refuses2([":path", "/?access_token=", "authorization", "Bearer abc"], QUERY, SEVERAL);
}

export function duty_158_another_spelling_of_the_parameters_name_is_the_same_credential(): void {
  takes([":path", "/?access%5Ftoken=abc"], QUERY, "abc");
  refuses2([":path", "/?acces%73_token=abc", "authorization", "Bearer abc"], QUERY, SEVERAL);
  refuses2([":path", "/?access_token=a&access%5Ftoken=b"], QUERY, SEVERAL);
  refuses2([":path", "/?x=y;access_token=abc", "authorization", "Bearer abc"], QUERY, SEVERAL);
}

export function duty_75_two_tokens_in_the_query_are_refused(): void {
  refuses2([":path", "/?access_token=a&access_token=b"], QUERY, SEVERAL);
  refuses2([":path", "/?access_token=a&x=y&access_token"], QUERY, SEVERAL);
}

export function duty_75_two_cookies_or_a_cookie_and_a_header_are_refused(): void {
  refuses2([":path", "/", "cookie", "at=a; at=b"], COOKIE, SEVERAL);
  refuses2([":path", "/", "cookie", "at=a", "cookie", "at=a"], COOKIE, SEVERAL);
  refuses2([":path", "/", "cookie", "at=a", "authorization", "Bearer b"], COOKIE, SEVERAL);
}

export function duty_151_a_token_among_too_many_cookies_is_refused(): void {
  refuses2([":path", "/", "cookie", "a;".repeat(512) + "at=a"], COOKIE, "too_many_cookies");
  takes([":path", "/", "cookie", "a;".repeat(512) + "at=a", "authorization", "Bearer b"], "-", "b");
}

export function an_empty_token_in_query_or_cookie_is_refused(): void {
  refuses2([":path", "/?access_token="], QUERY, MALFORMED);
  refuses2([":path", "/?access_token"], QUERY, MALFORMED);
  refuses2([":path", "/", "cookie", "at="], COOKIE, MALFORMED);
}

export function a_token_in_a_cookie_is_ignored_unless_configured(): void {
  takes([":path", "/", "cookie", "at=abc"], "-", "(none)");
  takes([":path", "/", "cookie", "x=y; at=abc"], COOKIE, "abc");
}

export function if_only_the_query_is_configured_the_header_is_ignored(): void {
  takes([":path", "/?access_token=abc", "authorization", "Bearer def"], "\"auth_accept_token_as\":\"query:access_token\"", "abc");
}

export function nothing_of_the_previous_credential_remains(): void {
  const c = config(QUERY), credential = new Credential();
  isTrue(credential.read(blockOf([":path", "/?access_token=abc"], c), c) == null && credential.fromQuery != null, "first");
  isTrue(credential.read(blockOf([":path", "/"], c), c) == null, "second");
  isTrue(credential.size == 0 && credential.fromQuery == null, "no credential");
  isFalse(credential.wellFormed, "no credential is not well-formed");
}

const MALFORMED = "malformed_credential", SEVERAL = "several_credentials", TOO_LARGE = "token_too_large";
const RAW = "\"auth_header_name\":\"X-Token\"";
const QUERY = "\"auth_accept_token_as\":[\"header\",\"query:access_token\"]";
const COOKIE = "\"auth_accept_token_as\":[\"header\",\"cookie:at\"]";

class Found {
  code: string;
  token: string = "(none)";
  wellFormed: bool = false;
  fromQuery: bool = false;

  constructor(pairs: string[], c: Config) {
    const credential = new Credential();
    const refusal = credential.read(blockOf(pairs, c), c);
    this.code = refusal == null ? "" : refusal.code;
    if (refusal == null && credential.size > 0) {
      this.wellFormed = credential.wellFormed;
      this.token = String.UTF8.decodeUnsafe(credential.at, credential.size);
      this.fromQuery = credential.fromQuery != null;
    }
  }
}

function blockOf(pairs: string[], c: Config): HeaderBlock {
  const table = new NameTable();
  table.add(ascii(":path"), Role.Path);
  for (let i = 0; i < c.sources.length; i++) {
    if (c.sources[i].kind == SourceKind.Header) table.add(c.sources[i].name, Role.Credential);
    if (c.sources[i].kind == SourceKind.RawHeader) table.add(c.sources[i].name, Role.RawCredential);
  }
  const headers = new HeaderBlock(), bytes = serialised(pairs);
  isTrue(headers.read(bytes.dataStart, bytes.length, table), "a well-formed block");
  return headers;
}

function configured(members: string): Config { return config(members == "-" ? "" : members); }

function takes(pairs: string[], members: string, want: string): void {
  const found = new Found(pairs, configured(members));
  equal(found.code, "");
  equal(found.token, want);
  isTrue(want == "(none)" || found.wellFormed, "well-formed");
}

function header(value: string, want: string): void { takes([":path", "/", "authorization", value], "-", want); }
function refuses(pairs: string[], code: string): void { refuses2(pairs, "-", code); }
function refuses2(pairs: string[], members: string, code: string): void { equal(new Found(pairs, configured(members)).code, code); }

/** The credential is found but has other characters. It is refused as malformed before it is used. */
function malformed(value: string): void {
  const found = new Found(["authorization", value], config());
  equal(found.code, "");
  isFalse(found.token == "(none)" || found.wellFormed, value);
}
