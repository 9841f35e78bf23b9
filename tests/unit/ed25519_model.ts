/** edwards25519 (RFC 8032 §5.1) in BigInt. It is slow but easy to compare with the RFC. */
import { createHash } from "node:crypto";

export const P = 2n ** 255n - 19n;
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;

export const mod = (x: bigint, m = P): bigint => ((x % m) + m) % m;

export function power(x: bigint, exponent: bigint): bigint {
  let out = 1n;
  for (let base = mod(x); exponent > 0n; exponent >>= 1n, base = base * base % P) if (exponent & 1n) out = out * base % P;
  return out;
}
export const inverse = (x: bigint): bigint => power(x, P - 2n);

const D = mod(-121665n * inverse(121666n));
const ROOT = power(2n, (P - 1n) / 4n);

/** Extended coordinates X, Y, Z and T (§5.1.4). */
export type Point = [bigint, bigint, bigint, bigint];

export const NEUTRAL: Point = [0n, 1n, 1n, 0n];

export function plus([x1, y1, z1, t1]: Point, [x2, y2, z2, t2]: Point): Point {
  const a = mod((y1 - x1) * (y2 - x2)), b = mod((y1 + x1) * (y2 + x2)), c = mod(2n * t1 * t2 * D), d = mod(2n * z1 * z2);
  const e = b - a, f = d - c, g = d + c, h = b + a;
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

export function negated([x, y, z, t]: Point): Point { return [mod(-x), y, z, mod(-t)]; }

export function times(scalar: bigint, point: Point): Point {
  let out = NEUTRAL;
  for (let base = point; scalar > 0n; scalar >>= 1n, base = plus(base, base)) if (scalar & 1n) out = plus(out, base);
  return out;
}

export function encoded([x, y, z]: Point): Buffer {
  const by = inverse(z);
  return littleEndian(mod(y * by) | mod(x * by) % 2n << 255n, 32);
}

/** The decoded point; null if the bytes are not a canonical encoding. */
export function decoded(bytes: Buffer): Point | null {
  const all = number(bytes), y = all & (1n << 255n) - 1n, odd = all >> 255n;
  if (y >= P) return null;
  const u = mod(y * y - 1n), v = mod(D * y * y + 1n);
  let x = mod(u * v ** 3n * power(u * v ** 7n, (P - 5n) / 8n));
  if (mod(v * x * x) === mod(-u)) x = mod(x * ROOT);
  if (mod(v * x * x) !== u || (x === 0n && odd === 1n)) return null;
  if (x % 2n !== odd) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

export const BASE = decoded(littleEndian(mod(4n * inverse(5n)), 32))!;

export function number(bytes: Buffer): bigint { return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`); }

export function littleEndian(x: bigint, size: number): Buffer { return Buffer.from(x.toString(16).padStart(2 * size, "0"), "hex").reverse(); }

export function sha512(...parts: Buffer[]): Buffer { return createHash("sha512").update(Buffer.concat(parts)).digest(); }

/** A signature with the secret scalar a and the nonce r. It is valid only if `key` is the public key of a. */
export function signed(a: bigint, r: bigint, key: Buffer, data: Buffer): Buffer {
  const first = encoded(times(r, BASE)), h = number(sha512(first, key, data)) % L;
  return Buffer.concat([first, littleEndian((r + h * a) % L, 32)]);
}
