import { LoginCounter, readLoginCounter } from "../../../assembly/session/login_counter";
import { ascii, equal, equalInt, filled, isFalse, isTrue, text } from "../check";

export function a_login_counter_is_read_as_it_was_written(): void {
  again("0.0");
  again("3.1700000000");
  again("0.1700000000.abcdefgh");
  again("1.1700000000.~abcdefgh.ABCDEFGH.~-_-_-_-_");
  again("0.0.!abcdefgh");
  again("2.1.abcdefgh.ABCDEFGH.01234567.-_-_-_-_.aaaaaaaa.bbbbbbbb.~cccccccc.!dddddddd");
  again("2.1.abcdefgh.ABCDEFGH.01234567.-_-_-_-_.aaaaaaaa.bbbbbbbb.cccccccc");
  const counter = readLoginCounter([ascii("2.1700000000.abcdefgh.ABCDEFGH")]);
  equalInt(counter.completed, 2);
  equalInt(counter.completedAtSec, 1700000000);
  equalInt(counter.logins.length, 2);
  equal(text(counter.logins[0].id), "abcdefgh");
}

export function an_empty_login_counter_is_written_as_zeros(): void { equal(text(new LoginCounter().written()), "0.0"); }

export function duty_19_the_eighth_login_replaces_the_oldest(): void {
  const counter = new LoginCounter();
  for (let i = 0; i < 7; i++) isTrue(counter.add(ascii("login_0" + i.toString()), false) == null, "room");
  for (let i = 7; i < 10; i++) {
    const gone = counter.add(ascii("login_0" + i.toString()), false);
    if (gone == null) return assert(false, "no login was replaced");
    equal(text(gone), "login_0" + (i - 7).toString());
  }
  equal(text(counter.written()), "0.0.login_03.login_04.login_05.login_06.login_07.login_08.login_09");
}

export function duty_161_a_cross_site_login_replaces_a_cross_site_one_or_does_not_begin(): void {
  const counter = readLoginCounter([ascii("0.0.own_0001.own_0002.~alien_01.own_0003.~alien_02.own_0004")]);
  isTrue(counter.hasRoom(true), "a seventh");
  isTrue(counter.add(ascii("alien_03"), true) == null, "the seventh replaces none");
  replaces(counter, "alien_04", true, "alien_01");
  replaces(counter, "alien_05", true, "alien_02");
  equal(text(counter.written()), "0.0.own_0001.own_0002.own_0003.own_0004.~alien_03.~alien_04.~alien_05");
  const full = readLoginCounter([ascii("0.0.own_0001.own_0002.own_0003.own_0004.own_0005.own_0006.own_0007")]);
  isFalse(full.hasRoom(true), "room among same-site logins");
  isTrue(full.hasRoom(false), "a same-site login replaces the oldest");
}

export function duty_161_a_same_site_login_replaces_cross_site_ones_first(): void {
  const counter = readLoginCounter([ascii("0.0.own_0001.~alien_01.own_0002.own_0003.~alien_02.own_0004.own_0005")]);
  replaces(counter, "own_0006", false, "alien_01");
  replaces(counter, "own_0007", false, "alien_02");
  replaces(counter, "own_0008", false, "own_0001");
  equal(text(counter.written()), "0.0.own_0002.own_0003.own_0004.own_0005.own_0006.own_0007.own_0008");
}

export function duty_160_planted_values_of_the_cookie_remove_nothing(): void {
  merged(["1.1700000000.abcdefgh", "99.1800000000.planted1"], "1.1700000000.abcdefgh.planted1");
  merged(["99.1800000000.planted1", "1.1700000000.abcdefgh"], "1.1700000000.planted1.abcdefgh");
  merged(["rubbish", "", "1.1700000000.~abcdefgh"], "1.1700000000.~abcdefgh");
  merged(["0.0.abcdefgh", "0.0.~abcdefgh.abcdefgi"], "0.0.abcdefgh.abcdefgi");
  merged(["0.0.a0000000.b0000000.c0000000.d0000000", "0.0.e0000000.f0000000.g0000000.h0000000"], "0.0.a0000000.b0000000.c0000000.d0000000.e0000000.f0000000.g0000000");
  merged(["0.0.!abcdefgh", "0.0.!planted1"], "0.0.!abcdefgh");
  merged([], "0.0");
}

