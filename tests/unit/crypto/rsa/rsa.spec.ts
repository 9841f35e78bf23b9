import { Hash } from "../../../../assembly/crypto/hash/hash";
import { KeyFault } from "../../../../assembly/crypto/encoding/key";
import { RsaPublicKey } from "../../../../assembly/crypto/rsa/rsa";
import { ascii, concat, equal, equalBytes, equalInt, filled, hex, isFalse, isTrue, unhex } from "../../check";
import { flipped, PS256_SHORT_SALT, PS256_SIGNATURE, RS256_DATA, RS256_SIGNATURE, RS384_SIGNATURE, RS512_SIGNATURE, RSA_E, RSA_N, rsaKey } from "../keys.as";

const ABC = ascii("abc");
const N2049 = "01f760bd46c81357752a21ed49f79f06db35725895e2a391ccda17d2226bea1131c8d38b2cea25b5cd8422a05d7fb2377e77d9dccbc12d60cfd5eb3e6921f0962ff2efd9f78ee35c403f6892df3ab622b17a4e7e628eee7310efd7a8c5298f9c8be50be6a4b60cc8fe694378533bdcc83f0d72568a50f383b108484863dc6e2dae57816cf5c417100947fac3f208f1ffba9664250cbb7c78f2d5b38684a1fc3b526cb5dbbb0b55ed3b121b24dbdc49fff8d5c9e84aa3e645a30c0b2ef7bd9eef42c109501a2a422cd5e0748f9b0a282a8959164cab8d996beaca028e81e95c734464054c68d771a5e6afba151265ecf2d62da23d09a9ce41161ea2cca66e6a91bf";
const PS256_2049 = "01aecb17586085efdbdf52fbb70c3eff38dd1a3798955f730f5599cc3c4183b17fe37954169a54315d979c2543fe5fd1c27ed2ccaaffaea4354b46b1eb841f6deb1fdcf5d8d19a3f08864ab6bbf151dd3eff23da594034b9e3d4b02b8bfa377eeddf482161f6e9717c562814569760fa7e600b5fc9e46d6d49c924eb617e72f2f6bf00ddc014e21b7d9749dd8b7249c7a1d909860d27b6fd806435b53d87de654f8b15da8ff5e9cb567dfdf3c147f4746e454424abeed9b5195029f1a50643aa97aa9c678e5fa919d4ea1001aecdf0081979802a170cef6eece5b7068bfddba2279d40743702d213869884b48895aff354d68f46fba21b42551bbea3a5b475a883";
const PS256_2049_LARGE = "01a189b215f0c162aa61af38ad1df120ca293a349185bb8aa27e2534f27f10e3717252ecd1110f77fbb3b09aaad20dc0874d98735371a55d103b5abc26e11fbbc4583bc7ace893ae4b6bc02566d23582a4f8b9329828b16e7d3c3aced1e0bca4308bb165083bb48d08571aa32d904451c92c8e152b444f1951f8d0a678a7e863381f84ef6fed4e00cf737e6689e20a9b0b17cdd2015fadce7aaa7be4350d8c35b1e2f905028ea917533fe5da5628ea3ae83f47d2532b4e8e21c52991720a96e329e3dc13e83ea56d4a6868268cefc498d02adb19d6dd8b8a75c661034133437c3bf08d628d12c27fbd7b93a9a782016db023e11d31032fa28279b60531e4e5345c";
const ZERO = new Uint8Array(1);

