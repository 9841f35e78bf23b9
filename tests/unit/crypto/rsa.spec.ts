import { Hash } from "../../../assembly/crypto/hash";
import { KeyFault } from "../../../assembly/crypto/key";
import { RsaPublicKey } from "../../../assembly/crypto/rsa";
import { ascii, concat, equal, equalBytes, equalInt, filled, hex, isFalse, isTrue, unhex } from "../check";
import { flipped, PS256_SHORT_SALT, PS256_SIGNATURE, RS256_DATA, RS256_SIGNATURE, RS384_SIGNATURE, RS512_SIGNATURE, RSA_E, RSA_N, rsaKey } from "./keys.as";

const ABC = ascii("abc");
const ZERO = new Uint8Array(1);

export function rfc_7515_a_2_rs256_verifies(): void { isTrue(rsaKey().verifyPkcs1(Hash.Sha256, RS256_DATA, RS256_SIGNATURE), "the signature"); }
export function rs384_and_rs512_verify(): void {
  isTrue(rsaKey().verifyPkcs1(Hash.Sha384, ABC, RS384_SIGNATURE), "RS384");
  isTrue(rsaKey().verifyPkcs1(Hash.Sha512, ABC, RS512_SIGNATURE), "RS512");
}
export function ps256_verifies(): void { isTrue(rsaKey().verifyPss(Hash.Sha256, ABC, PS256_SIGNATURE), "the signature"); }
export function one_key_verifies_again_and_again(): void {
  const key = rsaKey();
  for (let i = 0; i < 3; i++) {
    isTrue(key.verifyPkcs1(Hash.Sha256, RS256_DATA, RS256_SIGNATURE), "PKCS#1");
    isTrue(key.verifyPss(Hash.Sha256, ABC, PS256_SIGNATURE), "PSS");
    isFalse(key.verifyPss(Hash.Sha256, RS256_DATA, PS256_SIGNATURE), "over other data");
  }
}

export function rejects_other_data(): void {
  isFalse(rsaKey().verifyPkcs1(Hash.Sha256, flipped(RS256_DATA, 0), RS256_SIGNATURE), "PKCS#1");
  isFalse(rsaKey().verifyPkcs1(Hash.Sha256, new Uint8Array(0), RS256_SIGNATURE), "PKCS#1 over nothing");
  isFalse(rsaKey().verifyPss(Hash.Sha256, ascii("abd"), PS256_SIGNATURE), "PSS");
}
export function rejects_another_hash_than_was_signed(): void {
  isFalse(rsaKey().verifyPkcs1(Hash.Sha384, RS256_DATA, RS256_SIGNATURE), "RS256 as RS384");
  isFalse(rsaKey().verifyPkcs1(Hash.Sha512, RS256_DATA, RS256_SIGNATURE), "RS256 as RS512");
  isFalse(rsaKey().verifyPkcs1(Hash.Sha256, ABC, RS384_SIGNATURE), "RS384 as RS256");
  isFalse(rsaKey().verifyPss(Hash.Sha384, ABC, PS256_SIGNATURE), "PS256 as PS384");
  isFalse(rsaKey().verifyPss(Hash.Sha512, ABC, PS256_SIGNATURE), "PS256 as PS512");
}
export function rejects_one_padding_as_the_other(): void {
  isFalse(rsaKey().verifyPss(Hash.Sha256, RS256_DATA, RS256_SIGNATURE), "PKCS#1 as PSS");
  isFalse(rsaKey().verifyPkcs1(Hash.Sha256, ABC, PS256_SIGNATURE), "PSS as PKCS#1");
}
export function rejects_a_salt_shorter_than_the_hash(): void {
  isFalse(rsaKey().verifyPss(Hash.Sha256, ABC, PS256_SHORT_SALT), "a salt of 20 bytes (RFC 7518 §3.5)");
}
export function rejects_any_flipped_bit_of_some(): void {
  for (let bit = 0; bit < 2048; bit += 61) {
    isFalse(rsaKey().verifyPkcs1(Hash.Sha256, RS256_DATA, flipped(RS256_SIGNATURE, bit)), "PKCS#1, bit " + bit.toString());
    isFalse(rsaKey().verifyPss(Hash.Sha256, ABC, flipped(PS256_SIGNATURE, bit)), "PSS, bit " + bit.toString());
  }
}
export function rejects_a_signature_of_another_length(): void {
  const wrong = [new Uint8Array(0), RS256_SIGNATURE.slice(0, 255), RS256_SIGNATURE.slice(1), concat(ZERO, RS256_SIGNATURE), concat(RS256_SIGNATURE, ZERO)];
  for (let i = 0; i < wrong.length; i++) {
    isFalse(rsaKey().verifyPkcs1(Hash.Sha256, RS256_DATA, wrong[i]), "PKCS#1");
    isFalse(rsaKey().verifyPss(Hash.Sha256, RS256_DATA, wrong[i]), "PSS");
  }
}
export function rejects_a_signature_not_below_n(): void {
  const wrong = [RSA_N, filled(256, 0xff), plusOne(RSA_N)];
  for (let i = 0; i < wrong.length; i++) {
    isFalse(rsaKey().verifyPkcs1(Hash.Sha256, RS256_DATA, wrong[i]), "PKCS#1");
    isFalse(rsaKey().verifyPss(Hash.Sha256, RS256_DATA, wrong[i]), "PSS");
  }
}
export function rejects_zero_and_one_as_signatures(): void {
  const zero = new Uint8Array(256), one = plusOne(zero);
  isFalse(rsaKey().verifyPkcs1(Hash.Sha256, RS256_DATA, zero) || rsaKey().verifyPkcs1(Hash.Sha256, RS256_DATA, one), "PKCS#1");
  isFalse(rsaKey().verifyPss(Hash.Sha256, RS256_DATA, zero) || rsaKey().verifyPss(Hash.Sha256, RS256_DATA, one), "PSS");
}

