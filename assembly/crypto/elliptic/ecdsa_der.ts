/** Owns the conversion between the ECDSA signatures of JOSE and those that Envoy takes and gives (RFC 3279 §2.2.3). */
import { DerReader, sequence, Tag, unsignedInteger } from "../encoding/der";

/** Ecdsa-Sig-Value of r and s, which have equal width. Its integers are minimal and never negative. */
export function ecdsaRawToDer(raw: Uint8Array): Uint8Array {
  const half = raw.length >> 1;
  return sequence([unsignedInteger(raw.subarray(0, half)), unsignedInteger(raw.subarray(half))]);
}

/** r and s of `width` bytes each (RFC 7518 §3.4), or null if the DER holds something else or one of them is zero. */
export function ecdsaDerToRaw(der: Uint8Array, width: i32): Uint8Array | null {
  const outer = new DerReader(der), pair = outer.enter(Tag.Sequence);
  if (pair == null || !outer.done) return null;
  const r = pair.unsigned();
  if (r == null || r.length == 0 || r.length > width) return null;
  const s = pair.unsigned();
  if (s == null || s.length == 0 || s.length > width || !pair.done) return null;
  const raw = new Uint8Array(2 * width);
  raw.set<Uint8Array>(r, width - r.length);
  raw.set<Uint8Array>(s, 2 * width - s.length);
  return raw;
}
