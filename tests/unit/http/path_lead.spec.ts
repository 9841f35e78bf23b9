import { PathLead } from "../../../assembly/http/path_lead";
import { ByteWriter } from "../../../assembly/bytes/writer";
import { equal, equalInt, isFalse, isTrue, text, unhex, utf8 } from "../check";
import { mutated, Random } from "../fuzz.as";

// Paths that all software reads alike.
export function a_plain_path_is_unchanged(): void {
  whole("/"); whole("/api"); whole("/api/"); whole("/Api/v1/x-y_z~a"); whole("/a.b/c..d/...e/.well-known/x"); whole("/a@b,c!d$e&f'g(h)i*j+k=l"); whole("/a b"); whole("/a~b");
}
export function harmless_escapes_are_decoded_and_end_the_plain_part(): void {
  read("/%61pi", "/api", 1, true); read("/a%70i/x", "/api/x", 2, true); read("/%4Aa", "/Ja", 1, true); read("/a%20b", "/a b", 2, true); read("/x%2Dy", "/x-y", 2, true);
}
export function repeated_escapes_are_decoded_completely(): void { read("/%2561", "/a", 1, true); read("/%252561", "/a", 1, true); read("/%25252525252561b", "/ab", 1, true); }
export function letters_of_other_scripts_are_read_as_letters(): void {
  read("/b%C3%BCcher", "/b\u00fccher", 2, true); read("/\u00fc", "/\u00fc", 3, true); read("/%F0%9F%8D%AA", "/\u{1f36a}", 1, true); read("/%E4%BD%A0", "/\u4f60", 1, true);
}

// Paths that software reads in different ways.
export function the_lead_ends_where_some_software_ends_the_segment_or_the_path(): void {
  read("/a;b", "/a", 2, false); read("/a%3bb", "/a", 2, false); read("/a\\b", "/a", 2, false); read("/a%5cb", "/a", 2, false); read("/a#b", "/a", 2, false); read("/a%23b", "/a", 2, false);
  read("/a%3fb", "/a", 2, false); read("/a%253fb", "/a", 2, false); read("/a:b", "/a", 2, false); read("/a%2fb", "/a", 2, false); read("/a%252Fb", "/a", 2, false); read("/ab~1/c", "/ab", 3, false);
}
export function the_lead_ends_before_slashes_that_some_software_merges(): void { read("/a//b", "/a/", 3, false); read("/a///", "/a/", 3, false); }
export function the_lead_ends_before_dots_and_blanks_that_windows_drops_from_a_name(): void {
  read("/a.", "/a", 2, false); read("/a./b", "/a", 2, false); read("/a%20", "/a", 2, false); read("/a%20%2e/b", "/a", 2, false); read("/a .;b", "/a", 2, false); nothing("/..."); read("/a. b", "/a. b", 5, true);
}
export function a_dot_segment_ends_the_lead_and_with_a_double_dot_segment_there_is_no_lead(): void {
  read("/a/./b", "/a/", 3, false); read("/a/.", "/a/", 3, false); read("/./a", "/", 1, false);
  nothing("/a/../b"); nothing("/.."); nothing("/../"); nothing("/a/%2e%2e/b"); nothing("/a/.%2E"); nothing("/a/%252e%252e/b"); nothing("/a/..;/b"); nothing("/a/..%2fb"); nothing("/a\\..\\b"); nothing("/a/..%5cb"); nothing("/a;/../b");
  nothing("/a;x/%2e%2e"); nothing("/a/..%23"); nothing("/a/..%3f"); nothing("/a%23/../b"); nothing("/a/...//"); nothing("/a/.. /b"); nothing("/a//../b");
}
export function dots_within_a_name_are_harmless(): void { whole("/a..b"); whole("/..a"); whole("/a/..b/c"); read("/a;/..b", "/a", 2, false); }
export function with_two_slashes_in_front_there_is_no_lead(): void { nothing("//a"); nothing("/\\a"); nothing("//"); nothing("//a/b"); read("/%2fa", "/", 1, false); read("/%5ca", "/", 1, false); }