export function refuses_a_modulus_below_2048_bits(): void {
  refuses(RSA_N.slice(1), RSA_E, KeyFault.RsaModulusTooSmall, "2040");
  refuses(odd(filled(128, 0xff)), RSA_E, KeyFault.RsaModulusTooSmall, "1024");
  const just = RSA_N.slice();
  just[0] = 0x7f;
  refuses(just, RSA_E, KeyFault.RsaModulusTooSmall, "2047");
  refuses(new Uint8Array(0), RSA_E, KeyFault.RsaModulusTooSmall, "0");
  refuses(ZERO, RSA_E, KeyFault.RsaModulusTooSmall, "0");
}
export function refuses_a_modulus_above_8192_bits(): void {
  refuses(concat(unhex("01"), filled(1024, 0xff)), RSA_E, KeyFault.RsaModulusTooLarge, "8193");
  refuses(filled(100_000, 0xff), RSA_E, KeyFault.RsaModulusTooLarge, "800000");
}
export function takes_a_modulus_of_8192_bits_and_does_not_trap_on_it(): void {
  const key = RsaPublicKey.of(filled(1024, 0xff), unhex("ffffffff"));
  isFalse(key.failed, "refused");
  isFalse(key.value.verifyPkcs1(Hash.Sha256, ABC, filled(1024, 0xfe)), "PKCS#1");
  isFalse(key.value.verifyPss(Hash.Sha512, ABC, filled(1024, 0xfe)), "PSS");
}
export function odd_sizes_between_do_not_trap(): void {
  for (let bits = 2048; bits < 2090; bits++) {
    const n = filled((bits + 7) >> 3, 0xff);
    n[0] = <u8>(<i32>0xff >> ((8 - (bits & 7)) & 7));
    const key = RsaPublicKey.of(n, RSA_E).value;
    const signature = filled(n.length, 0x01);
    isFalse(key.verifyPkcs1(Hash.Sha256, ABC, signature), "PKCS#1");
    isFalse(key.verifyPss(Hash.Sha384, ABC, signature), "PSS");
  }
}
export function refuses_an_even_modulus(): void { refuses(flipped(RSA_N, 255 * 8), RSA_E, KeyFault.RsaModulusEven, "n"); }
export function refuses_an_even_exponent(): void { refuses(RSA_N, unhex("010000"), KeyFault.RsaExponentEven, "e"); }
export function refuses_an_exponent_below_three(): void {
  refuses(RSA_N, unhex("01"), KeyFault.RsaExponentTooSmall, "e");
  refuses(RSA_N, unhex("02"), KeyFault.RsaExponentTooSmall, "e");
  refuses(RSA_N, ZERO, KeyFault.RsaExponentTooSmall, "e");
  refuses(RSA_N, new Uint8Array(0), KeyFault.RsaExponentTooSmall, "e");
}
export function refuses_an_exponent_above_32_bits(): void {
  refuses(RSA_N, unhex("0100000001"), KeyFault.RsaExponentTooLarge, "e");
  refuses(RSA_N, RSA_N, KeyFault.RsaExponentTooLarge, "e");
}
export function refuses_two_leading_zeros(): void {
  refuses(concat(unhex("0000"), RSA_N), RSA_E, KeyFault.LeadingZeros, "n");
  refuses(RSA_N, unhex("0000010001"), KeyFault.LeadingZeros, "e");
}
export function drops_one_leading_zero_and_keeps_one_spelling(): void {
  const key = RsaPublicKey.of(concat(ZERO, RSA_N), unhex("00010001")).value;
  equalBytes(key.spki(), rsaKey().spki());
  isTrue(key.verifyPkcs1(Hash.Sha256, RS256_DATA, RS256_SIGNATURE), "the signature");
}
export function a_key_does_not_change_with_the_bytes_it_was_made_of(): void {
  const n = RSA_N.slice(), key = RsaPublicKey.of(n, RSA_E).value;
  n.fill(0);
  isTrue(key.verifyPkcs1(Hash.Sha256, RS256_DATA, RS256_SIGNATURE), "the signature");
}
export function the_spki_is_encoded_once(): void {
  const key = rsaKey();
  isTrue(key.spki() === key.spki(), "the same bytes");
  equal(hex(key.spki().slice(0, 33)), "30820122300d06092a864886f70d01010105000382010f003082010a0282010100");
}

function refuses(n: Uint8Array, e: Uint8Array, want: KeyFault, at: string): void {
  const fault = RsaPublicKey.of(n, e).fault;
  if (fault == null) { isTrue(false, "refused"); return; }
  equalInt(fault.code, want);
  equal(fault.at, at);
}

function odd(n: Uint8Array): Uint8Array { n[n.length - 1] |= 1; return n; }

function plusOne(n: Uint8Array): Uint8Array {
  const out = n.slice();
  for (let i = n.length - 1; i >= 0; i--) if (++out[i] != 0) break;
  return out;
}
