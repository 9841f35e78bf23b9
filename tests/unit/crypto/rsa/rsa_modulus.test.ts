/** Compares powers modulo n with BigInt, for random numbers and for those with the longest carries and the fullest columns. */
import { createHash } from "node:crypto";
import { compile } from "../../../support/compile";
import { watch } from "../../../support/coverage";
import { imports } from "../../harness-imports";

interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  buffer(): number;
  collect(): void;
  useModulus(size: number, bits: number): void;
  power(size: number, e: number): void;
}

/** As in assembly/crypto/rsa/rsa_modulus.ts. The hard cases depend on where the digits end. */
const DIGIT_BITS = 13;
const F4 = 65537;

let own: Exports;
beforeAll(() => {
  const build = compile("tests/unit/crypto/rsa/rsa_modulus.as.ts", { name: "rsa_modulus", release: true });
  const module = new WebAssembly.Module(new Uint8Array(build.wasm));
  const instance: WebAssembly.Instance = new WebAssembly.Instance(module, imports(module, () => own.memory));
  own = instance.exports as unknown as Exports;
  own._initialize();
  watch(build, own.memory);
});

// Sizes around those that fill whole digits, and groups of eight digits, with four bits left.
test.each([2048, 2049, 2050, 2054, 2055, 2061, 2076, 2077, 2078, 2180, 2181, 3071, 3072, 4096, 6144, 8191, 8192])("powers of extreme numbers of %d bits equal those of BigInt", (bits) => {
  const { top, all } = bounds(bits);
  for (const n of [all, top + 1n, top + (1n << 13n) + 1n, all - (1n << BigInt(bits >> 1)), all - 2n, ...[4095, 4096, 4097, 8191, 1].map((digit) => repeated(digit, bits) | top | 1n)]) {
    useModulus(n, bits);
    const numbers = [0n, 1n, 2n, n - 1n, n - 2n, n >> 1n, (n >> 1n) + 1n, top, all >> 1n, ...[4095, 4096, 8191].map((digit) => repeated(digit, bits))];
    for (const x of numbers.map((number) => number % n)) for (const e of bits > 5000 ? [F4] : [3, F4, 0xffffffff]) expectPower(x, e, n, bits);
  }
});

test.each([[2048, 40, 50], [2049, 5, 40], [3072, 5, 20], [4096, 4, 20], [8192, 2, 10]])("powers of random numbers of %d bits equal those of BigInt", (bits, moduli, each) => {
  const { top, all } = bounds(bits);
  for (let i = 0; i < moduli; i++) {
    const n = random(`n ${i}`, bits) & all | top | 1n;
    useModulus(n, bits);
    for (let k = 0; k < each; k++) expectPower(random(`${i} ${k}`, bits) % n, F4, n, bits);
  }
});

test.each([3, 5, 7, 17, 257, F4, 0x10003, 0x7fffffff, 0x80000001, 0xfffffffb, 0xffffffff])("powers with the exponent %d equal those of BigInt", (e) => {
  const { top, all } = bounds(2048), n = random("n", 2048) & all | top | 1n;
  useModulus(n, 2048);
  for (let i = 0; i < 10; i++) expectPower(random(`${i}`, 2048) % n, e, n, 2048);
});

test("one modulus does not change another's numbers", () => {
  for (const bits of [2048, 4096, 2048]) {
    const { top, all } = bounds(bits);
    useModulus(all, bits);
    for (const x of [top, 3n, top]) expectPower(x, F4, all, bits);
  }
});

function bounds(bits: number): { top: bigint; all: bigint } { return { top: 1n << BigInt(bits - 1), all: (1n << BigInt(bits)) - 1n }; }

/** The same digit everywhere. */
function repeated(digit: number, bits: number): bigint {
  let out = 0n;
  for (let at = 0; at < bits; at += DIGIT_BITS) out |= BigInt(digit) << BigInt(at);
  return out & bounds(bits).all;
}

/** The same number for the same words in every run. */
function random(words: string, bits: number): bigint {
  return BigInt(`0x${createHash("shake256", { outputLength: (bits >> 3) + 8 }).update(words).digest("hex")}`);
}

function useModulus(n: bigint, bits: number): void {
  own.collect();
  const size = (bits + 7) >> 3;
  put(n, size);
  own.useModulus(size, bits);
}

function expectPower(x: bigint, e: number, n: bigint, bits: number): void {
  const size = (bits + 7) >> 3;
  put(x, size);
  own.power(size, e);
  const got = BigInt(`0x${Buffer.from(own.memory.buffer, own.buffer(), size).toString("hex")}`);
  if (got !== power(x, BigInt(e), n)) throw new Error(`wrong: 0x${x.toString(16)} ^ ${e} mod 0x${n.toString(16)}`);
}

function put(x: bigint, size: number): void { Buffer.from(own.memory.buffer, own.buffer(), size).write(x.toString(16).padStart(2 * size, "0"), "hex"); }

function power(x: bigint, e: bigint, n: bigint): bigint {
  let out = 1n;
  for (let bit = BigInt(e.toString(2).length - 1); bit >= 0n; bit--) {
    out = out * out % n;
    if (e >> bit & 1n) out = out * x % n;
  }
  return out;
}
