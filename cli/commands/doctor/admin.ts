// The part of a running Envoy's admin interface that the doctor reads.

import { at, isFields, listAt, textAt, type Fields } from "../check/fields";
import { UserError } from "../io";

export interface Running {
  version: string;
  /** How many seconds Envoy's clock is ahead of this machine's; undefined if its answer has no Date. */
  aheadSec?: number;
  listeners: Fields[];
  clusters: Fields[];
  /** Filters that listeners get by extension discovery, as in Istio. */
  extensions: Fields[];
  /** Listeners that Envoy refused, with its reason. */
  rejected: { name: string; reason: string }[];
  hosts: Map<string, Host[]>;
  stats: Map<string, number>;
  certificates: { path: string; days: number; subject: string }[];
}

export interface Host { address: string; connectFailures: number; connections: number }

const WITHIN_MS = 10_000;

export async function askAdmin(admin: string): Promise<Running> {
  const base = admin.replace(/\/$/, "");
  if (!URL.canParse(base) || !/^https?:/.test(base)) throw new UserError(`--admin: expected a URL such as http://127.0.0.1:9901, found ${admin}`);
  const sentMs = Date.now(), info = await get(base, "/server_info"), date = info.headers.get("date");
  const [dump, clusters, stats, certs] = await Promise.all([get(base, "/config_dump?include_eds"), get(base, "/clusters?format=json"), get(base, "/stats?usedonly"), get(base, "/certs")].map(async (answer) => (await answer).text()));
  const json = (path: string, text: string): unknown => { try { return JSON.parse(text); } catch { throw new UserError(`${base}${path} answers something that is no JSON: this is not Envoy's admin interface`); } };
  const version = textAt(json("/server_info", await info.text()), "version"), configs = listAt(json("/config_dump", dump!), "configs");
  if (version === "") throw new UserError(`${base}/server_info names no version: this is not Envoy's admin interface`);
  return {
    version: /\/(\d+\.\d+\.\d+)/.exec(version)?.[1] ?? "",
    ...(date === null ? {} : { aheadSec: (Date.parse(date) - (sentMs + Date.now()) / 2) / 1000 }),
    ...configured(configs),
    hosts: hostsOf(json("/clusters", clusters!)),
    stats: new Map([...stats!.matchAll(/^(\S+): (\d+)$/gm)].map(([, name, value]) => [name!, Number(value)])),
    certificates: certificatesOf(json("/certs", certs!)),
  };
}

async function get(base: string, path: string): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(base + path, { signal: AbortSignal.timeout(WITHIN_MS) });
  } catch (error) {
    throw new UserError(`${base} cannot be reached: ${(error as { cause?: { code?: string } }).cause?.code ?? (error as Error).message}. Is it the address under admin: in Envoy's configuration, and does it listen for this machine?`);
  }
  if (answer.status !== 200) throw new UserError(`${base}${path} answers ${answer.status}: this is not Envoy's admin interface, or what stands in front of it does not let this page through`);
  return answer;
}

function configured(configs: unknown[]): Pick<Running, "listeners" | "clusters" | "extensions" | "rejected"> {
  const lists = (name: string): unknown[] => configs.flatMap((config) => listAt(config, name));
  const fields = (values: unknown[]): Fields[] => values.filter(isFields);
  const dynamic = lists("dynamic_listeners");
  return {
    listeners: fields([...lists("static_listeners").map((one) => at(one, "listener")), ...dynamic.map((one) => at(one, "active_state", "listener"))]),
    clusters: fields([...lists("static_clusters"), ...lists("dynamic_active_clusters"), ...lists("dynamic_warming_clusters")].map((one) => at(one, "cluster"))),
    extensions: fields(lists("ecds_filters").map((one) => at(one, "ecds_filter"))),
    rejected: dynamic.filter((one) => at(one, "error_state") !== undefined).map((one) => ({ name: textAt(one, "name"), reason: textAt(one, "error_state", "details") })),
  };
}

function hostsOf(clusters: unknown): Map<string, Host[]> {
  return new Map(listAt(clusters, "cluster_statuses").map((status) => [textAt(status, "name"), listAt(status, "host_statuses").map((host) => {
    const stat = (name: string): number => Number(at(listAt(host, "stats").find((one) => textAt(one, "name") === name), "value") ?? 0);
    return { address: `${textAt(host, "address", "socket_address", "address")}:${String(at(host, "address", "socket_address", "port_value") ?? "")}`, connectFailures: stat("cx_connect_fail"), connections: stat("cx_total") };
  })]));
}

function certificatesOf(certs: unknown): Running["certificates"] {
  return listAt(certs, "certificates").flatMap((one) => [...listAt(one, "ca_cert"), ...listAt(one, "cert_chain")]).map((cert) => ({
    path: textAt(cert, "path"), days: Number(at(cert, "days_until_expiration") ?? 0), subject: listAt(cert, "subject_alt_names").map((name) => Object.values(isFields(name) ? name : {}).join()).join(", "),
  }));
}
