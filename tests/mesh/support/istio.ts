// Istio's control plane (tests/mesh/istio), and an Envoy that gets its whole configuration from it, as gateway or as sidecar.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { envoyBinary } from "../../../cli/demo/envoy-binary";
import { runEnvoy, type EnvoyProcess } from "../../../cli/demo/envoy-process";
import { freePort } from "../../../cli/demo/ports";
import { atEnd } from "../../envoy/support/cleanup";
import { FILTER_WASM } from "../../envoy/support/envoy";
import { runProgram } from "../../support/child";
import { runInNamespace } from "./namespace";
import { program, run, type Running } from "./programs";
import { ENVIRONMENT, GENERATED_ENVIRONMENT, ofKind, toYaml, type Resource } from "./samples";
import { startTls } from "./tls";
import { AUTHORITY, type World } from "./world";

/** Settings that need none of Istio's Envoy extensions, because only Istio's image has them. */
const MESH = {
  accessLogFile: "", enableTracing: false, enablePrometheusMerge: false, defaultProviders: {}, rootNamespace: "istio-system",
  outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
};
const WITHOUT_EXTENSIONS = { PILOT_ENABLE_METADATA_EXCHANGE: "false", PILOT_ENABLE_ALPN_FILTER: "false" };

/** An Envoy's identity in Istio. */
export interface Workload {
  type: "router" | "sidecar";
  namespace: string;
  labels: Record<string, string>;
}

export const GATEWAY: Workload = { type: "router", namespace: "istio-ingress", labels: { istio: "ingress" } };
export const SIDECAR: Workload = { type: "sidecar", namespace: "default", labels: { app: "service" } };

export interface ControlPlane extends Running { port: number }

export async function startControlPlane(resources: Resource[]): Promise<ControlPlane> {
  const folder = await folderWith(resources), port = await freePort();
  const running = await run(await program("istio"), ["-test.run", "^TestServe$", "-test.timeout", "0", "-test.v"], /serving on/, { env: { ...environment(folder), LISTEN: `127.0.0.1:${port}` } });
  return { ...running, port };
}

/** The errors of an API server and of Istio for these resources; "" if there are none. */
export async function validate(yaml: string): Promise<string> {
  const folder = await newFolder(), binary = await program("istio");
  await writeFile(join(folder, "config.yaml"), yaml);
  const { status, stdout, stderr } = runProgram(binary, ["-test.run", "^TestValidate$", "-test.v"], { env: { ...process.env, ...environment(folder), SCHEMAS: join(dirname(binary), "schemas") } });
  if (status === 0 && !stdout.includes("--- PASS: TestValidate")) throw new Error(`Nothing was validated: ${stdout}`);
  return status === 0 ? "" : stdout + stderr;
}

/** Starts an Envoy without Istio's agent. It cannot load images, or certificates by SDS. */
export async function startWorkload({ type, namespace, labels }: Workload, controlPlane: ControlPlane): Promise<EnvoyProcess> {
  const folder = await newFolder(), adminPort = await freePort(), configPath = join(folder, "envoy.json");
  const ads = { ads: {}, resource_api_version: "V3", initial_fetch_timeout: "0s" };
  const http2 = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  const at = (port_value: number) => ({ socket_address: { address: "127.0.0.1", port_value } });
  await writeFile(configPath, JSON.stringify({
    node: {
      id: `${type}~127.0.0.1~workload-1.${namespace}~${namespace}.svc.cluster.local`, cluster: `workload.${namespace}`,
      metadata: {
        NAMESPACE: namespace, CLUSTER_ID: "Kubernetes", MESH_ID: "cluster.local", ISTIO_VERSION: "1.31.0", NAME: "workload-1", SERVICE_ACCOUNT: "workload",
        INTERCEPTION_MODE: "NONE", LABELS: { ...labels, "istio.io/test-vm": "1" }, // a workload that need not exist in the API server
      },
    },
    admin: { address: at(adminPort) },
    dynamic_resources: { ads_config: { api_type: "GRPC", transport_api_version: "V3", grpc_services: [{ envoy_grpc: { cluster_name: "xds-grpc" } }] }, lds_config: ads, cds_config: ads },
    static_resources: {
      clusters: [{
        name: "xds-grpc", type: "STATIC", connect_timeout: "1s",
        typed_extension_protocol_options: { [http2]: { "@type": `type.googleapis.com/${http2}`, explicit_http_config: { http2_protocol_options: {} } } },
        load_assignment: { cluster_name: "xds-grpc", endpoints: [{ lb_endpoints: [{ endpoint: { address: at(controlPlane.port) } }] }] },
      }],
    },
  }));
  const envoy = await runEnvoy({ binary: await envoyBinary(), configPath, adminPort, concurrency: 2, environment: { ...process.env, ...ENVIRONMENT, ...GENERATED_ENVIRONMENT } });
  atEnd(async () => {
    await envoy.stop();
    if ((globalThis as { aTestHasFailed?: boolean }).aTestHasFailed) console.log(`A test failed. Envoy's log:\n${envoy.log()}`);
  });
  return envoy;
}

