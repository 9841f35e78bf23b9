// The output of `envoy-oidc generate` for Istio and for Envoy Gateway: unchanged for their validation, and with a user's changes for the conversation on
// the real control planes.

import { run } from "../../cli/commands/main";
import { VERSION } from "../../cli/commands/version";
import { AUDIENCE } from "../../cli/demo/provider-clients";
import { converse } from "./support/conversation";
import { forProcesses, startEnvoyGateway, withAuthority } from "./support/envoy-gateway";
import { gatewayWithoutAgent, startControlPlane, startWorkload, validate, type Workload } from "./support/istio";
import { BUILD_MS, program } from "./support/programs";
import { startRegistry } from "./support/registry";
import { forWorld, fromPage, ofKind, resourcesOf, withBackchannel, type Resource } from "./support/samples";
import { startParts, type World } from "./support/world";

type Target = "istio" | "envoy-gateway";

beforeAll(async () => { for (const name of ["istio", "envoy-gateway"] as const) await program(name); }, 2 * BUILD_MS);

async function generate(target: Target, ...more: string[]): Promise<string> {
  const out: string[] = [];
  const io = { line: (text: string) => void out.push(text), error: () => {}, progress: () => {}, paint: (_: string, text: string) => text, environment: {} };
  expect(await run(["generate", "--target", target, "--issuer", "https://idp.example.com", "--client-id", "MY-CLIENT", "--offline", ...more], io)).toBe(0);
  return out.join("\n");
}

/** The generated resources, with the tests' image, and with the audience and the header that the conversation needs. */
async function generated(target: Target, world: World, image?: string): Promise<Resource[]> {
  const resources = withBackchannel(resourcesOf((await generate(target)).replaceAll(`envoy-oidc:${VERSION}`, "envoy-oidc:VERSION"), world, image));
  const config = target === "istio" ? ofKind(resources, "WasmPlugin").spec.pluginConfig : ofKind(resources, "EnvoyExtensionPolicy").spec.wasm[0].config;
  Object.assign(config, { claim_validator: { audience: { valid_audiences: [AUDIENCE] } }, claim_headers: { sub: "x-user-id" } });
  return resources;
}

test.each<[Target, string[]]>([["istio", []], ["istio", ["--bearer-only"]], ["envoy-gateway", []], ["envoy-gateway", ["--bearer-only"]]])(
  "--target %s %j: an API server and Istio accept it", async (target, more) => { expect(await validate(await generate(target, ...more))).toBe(""); });

describe("--target istio", () => {
  /** The names in the generated resources. */
  const INGRESS: Workload = { type: "router", namespace: "istio-system", labels: { istio: "ingressgateway" } };

  converse(async () => {
    const world = await startParts(), routes = forWorld("istio/gateway.yaml", world).filter(({ kind }) => kind === "Gateway" || kind === "VirtualService");
    for (const { metadata } of routes) metadata.namespace = INGRESS.namespace;
    ofKind(routes, "Gateway").spec.selector = INGRESS.labels;
    await startWorkload(INGRESS, await startControlPlane(gatewayWithoutAgent([...routes, ...await generated("istio", world)], world)));
    return world;
  }, { forms: false });
});

describe("--target envoy-gateway", () => {
  converse(async () => {
    const [world, registry] = await Promise.all([startParts(), startRegistry()]);
    const own = [...fromPage("envoy-gateway.md", world), ...forWorld("gateway/provider.yaml", world)], route = ofKind(own, "HTTPRoute");
    // The names in the generated resources, and its provider as a Backend.
    ofKind(own, "Gateway").metadata.name = "eg";
    route.metadata.name = "shop";
    route.spec.parentRefs = [{ name: "eg" }];
    ofKind(own, "EnvoyProxy").spec.bootstrap = undefined;
    await startEnvoyGateway([...await forProcesses(own, world), ...await withAuthority(await generated("envoy-gateway", world, registry.image))], world, [registry.port]);
    return world;
  }, { forms: false });
});
