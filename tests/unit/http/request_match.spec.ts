import { NameTable, Role } from "../../../assembly/http/name_table";
import { HeaderBlock } from "../../../assembly/http/header_block";
import { Fit, RequestMatch } from "../../../assembly/http/request_match";
import { RequestTarget } from "../../../assembly/http/request_target";
import { ByteWriter } from "../../../assembly/bytes/writer";
import { at } from "./serialised.as";
import { equal, equalInt, isFalse, isTrue, text, utf8 } from "../check";
import { mutated, Random } from "../fuzz.as";

// The host.
export function port_and_final_dot_are_not_part_of_a_host(): void {
  host("app.example", "app.example"); host("app.example:443", "app.example"); host("app.example:", "app.example"); host("app.example.", "app.example"); host("app.example.:80", "app.example"); host("a_b-c.1", "a_b-c.1");
  host("[::1]", "[::1]"); host("[2001:db8::1]:8080", "[2001:db8::1]"); host("127.0.0.1:80", "127.0.0.1"); host("localhost", "localhost");
}
export function an_authority_that_is_not_a_plain_host_is_recognised(): void {
  const wrong = ["", ":80", ".", "..", "a..", "x@a", "a/b", "a\\b", "a?b", "a#b", "a b", " a", "a ", "a,b", "a:80:80", "a:x", "a:80x", "%61", "a%2e", "[::1", "[::1]x", "[::1]:x", "[::1]]", "\u00e4", "a\u0000", "*.a", "a;b", "\"a\"", "(a)", "http://a"];
  for (let i = 0; i < wrong.length; i++) isFalse(target("GET", "/", wrong[i]).hasPlainHost, wrong[i]);
}

export function duty_153_an_authority_longer_than_any_name_with_a_port_is_not_plain(): void {
  const longest = "a".repeat(63) + "." + "b".repeat(63) + "." + "c".repeat(63) + "." + "d".repeat(61);
  isTrue(target("GET", "/", longest + ".:65535").hasPlainHost, "the longest"); isFalse(target("GET", "/", longest + "aa.:65535").hasPlainHost, "longer"); isFalse(target("GET", "/", "a".repeat(60_000)).hasPlainHost, "much longer");
}
export function a_host_matches_itself_in_any_case(): void {
  const match = hosts(["app.example"]);
  meets(match, "app.example", true); meets(match, "APP.Example", true); meets(match, "app.example.:80", true);
  meets(match, "xapp.example", false); meets(match, "app.example.evil", false); meets(match, "app.exampl", false); meets(match, "example", false);
}
export function a_wildcard_matches_every_name_below_it_and_not_itself(): void {
  const match = hosts([".example.com"]);
  meets(match, "a.example.com", true); meets(match, "a.b.EXAMPLE.com:1", true);
  meets(match, "example.com", false); meets(match, ".example.com", false); meets(match, "xexample.com", false); meets(match, "a.example.com.evil", false);
}
export function one_of_several_hosts_is_enough_and_without_hosts_every_host_matches(): void {
  meets(hosts(["a", "b", ".c"]), "b", true); meets(hosts(["a", "b", ".c"]), "x.c", true); meets(hosts(["a", "b", ".c"]), "c", false);
  meets(hosts([]), "anything", true); meets(hosts([]), "", true);
}

export function hosts_overlap_if_some_name_matches_both(): void {
  overlap("a.example", "a.example", true); overlap(".example", "a.example", true); overlap(".example", ".b.example", true); overlap(".b.example", ".example", true); overlap("", "a.example", true);
  overlap("a.example", "b.example", false); overlap(".example", "example", false); overlap(".a.example", ".b.example", false); overlap(".a.example", "xa.example", false);
}

// The method.
export function a_method_matches_itself_only(): void {
  const match = new RequestMatch([], [], [], bytes(["GET", "POST"]));
  equalInt(match.fit(target("GET", "/", "a")), Fit.Yes); equalInt(match.fit(target("POST", "/", "a")), Fit.Yes);
  equalInt(match.fit(target("GETS", "/", "a")), Fit.No); equalInt(match.fit(target("GE", "/", "a")), Fit.No); equalInt(match.fit(target("PUT", "/", "a")), Fit.No);
}
export function a_method_with_lower_case_letters_is_ambiguous(): void {
  const match = new RequestMatch([], [], [], bytes(["GET"]));
  isTrue(match.canTell(target("GET", "/", "a")), "GET"); isTrue(match.canTell(target("M-SEARCH", "/", "a")), "M-SEARCH");
  isFalse(match.canTell(target("get", "/", "a")), "get"); isFalse(match.canTell(target("GEt", "/", "a")), "GEt"); isFalse(match.canTell(target("", "/", "a")), "none");
}
export function only_the_parts_that_a_rule_matches_must_be_unambiguous(): void {
  isTrue(hosts([]).canTell(target("get", "/", "x@a")), "neither host nor method");
  isFalse(hosts(["a"]).canTell(target("GET", "/", "x@a")), "the host"); isTrue(hosts(["a"]).canTell(target("get", "/", "a")), "the method does not matter");
}

