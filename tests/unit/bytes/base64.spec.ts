import { Base64Fault, base64urlSize, decodeAnyBase64, decodeBase64url, encodeBase64, encodeBase64url } from "../../../assembly/bytes/base64";
import { ascii, equal, equalBytes, equalInt, hex, isFalse, isTrue, text, unhex } from "../check";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

export function the_empty_text_decodes_to_no_bytes(): void { decodes("", ""); }
export function one_byte_takes_two_characters(): void { decodes("Zg", "66"); }
export function two_bytes_take_three_characters(): void { decodes("Zm8", "666f"); }
export function three_bytes_take_four_characters(): void { decodes("Zm9v", "666f6f"); }
export function minus_and_underscore_are_the_last_two_values(): void { decodes("-_-_", "fbffbf"); }
export function a_long_text_is_decoded_completely(): void { decodes("Zm9vYmFyZm9vYmFyZg", "666f6f626172666f6f62617266"); }

export function decodeAnyBase64_reads_both_alphabets_with_or_without_padding(): void {
  const texts = ["-_-_Zg", "+/+/Zg", "+_-/Zg==", "-_-_Zg=", "-_-_Zg=="];
  for (let i = 0; i < texts.length; i++) equal(hex(decodeAnyBase64(ascii(texts[i])).value), "fbffbf66");
  const bad = ["-_-_Zg===", "===", "Z", "Zh", "Zm9=", "Zm=9", "Zg==\n", " Zg", "Zg.", "Zg=Zg"];
  for (let i = 0; i < bad.length; i++) isTrue(decodeAnyBase64(ascii(bad[i])).failed, bad[i]);
}

export function duty_55_padding_in_base64url_is_refused(): void {
  refuses("Zg==", Base64Fault.BadCharacter, "2");
  refuses("Zm8=", Base64Fault.BadCharacter, "3");
  refuses("Zm9v=", Base64Fault.BadLength, "5");
  refuses("Zm9v====", Base64Fault.BadCharacter, "4");
}

export function duty_55_white_space_in_base64url_is_refused(): void {
  refuses(" Zm9", Base64Fault.BadCharacter, "0");
  refuses("Zm 9", Base64Fault.BadCharacter, "2");
  refuses("Zm8\n", Base64Fault.BadCharacter, "3");
  refuses("Zm9\r\nv", Base64Fault.BadCharacter, "3");
  refuses("Zm9\t", Base64Fault.BadCharacter, "3");
}

export function duty_55_the_standard_alphabet_in_base64url_is_refused(): void {
  refuses("+_-_", Base64Fault.BadCharacter, "0");
  refuses("-_-/", Base64Fault.BadCharacter, "3");
}

export function duty_55_set_bits_past_the_last_byte_are_refused(): void {
  refuses("Zh", Base64Fault.LooseBits, "2");
  refuses("Zv", Base64Fault.LooseBits, "2");
  refuses("Zm9", Base64Fault.LooseBits, "3");
  refuses("Zm9vZh", Base64Fault.LooseBits, "6");
}

export function a_single_character_in_the_last_group_is_refused(): void {
  refuses("Z", Base64Fault.BadLength, "1");
  refuses("Zm9vY", Base64Fault.BadLength, "5");
}

export function no_byte_outside_the_alphabet_is_accepted_anywhere(): void {
  for (let c = 0; c < 256; c++) {
    const known = c < 128 && ALPHABET.includes(String.fromCharCode(c));
    for (let at = 0; at < 4; at++) {
      const input = ascii("AAAA");
      input[at] = <u8>c;
      isTrue(decodeBase64url(input).failed == !known, "byte " + c.toString() + " at " + at.toString());
    }
  }
}

export function no_byte_outside_the_alphabet_is_accepted_in_a_long_text(): void {
  for (let c = 0; c < 256; c++) {
    const known = c < 128 && ALPHABET.includes(String.fromCharCode(c));
    for (let at = 0; at < 44; at++) {
      const input = new Uint8Array(44).fill(0x41);
      input[at] = <u8>c;
      const fault = decodeBase64url(input).fault;
      isTrue(fault == null == known, "byte " + c.toString() + " at " + at.toString());
      if (fault != null) equal(fault.at, at.toString());
    }
  }
}

export function every_character_decodes_to_its_value_at_every_position_of_a_long_text(): void {
  for (let value = 0; value < 64; value++) {
    for (let at = 0; at < 44; at++) {
      const input = new Uint8Array(44).fill(0x41);
      input[at] = <u8>ALPHABET.charCodeAt(value);
      const want = new Uint8Array(33), bits = <u32>value << (18 - 6 * (at & 3)), from = at / 4 * 3;
      want[from] = <u8>(bits >> 16);
      want[from + 1] = <u8>(bits >> 8);
      want[from + 2] = <u8>bits;
      equalBytes(decodeBase64url(input).value, want);
      equalBytes(encodeBase64url(want), input);
    }
  }
}

