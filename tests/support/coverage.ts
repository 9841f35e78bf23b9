/** Collects which statements of assembly/ ran, from the memories of the modules, over all tests of a file, into build/coverage. */
import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Build, ROOT } from "./compile";

/** File → for each of its statements in order: the line, and whether it ran. */
const seen = new Map<string, { lines: number[]; ran: Uint8Array }>();
let watched: { build: Build; memory: WebAssembly.Memory }[] = [];
let writes = false;

/** Reads the counters of a module that is not used any more. */
export function collect(build: Build, memory: WebAssembly.Memory): void {
  if (!build.points) return;
  const counters = new Uint8Array(memory.buffer);
  let at = build.points.base;
  for (const { file, lines } of build.points.files) {
    const held = seen.get(file) ?? { lines, ran: new Uint8Array(lines.length) };
    seen.set(file, held);
    for (let i = 0; i < lines.length; i++) held.ran[i]! |= counters[at++]!;
  }
  atTheEnd();
}

/** The same for a module that is used further. It is read after the test that made it or, if a hook made it, at the end of the file. */
export function watch(build: Build, memory: WebAssembly.Memory): void {
  if (!build.points) return;
  watched.push({ build, memory });
  // A fuzz test starts thousands of modules, whose memories cannot all be kept.
  if (watched.length > 64) collect(watched[0]!.build, watched.shift()!.memory);
  atTheEnd();
}

function harvest(): void {
  for (const { build, memory } of watched) collect(build, memory);
}

/** One part per test file, because Jest runs them in different processes. */
function write(): void {
  harvest();
  watched = [];
  const folder = join(ROOT, "build/coverage/parts");
  mkdirSync(folder, { recursive: true });
  const parts = [...seen].map(([file, { lines, ran }]) => ({ file, lines, ran: Buffer.from(ran).toString("base64") }));
  writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify(parts));
}

function atTheEnd(): void { writes = true; }

if (process.env.COVERAGE === "1" && typeof afterAll === "function") {
  afterEach(harvest);
  afterAll(() => { if (writes || watched.length) write(); });
}
