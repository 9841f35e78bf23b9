// Writes the results of the parts: tables as Markdown that is also readable as text, and as JSON.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { chart, type Bar } from "./chart";

/** `id`: the name by which the documentation includes it. */
export interface Table { id: string; title: string; heads: string[]; rows: string[][] }

/** The result of a part. `part`: the name by which the documentation includes its notes. */
export interface Result { part: string; tables: Table[]; notes: string[]; /** For programs. */ data: unknown; bars?: Bar[] }

/** Written only if something with bars was measured. */
export const CHART = "performance.svg";

export function report(folder: string, results: Result[]): void {
  const text = results.map(({ tables, notes }) => [...tables.map(markdown), ...notes].join("\n\n")).join("\n\n");
  console.log(text);
  writeFileSync(join(folder, "report.md"), `${text}\n`);
  writeFileSync(join(folder, "report.json"), JSON.stringify(Object.fromEntries(results.map(({ part, data }) => [part, data])), null, 2));
  const bars = results.flatMap((result) => result.bars ?? []);
  if (bars.length > 0) writeFileSync(join(folder, CHART), chart("Added CPU per request, in µs", bars));
}

/** The first column is text, the others are numbers. */
export function markdown({ title, heads, rows }: Table): string {
  const all = [heads, ...rows], widths = heads.map((_, column) => Math.max(3, ...all.map((row) => row[column]!.length)));
  const line = (cells: string[]): string => `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(" | ")} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [`**${title}**`, "", line(heads), rule, ...rows.map(line)].join("\n");
}

export function fixed(value: number, digits: number): string { return Number.isFinite(value) ? value.toFixed(digits) : "–"; }
