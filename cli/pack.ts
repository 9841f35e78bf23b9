// Makes the compiled filter small: npx tsx cli/pack.ts FILE [TO]. `npm run build` and cli/setup.mjs do it after the compiler.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { packModule } from "./pack/module";

const WASM_OPT = join(__dirname, "../node_modules/binaryen/bin/wasm-opt");
/** The same as in asconfig.json. */
const FEATURES = ["simd", "bulk-memory", "sign-ext", "nontrapping-float-to-int", "mutable-globals"];

/**
 * For size, except that functions of a few instructions are inlined: measured, requests cost a twentieth more without that. Repeated constants,
 * mostly addresses of strings, become locals. The most called functions get the shortest numbers.
 */
const FLAGS = ["-Oz", "--converge", "--always-inline-max-function-size=4", "--const-hoisting", "--reorder-functions"];

const [file, to = file] = process.argv.slice(2);
if (file === undefined || to === undefined) throw new Error("Which module? npx tsx cli/pack.ts FILE [TO]");
const part = `${to}.part`;
const { status } = spawnSync(process.execPath, [WASM_OPT, file, "-o", part, ...FLAGS, ...FEATURES.map((name) => `--enable-${name}`)], { stdio: "inherit", timeout: 1_200_000 });
if (status !== 0) throw new Error("wasm-opt cannot make it smaller: see its message above.");
const packed = packModule(readFileSync(part));
writeFileSync(part, packed);
renameSync(part, to); // atomically: an Envoy may be starting with it
console.log(`${relative("", to)}: ${packed.length} bytes, sha256 ${createHash("sha256").update(packed).digest("hex")}`);
