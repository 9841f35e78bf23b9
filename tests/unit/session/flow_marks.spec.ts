import { FlowMarks, readFlowMarks } from "../../../assembly/session/flow_marks";
import { ascii, equal, equalInt, filled, isTrue, text } from "../check";

export function what_is_written_is_read(): void {
  again("0.0");
  again("3.1700000000");
  again("0.1700000000.abcdefgh");
  again("2.1.abcdefgh.ABCDEFGH.01234567.-_-_-_-_.aaaaaaaa.bbbbbbbb.cccccccc");
  const marks = readFlowMarks(ascii("2.1700000000.abcdefgh.ABCDEFGH"));
  equalInt(marks.completed, 2);
  equalInt(marks.completedAtSec, 1700000000);
  equalInt(marks.ids.length, 2);
  equal(text(marks.ids[0]), "abcdefgh");
}

export function no_marks_are_written_as_zeros(): void { equal(text(new FlowMarks().written()), "0.0"); }

export function duty_19_the_eighth_login_replaces_the_oldest(): void {
  const marks = new FlowMarks();
  for (let i = 0; i < 7; i++) isTrue(marks.add(ascii("login_0" + i.toString())) == null, "room");
  for (let i = 7; i < 10; i++) {
    const gone = marks.add(ascii("login_0" + i.toString()));
    if (gone == null) return assert(false, "none goes");
    equal(text(gone), "login_0" + (i - 7).toString());
  }
  equal(text(marks.written()), "0.0.login_03.login_04.login_05.login_06.login_07.login_08.login_09");
}

export function a_login_that_is_there_becomes_the_newest(): void {
  const marks = readFlowMarks(ascii("0.0.aaaaaaaa.bbbbbbbb"));
  isTrue(marks.add(ascii("aaaaaaaa")) == null, "none goes");
  equal(text(marks.written()), "0.0.bbbbbbbb.aaaaaaaa");
}

export function a_login_that_is_over_is_gone(): void {
  const marks = readFlowMarks(ascii("1.2.aaaaaaaa.bbbbbbbb.cccccccc"));
  marks.remove(ascii("bbbbbbbb"));
  marks.remove(ascii("dddddddd"));
  equal(text(marks.written()), "1.2.aaaaaaaa.cccccccc");
}

export function duty_112_anything_malformed_is_no_marks(): void {
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

export function a_number_that_would_not_fit_is_no_marks(): void {
  again("999999999.9999999999");
  refuses("1000000000.1");
  refuses("4294967296.1");
  refuses("1.10000000000");
  refuses("1.99999999999999999999999999");
}

export function an_id_has_the_alphabet_of_the_state(): void {
  for (let c = 0; c < 256; c++) {
    const one = ascii("1.2.aaaaaaaa");
    one[7] = <u8>c;
    const known = c < 128 && "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".includes(String.fromCharCode(c));
    equalInt(readFlowMarks(one).ids.length, known ? 1 : 0);
  }
}

export function duty_112_a_long_text_is_no_marks(): void {
  equal(text(readFlowMarks(filled(65536, 0x2e)).written()), "0.0");
  equal(text(readFlowMarks(filled(65536, 0x31)).written()), "0.0");
}

function again(marks: string): void { equal(text(readFlowMarks(ascii(marks)).written()), marks); }

function refuses(marks: string): void { equal(text(readFlowMarks(ascii(marks)).written()), "0.0"); }
