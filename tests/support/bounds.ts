/** Compares the tables of docs/bounds.md with the constants that they name. */
import { blank } from "./blank";

export interface Bound { line: number; value: string; where: string }

/** The rows: `| what | value | whose | what happens | where |`. */
export function readBounds(page: string): Bound[] {
  const bounds: Bound[] = [];
  page.split("\n").forEach((text, i) => {
    if (!text.startsWith("|") || text.startsWith("|---") || text.startsWith("| what |")) return;
    const [, value, where] = /^\| [^|]+ \| ([^|]+) \| [^|]+ \| [^|]+ \|([^|]*)\|$/.exec(text) ?? [];
    if (value === undefined) throw new Error(`docs/bounds.md:${i + 1}: a row is | what | value | whose | what happens | where |`);
    bounds.push({ line: i + 1, value, where: where!.trim() });
  });
  return bounds;
}

const UNITS: Record<string, number> = { kB: 1024, MB: 1024 ** 2, s: 1, h: 3600, d: 86400 };

/** "64 kB" → 65536. Times are in seconds, or in the milliseconds of a constant whose name ends in _MS. */
function valueOf(text: string, name: string): number {
  const [, number, unit] = /^([\d,]+)(?: (\w+))?/.exec(text) ?? [];
  const seconds = ["s", "h", "d"].includes(unit ?? "");
  return Number(number?.replaceAll(",", "")) * (UNITS[unit ?? ""] ?? 1) * (seconds && name.endsWith("_MS") ? 1000 : 1);
}

/** `http/url.ts MAX_URL` → 2048, for every constant of a file that is a number or a product of numbers; NaN for a `MAX_…` that is neither. */
export function constantsIn(file: string, text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [, list] of blank(text).code.matchAll(/^(?:export )?const (.+);/gm)) {
    for (const [, name, value] of list!.matchAll(/\b([A-Z][A-Z0-9_]+)(?:: [\w<>]+)? = ([^,]+)/g)) {
      const number = numberIn(value!);
      if (!Number.isNaN(number) || name!.startsWith("MAX_")) found.set(`${file} ${name}`, number);
    }
  }
  return found;
}

function numberIn(text: string): number {
  if (!/^[\d_]+( (\*|<<) [\d_]+)*$/.test(text)) return NaN;
  const [first, ...rest] = text.replaceAll("_", "").split(/ (?=\*|<<)/);
  return rest.reduce((value, step) => step.startsWith("*") ? value * Number(step.slice(2)) : value * 2 ** Number(step.slice(3)), Number(first));
}

export function faults(page: string, constants: Map<string, number>): string[] {
  const out: string[] = [], named = new Set<string>();
  for (const { line, value, where } of readBounds(page)) {
    for (const product of where.split(", ")) {
      const names = [...product.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
      names.forEach((name) => named.add(name));
      const missing = names.filter((name) => !constants.has(name));
      const inCode = names.reduce((number, name) => number * (constants.get(name) ?? 0), 1);
      if (missing.length > 0) out.push(`docs/bounds.md:${line}: there is no ${missing.join(", no ")}`);
      else if (names.length > 0 && inCode !== valueOf(value, names[0]!)) out.push(`docs/bounds.md:${line}: ${product} is ${inCode}, not ${value}`);
    }
  }
  for (const name of constants.keys()) if (/ MAX_/.test(name) && !named.has(name)) out.push(`docs/bounds.md: no row names ${name}`);
  return out;
}
