/** Owns the doors to a host that verifies and signs itself: several times faster than wasm, where it exists. */

/** The host's RSA PKCS#1 v1.5 and ECDSA (with a DER signature) verification. */
export abstract class NativeVerifier {
  /** True only when the host said that this signature is this key's over this data. */
  abstract verify(hashName: string, spkiDer: Uint8Array, signature: Uint8Array, data: Uint8Array): bool;
}

/** The host's RSA PKCS#1 v1.5 and ECDSA signing. There is no code of our own for it: secrets need care that wasm cannot give. */
export abstract class NativeSigner {
  /** The signature, of ECDSA in DER; null when the host did not make one. */
  abstract sign(hashName: string, pkcs8: Uint8Array, data: Uint8Array): Uint8Array | null;
}

let verifier: NativeVerifier | null = null;
let signer: NativeSigner | null = null;

/** Set once at start, when the host is seen to have one; null goes back to our own code. */
export function setNativeVerifier(found: NativeVerifier | null): void { verifier = found; }

export function nativeVerifier(): NativeVerifier | null { return verifier; }

/** Likewise; without one nothing can be signed. */
export function setNativeSigner(found: NativeSigner | null): void { signer = found; }

export function nativeSigner(): NativeSigner | null { return signer; }
