// KEYCLOAK_TESTS: if Keycloak cannot run in the wanted way on this machine, the tests fail at once and name what to install.

import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "../envoy/support/cleanup";
import { runProgram } from "../support/child";

const ROOT = join(__dirname, "../..");

/** The error output of a program that fails on a machine that has only Node. */
function refusal(program: string, env: Record<string, string> = {}): string {
  const { status, stderr } = runProgram(process.execPath, ["--import", "tsx", program], { cwd: ROOT, env: { PATH: "", ...env } });
  expect(status).toBe(1);
  return stderr;
}

test.each(["docker", "NATIVE", "containers,native"])("KEYCLOAK_TESTS=%s is refused, and the error names the two valid values", (value) => {
  expect(refusal("tests/keycloak/support/keep.ts", { KEYCLOAK_TESTS: value })).toContain(`KEYCLOAK_TESTS=${value}: expected "containers" or "native".`);
});

test("native is refused on a machine without Java, and the error names what to install", () => {
  const message = refusal("tests/keycloak/support/keep.ts", { KEYCLOAK_TESTS: "native" });
  expect(message).toMatch(/^KEYCLOAK_TESTS=native, but this machine cannot: .*no Java \(17 or newer\).*apt-get install openjdk-17-jre-headless/);
});

test("in a fresh clone on such a machine the error names Java and Maven together", () => {
  const clone = mkdtempSync(join(tmpdir(), "envoy-oidc-clone-"));
  atEnd(async () => rmSync(clone, { recursive: true }));
  mkdirSync(join(clone, "cli"));
  for (const file of [".env", "cli/fetch-keycloak.mjs", "cli/lock.mjs", "cli/versions.mjs"]) cpSync(join(ROOT, file), join(clone, file));
  expect(refusal(join(clone, "cli/fetch-keycloak.mjs"))).toMatch(/no Java.*no mvn.*apt-get install openjdk-17-jre-headless maven/);
});
