// Lints everything with oxlint: node cli/lint.mjs. oxlint parses AssemblyScript as TypeScript, but refuses decorators before functions and imports. It
// gets copies in which blanks replace these decorators, so that lines and columns stay the same.

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const FOLDERS = ["assembly", "bench", "cli", "tests"];
const CONFIG = ".oxlintrc.json";
const IS_SOURCE = /\.(ts|mjs|cjs|js)$/;
const DECORATORS = /^[ \t]*(?:@(?:inline|unsafe|global|lazy|external)\b(?:\([^)\n]*\))?[ \t]*)+/gm;

const copy = mkdtempSync(join(tmpdir(), "envoy-oidc-lint-"));
try {
  for (const path of [...FOLDERS, CONFIG, "jest.config.js"]) cpSync(join(ROOT, path), join(copy, path), { recursive: true });
  for (const file of FOLDERS.flatMap((folder) => readdirSync(join(copy, folder), { recursive: true, encoding: "utf8" }).map((name) => join(copy, folder, name)))) {
    if (!IS_SOURCE.test(file)) continue;
    const text = readFileSync(file, "utf8"), plain = text.replace(DECORATORS, (decorator) => " ".repeat(decorator.length));
    if (plain !== text) writeFileSync(file, plain);
  }
  process.exitCode = spawnSync(process.execPath, [join(ROOT, "node_modules/oxlint/bin/oxlint"), "-c", CONFIG, ...process.argv.slice(2)], { cwd: copy, stdio: "inherit", timeout: 600_000 }).status ?? 1;
} finally {
  rmSync(copy, { recursive: true });
}
