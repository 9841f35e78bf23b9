// The oldest and the newest Envoy that the filter runs in; the others are in all/envoy.test.ts.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NEWEST, OLDEST, onEnvoy } from "./support/versions";

onEnvoy(OLDEST);
onEnvoy(NEWEST);

test.each([["README.md", `Envoy ${OLDEST} or newer`], ["cli/demo/fetch-envoy.mjs", `OLDEST_VERSION = "${OLDEST}"`]])("%s has the oldest tested version as the oldest supported one", (file, said) => {
  expect(readFileSync(join(__dirname, "../..", file), "utf8")).toContain(said);
});
