// The oldest and the newest supported Envoy. all/envoy.test.ts tests the versions between.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NEWEST, OLDEST, onEnvoy } from "./support/versions";

onEnvoy(OLDEST);
onEnvoy(NEWEST);

test.each([["README.md", `Envoy ${OLDEST} or newer`], ["cli/demo/fetch-envoy.mjs", `OLDEST_VERSION = "${OLDEST}"`], ["cli/commands/doctor/examine.ts", `OLDEST = [${OLDEST.replaceAll(".", ", ")}]`]])("%s names the oldest tested version as the oldest supported one", (file, text) => {
  expect(readFileSync(join(__dirname, "../..", file), "utf8")).toContain(text);
});
