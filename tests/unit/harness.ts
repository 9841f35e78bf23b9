/** Makes every exported function of a `.spec.ts` file a Jest test. Each test has its own instance, so a trap fails only that test. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { collect } from "../support/coverage";
import { type Build, compile, ROOT } from "../support/compile";
import { imports } from "./harness-imports";
import { located } from "../support/trap";

interface Spec { file: string; tests: string[] }

/** Declares the tests of all specs below a folder, or only of those named in SPEC (tests/run.mjs). */
export function specs(folder: string, options: { release?: boolean } = {}): void {
  const wanted = (process.env.SPEC ?? "").split(",").filter((file) => file !== "");
  const found = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".spec.ts")).map((file) => `${folder}/${file}`)
    .filter((file) => wanted.length === 0 || wanted.includes(file))
    .sort()
    .map(read);
  if (found.length === 0) throw new Error(`No spec below ${folder} is one of ${wanted.join(", ")}`);
  const name = basename(folder) + (wanted.length === 0 ? "" : `-${wanted.length === 1 ? relative(folder, wanted[0]!).replace(/\W+/g, "_") : "some"}`);
  let build: Build;
  try {
    build = together(name, found, options);
  } catch (error) {
    // One file does not compile. Compile each file alone, which takes longer, so that the others still run.
    if (found.length === 1) broken(found[0]!, error as Error);
    else for (const spec of found) alone(name, spec, options);
    return;
  }
  for (const spec of found) declare(spec, build);
}

function alone(name: string, spec: Spec, options: { release?: boolean }): void {
  try {
    declare(spec, together(`${name}-${spec.file.replace(/\W+/g, "_")}`, [spec], options));
  } catch (error) {
    broken(spec, error as Error);
  }
}

function broken(spec: Spec, error: Error): void {
  describe(title(spec), () => { test("compiles and starts", () => { throw error; }); });
}

/** One module for all specs: an entry that exports each test under a unique name. */
function together(name: string, all: Spec[], options: { release?: boolean }): Build {
  const entry = `tests/unit/${name}.entry.ts`;
  const lines = all.map(({ file, tests }, i) =>
    `export { ${tests.map((test) => `${test} as s${i}_${test}`).join(", ")} } from "${relative("tests/unit", file).replace(/\.ts$/, "").replace(/^(?!\.)/, "./")}";`);
  const build = compile(entry, { ...options, name, text: lines.join("\n") });
  const module = new WebAssembly.Module(new Uint8Array(build.wasm));
  all.forEach((spec, i) => MODULES.set(spec, { module, prefix: `s${i}_` }));
  instantiate(module, build); // a spec whose top level traps throws here and not in every test of every file
  return build;
}

const MODULES = new Map<Spec, { module: WebAssembly.Module; prefix: string }>();

function declare(spec: Spec, build: Build): void {
  const { module, prefix } = MODULES.get(spec)!;
  describe(title(spec), () => {
    for (const name of spec.tests) {
      test(name.replaceAll("_", " "), () => {
        const instance = instantiate(module, build);
        try {
          (instance.exports[prefix + name] as () => void)();
        } catch (error) {
          throw located(error, build.map);
        } finally {
          collect(build, instance.exports.memory as WebAssembly.Memory);
        }
      });
    }
  });
}

function instantiate(module: WebAssembly.Module, build: Build): WebAssembly.Instance {
  const instance: WebAssembly.Instance = new WebAssembly.Instance(module, imports(module, () => instance.exports.memory as WebAssembly.Memory));
  try {
    (instance.exports._initialize as (() => void) | undefined)?.();
    return instance;
  } catch (error) {
    throw located(error, build.map);
  }
}

/** The exported functions of a file, in order. Throws if one has parameters, because the harness could not call it. */
function read(file: string): Spec {
  const text = readFileSync(join(ROOT, file), "utf8").replace(/\/\*[^]*?\*\/|\/\/.*/g, "");
  const tests: string[] = [];
  for (const [, name, parameters] of text.matchAll(/^export function (\w+)\s*(?:<[^>]*>)?\(([^)]*)\)/gm)) {
    if (parameters!.trim() !== "") throw new Error(`${file}: ${name} is exported and takes parameters; a test takes none, a helper is not exported`);
    tests.push(name!);
  }
  if (tests.length === 0) throw new Error(`${file} exports no test`);
  return { file, tests };
}

function title(spec: Spec): string { return relative("tests", spec.file).replace(/\.spec\.ts$/, ""); }