/** Starts an Envoy as gateway with Istio's agent, which fetches images and authorities. It runs in its own namespace, with a pod's names and ports. */
export async function startAgent(controlPlane: ControlPlane, world: World, ports: number[]): Promise<Running> {
  const folder = await newFolder(), binary = await program("pilot-agent"), { namespace, labels } = GATEWAY, state = join(folder, "lib");
  await mkdir(join(state, "istio/data"), { recursive: true }); // the folder for modules, below /var/lib
  const settings = {
    discoveryAddress: "127.0.0.1:15010", controlPlaneAuthPolicy: "NONE", binaryPath: await envoyBinary(), configPath: "./etc/istio/proxy", concurrency: 2,
    proxyBootstrapTemplatePath: join(dirname(binary), "bootstrap.json"),
  };
  const reached = [world.upstream.port, world.providerPort, ...ports];
  return runInNamespace([binary, "proxy", "router", "--domain", `${namespace}.svc.cluster.local`, "--proxyLogLevel", "warning", "--proxyComponentLogLevel", "wasm:info"], /Starting proxy agent/, {
    folder, names: ["idp.example.com"], inward: [world.port], binds: [[state, "/var/lib"]],
    outward: { ...Object.fromEntries(reached.map((port) => [port, port])), 15010: controlPlane.port, 443: await startTls(world) },
    env: {
      ...ENVIRONMENT, PROXY_CONFIG: JSON.stringify(settings), POD_NAME: "workload-1", POD_NAMESPACE: namespace, INSTANCE_IP: "127.0.0.1", SERVICE_ACCOUNT: "workload", TRUST_DOMAIN: "cluster.local",
      ISTIO_META_CLUSTER_ID: "Kubernetes", ISTIO_META_WORKLOAD_NAME: "workload", ISTIO_METAJSON_LABELS: JSON.stringify({ ...labels, "istio.io/test-vm": "1" }),
      FILE_MOUNTED_CERTS: "true", WASM_INSECURE_REGISTRIES: ports.map((port) => `127.0.0.1:${port}`).join(","),
    },
  });
}

/** Adapts a sample for a gateway to an Envoy without an agent. */
export function gatewayWithoutAgent(resources: Resource[], world: World): Resource[] {
  return withoutAgent(onLoopback(resources, world), world.providerPort);
}

/** Adapts a sample for a gateway to an Envoy with an agent. The provider's host and port stay, and its authority is the tests' own. */
export function gatewayWithAgent(resources: Resource[], world: World): Resource[] {
  ofKind(resources, "DestinationRule").spec.trafficPolicy.tls.caCertificates = AUTHORITY;
  return onLoopback(resources, world);
}

/** Moves the gateway to http on a loopback port. A ServiceEntry leads to the upstream. */
function onLoopback(resources: Resource[], { port, upstream }: World): Resource[] {
  Object.assign(ofKind(resources, "Gateway").spec.servers[0], { port: { number: port, name: "http", protocol: "HTTP" }, tls: undefined });
  return [...resources, {
    apiVersion: "networking.istio.io/v1", kind: "ServiceEntry", metadata: { name: "service", namespace: "default" },
    spec: {
      hosts: ["service.default.svc.cluster.local"], location: "MESH_EXTERNAL", resolution: "STATIC",
      ports: [{ number: 80, name: "http", protocol: "HTTP", targetPort: upstream.port }], endpoints: [{ address: "127.0.0.1" }],
    },
  }];
}

/** Adapts a sample for a sidecar to a workload whose sidecar listens on `port` and whose application is the upstream. */
export function sidecarWithoutAgent(resources: Resource[], { port, upstream, providerPort }: World): Resource[] {
  const selector = { workloadSelector: { labels: SIDECAR.labels } }, networking = "networking.istio.io/v1", metadata = { name: "service", namespace: SIDECAR.namespace };
  return [
    ...withoutAgent(resources, providerPort),
    { apiVersion: networking, kind: "WorkloadEntry", metadata, spec: { address: "127.0.0.1", labels: SIDECAR.labels } },
    {
      apiVersion: networking, kind: "ServiceEntry", metadata,
      spec: { hosts: ["service.default.svc.cluster.local"], location: "MESH_INTERNAL", resolution: "STATIC", ports: [{ number: 80, name: "http", protocol: "HTTP", targetPort: port }], ...selector },
    },
    {
      apiVersion: networking, kind: "Sidecar", metadata,
      spec: { ...selector, ingress: [{ port: { number: port, name: "http", protocol: "HTTP" }, bind: "127.0.0.1", defaultEndpoint: `127.0.0.1:${upstream.port}` }], egress: [{ hosts: ["*/*"] }] },
    },
    { apiVersion: "security.istio.io/v1", kind: "PeerAuthentication", metadata, spec: { mtls: { mode: "DISABLE" } } },
  ];
}

/** Without an agent Envoy cannot load an image, or authorities by SDS. So the module is a file, and the provider is on a loopback port, without TLS. */
function withoutAgent(resources: Resource[], targetPort: number): Resource[] {
  const { spec } = ofKind(resources, "ServiceEntry");
  spec.ports[0] = { ...spec.ports[0], targetPort };
  spec.endpoints = [{ address: "127.0.0.1" }];
  for (const { kind, spec } of resources) if (kind === "EnvoyFilter") spec.configPatches[0].patch.value.typed_config.config.vm_config.code = { local: { filename: FILTER_WASM } };
  return resources.filter(({ kind }) => kind !== "DestinationRule");
}

const environment = (folder: string) => ({ ...WITHOUT_EXTENSIONS, CONFIG: folder, MESH: join(folder, "mesh") });

async function folderWith(resources: Resource[]): Promise<string> {
  const folder = await newFolder();
  await writeFile(join(folder, "config.yaml"), toYaml(resources));
  await writeFile(join(folder, "mesh"), stringify(MESH));
  return folder;
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "envoy-oidc-mesh-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
