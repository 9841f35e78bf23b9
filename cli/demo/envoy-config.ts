// Envoy's configuration for the demo, the tests and the bench. One function writes it as JSON from the options in which they differ.

import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { capabilitiesOf } from "../capabilities";
import { isBefore, RESTRICTION_MOVED } from "../envoy-version";
import { LOOPBACK } from "./ports";

/** The filter's configuration: an object, or a string for configurations that are not JSON. */
export type FilterConfig = Record<string, unknown> | string;

export interface RouteOptions {
  prefix: string;
  cluster: string;
  /** The filter that guards this route: by default all of them, none with `null`. */
  filter?: string | null;
  /** Anything else of Envoy's RouteAction or Route: `{ route: { timeout: "1s" } }`. */
  extra?: { route?: object; [field: string]: unknown };
}

export interface ListenerOptions {
  name?: string;
  port: number;
  /** The filter's configurations in the order they run, by the name of the plugin. */
  filters?: Record<string, FilterConfig>;
  /** By default all requests go to the cluster `upstream`. */
  routes?: RouteOptions[];
  /** Envoy's own HTTP filters, before and after this filter. */
  before?: object[];
  after?: object[];
  /** A format of Envoy's access log; the file is `access.log` in the configuration's folder. */
  accessLog?: string;
  /** Fields of the HTTP connection manager to add or replace. */
  connectionManager?: object;
}

export interface ClusterOptions {
  host?: string;
  port: number;
  /** TLS with this server name. The certificate must be valid for it and issued by an authority in the file `ca`. */
  tls?: { serverName: string; ca: string };
  extra?: object;
}

export interface EnvoyOptions {
  /** The filter's file, or another module for comparison. */
  wasm: string;
  listeners: ListenerOptions[];
  clusters: Record<string, ClusterOptions>;
  /** The capabilities that Envoy grants the filter; by default all that it needs. */
  capabilities?: string[];
  /** The Envoy version that reads the configuration, such as "1.33.0"; by default 1.40 or newer. */
  envoyVersion?: string;
  adminPort: number;
  /** The address that Envoy listens on; by default loopback. In a container it is "0.0.0.0", and the published ports decide who can connect. */
  address?: string;
  /**
   * Puts the listeners in a separate file, so that writeListeners can replace them while Envoy runs. Envoy then starts even if a filter refuses its
   * configuration, and does not listen. With listeners in the bootstrap it does not start.
   */
  reloadable?: boolean;
  /** The values for `$ENV://NAME`, and the names of Envoy's own variables that the filter may see as well. */
  environment?: Record<string, string>;
  hostEnvironment?: string[];
  /** Plugins with the same id share one VM per worker. */
  vmId?: string;
  /** What happens to requests after a VM has died. Both values refuse; FAIL_RELOAD starts a new VM, FAIL_CLOSED lets tests observe the failure. */
  failurePolicy?: "FAIL_CLOSED" | "FAIL_RELOAD";
  /** Whether the filter may hold a request's headers back while it reads the body, as logout calls of a provider need (default). */
  requestBodies?: boolean;
  /** Top-level fields of the bootstrap to add or replace. */
  bootstrap?: object;
}

const api = (name: string): { "@type": string } => ({ "@type": `type.googleapis.com/${name}` });

/** Writes the bootstrap into a folder and returns its path. */
export function writeEnvoyConfig(folder: string, options: EnvoyOptions): string {
  mkdirSync(folder, { recursive: true });
  if (options.reloadable) writeListeners(folder, options);
  const path = join(folder, "envoy.json");
  writeFileSync(path, JSON.stringify(bootstrap(folder, options), null, 2));
  return path;
}

/** Replaces the listeners of a running Envoy, which reads the file again when a new one is moved to its path. */
export function writeListeners(folder: string, options: EnvoyOptions): void {
  const resources = listeners(folder, options).map((listener) => ({ ...api("envoy.config.listener.v3.Listener"), ...listener }));
  const path = listenersFile(folder);
  writeFileSync(`${path}.new`, JSON.stringify({ resources }, null, 2));
  renameSync(`${path}.new`, path);
}

function fromFile(path: string): object {
  return { resource_api_version: "V3", path_config_source: { path } };
}

function listenersFile(folder: string): string {
  return join(folder, "listeners.json");
}

function listeners(folder: string, options: EnvoyOptions): object[] {
  return options.listeners.map((listener, i) => listenerConfig(folder, options, listener, listener.name ?? `listener_${i}`));
}

function bootstrap(folder: string, options: EnvoyOptions): object {
  return {
    node: { id: "envoy-oidc", cluster: "envoy-oidc" },
    admin: { address: address(options.address ?? LOOPBACK, options.adminPort) },
    ...(options.reloadable ? { dynamic_resources: { lds_config: fromFile(listenersFile(folder)) } } : {}),
    static_resources: {
      ...(options.reloadable ? {} : { listeners: listeners(folder, options) }),
      clusters: Object.entries(options.clusters).map(([name, cluster]) => clusterConfig(name, cluster)),
    },
    ...options.bootstrap,
  };
}