export function rfc_7515_a_2_rs256_verifies(): void { isTrue(rsaKey().verifyPkcs1(Hash.Sha256, RS256_DATA, RS256_SIGNATURE), "the signature"); }
export function rs384_and_rs512_verify(): void {
  isTrue(rsaKey().verifyPkcs1(Hash.Sha384, ABC, RS384_SIGNATURE), "RS384");
  isTrue(rsaKey().verifyPkcs1(Hash.Sha512, ABC, RS512_SIGNATURE), "RS512");
}
export function ps256_verifies(): void { isTrue(rsaKey().verifyPss(Hash.Sha256, ABC, PS256_SIGNATURE), "the signature"); }
export function a_key_verifies_several_times(): void {
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
export function rejects_another_hash_than_the_signed_one(): void {
  isFalse(rsaKey().verifyPkcs1(Hash.Sha384, RS256_DATA, RS256_SIGNATURE), "RS256 as RS384");
  isFalse(rsaKey().verifyPkcs1(Hash.Sha512, RS256_DATA, RS256_SIGNATURE), "RS256 as RS512");
  isFalse(rsaKey().verifyPkcs1(Hash.Sha256, ABC, RS384_SIGNATURE), "RS384 as RS256");
  isFalse(rsaKey().verifyPss(Hash.Sha384, ABC, PS256_SIGNATURE), "PS256 as PS384");
  isFalse(rsaKey().verifyPss(Hash.Sha512, ABC, PS256_SIGNATURE), "PS256 as PS512");
}
export function duty_54_rejects_a_pkcs1_signature_as_pss_and_the_reverse(): void {
  isFalse(rsaKey().verifyPss(Hash.Sha256, RS256_DATA, RS256_SIGNATURE), "PKCS#1 as PSS");
  isFalse(rsaKey().verifyPkcs1(Hash.Sha256, ABC, PS256_SIGNATURE), "PSS as PKCS#1");
}
export function duty_54_rejects_a_salt_shorter_than_the_hash(): void {
  isFalse(rsaKey().verifyPss(Hash.Sha256, ABC, PS256_SHORT_SALT), "a salt of 20 bytes (RFC 7518 §3.5)");
}
export function rejects_flipped_bits(): void {
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
export function duty_54_rejects_a_signature_not_below_n(): void {
  const wrong = [RSA_N, filled(256, 0xff), plusOne(RSA_N)];
  for (let i = 0; i < wrong.length; i++) {
    isFalse(rsaKey().verifyPkcs1(Hash.Sha256, RS256_DATA, wrong[i]), "PKCS#1");
    isFalse(rsaKey().verifyPss(Hash.Sha256, RS256_DATA, wrong[i]), "PSS");
  }
}
export function duty_54_rejects_zero_and_one_as_signatures(): void {
  const zero = new Uint8Array(256), one = plusOne(zero);
  isFalse(rsaKey().verifyPkcs1(Hash.Sha256, RS256_DATA, zero) || rsaKey().verifyPkcs1(Hash.Sha256, RS256_DATA, one), "PKCS#1");
  isFalse(rsaKey().verifyPss(Hash.Sha256, RS256_DATA, zero) || rsaKey().verifyPss(Hash.Sha256, RS256_DATA, one), "PSS");
}

/** With 2049 bits the encoding is a byte shorter than n (RFC 8017 §9.1.2), so the first byte must be zero. This signature, made with the key, has a one. */
export function duty_54_rejects_a_pss_encoding_that_is_too_large(): void {
  const key = RsaPublicKey.of(unhex(N2049), RSA_E).value;
  isTrue(key.verifyPss(Hash.Sha256, ABC, unhex(PS256_2049)), "the right one");
  isFalse(key.verifyPss(Hash.Sha256, ABC, unhex(PS256_2049_LARGE)), "the right one and 2^2048");
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
export function accepts_a_modulus_of_8192_bits_and_does_not_trap(): void {
  const key = RsaPublicKey.of(filled(1024, 0xff), unhex("ffffffff"));
  isFalse(key.failed, "refused");
  isFalse(key.value.verifyPkcs1(Hash.Sha256, ABC, filled(1024, 0xfe)), "PKCS#1");
  isFalse(key.value.verifyPss(Hash.Sha512, ABC, filled(1024, 0xfe)), "PSS");
}
export function no_modulus_size_traps(): void {
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
export function drops_one_leading_zero_so_that_the_spki_is_canonical(): void {
  const key = RsaPublicKey.of(concat(ZERO, RSA_N), unhex("00010001")).value;
  equalBytes(key.spki(), rsaKey().spki());
  isTrue(key.verifyPkcs1(Hash.Sha256, RS256_DATA, RS256_SIGNATURE), "the signature");
}
export function a_key_is_independent_of_the_bytes_it_was_read_from(): void {
  const n = RSA_N.slice(), key = RsaPublicKey.of(n, RSA_E).value;
  n.fill(0);
  isTrue(key.verifyPkcs1(Hash.Sha256, RS256_DATA, RS256_SIGNATURE), "the signature");
}
export function the_spki_is_encoded_only_once(): void {
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
