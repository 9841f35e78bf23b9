/** Owns access to Envoy's functions that verify and sign. Not every build of Envoy has them. */

/** Envoy's verification of RSA PKCS#1 v1.5 and ECDSA signatures. An ECDSA signature is passed in DER. */
export abstract class NativeVerifier {
  /** True only if Envoy confirms that `signature` is this key's signature over `data`. */
  abstract verify(hashName: string, spkiDer: Uint8Array, signature: Uint8Array, data: Uint8Array): bool;
}

/**
 * Envoy's RSA PKCS#1 v1.5 and ECDSA signing. The filter has no code of its own for it: private keys need constant-time code, which wasm does not
 * guarantee.
 */
export abstract class NativeSigner {
  /** The signature (of ECDSA: in DER), or null if Envoy did not make one. */
  abstract sign(hashName: string, pkcs8: Uint8Array, data: Uint8Array): Uint8Array | null;
}

let verifier: NativeVerifier | null = null;
let signer: NativeSigner | null = null;

/** Called at start, with Envoy's verifier or with null. Null selects the filter's own code. */
export function setNativeVerifier(found: NativeVerifier | null): void { verifier = found; }

export function nativeVerifier(): NativeVerifier | null { return verifier; }

/** Called at start, with Envoy's signer or with null. With null nothing can be signed. */
export function setNativeSigner(found: NativeSigner | null): void { signer = found; }

export function nativeSigner(): NativeSigner | null { return signer; }
