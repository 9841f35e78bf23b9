/** Owns the way from JOSE's ECDSA signatures to the ones that hosts take (RFC 3279 §2.2.3). */
import { sequence, unsignedInteger } from "./der";

/** Ecdsa-Sig-Value of r and s of equal width: minimal, never negative integers. */
export function ecdsaRawToDer(raw: Uint8Array): Uint8Array {
  const half = raw.length >> 1;
  return sequence([unsignedInteger(raw.subarray(0, half)), unsignedInteger(raw.subarray(half))]);
}
