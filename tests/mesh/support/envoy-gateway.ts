// Envoy Gateway as a plain process, with the tests' Envoy. It reads its resources from files.

import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { envoyBinary, envoyVersion } from "../../../cli/demo/envoy-binary";
import { atEnd } from "../../envoy/support/cleanup";
import { programOutput } from "../../support/child";
import { runInNamespace } from "./namespace";
import { program, type Running } from "./programs";
import { ENVIRONMENT, GENERATED_ENVIRONMENT, ofKind, toYaml, type Resource } from "./samples";
import { startTls } from "./tls";
import { AUTHORITY, type World } from "./world";

/** The host name from which Envoys fetch modules. */
const OWN_NAME = "envoy-gateway.envoy-gateway-system.svc.cluster.local";

/**
 * Adapts a user's resources to processes: http on a loopback port, backends by address, Envoy as a process. Every host is accepted, because the provider
 * calls the address.
 */
export async function forProcesses(resources: Resource[], { port, upstream }: World): Promise<Resource[]> {
  const [listener] = ofKind(resources, "Gateway").spec.listeners;
  Object.assign(listener, { protocol: "HTTP", port, tls: undefined, hostname: undefined });
  ofKind(resources, "HTTPRoute").spec.hostnames = undefined;
  ofKind(resources, "EnvoyProxy").spec.provider = { type: "Host", host: { envoyVersion: await envoyVersion() } };
  for (const rule of ofKind(resources, "HTTPRoute").spec.rules) rule.backendRefs = [{ group: "gateway.envoyproxy.io", kind: "Backend", name: "service" }];
  return [...resources, backend("service", upstream.port)];
}

/** Replaces the system's authorities in a BackendTLSPolicy by the tests' own. */
export async function withAuthority(resources: Resource[]): Promise<Resource[]> {
  ofKind(resources, "BackendTLSPolicy").spec.validation = { hostname: "idp.example.com", caCertificateRefs: [{ group: "", kind: "ConfigMap", name: "authority" }] };
  return [...resources, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "authority", namespace: "default" }, data: { "ca.crt": await readFile(AUTHORITY, "utf8") } }];
}

export function backend(name: string, port: number): Resource {
  return { apiVersion: "gateway.envoyproxy.io/v1alpha1", kind: "Backend", metadata: { name, namespace: "default" }, spec: { endpoints: [{ ip: { address: "127.0.0.1", port } }] } };
}

/** `ports`: further ports of this machine that it can reach. */
export async function startEnvoyGateway(resources: Resource[], world: World, ports: number[] = []): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), "envoy-oidc-gateway-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const home = join(folder, "home"), binary = await program("envoy-gateway");
  for (const name of ["resources", "home"]) await mkdir(join(folder, name));
  await linkEnvoy(join(home, "data"));
  const host = { configHome: join(home, "config"), dataHome: join(home, "data"), stateHome: join(home, "state"), runtimeDir: join(home, "run") };
  await writeFile(join(folder, "gateway.yaml"), stringify({
    apiVersion: "gateway.envoyproxy.io/v1alpha1", kind: "EnvoyGateway",
    gateway: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" },
    provider: { type: "Custom", custom: { resource: { type: "File", file: { paths: [join(folder, "resources")] } }, infrastructure: { type: "Host", host } } },
    extensionApis: { enableBackend: true, enableEnvoyPatchPolicy: true },
  }));
  await programOutput(binary, ["certgen", "--local", "--config-home", host.configHome], { env: { ...process.env, HOME: home } });
  const own = await certificatesIn(join(host.configHome, "certs", "envoy"), ofKind(resources, "Gateway").metadata.name);
  await writeFile(join(folder, "resources", "all.yaml"), toYaml([...resources, ...own]));
  const reached = [world.upstream.port, world.providerPort, ...ports];
  return runInNamespace([binary, "server", "--config-path", join(folder, "gateway.yaml")], /Listening on :18002/, {
    folder, names: [OWN_NAME, "envoy-gateway", "idp.example.com"],
    outward: { ...Object.fromEntries(reached.map((port) => [port, port])), 443: await startTls(world) },
    inward: [world.port], env: { ...ENVIRONMENT, ...GENERATED_ENVIRONMENT, HOME: home },
  });
}

/** Envoys fetch modules from Envoy Gateway by mutual TLS. In a cluster they have a Secret and /certs/ca.crt for that. A process needs these resources. */
async function certificatesIn(folder: string, gateway: string): Promise<Resource[]> {
  const base64 = async (file: string) => (await readFile(join(folder, file))).toString("base64");
  const operation = { op: "replace", jsonPath: "..trusted_ca", path: "filename", value: join(folder, "ca.crt") };
  return [{
    apiVersion: "v1", kind: "Secret", metadata: { name: "envoy", namespace: "envoy-gateway-system" }, type: "kubernetes.io/tls",
    data: { "tls.crt": await base64("tls.crt"), "tls.key": await base64("tls.key") },
  }, {
    apiVersion: "gateway.envoyproxy.io/v1alpha1", kind: "EnvoyPatchPolicy", metadata: { name: "authority", namespace: "default" },
    spec: {
      targetRef: { group: "gateway.networking.k8s.io", kind: "Gateway", name: gateway }, type: "JSONPatch",
      jsonPatches: [{ type: "type.googleapis.com/envoy.config.cluster.v3.Cluster", name: "wasm_cluster", operation }],
    },
  }];
}

/** Links the tests' Envoy into the folder where func-e, which runs Envoy, looks before it downloads one. */
async function linkEnvoy(data: string): Promise<void> {
  const folder = join(data, "envoy-versions", await envoyVersion(), "bin");
  await mkdir(folder, { recursive: true });
  await symlink(await envoyBinary(), join(folder, "envoy"));
}
