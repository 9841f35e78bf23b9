// Every Wycheproof vector for what has a secret key: HMAC, HKDF and the AEAD.
import { createHmac } from "node:crypto";
import { bytes, Primitives, SCHEME } from "./primitives";
import { everyVector, present, sayIfAbsent, type Group, type Vector } from "./wycheproof";

sayIfAbsent();

interface Mac extends Vector { key: string; msg: string; tag: string }
interface MacGroup extends Group<Mac> { tagSize: number }
interface Derivation extends Vector { ikm: string; salt: string; info: string; size: number; okm: string }
interface Sealed extends Vector { key: string; iv: string; aad: string; msg: string; ct: string; tag: string }

if (present) {
  const own = new Primitives();

  [256, 384, 512].forEach((bits, hash) => {
    // JOSE never cuts a MAC (RFC 7518 §3.2), and `verify` takes whole ones only. Half of the vectors have cut ones: each of those is
    // verified with the rest that is missing, taken from Node's own HMAC, and must be refused without it whatever the file says.
    everyVector<Mac, MacGroup>(`hmac_sha${bits}`, ({ key, msg, tag, comment }, { tagSize }) => {
      own.useSecret(bytes(key));
      const stated = bytes(tag), verifies = (mac: Buffer) => own.verifies(SCHEME.hmac, hash, bytes(msg), mac);
      if (tagSize === bits) return verifies(stated);
      if (verifies(stated)) throw new Error(`a cut MAC was accepted: ${comment}`);
      return verifies(Buffer.concat([stated, hmac(bits, key, msg).subarray(stated.length)]));
    });
  });

  // `invalid` are those that ask for more than 255 blocks.
  everyVector<Derivation, Group<Derivation>>("hkdf_sha256", ({ ikm, salt, info, size, okm }) =>
    own.derive(bytes(salt), bytes(ikm), bytes(info), size)?.equals(bytes(okm)) ?? false);

  // What opens must also be what sealing makes; `invalid` are wrong tags and nonces that are not 24 bytes.
  everyVector<Sealed, Group<Sealed>>("xchacha20_poly1305", ({ key, iv, aad, msg, ct, tag, result }) => {
    const sealed = bytes(ct + tag), plain = bytes(msg);
    if (result === "valid" && !own.seal(bytes(key), bytes(iv), bytes(aad), plain)?.equals(sealed)) throw new Error("sealing gives something else");
    return own.open(bytes(key), bytes(iv), bytes(aad), sealed)?.equals(plain) ?? false;
  });
}

function hmac(bits: number, key: string, msg: string): Buffer {
  return createHmac(`sha${bits}`, bytes(key)).update(bytes(msg)).digest();
}
