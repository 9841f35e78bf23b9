/** The command itself: the built file, its help, its streams and its exit codes. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../support/child";
import { envoyOidc, file } from "./support";

const ROOT = join(__dirname, "../..");
const COMMANDS = ["check", "convert", "generate", "doctor", "session", "schema"];
const PACKAGE = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string; bin: Record<string, string>; scripts: Record<string, string>; dependencies: Record<string, string> };

describe("the built command", () => {
  const folder = mkdtempSync(join(ROOT, "build", "cli-test-")), built = join(folder, "envoy-oidc.cjs");
  beforeAll(() => {
    // Runs the script of package.json, with a folder of this test for its output.
    const path = `${join(ROOT, "node_modules/.bin")}:${process.env.PATH}`;
    expect(runProgram("sh", ["-c", PACKAGE.scripts["build:cli"]!.replace("build/envoy-oidc.cjs", built)], { cwd: ROOT, env: { ...process.env, PATH: path } })).toMatchObject({ status: 0 });
    writeFileSync(join(folder, "envoy-oidc.wasm"), readFileSync(join(ROOT, "build/envoy-oidc.wasm")));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (...args: string[]) => runProgram(process.execPath, [built, ...args], { cwd: tmpdir() });

  test("runs from any folder, with the module beside it", () => {
    expect(run("check", join(ROOT, "envoy/bearer.yaml"))).toMatchObject({ status: 0, stderr: "" });
    expect(run("check", file("{}", "filter.json"))).toMatchObject({ status: 1 });
  });
  test("needs exactly the package's dependencies at run time", () => {
    const wanted = [...readFileSync(built, "utf8").matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name!).filter((name) => !name.startsWith("node:"));
    expect([...new Set(wanted)].sort()).toEqual(Object.keys(PACKAGE.dependencies).sort());
  });
  test("prints no colours if its output is no terminal", () => expect(run("check", file("{}", "filter.json")).stdout).not.toContain("\u001b"));
  test("prints a message, and no stack trace, for a missing file", () => expect(run("check", "/nowhere")).toMatchObject({ status: 2, stderr: "envoy-oidc: /nowhere: there is no such file\n" }));
});

test("package.json names what the script builds", () => expect(PACKAGE.scripts["build:cli"]).toContain(`--outfile=${PACKAGE.bin["envoy-oidc"]}`));

test("--help names every command, and --version the package's", async () => {
  const { code, out } = await envoyOidc(["--help"]);
  for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^  ${command}\\b`, "m"));
  expect([code, (await envoyOidc(["--version"])).out]).toEqual([0, PACKAGE.version]);
});

test.each([...COMMANDS.filter((one) => one !== "session").map((one) => [one]), ["session", "inspect"]])("%s: its help shows an example", async (...command) => {
  const { code, out } = await envoyOidc([...command, "--help"]);
  expect([code, out]).toEqual([0, expect.stringMatching(/Examples?:\n.*envoy-oidc /)]);
});

describe("schema", () => {
  const path = join(ROOT, "envoy-oidc.schema.json");
  test("prints the schema that the build writes; without it, says what to do", async () => {
    const { code, out, err } = await envoyOidc(["schema"]);
    if (existsSync(path)) expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ $schema: "https://json-schema.org/draft/2020-12/schema" })]);
    else expect([code, err]).toEqual([2, "envoy-oidc: envoy-oidc.schema.json is not there: run npm run build"]);
  });
});

// A scripted server, because no supported Envoy gives these answers.
test("doctor: an Envoy that is too old, and one whose clock differs", async () => {
  const server = createServer((request, response) => {
    response.setHeader("date", new Date(Date.now() - 300_000).toUTCString());
    response.end(JSON.stringify(request.url!.startsWith("/server_info") ? { version: "abc/1.36.3/Clean/RELEASE/BoringSSL" } : {}));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { code, out } = await envoyOidc(["doctor", "--admin", `http://127.0.0.1:${(server.address() as AddressInfo).port}`, "--json"]);
  await new Promise((resolve) => server.close(resolve));
  const found = (JSON.parse(out) as { findings: { level: string; code: string }[] }).findings;
  expect([code, found.map((one) => `${one.level} ${one.code}`)]).toEqual([1, ["error envoy-too-old", "error no-plugin", "warning clock-here"]]);
});

test.each(["<html>", "null", "{}", "[1]"])("doctor: a server that answers %s is not Envoy", async (answer) => {
  const server = createServer((_, response) => void response.end(answer)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { code, err } = await envoyOidc(["doctor", "--admin", `http://127.0.0.1:${(server.address() as AddressInfo).port}`]);
  await new Promise((resolve) => server.close(resolve));
  expect([code, err]).toEqual([2, expect.stringContaining("this is not Envoy's admin interface")]);
});
