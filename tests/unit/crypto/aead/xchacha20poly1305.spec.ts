import { hChaCha20 } from "../../../../assembly/crypto/aead/chacha20";
import { AeadFault, open, seal } from "../../../../assembly/crypto/aead/xchacha20poly1305";
import { Fault } from "../../../../assembly/result";
import { ascii, equal, equalBytes, equalInt, filled, hex, isTrue, unhex } from "../../check";

const KEY = unhex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
const NONCE = unhex("404142434445464748494a4b4c4d4e4f5051525354555657");
const AAD = unhex("50515253c0c1c2c3c4c5c6c7");
const PLAIN = ascii("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.");
const SEALED = unhex("bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49");

export function draft_xchacha_2_2_1_hchacha20(): void {
  const key = unhex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  equal(hex(hChaCha20(key, unhex("000000090000004a0000000031415927"))), "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc");
}
export function draft_xchacha_a_3_1_seals(): void { equalBytes(seal(KEY, NONCE, AAD, PLAIN).value, SEALED); }
export function draft_xchacha_a_3_1_opens(): void { equalBytes(open(KEY, NONCE, AAD, SEALED).value, PLAIN); }

export function every_length_is_sealed_and_opened(): void {
  for (let size = 0; size <= 200; size++) {
    const plain = filled(size, <u8>size), sealed = seal(KEY, NONCE, filled(size >> 1, 1), plain).value;
    equalInt(sealed.length, size + 16);
    equalBytes(open(KEY, NONCE, filled(size >> 1, 1), sealed).value, plain);
  }
}
export function any_flipped_bit_is_refused(): void {
  for (let bit = 0; bit < SEALED.length * 8; bit++) refuses(KEY, NONCE, AAD, flipped(SEALED, bit), AeadFault.NotAuthentic);
}
export function another_key_is_refused(): void {
  for (let bit = 0; bit < 256; bit++) refuses(flipped(KEY, bit), NONCE, AAD, SEALED, AeadFault.NotAuthentic);
}
export function another_nonce_is_refused(): void {
  for (let bit = 0; bit < 192; bit++) refuses(KEY, flipped(NONCE, bit), AAD, SEALED, AeadFault.NotAuthentic);
}
export function other_associated_data_is_refused(): void {
  for (let bit = 0; bit < 96; bit++) refuses(KEY, NONCE, flipped(AAD, bit), SEALED, AeadFault.NotAuthentic);
  refuses(KEY, NONCE, new Uint8Array(0), SEALED, AeadFault.NotAuthentic);
  refuses(KEY, NONCE, unhex("50515253c0c1c2c3c4c5c6c700"), SEALED, AeadFault.NotAuthentic);
}
export function a_byte_cannot_move_between_associated_data_and_text(): void {
  const sealed = seal(KEY, NONCE, ascii("ab"), ascii("c")).value;
  refuses(KEY, NONCE, ascii("a"), sealed, AeadFault.NotAuthentic);
  refuses(KEY, NONCE, ascii("abc"), sealed, AeadFault.NotAuthentic);
}
export function a_truncated_text_is_refused(): void {
  for (let size = 0; size < SEALED.length; size++) refuses(KEY, NONCE, AAD, SEALED.slice(0, size), AeadFault.NotAuthentic);
}
export function an_extended_text_is_refused(): void {
  const longer = new Uint8Array(SEALED.length + 1);
  longer.set(SEALED);
  refuses(KEY, NONCE, AAD, longer, AeadFault.NotAuthentic);
}
export function a_key_of_another_size_is_refused(): void {
  for (let size = 0; size < 65; size++) if (size != 32) refuses(filled(size, 1), NONCE, AAD, SEALED, AeadFault.BadKey);
  equalInt(codeOf(seal(filled(31, 1), NONCE, AAD, PLAIN).fault), AeadFault.BadKey);
}
export function a_nonce_of_another_size_is_refused(): void {
  for (let size = 0; size < 65; size++) if (size != 24) refuses(KEY, filled(size, 1), AAD, SEALED, AeadFault.BadNonce);
  equalInt(codeOf(seal(KEY, filled(12, 1), AAD, PLAIN).fault), AeadFault.BadNonce);
}
export function inputs_are_not_changed(): void {
  const sealed = SEALED.slice(), key = KEY.slice();
  open(key, NONCE, AAD, sealed);
  equalBytes(sealed, SEALED);
  equalBytes(key, KEY);
}

function codeOf(fault: Fault | null): i32 { return fault == null ? 0 : fault.code; }

function flipped(bytes: Uint8Array, bit: i32): Uint8Array {
  const out = bytes.slice();
  out[bit >> 3] ^= <u8>(<i32>1 << (bit & 7));
  return out;
}

function refuses(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array, want: AeadFault): void {
  const fault = open(key, nonce, aad, sealed).fault;
  isTrue(fault != null && fault.code == want, "refused");
}
