import { EcPublicKey } from "../../../../assembly/crypto/elliptic/ecdsa";
import { ecdsaRawToDer } from "../../../../assembly/crypto/elliptic/ecdsa_der";
import { Curve, KeyFault } from "../../../../assembly/crypto/encoding/key";
import { ascii, concat, equal, equalInt, filled, hex, isFalse, isTrue, unhex } from "../../check";
import { ES256_DATA, ES256_SIGNATURE, ES384_SIGNATURE, ES512_DATA, ES512_SIGNATURE, flipped, P256_X, P256_Y, p256Key, P384_X, P384_Y, p384Key, P521_X, P521_Y, p521Key } from "../keys.as";

const ABC = ascii("abc");
const N256 = unhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
const P256 = unhex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
const P521 = concat(unhex("01"), filled(65, 0xff));
const R = ES256_SIGNATURE.slice(0, 32), S = ES256_SIGNATURE.slice(32);

export function rfc_7515_a_3_es256_verifies(): void { isTrue(p256Key().verify(ES256_DATA, ES256_SIGNATURE), "the signature"); }
export function es384_verifies(): void { isTrue(p384Key().verify(ABC, ES384_SIGNATURE), "the signature"); }
export function rfc_7515_a_4_es512_verifies(): void { isTrue(p521Key().verify(ES512_DATA, ES512_SIGNATURE), "the signature"); }
export function a_key_verifies_several_times(): void {
  const key = p256Key();
  for (let i = 0; i < 3; i++) {
    isTrue(key.verify(ES256_DATA, ES256_SIGNATURE), "the signature");
    isFalse(key.verify(ABC, ES256_SIGNATURE), "over other data");
  }
}

/** With the generator as key, u1·G and u2·Q begin with the same multiple, so a point is added to itself. OpenSSL accepts this signature. */
export function verifies_when_a_point_is_added_to_itself(): void {
  const x = unhex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"), y = unhex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
  const signature = unhex("205a4025c19f3d2c63b57636ae11a0b64f3c708fe09b64ceca222a00cccb2fc2b30fb59560378e9a7320586c48cd2a4b2932e600bb5f7dd54423bbe3727791c9");
  isTrue(EcPublicKey.of(Curve.P256, x, y).value.verify(ABC, signature), "the signature");
}

export function rejects_other_data(): void {
  isFalse(p256Key().verify(flipped(ES256_DATA, 0), ES256_SIGNATURE), "P-256");
  isFalse(p384Key().verify(ascii("abd"), ES384_SIGNATURE), "P-384");
  isFalse(p521Key().verify(new Uint8Array(0), ES512_SIGNATURE), "P-521");
}
export function rejects_flipped_bits(): void {
  for (let bit = 0; bit < 512; bit += 13) isFalse(p256Key().verify(ES256_DATA, flipped(ES256_SIGNATURE, bit)), "bit " + bit.toString());
}
export function duty_53_rejects_r_or_s_of_zero(): void {
  const zero = new Uint8Array(32);
  isFalse(p256Key().verify(ES256_DATA, concat(zero, S)), "r = 0");
  isFalse(p256Key().verify(ES256_DATA, concat(R, zero)), "s = 0");
  isFalse(p256Key().verify(ES256_DATA, concat(zero, zero)), "both: CVE-2022-21449");
  isFalse(p521Key().verify(ES512_DATA, new Uint8Array(132)), "both, P-521");
}
export function duty_53_rejects_r_or_s_not_below_n(): void {
  isFalse(p256Key().verify(ES256_DATA, concat(N256, S)), "r = n");
  isFalse(p256Key().verify(ES256_DATA, concat(R, N256)), "s = n");
  isFalse(p256Key().verify(ES256_DATA, concat(N256, N256)), "both n");
  isFalse(p256Key().verify(ES256_DATA, filled(64, 0xff)), "both the largest");
  isFalse(p521Key().verify(ES512_DATA, filled(132, 0xff)), "P-521");
}
export function rejects_r_and_s_in_the_wrong_order(): void { isFalse(p256Key().verify(ES256_DATA, concat(S, R)), "s, r"); }
export function duty_53_rejects_der(): void { isFalse(p256Key().verify(ES256_DATA, ecdsaRawToDer(ES256_SIGNATURE)), "DER"); }
export function duty_53_rejects_a_signature_of_another_width(): void {
  const zero = new Uint8Array(1), wrong = [new Uint8Array(0), R, ES256_SIGNATURE.slice(0, 63), concat(ES256_SIGNATURE, zero),
    concat(zero, ES256_SIGNATURE), concat(concat(zero, R), concat(zero, S)), ES384_SIGNATURE, ES512_SIGNATURE];
  for (let i = 0; i < wrong.length; i++) isFalse(p256Key().verify(ES256_DATA, wrong[i]), wrong[i].length.toString() + " bytes");
}
export function rejects_a_signature_by_another_key(): void {
  isFalse(EcPublicKey.of(Curve.P256, P256_X, negated(P256_Y)).value.verify(ES256_DATA, ES256_SIGNATURE), "the opposite point");
}

