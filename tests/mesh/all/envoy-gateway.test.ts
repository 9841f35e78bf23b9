// Envoy Gateway with the module from an HTTP server, checked by sha256, and the provider as Backend with BackendTLSPolicy, as docs/envoy-gateway.md has them.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { parse } from "yaml";
import { close, listenOn } from "../../../cli/demo/ports";
import { atEnd } from "../../envoy/support/cleanup";
import { FILTER_WASM, until } from "../../envoy/support/envoy";
import { getWith } from "../../envoy/support/http";
import { converse } from "../support/conversation";
import { forProcesses, startEnvoyGateway, withAuthority } from "../support/envoy-gateway";
import { BUILD_MS, program, type Running } from "../support/programs";
import { blocks, forWorld, fromPage, ofKind, resourcesOf, withBackchannel, type Resource } from "../support/samples";
import { startParts, type World } from "../support/world";

const [, BY_HTTP, BY_BACKEND] = blocks("envoy-gateway.md");

beforeAll(async () => { await program("envoy-gateway"); }, BUILD_MS);

/** The resources with the module from a file server, the server's port, and the paths that were requested from it. */
async function byHttp(world: World): Promise<{ resources: Resource[]; port: number; asked: string[] }> {
  const wasm = await readFile(FILTER_WASM), asked: string[] = [];
  const server = createServer(({ url = "" }, response) => { asked.push(url); response.setHeader("content-type", "application/wasm").end(wasm); });
  const port = await listenOn(server, 0), policy = forWorld("gateway/policy.yaml", world);
  atEnd(() => close(server));
  const { code } = parse(BY_HTTP!.replace("https://files.example.com", `http://127.0.0.1:${port}`).replace("VERSION", "1.0.0").replace("SHA256", createHash("sha256").update(wasm).digest("hex")));
  ofKind(policy, "EnvoyExtensionPolicy").spec.wasm[0].code = code;
  return { resources: withBackchannel([...fromPage("envoy-gateway.md", world), ...forWorld("gateway/provider.yaml", world), ...policy]), port, asked };
}

describe("the module by HTTP and sha256, the provider by Backend and BackendTLSPolicy", () => {
  let asked: string[];
  converse(async () => {
    const world = await startParts(), parts = await byHttp(world);
    ({ asked } = parts);
    ofKind(parts.resources, "EnvoyProxy").spec.bootstrap = undefined;
    ofKind(parts.resources, "EnvoyExtensionPolicy").spec.wasm[0].config.provider_cluster = "httproute/default/idp/rule/0";
    const provider = await withAuthority(resourcesOf(BY_BACKEND!, world));
    await startEnvoyGateway([...await forProcesses(parts.resources, world), ...provider], world, [parts.port]);
    return world;
  }, { forms: false });

  test("the module came from the file server", () => expect(asked).toContain("/envoy-oidc-1.0.0.wasm"));
});

describe("a module is refused", () => {
  const start = async (change: (policy: any) => void): Promise<{ world: World; gateway: Running }> => {
    const world = await startParts(), { resources, port } = await byHttp(world);
    change(ofKind(resources, "EnvoyExtensionPolicy").spec.wasm[0]);
    return { world, gateway: await startEnvoyGateway(await forProcesses(resources, world), world, [port]) };
  };
  /** The status of the first answer to a valid token. Checks that nothing has reached the upstream. */
  const answer = async ({ app, provider, upstream }: World): Promise<number> => {
    const token = await provider.mint();
    const status = await until("an answer", 30_000, () => getWith(app, token).then((response) => response.status, () => undefined));
    expect(upstream.count()).toBe(0);
    return status;
  };

  test("with a wrong configuration: the log names the mistake, and nothing passes", async () => {
    const { world, gateway } = await start((plugin) => { plugin.config.client_identifier = "x"; });
    await gateway.logged(/configuration: client_identifier: unknown attribute/);
    expect(await answer(world)).toBe(503);
  });

  test("with another sha256: requests get 500, and the log says why", async () => {
    const { world, gateway } = await start((plugin) => { plugin.code.http.sha256 = "0".repeat(64); });
    await gateway.logged(/checksum|sha256|digest/i);
    expect(await answer(world)).toBe(500);
  });
});
