import { encodeBase64 } from "../../../../assembly/bytes/base64";
import { concat as join, EMPTY } from "../../../../assembly/bytes/bytes";
import { sequence, Tag, unsignedInteger, value } from "../../../../assembly/crypto/encoding/der";
import { Curve } from "../../../../assembly/crypto/encoding/key";
import { PrivateKey, PrivateKeyFault, privateKeyFaultText, readPrivateKeyPem } from "../../../../assembly/crypto/keys/private_key";
import { ascii, equalBytes, equalInt, filled, isFalse, isTrue, text, unhex } from "../../check";
import { RSA_E, RSA_N } from "../keys.as";
import { EC_PKCS8_PEM, EC_SEC1_PEM, EC_SECRET, pem, RSA_DER, RSA_PKCS8 } from "../private_keys.as";

const RSA_NAME = unhex("06092a864886f70d010101"), EC_NAME = unhex("06072a8648ce3d0201"), ED_NAME = unhex("06032b6570");
const P256 = unhex("06082a8648ce3d030107"), P384 = unhex("06052b81040022"), P521 = unhex("06052b81040023"), SECP256K1 = unhex("06052b8104000a");
const NULL = unhex("0500");

// Accepted keys.
export function a_pkcs8_rsa_key_is_stored_unchanged(): void {
  const key = reads(pemOf("PRIVATE KEY", RSA_PKCS8));
  equalBytes(key.pkcs8, RSA_PKCS8);
  isTrue(key.rsa && key.curve == Curve.None, "RSA");
}

export function an_rsa_private_key_is_converted_to_pkcs8(): void {
  const key = reads(pemOf("RSA PRIVATE KEY", RSA_DER));
  equalBytes(key.pkcs8, RSA_PKCS8);
  isTrue(key.rsa, "RSA");
}

export function an_ec_key_is_the_same_from_pkcs8_and_from_sec1(): void {
  const want = join([unhex("3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420"), EC_SECRET]);
  const forms = [EC_SEC1_PEM, EC_PKCS8_PEM];
  for (let i = 0; i < forms.length; i++) {
    const key = reads(forms[i]);
    equalBytes(key.pkcs8, want);
    isTrue(!key.rsa && key.curve == Curve.P256, "P-256");
  }
}

export function keys_of_p384_and_p521_are_read(): void {
  equalInt(reads(sec1(filled(48, 7), P384)).curve, Curve.P384);
  equalInt(reads(sec1(filled(66, 1), P521)).curve, Curve.P521);
  equalInt(reads(pkcs8([EC_NAME, P521], ecKey(filled(66, 1), EMPTY))).curve, Curve.P521);
}

export function any_white_space_is_accepted(): void {
  const lines = EC_PKCS8_PEM.split("\n");
  reads(lines.join(" "));
  reads(lines.join("\r\n"));
  reads(lines.join("\\n"));
  reads("  \n" + lines.join("\n   ") + "\n");
}

export function attributes_and_the_public_key_are_removed(): void {
  const attributes = value(<Tag>0xa0, [sequence([])]), half = value(<Tag>0x81, [new Uint8Array(4)]);
  equalBytes(reads(info(unhex("020100"), [RSA_NAME, NULL], RSA_DER, attributes)).pkcs8, RSA_PKCS8);
  equalBytes(reads(info(unhex("020101"), [RSA_NAME, NULL], RSA_DER, join([attributes, half]))).pkcs8, RSA_PKCS8);
}

// Refused keys.
export function text_that_is_not_pem_is_refused(): void {
  const texts = ["", "secret", "MIIEvQIBADANBg", "{\"kty\":\"RSA\"}", EC_PKCS8_PEM + "x", "x" + EC_PKCS8_PEM, EC_PKCS8_PEM + EC_PKCS8_PEM, EC_PKCS8_PEM.slice(0, 200), EC_PKCS8_PEM.replace("MIGH", "MIG?"),
    EC_PKCS8_PEM.replace("END PRIVATE", "END EC PRIVATE"), " ".repeat(40000)];
  for (let i = 0; i < texts.length; i++) refuses(texts[i], PrivateKeyFault.Pem);
}

export function an_ec_parameters_block_before_the_key_is_refused(): void { refuses(pem("EC PARAMETERS", ["BggqhkjOPQMBBw=="]) + EC_SEC1_PEM, PrivateKeyFault.Pem); }

export function other_labels_are_refused(): void {
  const labels = ["OPENSSH PRIVATE KEY", "DSA PRIVATE KEY", "PRIVATE", "", "private key", "EC PARAMETERS", "PRIVATE KEY ", "ED25519 PRIVATE KEY"];
  for (let i = 0; i < labels.length; i++) refuses(pemOf(labels[i], RSA_PKCS8), PrivateKeyFault.Label);
}

export function public_keys_and_certificates_have_a_fault_of_their_own(): void {
  const labels = ["PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE", "TRUSTED CERTIFICATE"];
  for (let i = 0; i < labels.length; i++) refuses(pemOf(labels[i], RSA_PKCS8), PrivateKeyFault.Public);
}

