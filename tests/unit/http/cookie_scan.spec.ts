import { CookieScan } from "../../../assembly/http/cookies";
import { ascii, concat, equal, equalInt, filled, isFalse, isTrue, text } from "../check";
import { mutated, Random } from "../fuzz.as";
import { at, joined } from "./serialised.as";

// Keeps what the scan points into, as the host does for the time of a callback.
let held = new Uint8Array(0);

export function the_sessions_chunks_are_found_by_their_numbers(): void {
  const c = scan("a=b; s=zero; s_1=one; s_8=eight; c=d");
  chunk(c, 0, "zero");
  chunk(c, 1, "one");
  chunk(c, 8, "eight");
  equalInt(c.chunkCount(2), 0);
  equalInt(c.own, 3);
  equalInt(c.total, 5);
}

export function a_value_may_hold_equals_signs_blanks_and_nothing(): void {
  chunk(scan("s=a=b=="), 0, "a=b==");
  chunk(scan("s= a b ; x=y"), 0, " a b ");
  chunk(scan("s=; x=y"), 0, "");
  chunk(scan("x=y; s_1="), 1, "");
}

export function cookies_may_follow_each_other_without_a_blank_or_with_many(): void {
  chunk(scan("a=1;s=x;b=2"), 0, "x");
  chunk(scan("   s=x;    s_1=y"), 0, "x");
  chunk(scan("   s=x;    s_1=y"), 1, "y");
}

export function duty_95_a_name_that_contains_one_of_ours_is_somebody_elses(): void {
  const names = ["ss", "s2", "xs", "S", "s_", "s_0", "s_9", "s_10", "s_11", "s_01", "s_1_", "s_-1", "s_a", "s_1a", "s ", "s1", "s__1", "s.1", "fl", "f_", "f_1", "xf", "F", "__Host-s", "s%5f1",
    "l_", "l_1234567", "l_123456789", "l_1234567.", "l_1234567%", "l_1234 678", "xl_12345678", "L_12345678", "l-12345678", "l_12345678_", "\ts", "\u0000s", ",s", "\"s\""];
  for (let i = 0; i < names.length; i++) {
    const cookie = names[i] + "=x", c = scan(cookie);
    equalInt(c.own, 0);
    equalInt(c.total, 1);
    equal(text(c.others()), cookie);
    equal(text(scan("s=1; " + cookie + "; f=2").others()), cookie);
  }
}

export function duty_95_a_value_that_looks_like_one_of_ours_is_no_cookie(): void {
  others("a=s=x; b=f=y; c=l_12345678=z", "a=s=x; b=f=y; c=l_12345678=z");
  others("a=x s=y", "a=x s=y");
  others("a=x,s=y", "a=x,s=y");
}

export function duty_95_our_cookies_are_taken_out(): void {
  others("s=x", "");
  others("s=1; s_1=2; s_2=3; s_3=4; s_4=5; s_5=6; s_6=7; s_7=8; s_8=9; f=10; l_12345678=11", "");
  others("s=x; a=1", "a=1");
  others("a=1; s=x", "a=1");
  others("a=1; s=x; b=2", "a=1; b=2");
  others("s=x; a=1; s_1=y; b=2; f=z; c=3; l_AZaz09-_=q", "a=1; b=2; c=3");
  others("a=1; f=x; s=y; l_12345678=z; b=2", "a=1; b=2");
}

export function duty_95_every_other_byte_stays_as_it_was(): void {
  others("a=1;b=2", "a=1;b=2");
  others("a=1;  b=2;s=x;c=3", "a=1;  b=2;c=3");
  others("  a=1 ; b = 2", "  a=1 ; b = 2");
  others("a=\"x y\"; s=1; b={\"c\":[1,2]}; c=%20+%", "a=\"x y\"; b={\"c\":[1,2]}; c=%20+%");
  others("a=1; a=2; s=x; a=1", "a=1; a=2; a=1");
  const odd = concat(ascii("s=x; a="), filled(3, 0xff));
  equal(text(scanned(odd).others()), text(concat(ascii("a="), filled(3, 0xff))));
}

export function duty_95_rubbish_that_is_not_ours_stays(): void {
  others("a; s=x; =b; ;;c", "a; =b; ;;c");
  others("a=1;; s=x;", "a=1;;");
  others("s", "s");
  others("s; f; l_12345678", "s; f; l_12345678");
  others(";;=;", ";;=;");
}

export function duty_95_nothing_is_left_of_blanks_and_separators(): void {
  others("", ""); others("s=x;", ""); others("s=x; ;; ", ""); others(" ; s=x", ""); others("   ", "");
}

export function duty_110_every_value_of_one_name_is_a_candidate(): void {
  const c = scan("s=planted; a=b; s=ours; s_1=one; s_1=other");
  equalInt(c.chunkCount(0), 2);
  equal(at(c.chunkAt(0, 0), c.chunkSize(0, 0)), "planted");
  equal(at(c.chunkAt(0, 1), c.chunkSize(0, 1)), "ours");
  equal(at(c.chunkAt(1, 0), c.chunkSize(1, 0)), "one");
  equal(at(c.chunkAt(1, 1), c.chunkSize(1, 1)), "other");
  equalInt(c.own, 4);
  equal(text(c.others()), "a=b");
}

