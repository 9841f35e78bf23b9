// assembly/tsconfig.json gives editors the declarations of the AssemblyScript compiler. With them TypeScript still reports some errors for the filter's
// sources. Only the kinds below are allowed, each with its reason: among other errors a real mistake would not be noticed.
import { join } from "node:path";
import { runProgram } from "./support/child";

const ROOT = join(__dirname, "..");

const KNOWN = [
  { why: "functions have decorators in AssemblyScript, and not in TypeScript", pattern: /error TS1206: Decorators are not valid here\./ },
  { why: "@final is declared for classes with public constructors", pattern: /error TS1238: Unable to resolve signature of class decorator/ },
  { why: "`bool` is declared as boolean or number, so that one is not always assignable to the other", pattern: /error TS2322: Type '(?:bool|number \| boolean)' is not assignable to type 'boolean'\./ },
  { why: "TypeScript does not see that a call has changed a field", pattern: /assembly\/json\/parser\.ts.*error TS2367: .* 'JsonFault' and '0' have no overlap\./ },
];

let lines: string[];
beforeAll(() => {
  const { stdout } = runProgram(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "assembly", "--pretty", "false"], { cwd: ROOT });
  lines = stdout.split("\n").filter((line) => /^\S/.test(line)); // without the indented explanations
});

test("TypeScript reports no other errors for the sources", () => {
  expect(lines.filter((line) => !KNOWN.some(({ pattern }) => pattern.test(line)))).toEqual([]);
});

test.each(KNOWN)("still reported: $why", ({ pattern }) => { expect(lines.filter((line) => pattern.test(line))).not.toEqual([]); });
