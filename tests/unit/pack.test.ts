// Checks that a packed module, after its start, has the static data that the compiler wrote.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packModule } from "../../cli/pack/module";
import { runProgram } from "../support/child";
import { compile, ROOT } from "../support/compile";

test("the filter", () => { sameAfterStart(compile("assembly/index.ts", { name: "filter", use: true, coverage: false }).wasm); }, 180_000);

test.each([
  ["what repeats nowhere", Array.from({ length: 5000 }, (_, i) => random(i) & 255)],
  ["one byte over and over", Array.from({ length: 5000 }, () => 7)],
  ["what repeats from near and from far", Array.from({ length: 6000 }, (_, i) => i % 900 < 40 + i % 7 ? random(i % 900) & 255 : random(i >> 8) >> (i & 7) & 3)],
  ["a text in UTF-16", [...Buffer.from("Wer reitet so spät durch Nacht und Wind? Es ist der Vater mit seinem Kind. ".repeat(9), "utf16le")]],
])("%s", (name, bytes) => {
  const wasm = sameAfterStart(data(name, bytes));
  expect(Buffer.from(started(wasm)).includes(Buffer.from(bytes))).toBe(true);
});

test("becomes smaller", () => {
  const wasm = data("small", Array.from({ length: 3000 }, (_, i) => i % 100));
  expect(packModule(wasm).length).toBeLessThan(wasm.length - 2500);
});

test("what is packed already stays as it is", () => {
  const packed = packModule(data("twice", [1, 2, 3]));
  expect(packModule(packed)).toEqual(packed);
});

test("what cannot unpack itself stays as it is", () => {
  const wasm = data("unpackable", [1, 2, 3]);
  wasm.write("no mark!", wasm.indexOf("packdata"));
  expect(packModule(wasm)).toEqual(wasm);
});

test("the command says which file it wrote, its size and its SHA-256", () => {
  const file = "build/test/packed-by-command.wasm";
  writeFileSync(join(ROOT, file), data("command", [1, 2, 3]));
  const { stdout } = runProgram(process.execPath, ["node_modules/tsx/dist/cli.mjs", "cli/pack.ts", file], { cwd: ROOT });
  const written = readFileSync(join(ROOT, file));
  expect(stdout).toBe(`${file}: ${written.length} bytes, sha256 ${createHash("sha256").update(written).digest("hex")}\n`);
});

function data(name: string, bytes: number[]): Buffer {
  const text = `export function data(): usize { return memory.data<u8>([${bytes}]); }`;
  return compile("tests/unit/packed.as.ts", { name: `packed-${name.replaceAll(" ", "-")}`, text, coverage: false }).wasm;
}

function sameAfterStart(wasm: Buffer): Buffer {
  const packed = packModule(wasm);
  expect(packed.length).toBeLessThan(wasm.length + 400);
  // `initialMemory` of asconfig.json is enough for the start of both. If memory grew, it would grow by its size, and the free areas would differ.
  const plain = started(wasm), unpacked = started(packed);
  expect(Buffer.from(unpacked.subarray(0, plain.length)).equals(plain)).toBe(true);
  expect(unpacked.subarray(plain.length).every((byte) => byte === 0)).toBe(true);
  return packed;
}

/** A module's memory after its start, with a host that does nothing. */
function started(wasm: Buffer): Uint8Array {
  const module = new WebAssembly.Module(wasm), imports: Record<string, Record<string, () => number>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => 0;
  const { memory, _initialize: initialize } = new WebAssembly.Instance(module, imports).exports;
  (initialize as (() => void) | undefined)?.();
  return new Uint8Array((memory as WebAssembly.Memory).buffer);
}

function random(seed: number): number { return Math.imul(Math.imul(seed + 1, 0x9e3779b1) >>> 15 ^ seed * 7, 0x85ebca6b) >>> 7; }
