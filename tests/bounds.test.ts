// docs/bounds.md and the code have the same bounds.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readList } from "../cli/attributes/list";
import { constantsIn, faults, readBounds } from "./support/bounds";

const ROOT = join(__dirname, "..");

test("every row's value is that of the constants that it names, and every MAX_ has a row", () => {
  const files = readdirSync(join(ROOT, "assembly"), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const constants = new Map(files.flatMap((file) => [...constantsIn(file, readFileSync(join(ROOT, "assembly", file), "utf8"))]));
  for (const { name, max } of readList().attributes) if (max !== undefined) constants.set(`config/attributes.yaml ${name}`, max);
  expect(faults(readFileSync(join(ROOT, "docs/bounds.md"), "utf8"), constants)).toEqual([]);
});

const CONSTANTS = new Map([["a.ts MAX_SIZE", 65536], ["a.ts BUCKETS", 16], ["a.ts WAIT_MS", 5000], ["a.ts LONGEST", 86400]]);
const page = (value: string, where: string): string => `| what | value | whose | what happens | where |\n|---|---|---|---|---|\n| x | ${value} | request | 400 | ${where} |\n`;

describe("the faults of a page", () => {
  test.each([
    ["64 kB", "`a.ts MAX_SIZE`"], ["65,536", "`a.ts MAX_SIZE`"], ["1 MB", "`a.ts MAX_SIZE` × `a.ts BUCKETS`"], ["65,536 bytes", "`a.ts MAX_SIZE`"],
  ])("a correct row has none: %s is %s", (value, where) => expect(faults(page(value, where), CONSTANTS)).toEqual([]));
  test.each([["5 s", "`a.ts WAIT_MS`"], ["1 d", "`a.ts LONGEST`"], ["24 h", "`a.ts LONGEST`"]])("times have units: %s is %s", (value, where) =>
    expect(faults(page(value, where), CONSTANTS)).toEqual(["docs/bounds.md: no row names a.ts MAX_SIZE"]));
  test.each([
    ["a value that is not the code's", "32 kB", "`a.ts MAX_SIZE`", "docs/bounds.md:3: `a.ts MAX_SIZE` is 65536, not 32 kB"],
    ["a value that is no number", "many", "`a.ts MAX_SIZE`", "docs/bounds.md:3: `a.ts MAX_SIZE` is 65536, not many"],
    ["a product that is not the code's", "64 kB", "`a.ts MAX_SIZE` × `a.ts BUCKETS`", "docs/bounds.md:3: `a.ts MAX_SIZE` × `a.ts BUCKETS` is 1048576, not 64 kB"],
    ["two places, one of them with another value", "16", "`a.ts BUCKETS`, `a.ts MAX_SIZE`", "docs/bounds.md:3: `a.ts MAX_SIZE` is 65536, not 16"],
    ["a constant that does not exist", "16", "`a.ts GONE`", "docs/bounds.md:3: there is no a.ts GONE"],
    ["a constant without a row", "16", "`a.ts BUCKETS`", "docs/bounds.md: no row names a.ts MAX_SIZE"],
    ["a row without a place: it names no constant", "64 kB", "Envoy", "docs/bounds.md: no row names a.ts MAX_SIZE"],
  ])("%s", (_, value, where, fault) => expect(faults(page(value, where), CONSTANTS)).toContain(fault));
  test.each(["| x | 1 | request | 400 |", "| x | 1 | request | 400 | Envoy", "| x | | request | 400 | Envoy |"])("a malformed row is an error: %s", (row) =>
    expect(() => readBounds(row)).toThrow("docs/bounds.md:1: a row is"));
});

test("constants are read from code, and not from comments or strings", () => {
  const text = "const MAX_A = 64 * 1024;\nexport const MAX_B: u32 = 1 << 16;\nconst CC = 65_536, DD: i64 = 24 * 3600 * 1000;\nconst OTHER = MAX_A;\nconst MAX_C = CC;\n// const MAX_E = 1;\nconst TEXT = \"const MAX_F = 1;\";\n";
  expect([...constantsIn("a.ts", text)]).toEqual([["a.ts MAX_A", 65536], ["a.ts MAX_B", 65536], ["a.ts CC", 65536], ["a.ts DD", 86_400_000], ["a.ts MAX_C", NaN]]);
});
