// The filter's readers and primitives, one function each, run `times` times over the contents of the slots.

import { decodeBase64url, encodeBase64url } from "../../assembly/bytes/base64";
import { hash } from "../../assembly/bytes/hash";
import { digest, Hash } from "../../assembly/crypto/hash/hash";
import { PublicKey } from "../../assembly/crypto/encoding/key";
import { Scheme, verify } from "../../assembly/crypto/verify";
import { open, seal } from "../../assembly/crypto/aead/xchacha20poly1305";
import { readJwk } from "../../assembly/jose/jwk";
import { readJws } from "../../assembly/jose/jws";
import { parse } from "../../assembly/json/parser";

const NONE = new Uint8Array(0), KEY = new Uint8Array(32), NONCE = new Uint8Array(24);

/** The input, and a second input for functions that need one. */
let first: Uint8Array = NONE, second: Uint8Array = NONE;
let key: PublicKey | null = null;

/** Room for `size` bytes, which the caller fills. */
export function setFirst(size: i32): usize { first = new Uint8Array(size); return first.dataStart; }
export function setSecond(size: i32): usize { second = new Uint8Array(size); return second.dataStart; }

/** The first slot holds a JWK. */
export function setKey(): bool {
  const json = parse(first, first.length);
  if (json.failed) return false;
  const jwk = readJwk(json.value, json.value.root);
  if (jwk.failed) return false;
  key = jwk.value.key;
  return true;
}

/** Seals the first slot in place. */
export function sealFirst(): void { first = seal(KEY, NONCE, NONE, first).value; }

export function collect(): void { __collect(); }

// Each function returns how many runs had the expected result.
export function json(times: i32): i32 { let ok = 0; for (let i = 0; i < times; i++) ok += i32(!parse(first, first.length).failed); return ok; }
export function decode(times: i32): i32 { let ok = 0; for (let i = 0; i < times; i++) ok += i32(!decodeBase64url(first).failed); return ok; }
export function encode(times: i32): i32 { let ok = 0; for (let i = 0; i < times; i++) ok += i32(encodeBase64url(first).length > 0); return ok; }
export function jws(times: i32): i32 { let ok = 0; for (let i = 0; i < times; i++) ok += i32(!readJws(first).failed); return ok; }
export function sha256(times: i32): i32 { let ok = 0; for (let i = 0; i < times; i++) ok += i32(digest(Hash.Sha256, first).length == 32); return ok; }
export function hashed(times: i32): i32 { let ok = 0; for (let i = 0; i < times; i++) ok += i32(hash(first.dataStart, first.length, i) != 0); return ok; }
export function sealed(times: i32): i32 { let ok = 0; for (let i = 0; i < times; i++) ok += i32(!seal(KEY, NONCE, NONE, first).failed); return ok; }
export function opened(times: i32): i32 { let ok = 0; for (let i = 0; i < times; i++) ok += i32(!open(KEY, NONCE, NONE, first).failed); return ok; }
export function rs256(times: i32): i32 { return verified(Scheme.RsaPkcs1, times); }
export function ps256(times: i32): i32 { return verified(Scheme.RsaPss, times); }
export function es256(times: i32): i32 { return verified(Scheme.Ecdsa, times); }
export function eddsa(times: i32): i32 { return verified(Scheme.EdDsa, times); }

/** In the filter's own code: there is no Envoy here. */
function verified(scheme: Scheme, times: i32): i32 {
  const by = key;
  if (by == null) return 0;
  let ok = 0;
  for (let i = 0; i < times; i++) ok += i32(verify(scheme, scheme == Scheme.EdDsa ? Hash.Sha512 : Hash.Sha256, by, first, second));
  return ok;
}
