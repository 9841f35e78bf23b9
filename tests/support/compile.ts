/** Compiles AssemblyScript for tests, once per content: a second run without changes costs a few file hashes. */
import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { runProgram } from "./child";

/** The project's own folder: tests may be started from anywhere. */
export const ROOT = resolve(__dirname, "../..");
const OUT = "build/test";
const LOCK_IS_STALE_MS = 180_000;

export interface CompileOptions {
  /** The name of the output. Different modules need different names. */
  name: string;
  /** The entry's text, if there is no such file. */
  text?: string;
  /** True takes `use` from asconfig.json, that is the filter's own abort, which needs a proxy-wasm host. A list replaces it. */
  use?: boolean | string[];
  /** Optimise like the release, for CPU-heavy work such as vectors. */
  release?: boolean;
  /** Count which statements of assembly/ run; on when COVERAGE=1. */
  coverage?: boolean;
}

/** The place of each coverage counter: the file, and the line of the statement. */
export type CoveragePoints = { base: number; files: { file: string; lines: number[] }[] };

export interface Build {
  name: string;
  wasm: Buffer;
  /** The source map, as asc wrote it. */
  map: string;
  points: CoveragePoints | null;
}

/** An error with the compiler's own message. The stack of the test would be noise. */
export class CompileError extends Error {
  constructor(message: string) {
    super(message);
    this.stack = message;
  }
}

/** Failed compilations, which would fail for the next test too. */
const failed = new Map<string, CompileError>();

export function compile(entry: string, options: CompileOptions): Build {
  const coverage = options.coverage ?? process.env.COVERAGE === "1";
  const name = options.name + (options.release ? ".release" : "") + (coverage ? ".coverage" : "");
  const out = join(OUT, name);
  const args = [entry, "--outFile", `${out}.wasm`, "--transform", "./cli/version-transform.mjs"], config = configFor(options, coverage);
  const key = sha256(JSON.stringify([args, config, options.text ?? null, readFileSync(join(__dirname, "compile-asc.mjs"), "utf8"), version(), transform(coverage)]));
  const job = { entry, text: options.text, args, config, out, key, coverage };
  mkdirSync(join(ROOT, dirname(out)), { recursive: true });
  return locked(join(ROOT, `${out}.lock`), () => {
    if (failed.has(key)) throw failed.get(key);
    if (!fresh(job)) run(job);
    const { points } = JSON.parse(at(`${out}.json`).toString());
    return { name, wasm: at(`${out}.wasm`), map: at(`${out}.wasm.map`).toString(), points };
  });
}

type Job = { entry: string; text?: string; out: string; key: string };

function run(job: Job): void {
  rmSync(join(ROOT, `${job.out}.json`), { force: true });
  const { status, stderr, error } = runProgram(process.execPath, [join(__dirname, "compile-asc.mjs")], { cwd: ROOT, input: JSON.stringify(job) });
  if (error) throw error;
  if (status === 0) return;
  failed.set(job.key, new CompileError(`asc cannot compile ${job.entry}\n\n${stderr}`));
  throw failed.get(job.key);
}

/** Whether a result for exactly these texts exists. A file that was looked for and absent must still be absent. */
function fresh(job: Job): boolean {
  const manifest = join(ROOT, `${job.out}.json`);
  if (!existsSync(manifest)) return false;
  const { key, read } = JSON.parse(readFileSync(manifest, "utf8")) as { key: string; read: Record<string, string | null> };
  if (key !== job.key) return false;
  return Object.entries(read).every(([name, hash]) => {
    if (name === job.entry && job.text != null) return true;
    const path = resolve(ROOT, name);
    return hash == null ? !existsSync(path) : existsSync(path) && sha256(readFileSync(path)) === hash;
  });
}

/** Replaces asconfig.json, which is for the filter alone. */
function configFor(options: CompileOptions, coverage: boolean): object {
  const { options: shared, targets } = JSON.parse(readFileSync(join(ROOT, "asconfig.json"), "utf8"));
  const all: Record<string, unknown> = { ...shared, ...(options.release ? targets.release : {}), debug: true, sourceMap: true };
  delete all.outFile;
  if (Array.isArray(options.use)) all.use = options.use;
  if (!options.use) {
    delete all.use;
    delete all.initialMemory; // all specs together are larger than the filter
    // Top-level code then runs when the harness starts it, with a memory from which an abort's message can be read.
    all.exportStart = "_initialize";
  }
  // The counters are in memory below everything else, where nothing is allocated.
  if (coverage) all.memoryBase = 1 << 17;
  return { options: all };
}

/** Jest runs files in several processes, and two of them may want the same module at the same time. */
function locked<T>(lock: string, work: () => T): T {
  for (;;) {
    try {
      closeSync(openSync(lock, "wx"));
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const held = statSync(lock, { throwIfNoEntry: false });
      if (held && Date.now() - held.mtimeMs > LOCK_IS_STALE_MS) rmSync(lock, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    }
  }
  try { return work(); } finally { rmSync(lock, { force: true }); }
}

function at(path: string): Buffer { return readFileSync(join(ROOT, path)); }
function sha256(data: string | Buffer): string { return createHash("sha256").update(data).digest("hex"); }
/** The versions of the compiler, and of the filter, which is compiled in. */
function version(): string[] { return ["node_modules/assemblyscript/package.json", "package.json"].map((file) => JSON.parse(at(file).toString()).version); }
function transform(coverage: boolean): string { return coverage ? readFileSync(join(__dirname, "coverage-transform.mjs"), "utf8") : ""; }
