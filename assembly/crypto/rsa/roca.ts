/** Owns the detection of RSA keys made by a faulty library (ROCA, CVE-2017-15361). Their private keys can be computed. */

/** For keys of 2048 bits and more, the library worked modulo the product of the 126 primes up to this one. */
const LARGEST: u32 = 701;
const F4: u32 = 65537;

/**
 * Both primes of such a key are powers of 65537 modulo that product (Nemec et al., "The Return of Coppersmith's Attack", 2017). So n is a power of
 * 65537 modulo each of the small primes. Of other moduli, one in 2^167 is; four fifths of them already fail at the prime 11.
 */
export function isRocaModulus(n: Uint8Array): bool {
  for (let p: u32 = 3; p <= LARGEST; p += 2) if (isPrime(p) && !isPowerOfF4(remainder(n, p), p)) return false;
  return true;
}

/** For small odd numbers. */
function isPrime(p: u32): bool {
  for (let d: u32 = 3; d * d <= p; d += 2) if (p % d == 0) return false;
  return true;
}

function isPowerOfF4(x: u32, p: u32): bool {
  let power: u32 = 1;
  do {
    if (power == x) return true;
    power = power * F4 % p;
  } while (power != 1);
  return false;
}

/** n mod p, for a big-endian n. */
function remainder(n: Uint8Array, p: u32): u32 {
  let rest: u32 = 0;
  for (let i = 0; i < n.length; i++) rest = (rest << 8 | n[i]) % p;
  return rest;
}
