// Runs the AssemblyScript compiler for one job, given as JSON on standard input. It is a process of its own because asc is an ES module and Jest's
// tests are CommonJS. The caller waits for it, because Jest requires tests to be declared synchronously.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { dirname, resolve } from "node:path";
import asc from "assemblyscript/asc";

const job = JSON.parse(readFileSync(0, "utf8"));
const read = {};
const written = {};
const transforms = [];
let points = null;
if (job.coverage) {
  const { CoverageTransform } = await import("./coverage-transform.mjs");
  points = new CoverageTransform();
  transforms.push(points);
}

const { error, stderr } = await asc.main(job.args, {
  transforms,
  // Every look-up is recorded with its result, so that the cache knows exactly what the module was made of.
  readFile(name) {
    if (name === "asconfig.json") return JSON.stringify(job.config);
    const text = name === job.entry && job.text != null ? job.text : readOrNull(name);
    read[name] = text == null ? null : createHash("sha256").update(text).digest("hex");
    return text;
  },
  writeFile(name, contents) { written[name] = contents; },
});

if (error) {
  process.stderr.write(stderr.toString() || String(error.stack));
  process.exitCode = 1;
} else {
  mkdirSync(dirname(job.out), { recursive: true });
  for (const [name, contents] of Object.entries(written)) writeFileSync(name, contents);
  writeFileSync(`${job.out}.json`, JSON.stringify({ key: job.key, read, points: points?.points ?? null }));
}

function readOrNull(name) {
  try { return readFileSync(resolve(name), "utf8"); } catch { return null; }
}
