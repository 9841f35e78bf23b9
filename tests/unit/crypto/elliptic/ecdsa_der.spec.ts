import { sequence, unsignedInteger } from "../../../../assembly/crypto/encoding/der";
import { ecdsaDerToRaw, ecdsaRawToDer } from "../../../../assembly/crypto/elliptic/ecdsa_der";
import { concat, equalBytes, filled, isTrue, unhex } from "../../check";
import { ES256_SIGNATURE, ES384_SIGNATURE, ES512_SIGNATURE } from "../keys.as";

export function a_signature_survives_conversion_to_der_and_back(): void {
  const signatures = [ES256_SIGNATURE, ES384_SIGNATURE, ES512_SIGNATURE];
  for (let i = 0; i < signatures.length; i++) gives(ecdsaRawToDer(signatures[i]), signatures[i].length / 2, signatures[i]);
}

export function short_numbers_are_padded_on_the_left(): void {
  gives(unhex("3006 020101 020102"), 4, unhex("00000001 00000002"));
  gives(unhex("3008 02020080 020200ff"), 1, unhex("80 ff"));
}

export function r_or_s_of_zero_is_refused(): void {
  isNone("3006 020100 020101", 32);
  isNone("3006 020101 020100", 32);
}

export function numbers_wider_than_the_curve_are_refused(): void {
  isTrue(ecdsaDerToRaw(sequence([unsignedInteger(filled(33, 1)), unsignedInteger(filled(32, 1))]), 32) == null, "r");
  isTrue(ecdsaDerToRaw(sequence([unsignedInteger(filled(32, 1)), unsignedInteger(filled(33, 1))]), 32) == null, "s");
  isTrue(ecdsaDerToRaw(ecdsaRawToDer(ES384_SIGNATURE), 32) == null, "P-384 as P-256");
}

export function negative_and_padded_numbers_are_refused(): void {
  isNone("3006 020181 020101", 32);
  isNone("3006 020101 0201ff", 32);
  isNone("3007 02020001 020101", 32);
  isNone("3007 020101 02020001", 32);
}

export function anything_but_two_numbers_in_a_sequence_is_refused(): void {
  const wrong = ["", "30", "3000", "3003 020101", "3009 020101 020101 020101", "3106 020101 020101", "3006 040101 020101", "308106 020101 020101", "3006 020101 020101 00", "3080 020101 020101 0000", "020101", "3007 020101 020101"];
  for (let i = 0; i < wrong.length; i++) isNone(wrong[i], 32);
  isTrue(ecdsaDerToRaw(ES256_SIGNATURE, 32) == null, "raw already");
  isTrue(ecdsaDerToRaw(concat(ecdsaRawToDer(ES256_SIGNATURE), new Uint8Array(1)), 32) == null, "a byte more");
}

export function no_truncated_signature_and_no_flipped_bit_traps(): void {
  const der = ecdsaRawToDer(ES256_SIGNATURE);
  for (let size = 0; size < der.length; size++) isTrue(ecdsaDerToRaw(der.slice(0, size), 32) == null, "cut to " + size.toString());
  for (let bit = 0; bit < der.length * 8; bit++) {
    const changed = der.slice();
    changed[bit >> 3] ^= <u8>(<i32>1 << (bit & 7));
    ecdsaDerToRaw(changed, 32);
  }
}

function gives(der: Uint8Array, width: i32, want: Uint8Array): void {
  const raw = ecdsaDerToRaw(der, width);
  equalBytes(raw == null ? new Uint8Array(0) : raw, want);
}

function isNone(der: string, width: i32): void { isTrue(ecdsaDerToRaw(unhex(der), width) == null, der); }
