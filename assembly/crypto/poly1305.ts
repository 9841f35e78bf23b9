/** Owns Poly1305 (RFC 8439 §2.5): one tag under a key that is used once. */

const MASK: u64 = 0x3ffffff;

/** Numbers modulo 2^130 - 5 as five limbs of 26 bits, so that a product's columns fit 64 bits; no step depends on a secret's value. */
@final
export class Poly1305 {
  private r0: u64 = 0; private r1: u64 = 0; private r2: u64 = 0; private r3: u64 = 0; private r4: u64 = 0;
  private h0: u64 = 0; private h1: u64 = 0; private h2: u64 = 0; private h3: u64 = 0; private h4: u64 = 0;
  private readonly key: Uint8Array;

  /** A key of 32 bytes; a shorter one would be filled up with zeros. */
  constructor(key: Uint8Array) {
    const own = new Uint8Array(32);
    for (let i = 0; i < min(key.length, 32); i++) own[i] = key[i];
    this.key = own;
    const k = own.dataStart; // 32 bytes are there
    const low = load<u64>(k) & 0x0ffffffc0fffffff, high = load<u64>(k, 8) & 0x0ffffffc0ffffffc; // the clamp of §2.5
    this.r0 = low & MASK;
    this.r1 = (low >> 26) & MASK;
    this.r2 = (low >> 52 | high << 12) & MASK;
    this.r3 = (high >> 14) & MASK;
    this.r4 = high >> 40;
  }

  /** Takes in data, and zeros up to a multiple of sixteen bytes as the AEAD wants (§2.8). */
  padded(data: Uint8Array): void {
    const whole = data.length & ~15;
    for (let at = 0; at < whole; at += 16) this.block(data.dataStart + at); // sixteen bytes from there are data
    if (whole == data.length) return;
    const last = new Uint8Array(16);
    last.set(data.subarray(whole));
    this.block(last.dataStart);
  }

  /** h = (h + block + 2^128) · r. */
  private block(at: usize): void {
    const low = load<u64>(at), high = load<u64>(at, 8);
    const h0 = this.h0 + (low & MASK), h1 = this.h1 + ((low >> 26) & MASK), h2 = this.h2 + ((low >> 52 | high << 12) & MASK);
    const h3 = this.h3 + ((high >> 14) & MASK), h4 = this.h4 + (high >> 40 | 1 << 24);
    const r0 = this.r0, r1 = this.r1, r2 = this.r2, r3 = this.r3, r4 = this.r4;
    const s1 = r1 * 5, s2 = r2 * 5, s3 = r3 * 5, s4 = r4 * 5; // 2^130 is 5
    let d0 = h0 * r0 + h1 * s4 + h2 * s3 + h3 * s2 + h4 * s1;
    let d1 = h0 * r1 + h1 * r0 + h2 * s4 + h3 * s3 + h4 * s2;
    let d2 = h0 * r2 + h1 * r1 + h2 * r0 + h3 * s4 + h4 * s3;
    let d3 = h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 + h4 * s4;
    let d4 = h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0;
    d1 += d0 >> 26; d2 += d1 >> 26; d3 += d2 >> 26; d4 += d3 >> 26;
    d0 = (d0 & MASK) + (d4 >> 26) * 5;
    this.h0 = d0 & MASK;
    this.h1 = (d1 & MASK) + (d0 >> 26);
    this.h2 = d2 & MASK;
    this.h3 = d3 & MASK;
    this.h4 = d4 & MASK;
  }

  tag(): Uint8Array {
    let h0 = this.h0, h1 = this.h1, h2 = this.h2, h3 = this.h3, h4 = this.h4;
    h2 += h1 >> 26; h1 &= MASK;
    h3 += h2 >> 26; h2 &= MASK;
    h4 += h3 >> 26; h3 &= MASK;
    h0 += (h4 >> 26) * 5; h4 &= MASK;
    h1 += h0 >> 26; h0 &= MASK;

    // h + 5 reaches 2^130 exactly when h is not below the prime; then h + 5 - 2^130 is what is meant.
    const g0 = h0 + 5, g1 = h1 + (g0 >> 26), g2 = h2 + (g1 >> 26), g3 = h3 + (g2 >> 26), g4 = h4 + (g3 >> 26);
    const pick: u64 = 0 - (g4 >> 26); // all ones, or zero
    h0 ^= (h0 ^ (g0 & MASK)) & pick;
    h1 ^= (h1 ^ (g1 & MASK)) & pick;
    h2 ^= (h2 ^ (g2 & MASK)) & pick;
    h3 ^= (h3 ^ (g3 & MASK)) & pick;
    h4 ^= (h4 ^ (g4 & MASK)) & pick;

    const low = h0 | h1 << 26 | h2 << 52, high = h2 >> 12 | h3 << 14 | h4 << 40;
    const k = this.key.dataStart, out = new Uint8Array(16), to = out.dataStart; // 32 and 16 bytes
    const sum = low + load<u64>(k, 16);
    store<u64>(to, sum);
    store<u64>(to, high + load<u64>(k, 24) + u64(sum < low), 8);
    return out;
  }
}