// The path.
export function a_path_matches_exactly(): void {
  path("/a/b", "/a/b", Fit.Yes); path("/a/b", "/a/b?x=/c", Fit.Yes); path("/", "/", Fit.Yes);
  path("/a/b", "/a/bc", Fit.No); path("/a/b", "/a/b/c", Fit.No); path("/a/b", "/a", Fit.No); path("/a/b", "/x/a/b", Fit.No); path("/a/b", "/?/a/b", Fit.No);
}
export function a_path_may_match_what_some_software_takes_for_it(): void {
  path("/a/b", "/a/b/", Fit.Maybe); path("/a/b", "/A/b", Fit.Maybe); path("/A/b", "/a/b", Fit.Maybe); path("/a/b", "/a/%62", Fit.Maybe); path("/a/b", "/%2561/b", Fit.Maybe); path("/a/b", "/a//b", Fit.Maybe); path("/a/b", "/a/b;x", Fit.Maybe);
  path("/a/b", "/a/b%00", Fit.Maybe); path("/a/b", "/a/b.", Fit.Maybe); path("/a/b", "/a%2fb", Fit.Maybe); path("/a/b", "/a\\b", Fit.Maybe); path("/a/b", "/x/../a/b", Fit.Maybe); path("/a/b", "//a/b", Fit.Maybe); path("/a/b", "/a/./b", Fit.Maybe);
  path("/a/b", "/a/b%20", Fit.Maybe); path("/a/b", "/%u0061/b", Fit.Maybe); path("/a/b/", "/a/b", Fit.Maybe); path("/a/b", "/a;/b", Fit.Maybe);
}
export function a_path_does_not_match_what_no_software_takes_for_it(): void {
  path("/a/b", "/a/c;x", Fit.No); path("/a/b", "/c//b", Fit.No); path("/a/b", "/a/bc.", Fit.No); path("/a/b", "/%63/b", Fit.No); path("/a/b", "/a/b%20c", Fit.No); path("/a/b", "/a/bc/./d", Fit.No);
}

export function a_prefix_matches_whole_segments(): void {
  prefix("/api", "/api", Fit.Yes); prefix("/api", "/api/", Fit.Yes); prefix("/api", "/api/x/y", Fit.Yes); prefix("/api", "/api?x", Fit.Yes);
  prefix("/api", "/apix", Fit.No); prefix("/api", "/api.json", Fit.No); prefix("/api", "/ap", Fit.No); prefix("/api", "/x/api", Fit.No); prefix("/api", "/api-v2/x", Fit.No);
}
export function below_a_prefix_the_spelling_of_the_rest_does_not_matter(): void {
  prefix("/api", "/api/A%20b;c//d./%2F", Fit.Yes); prefix("/api", "/api/x:y~1#z", Fit.Yes); prefix("/api", "/api/%41", Fit.Yes); prefix("/api", "/api//x", Fit.Yes); prefix("/api", "/api/" + "x".repeat(5000), Fit.Yes);
}
export function a_path_with_two_dots_may_match_any_prefix(): void { prefix("/api", "/api/../x", Fit.Maybe); prefix("/api", "/x/..", Fit.Maybe); prefix("/api", "/api/%2e%2e%2fx", Fit.Maybe); prefix("/api", "/api/..;/x", Fit.Maybe); prefix("/api", "/api/%00", Fit.Maybe); }
export function a_prefix_may_match_what_some_software_takes_for_it(): void {
  prefix("/api", "/API/x", Fit.Maybe); prefix("/Api", "/api/x", Fit.Maybe); prefix("/api", "/%61pi/x", Fit.Maybe); prefix("/api", "/api;x", Fit.Maybe); prefix("/api", "/api%2fx", Fit.Maybe); prefix("/api", "/api\\x", Fit.Maybe); prefix("/api", "/api./x", Fit.Maybe);
  prefix("/api", "//api/x", Fit.Maybe); prefix("/a/b", "/a//b/x", Fit.Maybe); prefix("/api", "/ap;x", Fit.Maybe);
}
export function one_of_several_paths_and_prefixes_is_enough(): void {
  const match = new RequestMatch([], bytes(["/one", "/two"]), bytes(["/more"]), []);
  equalInt(match.fit(target("GET", "/two", "a")), Fit.Yes); equalInt(match.fit(target("GET", "/more/x", "a")), Fit.Yes); equalInt(match.fit(target("GET", "/TWO", "a")), Fit.Maybe); equalInt(match.fit(target("GET", "/two/x", "a")), Fit.No);
}
export function host_path_and_method_must_all_match(): void {
  const match = new RequestMatch(bytes(["a"]), bytes(["/p"]), [], bytes(["GET"]));
  equalInt(match.fit(target("GET", "/p", "a")), Fit.Yes); equalInt(match.fit(target("GET", "/p", "b")), Fit.No); equalInt(match.fit(target("PUT", "/p", "a")), Fit.No); equalInt(match.fit(target("GET", "/q", "a")), Fit.No); equalInt(match.fit(target("GET", "/P", "a")), Fit.Maybe);
}

