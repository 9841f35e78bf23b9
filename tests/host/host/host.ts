/** The part of an Envoy process that its workers share: the clock, the stores, the logs, and the switches of a test. */
import { LEVELS, type Level } from "./abi";
import type { Callout } from "./callout";
import type { Foreign } from "./foreign";
import { Random } from "./random";
import { RootContext } from "./root";
import { Metrics, SharedData, SharedQueues } from "./stores";
import type { Context, Vm } from "./vm";

export interface LogLine { level: Level; text: string; worker: number }

export class Host {
  readonly sharedData = new SharedData();
  readonly queues = new SharedQueues();
  readonly metricStore = new Metrics();
  readonly logs: LogLine[] = [];
  /** The number of calls of each host function by the module, and of each callback by the host. */
  readonly trace: Record<string, number> = {};
  readonly callbacks: Record<string, number> = {};
  /** All callouts, including the open ones. */
  readonly history: Callout[] = [];
  readonly open = new Set<Callout>();
  readonly foreign: Record<string, Foreign> = {};
  readonly withoutForeign = new Set<string>();
  /** True: InternalFailure, as for a cluster without hosts; or the status to return. */
  refuseCallouts: boolean | number = false;
  failRandom = false;
  /** The plugin's `allow_on_headers_stop_iteration`. */
  bodiesBehindHeaders = true;
  logLevel: Level = "info";
  nowMs = 0;
  environment: Record<string, string> = {};
  vmConfiguration: Buffer = Buffer.alloc(0);
  properties: Record<string, string | Uint8Array> = {};
  clusters: string[] | null = null;
  random = new Random(1);

  get nowNs(): bigint { return BigInt(Math.floor(this.nowMs)) * 1_000_000n; }

  count(where: Record<string, number>, name: string): void { where[name] = (where[name] ?? 0) + 1; }

  log(level: Level, text: string, worker: number): void {
    if (LEVELS.indexOf(level) >= LEVELS.indexOf(this.logLevel)) this.logs.push({ level, text, worker });
  }

  /** The place that the filter's own abort logged. */
  lastWords(): string {
    const last = this.logs.at(-1);
    return last?.level === "critical" ? ` (${last.text})` : "";
  }

  hasCluster(name: string): boolean { return this.clusters === null || this.clusters.includes(name); }

  /** The stream's own state first, then the value of the test, then the properties that every plugin has. */
  property(context: Context, path: string): Buffer | null {
    const root = context instanceof RootContext ? context : context.root;
    const own = context instanceof RootContext ? undefined : context.properties.get(path);
    if (own) return own;
    const told = this.properties[path];
    if (told !== undefined) return Buffer.from(told as string);
    if (path === "plugin_root_id") return Buffer.from(root.rootId);
    if (path === "plugin_name" || path === "plugin_vm_id") return Buffer.from("envoy-oidc");
    return null;
  }

  readonly vms: Vm[] = [];

  /** Overridden by a class that answers callouts by itself. */
  settle(): void {}
}
