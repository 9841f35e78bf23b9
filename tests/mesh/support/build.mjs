// Builds a control plane, or Istio's agent, into .cache/mesh (tests/support/build.mjs). go.mod pins their versions. One module has them all, so the many
// dependencies that they share are compiled once.
//   node tests/mesh/support/build.mjs istio        prints the folder of the result

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { built, GO, print, tell } from "../../support/build.mjs";

const mesh = dirname(dirname(fileURLToPath(import.meta.url)));

/** All have the same flags. Otherwise Go would compile shared dependencies again. */
const go = (command, ...args) => (work) => tell(work, "go", [...command.split(" "), "-mod=mod", "-trimpath", "-ldflags=-s -w", "-o", "program", ...args]);

/** Copies the resources' schemas from the modules. */
async function schemas(work) {
  const [istio, gateway] = await folders(work, "istio.io/istio", "github.com/envoyproxy/gateway"), crds = join(gateway, "charts/gateway-helm/charts/crds/crds");
  await mkdir(join(work, "schemas"));
  for (const folder of [crds, join(crds, "generated"), join(istio, "manifests/charts/base/files")]) {
    const files = (await readdir(folder)).filter((name) => /crd|envoyproxy\.io/.test(name) && name.endsWith(".yaml"));
    for (const file of files) await writeFile(join(work, "schemas", file), await readFile(join(folder, file)));
  }
}

/** Copies the template from which the agent makes Envoy's bootstrap. */
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
// One build at a time, because parallel builds would compile shared dependencies twice.
await print(built({ what: name, cache: join("mesh", name), source: mesh, needs: [GO], lockAs: join("mesh", "building"), ...PROGRAMS[name] }));
