// Starts Envoys for tests, with the filter in front of an upstream that answers with the request that it received.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FilterConfig, ListenerOptions } from "../../../cli/demo/envoy-config";
import { freePort } from "../../../cli/demo/ports";
import { atEnd } from "../../envoy/support/cleanup";
import { statsOf, until } from "../../envoy/support/envoy";
import { request, type RawResponse } from "../../envoy/support/http";
import type { Realm } from "./keycloak";
import { runtimeOf } from "./choice";
import type { EnvoyInstance, EnvoySetup } from "./runtime";

/** The upstream's answer. Repeated headers are joined by ", ". */
export interface Echo { method: string; path: string; headers: Record<string, string> }

export interface GatewayRequest { token?: string; headers?: Record<string, string>; method?: string; body?: string }

export interface Gateway {
  /** "http://localhost:PORT", for browsers and programs. */
  url: string;
  /** The URL by which Keycloak reaches the gateway, for a back-channel logout. */
  inside: string;
  get(path: string, options?: GatewayRequest): Promise<RawResponse>;
  /** The log of the whole Envoy, with the lines of all its gateways. */
  logs(): Promise<string>;
  /** Waits for a line of the log. */
  logged(pattern: RegExp, withinMs?: number): Promise<string>;
  /** The whole Envoy's counters and gauges by name. The filter's own are updated on its tick: wait for them with `until`. */
  stats(filter?: RegExp): Promise<Record<string, number>>;
  /** The number of requests that have reached the upstream, from all gateways of the Envoy. */
  arrived(): Promise<number>;
  stop(): Promise<void>;
}

export interface GatewayOptions extends Partial<Omit<EnvoySetup, "listeners">> {
  /** Further options of each gateway's listener, such as routes or filters. */
  listener?: Omit<ListenerOptions, "port">;
  /** Fields of the upstream's HTTP connection manager, such as a smaller limit. */
  upstream?: object;
  /** False if the filter cannot become ready, for example because Keycloak is down. */
  ready?: boolean;
}

type Filter = (gateway: { url: string }) => FilterConfig;

const ECHO_LUA = join(__dirname, "../../../envoy/keycloak/echo.lua");
export const SESSION_SECRET = "a session secret of the tests, long enough";
const READY_WITHIN_MS = 30_000;
const ANSWERS_IN_A_ROW = 12;
/** The filter limits its log lines about requests. After this time it logs the lines that a test looks for. */
const LOG_LIMIT_RESET_MS = 1_200;

/** The settings that these tests add to every filter configuration: the cluster, and plain http on loopback. */
export const common = { provider_cluster: "keycloak", ssl_verify: false };
/** The same, with a session secret. APISIX's examples have none, because APISIX generates one. */
export const commonForBrowsers = { ...common, session: { secret: SESSION_SECRET } };

/** Starts an Envoy with one gateway, and returns when it has the provider's keys. It stops with the test file. */
export async function startGateway(realm: Realm, filter: Filter, options: GatewayOptions = {}): Promise<Gateway> {
  return (await startGateways(realm, { gateway: filter }, options)).gateway;
}

/** Starts one Envoy with a listener for each of these filter configurations. */
export async function startGateways<Name extends string>(realm: Realm, filters: Record<Name, Filter>, options: GatewayOptions = {}): Promise<Record<Name, Gateway>> {
  const names = Object.keys(filters) as Name[];
  const ports = new Map<Name, number>();
  for (const name of names) ports.set(name, await freePort());
  const url = (name: Name) => `http://localhost:${ports.get(name)}`;
  const { listener, upstream, ready = true, clusters, ...envoyOptions } = options;
  const echoPort = await freePort();
  const { state } = realm.keycloak;
  const envoy = await runtimeOf(state.mode).startEnvoy(state, {
    ...envoyOptions,
    clusters: { keycloak: { host: state.host, port: state.port }, upstream: { port: echoPort }, ...clusters },
    listeners: [
      ...names.map((name) => ({ name, port: ports.get(name)!, filters: { [name]: filters[name]({ url: url(name) }) }, ...listener })),
      echo(echoPort, upstream),
    ],
  });
  atEnd(async () => {
    if ((globalThis as { aTestHasFailed?: boolean }).aTestHasFailed) console.log(`A test failed. Envoy's log ends with:\n${tail(await envoy.logs())}`);
    await envoy.stop();
  });
  const gateways = Object.fromEntries(names.map((name) => [name, gateway(envoy, url(name), ports.get(name)!)])) as Record<Name, Gateway>;
  if (ready) {
    await Promise.all(names.map((name) => isReady(realm, gateways[name])));
    await sleep(LOG_LIMIT_RESET_MS);
  }
  return gateways;
}

function gateway(envoy: EnvoyInstance, url: string, port: number): Gateway {
  return {
    url,
    inside: envoy.inside(port),
    get: (path, { token, headers = {}, method, body } = {}) => request(url + path, {
      method, body, headers: [...(token === undefined ? [] : [["Authorization", `Bearer ${token}`] as [string, string]]), ...Object.entries(headers)],
    }),
    logs: () => envoy.logs(),
    logged: (pattern, withinMs = 5000) => until(`a log line like ${pattern}`, withinMs, async () => pattern.exec(await envoy.logs())?.[0]),
    stats: (filter) => statsOf(envoy.adminUrl, filter),
    arrived: async () => Object.values(await statsOf(envoy.adminUrl, /^http\.echo\.downstream_rq_total$/))[0] ?? 0,
    stop: () => envoy.stop(),
  };
}

/** The end of the log, without trace lines. */
function tail(log: string): string { return log.split("\n").filter((line) => !line.includes("[trace]")).slice(-200).join("\n"); }

/**
 * Waits for metadata and keys, which are fetched after Envoy's start; until then the answer is 503. Each worker gets them on its own tick, and a random
 * worker accepts each connection. A dozen good answers in a row almost certainly come from both workers.
 */
async function isReady(realm: Realm, { url }: Gateway): Promise<void> {
  const token = await realm.clientCredentials().catch(() => "none");
  let inARow = 0;
  await until(`the provider's metadata and keys at ${url}`, READY_WITHIN_MS, async () => {
    const { body } = await request(url, { headers: [["Authorization", `Bearer ${token}`], ["Accept", "text/html"]] });
    inARow = body.includes("provider_not_ready") ? 0 : inARow + 1;
    return inARow === ANSWERS_IN_A_ROW ? true : undefined;
  });
}

/** The upstream: a listener of the same Envoy, so it needs no further program or image. It shows requests unchanged. */
function echo(port: number, connectionManager: object = {}): ListenerOptions {
  return {
    name: "echo",
    port,
    routes: [],
    before: [{
      name: "envoy.filters.http.lua",
      typed_config: {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua",
        default_source_code: { inline_string: readFileSync(ECHO_LUA, "utf8") },
      },
    }],
    connectionManager: {
      use_remote_address: false, generate_request_id: false, normalize_path: false, merge_slashes: false, path_with_escaped_slashes_action: "KEEP_UNCHANGED",
      max_request_headers_kb: 256, ...connectionManager,
    },
  };
}