export function duty_110_of_many_values_all_are_counted_and_four_kept(): void {
  const c = scan("s=1; s=2; s=3; s=4; s=5; s_1=x; " + "s=x; ".repeat(1000));
  equalInt(c.chunkCount(0), 1005);
  equal(at(c.chunkAt(0, 3), c.chunkSize(0, 3)), "4");
  chunk(c, 1, "x");
  nothingAt(c, 0, 4);
  equalInt(c.others().length, 0);
}

export function duty_110_two_flow_cookies_or_two_of_one_login_are_none(): void {
  equal(text(scan("f=1").flow()), "1");
  equalInt(scan("f=1; f=2").flow().length, 0);
  equalInt(scan("f=1; f=1").flow().length, 0);
  equalInt(scan("a=b").flow().length, 0);
  equalInt(scan("l_12345678=1; l_12345678=2").login(ascii("12345678")).length, 0);
  equal(text(scan("l_12345678=1; l_1234567x=2").login(ascii("12345678"))), "1");
  equal(text(scan("l_12345678=1; l_1234567x=2").login(ascii("1234567x"))), "2");
}

export function a_login_is_found_by_its_whole_id(): void {
  const c = scan("l_abcdefgh=one; l_ABCDEFGH=two; l_-_-_-_09=a=b");
  equal(text(c.login(ascii("abcdefgh"))), "one");
  equal(text(c.login(ascii("ABCDEFGH"))), "two");
  equal(text(c.login(ascii("-_-_-_09"))), "a=b");
  const absent = ["", "abcdefg", "abcdefghi", "abcdefgx", "l_abcdef", "abcdefgh=one"];
  for (let i = 0; i < absent.length; i++) equalInt(c.login(ascii(absent[i])).length, 0);
  equal(joined(c.loginIds()), "abcdefgh|ABCDEFGH|-_-_-_09");
}

export function an_id_that_is_there_twice_is_named_once(): void { equal(joined(scan("l_12345678=1; l_abcdefgh=2; l_12345678=3").loginIds()), "12345678|abcdefgh"); }

export function duty_19_of_a_flood_of_logins_32_are_found_and_none_reaches_the_upstream(): void {
  let cookies = "a=1";
  for (let i = 0; i < 500; i++) cookies += "; l_" + (10_000_000 + i).toString() + "=x";
  const c = scan(cookies);
  equalInt(c.loginIds().length, 32);
  equalInt(c.own, 500);
  equalInt(c.total, 501);
  equal(text(c.login(ascii("10000031"))), "x");
  equal(text(c.others()), "a=1");
}

export function values_that_were_asked_for_outlive_the_block(): void {
  const c = scan("f=flow; l_12345678=login; a=b"), flow = c.flow(), login = c.login(ascii("12345678")), ids = c.loginIds(), rest = c.others();
  held.fill(0);
  equal(text(flow), "flow");
  equal(text(login), "login");
  equal(joined(ids), "12345678");
  equal(text(rest), "a=b");
}

export function what_is_out_of_range_is_not_there(): void {
  const c = scan("s=1; s=2; s_8=3"), odd: i32[] = [-1, 9, 10, 100, i32.MAX_VALUE, i32.MIN_VALUE];
  for (let i = 0; i < odd.length; i++) {
    equalInt(c.chunkCount(odd[i]), 0);
    nothingAt(c, odd[i], 0);
    nothingAt(c, 0, odd[i]);
  }
  nothingAt(c, 0, 2);
  nothingAt(c, 8, 1);
  nothingAt(c, 5, 0);
}

export function nothing_of_the_request_before_is_left(): void {
  const c = new CookieScan(), before = ascii("s=secret; s=secret; s_3=x; f=1; l_12345678=x; a=b");
  c.scan(before.dataStart, before.length, ascii("s"), ascii("f"), ascii("l_"));
  c.scan(0, -1, ascii("s"), ascii("f"), ascii("l_"));
  equalInt(c.own + c.total + c.chunkCount(0) + c.chunkCount(3) + c.flow().length + c.loginIds().length + c.others().length + c.login(ascii("12345678")).length, 0);
  nothingAt(c, 0, 0);
  c.scan(before.dataStart, 3, ascii("s"), ascii("f"), ascii("l_"));
  chunk(c, 0, "s");
}

export function a_scan_allocates_nothing(): void {
  const c = scan("a=1; s=" + "y".repeat(30) + "; s=planted; s_1=z; f=1; l_12345678=x");
  const session = ascii("s"), flow = ascii("f"), login = ascii("l_");
  const pages = memory.size();
  // The collector does not run in here: the smallest of objects would by now have filled ten pages.
  for (let i = 0; i < 40_000; i++) c.scan(held.dataStart, held.length, session, flow, login);
  equalInt(memory.size(), pages);
}

