import { Ed25519PublicKey } from "../../../../assembly/crypto/edwards/ed25519";
import { KeyFault } from "../../../../assembly/crypto/encoding/key";
import { ascii, concat, equal, equalInt, filled, hex, isFalse, isTrue, unhex } from "../../check";
import { ED_SIGNATURE, ED_X, edKey, flipped } from "../keys.as";

const DATA = unhex("72");
const R = ED_SIGNATURE.slice(0, 32), S = ED_SIGNATURE.slice(32);
/** Little-endian. */
const L = unhex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
const P = unhex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");

export function rfc_8032_7_1_test_1(): void {
  verifies("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
}
export function rfc_8032_7_1_test_2(): void { verifies(hex(ED_X), "72", hex(ED_SIGNATURE)); }
export function rfc_8032_7_1_test_3(): void {
  verifies("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
}
export function a_key_verifies_several_times(): void {
  const key = edKey();
  for (let i = 0; i < 20; i++) { // first without its large table, later with it
    isTrue(key.verify(DATA, ED_SIGNATURE), "the signature");
    isFalse(key.verify(ascii("s"), ED_SIGNATURE), "over other data");
  }
}

export function rejects_other_data(): void { isFalse(edKey().verify(unhex("73"), ED_SIGNATURE) || edKey().verify(new Uint8Array(0), ED_SIGNATURE), "other data"); }
export function rejects_flipped_bits(): void {
  for (let bit = 0; bit < 512; bit += 11) isFalse(edKey().verify(DATA, flipped(ED_SIGNATURE, bit)), "bit " + bit.toString());
}
export function duty_53_rejects_s_not_below_l(): void {
  isFalse(edKey().verify(DATA, concat(R, sum(S, L))), "S + L: the same signature in another spelling");
  isFalse(edKey().verify(DATA, concat(R, L)), "L");
  isFalse(edKey().verify(DATA, concat(R, filled(32, 0xff))), "the largest");
}
export function rejects_r_and_s_of_zeros(): void { isFalse(edKey().verify(DATA, new Uint8Array(64)), "R and S of zeros"); }
export function rejects_an_r_that_is_not_a_point(): void { isFalse(edKey().verify(DATA, concat(filled(32, 0xff), S)), "R"); }
export function duty_53_rejects_a_signature_of_another_length(): void {
  const zero = new Uint8Array(1), wrong = [new Uint8Array(0), R, ED_SIGNATURE.slice(0, 63), concat(ED_SIGNATURE, zero), concat(zero, ED_SIGNATURE), new Uint8Array(114)];
  for (let i = 0; i < wrong.length; i++) isFalse(edKey().verify(DATA, wrong[i]), wrong[i].length.toString() + " bytes");
}
export function rejects_the_signature_of_another_key(): void {
  const other = Ed25519PublicKey.of(unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")).value;
  isFalse(other.verify(DATA, ED_SIGNATURE), "another key");
}

export function refuses_a_key_of_another_length(): void {
  refuses(new Uint8Array(0), KeyFault.EdSize, "0");
  refuses(ED_X.slice(0, 31), KeyFault.EdSize, "31");
  refuses(concat(ED_X, new Uint8Array(1)), KeyFault.EdSize, "33");
  refuses(filled(57, 1), KeyFault.EdSize, "57"); // an Ed448 key
}
export function refuses_a_y_that_no_point_has(): void {
  refuses(unhex("0200000000000000000000000000000000000000000000000000000000000000"), KeyFault.EdNotAPoint, "x");
}
export function refuses_a_y_that_is_not_below_p(): void {
  for (let i = 0; i < 19; i++) {
    const y = P.slice();
    y[0] += <u8>i;
    refuses(y, KeyFault.EdNotAPoint, "x");
    y[31] |= 0x80;
    refuses(y, KeyFault.EdNotAPoint, "x");
  }
}
export function refuses_a_negative_zero(): void {
  refuses(unhex("0100000000000000000000000000000000000000000000000000000000000080"), KeyFault.EdNotAPoint, "x");
  refuses(unhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"), KeyFault.EdNotAPoint, "x");
}
export function refuses_the_points_of_small_order(): void {
  const small = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  ];
  for (let i = 0; i < small.length; i++) refuses(unhex(small[i]), KeyFault.EdSmallOrder, "x");
}
export function the_spki_has_the_form_of_rfc_8410(): void { equal(hex(edKey().spki()), "302a300506032b6570032100" + hex(ED_X)); }

function verifies(x: string, data: string, signature: string): void {
  isTrue(Ed25519PublicKey.of(unhex(x)).value.verify(unhex(data), unhex(signature)), "the signature");
}

function refuses(x: Uint8Array, want: KeyFault, at: string): void {
  const fault = Ed25519PublicKey.of(x).fault;
  if (fault == null) { isTrue(false, "refused " + hex(x)); return; }
  equalInt(fault.code, want);
  equal(fault.at, at);
}

function sum(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(32);
  let carry: u32 = 0;
  for (let i = 0; i < 32; i++) {
    carry += <u32>a[i] + b[i];
    out[i] = <u8>carry;
    carry >>= 8;
  }
  return out;
}
