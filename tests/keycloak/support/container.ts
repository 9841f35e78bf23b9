// A container of these tests: its ports stand on 127.0.0.1 alone, its log is kept from the first line, and it is found by its label.

import { randomBytes } from "node:crypto";
import { GenericContainer, getContainerRuntimeClient, Wait, type StartedTestContainer } from "testcontainers";
import { LOOPBACK } from "../../../cli/demo/ports";
import { image } from "./images";

/** On every container, with the name of the network it belongs to: by it leftovers are found. */
export const LABEL = "envoy-oidc.tests";

/** Otherwise testcontainers goes by guess, and looks elsewhere for published ports where this machine is a container itself. */
process.env.TESTCONTAINERS_HOST_OVERRIDE = LOOPBACK;

/** Of networks, and of what is on them. */
export const PREFIX = "envoy-oidc-tests-";

/** With the pid of this process, so that what a killed one has left can be told from what is in use. */
export function newName(): string {
  return `${PREFIX}${process.pid}-${randomBytes(3).toString("hex")}`;
}

interface Wanted {
  image: "ENVOY_IMAGE" | "KEYCLOAK_IMAGE";
  network: string;
  /** On its network it is found by this name. */
  name: string;
  /** On 127.0.0.1, each for one in the container. */
  ports: { container: number; host: number }[];
  /** What answers with 200 once it serves. */
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

  /** It serves when this returns. Where it does not come up this throws, and leaves nothing but log() behind. */
  override async start(): Promise<StartedTestContainer> {
    try {
      return await super.start();
    } catch (error) {
      const { container } = await getContainerRuntimeClient();
      if (this.id !== "") await container.getById(this.id).remove({ force: true, v: true }).catch(() => undefined); // or it is gone already
      const [reason] = (error as Error).message.trim().split(", last "); // behind that come lines of the log
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
