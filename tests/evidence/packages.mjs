// Shows again why the filter does not use these packages (docs/decisions.md): npm run evidence. It fetches them into a temporary folder, compiles a
// few lines against each, and runs them. It fails if a statement of the page is no longer true.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const COMPILER = createRequire(import.meta.url)("../../package.json").devDependencies.assemblyscript;
const PACKAGES = [
  `assemblyscript@${COMPILER}`, "@solo-io/proxy-runtime@0.1.8", "@gcoredev/proxy-wasm-sdk-as@1.2.3", "@assemblyscript/wasi-shim@0.1.0",
  "as-base64@0.2.0", "as-json@1.0.2", "json-as@1.6.0", "assemblyscript-json@1.1.0",
];
const TRAPS = "traps";

const folder = mkdtempSync(join(tmpdir(), "envoy-oidc-evidence-"));
let wrong = 0;

function compile(name, text, ...options) {
  writeFileSync(join(folder, `${name}.ts`), text);
  const args = [join(folder, "node_modules/assemblyscript/bin/asc.js"), `${name}.ts`, "--outFile", `${name}.wasm`, ...options];
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8", timeout: 300_000 });
  return { module: status === 0 ? new WebAssembly.Module(readFileSync(join(folder, `${name}.wasm`))) : null, errors: stderr + stdout };
}

/** The result of an exported function in its own instance: a number, or `TRAPS`. */
function answer(module, name, ...args) {
  const imports = {};
  for (const { module: from, name: what } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[what] = what === "abort" ? () => { throw new Error("abort"); } : () => 0;
  const { exports } = new WebAssembly.Instance(module, imports);
  exports._start?.();
  try { return exports[name](...args); } catch { return TRAPS; }
}

function holds(what, is) {
  if (!is) wrong++;
  console.log(`  ${is ? "still true" : "NO LONGER TRUE"}: ${what}`);
}

const FILTER = (name) => `
export * from "${name}/assembly/proxy";
import { RootContext, Context, registerRootContext } from "${name}/assembly";
let roots = 0;
class Root extends RootContext {
  constructor(id: u32) { super(id); roots++; }
  createContext(id: u32): Context { return new Context(id, this); }
}
registerRootContext((id: u32) => new Root(id), "");
`;

function proxyRuntime() {
  const { module, errors } = compile("runtime", FILTER("@solo-io/proxy-runtime"), "--use", "abort=abort_proc_exit");
  holds("does not compile: it imports files that the compiler no longer has", module === null && errors.includes("'~lib/bindings/wasi_unstable.ts' not found"));
}

function gcore() {
  const name = "@gcoredev/proxy-wasm-sdk-as", use = ["--use", "abort=abort_proc_exit"];
  holds("does not compile by itself", compile("gcore", FILTER(name), ...use).module === null);
  const text = `${FILTER(name)}
import { proxy_on_context_create } from "${name}/assembly/proxy";
export function rootsOfTwoPlugins(): i32 {
  proxy_on_context_create(1, 0);
  proxy_on_context_create(2, 0);
  return roots;
}`;
  const { module } = compile("gcore", text, "--config", "node_modules/@assemblyscript/wasi-shim/asconfig.json", ...use);
  const callbacks = WebAssembly.Module.exports(module).filter(({ name: exported }) => exported.startsWith("proxy_on_"));
  holds(`exports ${callbacks.length} callbacks, also those that a filter does not need, and Envoy calls each of them`, callbacks.length >= 25);
  holds("two plugins in one VM share the settings of the first: there is one root context", answer(module, "rootsOfTwoPlugins") === 1);
}

function base64() {
  const { module } = compile("base64", `
import { decode } from "as-base64/assembly";
function first(text: string): i32 { return decode(text)[0]; }
export function noAlphabet(): i32 { return first("!!!!"); }
export function twoSpellings(): i32 { return first("QQ==") == first("QR==") ? 1 : 0; }
export function broken(): i32 { return first("Q"); }
export function outside(): i32 { return first("\\u1234\\u1234\\u1234\\u1234"); }`);
  holds("reads characters outside the base64 alphabet as zeros", answer(module, "noAlphabet") === 0);
  holds("accepts two texts for the same bytes", answer(module, "twoSpellings") === 1);
  holds("traps on a text that is too short", answer(module, "broken") === TRAPS);
  holds("traps on a character outside its table", answer(module, "outside") === TRAPS);
}

function asJson() {
  const text = readFileSync(join(folder, "node_modules/as-json/index.js"), "utf8");
  holds("is no library for AssemblyScript: it is a command that indents its input", text.startsWith("#! /usr/bin/env node") && text.includes("process.stdin"));
}

function jsonAs() {
  const { module } = compile("json", `
import { JSON } from "json-as/assembly";
@json class Claims { sub: string = ""; admin: bool = false; exp: i64 = 0; }
function read(text: string): Claims { return JSON.parse<Claims>(text); }
export function twice(): i32 { return read('{"admin":false,"admin":true}').admin ? 1 : 0; }
export function exponent(): i64 { return read('{"exp":1e3}').exp; }
export function overflow(): i64 { return read('{"exp":99999999999999999999}').exp; }
export function notANumber(): i64 { return read('{"exp":"x"}').exp; }
export function cut(): i32 { return read('{"sub":"a"').sub.length; }
export function text(): i32 { return read('{"sub":1}').sub.length; }`, "--transform", "json-as/transform");
  holds("uses the second of two members with one name", answer(module, "twice") === 1);
  holds("reads 1e3 as another number, and one of twenty digits as well", answer(module, "exponent") !== 1000n && answer(module, "overflow") > 0n);
  holds("reads a string as the number 0", answer(module, "notANumber") === 0n);
  holds("traps on truncated JSON", answer(module, "cut") === TRAPS);
  holds("traps on a member of another type", answer(module, "text") === TRAPS);
}

function assemblyscriptJson() {
  const { module } = compile("other", `
import { JSON } from "assemblyscript-json/assembly";
export function twice(): i32 { return (<JSON.Obj>JSON.parse('{"admin":false,"admin":true}')).getBool("admin")!.valueOf() ? 1 : 0; }
export function behind(): i32 { JSON.parse('{"sub":"ab"} and more'); return 1; }
export function cut(): i32 { JSON.parse('{"sub":"a"'); return 1; }`);
  holds("uses the second of two members with one name", answer(module, "twice") === 1);
  holds("accepts text after the JSON", answer(module, "behind") === 1);
  holds("traps on truncated JSON", answer(module, "cut") === TRAPS);
}

try {
  writeFileSync(join(folder, "package.json"), "{}");
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", ...PACKAGES], { cwd: folder, stdio: ["ignore", "ignore", "inherit"], timeout: 1_200_000 });
  console.log(`By asc ${COMPILER}:`);
  for (const [name, look] of [
    ["@solo-io/proxy-runtime 0.1.8", proxyRuntime], ["@gcoredev/proxy-wasm-sdk-as 1.2.3, its maintained fork", gcore], ["as-base64 0.2.0", base64],
    ["as-json 1.0.2", asJson], ["json-as 1.6.0", jsonAs], ["assemblyscript-json 1.1.0", assemblyscriptJson],
  ]) {
    console.log(name);
    look();
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = wrong === 0 ? 0 : 1;
