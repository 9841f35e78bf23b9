// Istio's agent with the OCI image of a release and a provider over TLS 1.3; TrafficExtension; and the effects of mistakes.

import { freePort } from "../../../cli/demo/ports";
import { request } from "../../envoy/support/http";
import { until } from "../../envoy/support/envoy";
import { converse } from "../support/conversation";
import { GATEWAY, gatewayWithoutAgent, gatewayWithAgent, SIDECAR, sidecarWithoutAgent, startAgent, startControlPlane, startWorkload, validate } from "../support/istio";
import { BUILD_MS, program } from "../support/programs";
import { startRegistry } from "../support/registry";
import { forWorld, ofKind, toYaml, withBackchannel, type Resource } from "../support/samples";
import { startParts, type World } from "../support/world";

beforeAll(async () => { for (const name of ["istio", "pilot-agent"] as const) await program(name); }, BUILD_MS);

describe.each([
  ["gateway.yaml", { forms: false }],
  ["gateway-with-forms.yaml", { forms: true, formPost: true }],
])("%s with Istio's agent", (file, conversation) => {
  converse(async () => {
    const [world, registry] = await Promise.all([startParts(), startRegistry()]);
    const resources = gatewayWithAgent(withBackchannel(forWorld(`istio/${file}`, world, registry.image)), world);
    await startAgent(await startControlPlane(resources), world, [registry.port]);
    return world;
  }, conversation);
});

/** The same resources with a TrafficExtension instead of the WasmPlugin. */
function asExtension(resources: Resource[]): Resource[] {
  const plugin = ofKind(resources, "WasmPlugin"), { selector, match, phase, ...wasm } = plugin.spec;
  Object.assign(plugin, { kind: "TrafficExtension", spec: { selector, match, phase, wasm } });
  return resources;
}

describe.each([["gateway.yaml", GATEWAY, gatewayWithoutAgent], ["sidecar.yaml", SIDECAR, sidecarWithoutAgent]] as const)("%s as TrafficExtension", (file, workload, adapt) => {
  converse(async () => {
    const world = await startParts(), resources = adapt(asExtension(withBackchannel(forWorld(`istio/${file}`, world))), world);
    expect(await validate(toYaml(resources))).toBe("");
    await startWorkload(workload, await startControlPlane(resources));
    return world;
  }, { forms: false });
});

describe("mistakes", () => {
  /** The status of the first answer to a request without credentials. */
  const answer = ({ app }: World): Promise<number> => until("an answer", 60_000, () => request(app).then(({ status }) => status, () => undefined));

  test("a missing image: 403, and nothing reaches the upstream", async () => {
    const [world, registry] = await Promise.all([startParts(), startRegistry()]);
    const resources = gatewayWithAgent(forWorld("istio/gateway.yaml", world, registry.image.replace(":1.0", ":2.0")), world);
    const agent = await startAgent(await startControlPlane(resources), world, [registry.port]);
    await agent.logged(/error in converting the wasm config to local/);
    expect([await answer(world), world.upstream.count()]).toEqual([403, 0]);
  });

  test("a wrong configuration: 500, and the log names the mistake", async () => {
    const world = await startParts(), resources = forWorld("istio/gateway.yaml", world);
    ofKind(resources, "WasmPlugin").spec.pluginConfig.client_identifier = "x";
    const envoy = await startWorkload(GATEWAY, await startControlPlane(gatewayWithoutAgent(resources, world)));
    expect([await answer(world), world.upstream.count()]).toEqual([500, 0]);
    expect(envoy.log()).toContain("configuration: client_identifier: unknown attribute");
  });

  test.each([["with", 200, [{ mode: "SERVER" }]], ["without", 401, undefined]])("a call of an application through its sidecar, %s match: SERVER, gets %i", async (_, status, match) => {
    const world = await startParts(), port = await freePort(), resources = sidecarWithoutAgent(forWorld("istio/sidecar.yaml", world), world);
    ofKind(resources, "WasmPlugin").spec.match = match;
    ofKind(resources, "Sidecar").spec.egress = [{ port: { number: port, name: "http-other", protocol: "HTTP" }, bind: "127.0.0.1", hosts: ["*/*"] }];
    const other = { hosts: ["other.example.com"], location: "MESH_EXTERNAL", resolution: "STATIC", ports: [{ number: port, name: "http", protocol: "HTTP", targetPort: world.upstream.port }], endpoints: [{ address: "127.0.0.1" }] };
    await startWorkload(SIDECAR, await startControlPlane([...resources, { apiVersion: "networking.istio.io/v1", kind: "ServiceEntry", metadata: { name: "other", namespace: "default" }, spec: other }]));
    const call = () => request(`http://127.0.0.1:${port}/`, { headers: [["Host", "other.example.com"]] }).then((response) => response.status, () => undefined);
    expect(await until("an answer of the other service", 60_000, async () => [503, 404].includes((await call()) ?? 503) ? undefined : await call())).toBe(status);
    expect(world.upstream.count() > 0).toBe(status === 200);
  });

  test("match: SERVER disables the filter on a gateway, which is a client for Istio: every request passes", async () => {
    const world = await startParts(), resources = forWorld("istio/gateway.yaml", world);
    ofKind(resources, "WasmPlugin").spec.match = [{ mode: "SERVER" }];
    await startWorkload(GATEWAY, await startControlPlane(gatewayWithoutAgent(resources, world)));
    expect(await answer(world)).toBe(200);
  });
});
