// `code.remote` (docs/upgrading.md): what Envoy does while it fetches the module, what it does if it cannot, and when a new module runs.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { close, freePort, listenOn } from "../../cli/demo/ports";
import { atEnd } from "./support/cleanup";
import { envoyRefuses, FILTER_WASM, startEnvoy, until, type TestEnvoy, type TestEnvoyOptions } from "./support/envoy";
import { request } from "./support/http";

const OLD = readFileSync(FILTER_WASM);
/** The same filter with a custom section at its end (WebAssembly 1.0 §5.5.3): to Envoy it is other code, with another sha256. */
const NEW = Buffer.concat([OLD, Buffer.from([0, 5, 4]), Buffer.from("next")]);
const MODULES: Record<string, Buffer> = { "/old.wasm": OLD, "/new.wasm": NEW };
const WORKERS = 2;

const sha256 = (file: string): string => createHash("sha256").update(MODULES[file]!).digest("hex");

/** The module's file, its configured sha256, and its VM. The realm identifies the configuration. */
interface Plugin { file: string; sum?: string; vmId?: string; realm: string; policy?: "FAIL_CLOSED" | "FAIL_RELOAD" | "FAIL_OPEN"; wrong?: boolean }

/** A server of modules, and options for an Envoy that fetches from it. A file is not sent while its name is in `held`. */
async function serve(): Promise<{ held: Set<string>; asked: string[]; options: (plugin: Plugin) => TestEnvoyOptions }> {
  const held = new Set<string>(), asked: string[] = [];
  const server = createServer(async ({ url = "" }, answer) => {
    asked.push(url);
    await until("the module's release", 30_000, async () => (held.has(url) ? undefined : true));
    answer.writeHead(url in MODULES ? 200 : 404).end(MODULES[url]);
  });
  const port = await listenOn(server, 0);
  atEnd(() => close(server));
  const api = (name: string): object => ({ "@type": `type.googleapis.com/${name}` });
  const options = ({ file, sum = sha256(file), vmId = "a", realm, policy = "FAIL_CLOSED", wrong = false }: Plugin): TestEnvoyOptions => {
    const filter = { discovery: "https://idp.example.com/.well-known/openid-configuration", provider_cluster: "idp", bearer_only: true, use_jwks: true, realm, ...(wrong ? { nonsense: true } : {}) };
    const config = {
      name: "remote", failure_policy: policy,
      vm_config: { vm_id: vmId, runtime: "envoy.wasm.runtime.v8", code: { remote: { http_uri: { uri: `http://127.0.0.1:${port}${file}`, cluster: "code", timeout: "30s" }, sha256: sum } } },
      configuration: { ...api("google.protobuf.StringValue"), value: JSON.stringify(filter) },
    };
    return {
      reloadable: true, concurrency: WORKERS, clusters: { upstream: { port: 1 }, idp: { port: 1 }, code: { port } },
      listeners: [{ accessLog: "%RESPONSE_CODE_DETAILS%", after: [{ name: "remote", typed_config: { ...api("envoy.extensions.filters.http.wasm.v3.Wasm"), config } }] }],
    };
  };
  return { held, asked, options };
}

/** The realm of the configuration in use. */
const realmAt = async (url: string): Promise<string | undefined> => /realm="(\w+)"/.exec((await request(url)).one("www-authenticate") ?? "")?.[1];
const inUse = (url: string, realm: string): Promise<true> => until(`the configuration ${realm}`, 10_000, async () => ((await realmAt(url)) === realm ? true : undefined));

describe("while the module is fetched", () => {
  test("for the first time, Envoy does not listen: nothing passes, and probes of its port fail", async () => {
    const { held, asked, options } = await serve(), port = await freePort(), url = `http://127.0.0.1:${port}`;
    held.add("/old.wasm");
    const starting = startEnvoy({ ...options({ file: "/old.wasm", realm: "first" }), ports: [port] });
    await until("Envoy to ask for the module", 30_000, async () => (asked.length > 0 ? true : undefined));
    await expect(request(url)).rejects.toThrow("ECONNREFUSED");
    held.clear();
    await starting;
    await inUse(url, "first");
  });

  test("after a change, the old configuration keeps serving with the old code", async () => {
    const { held, asked, options } = await serve(), envoy = await startEnvoy(options({ file: "/old.wasm", realm: "first" }));
    held.add("/new.wasm");
    const reloading = envoy.reload(options({ file: "/new.wasm", vmId: "b", realm: "second" }));
    await until("Envoy to ask for the new module", 10_000, async () => (asked.includes("/new.wasm") ? true : undefined));
    expect(await realmAt(envoy.url)).toBe("first");
    held.clear();
    expect(await reloading).toEqual({ accepted: true });
    await inUse(envoy.url, "second");
  });
});

