// Every Wycheproof vector for HKDF with SHA-256 and for XChaCha20-Poly1305. hmac.test.ts has the vectors for HMAC.
import { bytes, Primitives } from "./primitives";
import { everyVector, type Group, type Vector } from "./wycheproof";

interface Derivation extends Vector { ikm: string; salt: string; info: string; size: number; okm: string }
interface Sealed extends Vector { key: string; iv: string; aad: string; msg: string; ct: string; tag: string }

const own = new Primitives();

// `invalid` vectors request more than 255 blocks.
everyVector<Derivation, Group<Derivation>>("hkdf_sha256", ({ ikm, salt, info, size, okm }) =>
  own.derive(bytes(salt), bytes(ikm), bytes(info), size)?.equals(bytes(okm)) ?? false);

// Sealing a valid vector must give the same bytes. `invalid` vectors have a wrong tag or a nonce that is not 24 bytes.
everyVector<Sealed, Group<Sealed>>("xchacha20_poly1305", ({ key, iv, aad, msg, ct, tag, result }) => {
  const sealed = bytes(ct + tag), plain = bytes(msg);
  if (result === "valid" && !own.seal(bytes(key), bytes(iv), bytes(aad), plain)?.equals(sealed)) throw new Error("sealing gives something else");
  return own.open(bytes(key), bytes(iv), bytes(aad), sealed)?.equals(plain) ?? false;
});