export function refuses_coordinates_of_another_width(): void {
  refuses(Curve.P256, P256_X.slice(1), P256_Y, KeyFault.EcCoordinateSize, "x");
  refuses(Curve.P256, P256_X, P256_Y.slice(0, 31), KeyFault.EcCoordinateSize, "y");
  refuses(Curve.P256, concat(new Uint8Array(1), P256_X), P256_Y, KeyFault.EcCoordinateSize, "x");
  refuses(Curve.P256, new Uint8Array(0), new Uint8Array(0), KeyFault.EcCoordinateSize, "x");
  refuses(Curve.P521, P521_X, P521_Y.slice(1), KeyFault.EcCoordinateSize, "y"); // its first octet is zero and must still be present
}
export function refuses_the_coordinates_of_another_curve(): void {
  refuses(Curve.P384, P256_X, P256_Y, KeyFault.EcCoordinateSize, "x");
  refuses(Curve.P256, P384_X, P384_Y, KeyFault.EcCoordinateSize, "x");
}
export function refuses_a_coordinate_not_below_p(): void {
  refuses(Curve.P256, P256, P256_Y, KeyFault.EcCoordinateTooLarge, "x");
  refuses(Curve.P256, P256_X, P256, KeyFault.EcCoordinateTooLarge, "y");
  refuses(Curve.P256, filled(32, 0xff), P256_Y, KeyFault.EcCoordinateTooLarge, "x");
  refuses(Curve.P521, P521, P521_Y, KeyFault.EcCoordinateTooLarge, "x");
  refuses(Curve.P521, P521_X, filled(66, 0xff), KeyFault.EcCoordinateTooLarge, "y");
}
export function refuses_a_point_that_is_not_on_the_curve(): void {
  for (let bit = 0; bit < 256; bit += 17) refuses(Curve.P256, flipped(P256_X, bit), P256_Y, KeyFault.EcNotOnCurve, "y");
  refuses(Curve.P384, P384_X, P384_X, KeyFault.EcNotOnCurve, "y");
  refuses(Curve.P521, P521_X, flipped(P521_Y, 65 * 8), KeyFault.EcNotOnCurve, "y");
}
export function refuses_zeros_which_some_libraries_read_as_infinity(): void {
  refuses(Curve.P256, new Uint8Array(32), new Uint8Array(32), KeyFault.EcNotOnCurve, "y");
}
export function refuses_a_key_without_a_curve(): void { refuses(Curve.None, P256_X, P256_Y, KeyFault.Curve, "crv"); }

export function der_integers_are_minimal_and_never_negative(): void {
  equal(hex(ecdsaRawToDer(unhex("00010080"))), "300702010102020080");
  equal(hex(ecdsaRawToDer(unhex("00007fff"))), "300702010002027fff");
  equal(hex(ecdsaRawToDer(unhex("80000000"))), "30080203008000020100");
}
export function der_of_a_wide_signature_has_a_long_length(): void {
  equal(hex(ecdsaRawToDer(filled(132, 0xff)).slice(0, 7)), "30818a024300ff");
}
export function the_der_of_an_empty_signature_does_not_trap(): void { equal(hex(ecdsaRawToDer(new Uint8Array(0))), "3006020100020100"); }

function negated(y: Uint8Array): Uint8Array {
  const out = P256.slice();
  let borrow = 0;
  for (let i = 31; i >= 0; i--) {
    const t = <i32>P256[i] - <i32>y[i] - borrow;
    out[i] = <u8>t;
    borrow = t < 0 ? 1 : 0;
  }
  return out;
}

function refuses(curve: Curve, x: Uint8Array, y: Uint8Array, want: KeyFault, at: string): void {
  const fault = EcPublicKey.of(curve, x, y).fault;
  if (fault == null) { isTrue(false, "refused"); return; }
  equalInt(fault.code, want);
  equal(fault.at, at);
}