export function a_plain_host_of_random_bytes_has_only_characters_of_hosts(): void {
  const random = new Random(3);
  let plain = 0;
  for (let i = 0; i < 6000; i++) {
    const authority = i % 4 == 0 ? random.bytes(random.below(30)) : mutated(utf8(i & 1 ? "app.Example.com.:8443" : "[2001:db8::1]:443"), random), t = new RequestTarget(), headers = block(utf8("GET"), utf8("/"), authority);
    t.read(headers);
    isTrue(t.hostSize <= authority.length, "within");
    if (!t.hasPlainHost) continue;
    plain++;
    const host = at(t.hostAt, t.hostSize);
    for (let k = 0; k < host.length; k++) isTrue("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_:[]".includes(host.charAt(k)), host);
    isTrue(text(authority).startsWith(host), host);
  }
  isTrue(plain > 500, plain.toString());
}

function bytes(texts: string[]): Uint8Array[] { return texts.map<Uint8Array>((each) => utf8(each)); }
function hosts(names: string[]): RequestMatch { return new RequestMatch(bytes(names), [], [], []); }

function table(): NameTable {
  const t = new NameTable();
  t.add(utf8(":method"), Role.Method); t.add(utf8(":path"), Role.Path); t.add(utf8(":authority"), Role.Authority);
  return t;
}

function block(method: Uint8Array, path: Uint8Array, authority: Uint8Array): HeaderBlock {
  const names = [":method", ":path", ":authority"], values = [method, path, authority], out = new ByteWriter().u32(3), headers = new HeaderBlock();
  for (let i = 0; i < 3; i++) out.u32(names[i].length).u32(values[i].length);
  for (let i = 0; i < 3; i++) out.text(names[i]).byte(0).bytes(values[i]).byte(0);
  const whole = out.done();
  kept.push(whole);
  isTrue(headers.read(whole.dataStart, whole.length, table()), "a well-formed block");
  return headers;
}

/** Keeps the header blocks alive, because targets point into them. */
const kept: Uint8Array[] = [];

function target(method: string, path: string, authority: string): RequestTarget {
  const t = new RequestTarget();
  t.read(block(utf8(method), utf8(path), utf8(authority)));
  return t;
}

function host(authority: string, want: string): void {
  const t = target("GET", "/", authority);
  isTrue(t.hasPlainHost, authority);
  equal(at(t.hostAt, t.hostSize), want);
}

function meets(match: RequestMatch, authority: string, want: bool): void { isTrue(match.takesHost(target("GET", "/", authority)) == want, authority); }
function overlap(a: string, b: string, want: bool): void { isTrue(hosts(a.length > 0 ? [a] : []).sharesHostWith(hosts([b])) == want, a + " and " + b); }
function path(rule: string, path: string, want: Fit): void { fits(new RequestMatch([], bytes([rule]), [], []), rule, path, want); }
function prefix(rule: string, path: string, want: Fit): void { fits(new RequestMatch([], [], bytes([rule]), []), rule, path, want); }
function fits(match: RequestMatch, rule: string, path: string, want: Fit): void { equal(rule + " by " + path + ": " + (<i32>match.fit(target("GET", path, "a"))).toString(), rule + " by " + path + ": " + (<i32>want).toString()); }
