// How a new module comes to run when Envoy fetches it by `code.remote` (docs/upgrading.md): whoever upgrades must know which code runs.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { close, listenOn } from "../../cli/demo/ports";
import { atEnd } from "./support/cleanup";
import { FILTER_WASM, startEnvoy, until } from "./support/envoy";
import { request } from "./support/http";

const OLD = readFileSync(FILTER_WASM);
/** The same filter with a custom section behind it (WebAssembly 1.0 §5.5.3): another sha256, and other code to Envoy. */
const NEW = Buffer.concat([OLD, Buffer.from([0, 5, 4]), Buffer.from("next")]);
const MODULES: Record<string, Buffer> = { "/old.wasm": OLD, "/new.wasm": NEW };
const WORKERS = 2;

async function start() {
  const server = createServer((asked, answer) => answer.end(MODULES[asked.url!]));
  const port = await listenOn(server, 0);
  atEnd(() => close(server));
  const api = (name: string): object => ({ "@type": `type.googleapis.com/${name}` });
  const listeners = (file: string, vm_id: string, realm: string) => {
    const sha256 = createHash("sha256").update(MODULES[file]!).digest("hex");
    const filter = { discovery: "https://idp.example.com/.well-known/openid-configuration", provider_cluster: "idp", bearer_only: true, use_jwks: true, realm };
    const config = {
      name: "remote", failure_policy: "FAIL_CLOSED",
      vm_config: { vm_id, runtime: "envoy.wasm.runtime.v8", code: { remote: { http_uri: { uri: `http://127.0.0.1:${port}${file}`, cluster: "code", timeout: "5s" }, sha256 } } },
      configuration: { ...api("google.protobuf.StringValue"), value: JSON.stringify(filter) },
    };
    return [{ after: [{ name: "remote", typed_config: { ...api("envoy.extensions.filters.http.wasm.v3.Wasm"), config } }] }];
  };
  const envoy = await startEnvoy({ reloadable: true, concurrency: WORKERS, clusters: { upstream: { port: 1 }, idp: { port: 1 }, code: { port } }, listeners: listeners("/old.wasm", "a", "first") });
  const loads = async (): Promise<number> => (await envoy.stats(/^wasm\..*\.created$/))["wasm.envoy.wasm.runtime.v8.created"]!;
  /** Changes the configuration, waits until it is in use, and says whether the workers have loaded code for it. */
  const change = async (file: string, vmId: string, realm: string): Promise<boolean> => {
    const before = await loads();
    expect(await envoy.reload({ listeners: listeners(file, vmId, realm) })).toEqual({ accepted: true });
    await until(`the configuration ${realm}`, 10_000, async () => ((await request(envoy.url)).one("www-authenticate")?.includes(realm) ? true : undefined));
    return await loads() - before >= WORKERS;
  };
  await until("the first configuration", 10_000, async () => ((await request(envoy.url)).one("www-authenticate")?.includes("first") ? true : undefined));
  return change;
}

test("under the vm_id that it had, the new configuration runs on the old code, until something changes once more", async () => {
  const change = await start();
  expect(await change("/new.wasm", "a", "second")).toBe(false);
  expect(await change("/new.wasm", "a", "third")).toBe(true);
});

test("under a vm_id of its own, the new code runs at once", async () => {
  const change = await start();
  expect(await change("/new.wasm", "b", "second")).toBe(true);
});
