/**
 * RSA keys like those of the faulty library of CVE-2017-15361: both primes are k · M + (65537^a mod M), where M is the product of the first primes.
 */
import { checkPrimeSync, createPrivateKey, createPublicKey, randomBytes, type KeyObject } from "node:crypto";

const F4 = 65537n;

function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return n > 1;
}

/** The product of the first 126 primes, as for keys of 2048 bits. */
const M = Array.from({ length: 702 }, (_, n) => n).filter(isPrime).reduce((product, p) => product * BigInt(p), 1n);

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let out = 1n;
  for (let square = base % modulus, e = exponent; e > 0n; e >>= 1n, square = square * square % modulus) if (e & 1n) out = out * square % modulus;
  return out;
}

const random = (bits: number): bigint => BigInt(`0x${randomBytes(Math.ceil(bits / 8)).toString("hex")}`) >> BigInt((8 - bits % 8) % 8);

function rocaPrime(bits: number): bigint {
  const top = 3n << BigInt(bits - 2);
  for (;;) {
    const p = (top + (random(bits - 2) >> 1n)) / M * M + power(F4, random(64), M);
    if (p >> BigInt(bits) === 0n && checkPrimeSync(p) && p % F4 !== 1n) return p;
  }
}

function inverse(a: bigint, n: bigint): bigint {
  let [r, next, x, y] = [n, a % n, 0n, 1n];
  while (next > 0n) {
    const q = r / next;
    [r, next, x, y] = [next, r - q * next, y, x - q * y];
  }
  return (x % n + n) % n;
}

const base64url = (n: bigint): string => Buffer.from(n.toString(16).padStart(n.toString(16).length + 1 & ~1, "0"), "hex").toString("base64url");

export interface RocaKey { n: bigint; privateKey: KeyObject; publicKey: KeyObject }

/** A complete key, which can sign. */
export function makeRocaKey(bits = 2048): RocaKey {
  const p = rocaPrime(bits / 2), q = rocaPrime(bits / 2), d = inverse(F4, (p - 1n) * (q - 1n)), n = p * q;
  const jwk = { kty: "RSA", n: base64url(n), e: "AQAB", d: base64url(d), p: base64url(p), q: base64url(q), dp: base64url(d % (p - 1n)), dq: base64url(d % (q - 1n)), qi: base64url(inverse(q, p)) };
  const privateKey = createPrivateKey({ key: jwk, format: "jwk" });
  return { n, privateKey, publicKey: createPublicKey(privateKey) };
}
