// A container for tests. Its ports are published only on 127.0.0.1, its log is recorded from the first line, and its label identifies it.

import { randomBytes } from "node:crypto";
import { GenericContainer, getContainerRuntimeClient, Wait, type StartedTestContainer } from "testcontainers";
import { LOOPBACK } from "../../../cli/demo/ports";
import { image } from "./images";

/** The label of every container, with the name of its network. Clean-up finds leftovers by it. */
export const LABEL = "envoy-oidc.tests";

/** Otherwise testcontainers guesses the host of published ports, and guesses wrong if this machine is itself a container. */
process.env.TESTCONTAINERS_HOST_OVERRIDE = LOOPBACK;

/** The prefix of the names of networks and containers. */
export const PREFIX = "envoy-oidc-tests-";

/** The name contains this process's pid, so clean-up can tell leftovers of killed processes from networks in use. */
export function newName(): string {
  return `${PREFIX}${process.pid}-${randomBytes(3).toString("hex")}`;
}

interface Wanted {
  image: "ENVOY_IMAGE" | "KEYCLOAK_IMAGE";
  network: string;
  /** Its host name on its network. */
  name: string;
  /** Ports of the container, and the ports on 127.0.0.1 where they are published. */
  ports: { container: number; host: number }[];
  /** The path that answers 200 when the container is ready. */
  ready: { path: string; port: number; withinMs: number };
}

export class TestContainer extends GenericContainer {
  private readonly chunks: string[] = [];
  private id = "";

  constructor(private readonly wanted: Wanted) {
    super(image(wanted.image));
    this.withName(wanted.name).withNetworkMode(wanted.network).withLabels({ [LABEL]: wanted.network }).withExposedPorts(...wanted.ports);
    const { path, port, withinMs } = wanted.ready;
    this.withWaitStrategy(Wait.forHttp(path, port, { abortOnContainerExit: true }).forStatusCode(200)).withStartupTimeout(withinMs);
  }

  log(): string {
    return this.chunks.join("");
  }

  /** Returns when the container is ready. If it does not start, this throws and removes the container; log() still works. */
  override async start(): Promise<StartedTestContainer> {
    try {
      return await super.start();
    } catch (error) {
      const { container } = await getContainerRuntimeClient();
      if (this.id !== "") await container.getById(this.id).remove({ force: true, v: true }).catch(() => undefined); // it may be gone already
      const [reason] = (error as Error).message.trim().split(", last "); // the lines of the log follow
      throw new Error(`The container of ${image(this.wanted.image)} did not come up: ${reason}.`);
    }
  }

  protected override async beforeContainerCreated(): Promise<void> {
    const published = Object.values(this.hostConfig.PortBindings ?? {}) as { HostIp?: string }[][];
    for (const binding of published.flat()) binding.HostIp = LOOPBACK;
  }

  protected override async containerCreated(id: string): Promise<void> {
    this.id = id;
    const { container } = await getContainerRuntimeClient();
    (await container.attach(container.getById(id))).on("data", (chunk: string) => this.chunks.push(chunk));
  }
}
