// assembly/tsconfig.json makes editors know AssemblyScript by the declarations that its compiler brings. What TypeScript then still says
// against the filter's sources is of few kinds, each with a reason; anything else would hide a mistake in the noise.
import { join } from "node:path";
import { runProgram } from "./support/child";

const ROOT = join(__dirname, "..");

const KNOWN = [
  { why: "functions have decorators in AssemblyScript, and not in TypeScript", pattern: /error TS1206: Decorators are not valid here\./ },
  { why: "@final is declared for classes that anybody may construct", pattern: /error TS1238: Unable to resolve signature of class decorator/ },
  { why: "`bool` is declared as boolean or number, so that one is not always assignable to the other", pattern: /error TS2322: Type '(?:bool|number \| boolean)' is not assignable to type 'boolean'\./ },
  { why: "TypeScript does not see that a call has changed a field", pattern: /assembly\/json\/parser\.ts.*error TS2367: .* 'JsonFault' and '0' have no overlap\./ },
];

let lines: string[];
beforeAll(() => {
  const { stdout } = runProgram(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "assembly", "--pretty", "false"], { cwd: ROOT });
  lines = stdout.split("\n").filter((line) => /^\S/.test(line)); // without what explains a line
});

test("TypeScript has nothing to say against the sources but what is known", () => {
  expect(lines.filter((line) => !KNOWN.some(({ pattern }) => pattern.test(line)))).toEqual([]);
});

test.each(KNOWN)("known: $why", ({ pattern }) => { expect(lines.filter((line) => pattern.test(line))).not.toEqual([]); });