// Characters that some software turns into ASCII (duty 157).
const DOTS: string[] = ["\uff0e\uff0e", ".\uff0e", "\u2024.", "\u2025", "\u2026", "\ufe19", "\ufe30", "\ufe52\ufe52", "\u00b7\u00b7", ".\u200b.", "\u00ad..", "..\ufeff", "\uff0e\u3000\uff0e", "..\u00a0", "\uff0e\uff0e\uff0e"];
const SLASHES: string[] = ["\u2215", "\u2044", "\uff0f", "\uff3c", "\ufe68", "\u2216", "\u00a5", "\u20a9", "\u29f8", "\u2571"];
const ENDS: string[] = ["\uff1b", "\u037e", "\ufe54", "\uff03", "\ufe5f", "\uff1f", "\ufe16", "\u2047", "\u00bf"];

export function duty_157_with_lookalikes_of_two_dots_there_is_no_lead(): void {
  for (let i = 0; i < DOTS.length; i++) nothingOf("/pub/" + DOTS[i] + "/admin");
  for (let i = 0; i < DOTS.length; i++) nothingOf("/pub/x/" + DOTS[i]);
}
export function duty_157_lookalikes_of_a_slash_separate_segments(): void {
  for (let i = 0; i < SLASHES.length; i++) { nothingOf("/pub/.." + SLASHES[i] + "admin"); nothingOf("/pub/x" + SLASHES[i] + "../admin"); nothingOf("/pub" + SLASHES[i] + "\uff0e." + SLASHES[i] + "admin"); }
}
export function duty_157_lookalikes_of_an_end_of_the_path_end_a_segment(): void {
  for (let i = 0; i < ENDS.length; i++) { nothingOf("/pub/.." + ENDS[i] + "/admin"); nothingOf("/pub/\uff0e\uff0e" + ENDS[i] + "x"); }
}
export function duty_157_lookalikes_of_a_percent_sign_may_begin_an_escape(): void {
  const signs: string[] = ["\uff05", "\ufe6a", "\u066a"];
  for (let i = 0; i < signs.length; i++) {
    const sign = signs[i];
    nothingOf("/pub/" + sign + "2e" + sign + "2e/admin"); nothingOf("/pub/" + sign + "\uff12\uff45/x"); nothingOf("/pub/" + sign + "u002e/x"); nothingOf("/pub/a" + sign + "\u200b2fb");
    readOf("/pub/50" + sign + ".pdf", "/pub/50"); readOf("/pub/50" + sign, "/pub/50"); readOf("/pub/50" + sign + " x", "/pub/50");
  }
  nothing("/pub/%25%ef%bc%92e/x");
}
export function duty_157_the_lead_ends_before_any_lookalike(): void {
  const all: string[] = ["\uff0e", "\u2024", "\u2025", "\u2026", "\ufe52", "\u2215", "\u2044", "\uff0f", "\uff3c", "\u037e", "\uff1b", "\uff05", "\u00a5", "\u20a9", "\u2100", "\u2101", "\u2105", "\u2106", "\u2488", "\u33c2", "\u00bd",
    "\uff50", "\u{1d429}", "\u24df", "\u017f", "\u0130", "\u0131", "\u212a", "\u00aa", "\u00b2", "\u00df", "\ufb01", "\u2170", "\u200b", "\u00ad", "\u3000", "\u00a0", "\ufe0f", "\u{e0070}"];
  for (let i = 0; i < all.length; i++) { readOf("/pub/a" + all[i] + "x", "/pub/a"); readOf("/pub/a" + all[i], "/pub/a"); }
}
export function duty_157_the_lead_ends_before_a_dot_that_a_lookalike_of_an_end_follows(): void {
  const ends: string[] = ["\uff0e", "\u3000", "\u200b", "\u2215", "\uff1b", "\uff0e\u3000."];
  for (let i = 0; i < ends.length; i++) { readOf("/a." + ends[i], "/a"); readOf("/a. " + ends[i] + "/b", "/a"); }
  readOf("/a.\uff0ex", "/a.");
}
export function duty_157_ordinary_names_of_other_scripts_are_unambiguous(): void {
  const names: string[] = ["\u043e\u0442\u0447\u0451\u0442.pdf", "\u5e74\u5831.\u7b2c2\u7248.pdf", "\uc5f0\ubcf4\uace0.pdf", "\u0905\u0928\u0941.pdf", "\u05d3\u05d5\u05d7", "caf\u00e9", "cafe\u0301", "\u00c5ngstr\u00f6m", "it\u2019s", "\u201cquoted\u201d", "1990\u20132000", "a\u2014b", "\u{1f36a}", "\u1ec7", "\u00e6\u00f8\u00e5", "\u0142\u00f3d\u017a", "\u30c7\u30fc\u30bf", "\u3053.\u308c.txt"];
  for (let i = 0; i < names.length; i++) { whole("/pub/" + names[i] + "/x"); readsWhole("/pub/" + escaped(names[i], 1) + "/x"); readsWhole("/pub/" + escaped(names[i], 3)); }
}
export function duty_157_a_lookalike_in_a_name_does_not_affect_the_folder_before_it(): void {
  readOf("/pub/a\u2026", "/pub/a"); readOf("/pub/\uff11\uff0e\u6982\u8981.pdf", "/pub/"); readOf("/pub/\u{1f468}\u200d\u{1f469}.png", "/pub/\u{1f468}"); readOf("/pub/.\uff0ex/y", "/pub/.");
}
export function duty_157_each_byte_that_is_not_utf_8_counts_as_a_character(): void {
  readsWhole("/caf%e9"); readsWhole("/a%b0%b1"); readsWhole("/%e9%a9x"); readsWhole("/%d0"); readsWhole("/a%d0/b");
}
export function duty_157_with_an_unescaped_overlong_sequence_there_is_no_lead(): void {
  const bytes: string[] = ["c0ae", "c0af", "c181", "e080ae", "e09fbf", "f08080ae", "f08fbfbf", "f5808080", "ff", "e0", "f0"];
  for (let i = 0; i < bytes.length; i++) equalInt(behind(unhex("2f7075622f" + bytes[i] + "2f78"), "").size, 0);
}

