// Checks that a packed module has the compiler's static data after its start.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packModule } from "../../cli/pack/module";
import { runProgram } from "../support/child";
import { compile, ROOT } from "../support/compile";

test("the packed filter has the same data after its start", () => { sameAfterStart(compile("assembly/index.ts", { name: "filter", use: true, coverage: false }).wasm); }, 180_000);

test.each([
  ["data without repetition", Array.from({ length: 5000 }, (_, i) => random(i) & 255)],
  ["one repeated byte", Array.from({ length: 5000 }, () => 7)],
  ["near and far repetitions", Array.from({ length: 6000 }, (_, i) => i % 900 < 40 + i % 7 ? random(i % 900) & 255 : random(i >> 8) >> (i & 7) & 3)],
  ["UTF-16 text", [...Buffer.from("Wer reitet so spät durch Nacht und Wind? Es ist der Vater mit seinem Kind. ".repeat(9), "utf16le")]],
])("a packed module has the same data after its start: %s", (name, bytes) => {
  const wasm = sameAfterStart(data(name, bytes));
  expect(Buffer.from(started(wasm)).includes(Buffer.from(bytes))).toBe(true);
});

test("a packed module is smaller", () => {
  const wasm = data("small", Array.from({ length: 3000 }, (_, i) => i % 100));
  expect(packModule(wasm).length).toBeLessThan(wasm.length - 2500);
});

test("a packed module is not packed again", () => {
  const packed = packModule(data("twice", [1, 2, 3]));
  expect(packModule(packed)).toEqual(packed);
});

test("a module that cannot unpack itself is unchanged", () => {
  const wasm = data("unpackable", [1, 2, 3]);
  wasm.write("no mark!", wasm.indexOf("packdata"));
  expect(packModule(wasm)).toEqual(wasm);
});

test("the command prints the file, its size and its SHA-256", () => {
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
  // Both modules start within the `initialMemory` of asconfig.json. If memory grew, it would grow by its current size, and the free areas would differ.
  const plain = started(wasm), unpacked = started(packed);
  expect(Buffer.from(unpacked.subarray(0, plain.length)).equals(plain)).toBe(true);
  expect(unpacked.subarray(plain.length).every((byte) => byte === 0)).toBe(true);
  return packed;
}

/** A module's memory after its start. Imports do nothing. */
function started(wasm: Buffer): Uint8Array {
  const module = new WebAssembly.Module(wasm), imports: Record<string, Record<string, () => number>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => 0;
  const { memory, _initialize: initialize } = new WebAssembly.Instance(module, imports).exports;
  (initialize as (() => void) | undefined)?.();
  return new Uint8Array((memory as WebAssembly.Memory).buffer);
}

function random(seed: number): number { return Math.imul(Math.imul(seed + 1, 0x9e3779b1) >>> 15 ^ seed * 7, 0x85ebca6b) >>> 7; }