export function a_long_text_decodes_as_python_encoded_it(): void {
  // Python: base64.urlsafe_b64encode(bytes(i * 197 % 256 for i in range(40)))
  const data = new Uint8Array(40);
  for (let i = 0; i < 40; i++) data[i] = <u8>(i * 197);
  equal(text(encodeBase64url(data)), "AMWKTxTZnmMo7bJ3PAHGi1AV2p9kKe6zeD0Cx4xRFtugZSrvtHk-Aw");
  equal(text(encodeBase64(data)), "AMWKTxTZnmMo7bJ3PAHGi1AV2p9kKe6zeD0Cx4xRFtugZSrvtHk+Aw==");
  equalBytes(decodeBase64url(ascii("AMWKTxTZnmMo7bJ3PAHGi1AV2p9kKe6zeD0Cx4xRFtugZSrvtHk-Aw")).value, data);
}

export function every_text_of_one_or_two_bytes_has_exactly_one_spelling(): void {
  let accepted2 = 0, accepted3 = 0;
  const two = new Uint8Array(2), three = new Uint8Array(3);
  for (let a = 0; a < 64; a++) {
    two[0] = three[0] = <u8>ALPHABET.charCodeAt(a);
    for (let b = 0; b < 64; b++) {
      two[1] = three[1] = <u8>ALPHABET.charCodeAt(b);
      if (!decodeBase64url(two).failed) accepted2++;
      for (let c = 0; c < 64; c++) {
        three[2] = <u8>ALPHABET.charCodeAt(c);
        if (!decodeBase64url(three).failed) accepted3++;
      }
    }
  }
  equalInt(accepted2, 256);
  equalInt(accepted3, 65536);
}

export function decoding_does_not_change_the_input(): void {
  const input = ascii("Zm9v");
  decodeBase64url(input);
  equal(text(input), "Zm9v");
}

export function a_view_into_a_larger_text_is_read_within_its_bounds(): void {
  const inner = ascii("==Zm9v==").subarray(2, 6);
  equal(text(decodeBase64url(inner).value), "foo");
}

export function standard_base64_is_as_in_rfc_4648(): void {
  encodes("", "");
  encodes("66", "Zg==");
  encodes("666f", "Zm8=");
  encodes("666f6f", "Zm9v");
  encodes("666f6f62", "Zm9vYg==");
  encodes("666f6f6261", "Zm9vYmE=");
  encodes("666f6f626172", "Zm9vYmFy");
}

export function standard_base64_uses_plus_and_slash(): void {
  encodes("fbffbf", "+/+/");
  encodes("ffff", "//8=");
}

export function base64url_is_written_without_padding(): void {
  encodesUrl("", "");
  encodesUrl("66", "Zg");
  encodesUrl("666f", "Zm8");
  encodesUrl("666f6f", "Zm9v");
  encodesUrl("666f6f62", "Zm9vYg");
}

export function base64url_is_written_with_minus_and_underscore(): void {
  encodesUrl("fbffbf", "-_-_");
  encodesUrl("ffff", "__8");
}

export function encoding_and_decoding_give_back_the_input_at_every_length(): void {
  for (let n = 0; n < 200; n++) {
    const data = new Uint8Array(n);
    for (let i = 0; i < n; i++) data[i] = <u8>(i * 37 + n * 11);
    const url = encodeBase64url(data), standard = encodeBase64(data);
    equalBytes(decodeBase64url(url).value, data);
    equal(text(asUrl(standard)), text(url));
    equalInt(base64urlSize(n), url.length);
  }
}

function asUrl(standard: Uint8Array): Uint8Array {
  let n = standard.length;
  while (n > 0 && standard[n - 1] == 0x3d) n--;
  const out = standard.slice(0, n);
  for (let i = 0; i < n; i++) if (out[i] == 0x2b) out[i] = 0x2d; else if (out[i] == 0x2f) out[i] = 0x5f;
  return out;
}

function decodes(input: string, want: string): void {
  const got = decodeBase64url(ascii(input));
  isFalse(got.failed, "refused: " + input);
  equal(hex(got.value), want);
}

function encodes(data: string, want: string): void { equal(text(encodeBase64(unhex(data))), want); }

function encodesUrl(data: string, want: string): void { equal(text(encodeBase64url(unhex(data))), want); }

function refuses(input: string, code: Base64Fault, at: string): void {
  const fault = decodeBase64url(ascii(input)).fault;
  if (fault == null) return assert(false, "accepted " + input);
  equalInt(fault.code, code);
  equal(fault.at, at);
}
