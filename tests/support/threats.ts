/** Compares docs/threats.md with the names of tests. */
import { parseSync } from "@swc/core";
import { blank } from "./blank";

export interface Threat { number: number; line: number; tests: string }

/** The rows of the tables: `| number | attack | what the filter does | tests |`. A row in another form is an error. */
export function readThreats(page: string): Threat[] {
  const rows: Threat[] = [];
  page.split("\n").forEach((text, i) => {
    if (!/^\|\s*\d/.test(text)) return;
    const [, number, tests] = ROW.exec(text) ?? [];
    if (number === undefined) throw new Error(`docs/threats.md:${i + 1}: a row is | number | attack | what the filter does | tests |`);
    rows.push({ number: Number(number), line: i + 1, tests: tests! });
  });
  return rows;
}

const ROW = /^\| (\d+) \| [^|]+ \| [^|]+ \| ([^|]*?) ?\|$/;

/** The numbers at the start of the names of a file's tests. Comments, skipped tests, and numbers further inside a name do not count. */
export function namedIn(file: string, text: string): number[] {
  const names = file.endsWith(".spec.ts") ? exportedFunctions(text) : strings(parseSync(text, { syntax: "typescript" }));
  return [...new Set(names.flatMap((name) => numbersOf(file, name)))].sort((a, b) => a - b);
}

/** A spec's tests are its exported functions: `duty_12_what_holds`, `duty_12_duty_13_what_holds`. */
function exportedFunctions(text: string): string[] {
  return [...blank(text).code.matchAll(/^export function ((?:duty_\d+_)+)/gm)].map(([, numbers]) => `duties ${numbers!.match(/\d+/g)!.join(", ")}: `);
}

/** All strings, and the first parts of all templates: names are in `test(…)` and `describe(…)`, and in the tables of their `each`. */
function strings(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(strings);
  if (typeof node !== "object" || node === null) return [];
  const { type, value, quasis, callee } = node as { type?: string; value?: unknown; quasis?: { raw: string }[]; callee?: { property?: { value?: string } } };
  if (type === "CallExpression" && ["skip", "todo"].includes(callee?.property?.value ?? "")) return [];
  if (type === "StringLiteral") return [value as string];
  return [...(type === "TemplateLiteral" ? [quasis![0]!.raw] : []), ...Object.values(node).flatMap(strings)];
}

/** `duty 12: …`, `duties 12, 14-16: …` */
function numbersOf(file: string, name: string): number[] {
  if (!/^dut(y|ies)\s*\d/i.test(name)) return [];
  const [, list] = /^(?:duty (?=\d+:)|duties )(\d+(?:-\d+)?(?:, \d+(?:-\d+)?)*): /.exec(name) ?? [];
  if (list === undefined) throw new Error(`${file}: a name begins with "duty 12: " or "duties 12, 14-16: ", not with "${name.slice(0, 20)}"`);
  return list.split(", ").flatMap((part) => {
    const [from, to] = part.split("-").map(Number) as [number, number?];
    return Array.from({ length: (to ?? from) - from + 1 }, (_, i) => from + i);
  });
}

/** Number → the files whose tests name it, as the page writes them. */
export type Named = Map<number, string[]>;

export function namedBy(files: { file: string; text: string }[]): Named {
  const named: Named = new Map();
  for (const { file, text } of files) for (const number of namedIn(file, text)) named.set(number, [...named.get(number) ?? [], file.replace(/\.(test|spec)\.ts$/, "")]);
  for (const list of named.values()) list.sort();
  return named;
}

export function faults(page: string, named: Named): string[] {
  const rows = readThreats(page), out: string[] = [];
  let last = 0;
  for (const { number, line, tests } of rows) {
    const expected = (named.get(number) ?? []).join(", ");
    if (number !== last + 1) out.push(`docs/threats.md:${line}: ${number} stands behind ${last}`);
    if (!expected) out.push(`${number}: no test's name begins with it`);
    else if (tests !== expected) out.push(`docs/threats.md:${line}: ${number} names other tests than there are; run npm run threats`);
    last = number;
  }
  for (const [number, files] of named) if (!rows.some((row) => row.number === number)) out.push(`${number}: named by ${files.join(", ")}, and not in docs/threats.md`);
  return out;
}

/** The page with its column of tests regenerated. */
export function withTests(page: string, named: Named): string {
  return page.split("\n").map((text) => {
    const row = ROW.exec(text);
    return row ? text.replace(/[^|]*\|$/, ` ${(named.get(Number(row[1])) ?? []).join(", ")} |`) : text;
  }).join("\n");
}
