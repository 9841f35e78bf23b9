// If a provider cannot be built on this machine, its tests fail with an error that says what to install. They are never skipped.

import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programOutput } from "../support/child";
import { pathToFileURL } from "node:url";

const BUILD = join(__dirname, "support/build.mjs");
const TELL = join(__dirname, "../support/build.mjs");
let emptyFolder: string;

beforeAll(async () => { emptyFolder = await mkdtemp(join(tmpdir(), "envoy-oidc-path-")); });
afterAll(() => rm(emptyFolder, { recursive: true, force: true }));

const built = (name: string, path: string) => programOutput(process.execPath, [BUILD, name], { env: { ...process.env, PATH: path } });

test.each([
  ["hydra", ["Go 1.26 or newer", "a C compiler"]], ["zitadel", ["Go 1.26 or newer"]], ["spring", ["a JDK, 17 or newer", "Maven"]], ["navikt", ["a JDK, 17 or newer", "Maven"]], ["django", ["Python 3.10 or newer with pip"]], ["lemonldap", ["Debian or Ubuntu"]],
])("%s without the programs that it needs: the build fails and names each of them", async (name, missing) => {
  const failure = (await built(name, emptyFolder).catch((error: unknown) => error)) as { code?: number; stderr?: string };
  expect(failure.code).toBe(1);
  for (const program of missing) expect(failure.stderr).toContain(program);
  expect(failure.stderr).toContain(`The provider ${name} cannot run here`);
});

test("a program that is too old counts as missing", async () => {
  const old = await mkdtemp(join(emptyFolder, "old-"));
  await symlink("/bin/true", join(old, "go")); // it prints no version
  await expect(built("zitadel", old)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("Go 1.26 or newer") });
});

test("a command that does not end is stopped with all processes that it has started, and the error says so", async () => {
  const script = `
    import { tell } from ${JSON.stringify(pathToFileURL(TELL).href)};
    await tell(".", "sh", ["-c", "echo here; sleep 600 & wait"], {}, 1000).catch(({ message }) => console.log(message));`;
  // This waits until all writers have closed the output, including the processes that the shell has started.
  const { stdout } = await programOutput(process.execPath, ["--input-type=module", "--eval", script], { withinMs: 30_000 });
  expect(stdout).toMatch(/^sh -c .* did not end within 1 s\. It said\n {2}here\n$/s);
});
