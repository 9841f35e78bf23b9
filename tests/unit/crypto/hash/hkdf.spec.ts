import { expand, extract, HkdfFault } from "../../../../assembly/crypto/hash/hkdf";
import { equal, equalBytes, equalInt, filled, hex, isTrue, unhex } from "../../check";

const PRK = unhex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
const NONE = new Uint8Array(0);

export function rfc_5869_test_case_1(): void {
  derives(filled(22, 0x0b), unhex("000102030405060708090a0b0c"), unhex("f0f1f2f3f4f5f6f7f8f9"), 42,
    "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
}
export function rfc_5869_test_case_2_longer_inputs_and_outputs(): void {
  derives(run(0x00, 80), run(0x60, 80), run(0xb0, 80), 82,
    "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
    "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
}
export function rfc_5869_test_case_3_no_salt_and_no_info(): void {
  derives(filled(22, 0x0b), NONE, NONE, 42,
    "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}
export function a_shorter_output_is_a_prefix_of_a_longer_one(): void {
  const long = expand(PRK, NONE, 100).value;
  for (let size = 0; size <= 100; size++) equalBytes(expand(PRK, NONE, size).value, long.slice(0, size));
}
export function another_info_gives_another_key(): void {
  isTrue(hex(expand(PRK, unhex("01"), 32).value) != hex(expand(PRK, unhex("02"), 32).value), "the keys differ");
}
export function accepts_255_blocks(): void { equalInt(expand(PRK, NONE, 8160).value.length, 8160); }
export function refuses_more_than_255_blocks(): void { refuses(8161); refuses(i32.MAX_VALUE); }
export function refuses_a_negative_length(): void { refuses(-1); refuses(i32.MIN_VALUE); }

function refuses(length: i32): void {
  const fault = expand(PRK, NONE, length).fault;
  isTrue(fault != null && fault.code == HkdfFault.TooLong, "refused: " + length.toString());
}

function run(from: i32, size: i32): Uint8Array {
  const out = new Uint8Array(size);
  for (let i = 0; i < size; i++) out[i] = <u8>(from + i);
  return out;
}

function derives(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, size: i32, prk: string, okm: string): void {
  equal(hex(extract(salt, secret)), prk);
  equal(hex(expand(extract(salt, secret), info, size).value), okm);
}
