// A complete Envoy configuration, as a person would write it.

import { isIP } from "node:net";
import { stringify } from "yaml";
import { capabilitiesOf } from "../../capabilities";
import { filterPath } from "../filter/module";
import { printable } from "../io";
import type { Host, Plan } from "./plan";

const API = "type.googleapis.com/envoy";
export const LISTENER_PORT = 8080;

export function envoyYaml(plan: Plan): string {
  const { options, filter, hosts, remarks, secrets, readsBodies } = plan, [upstreamHost, upstreamPort] = splitHost(options.upstream);
  return `# Envoy with the OpenID Connect filter in front of ${options.upstream}.
${commentLines([...remarks.map((remark) => `${remark}.`), "Check it, and start it:", ...Object.entries(secrets).map(([name, what]) => `  export ${name}=…   # ${what}`)])}
#   envoy-oidc check envoy.yaml && envoy --mode validate -c envoy.yaml && envoy -c envoy.yaml
admin:
  # Its pages show the whole configuration: for this machine alone.
  address: { socket_address: { address: 127.0.0.1, port_value: 9901 } }
static_resources:
  listeners:
  - name: public
    address: { socket_address: { address: 0.0.0.0, port_value: ${LISTENER_PORT} } }
    filter_chains:
    # Browsers must come by https: where nothing in front of Envoy ends TLS, add a transport_socket with a certificate here.
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": ${API}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: public
          use_remote_address: true
          # One spelling for every path, so that what the filter judges is what the service gets.
          normalize_path: true
          merge_slashes: true
          path_with_escaped_slashes_action: UNESCAPE_AND_REDIRECT
          http_filters:
          - name: envoy-oidc
            typed_config:
              "@type": ${API}.extensions.filters.http.wasm.v3.Wasm
              config:
                name: envoy-oidc
                # Without the filter nothing passes; a VM that has died is replaced.
                failure_policy: FAIL_RELOAD
${readsBodies ? "                # The provider's logout token comes in a body (Envoy 1.35 or later).\n                allow_on_headers_stop_iteration: true\n" : ""}                vm_config:
                  vm_id: envoy-oidc
                  runtime: envoy.wasm.runtime.v8
                  code: { local: { filename: ${JSON.stringify(options.wasm)} } }
${Object.keys(secrets).length === 0 ? "" : `                  environment_variables: { host_env_keys: [${Object.keys(secrets).join(", ")}] }\n`}                # All that the filter needs. Envoy 1.40 also takes it in vm_config, and calls this place deprecated; older ones know this one alone.
                capability_restriction_config:
                  allowed_capabilities:
${capabilitiesOf(filterPath()).map((name) => `                    ${name}: {}`).join("\n")}
                configuration:
                  "@type": type.googleapis.com/google.protobuf.StringValue
                  value: |
${indented(JSON.stringify(filter, null, 2), 20)}
          - name: envoy.filters.http.router
            typed_config: { "@type": ${API}.extensions.filters.http.router.v3.Router }
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: { prefix: / }
                route: { cluster: service }
  clusters:
  - name: service
    type: ${clusterType(upstreamHost)}
    load_assignment:
      cluster_name: service
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: ${upstreamHost}, port_value: ${upstreamPort} } } } }] }]
${hosts.map((host) => clusterYaml(host, options.ca)).join("\n")}
`;
}

function clusterYaml({ name, hostname, port, tls }: Host, ca: string): string {
  const cluster = `  # The provider at ${hostname}.
  - name: ${name}
    type: ${clusterType(hostname)}
    connect_timeout: 2s
    load_assignment:
      cluster_name: ${name}
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: ${hostname}, port_value: ${port} } } } }] }]`;
  if (!tls) return cluster;
  return `${cluster}
    transport_socket:
      name: envoy.transport_sockets.tls
      typed_config:
        "@type": ${API}.extensions.transport_sockets.tls.v3.UpstreamTlsContext
        sni: ${hostname}
        common_tls_context:
          tls_params: { tls_maximum_protocol_version: TLSv1_3 }
          validation_context:
            # Whose certificates are accepted, and for which name.
            trusted_ca: { filename: ${JSON.stringify(ca)} }
            match_typed_subject_alt_names: [{ san_type: DNS, matcher: { exact: ${hostname} } }]`;
}

const clusterType = (host: string): string => isIP(host) === 0 ? "STRICT_DNS" : "STATIC";

export function splitHost(text: string): [string, number] {
  const [, host, port] = /^(.+?)(?::(\d+))?$/.exec(text)!;
  return [host!, Number(port ?? 80)];
}

export const commentLines = (lines: string[]): string => lines.map((line) => `# ${printable(line)}`).join("\n");

export const indented = (text: string, by: number): string => text.split("\n").map((line) => " ".repeat(by) + line).join("\n");

/** An object as part of a YAML text. */
export const yamlAt = (value: unknown, by: number): string => indented(stringify(value, { lineWidth: 0 }).trimEnd(), by);
