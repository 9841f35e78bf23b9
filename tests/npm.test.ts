// What `npm run` gives whoever works here: a word about an old Node, one test file alone, no skipped test that counts as passed.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..");
const SCRIPTS = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts as Record<string, string>;

function node(args: string[], cwd = ROOT): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, args, { cwd, encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "" } });
}

describe("Node's version is looked at before anything else", () => {
  const FIRST = "node cli/node.cjs";
  const own = Object.keys(SCRIPTS).filter((name) => !name.startsWith("pre") || !(name.slice(3) in SCRIPTS));
  test.each(own)("npm run %s", (name) => { expect((SCRIPTS[`pre${name}`] ?? SCRIPTS[name])!.split(" && ")[0]).toBe(FIRST); });

  const asked = (version: string) => node(["-e", `Object.defineProperty(process, "versions", { value: { node: "${version}" } }); require("./cli/node.cjs")`]);
  test.each(["16.20.2", "18.20.8", "20.18.3"])("%s is refused, with the version that is needed", (version) => {
    const { status, stderr } = asked(version);
    expect(status).toBe(1);
    expect(stderr).toBe(`This is Node ${version}; envoy-oidc needs 20.19 or newer: https://nodejs.org/en/download\n`);
  });
  test.each(["20.19.0", "22.0.0", "24.1.0"])("%s is taken", (version) => { expect(asked(version)).toMatchObject({ status: 0, stderr: "" }); });
});

describe("a name that no test has", () => {
  test.each(["layers", "unit", "host", "quick"])("ends npm run test:%s", (level) => {
    const { status, stderr } = node(["tests/run.mjs", level, "no/such"]);
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^No test of ${level} has "no/such" in its path. There are: \\w`));
  });
  test("is not hidden by one that a test has", () => { expect(node(["tests/run.mjs", "unit", "config/reader", "no/such"]).status).toBe(1); });
  test("nor is a level that there is not", () => { expect(node(["tests/run.mjs", "units"]).stderr).toMatch("There is no level units"); });
});

describe("a run", () => {
  const run = (text: string, ...options: string[]) => {
    mkdirSync(join(ROOT, "build"), { recursive: true });
    const folder = mkdtempSync(join(ROOT, "build/run-"));
    try {
      writeFileSync(join(folder, "some.test.js"), text);
      return node([join(ROOT, "node_modules/jest/bin/jest.js"), "--rootDir", folder, "--reporters", join(ROOT, "tests/support/reporter.js"), "--config", "{}", ...options]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  test("that skips a test fails, and counts it", () => {
    const { status, stdout } = run("test('one', () => {}); test.skip('two', () => {});");
    expect(stdout).toMatch(/\n1 passed, 0 failed, 1 skipped\n$/);
    expect(status).toBe(1);
  });
  test("that leaves one to be written fails", () => { expect(run("test('one', () => {}); test.todo('two');").status).toBe(1); });
  test("of tests that were asked for by name is passed", () => { expect(run("test('one', () => {}); test('two', () => { throw 1; });", "-t", "one").status).toBe(0); });
  test("of passed tests is passed", () => {
    const { status, stdout } = run("test('one', () => {});");
    expect(stdout).toMatch(/\n1 passed, 0 failed\n$/);
    expect(status).toBe(0);
  });
});
