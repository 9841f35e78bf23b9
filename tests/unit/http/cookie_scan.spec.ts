import { OwnCookieNames } from "../../../assembly/http/cookie_names";
import { CookieScan, LoginCookie, MAX_COOKIES } from "../../../assembly/http/cookies";
import { ascii, concat, equal, equalInt, filled, isFalse, isTrue, text } from "../check";
import { mutated, Random } from "../fuzz.as";
import { logins, sessions } from "./cookies.as";
import { joined } from "./serialised.as";

// Keeps the bytes that the scan points to alive, as Envoy does during a callback.
let held = new Uint8Array(0);

/** The names of the current rule, and those of another rule or scheme. */
const names = new OwnCookieNames(), NAMING = names.add(ascii("s"), ascii("f"), ascii("l_")), OTHER = names.add(ascii("t"), ascii("g"), ascii("m_"));

export function a_session_of_one_chunk_is_found(): void {
  const c = scan("a=b; s=1zero; c=d");
  sessions(c, ["1zero"]);
  equalInt(c.own, 1);
  equalInt(c.total, 3);
}

export function later_chunks_are_found_by_their_number_and_the_common_id(): void {
  sessions(scan("s=3identity.one; s_1=identity-two; s_2=identity-three"), ["3identity.one-two-three"]);
  sessions(scan("s_2=identity-three; a=b; s_1=identity-two; s=3identity.one"), ["3identity.one-two-three"]);
  sessions(scan("s=9identity0; s_8=identity8; s_1=identity1; s_2=identity2; s_3=identity3; s_4=identity4; s_5=identity5; s_6=identity6; s_7=identity7"), ["9identity012345678"]);
}

export function a_session_with_a_missing_chunk_is_refused(): void {
  sessions(scan("s=3identity.one; s_1=identity-two"), [""]);
  sessions(scan("s=3identity.one; s_2=identity-three"), [""]);
  sessions(scan("s=3identity.one; s_1=identity-two; s_2=identitx-three"), [""]);
  sessions(scan("s=3identity.one; s_1=identity-two; s_2=identity"), [""]);
  sessions(scan("s=3identity.one"), [""]);
  sessions(scan("s_1=identity-two"), []);
  sessions(scan("s=2identit; s_1=identity-two"), [""]);
  sessions(scan("s=; s=0; s=:; s=x; s=2"), ["", "", "", "", ""]);
}

export function duty_160_planted_chunks_do_not_mix_with_a_session_in_any_number_and_order(): void {
  const ours = "s=3identity.one; s_1=identity-two; s_2=identity-three", planted = "s=3planted..x; s_1=planted.x; s_2=xxxxxxxx; s=1alone; s_1=; s_2=identit-; s=9identitz";
  sessions(scan(ours + "; " + planted), ["3identity.one-two-three", "", "1alone", ""]);
  sessions(scan(planted + "; " + ours), ["", "1alone", "", "3identity.one-two-three"]);
  const many = "s=2planted1; s_1=planted1; s_1=xxxxxxxxy; ".repeat(100);
  const c = scan(many + ours);
  equalInt(c.session.count, 101);
  equal(text(c.sessionText(100)), "3identity.one-two-three");
}

export function duty_160_a_later_chunk_is_used_for_one_session_only_so_that_all_texts_together_fit_the_header(): void {
  // A header from an attacker: all chunks have the same id.
  const header = "s=9identity; ".repeat(200) + "s_1=identity1; s_2=identity2; s_3=identity3; s_4=identity4; s_5=identity5; s_6=identity6; s_7=identity7; s_8=identity8; ".repeat(30);
  const c = scan(header);
  let whole = 0;
  for (let k = 0; k < c.session.count; k++) whole += c.session.textSize(k);
  equalInt(c.session.count, 200);
  isTrue(whole > 0 && whole <= header.length, whole.toString());
  equal(text(c.sessionText(0)), "9identity12345678");
  equalInt(c.sessionText(1).length, 0);
}

export function a_value_may_contain_equals_signs_and_blanks_or_be_empty(): void {
  sessions(scan("s=1a=b=="), ["1a=b=="]);
  sessions(scan("s=1 a b ; x=y"), ["1 a b "]);
  sessions(scan("s=; x=y"), [""]);
}

export function any_number_of_blanks_may_separate_cookies(): void {
  sessions(scan("a=1;s=1x;b=2"), ["1x"]);
  sessions(scan("   s=2identityx;    s_1=identityy"), ["2identityxy"]);
  sessions(scan("a=1;" + " ".repeat(40) + "s=1x"), ["1x"]);
}