export function adding_a_login_again_makes_it_the_newest(): void {
  const counter = readLoginCounter([ascii("0.0.aaaaaaaa.bbbbbbbb")]);
  isTrue(counter.add(ascii("aaaaaaaa"), false) == null, "a login was replaced");
  equal(text(counter.written()), "0.0.bbbbbbbb.aaaaaaaa");
}

export function a_completed_login_is_removed(): void {
  const counter = readLoginCounter([ascii("1.2.aaaaaaaa.bbbbbbbb.cccccccc")]);
  counter.remove(ascii("bbbbbbbb"));
  counter.remove(ascii("dddddddd"));
  equal(text(counter.written()), "1.2.aaaaaaaa.cccccccc");
}

export function duty_112_a_malformed_text_counts_as_empty(): void {
  refuses("");
  refuses(".");
  refuses("1");
  refuses("1.");
  refuses(".1");
  refuses("1.2.");
  refuses("1.2..abcdefgh");
  refuses("1.2.abcdefgh.");
  refuses("1.2.abcdefg");
  refuses("1.2.abcdefghi");
  refuses("1.2.abcdef h");
  refuses("1.2.~");
  refuses("1.2.~~abcdefgh");
  refuses("1.2.~abcdefg");
  refuses("1.2.abcdefgh~");
  refuses("1.2.abcdefgh.~abcdefgh");
  refuses("1.2.!");
  refuses("1.2.!abcdefg");
  refuses("1.2.!~abcdefg");
  refuses("1.2.!abcdefgh.abcdefgh");
  refuses("1.2.!abcdefgh.!abcdefgi");
  refuses("!abcdefgh");
  refuses("1.!abcdefgh");
  refuses("1.2.abcdef+h");
  refuses("1.2.abcdef=h");
  refuses("1.2.abcdef\nh");
  refuses("1.2.abcdefgh.abcdefgh");
  refuses("1.2.a0000000.b0000000.c0000000.d0000000.e0000000.f0000000.g0000000.h0000000");
  refuses(" 1.2");
  refuses("1.2 ");
  refuses("+1.2");
  refuses("-1.2");
  refuses("1.-2");
  refuses("01.2");
  refuses("1.02");
  refuses("0x1.2");
  refuses("1e3.2");
  refuses("1a.2");
}

export function a_number_that_is_too_large_counts_as_empty(): void {
  again("999999999.9999999999");
  refuses("1000000000.1");
  refuses("4294967296.1");
  refuses("1.10000000000");
  refuses("1.99999999999999999999999999");
}

export function an_id_with_other_characters_than_those_of_the_state_is_refused(): void {
  for (let c = 0; c < 256; c++) {
    const one = ascii("1.2.aaaaaaaa");
    one[7] = <u8>c;
    const known = c < 128 && "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".includes(String.fromCharCode(c));
    equalInt(readLoginCounter([one]).logins.length, known ? 1 : 0);
  }
}

export function duty_112_a_long_text_counts_as_empty(): void {
  equal(text(readLoginCounter([filled(65536, 0x2e)]).written()), "0.0");
  equal(text(readLoginCounter([filled(65536, 0x31)]).written()), "0.0");
}

export function duty_153_the_longest_text_that_is_written_is_read(): void {
  let longest = "999999999.9999999999";
  for (let i = 1; i <= 7; i++) longest += ".~aaaaaaa" + i.toString();
  again(longest);
}

export function duty_153_at_most_32_values_are_read(): void {
  const values = new Array<string>();
  for (let i = 0; i < 31; i++) values.push("x");
  merged(values.concat(["3.5.aaaaaaaa"]), "3.5.aaaaaaaa");
  merged(values.concat(["x", "3.5.aaaaaaaa"]), "0.0");
}

function replaces(counter: LoginCounter, id: string, crossSite: bool, want: string): void {
  isTrue(counter.hasRoom(crossSite), "room for " + id);
  const gone = counter.add(ascii(id), crossSite);
  if (gone == null) return assert(false, "no login was replaced");
  equal(text(gone), want);
}

function merged(values: string[], want: string): void {
  const all = new Array<Uint8Array>();
  for (let i = 0; i < values.length; i++) all.push(ascii(values[i]));
  equal(text(readLoginCounter(all).written()), want);
}

function again(counter: string): void { equal(text(readLoginCounter([ascii(counter)]).written()), counter); }

function refuses(counter: string): void { equal(text(readLoginCounter([ascii(counter)]).written()), "0.0"); }
