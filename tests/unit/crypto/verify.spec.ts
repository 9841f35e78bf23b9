import { sameBytes } from "../../../assembly/crypto/arithmetic/equal";
import { Hash } from "../../../assembly/crypto/hash/hash";
import { hmac } from "../../../assembly/crypto/hash/hmac";
import { Key, SecretKey } from "../../../assembly/crypto/encoding/key";
import { NativeVerifier, setNativeVerifier } from "../../../assembly/crypto/arithmetic/native";
import { Scheme, verify } from "../../../assembly/crypto/verify";
import { ascii, concat, equal, filled, hex, isFalse, isTrue, unhex } from "../check";
import { ED_SIGNATURE, edKey, ES256_DATA, ES256_SIGNATURE, ES384_SIGNATURE, ES512_DATA, ES512_SIGNATURE, p256Key, p384Key, p521Key, PS256_SIGNATURE, RS256_DATA, RS256_SIGNATURE, RS384_SIGNATURE, rsaKey } from "./keys.as";

const ABC = ascii("abc");
const SECRET = new SecretKey(ascii("0123456789abcdef0123456789abcdef"));

export function each_scheme_verifies_with_its_own_key(): void {
  isTrue(verify(Scheme.RsaPkcs1, Hash.Sha256, rsaKey(), RS256_DATA, RS256_SIGNATURE), "RS256");
  isTrue(verify(Scheme.RsaPss, Hash.Sha256, rsaKey(), ABC, PS256_SIGNATURE), "PS256");
  isTrue(verify(Scheme.Ecdsa, Hash.Sha256, p256Key(), ES256_DATA, ES256_SIGNATURE), "ES256");
  isTrue(verify(Scheme.Ecdsa, Hash.Sha384, p384Key(), ABC, ES384_SIGNATURE), "ES384");
  isTrue(verify(Scheme.Ecdsa, Hash.Sha512, p521Key(), ES512_DATA, ES512_SIGNATURE), "ES512");
  isTrue(verify(Scheme.EdDsa, Hash.Sha512, edKey(), unhex("72"), ED_SIGNATURE), "EdDSA");
  isTrue(verify(Scheme.Hmac, Hash.Sha256, SECRET, ABC, hmac(Hash.Sha256, SECRET.bytes, ABC)), "HS256");
}

export function no_scheme_accepts_a_key_of_another_kind(): void {
  const keys: Key[] = [rsaKey(), p256Key(), edKey(), SECRET];
  const signatures = [RS256_SIGNATURE, ES256_SIGNATURE, ED_SIGNATURE, hmac(Hash.Sha256, SECRET.bytes, RS256_DATA)];
  const kindOf = [0, 0, 1, 2, 3]; // the key's index for each scheme
  for (let scheme = 0; scheme <= <i32>Scheme.Hmac; scheme++) {
    for (let k = 0; k < keys.length; k++) {
      if (k == kindOf[scheme]) continue;
      for (let s = 0; s < signatures.length; s++) {
        isFalse(verify(<Scheme>scheme, Hash.Sha256, keys[k], RS256_DATA, signatures[s]), `scheme ${scheme}, key ${k}, signature ${s}`);
      }
    }
  }
}
export function duty_44_a_public_key_is_never_an_hmac_secret(): void {
  const key = rsaKey();
  isFalse(verify(Scheme.Hmac, Hash.Sha256, key, ABC, hmac(Hash.Sha256, key.spki(), ABC)), "RS256 key as HS256 secret (RFC 8725 §2.1)");
}
export function a_scheme_that_does_not_exist_verifies_nothing(): void {
  isFalse(verify(<Scheme>5, Hash.Sha256, rsaKey(), RS256_DATA, RS256_SIGNATURE), "scheme 5");
  isFalse(verify(<Scheme>-1, Hash.Sha256, rsaKey(), RS256_DATA, RS256_SIGNATURE), "scheme -1");
}
export function a_curve_is_refused_with_another_hash_than_its_own(): void {
  isFalse(verify(Scheme.Ecdsa, Hash.Sha384, p256Key(), ES256_DATA, ES256_SIGNATURE), "P-256 with SHA-384");
  isFalse(verify(Scheme.Ecdsa, Hash.Sha512, p256Key(), ES256_DATA, ES256_SIGNATURE), "P-256 with SHA-512");
  isFalse(verify(Scheme.Ecdsa, Hash.Sha256, p384Key(), ABC, ES384_SIGNATURE), "P-384 with SHA-256");
  isFalse(verify(Scheme.Ecdsa, Hash.Sha256, p521Key(), ES512_DATA, ES512_SIGNATURE), "P-521 with SHA-256");
}
export function a_truncated_extended_or_other_mac_is_refused(): void {
  const mac = hmac(Hash.Sha256, SECRET.bytes, ABC);
  for (let size = 0; size < 32; size++) isFalse(verify(Scheme.Hmac, Hash.Sha256, SECRET, ABC, mac.slice(0, size)), "cut to " + size.toString());
  isFalse(verify(Scheme.Hmac, Hash.Sha256, SECRET, ABC, concat(mac, new Uint8Array(1))), "one byte more");
  isFalse(verify(Scheme.Hmac, Hash.Sha512, SECRET, ABC, mac), "as HS512");
  isFalse(verify(Scheme.Hmac, Hash.Sha256, new SecretKey(ascii("another")), ABC, mac), "with another secret");
}