function listenerConfig(folder: string, options: EnvoyOptions, listener: ListenerOptions, name: string): object {
  const plugins = Object.keys(listener.filters ?? {});
  const routes = listener.routes ?? [{ prefix: "/", cluster: "upstream" }];
  const manager = {
    ...api("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"),
    stat_prefix: name,
    use_remote_address: true,
    // The filter decides by path, so it must see the same path as the upstream.
    normalize_path: true,
    merge_slashes: true,
    path_with_escaped_slashes_action: "UNESCAPE_AND_REDIRECT",
    ...(listener.accessLog === undefined ? {} : { access_log: [accessLog(folder, listener.accessLog)] }),
    route_config: {
      virtual_hosts: [{ name: "all", domains: ["*"], routes: routes.map((route) => routeConfig(route, plugins)) }],
    },
    http_filters: [
      ...(listener.before ?? []),
      ...plugins.map((plugin) => wasmFilter(options, plugin, listener.filters![plugin])),
      ...(listener.after ?? []),
      { name: "envoy.filters.http.router", typed_config: api("envoy.extensions.filters.http.router.v3.Router") },
    ],
    ...listener.connectionManager,
  };
  return {
    name,
    address: address(options.address ?? LOOPBACK, listener.port),
    filter_chains: [{ filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: manager }] }],
  };
}

function wasmFilter(options: EnvoyOptions, plugin: string, config: FilterConfig): object {
  const variables = {
    ...(options.hostEnvironment ? { host_env_keys: options.hostEnvironment } : {}),
    ...(options.environment ? { key_values: options.environment } : {}),
  };
  const allowed = options.capabilities ?? capabilitiesOf(options.wasm);
  const restriction = { capability_restriction_config: { allowed_capabilities: Object.fromEntries(allowed.map((name) => [name, {}])) } };
  const belongsToVm = options.envoyVersion === undefined || !isBefore(options.envoyVersion, RESTRICTION_MOVED);
  return {
    name: plugin,
    typed_config: {
      ...api("envoy.extensions.filters.http.wasm.v3.Wasm"),
      config: {
        name: plugin,
        configuration: { ...api("google.protobuf.StringValue"), value: typeof config === "string" ? config : JSON.stringify(config) },
        failure_policy: options.failurePolicy ?? "FAIL_CLOSED",
        allow_on_headers_stop_iteration: options.requestBodies ?? true,
        ...(belongsToVm ? {} : restriction),
        vm_config: {
          vm_id: options.vmId ?? "envoy-oidc",
          runtime: "envoy.wasm.runtime.v8",
          code: { local: { filename: options.wasm } },
          ...(belongsToVm ? restriction : {}),
          ...(Object.keys(variables).length > 0 ? { environment_variables: variables } : {}),
        },
      },
    },
  };
}

/** A route disables the other filters and does not enable its own: a forgotten route is then guarded by all filters, not by none. */
function routeConfig(route: RouteOptions, plugins: string[]): object {
  const { route: action, ...rest } = route.extra ?? {};
  const off = route.filter === undefined ? [] : plugins.filter((plugin) => plugin !== route.filter);
  return {
    match: { prefix: route.prefix },
    route: { cluster: route.cluster, ...action },
    typed_per_filter_config: Object.fromEntries(off.map((plugin) => [plugin, { ...api("envoy.config.route.v3.FilterConfig"), disabled: true }])),
    ...rest,
  };
}

function clusterConfig(name: string, { host = LOOPBACK, port, tls, extra }: ClusterOptions): object {
  const isAddress = /^[\d.]+$/.test(host);
  return {
    name,
    type: isAddress ? "STATIC" : "STRICT_DNS",
    connect_timeout: "2s",
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address: address(host, port) } }] }] },
    ...(tls === undefined ? {} : { transport_socket: tlsSocket(tls.serverName, tls.ca) }),
    ...extra,
  };
}

function tlsSocket(serverName: string, ca: string): object {
  return {
    name: "envoy.transport_sockets.tls",
    typed_config: {
      ...api("envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"),
      sni: serverName,
      common_tls_context: {
        // By default Envoy offers TLS 1.2 at most.
        tls_params: { tls_maximum_protocol_version: "TLSv1_3" },
        validation_context: {
          trusted_ca: { filename: ca },
          // Without this, any certificate of a trusted authority would be accepted, whatever name it is for.
          match_typed_subject_alt_names: [{ san_type: "DNS", matcher: { exact: serverName } }],
        },
      },
    },
  };
}

function accessLog(folder: string, format: string): object {
  return {
    name: "envoy.access_loggers.file",
    typed_config: {
      ...api("envoy.extensions.access_loggers.file.v3.FileAccessLog"),
      path: join(folder, "access.log"),
      log_format: { text_format_source: { inline_string: `${format}\n` } },
    },
  };
}

function address(host: string, port: number): object {
  return { socket_address: { address: host, port_value: port } };
}
