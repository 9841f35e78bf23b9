import { ChaCha20 } from "../../../../assembly/crypto/aead/chacha20";
import { same } from "../../../../assembly/bytes/bytes";
import { ascii, equal, filled, hex, isTrue, unhex } from "../../check";

const KEY = unhex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
const NONCE = unhex("000000000000004a00000000");

/** The example's counter begins at 1, so block 0 is consumed first. */
export function rfc_8439_2_4_2(): void {
  const stream = new ChaCha20(KEY, NONCE), out = new Uint8Array(114);
  stream.xor(filled(64, 0), new Uint8Array(64));
  stream.xor(ascii("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."), out);
  equal(hex(out), "6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0bf91b65c5524733ab8f593dabcd62b3571639d624e65152ab8f530c359f0861d807ca0dbf500d6a6156a38e088a22b65e52bc514d16ccf806818ce91ab77937365af90bbf74a35be6b40b8eedf2785e42874d");
}

export function four_blocks_at_once_equal_single_blocks(): void {
  const zeros = filled(1400, 0), single = new Uint8Array(1400), blocks = new ChaCha20(KEY, NONCE);
  for (let at = 0; at < zeros.length; at += 64) blocks.xor(zeros.subarray(at, min(at + 64, zeros.length)), single.subarray(at));
  for (let size = 0; size <= zeros.length; size++) {
    const out = new Uint8Array(size);
    new ChaCha20(KEY, NONCE).xor(zeros.subarray(0, size), out);
    isTrue(same(out, single.subarray(0, size)), size.toString());
  }
}

export function a_text_that_ends_within_a_block_consumes_the_whole_block(): void {
  const zeros = filled(1024, 0), stream = new Uint8Array(1024);
  new ChaCha20(KEY, NONCE).xor(zeros, stream);
  for (let size = 1; size < 700; size++) {
    const two = new ChaCha20(KEY, NONCE), out = new Uint8Array(64), next = (size + 63) / 64 * 64;
    two.xor(zeros.subarray(0, size), new Uint8Array(size));
    two.xor(zeros.subarray(0, 64), out);
    isTrue(same(out, stream.subarray(next, next + 64)), size.toString());
  }
}

export function a_text_can_be_encrypted_in_place(): void {
  for (let size = 0; size < 600; size++) {
    const text = filled(size, 0x61), out = new Uint8Array(size);
    new ChaCha20(KEY, NONCE).xor(text, out);
    new ChaCha20(KEY, NONCE).xor(text, text);
    isTrue(same(text, out), size.toString());
  }
}

export function nothing_after_the_text_is_written(): void {
  for (let size = 0; size < 300; size++) {
    const out = filled(size + 32, 5);
    new ChaCha20(KEY, NONCE).xor(filled(size, 1), out.subarray(0, size));
    isTrue(same(out.subarray(size), filled(32, 5)), size.toString());
  }
}