// Paths whose meaning is unknown.
export function with_a_broken_escape_there_is_no_lead(): void {
  nothing("/a%"); nothing("/a%4"); nothing("/a%zz"); nothing("/%u0061"); nothing("/a%2"); nothing("/a%g1"); nothing("/a%1g"); nothing("/%%61"); nothing("/a/%25%36%31");
}
export function with_a_control_character_there_is_no_lead(): void {
  for (let c = 0; c < 0x20; c++) nothing("/a" + String.fromCharCode(c) + "b");
  nothing("/a\u007fb"); nothing("/a%00"); nothing("/a%09b"); nothing("/a%0d%0ab"); nothing("/a%7fb"); nothing("/a%2500b");
}
export function with_an_overlong_sequence_there_is_no_lead(): void {
  nothing("/%c0%ae%c0%ae/"); nothing("/a%c0%af"); nothing("/%c1%81"); nothing("/%e0%80%ae"); nothing("/%e0%9f%bf"); nothing("/%f0%80%80%ae"); nothing("/%f0%8f%bf%bf"); nothing("/%f5%80%80%80"); nothing("/%ff"); nothing("/%e0"); nothing("/%f0x");
  read("/%e0%a0%80", "/\u0800", 1, true); read("/%f0%90%80%80", "/\u{10000}", 1, true);
}
export function an_escaped_percent_sign_that_begins_no_escape_only_ends_the_lead(): void { read("/100%25", "/100", 4, false); read("/100%25/x", "/100", 4, false); read("/100%25%20sure", "/100", 4, false); read("/a%2525", "/a", 2, false); }

// Bounds.
export function a_path_longer_than_that_of_any_rule_is_read_up_to_a_bound(): void {
  const lead = leadOf("/" + "a".repeat(8_000));
  isTrue(lead.size >= 1024 && lead.size < 2048, "the size"); isFalse(lead.whole, "whole"); equalInt(lead.plain, lead.size);
  equalInt(leadOf("/" + "a".repeat(8_000) + "/../b").size, 0);
}
export function a_path_longer_than_servers_accept_has_no_lead(): void {
  isTrue(leadOf("/" + "a".repeat(8_191)).size > 0, "8 kB"); equalInt(leadOf("/" + "a".repeat(8_192)).size, 0); equalInt(leadOf("/" + "a".repeat(60_000)).size, 0);
}
export function duty_153_a_run_of_dots_and_blanks_is_read_alike_at_each_of_its_characters(): void {
  const runs = ["...a", ". .%20a", ".%2e%252ea", "..../", "...;", "...%", "....", ". . .", "..a..b", "..a../"];
  for (let i = 0; i < runs.length; i++) {
    const last = runs[i].charCodeAt(runs[i].length - 1);
    isTrue(leadOf("/x" + runs[i]).whole == (last == 0x61 || last == 0x62), runs[i]);
  }
}
export function many_dots_and_escapes_are_read_within_a_bound(): void {
  leadOf("/" + ".".repeat(8_000)); leadOf("/" + ". ".repeat(4_000) + "x"); leadOf("/." + "%25".repeat(2_700)); leadOf("/%" + "25".repeat(4_000)); leadOf("/" + ".%2525252520".repeat(650)); leadOf("/;" + "%252e".repeat(1_600)); leadOf("/a".repeat(4_000) + ";");
}

