// Which way the tests with Keycloak run is never a guess that fails later: what cannot be is refused at once, with what to install.

import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "../envoy/support/cleanup";
import { runProgram } from "../support/child";

const ROOT = join(__dirname, "../..");

/** What a program says when it refuses, on a machine with nothing but Node. */
function refusal(program: string, env: Record<string, string> = {}): string {
  const { status, stderr } = runProgram(process.execPath, ["--import", "tsx", program], { cwd: ROOT, env: { PATH: "", ...env } });
  expect(status).toBe(1);
  return stderr;
}

test.each(["docker", "NATIVE", "containers,native"])("KEYCLOAK_TESTS=%s is refused, and the two that can be are named", (value) => {
  expect(refusal("tests/keycloak/support/keep.ts", { KEYCLOAK_TESTS: value })).toContain(`KEYCLOAK_TESTS=${value}: expected "containers" or "native".`);
});

test("native is refused on a machine without Java, and what to install is named", () => {
  const told = refusal("tests/keycloak/support/keep.ts", { KEYCLOAK_TESTS: "native" });
  expect(told).toMatch(/^KEYCLOAK_TESTS=native, but this machine cannot: .*no Java \(17 or newer\).*apt-get install openjdk-17-jre-headless/);
});

test("a fresh clone on such a machine is told of Java and Maven at once", () => {
  const clone = mkdtempSync(join(tmpdir(), "envoy-oidc-clone-"));
  atEnd(async () => rmSync(clone, { recursive: true }));
  mkdirSync(join(clone, "cli"));
  for (const file of [".env", "cli/fetch-keycloak.mjs", "cli/lock.mjs", "cli/versions.mjs"]) cpSync(join(ROOT, file), join(clone, file));
  expect(refusal(join(clone, "cli/fetch-keycloak.mjs"))).toMatch(/no Java.*no mvn.*apt-get install openjdk-17-jre-headless maven/);
});
