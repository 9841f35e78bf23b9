// Builds a control plane, or Istio's agent, into .cache/mesh (tests/support/build.mjs); go.mod pins their versions. One module for all of them: they
// share most of what they are made of, which is then compiled once.
//   node tests/mesh/support/build.mjs istio        prints the folder of what was built

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { built, GO, print, tell } from "../../support/build.mjs";

const mesh = dirname(dirname(fileURLToPath(import.meta.url)));

/** The same flags for all, or Go would compile what they share again. */
const go = (command, ...args) => (work) => tell(work, "go", [...command.split(" "), "-mod=mod", "-trimpath", "-ldflags=-s -w", "-o", "program", ...args]);

/** What API servers know of the resources, as the modules have it. */
async function schemas(work) {
  const [istio, gateway] = await folders(work, "istio.io/istio", "github.com/envoyproxy/gateway"), crds = join(gateway, "charts/gateway-helm/charts/crds/crds");
  await mkdir(join(work, "schemas"));
  for (const folder of [crds, join(crds, "generated"), join(istio, "manifests/charts/base/files")]) {
    const files = (await readdir(folder)).filter((name) => /crd|envoyproxy\.io/.test(name) && name.endsWith(".yaml"));
    for (const file of files) await writeFile(join(work, "schemas", file), await readFile(join(folder, file)));
  }
}

/** What the agent makes Envoy's bootstrap of. */
async function bootstrap(work) {
  const [istio] = await folders(work, "istio.io/istio");
  await writeFile(join(work, "bootstrap.json"), await readFile(join(istio, "tools/packaging/common/envoy_bootstrap.json")));
}

async function folders(work, ...modules) {
  await tell(work, "go", ["mod", "download", ...modules]);
  return (await tell(work, "go", ["list", "-mod=mod", "-m", "-f", "{{.Dir}}", ...modules])).trim().split("\n");
}

const PROGRAMS = {
  istio: { files: ["go.mod", "istio"], build: async (work) => { await go("test -c -vet=off", "./istio")(work); await schemas(work); } },
  "pilot-agent": { files: ["go.mod"], build: async (work) => { await go("build", "istio.io/istio/pilot/cmd/pilot-agent")(work); await bootstrap(work); } },
  "envoy-gateway": { files: ["go.mod"], build: go("build", "github.com/envoyproxy/gateway/cmd/envoy-gateway") },
};

const name = process.argv[2];
// One after the other: what they share would else be compiled twice.
await print(built({ what: name, cache: join("mesh", name), source: mesh, needs: [GO], lockAs: join("mesh", "building"), ...PROGRAMS[name] }));
