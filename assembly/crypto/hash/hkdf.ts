/** Owns HKDF with SHA-256 (RFC 5869). */
import { Result } from "../../result";
import { Hash, hashSize } from "./hash";
import { hmac } from "./hmac";

export const enum HkdfFault { TooLong = 1 }

const SIZE = hashSize(Hash.Sha256);

/** An empty salt is equivalent to one of zeros (§2.2), because HMAC pads its key with zeros. */
export function extract(salt: Uint8Array, secret: Uint8Array): Uint8Array {
  return hmac(Hash.Sha256, salt, secret);
}

/** Fails for more than 255 blocks: the counter of §2.3 is one byte. */
export function expand(key: Uint8Array, info: Uint8Array, length: i32): Result<Uint8Array> {
  if (length < 0 || length > 255 * SIZE) return Result.fail<Uint8Array>(HkdfFault.TooLong, length.toString());
  const out = new Uint8Array(length);
  const input = new Uint8Array(SIZE + info.length + 1);
  input.set(info, SIZE);
  for (let at = 0, count = 1; at < length; at += SIZE, count++) {
    input[input.length - 1] = <u8>count;
    const block = hmac(Hash.Sha256, key, at == 0 ? input.subarray(SIZE) : input);
    input.set(block);
    out.set(block.subarray(0, min(SIZE, length - at)), at);
  }
  return Result.of<Uint8Array>(out);
}
