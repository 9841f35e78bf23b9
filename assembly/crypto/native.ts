/** Owns the door to a host that verifies signatures itself: several times faster than wasm, where it exists. */

/** The host's RSA PKCS#1 v1.5 and ECDSA (with a DER signature) verification. */
export abstract class NativeVerifier {
  /** True only when the host said that this signature is this key's over this data. */
  abstract verify(hashName: string, spkiDer: Uint8Array, signature: Uint8Array, data: Uint8Array): bool;
}

let current: NativeVerifier | null = null;

/** Set once at start, when the host is seen to have one; null goes back to our own code. */
export function setNativeVerifier(verifier: NativeVerifier | null): void { current = verifier; }

export function nativeVerifier(): NativeVerifier | null { return current; }
