import { Poly1305 } from "../../../../assembly/crypto/aead/poly1305";
import { concat, equal, filled, hex, unhex } from "../../check";

const ZEROS = "00".repeat(16), ONES = "ff".repeat(16);

// RFC 8439 §A.3, vectors 7 to 11. Their sums reach 2^130 - 5 or 2^128, which random sums hardly ever do.
export function vector_7_the_sum_passes_the_prime(): void { macs("02" + "00".repeat(15), ZEROS, ONES, "03" + "00".repeat(15)); }
export function vector_8_adding_s_passes_2_to_the_128(): void { macs("02" + "00".repeat(15), ONES, "02" + "00".repeat(15), "03" + "00".repeat(15)); }
export function vector_9_all_limbs_carry(): void {
  macs("01" + "00".repeat(15), ZEROS, ONES + "f0" + "ff".repeat(15) + "11" + "00".repeat(15), "05" + "00".repeat(15));
}
export function vector_10_the_sum_is_the_prime_itself(): void {
  macs("01" + "00".repeat(15), ZEROS, ONES + "fb" + "fe".repeat(15) + "01".repeat(16), ZEROS);
}
export function vector_11_the_sum_is_just_below_the_prime(): void { macs("02" + "00".repeat(15), ZEROS, "fd" + "ff".repeat(15), "fa" + "ff".repeat(15)); }
export function data_is_padded_with_zeros(): void {
  const a = new Poly1305(filled(32, 7)), b = new Poly1305(filled(32, 7));
  a.padded(filled(20, 9));
  b.padded(concat(filled(20, 9), new Uint8Array(12)));
  equal(hex(a.tag()), hex(b.tag()));
}
export function four_blocks_at_once_equal_single_blocks(): void {
  for (let kind = 0; kind < 4; kind++) {
    const data = filled(1100, 0xff), key = filled(32, 0xff);
    if (kind & 1) for (let i = 0; i < data.length; i++) data[i] = <u8>(i * i * 7 + i * 13);
    if (kind & 2) for (let i = 0; i < key.length; i++) key[i] = <u8>(i * 37 + 11);
    for (let size = 240; size <= data.length; size++) {
      const whole = new Poly1305(key), single = new Poly1305(key), text = data.subarray(0, size);
      whole.padded(text);
      for (let at = 0; at < size; at += 16) single.padded(text.subarray(at, min(at + 16, size)));
      equal(hex(whole.tag()), hex(single.tag()));
    }
  }
}
export function four_blocks_at_once_continue_the_previous_sum(): void {
  const key = filled(32, 0xa7), data = filled(1024, 0xfe);
  for (let first = 0; first <= 512; first += 16) {
    const whole = new Poly1305(key), single = new Poly1305(key);
    whole.padded(data.subarray(0, first));
    whole.padded(data.subarray(first));
    whole.padded(data);
    for (let at = 0; at < 2048; at += 16) single.padded(data.subarray(at & 1023, (at & 1023) + 16));
    equal(hex(whole.tag()), hex(single.tag()));
  }
}

function macs(r: string, s: string, data: string, want: string): void {
  const mac = new Poly1305(unhex(r + s));
  mac.padded(unhex(data));
  equal(hex(mac.tag()), want);
}