export function names_may_be_long_and_share_their_beginning(): void {
  const c = new CookieScan(), bytes = ascii("__Host-oidc=1; __Host-oidc_1=2; __Host-oidc_flow=3; __Host-oidc_login_abcdefgh=4; oidc=5; __Host-oidc_log=6; __Host-oidc_flow_=7");
  c.scan(bytes.dataStart, bytes.length, ascii("__Host-oidc"), ascii("__Host-oidc_flow"), ascii("__Host-oidc_login_"));
  chunk(c, 0, "1");
  chunk(c, 1, "2");
  equal(text(c.flow()), "3");
  equal(text(c.login(ascii("abcdefgh"))), "4");
  equal(text(c.others()), "oidc=5; __Host-oidc_log=6; __Host-oidc_flow_=7");
}

export function a_name_that_is_not_configured_takes_nothing(): void {
  const c = new CookieScan(), none = new Uint8Array(0), bytes = ascii("=1; _1=2; 12345678=3; a=b");
  c.scan(bytes.dataStart, bytes.length, none, none, none);
  equalInt(c.own, 0);
  equal(text(c.others()), "=1; _1=2; 12345678=3; a=b");
}

// Malformed headers.
export function duty_112_malformed_headers_hold_nothing_of_ours(): void {
  const lines = ["", ";;=;", "s", "s;", "=s", " = ", "; ; ;", "s_1", "s_", "s_1;", "s_=", "f", "l_", "l_=", "l_12345678", "l_1234567=", "=", ";", "\u0000", "s\u0000=x", "===="];
  for (let i = 0; i < lines.length; i++) {
    const c = scan(lines[i]);
    equalInt(c.own, 0);
    equalInt(c.flow().length + c.loginIds().length + c.chunkCount(0) + c.chunkCount(1), 0);
  }
}

export function duty_112_a_header_may_have_64_kilobytes(): void {
  chunk(scan("a=b; ".repeat(13_000) + "s=last"), 0, "last");
  equalInt(scan("s=" + "x".repeat(65_000)).chunkSize(0, 0), 65_000);
  equalInt(scan(";".repeat(65_536)).total, 0);
  equalInt(scan("s=;".repeat(20_000)).own, 20_000);
  equal(text(scan("=".repeat(65_536) + "; s=1").others()), "=".repeat(65_536));
  equalInt(scan(" ".repeat(65_536)).others().length, 0);
}

export function duty_112_every_prefix_of_a_header_is_read_inside_its_bounds(): void {
  const whole = ascii("s=abc; s_1=def; f=ghi; l_12345678=jkl; other=mno");
  for (let n = 0; n <= whole.length; n++) {
    // What stands behind the end would complete a name, a number or a value.
    const bytes = whole.slice(), c = new CookieScan();
    c.scan(bytes.dataStart, n, ascii("s"), ascii("f"), ascii("l_"));
    inside(c, bytes.dataStart, bytes.dataStart + n);
    isTrue(c.others().length <= n, "no longer than it was");
  }
}

export function duty_112_whatever_comes_is_counted_once_and_ours_never_stays(): void {
  const random = new Random(112), sample = ascii("a=1; s=abc.def; s_1=x; s_8=; f=1.2.3; l_AZaz09-_=q; s=two; s_9=x; xs=y;;b");
  let found = 0;
  for (let i = 0; i < 8000; i++) {
    const input = i % 5 == 0 ? random.bytes(random.below(80)) : mutated(sample, random), c = scanned(input);
    inside(c, held.dataStart, held.dataStart + held.length);
    isTrue(c.own >= 0 && c.own <= c.total, "counts");
    found += c.own;
    const own = c.own, total = c.total, rest = c.others().slice();
    isTrue(own > 0 ? rest.length < input.length : total == 0 || rest.length == input.length, "taken out, or left as it was");
    const again = scanned(rest);
    equalInt(again.own, 0);
    equalInt(again.total, total - own);
  }
  isTrue(found > 20_000, found.toString() + " found");
}

function scan(header: string): CookieScan { return scanned(ascii(header)); }

function scanned(header: Uint8Array): CookieScan {
  const c = new CookieScan();
  held = header;
  c.scan(header.dataStart, header.length, ascii("s"), ascii("f"), ascii("l_"));
  return c;
}

function others(header: string, want: string): void { equal(text(scan(header).others()), want); }

function chunk(c: CookieScan, i: i32, want: string): void {
  equalInt(c.chunkCount(i), 1);
  equal(at(c.chunkAt(i, 0), c.chunkSize(i, 0)), want);
}

function nothingAt(c: CookieScan, i: i32, k: i32): void {
  isFalse(c.chunkAt(i, k) != 0, "an address");
  equalInt(c.chunkSize(i, k), 0);
}

/** Everything that the scan points to lies between two addresses. */
function inside(c: CookieScan, from: usize, to: usize): void {
  for (let i = 0; i < 9; i++) {
    for (let k = 0; k < min(c.chunkCount(i), 4); k++) {
      const address = c.chunkAt(i, k), size = c.chunkSize(i, k);
      isTrue(size >= 0 && address >= from && address + size <= to, "inside the header");
    }
  }
  const ids = c.loginIds();
  for (let i = 0; i < ids.length; i++) c.login(ids[i]);
  isTrue(c.flow().length <= <i32>(to - from), "inside the header");
}
