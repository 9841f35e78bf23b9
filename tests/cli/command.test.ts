/** The command itself: as it is built, its help, its streams and its exit codes. */
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

describe("as it is built", () => {
  const folder = mkdtempSync(join(ROOT, "build", "cli-test-")), built = join(folder, "envoy-oidc.cjs");
  beforeAll(() => {
    // The script of package.json, into a folder of this test.
    const path = `${join(ROOT, "node_modules/.bin")}:${process.env.PATH}`;
    expect(runProgram("sh", ["-c", PACKAGE.scripts["build:cli"]!.replace("build/envoy-oidc.cjs", built)], { cwd: ROOT, env: { ...process.env, PATH: path } })).toMatchObject({ status: 0 });
    writeFileSync(join(folder, "envoy-oidc.wasm"), readFileSync(join(ROOT, "build/envoy-oidc.wasm")));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (...args: string[]) => runProgram(process.execPath, [built, ...args], { cwd: tmpdir() });

  test("it runs from any folder, with the module beside it", () => {
    expect(run("check", join(ROOT, "envoy/bearer.yaml"))).toMatchObject({ status: 0, stderr: "" });
    expect(run("check", file("{}", "filter.json"))).toMatchObject({ status: 1 });
  });
  test("what it needs at run time are the package's dependencies, and nothing else", () => {
    const wanted = [...readFileSync(built, "utf8").matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name!).filter((name) => !name.startsWith("node:"));
    expect([...new Set(wanted)].sort()).toEqual(Object.keys(PACKAGE.dependencies).sort());
  });
  test("its output has no colours where nobody watches", () => expect(run("check", file("{}", "filter.json")).stdout).not.toContain("\u001b"));
  test("a stack trace is never what a person gets for a file that is not there", () => expect(run("check", "/nowhere")).toMatchObject({ status: 2, stderr: "envoy-oidc: /nowhere: there is no such file\n" }));
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
  test("prints the schema that the build makes; without it, says what to do", async () => {
    const { code, out, err } = await envoyOidc(["schema"]);
    if (existsSync(path)) expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ $schema: "https://json-schema.org/draft/2020-12/schema" })]);
    else expect([code, err]).toEqual([2, "envoy-oidc: envoy-oidc.schema.json is not there: run npm run build"]);
  });
});

/** What no Envoy of today says: an old one, and one with another clock. */
test("doctor: an Envoy that is too old, and one whose clock differs", async () => {
  const server = createServer((request, response) => {
    response.setHeader("date", new Date(Date.now() - 300_000).toUTCString());
    response.end(JSON.stringify(request.url!.startsWith("/server_info") ? { version: "abc/1.30.1/Clean/RELEASE/BoringSSL" } : {}));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { code, out } = await envoyOidc(["doctor", "--admin", `http://127.0.0.1:${(server.address() as AddressInfo).port}`, "--json"]);
  await new Promise((resolve) => server.close(resolve));
  const found = (JSON.parse(out) as { findings: { level: string; code: string }[] }).findings;
  expect([code, found.map((one) => `${one.level} ${one.code}`)]).toEqual([1, ["error envoy-too-old", "error no-plugin", "warning clock-here"]]);
});
