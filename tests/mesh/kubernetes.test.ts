// envoy/kubernetes: the configuration in a plain Envoy, and whether the Deployment provides what the configuration needs.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { envoyBinary } from "../../cli/demo/envoy-binary";
import { runEnvoy } from "../../cli/demo/envoy-process";
import { freePort } from "../../cli/demo/ports";
import { atEnd } from "../envoy/support/cleanup";
import { FILTER_WASM } from "../envoy/support/envoy";
import { converse } from "./support/conversation";
import { startTls } from "./support/tls";
import { adapted, ENVIRONMENT, ofKind, sample, type Resource } from "./support/samples";
import { startParts } from "./support/world";

const CONFIG = sample("kubernetes/envoy.yaml");
let probes: string, service: string;

converse(async () => {
  const world = await startParts(), folder = await mkdtemp(join(tmpdir(), "envoy-oidc-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const [adminPort, probesPort, tls] = await Promise.all([freePort(), freePort(), startTls(world)]), configPath = join(folder, "envoy.yaml");
  await writeFile(configPath, adapted(CONFIG, world)
    .replaceAll("/filter/envoy-oidc.wasm", FILTER_WASM)
    .replaceAll("0.0.0.0, port_value: 8080", `127.0.0.1, port_value: ${world.port}`)
    .replaceAll("0.0.0.0, port_value: 8081", `127.0.0.1, port_value: ${probesPort}`)
    .replaceAll("port_value: 9901", `port_value: ${adminPort}`)
    .replaceAll("service.default.svc.cluster.local, port_value: 80 ", `127.0.0.1, port_value: ${world.upstream.port} `)
    .replaceAll("idp.example.com, port_value: 443", `127.0.0.1, port_value: ${tls}`));
  const envoy = await runEnvoy({ binary: await envoyBinary(), configPath, adminPort, concurrency: 2, environment: { ...process.env, ...ENVIRONMENT } });
  atEnd(() => envoy.stop());
  probes = `http://127.0.0.1:${probesPort}`;
  service = `http://127.0.0.1:${world.port}`;
  return world;
}, { forms: true });

test.each([["/ready", 200], ["/", 404], ["/config_dump", 404], ["/quitquitquit", 404]])("the kubelet's port answers %s with %i", async (path, status) => {
  expect((await fetch(probes + path)).status).toBe(status);
});

test("the kubelet's readiness probe gets 200 on the listener's port, with the pod's address as host and without a credential", async () => {
  const answer = await fetch(`${service}/oidc-ready`, { headers: { host: "10.0.0.7:8080" } });
  expect([answer.status, await answer.json()]).toEqual([200, { ready: true }]);
});

describe("the Deployment", () => {
  const resources = parseAllDocuments(sample("kubernetes/deployment.yaml")).map((document) => document.toJS() as Resource);
  const { initContainers: [init], containers: [envoy], volumes } = ofKind(resources, "Deployment").spec.template.spec;
  const { vm_config: vm, configuration } = parse(CONFIG).static_resources.listeners[0].filter_chains[0].filters[0].typed_config.http_filters[0].typed_config.config;

  test("sets the variables that the filter may read, from a Secret", () => {
    expect(envoy.env.map(({ name }: { name: string }) => name)).toEqual(vm.environment_variables.host_env_keys);
    for (const { valueFrom } of envoy.env) expect(valueFrom.secretKeyRef.name).toBe("envoy-oidc");
  });

  test("copies the module to the path that Envoy reads", () => {
    const target = init.command.at(-1) + init.command[1].split("/").pop();
    expect(target).toBe(vm.code.local.filename);
    expect(envoy.volumeMounts.find(({ name }: { name: string }) => name === "filter")).toMatchObject({ mountPath: "/filter", readOnly: true });
    expect(init.volumeMounts).toEqual([{ name: "filter", mountPath: "/filter" }]);
  });

  test("mounts the ConfigMap that kustomization.yaml generates from envoy.yaml", () => {
    const { configMapGenerator: [generated], resources: listed } = parse(sample("kubernetes/kustomization.yaml"));
    expect([generated.files, listed]).toEqual([["envoy.yaml"], ["deployment.yaml"]]);
    expect(volumes.find(({ name }: { name: string }) => name === "config").configMap.name).toBe(generated.name);
    const { mountPath } = envoy.volumeMounts.find(({ name }: { name: string }) => name === "config");
    expect(envoy.args).toEqual(["--config-path", `${mountPath}/envoy.yaml`]);
  });

  test("probes ports that the configuration listens on: readiness asks the filter, liveness only Envoy", () => {
    const ports = Object.fromEntries(envoy.ports.map(({ name, containerPort }: { name: string; containerPort: number }) => [name, containerPort]));
    const listened = parse(CONFIG).static_resources.listeners.map((one: any) => one.address.socket_address.port_value);
    expect(Object.values(ports)).toEqual(listened);
    expect([envoy.readinessProbe, envoy.livenessProbe].map(({ httpGet }) => ports[httpGet.port])).toEqual(listened);
    expect(envoy.readinessProbe.httpGet.path).toBe(JSON.parse(configuration.value).ready_path);
  });
});
