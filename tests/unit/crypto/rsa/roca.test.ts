/** The check for keys of CVE-2017-15361 (ROCA). */
import { generatePrimeSync, randomBytes } from "node:crypto";
import { compile } from "../../../support/compile";
import { watch } from "../../../support/coverage";
import { makeRocaKey } from "../../../support/roca";
import { imports } from "../../harness-imports";

interface Exports { memory: WebAssembly.Memory; _initialize(): void; buffer(): number; judge(size: number): number }

let own: Exports;
beforeAll(() => {
  const build = compile("tests/unit/crypto/rsa/roca.as.ts", { name: "roca", release: true });
  const module = new WebAssembly.Module(new Uint8Array(build.wasm));
  const instance: WebAssembly.Instance = new WebAssembly.Instance(module, imports(module, () => own.memory));
  own = instance.exports as unknown as Exports;
  own._initialize();
  watch(build, own.memory);
});

function isRoca(n: bigint): boolean {
  const bytes = Buffer.from(n.toString(16).padStart(n.toString(16).length + 1 & ~1, "0"), "hex");
  new Uint8Array(own.memory.buffer, own.buffer(), bytes.length).set(bytes);
  return own.judge(bytes.length) !== 0;
}

test("duty 166: keys of the vulnerable library are recognised", () => {
  for (const bits of [2048, 2048, 2304, 3072]) expect(isRoca(makeRocaKey(bits).n)).toBe(true);
});

test("duty 166: none of a thousand ordinary moduli is taken for a vulnerable one", () => {
  const primes = Array.from({ length: 46 }, () => generatePrimeSync(1024, { bigint: true }));
  let count = 0;
  primes.forEach((p, i) => primes.slice(i + 1).forEach((q) => {
    count++;
    expect(isRoca(p * q)).toBe(false);
  }));
  expect(count).toBeGreaterThan(1000);
});

test("duty 166: neither the neighbours of a vulnerable modulus nor random odd numbers are taken for one", () => {
  const { n } = makeRocaKey();
  for (let i = 2n; i < 400n; i += 2n) expect([isRoca(n + i), isRoca(n - i)]).toEqual([false, false]);
  for (let i = 0; i < 1000; i++) expect(isRoca(BigInt(`0x${randomBytes(256).toString("hex")}`) | 1n)).toBe(false);
});