export function duty_95_a_name_that_only_resembles_one_of_the_filters_is_foreign(): void {
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

export function duty_95_a_value_that_looks_like_a_cookie_of_the_filter_is_not_one(): void {
  others("a=s=x; b=f=y; c=l_12345678=z", "a=s=x; b=f=y; c=l_12345678=z");
  others("a=x s=y", "a=x s=y");
  others("a=x,s=y", "a=x,s=y");
}

export function duty_95_the_filters_cookies_are_removed(): void {
  others("s=x", "");
  others("s=1; s_1=2; s_2=3; s_3=4; s_4=5; s_5=6; s_6=7; s_7=8; s_8=9; f=10; l_12345678=11", "");
  others("s=x; a=1", "a=1");
  others("a=1; s=x", "a=1");
  others("a=1; s=x; b=2", "a=1; b=2");
  others("s=x; a=1; s_1=y; b=2; f=z; c=3; l_AZaz09-_=q", "a=1; b=2; c=3");
  others("a=1; f=x; s=y; l_12345678=z; b=2", "a=1; b=2");
}

export function duty_95_every_other_byte_is_unchanged(): void {
  others("a=1;b=2", "a=1;b=2");
  others("a=1;  b=2;s=x;c=3", "a=1;  b=2;c=3");
  others("  a=1 ; b = 2", "  a=1 ; b = 2");
  others("a=\"x y\"; s=1; b={\"c\":[1,2]}; c=%20+%", "a=\"x y\"; b={\"c\":[1,2]}; c=%20+%");
  others("a=1; a=2; s=x; a=1", "a=1; a=2; a=1");
  const odd = concat(ascii("s=x; a="), filled(3, 0xff));
  equal(text(scanned(odd).others()), text(concat(ascii("a="), filled(3, 0xff))));
}

export function duty_95_malformed_foreign_cookies_are_unchanged(): void {
  others("a; s=x; =b; ;;c", "a; =b; ;;c");
  others("a=1;; s=x;", "a=1;;");
  others("s", "s");
  others("s; f; l_12345678", "s; f; l_12345678");
  others(";;=;", ";;=;");
}

export function duty_95_if_only_blanks_and_separators_remain_the_header_is_empty(): void {
  others("", ""); others("s=x;", ""); others("s=x; ;; ", ""); others(" ; s=x", ""); others("   ", "");
}

export function duty_95_cookies_of_another_rule_or_scheme_are_neither_read_nor_sent_to_the_upstream(): void {
  const c = scan("a=1; t=1x; g=0.0; m_12345678=x; t_3=y; s=1z");
  sessions(c, ["1z"]);
  equalInt(c.own, 5);
  equalInt(c.flows().length + c.logins().length, 0);
  equal(text(c.others()), "a=1");
  const other = scanned(ascii("s=1x; f=0.0; l_12345678=x; t=1y"), OTHER);
  sessions(other, ["1y"]);
  equalInt(other.flows().length + other.logins().length + other.others().length, 0);
  const none = scanned(ascii("s=1x; t=1y; a=b"), -1);
  sessions(none, []);
  equal(text(none.others()), "a=b");
}

export function duty_110_every_value_of_a_session_cookie_is_a_candidate(): void {
  const c = scan("s=1planted; a=b; s=1ours; f=0.0; f=1.1");
  sessions(c, ["1planted", "1ours"]);
  equal(joined(c.flows()), "0.0|1.1");
  equalInt(c.own, 4);
  equal(text(c.others()), "a=b");
}

export function duty_160_every_value_of_a_login_cookie_is_a_candidate(): void {
  equal(logins(scan("l_12345678=1; l_1234567x=2; l_12345678=3")), "12345678:1|1234567x:2|12345678:3");
  equalInt(scan("a=b").flows().length, 0);
}

export function a_login_cookie_has_the_id_in_its_name(): void {
  equal(logins(scan("l_abcdefgh=one; l_ABCDEFGH=two; l_-_-_-_09=a=b")), "abcdefgh:one|ABCDEFGH:two|-_-_-_09:a=b");
}

export function duty_151_more_than_the_maximum_number_of_cookies_is_reported(): void {
  const places = ["a", "a=b", "s=1x", "", " "];
  for (let i = 0; i < places.length; i++) {
    isFalse(scan((places[i] + ";").repeat(MAX_COOKIES)).tooMany, "as many as there may be");
    isTrue(scan((places[i] + ";").repeat(MAX_COOKIES) + "a").tooMany, "one more");
  }
  isTrue(scan("a;".repeat(30_000)).tooMany, "60 kB of them");
  isFalse(scan("a=b").tooMany, "forgotten");
}

export function duty_19_five_hundred_login_cookies_are_all_removed(): void {
  let cookies = "a=1";
  for (let i = 0; i < 500; i++) cookies += "; l_" + (10_000_000 + i).toString() + "=x";
  const c = scan(cookies);
  equalInt(c.logins().length, 500);
  equalInt(c.own, 500);
  equalInt(c.total, 501);
  equal(text(c.others()), "a=1");
}

export function values_that_were_read_stay_valid_after_the_callback(): void {
  const c = scan("f=flow; l_12345678=login; a=b; s=1x"), flow = c.flows(), login = c.logins(), session = c.sessionText(0), rest = c.others();
  held.fill(0);
  equal(joined(flow), "flow");
  equal(text(login[0].id) + text(login[0].text), "12345678login");
  equal(text(session), "1x");
  equal(text(rest), "a=b");
}

export function an_index_out_of_range_gives_an_empty_text(): void {
  const c = scan("s=1x; s=1y"), odd: i32[] = [-1, 2, 9, 100, i32.MAX_VALUE, i32.MIN_VALUE];
  for (let i = 0; i < odd.length; i++) equalInt(c.session.textSize(odd[i]) + c.sessionText(odd[i]).length, 0);
}

export function nothing_of_the_previous_request_remains(): void {
  const c = new CookieScan(), before = ascii("s=2identityx; s=1secret; s_1=identityy; f=1; l_12345678=x; a=b");
  c.scan(before.dataStart, before.length, names, NAMING);
  c.session.opened = 0;
  c.scan(0, -1, names, NAMING);
  equalInt(c.own + c.total + c.session.count + c.session.present + c.flows().length + c.logins().length + c.others().length + c.sessionText(0).length, 0);
  equalInt(c.session.opened, -1);
  c.scan(before.dataStart, 12, names, NAMING);
  sessions(c, [""]);
}

export function a_scan_allocates_nothing(): void {
  const c = scan("a=1; s=" + "y".repeat(30) + "; s=planted; s_1=z; f=1; l_12345678=x");
  const pages = memory.size();
  // The collector does not run here. One small object per scan would fill ten pages.
  for (let i = 0; i < 40_000; i++) c.scan(held.dataStart, held.length, names, NAMING);
  equalInt(memory.size(), pages);
}

// Malformed headers.
export function duty_112_malformed_headers_contain_no_cookie_of_the_filter(): void {
  const lines = ["", ";;=;", "s", "s;", "=s", " = ", "; ; ;", "s_1", "s_", "s_1;", "s_=", "f", "l_", "l_=", "l_12345678", "l_1234567=", "=", ";", "\u0000", "s\u0000=x", "===="];
  for (let i = 0; i < lines.length; i++) {
    const c = scan(lines[i]);
    equalInt(c.own, 0);
    equalInt(c.flows().length + c.logins().length + c.session.count + c.session.present, 0);
  }
}

export function duty_112_a_header_of_64_kilobytes_is_read(): void {
  sessions(scan("a=" + "b".repeat(65_000) + "; s=1last"), ["1last"]);
  equalInt(scan("s=1" + "x".repeat(65_000)).session.textSize(0), 65_001);
  equal(text(scan("=".repeat(65_536) + "; s=1").others()), "=".repeat(65_536));
  equalInt(scan(" ".repeat(65_536)).others().length, 0);
}

export function duty_112_a_truncated_header_is_never_read_past_its_end(): void {
  const whole = ascii("s=abc; s_1=def; f=ghi; l_12345678=jkl; other=mno");
  for (let n = 0; n <= whole.length; n++) {
    // The bytes after the end would complete a name, a number or a value.
    const bytes = whole.slice(), c = new CookieScan();
    c.scan(bytes.dataStart, n, names, NAMING);
    inside(c, n);
    isTrue(c.others().length <= n, "no longer than it was");
  }
}

export function duty_112_in_random_headers_cookies_are_counted_once_and_the_filters_are_always_removed(): void {
  const random = new Random(112), sample = ascii("a=1; s=abc.def; s_1=x; s_8=; f=1.2.3; l_AZaz09-_=q; s=two; s_9=x; xs=y;;b");
  let found = 0;
  for (let i = 0; i < 8000; i++) {
    const input = i % 5 == 0 ? random.bytes(random.below(80)) : mutated(sample, random), c = scanned(input);
    inside(c, held.length);
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

function scanned(header: Uint8Array, naming: i32 = NAMING): CookieScan {
  const c = new CookieScan();
  held = header;
  c.scan(header.dataStart, header.length, names, naming);
  return c;
}

function others(header: string, want: string): void { equal(text(scan(header).others()), want); }

/** All values together are no longer than the header. */
function inside(c: CookieScan, size: i32): void {
  let whole = 0;
  for (let k = 0; k < c.session.count; k++) whole += c.sessionText(k).length;
  const flows = c.flows(), found: LoginCookie[] = c.logins();
  for (let i = 0; i < flows.length; i++) whole += flows[i].length;
  for (let i = 0; i < found.length; i++) whole += found[i].text.length;
  isTrue(whole <= size, "no longer than the header");
}
