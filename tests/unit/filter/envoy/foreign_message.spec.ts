import { ByteWriter } from "../../../../assembly/bytes/writer";
import { field, granted } from "../../../../assembly/filter/envoy/foreign_message";
import { concat, equal, equalBytes, equalInt, filled, hex, isTrue, unhex } from "../../check";

export function a_field_is_its_number_its_length_and_its_bytes(): void {
  const out = new ByteWriter();
  field(out, 1, unhex("aabb"));
  field(out, 3, unhex(""));
  equal(hex(out.done()), "0a02aabb1a00");
}

export function lengths_are_written_as_varints(): void {
  const sizes = [127, 128, 16383, 16384], heads = ["127f", "128001", "12ff7f", "12808001"];
  for (let i = 0; i < sizes.length; i++) {
    const out = new ByteWriter();
    field(out, 2, filled(sizes[i], 7));
    equal(hex(out.done().slice(0, heads[i].length / 2)), heads[i]);
    equalInt(out.length, heads[i].length / 2 + sizes[i]);
  }
}

export function a_granted_value_is_read(): void {
  gives("0801 1203 aabbcc", unhex("aabbcc"));
  gives("0801 1200", unhex(""));
  const long = concat(unhex("0801 128002"), filled(256, 9)), got = granted(long);
  equalBytes(got == null ? unhex("") : got, filled(256, 9));
}

export function every_other_message_is_refused(): void {
  const answers = ["", "08", "0801", "080112", "0800 1203 aabbcc", "0802 1203 aabbcc", "1203 aabbcc", "0801 1204 aabbcc", "0801 1202 aabbcc", "0801 1a03 aabbcc", "1a06 4661696c6564", "0801 1203 aabbcc 1a00", "1203 aabbcc 0801",
    "0801 1280", "0801 128080808000", "0801 12ffffffff0f", "0801 12ffffffffffffffffff01"];
  for (let i = 0; i < answers.length; i++) isTrue(granted(unhex(answers[i])) == null, answers[i]);
}

function gives(answer: string, want: Uint8Array): void {
  const got = granted(unhex(answer));
  isTrue(got != null, answer);
  equalBytes(got == null ? unhex("ff") : got, want);
}
