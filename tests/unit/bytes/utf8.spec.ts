import { decodeUtf8, encodeCodePoint, isUtf8 } from "../../../assembly/bytes/utf8";
import { equal, equalBytes, equalInt, isFalse, isTrue, unhex, utf8 } from "../check";

export function all_ascii_from_nul_to_del_is_utf_8(): void {
  for (let c = 0; c < 128; c++) accepts("61" + byteHex(<u8>c));
}

export function the_first_and_last_code_point_of_every_length_is_accepted(): void {
  accepts("c280"); accepts("dfbf");
  accepts("e0a080"); accepts("ed9fbf"); accepts("ee8080"); accepts("efbfbf");
  accepts("f0908080"); accepts("f48fbfbf");
}

export function duty_56_overlong_forms_are_refused(): void {
  refuses("c080"); refuses("c0af"); refuses("c1bf");
  refuses("e08080"); refuses("e09fbf"); refuses("e080af");
  refuses("f0808080"); refuses("f08fbfbf"); refuses("f08080af");
}

export function duty_56_surrogates_are_refused(): void {
  refuses("eda080"); refuses("edbfbf"); refuses("edafbf"); refuses("edb080");
  refuses("eda081edb080");
}

export function nothing_above_10ffff_is_accepted(): void {
  refuses("f4908080"); refuses("f5808080"); refuses("f7bfbfbf");
  refuses("f8a0808080"); refuses("fc8080808080"); refuses("fe"); refuses("ff");
}

export function a_truncated_sequence_is_refused(): void {
  refuses("c2"); refuses("e0a0"); refuses("e0"); refuses("f09080"); refuses("f090"); refuses("f0");
  refuses("61c2"); refuses("c3a9e2"); refuses("efbf");
}

export function a_sequence_cut_short_by_another_character_is_refused(): void {
  refuses("c241"); refuses("e0a041"); refuses("e24180"); refuses("f0908041"); refuses("f0904180"); refuses("f0418080");
  refuses("c2c280"); refuses("e0a0e0a080");
}

export function a_continuation_byte_alone_is_refused(): void {
  for (let c = 0x80; c < 0xc0; c++) {
    refuses(byteHex(<u8>c));
    refuses("61" + byteHex(<u8>c) + "61");
  }
}

export function a_byte_that_cannot_start_a_sequence_is_refused_whatever_follows(): void {
  const never: u8[] = [0xc0, 0xc1, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff];
  for (let i = 0; i < never.length; i++) refuses(byteHex(never[i]) + "808080");
}

export function every_pair_of_bytes_is_accepted_or_refused_as_the_standard_says(): void {
  const pair = new Uint8Array(2);
  for (let a = 0; a < 256; a++) {
    for (let b = 0; b < 256; b++) {
      pair[0] = <u8>a;
      pair[1] = <u8>b;
      const want = a < 0x80 && b < 0x80 || a >= 0xc2 && a <= 0xdf && b >= 0x80 && b <= 0xbf;
      isTrue(isUtf8(pair) == want, byteHex(<u8>a) + byteHex(<u8>b));
    }
  }
}

export function every_encoded_code_point_is_utf_8_and_every_encoded_surrogate_is_not(): void {
  const out = new Uint8Array(4);
  for (let point: u32 = 0; point < 0x110000; point += point < 0x11000 ? 1 : 257) {
    const size = encodeCodePoint(point, out, 0);
    const surrogate = point >= 0xd800 && point <= 0xdfff;
    if (isUtf8(out.subarray(0, size)) == surrogate) assert(false, "U+" + point.toString(16));
  }
}

export function a_code_point_is_encoded_in_its_shortest_form(): void {
  writes(0x7f, "7f"); writes(0x80, "c280"); writes(0x7ff, "dfbf"); writes(0x800, "e0a080");
  writes(0xffff, "efbfbf"); writes(0x10000, "f0908080"); writes(0x10ffff, "f48fbfbf");
}

export function text_that_is_utf_8_is_decoded(): void { equal(decodeUtf8(utf8("a\u00e9\u20ac\ud83d\ude00")), "a\u00e9\u20ac\ud83d\ude00"); }

export function text_that_is_not_utf_8_decodes_to_the_empty_string(): void {
  equal(decodeUtf8(unhex("2fc0af2f")), "");
  equal(decodeUtf8(unhex("61ff")), "");
}

function accepts(bytes: string): void { isTrue(isUtf8(unhex(bytes)), bytes); }
function refuses(bytes: string): void { isFalse(isUtf8(unhex(bytes)), bytes); }

function writes(point: u32, want: string): void {
  const out = new Uint8Array(6);
  const size = encodeCodePoint(point, out, 1);
  equalBytes(out.subarray(1, 1 + size), unhex(want));
  equalInt(out[0], 0);
  equalInt(out[1 + size], 0);
}

function byteHex(c: u8): string { return (c < 16 ? "0" : "") + c.toString(16); }