describe("every request gets 503 if the module", () => {
  test.each<[string, Plugin]>([
    ["is not there", { file: "/none.wasm", sum: sha256("/old.wasm"), realm: "first" }],
    ["has another sha256", { file: "/new.wasm", sum: sha256("/old.wasm"), realm: "first" }],
    ["has the sha256 in capitals", { file: "/old.wasm", sum: sha256("/old.wasm").toUpperCase(), realm: "first" }],
  ])("%s", async (_, plugin) => {
    const { options } = await serve(), envoy = await startEnvoy(options(plugin));
    await envoy.logged(/Plugin configured to fail closed failed to load/);
    expect((await request(envoy.url)).status).toBe(503);
  });
});

describe("a configuration that the filter refuses is seen in Envoy's counters (docs/operations.md)", () => {
  const refused = (envoy: TestEnvoy): Promise<Record<string, number>> => envoy.stats(/^wasmcustom\.envoy_oidc\.(configuration_refused|refused\.misconfigured)$/);
  const COUNTED = { "wasmcustom.envoy_oidc.configuration_refused": 1, "wasmcustom.envoy_oidc.refused.misconfigured": 0 };
  const start = async (policy: Plugin["policy"]): Promise<TestEnvoy> => {
    const envoy = await startEnvoy((await serve()).options({ file: "/old.wasm", realm: "first", policy, wrong: true }));
    await envoy.logged(/configuration: nonsense: unknown attribute/);
    return envoy;
  };

  test.each(["FAIL_CLOSED", "FAIL_RELOAD"] as const)("at the start, with %s: Envoy answers every request itself, and the filter is not asked", async (policy) => {
    const envoy = await start(policy);
    for (let i = 0; i < 2 * WORKERS; i++) {
      const { status, body } = await request(envoy.url);
      expect([status, body]).toEqual([503, ""]);
    }
    expect(await refused(envoy)).toEqual(COUNTED);
    expect((await envoy.accessLog(2 * WORKERS)).every((line) => line.includes("wasm_fail_stream"))).toBe(true);
  });

  test("at the start, with FAIL_OPEN: every request passes without the filter", async () => {
    const envoy = await start("FAIL_OPEN");
    expect((await request(envoy.url)).body).toMatch(/^upstream connect error/); // there is no upstream
    expect(await refused(envoy)).toEqual(COUNTED);
  });

  test("as a change: the old configuration keeps serving", async () => {
    const { options } = await serve(), envoy = await startEnvoy(options({ file: "/old.wasm", realm: "first" }));
    await inUse(envoy.url, "first");
    expect(await envoy.reload(options({ file: "/old.wasm", realm: "second", wrong: true }))).toEqual({ accepted: false });
    expect([await realmAt(envoy.url), await refused(envoy)]).toEqual(["first", COUNTED]);
  });

  test("as a change with a new module: Envoy has accepted it before the filter sees it, and answers every request itself", async () => {
    const { options } = await serve(), envoy = await startEnvoy(options({ file: "/old.wasm", realm: "first" }));
    await inUse(envoy.url, "first");
    expect(await envoy.reload(options({ file: "/new.wasm", vmId: "b", realm: "second", wrong: true }))).toEqual({ accepted: true });
    await until("Envoy to answer itself", 10_000, async () => ((await request(envoy.url)).status === 503 ? true : undefined));
    expect(await refused(envoy)).toEqual(COUNTED);
  });
});

test("Envoy refuses code.remote without a sha256", async () => {
  expect(await envoyRefuses((await serve()).options({ file: "/old.wasm", sum: "", realm: "first" }))).toContain("RemoteDataSourceValidationError.Sha256");
});

/** Starts an Envoy. The result changes its configuration, and returns whether the workers have loaded code for it. */
async function startChangeable(): Promise<(plugin: Plugin) => Promise<boolean>> {
  const { options } = await serve(), envoy: TestEnvoy = await startEnvoy(options({ file: "/old.wasm", realm: "first" }));
  const loads = async (): Promise<number> => (await envoy.stats(/^wasm\..*\.created$/))["wasm.envoy.wasm.runtime.v8.created"]!;
  await inUse(envoy.url, "first");
  return async (plugin) => {
    const before = await loads();
    expect(await envoy.reload(options(plugin))).toEqual({ accepted: true });
    await inUse(envoy.url, plugin.realm);
    return await loads() - before >= WORKERS;
  };
}

test("with an unchanged vm_id, the new configuration runs on the old code until the next change", async () => {
  const change = await startChangeable();
  expect(await change({ file: "/new.wasm", realm: "second" })).toBe(false);
  expect(await change({ file: "/new.wasm", realm: "third" })).toBe(true);
});

test("with a new vm_id, the new code runs at once", async () => {
  const change = await startChangeable();
  expect(await change({ file: "/new.wasm", vmId: "b", realm: "second" })).toBe(true);
});
