/** The compiled P-256 arithmetic, and the functions that its tests compare it with. */
import { createECDH } from "node:crypto";
import type { Random } from "../host/host/random";
import { compile } from "../support/compile";
import { watch } from "../support/coverage";
import { imports } from "./harness-imports";

export const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
export const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
export const R = 2n ** 261n;
export const LIMB = 2n ** 29n;
export const SLOT = 36;

export const mod = (x: bigint, m: bigint): bigint => ((x % m) + m) % m;
export function inverse(x: bigint, m: bigint): bigint {
  let [a, b, u, v] = [mod(x, m), m, 1n, 0n];
  while (a > 0n) [a, b, u, v] = [b % a, a, v - b / a * u, u];
  return mod(v, m);
}
export const toBytes = (x: bigint): Buffer => Buffer.from(x.toString(16).padStart(64, "0"), "hex");
export const big = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString("hex")}`);

export class Own {
  private readonly exports: { memory: WebAssembly.Memory } & Record<string, (...args: number[]) => number>;
  private readonly slots: number;
  private readonly room: number;

  constructor() {
    const build = compile("tests/unit/crypto/p256.as.ts", { name: "p256", release: true });
    const module = new WebAssembly.Module(new Uint8Array(build.wasm));
    const instance: WebAssembly.Instance = new WebAssembly.Instance(module, imports(module, () => instance.exports.memory as WebAssembly.Memory));
    this.exports = instance.exports as Own["exports"];
    this.exports._initialize!();
    this.slots = this.exports.slots!();
    this.room = this.exports.room!();
    watch(build, this.exports.memory);
  }

  call(name: string, ...args: number[]): number { this.exports.collect!(); return this.exports[name]!(...args); }

  /** Writes the number in normalized limbs: all are below 2^29 and not negative, except the top one. */
  put(slot: number, x: bigint): this { return this.putLimbs(slot, limbsOf(x)); }
  putLimbs(slot: number, limbs: bigint[]): this {
    const view = this.view(slot);
    limbs.forEach((limb, i) => view.setInt32(4 * i, Number(limb), true));
    return this;
  }
  limbs(slot: number): bigint[] { return limbsOfView(this.view(slot)); }
  get(slot: number): bigint { return valueOf(this.limbs(slot)); }
  bytes(...parts: Buffer[]): this {
    const all = Buffer.concat(parts);
    new Uint8Array(this.exports.memory.buffer, this.room, all.length).set(all);
    return this;
  }
  /** Writes consecutive numbers to the byte buffer. */
  numbers(...all: bigint[]): this { return this.bytes(...all.map((x) => Buffer.from(Int32Array.from(limbsOf(x).map(Number)).buffer))); }
  limbsInRoom(i: number): bigint[] { return limbsOfView(new DataView(this.exports.memory.buffer, this.room + i * SLOT, SLOT)); }
  at(address: number): bigint { return valueOf(limbsOfView(new DataView(this.exports.memory.buffer, address, SLOT))); }

  hasTable(key: Buffer): boolean { return this.bytes(key).call("hasTable") !== 0; }
  use(key: Buffer): this {
    expect(this.bytes(key).call("use")).toBe(1);
    return this;
  }
  verifies(signature: Buffer, data: Buffer): boolean { return this.bytes(signature, data).call("verifies", signature.length, data.length) !== 0; }
  verifiesAnew(signature: Buffer, data: Buffer): boolean { return this.bytes(signature, data).call("verifiesAnew", signature.length, data.length) !== 0; }

  private view(slot: number): DataView { return new DataView(this.exports.memory.buffer, this.slots + slot * SLOT, SLOT); }
}

export function limbsOf(x: bigint): bigint[] { return Array.from({ length: 9 }, (_, i) => i < 8 ? mod(x >> BigInt(29 * i), LIMB) : x >> 232n); }
export function limbsOfView(view: DataView): bigint[] { return Array.from({ length: 9 }, (_, i) => BigInt(view.getInt32(4 * i, true))); }
export function valueOf(limbs: bigint[]): bigint { return limbs.reduceRight((sum, limb) => sum * LIMB + limb, 0n); }
export function isTidy(limbs: bigint[]): boolean { return limbs.slice(0, 8).every((limb) => limb >= 0n && limb < LIMB); }

/** Zero, one, the primes, powers of two and their neighbours, and runs of ones, which have the longest carries and borrows. */
export const EXTREMES = [...new Set([0n, P, N, ...[0, 1, 28, 29, 30, 57, 58, 87, 95, 96, 128, 174, 192, 203, 224, 232, 255, 256].map((k) => 2n ** BigInt(k)),
  2n ** 256n - 2n ** 232n, 2n ** 256n - 2n ** 29n].flatMap((x) => [x - 1n, x, x + 1n]).filter((x) => x >= 0n && x <= 2n ** 256n))];

export const below = (random: Random, bound: bigint): bigint => big(random.bytes(40)) % bound;

/** k·G, computed by OpenSSL. */
export function multiple(k: bigint): Buffer {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(toBytes(mod(k, N)));
  return ecdh.getPublicKey().subarray(1);
}
