// Keycloak and Envoy in containers, with testcontainers. A Keycloak and its Envoys share a network, where they use each other's host names.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getContainerRuntimeClient, Network } from "testcontainers";
import { capabilitiesOf } from "../../../cli/capabilities";
import { writeEnvoyConfig } from "../../../cli/demo/envoy-config";
import { EnvoyDidNotStart, reasons } from "../../../cli/demo/envoy-process";
import { freePort, LOOPBACK } from "../../../cli/demo/ports";
import { LABEL, newName, PREFIX, TestContainer } from "./container";
import { ADMIN, serves, type EnvoyInstance, type EnvoySetup, type KeycloakState, type Runtime } from "./runtime";

const FILTER_WASM = join(__dirname, "../../../build/envoy-oidc.wasm");
const INSIDE = "/etc/envoy";

/** The first start of an image takes twice as long, because Keycloak builds itself for these options. */
const KEYCLOAK_READY_WITHIN_MS = 180_000;
const ENVOY_READY_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 30_000;

const COMPOSE_LABEL = "com.docker.compose.project";

export const containers: Runtime = {
  mode: "containers",

  async obstacle() {
    const answers = await getContainerRuntimeClient().then(() => true, () => false);
    return answers ? null : "no Docker engine answers; install Docker and start it, or set DOCKER_HOST to the engine's socket";
  },

  async startKeycloak() {
    await removeLeftovers();
    const network = newName();
    const host = `${network}-keycloak`;
    const port = await freePort();
    const url = `http://${LOOPBACK}:${port}`;
    const keycloak = new TestContainer({
      image: "KEYCLOAK_IMAGE", network, name: host, ports: [{ container: 8080, host: port }],
      ready: { path: "/realms/master", port: 8080, withinMs: KEYCLOAK_READY_WITHIN_MS },
    });
    keycloak.withCommand(["start", "--db=dev-file", "--cache=local", "--http-enabled=true", `--hostname=${url}`]).withEnvironment({
      KC_BOOTSTRAP_ADMIN_USERNAME: ADMIN.name,
      KC_BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password,
      // A short-lived process gains nothing from Java's second compiler, and does not need half of the machine's memory.
      JAVA_OPTS_APPEND: "-XX:TieredStopAtLevel=1",
      JAVA_OPTS_KC_HEAP: "-Xms64m -Xmx512m",
    });
    try {
      await new Network({ nextUuid: () => network }).start();
      const started = await keycloak.start();
      return { mode: "containers", url, host, port: 8080, id: started.getId(), folder: "", network };
    } catch (error) {
      await removeNetwork(network);
      throw new Error(`${(error as Error).message} Where an image cannot be pulled, KEYCLOAK_TESTS=native does without any.\n${reasons(keycloak.log())}`);
    }
  },

  async stopKeycloak(state) {
    const { container } = await getContainerRuntimeClient();
    await container.stop(container.getById(state.id), { timeout: ENDS_WITHIN_MS });
  },

  async resumeKeycloak(state) {
    const { container } = await getContainerRuntimeClient();
    await container.start(container.getById(state.id));
    await serves(state.url, KEYCLOAK_READY_WITHIN_MS, () => undefined);
    return state;
  },

  async removeKeycloak(state) {
    await removeNetwork(state.network!);
  },

  async startEnvoy(keycloak: KeycloakState, { concurrency = 2, logLevel = "info", componentLogLevel, ...setup }: EnvoySetup): Promise<EnvoyInstance> {
    const adminPort = await freePort();
    const name = `${keycloak.network}-envoy-${adminPort}`;
    const folder = await mkdtemp(join(tmpdir(), "envoy-oidc-gateway-"));
    const configPath = writeEnvoyConfig(folder, { ...setup, wasm: `${INSIDE}/envoy-oidc.wasm`, capabilities: capabilitiesOf(FILTER_WASM), adminPort, address: "0.0.0.0" });
    const levels = ["main:warning", ...(componentLogLevel === undefined ? [] : [componentLogLevel])]; // at level info, main logs a hundred lines about the build
    const envoy = new TestContainer({
      image: "ENVOY_IMAGE", network: keycloak.network!, name, ports: [adminPort, ...setup.listeners.map(({ port }) => port)].map((port) => ({ container: port, host: port })),
      ready: { path: "/ready", port: adminPort, withinMs: ENVOY_READY_WITHIN_MS },
    });
    envoy
      .withCommand(["--config-path", `${INSIDE}/envoy.json`, "--concurrency", String(concurrency), "--log-level", logLevel, "--component-log-level", levels.join(",")])
      .withEnvironment(Object.fromEntries((setup.hostEnvironment ?? []).map((variable) => [variable, process.env[variable] ?? ""])))
      .withCopyFilesToContainer([
        { source: FILTER_WASM, target: `${INSIDE}/envoy-oidc.wasm`, mode: 0o644 },
        { source: configPath, target: `${INSIDE}/envoy.json`, mode: 0o644 },
      ]);
    const started = await envoy.start().catch((error: Error) => {
      throw new EnvoyDidNotStart(error.message, envoy.log());
    }).finally(() => rm(folder, { recursive: true, force: true }));
    return {
      adminUrl: `http://${LOOPBACK}:${adminPort}`,
      inside: (port) => `http://${name}:${port}`,
      logs: async () => envoy.log(),
      async stop() {
        await started.stop({ timeout: 3000 });
      },
    };
  },
};

/** This machine's address on a network: its containers and this machine reach it alike. */
export async function addressOn(network: string): Promise<string> {
  const { container: { dockerode } } = await getContainerRuntimeClient(), { IPAM } = await dockerode.getNetwork(network).inspect() as { IPAM: { Config: { Gateway: string }[] } };
  return IPAM.Config[0]!.Gateway;
}

/** Removes what killed runs have left: networks of these tests, including those of docker compose, with all their containers. */
async function removeLeftovers(): Promise<void> {
  const { container: { dockerode } } = await getContainerRuntimeClient();
  const networks = await dockerode.listNetworks({ filters: { name: [PREFIX] } });
  for (const { Name, Labels } of networks.filter(({ Name }) => Name.startsWith(PREFIX) && !isAlive(parseInt(Name.slice(PREFIX.length), 10)))) {
    const project = Labels?.[COMPOSE_LABEL];
    await removeNetwork(Name, project === undefined ? undefined : `${COMPOSE_LABEL}=${project}`);
  }
}

/** Stops and removes every container with the network's label, then the network. */
async function removeNetwork(name: string, label = `${LABEL}=${name}`): Promise<void> {
  const { container: { dockerode } } = await getContainerRuntimeClient();
  const found = await dockerode.listContainers({ all: true, filters: { label: [label] } });
  await Promise.all(found.map(({ Id }) => dockerode.getContainer(Id).remove({ force: true, v: true }).catch(unlessGone)));
  await dockerode.getNetwork(name).remove().catch(unlessGone);
}

/** Ignores the errors of a removal by another process: 409 while it is under way, 404 after it. */
function unlessGone(error: { statusCode?: number }): void {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
