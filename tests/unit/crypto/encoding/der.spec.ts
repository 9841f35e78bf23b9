import { DerReader, Tag } from "../../../../assembly/crypto/encoding/der";
import { KeyFault, PublicKey } from "../../../../assembly/crypto/encoding/key";
import { readCertificate, readPkcs1, readSpki } from "../../../../assembly/crypto/keys/public_key";
import { Result } from "../../../../assembly/result";
import { concat, equal, equalBytes, equalInt, filled, hex, isFalse, isTrue, unhex } from "../../check";
import { edKey, p256Key, p384Key, p521Key, rsaKey, RSA_N } from "../keys.as";

const EC_HEAD = "3059301306072a8648ce3d020106082a8648ce3d030107034200";

export function every_key_is_read_and_written_without_change(): void {
  const keys: PublicKey[] = [rsaKey(), p256Key(), p384Key(), p521Key(), edKey()];
  for (let i = 0; i < keys.length; i++) equalBytes(readSpki(keys[i].spki()).value.spki(), keys[i].spki());
}
export function the_ec_spki_has_the_form_that_openssl_writes(): void { equal(hex(p256Key().spki()).slice(0, 52), EC_HEAD); }

export function truncated_keys_are_refused(): void {
  const keys: PublicKey[] = [rsaKey(), p256Key(), p384Key(), p521Key(), edKey()];
  for (let i = 0; i < keys.length; i++) {
    const der = keys[i].spki();
    for (let size = 0; size < der.length; size++) isTrue(readSpki(der.slice(0, size)).failed, "cut to " + size.toString());
  }
}
export function bytes_after_a_key_are_refused(): void {
  refuses(readSpki(concat(edKey().spki(), new Uint8Array(1))), KeyFault.Der, "SubjectPublicKeyInfo");
  refuses(readPkcs1(concat(pkcs1(), new Uint8Array(1))), KeyFault.Der, "RSAPublicKey");
}
export function no_changed_byte_traps(): void {
  const keys: PublicKey[] = [rsaKey(), p256Key(), edKey()];
  for (let i = 0; i < keys.length; i++) {
    const der = keys[i].spki();
    for (let at = 0; at < min(der.length, 60); at++) {
      for (let value = 0; value < 256; value++) {
        const changed = der.slice();
        changed[at] = <u8>value;
        readSpki(changed);
        readPkcs1(changed);
        readCertificate(changed);
      }
    }
  }
}
export function an_ec_key_without_a_named_curve_is_refused(): void {
  refuses(spki("06072a8648ce3d0201", "0400"), KeyFault.Curve, "parameters");                    // no parameters
  refuses(spki("06072a8648ce3d02010500", "0400"), KeyFault.Curve, "parameters");                // NULL
  refuses(spki("06072a8648ce3d02013000", "0400"), KeyFault.Curve, "parameters");                // explicit parameters
  refuses(spki("06072a8648ce3d020106052b8104000a", "0400"), KeyFault.Curve, "parameters");      // secp256k1
  refuses(spki("06072a8648ce3d020106082a8648ce3d0301070500", "0400"), KeyFault.Curve, "parameters"); // a second element
}
export function a_point_that_is_not_uncompressed_is_refused(): void {
  const p256 = "06072a8648ce3d020106082a8648ce3d030107";
  refuses(spki(p256, "02" + "11".repeat(32)), KeyFault.PointFormat, "subjectPublicKey");
  refuses(spki(p256, "06" + "11".repeat(64)), KeyFault.PointFormat, "subjectPublicKey");
  refuses(spki(p256, "00"), KeyFault.PointFormat, "subjectPublicKey");
  refuses(spki(p256, ""), KeyFault.PointFormat, "subjectPublicKey");
  refuses(spki(p256, "04" + "11".repeat(63)), KeyFault.EcCoordinateSize, "subjectPublicKey");
  refuses(spki(p256, "04" + "11".repeat(64)), KeyFault.EcNotOnCurve, "y");
}
export function rsa_parameters_must_be_null(): void {
  const rsa = "06092a864886f70d010101";
  refuses(spki(rsa, "00"), KeyFault.AlgorithmParameters, "parameters");
  refuses(spki(rsa + "050100", "00"), KeyFault.AlgorithmParameters, "parameters");
  refuses(spki(rsa + "05000500", "00"), KeyFault.AlgorithmParameters, "parameters");
  refuses(spki(rsa + "0500", "00"), KeyFault.Der, "RSAPublicKey");
}
export function ed25519_parameters_must_be_absent(): void {
  refuses(spki("06032b65700500", hex(filled(32, 9))), KeyFault.AlgorithmParameters, "parameters");
}
export function keys_of_other_algorithms_are_refused(): void {
  refuses(spki("06092a864886f70d01010a", "00"), KeyFault.Algorithm, "algorithm");  // id-RSASSA-PSS
  refuses(spki("06032b6571", "00"), KeyFault.Algorithm, "algorithm");              // id-Ed448
  refuses(spki("06032b656e", "00"), KeyFault.Algorithm, "algorithm");              // id-X25519
  refuses(spki("0600", "00"), KeyFault.Algorithm, "algorithm");
}
export function a_small_rsa_key_has_its_own_fault(): void {
  const small = value(0x30, concat(value(0x02, filled(100, 0x7f)), unhex("0203010001")));
  refuses(readPkcs1(small), KeyFault.RsaModulusTooSmall, "799");
}
export function rsa_integers_must_be_positive_and_minimal(): void {
  const e = unhex("0203010001"), zero = new Uint8Array(1);
  refuses(readPkcs1(value(0x30, concat(value(0x02, RSA_N), e))), KeyFault.Der, "modulus");                              // negative
  refuses(readPkcs1(value(0x30, concat(value(0x02, concat(zero, concat(zero, RSA_N))), e))), KeyFault.Der, "modulus");  // two zeros
  refuses(readPkcs1(value(0x30, concat(value(0x02, concat(zero, RSA_N)), unhex("020400010001")))), KeyFault.Der, "publicExponent");
  refuses(readPkcs1(value(0x30, value(0x02, concat(zero, RSA_N)))), KeyFault.Der, "publicExponent");
  refuses(readPkcs1(value(0x30, concat(value(0x02, concat(zero, RSA_N)), concat(e, e)))), KeyFault.Der, "publicExponent");
  isFalse(readPkcs1(pkcs1()).failed, "the right one is refused");
}

