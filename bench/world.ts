// What all parts of the bench share: the filter, the provider, the upstream, and the Envoys in front of it.

import { statSync } from "node:fs";
import { join } from "node:path";
import { envoyBinary } from "../cli/demo/envoy-binary";
import { freePort } from "../cli/demo/ports";
import { bootstrap, upstreamBootstrap, type Ports } from "./bootstraps";
import type { Filter } from "./filters";
import { CONNECTIONS, requests, type Outcome, type Requests } from "./load";
import { BenchProvider } from "./provider";
import { LOAD_CORE, SERVER_CORE, startEnvoy, type Server } from "./servers";

/** The folder of the report, the folder with the files of a run, which stay for inspection, and the measured module. */
export const REPORT = join(__dirname, "..", "build", "bench");
export const OUT = join(REPORT, "run");
export const FILTER = join(__dirname, "..", "build", "envoy-oidc.wasm");

/** About the size of an access token of Keycloak or Entra. */
export const TOKEN_BYTES = 1024;

export class World {
  private readonly running: Server[] = [];

  private constructor(readonly binary: string, readonly provider: BenchProvider, readonly upstream: Server, private readonly upstreamAdmin: number, readonly quick: boolean) {}

  static async start(quick: boolean): Promise<World> {
    const binary = await envoyBinary(), provider = await BenchProvider.start();
    const ports = { listener: await freePort(), admin: await freePort(), upstream: 1, idp: 1 };
    return new World(binary, provider, await startEnvoy(binary, LOAD_CORE, OUT, upstreamBootstrap(ports), ports), ports.admin, quick);
  }

  /** Another Envoy, on the servers' core. */
  async envoy(of: Filter[] | ((ports: Ports) => object)): Promise<Server> {
    const ports = await this.ports();
    return this.keep(await startEnvoy(this.binary, SERVER_CORE, OUT, typeof of === "function" ? of(ports) : bootstrap(of, ports), ports));
  }

  /**
   * Loads a server. A request that passes must reach the upstream, which answers 200 only if the expected headers are there. A refused request must
   * not reach it.
   */
  async load({ port }: Server, path: string, what: Requests, seconds: number): Promise<Outcome> {
    const before = await this.reached(), outcome = await requests(`http://127.0.0.1:${port}${path}`, what, seconds), reached = await this.reached() - before;
    const wrong = what.status === 401 ? reached > CONNECTIONS : reached < outcome.count;
    if (wrong) throw new Error(`of ${outcome.count} requests to ${path}, ${reached} reached the upstream and were answered 200 there`);
    return outcome;
  }

  private async reached(): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.upstreamAdmin}/stats?filter=http.in.downstream_rq_2xx`);
    return Number(/http\.in\.downstream_rq_2xx: (\d+)/.exec(await response.text())?.[1]);
  }

  async ports(): Promise<Ports> { return { listener: await freePort(), admin: await freePort(), upstream: this.upstream.port, idp: this.provider.port }; }

  /** Registers a server that is stopped with all others. */
  keep(server: Server): Server {
    this.running.push(server);
    return server;
  }

  /** Stops the servers that a part has started. */
  async clear(): Promise<void> {
    for (const server of this.running.splice(0)) await server.stop();
  }

  async stop(): Promise<void> {
    await this.clear();
    await this.upstream.stop();
    await this.provider.close();
  }

  get wasmBytes(): number { return statSync(FILTER).size; }
}
