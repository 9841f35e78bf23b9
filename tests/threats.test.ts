// docs/threats.md and the tests name the same numbers. `npm run threats` writes the page's column of tests.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { faults, namedBy, namedIn, readThreats, withTests, type Named } from "./support/threats";

const PAGE = join(__dirname, "../docs/threats.md");

test("every threat has a test that names it, every number in a name is a threat, and each row lists the files", () => {
  const files = readdirSync(__dirname, { recursive: true, encoding: "utf8" }).filter((file) => /\.(test|spec)\.ts$/.test(file)).sort();
  const named = namedBy(files.map((file) => ({ file, text: readFileSync(join(__dirname, file), "utf8") })));
  if (process.env.WRITE_THREATS) writeFileSync(PAGE, withTests(readFileSync(PAGE, "utf8"), named));
  expect(faults(readFileSync(PAGE, "utf8"), named)).toEqual([]);
});

const row = (number: number | string, tests = "host/a"): string => `| ${number} | an attack | an answer | ${tests} |`;
const page = (...rows: string[]): string => ["# Threats", "", "| # | attack | what the filter does | tests |", "|---|---|---|---|", ...rows, ""].join("\n");
const NAMED: Named = new Map([[1, ["host/a"]], [2, ["host/a", "unit/b"]]]);

describe("the faults of a page", () => {
  test("a correct page has none", () => expect(faults(page(row(1), row(2, "host/a, unit/b")), NAMED)).toEqual([]));
  test.each([
    ["a number without a test", [row(1), row(2, "host/a, unit/b"), row(3, "")], "3: no test's name begins with it"],
    ["a number that only the page gives to a test", [row(1), row(2, "host/a, unit/b"), row(3)], "3: no test's name begins with it"],
    ["a number that is not on the page", [row(1)], "2: named by host/a, unit/b, and not in docs/threats.md"],
    ["a file that is not listed", [row(1), row(2)], "docs/threats.md:6: 2 names other tests than there are; run npm run threats"],
    ["a file that is listed and does not name it", [row(1, "host/a, unit/b"), row(2, "host/a, unit/b")], "docs/threats.md:5: 1 names other tests than there are; run npm run threats"],
    ["files in another order", [row(1), row(2, "unit/b, host/a")], "docs/threats.md:6: 2 names other tests than there are; run npm run threats"],
    ["a number twice", [row(1), row(1), row(2, "host/a, unit/b")], "docs/threats.md:6: 1 stands behind 1"],
    ["a gap", [row(2, "host/a, unit/b"), row(1)], "docs/threats.md:5: 2 stands behind 0"],
  ])("%s", (_, rows, fault) => expect(faults(page(...rows), NAMED)).toContain(fault));

  test.each(["| 1 | an attack | an answer |", "| 1 | an attack | an answer | host/a", "| 1 | an attack | | host/a |", "| 1 | a | b | c | host/a |", "| 1a | an attack | an answer | host/a |", "|1 | an attack | an answer | host/a |"])(
    "a malformed row is an error: %s", (line) => expect(() => readThreats(page(line))).toThrow("docs/threats.md:5: a row is"));

  test("only the column of tests is rewritten", () => {
    const broken = page(row(1, "unit/gone"), row(2, ""), row(3, "host/a"));
    expect(withTests(broken, NAMED)).toBe(page(row(1), row(2, "host/a, unit/b"), "| 3 | an attack | an answer |  |"));
  });
});

describe("what counts as a test's name", () => {
  test.each([
    ["the name of a test", "test('duty 7: x', () => {})", [7]],
    ["a name with several numbers and ranges", "test(`duties 7, 9-11, 13: ${x}`, () => {})", [7, 9, 10, 11, 13]],
    ["the name of a group", "describe(\"duty 7: x\", () => {})", [7]],
    ["a table's row", "test.each([['duty 7: x', 1], ['duty 8: y', 2]])('%s', () => {})", [7, 8]],
    ["not a comment", "// duty 7: x\n/* test('duty 7: x') */ test('x', () => {})", []],
    ["not a number inside a name", "test('x (duty 7)', () => {})", []],
    ["not a test that is skipped or still to be written", "test.skip('duty 7: x', () => {}); test.todo('duty 8: x'); describe.skip('duty 9: x', () => {})", []],
  ])("%s", (_, text, numbers) => expect(namedIn("host/a.test.ts", text)).toEqual(numbers));

  test.each([
    ["an exported function", "export function duty_7_x_9(): void {}", [7]],
    ["an exported function with two numbers", "export function duty_7_duty_8_x(): void {}", [7, 8]],
    ["not a function that is not exported", "function duty_7_x(): void {}", []],
    ["not a function in a comment", "// export function duty_7_x(): void {}\n/*\nexport function duty_8_x(): void {}\n*/", []],
  ])("in a spec: %s", (_, text, numbers) => expect(namedIn("unit/a.spec.ts", text)).toEqual(numbers));

  test.each(["'duty7: x'", "'Duty 7: x'", "'duty 7 x'", "'duty 7, 8: x'", "'duties 7 and 8: x'", "'duties 7,8: x'"])("a malformed number is an error: %s", (name) =>
    expect(() => namedIn("host/a.test.ts", `test(${name}, () => {})`)).toThrow("host/a.test.ts: a name begins with"));
});
