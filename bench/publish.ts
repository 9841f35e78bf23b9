// Puts the results of a run into the marked places of docs/performance.md.

import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CHART, markdown, type Result } from "./report";

const DOCS = join(__dirname, "..", "docs");

/** Between `<!-- bench: ID -->` and `<!-- end -->` is a table, or the notes of a part. What this run has not measured is left unchanged. */
export function publish(folder: string, results: Result[]): void {
  const file = join(DOCS, "performance.md"), found = new Map<string, string>();
  for (const { part, tables, notes } of results) {
    for (const table of tables) found.set(table.id, markdown(table));
    if (notes.length > 0) found.set(part, notes.map((note) => `- ${note}`).join("\n"));
  }
  const text = readFileSync(file, "utf8").replace(/(<!-- bench: (.+?) -->\n)[^]*?(<!-- end -->)/g, (whole, begin: string, id: string, end: string) => (
    found.has(id) ? `${begin}\n${found.get(id)}\n\n${end}` : whole));
  writeFileSync(file, text);
  if (results.some(({ bars }) => bars)) copyFileSync(join(folder, CHART), join(DOCS, CHART));
}