export function duty_69_equality_depends_on_every_byte_and_on_the_length(): void {
  const a = filled(40, 7);
  isTrue(sameBytes(a, a.slice()), "the same");
  isTrue(sameBytes(new Uint8Array(0), new Uint8Array(0)), "two empty inputs");
  for (let i = 0; i < 40; i++) {
    const b = a.slice();
    b[i] ^= 0x80;
    isFalse(sameBytes(a, b), "byte " + i.toString());
  }
  isFalse(sameBytes(a, a.slice(0, 39)), "shorter");
  isFalse(sameBytes(a.slice(0, 39), a), "longer");
}

/** A native verifier that returns the given answer and records its arguments. */
class Recorder extends NativeVerifier {
  asked: i32 = 0;
  hash: string = "";
  spki: Uint8Array = new Uint8Array(0);
  signature: Uint8Array = new Uint8Array(0);
  data: Uint8Array = new Uint8Array(0);
  constructor(private readonly answer: bool) { super(); }
  verify(hash: string, spki: Uint8Array, signature: Uint8Array, data: Uint8Array): bool {
    this.asked++;
    this.hash = hash;
    this.spki = spki;
    this.signature = signature;
    this.data = data;
    return this.answer;
  }
}

export function envoy_gets_rsa_signatures_unchanged(): void {
  const host = new Recorder(true);
  setNativeVerifier(host);
  const key = rsaKey();
  isTrue(key.verifyPkcs1(Hash.Sha384, ABC, RS384_SIGNATURE), "the verdict of the native verifier");
  equal(host.hash, "sha384");
  equal(hex(host.spki), hex(key.spki()));
  equal(hex(host.signature), hex(RS384_SIGNATURE));
  equal(hex(host.data), hex(ABC));
}
export function envoy_gets_ecdsa_signatures_as_der(): void {
  const host = new Recorder(true);
  setNativeVerifier(host);
  isTrue(p256Key().verify(ES256_DATA, ES256_SIGNATURE), "the verdict of the native verifier");
  equal(host.hash, "sha256");
  equal(hex(host.spki), hex(p256Key().spki()));
  equal(hex(host.signature), "304502200ed1215379636c483c2f7f155807d402a3b228033af97c7e17819ac3169ea665022100c50a07d38c3c70e5d8f12daf084a5480a66590c5f293509a8f3f7f8a83a354d5");
}
export function a_signature_that_envoy_refuses_is_refused(): void {
  setNativeVerifier(new Recorder(false));
  isFalse(rsaKey().verifyPkcs1(Hash.Sha256, RS256_DATA, RS256_SIGNATURE), "RS256");
  isFalse(p256Key().verify(ES256_DATA, ES256_SIGNATURE), "ES256");
}
export function envoy_is_not_called_for_malformed_signatures(): void {
  const host = new Recorder(true);
  setNativeVerifier(host);
  isFalse(rsaKey().verifyPkcs1(Hash.Sha256, RS256_DATA, RS256_SIGNATURE.slice(1)), "a short RSA signature");
  isFalse(p256Key().verify(ES256_DATA, new Uint8Array(64)), "r and s of zero");
  isFalse(p256Key().verify(ES256_DATA, filled(64, 0xff)), "r and s not below n");
  isFalse(p256Key().verify(ES256_DATA, host.signature), "no signature");
  isFalse(verify(Scheme.Ecdsa, Hash.Sha512, p256Key(), ES256_DATA, ES256_SIGNATURE), "the wrong hash");
  equal(host.asked.toString(), "0");
}
export function envoy_is_not_called_for_pss_eddsa_and_hmac(): void {
  const host = new Recorder(true);
  setNativeVerifier(host);
  isTrue(rsaKey().verifyPss(Hash.Sha256, ABC, PS256_SIGNATURE), "PS256");
  isFalse(rsaKey().verifyPss(Hash.Sha256, RS256_DATA, PS256_SIGNATURE), "a wrong PS256");
  isTrue(edKey().verify(unhex("72"), ED_SIGNATURE), "EdDSA");
  isFalse(edKey().verify(unhex("73"), ED_SIGNATURE), "a wrong EdDSA");
  isFalse(verify(Scheme.Hmac, Hash.Sha256, SECRET, ABC, filled(32, 0)), "a wrong HS256");
  equal(host.asked.toString(), "0");
}
export function without_a_native_verifier_wasm_verifies_again(): void {
  setNativeVerifier(new Recorder(false));
  setNativeVerifier(null);
  isTrue(rsaKey().verifyPkcs1(Hash.Sha256, RS256_DATA, RS256_SIGNATURE), "RS256");
}
