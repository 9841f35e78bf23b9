import { compress, decompress } from "../../../assembly/bytes/compression";
import { ascii, concat, equalBytes, filled, isTrue } from "../check";
import { mutated, Random } from "../fuzz.as";

const MOST = 4096;

const LINK = "/orders?customer=4711&status=open&sort=created%2Cdesc&columns=id%2Ccustomer%2Camount&page=3";

export function any_bytes_survive_compression(): void {
  survives(new Uint8Array(0));
  for (let c = 0; c < 256; c++) for (let size = 1; size < 5; size++) survives(filled(size, <u8>c));
  const all = new Uint8Array(256);
  for (let c = 0; c < 256; c++) all[c] = <u8>c;
  survives(all);
  survives(ascii(LINK));
}

export function random_bytes_of_any_size_survive_compression(): void {
  const random = new Random(1);
  for (let size = 0; size <= 300; size++) survives(random.bytes(size));
  survives(random.bytes(MOST));
}

/** After a long run the next byte is almost certain. A rare byte then moves the range far and causes a carry into bytes that are already written. */
export function long_runs_with_rare_bytes_survive_compression(): void {
  const random = new Random(2);
  for (let i = 0; i < 60; i++) {
    const text = filled(200 + random.below(1500), <u8>random.below(256)), rare = random.below(20);
    for (let k = 0; k < rare; k++) text[random.below(text.length)] = <u8>random.below(256);
    survives(text);
  }
}

export function links_become_shorter(): void {
  fits(ascii((LINK + "&").repeat(40).substring(0, 3500)), 2600);
  fits(made(3500, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 2750);
  fits(made(3500, "0123456789abcdef"), 1850);
  fits(filled(MOST, 0x71), 60);
}

/** Text without repetition grows only slightly, so compression takes hardly any room from a link. */
export function text_without_frequent_bytes_grows_only_slightly(): void {
  fits(ascii("/"), 11);
  fits(ascii("/page?a=b"), 18);
  fits(new Random(3).bytes(3000), 3120);
}

export function a_text_longer_than_the_given_bound_is_refused(): void {
  const made = compress(filled(100, 0x61));
  isTrue(decompress(made, 100) != null, "of 100 bytes");
  refuses(made, 99);
  refuses(made, 0);
}

export function a_length_that_cannot_be_allocated_is_refused(): void {
  for (let k = 0; k < 4; k++) {
    const huge = compress(ascii(LINK)).slice();
    huge[k] = 0xff;
    refuses(huge);
  }
  refuses(filled(4, 0xff));
  refuses(filled(200, 0xff));
  refuses(filled(200, 0xff), i32.MAX_VALUE);
}

export function a_truncated_or_extended_code_is_refused(): void {
  const made = compress(ascii(LINK));
  for (let size = 0; size < made.length; size++) refuses(made.subarray(0, size));
  for (let c = 0; c < 256; c++) refuses(concat(made, filled(1, <u8>c)));
}

export function an_encoding_that_the_compressor_does_not_write_is_refused(): void {
  const made = compress(filled(3, 0x61));
  // The decoder ignores the first byte of the code, and accepts several values of the last bytes.
  for (let c = 1; c < 256; c++) refuses(changed(made, 4, <u8>c));
  for (let c = 0; c < 256; c++) if (<u8>c != made[made.length - 1]) refuses(changed(made, made.length - 1, <u8>c));
}

export function a_changed_code_is_refused_or_decodes_to_another_text(): void {
  const link = ascii(LINK), made = compress(link);
  for (let at = 0; at < made.length; at++) for (let bit = 0; bit < 8; bit++) isTrue(!gives(changed(made, at, made[at] ^ <u8>(<u32>1 << bit)), link), "the same text at " + at.toString());
  const random = new Random(4);
  for (let i = 0; i < 2000; i++) expectCanonical(mutated(made, random));
}

export function random_input_is_refused_or_is_the_only_code_of_its_text(): void {
  const random = new Random(5);
  for (let i = 0; i < 800; i++) {
    const input = random.bytes(random.below(200));
    expectCanonical(input);
    // Writes a plausible length, so that the rest is decoded.
    for (let k = 0; k < min(input.length, 5); k++) input[k] = k == 0 ? <u8>random.below(256) : k == 1 ? <u8>random.below(16) : 0;
    expectCanonical(input);
  }
}

function made(size: i32, alphabet: string): Uint8Array {
  const random = new Random(size), out = new Uint8Array(size);
  for (let i = 0; i < size; i++) out[i] = <u8>alphabet.charCodeAt(random.below(alphabet.length));
  return out;
}

function changed(input: Uint8Array, at: i32, value: u8): Uint8Array {
  const out = input.slice();
  out[at] = value;
  return out;
}

function survives(text: Uint8Array): void {
  const got = decompress(compress(text), MOST);
  isTrue(got != null, text.length.toString() + " bytes are refused");
  if (got != null) equalBytes(got, text);
}

function fits(text: Uint8Array, most: i32): void {
  const size = compress(text).length;
  isTrue(size <= most, text.length.toString() + " bytes become " + size.toString());
  survives(text);
}

/** If the input is accepted, compressing the result gives the same input. */
function expectCanonical(input: Uint8Array): void {
  const got = decompress(input, MOST);
  if (got == null) return;
  isTrue(got.length <= MOST, "too long");
  equalBytes(compress(got), input);
}

function gives(input: Uint8Array, text: Uint8Array): bool {
  const got = decompress(input, MOST);
  if (got == null) return false;
  equalBytes(compress(got), input);
  return got.length == text.length && memory.compare(got.dataStart, text.dataStart, text.length) == 0;
}

function refuses(input: Uint8Array, most: i32 = MOST): void { isTrue(decompress(input, most) == null, "accepted"); }
