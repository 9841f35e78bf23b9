/**
 * With COVERAGE=1: adds up the coverage of assembly/ over all test files and prints it per folder. Lines that never ran are listed in build/coverage.
 */
const { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");

const ROOT = join(__dirname, "../..");
const FOLDER = join(ROOT, "build/coverage");
const PARTS = join(FOLDER, "parts");

module.exports = class {
  onRunStart() {
    rmSync(PARTS, { recursive: true, force: true });
  }

  onRunComplete() {
    if (process.env.COVERAGE !== "1" || !existsSync(PARTS)) return;
    const files = add(readdirSync(PARTS).flatMap((name) => JSON.parse(readFileSync(join(PARTS, name), "utf8"))));
    if (files.length === 0) return;
    const folders = new Map();
    for (const { file, lines, ran } of files) {
      const folder = dirname(file);
      const sum = folders.get(folder) ?? new Sum(folder);
      folders.set(folder, sum);
      sum.add(lines, ran);
    }
    const total = new Sum("total");
    for (const sum of folders.values()) total.join(sum);
    const table = [...[...folders.values()].sort((a, b) => a.name.localeCompare(b.name)), total];
    mkdirSync(FOLDER, { recursive: true });
    // A file that is in no test's module has no statements to count, but must be reported.
    const known = new Set(files.map(({ file }) => file));
    const unseen = readdirSync(join(ROOT, "assembly"), { recursive: true }).map((file) => `assembly/${file}`)
      .filter((file) => file.endsWith(".ts") && !known.has(file)).sort();
    if (unseen.length) table.push(`  ${unseen.length} files are in no module of these tests`);
    writeFileSync(join(FOLDER, "not-run.txt"), [...files.map(notRun).filter(Boolean), ...unseen.map((file) => `${file}: in no module of these tests`), ""].join("\n"));
    process.once("exit", () => process.stdout.write(
      `\nCoverage of assembly/ (lines that never ran: build/coverage/not-run.txt)\n${table.map(String).join("\n")}\n`));
  }
};

/** A file has the same statements in every module. Parts for another content of the file are ignored. */
function add(parts) {
  const files = new Map();
  for (const { file, lines, ran } of parts) {
    const bits = Buffer.from(ran, "base64");
    const held = files.get(file);
    if (!held) files.set(file, { file, lines, ran: bits });
    else if (held.lines.length === lines.length) bits.forEach((bit, i) => { held.ran[i] |= bit; });
  }
  return [...files.values()].sort((a, b) => a.file.localeCompare(b.file));
}

class Sum {
  constructor(name) { Object.assign(this, { name, lines: 0, linesRun: 0, statements: 0, statementsRun: 0 }); }

  add(lines, ran) {
    this.lines += new Set(lines).size;
    this.linesRun += new Set(lines.filter((_, i) => ran[i])).size;
    this.statements += lines.length;
    this.statementsRun += ran.filter(Boolean).length;
  }

  join(other) {
    for (const key of ["lines", "linesRun", "statements", "statementsRun"]) this[key] += other[key];
  }

  toString() {
    const share = (part, of) => `${(of ? part / of * 100 : 100).toFixed(1).padStart(5)} % of ${String(of).padStart(5)}`;
    return `  ${this.name.padEnd(20)} ${share(this.linesRun, this.lines)} lines, ${share(this.statementsRun, this.statements)} statements`;
  }
}

/** A line is reported if any statement on it never ran. */
function notRun({ file, lines, ran }) {
  const missing = [...new Set(lines.filter((_, i) => !ran[i]))].sort((a, b) => a - b);
  return missing.length ? `${file}: ${missing.join(" ")}` : "";
}