export function lengths_must_be_definite_and_minimal(): void {
  const wrong = ["0280", "02800000", "02810100", "02817f" + "00".repeat(127), "02820001ff", "028400000001ff", "02ff", "0283", "028301", "0283ffffff", "02", "", "0205ff"];
  for (let i = 0; i < wrong.length; i++) isTrue(new DerReader(unhex(wrong[i])).take(Tag.Integer) == null, wrong[i]);
}
export function long_lengths_are_read(): void {
  const sizes = [0, 1, 127, 128, 255, 256, 65535, 65536];
  for (let i = 0; i < sizes.length; i++) {
    const inside = new DerReader(value(0x02, filled(sizes[i], 1))).take(Tag.Integer);
    if (inside == null) { isTrue(false, "read"); return; }
    equalInt(inside.length, sizes[i]);
  }
}
export function a_value_with_another_tag_is_not_consumed(): void {
  const reader = new DerReader(unhex("0500"));
  isTrue(reader.take(Tag.Integer) == null, "not an integer");
  isFalse(reader.done, "done");
  isTrue(reader.take(Tag.Null) != null, "NULL is still there");
  isTrue(reader.done, "done");
  isTrue(reader.take(Tag.Null) == null, "and then no more");
}
export function bit_strings_must_be_whole_bytes(): void {
  isTrue(new DerReader(unhex("0300")).bits() == null, "no count of unused bits");
  isTrue(new DerReader(unhex("03020780")).bits() == null, "seven unused bits");
  isTrue(new DerReader(unhex("0302ff80")).bits() == null, "255 unused bits");
  isTrue(new DerReader(unhex("030100")).bits() != null, "an empty one");
}

function pkcs1(): Uint8Array { return value(0x30, concat(value(0x02, concat(new Uint8Array(1), RSA_N)), unhex("0203010001"))); }

function spki(algorithm: string, key: string): Result<PublicKey> {
  return readSpki(value(0x30, concat(value(0x30, unhex(algorithm)), value(0x03, unhex("00" + key)))));
}

function value(tag: u8, contents: Uint8Array): Uint8Array {
  const n = contents.length;
  const head = n < 128 ? [tag, <u8>n] : n < 256 ? [tag, 0x81, <u8>n] : n < 65536 ? [tag, 0x82, <u8>(n >> 8), <u8>n] : [tag, 0x83, <u8>(n >> 16), <u8>(n >> 8), <u8>n];
  const out = new Uint8Array(head.length + n);
  for (let i = 0; i < head.length; i++) out[i] = head[i];
  out.set(contents, head.length);
  return out;
}

function refuses(result: Result<PublicKey>, want: KeyFault, at: string): void {
  const fault = result.fault;
  if (fault == null) { isTrue(false, "refused"); return; }
  equalInt(fault.code, want);
  equal(fault.at, at);
}
