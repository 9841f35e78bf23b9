// A program that hangs must end a test with a message, and never hold up the whole run.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { blank } from "./support/blank";
import { programOutput, runProgram } from "./support/child";

const ROOT = join(__dirname, "..");

const files = ["tests", "cli"].flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).filter((file) => /\.(ts|mjs|cjs)$/.test(file)).map((file) => `${folder}/${file}`)).sort();
/** Not checked: the test runner, the builds (their callers set a time limit), and the examples below. */
const EXCLUDED = ["tests/run.mjs", "tests/support/build.mjs", "tests/children.test.ts"];

/** The calls in a source text that wait for a program without a time limit. */
function endless(text: string): string[] {
  const alias = /const (\w+) = promisify\(execFile\);/.exec(text)?.[1] ?? "spawnSync";
  const calls = new RegExp(`(?<!\\.)\\b(?:spawnSync|execFileSync|execSync|execFile|promisify\\(execFile\\)|${alias})\\(`, "g");
  return [...text.matchAll(calls)].map(({ 0: call, index }) => call + inParentheses(text, index + call.length)).filter((call) => !/\btimeout\b/.test(call));
}

/** The text from just after an opening parenthesis to the one that closes it. */
function inParentheses(text: string, from: number): string {
  let end = from;
  for (let depth = 1; end < text.length && depth > 0; end++) depth += text[end] === "(" ? 1 : text[end] === ")" ? -1 : 0;
  return text.slice(from, end);
}

test("no test and no file of the command waits for a program without a time limit", () => {
  const found = files.filter((file) => !EXCLUDED.includes(file)).flatMap((file) => endless(blank(readFileSync(join(ROOT, file), "utf8")).withoutComments).map((call) => `${file}: ${call}`));
  expect(files.length).toBeGreaterThan(200);
  expect(found).toEqual([]);
});

test.each(['spawnSync("a", ["b"])', 'execFileSync("a", args, { cwd: f(g()) })', 'await promisify(execFile)("a", []); const timeout = 1;', 'const run = promisify(execFile);\nawait run("a");'])("%s is found", (text) => { expect(endless(text)).toHaveLength(1); });
test.each(['spawnSync("a", ["b"], { timeout: 1 })', 'promisify(execFile)("a", f(x), { cwd, timeout })', 'spawn("a")'])("%s is accepted", (text) => { expect(endless(text)).toEqual([]); });

const SLEEP = ["--eval", "setInterval(() => {}, 1000)"];

test("a program that hangs is killed, and the failure says which one", async () => {
  const message = / --eval setInterval.* had not ended after 0\.2 s and was killed\. It had said /;
  expect(() => runProgram(process.execPath, SLEEP, { withinMs: 200 })).toThrow(message);
  await expect(programOutput(process.execPath, SLEEP, { withinMs: 200 })).rejects.toThrow(message);
});

test("a program that fails, and one that does not exist, are reported as such", async () => {
  expect(runProgram(process.execPath, ["--eval", "process.exit(3)"])).toMatchObject({ status: 3 });
  expect(runProgram("/nowhere/program", [])).toMatchObject({ status: null, error: expect.objectContaining({ code: "ENOENT" }) });
  await expect(programOutput(process.execPath, ["--eval", "process.exit(3)"])).rejects.toMatchObject({ code: 3 });
});
