// Checks what `npm run` does for contributors: it reports an old Node, runs one test file alone, and never counts a skipped test as passed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "./support/child";

const ROOT = join(__dirname, "..");
const SCRIPTS = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts as Record<string, string>;

function node(args: string[], env: Record<string, string> = {}): { status: number | null; stdout: string; stderr: string } {
  return runProgram(process.execPath, args, { cwd: ROOT, env: { ...process.env, NODE_OPTIONS: "", ...env } });
}

describe("Node's version is checked before anything else", () => {
  const FIRST = "node cli/node.cjs";
  const own = Object.keys(SCRIPTS).filter((name) => !name.startsWith("pre") || !(name.slice(3) in SCRIPTS));
  test.each(own)("npm run %s", (name) => { expect((SCRIPTS[`pre${name}`] ?? SCRIPTS[name])!.split(" && ")[0]).toBe(FIRST); });

  const asked = (version: string) => node(["-e", `Object.defineProperty(process, "versions", { value: { node: "${version}" } }); require("./cli/node.cjs")`]);
  test.each(["16.20.2", "18.20.8", "20.18.3"])("%s is refused, with the version that is needed", (version) => {
    const { status, stderr } = asked(version);
    expect(status).toBe(1);
    expect(stderr).toBe(`This is Node ${version}; envoy-oidc needs 20.19 or newer: https://nodejs.org/en/download\n`);
  });
  test.each(["20.19.0", "22.0.0", "24.1.0"])("%s is accepted", (version) => { expect(asked(version)).toMatchObject({ status: 0, stderr: "" }); });
});

describe("a name that no test has", () => {
  test.each(["layers", "unit", "host", "quick"])("fails npm run test:%s", (level) => {
    const { status, stderr } = node(["tests/run.mjs", level, "no/such"]);
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^No test of ${level} has "no/such" in its path. There are: \\w`));
  });
  test("fails also beside a name that a test has", () => { expect(node(["tests/run.mjs", "unit", "config/reader", "no/such"]).status).toBe(1); });
  test("fails, and so does a level that does not exist", () => { expect(node(["tests/run.mjs", "units"]).stderr).toMatch("There is no level units"); });
});

describe("a machine without what the tests need", () => {
  /** Checks the needs as the user with this uid, with only these commands in PATH. */
  const needs = (uid: number, commands: string[], ...levels: string[]) => {
    const path = mkdtempSync(join(tmpdir(), "envoy-oidc-path-"));
    try {
      symlinkSync("/bin/sh", join(path, "sh"));
      for (const command of commands) {
        writeFileSync(join(path, command), "#!/bin/sh\n");
        chmodSync(join(path, command), 0o755);
      }
      const text = `process.getuid = () => ${uid}; import("./cli/needs.mjs").then(({ meetNeeds }) => meetNeeds(${JSON.stringify(levels)})).catch((error) => { console.error(error.message); process.exit(1); })`;
      return node(["-e", text], { PATH: path });
    } finally {
      rmSync(path, { recursive: true });
    }
  };

  test("is reported before anything runs, with the one command that installs what is missing", () => {
    const { status, stderr } = needs(1000, ["apt-get", "python3"], "browser");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Needed, and not on this machine:\n {2}- a Chromium: the tests drive it\nInstall it, and try again:\n {2}sudo apt-get install --no-install-recommends chromium(-browser)? fonts-dejavu-core\n$/);
  });
  test("is reported without a command where there is no apt-get, even to root", () => {
    const { status, stderr } = needs(0, [], "vectors");
    expect(status).toBe(1);
    expect(stderr).toBe("Needed, and not on this machine:\n  - Python 3 with pip: Envoy and the test vectors come by it\nInstall it, and try again.\n");
  });
  test("is accepted if the levels do not need it", () => { expect(needs(1000, ["apt-get"], "unit", "host")).toMatchObject({ status: 0, stderr: "" }); });
  test("is accepted with any of the supported browsers", () => { expect(needs(1000, ["apt-get", "python3", "google-chrome"], "browser")).toMatchObject({ status: 0 }); });
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
  test("with a test still to be written fails", () => { expect(run("test('one', () => {}); test.todo('two');").status).toBe(1); });
  test("of tests selected by name passes", () => { expect(run("test('one', () => {}); test('two', () => { throw 1; });", "-t", "one").status).toBe(0); });
  test("of passed tests passes", () => {
    const { status, stdout } = run("test('one', () => {});");
    expect(stdout).toMatch(/\n1 passed, 0 failed\n$/);
    expect(status).toBe(0);
  });
  test("names the file that does not end, and no other", async () => {
    const names = spawn(process.execPath, [join(ROOT, "tests/support/slow-files.mjs"), "0.1"], { stdio: ["pipe", "ignore", "pipe"], timeout: 30_000 });
    names.stdin.write("start a.test.ts\nend a.test.ts\nstart b.test.ts\n");
    expect(String((await once(names.stderr, "data"))[0])).toMatch(/^Still running after \d+ s: b\.test\.ts\n/);
    names.stdin.end();
    expect(await once(names, "close")).toEqual([0, null]);
  });
});