export function nothing_of_the_previous_path_remains(): void {
  const lead = new PathLead(), long = utf8("/a/b/c/%41;x"), short = utf8("/b");
  lead.read(long.dataStart, long.length);
  lead.read(short.dataStart, short.length);
  isTrue(lead.whole, "whole"); equalInt(lead.size, 2); equalInt(lead.plain, 2);
}

export function no_byte_after_a_random_path_is_read(): void {
  const random = new Random(7), samples = ["/a/b/../c;d/%2e%2e/%252f", "/.. ./%c0%ae/a%e0%80", "/a%", "/a%2", "/x~1/y.", "/%25%32%66/%f0%90%80%80"];
  let wholes = 0;
  for (let i = 0; i < 8000; i++) {
    const path = i % 4 == 0 ? random.bytes(1 + random.below(40)) : mutated(utf8(samples[i % samples.length]), random);
    if (path.length == 0) continue;
    path[0] = 0x2f;
    const one = behind(path, "2f..%2e/;#"), other = behind(path, "\u0000\u0000\u0000\u0000aaaaaa");
    equal(shown(one), shown(other));
    isTrue(one.plain <= one.size && one.size <= path.length, "sizes");
    if (one.whole) wholes++;
  }
  isTrue(wholes > 300, wholes.toString() + " whole ones");
}

export function a_whole_and_plain_lead_equals_the_path(): void {
  const random = new Random(8);
  let plain = 0;
  for (let i = 0; i < 6000; i++) {
    const path = mutated(utf8("/api/v1/users-x_y~z.json"), random);
    if (path.length == 0 || path[0] != 0x2f) continue;
    const lead = behind(path, "");
    if (!lead.whole || lead.plain != path.length) continue;
    plain++;
    equal(bytesOf(lead), text(path));
  }
  isTrue(plain > 300, plain.toString() + " plain ones");
}

// These two helpers test the path raw, escaped, and escaped twice.
function nothingOf(path: string): void { nothing(path); nothing(escaped(path, 1)); nothing(escaped(path, 2)); }
function readOf(path: string, want: string): void { for (let times = 0; times < 3; times++) readsAs(escaped(path, times), want, false); }
function readsWhole(path: string): void { isTrue(leadOf(path).whole, path); }

/** The path with its characters beyond ASCII escaped `times` times. */
function escaped(path: string, times: i32): string {
  if (times == 0) return path;
  const bytes = utf8(path), out: string[] = [], digits = "0123456789abcdef";
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i];
    out.push(c < 0x80 ? String.fromCharCode(c) : "%" + "25".repeat(times - 1) + digits.charAt(c >> 4) + digits.charAt(c & 15));
  }
  return out.join("");
}

function leadOf(path: string): PathLead { return behind(utf8(path), "?x=/../"); }

function behind(path: Uint8Array, rest: string): PathLead {
  const bytes = new ByteWriter().bytes(path).text(rest).done(), lead = new PathLead();
  lead.read(bytes.dataStart, path.length);
  return lead;
}

function read(path: string, want: string, plain: i32, whole: bool): void { equalInt(readsAs(path, want, whole).plain, plain); }

function readsAs(path: string, want: string, whole: bool): PathLead {
  const lead = leadOf(path);
  equal(path + " → " + bytesOf(lead) + (lead.whole ? " whole" : ""), path + " → " + want + (whole ? " whole" : ""));
  return lead;
}

function whole(path: string): void { read(path, path, utf8(path).length, true); }
function nothing(path: string): void { read(path, "", 0, false); }
function shown(lead: PathLead): string { return bytesOf(lead) + "|" + lead.plain.toString() + "|" + lead.size.toString() + (lead.whole ? "|whole" : ""); }

function bytesOf(lead: PathLead): string {
  const out = new Uint8Array(lead.size);
  for (let i = 0; i < lead.size; i++) out[i] = lead.byte(i);
  return text(out);
}
