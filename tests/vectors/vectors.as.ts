/** Exports the primitives to the vector tests. Inputs and outputs are in one buffer in linear memory. */
import { Result } from "../../assembly/result";
import { EcPublicKey } from "../../assembly/crypto/elliptic/ecdsa";
import { Hash } from "../../assembly/crypto/hash/hash";
import { expand, extract } from "../../assembly/crypto/hash/hkdf";
import { Key, PublicKey, SecretKey } from "../../assembly/crypto/encoding/key";
import { NativeVerifier, setNativeVerifier } from "../../assembly/crypto/arithmetic/native";
import { readPublicKeyPem } from "../../assembly/crypto/keys/pem";
import { readSpki } from "../../assembly/crypto/keys/public_key";
import { Scheme, verify } from "../../assembly/crypto/verify";
import { open, seal } from "../../assembly/crypto/aead/xchacha20poly1305";

const SIZE = 1 << 18;
const room = new Uint8Array(SIZE);
let key: Key = new SecretKey(new Uint8Array(0));

/** The buffer's address. A test writes the inputs there, one after the other, and reads the output. */
export function buffer(): usize { return room.dataStart; }

/** Call this between vectors, when no managed value is on the stack. */
export function collect(): void { __collect(); }

let taken: i32 = 0;
function first(size: i32): Uint8Array { taken = size; return room.slice(0, size); }
function then(size: i32): Uint8Array { taken += size; return room.slice(taken - size, taken); }

/** The output's size, or the fault's code as a negative number. */
function give(result: Result<Uint8Array>): i32 {
  const fault = result.fault;
  return fault != null ? -fault.code : put(result.value);
}
function put(bytes: Uint8Array): i32 {
  room.set(bytes);
  return bytes.length;
}

function hold(result: Result<PublicKey>): i32 {
  const fault = result.fault;
  if (fault != null) return fault.code;
  key = result.value;
  return 0;
}

/** Reads the key that later calls use. 0, or the fault's code. */
export function useSpki(size: i32): i32 { return hold(readSpki(first(size))); }
export function usePem(size: i32): i32 { return hold(readPublicKeyPem(first(size))); }
export function useSecret(size: i32): i32 {
  key = new SecretKey(first(size));
  return 0;
}

/** The key in use, as the filter passes it to Envoy. */
export function spki(): i32 { return key instanceof PublicKey ? put((key as PublicKey).spki()) : -1; }

export function verifies(scheme: Scheme, hash: Hash, data: i32, signature: i32): bool {
  return verify(scheme, hash, key, first(data), then(signature));
}

/** Verifies ECDSA without a table of the key. */
export function verifiesAnew(data: i32, signature: i32): bool {
  const message = first(data), given = then(signature);
  if (!(key instanceof EcPublicKey)) return false;
  const ec = key as EcPublicKey;
  return ec.isInRange(given) && ec.verifyAnew(message, given);
}

@final
class Agreeing extends NativeVerifier {
  verify(_hash: string, _spki: Uint8Array, _signature: Uint8Array, _data: Uint8Array): bool { return true; }
}

/** Gives the key in use a table for ES256, as the filter does after Envoy has accepted a signature. */
export function learn(): void {
  setNativeVerifier(new Agreeing());
  verify(Scheme.Ecdsa, Hash.Sha256, key, new Uint8Array(0), new Uint8Array(64).fill(1));
  setNativeVerifier(null);
}

export function derives(salt: i32, secret: i32, info: i32, length: i32): i32 {
  return give(expand(extract(first(salt), then(secret)), then(info), length));
}

export function seals(keySize: i32, nonce: i32, aad: i32, plain: i32): i32 {
  return give(seal(first(keySize), then(nonce), then(aad), then(plain)));
}

export function opens(keySize: i32, nonce: i32, aad: i32, sealed: i32): i32 {
  return give(open(first(keySize), then(nonce), then(aad), then(sealed)));
}
