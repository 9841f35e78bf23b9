// What `npm test` needs of a machine: it is installed, or the one command that would is said before any test runs.

import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "../envoy/support/cleanup";

const ROOT = join(__dirname, "../.."), SCRIPT = join(ROOT, ".ci/install.sh");

/** All that the script looks for or uses. */
const PROGRAMS = ["node", "python3", "id", "apt-get", "sudo", "mvn", "java", "javac", "go", "cc", "chromium", "chromium-browser", "google-chrome"];

/** The script as somebody who is not root runs it, with nobody to be asked, on a machine without these programs. */
function install(without: string[]): { status: number | null; said: string } {
  const folder = mkdtempSync(join(tmpdir(), "envoy-oidc-setup-"));
  atEnd(async () => rmSync(folder, { recursive: true, force: true }));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  for (const name of PROGRAMS.filter((one) => !without.includes(one))) {
    // The system's own first: what stands in root's home is not everybody's.
    const found = ["/usr/bin", ...process.env.PATH!.split(":")].map((folder) => join(folder, name)).find((file) => existsSync(file));
    if (found !== undefined) symlinkSync(found, join(bin, name));
  }
  chmodSync(folder, 0o755);
  const nobody = process.getuid?.() === 0 ? ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
  const [command, ...args] = [...nobody, "/usr/bin/bash", "-eu", SCRIPT, "--tests"];
  const { status, stdout, stderr } = spawnSync(command!, args, { encoding: "utf8", env: { PATH: bin, HOME: folder }, stdio: ["ignore", "pipe", "pipe"], cwd: folder });
  return { status, said: stdout + stderr };
}

test("where nothing is missing, nothing is done and nothing said, a Docker engine or none", () => expect(install([])).toEqual({ status: 0, said: "" }));

test.each([
  ["a browser", ["chromium", "chromium-browser", "google-chrome"], "chromium"], ["Maven", ["mvn"], "maven"], ["Java's compiler", ["javac"], "default-jdk-headless"], ["Go", ["go"], "golang-go"],
])("without %s the one command is said", (_, programs, wanted) => {
  const { status, said } = install(programs);
  expect(status).toBe(1);
  expect(said).toMatch(new RegExp(`^The tests need programs that are missing here\\. This installs them: sudo apt-get install -y --no-install-recommends .*${wanted}`));
});

test("without apt-get the packages' names are said", () => {
  const { status, said } = install(["apt-get", "mvn"]);
  expect([status, said]).toEqual([1, "The tests need programs that are missing here. On Debian and Ubuntu they are in: maven\n"]);
});