export function encrypted_keys_have_a_fault_of_their_own(): void {
  refuses(pemOf("ENCRYPTED PRIVATE KEY", unhex("30820101")), PrivateKeyFault.Encrypted);
  refuses(pem("RSA PRIVATE KEY", ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,ABF0F37DC55627205FC5A9DBFFCD1F06", "", "AAAA"]), PrivateKeyFault.Encrypted);
}

export function der_of_another_kind_than_the_label_is_refused(): void {
  refuses(pemOf("PRIVATE KEY", RSA_DER), PrivateKeyFault.Der);
  refuses(pemOf("RSA PRIVATE KEY", RSA_PKCS8), PrivateKeyFault.Der);
  refuses(pemOf("EC PRIVATE KEY", RSA_DER), PrivateKeyFault.Der);
  refuses(EC_SEC1_PEM.split("EC PRIVATE KEY").join("PRIVATE KEY"), PrivateKeyFault.Der);
  refuses(EC_SEC1_PEM.split("EC PRIVATE KEY").join("RSA PRIVATE KEY"), PrivateKeyFault.Der);
  refuses(EC_PKCS8_PEM.split("PRIVATE KEY").join("EC PRIVATE KEY"), PrivateKeyFault.Der);
}

export function other_algorithms_are_refused(): void {
  refuses(pkcs8([ED_NAME], join([unhex("0420"), filled(32, 1)])), PrivateKeyFault.Algorithm);
  refuses(pkcs8([unhex("06092a864886f70d01010a"), NULL], RSA_DER), PrivateKeyFault.Algorithm); // id-RSASSA-PSS
}

export function rsa_parameters_other_than_null_are_refused(): void {
  refuses(pkcs8([RSA_NAME], RSA_DER), PrivateKeyFault.Der);
  refuses(pkcs8([RSA_NAME, unhex("050100")], RSA_DER), PrivateKeyFault.Der);
  refuses(pkcs8([RSA_NAME, NULL, NULL], RSA_DER), PrivateKeyFault.Der);
}

export function a_key_with_an_unsupported_curve_or_without_a_curve_is_refused(): void {
  refuses(sec1(EC_SECRET, SECP256K1), PrivateKeyFault.Curve);
  refuses(pemOf("EC PRIVATE KEY", ecKey(EC_SECRET, EMPTY)), PrivateKeyFault.Curve);
  refuses(pkcs8([EC_NAME], ecKey(EC_SECRET, EMPTY)), PrivateKeyFault.Curve);
  refuses(pkcs8([EC_NAME, SECP256K1], ecKey(EC_SECRET, EMPTY)), PrivateKeyFault.Curve);
  refuses(pkcs8([EC_NAME, P256, NULL], ecKey(EC_SECRET, EMPTY)), PrivateKeyFault.Curve);
  refuses(pkcs8([EC_NAME, sequence([])], ecKey(EC_SECRET, EMPTY)), PrivateKeyFault.Curve); // explicit parameters
}

export function a_key_with_two_different_curves_is_refused(): void {
  reads(pkcs8([EC_NAME, P256], ecKey(EC_SECRET, curve(P256))));
  refuses(pkcs8([EC_NAME, P256], ecKey(EC_SECRET, curve(P384))), PrivateKeyFault.Curve);
  refuses(pkcs8([EC_NAME, P256], ecKey(EC_SECRET, value(<Tag>0xa0, []))), PrivateKeyFault.Curve);
}

export function an_ec_secret_of_another_width_than_the_curve_is_refused(): void {
  const widths = [0, 1, 31, 33, 48, 66];
  for (let i = 0; i < widths.length; i++) refuses(sec1(filled(widths[i], 1), P256), PrivateKeyFault.Der);
}

export function unsupported_versions_are_refused(): void {
  const wrong = ["020102", "02020100", "0201ff", "0200", "020200", "0500"];
  for (let i = 0; i < wrong.length; i++) {
    refuses(info(unhex(wrong[i]), [RSA_NAME, NULL], RSA_DER, EMPTY), PrivateKeyFault.Der);
    refuses(pemOf("EC PRIVATE KEY", sequence([unhex(wrong[i]), value(<Tag>4, [EC_SECRET]), curve(P256)])), PrivateKeyFault.Der);
    refuses(rsa(unhex(wrong[i]), RSA_N, RSA_E, 6), PrivateKeyFault.Der);
  }
  refuses(pemOf("EC PRIVATE KEY", sequence([unhex("020100"), value(<Tag>4, [EC_SECRET]), curve(P256)])), PrivateKeyFault.Der);
  refuses(rsa(unhex("020101"), RSA_N, RSA_E, 6), PrivateKeyFault.Der); // a key of three primes
}

export function an_rsa_key_with_too_few_or_too_many_numbers_is_refused(): void {
  reads(rsa(unhex("020100"), RSA_N, RSA_E, 6));
  for (let numbers = 0; numbers < 6; numbers++) refuses(rsa(unhex("020100"), RSA_N, RSA_E, numbers), PrivateKeyFault.Der);
  refuses(rsa(unhex("020100"), RSA_N, RSA_E, 7), PrivateKeyFault.Der);
  refuses(pemOf("RSA PRIVATE KEY", sequence([unhex("020100"), unsignedInteger(RSA_N), unsignedInteger(RSA_E), numbers(5), unsignedInteger(EMPTY)])), PrivateKeyFault.Der);
}

export function an_rsa_key_of_less_than_2048_bits_is_refused(): void {
  refuses(rsa(unhex("020100"), RSA_N.slice(0, 255), RSA_E, 6), PrivateKeyFault.Rsa);
  refuses(rsa(unhex("020100"), filled(128, 0xc1), RSA_E, 6), PrivateKeyFault.Rsa);
  refuses(rsa(unhex("020100"), filled(1025, 0xc1), RSA_E, 6), PrivateKeyFault.Rsa);
  refuses(rsa(unhex("020100"), RSA_N, unhex("01"), 6), PrivateKeyFault.Rsa);
}

export function bytes_after_any_structure_are_refused(): void {
  const more = new Uint8Array(2);
  refuses(pemOf("PRIVATE KEY", join([RSA_PKCS8, more])), PrivateKeyFault.Der);
  refuses(pemOf("RSA PRIVATE KEY", join([RSA_DER, more])), PrivateKeyFault.Der);
  refuses(info(unhex("020100"), [RSA_NAME, NULL], RSA_DER, more), PrivateKeyFault.Der);
  refuses(info(unhex("020100"), [RSA_NAME, NULL], join([RSA_DER, more]), EMPTY), PrivateKeyFault.Der);
  refuses(pemOf("EC PRIVATE KEY", ecKey(EC_SECRET, join([curve(P256), more]))), PrivateKeyFault.Der);
  refuses(pemOf("EC PRIVATE KEY", join([ecKey(EC_SECRET, curve(P256)), more])), PrivateKeyFault.Der);
}

export function truncated_keys_are_refused_and_no_flipped_bit_traps(): void {
  const der = unhex("308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420" + "11".repeat(32) + "a14403420004" + "22".repeat(64));
  isFalse(readPrivateKeyPem(ascii(pemOf("PRIVATE KEY", der))).failed, "whole");
  for (let size = 0; size < der.length; size++) isTrue(readPrivateKeyPem(ascii(pemOf("PRIVATE KEY", der.slice(0, size)))).failed, "cut to " + size.toString());
  for (let bit = 0; bit < der.length * 8; bit++) {
    const changed = der.slice();
    changed[bit >> 3] ^= <u8>(<i32>1 << (bit & 7));
    const labels = ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"];
    for (let i = 0; i < labels.length; i++) readPrivateKeyPem(ascii(pemOf(labels[i], changed)));
  }
}

export function every_fault_has_a_text_of_its_own(): void {
  const words = new Set<string>();
  for (let fault = 1; fault <= 8; fault++) words.add(privateKeyFaultText(fault));
  equalInt(words.size, 8);
}

function pemOf(label: string, der: Uint8Array): string { return pem(label, [text(encodeBase64(der))]); }
function info(version: Uint8Array, algorithm: Uint8Array[], key: Uint8Array, more: Uint8Array): string { return pemOf("PRIVATE KEY", sequence([version, sequence(algorithm), value(<Tag>4, [key]), more])); }
function pkcs8(algorithm: Uint8Array[], key: Uint8Array): string { return info(unhex("020100"), algorithm, key, EMPTY); }
function curve(name: Uint8Array): Uint8Array { return value(<Tag>0xa0, [name]); }
function ecKey(secret: Uint8Array, more: Uint8Array): Uint8Array { return sequence([unhex("020101"), value(<Tag>4, [secret]), more]); }
function sec1(secret: Uint8Array, name: Uint8Array): string { return pemOf("EC PRIVATE KEY", ecKey(secret, curve(name))); }

function numbers(count: i32): Uint8Array {
  const out: Uint8Array[] = [];
  for (let i = 0; i < count; i++) out.push(unsignedInteger(filled(20, 5)));
  return join(out);
}

function rsa(version: Uint8Array, n: Uint8Array, e: Uint8Array, secrets: i32): string {
  return pemOf("RSA PRIVATE KEY", sequence([version, unsignedInteger(n), unsignedInteger(e), numbers(secrets)]));
}

function reads(pasted: string): PrivateKey {
  const key = readPrivateKeyPem(ascii(pasted)), fault = key.fault;
  isTrue(fault == null, fault == null ? "" : `refused: ${fault.code} at ${fault.at}`);
  return key.value;
}

function refuses(pasted: string, want: PrivateKeyFault): void {
  const fault = readPrivateKeyPem(ascii(pasted)).fault;
  if (fault == null) { isTrue(false, "refused " + pasted); return; }
  assert(fault.code == want, `fault ${fault.code} at ${fault.at}, want ${<i32>want}: ${pasted.slice(0, 200)}`);
}
