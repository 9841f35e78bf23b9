// The filter in Istio, in Envoy Gateway, and in a container.

import { isIP } from "node:net";
import { filterPath } from "../filter/module";
import { printable } from "../io";
import { VERSION } from "../version";
import { envoyYaml, LISTENER_PORT, yamlAt } from "./envoy";
import { isLoopback, type Host, type Plan, type Surroundings } from "./plan";

export interface Target extends Surroundings {
  /** File names and their contents. A single file goes to the standard output. */
  files: (plan: Plan) => Record<string, string>;
  /** Further files, by name, and where each is copied from. */
  copies?: Record<string, () => string>;
}

const comments = (plan: Plan): string => plan.remarks.map((remark) => `# ${printable(remark)}.\n`).join("");
const IMAGE = `oci://registry.example.com/envoy-oidc:${VERSION}`;

export const TARGETS: Record<string, Target> = {
  envoy: { naming: ({ name }) => name, bodies: true, isElsewhere: false, files: (plan) => ({ "envoy.yaml": envoyYaml(plan) }) },
  istio: { naming: ({ hostname, port }) => `outbound|${port}||${hostname}`, bodies: false, isElsewhere: true, files: (plan) => ({ "istio.yaml": istio(plan) }) },
  "envoy-gateway": { naming: ({ name }) => `httproute/default/${name}/rule/0`, bodies: false, isElsewhere: true, files: (plan) => ({ "envoy-gateway.yaml": envoyGateway(plan) }) },
  compose: {
    naming: ({ name }) => name, bodies: true, isElsewhere: true,
    files: (plan) => ({ "compose.yaml": compose(plan), "envoy.yaml": envoyYaml({ ...plan, options: { ...plan.options, wasm: "/etc/envoy/envoy-oidc.wasm", ca: "/etc/ssl/certs/ca-certificates.crt" } }) }),
    copies: { "envoy-oidc.wasm": filterPath },
  },
};

function istio(plan: Plan): string {
  return `# The filter on Istio's ingress gateway.
${comments(plan)}# Put the module into a registry that the gateway reaches, and give the gateway's container these variables from a Secret:
# ${Object.keys(plan.secrets).join(", ") || "none"}.
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: { name: envoy-oidc, namespace: istio-system }
spec:
  selector: { matchLabels: { istio: ingressgateway } }
  url: ${IMAGE}
  phase: AUTHN
  # Without the filter nothing passes; a VM that has died is replaced.
  failStrategy: FAIL_RELOAD
  pluginName: envoy-oidc
${Object.keys(plan.secrets).length === 0 ? "" : `  vmConfig:
    env:
${yamlAt(Object.keys(plan.secrets).map((name) => ({ name, valueFrom: "HOST" })), 4)}
`}  pluginConfig:
${yamlAt(plan.filter, 4)}
${plan.hosts.map(istioHost).join("")}`;
}

/** The plugin may use the cluster that a ServiceEntry makes. */
const istioHost = ({ name, hostname, port, tls }: Host): string => `---
# The provider at ${hostname}. Its cluster is named outbound|${port}||${hostname}
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: istio-system }
spec:
  hosts: [${hostname}]
  location: MESH_EXTERNAL
  resolution: DNS
  ports: [{ number: ${port}, name: ${tls ? "https" : "http"}, protocol: ${tls ? "TLS" : "HTTP"} }]
${tls ? `---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ${name}, namespace: istio-system }
spec:
  host: ${hostname}
  trafficPolicy:
    # Whose certificates are accepted, and for which name.
    tls: { mode: SIMPLE, sni: ${hostname}, caCertificates: system, subjectAltNames: [${hostname}] }
` : ""}`;

function envoyGateway(plan: Plan): string {
  return `# The filter on the route "shop" of a Gateway "eg", in the namespace default: change these names to yours.
${comments(plan)}# Backends need extensionApis.enableBackend in Envoy Gateway's own configuration. Give Envoy's container these variables from a Secret
# (EnvoyProxy, spec.provider.kubernetes.envoyDeployment.container.env): ${Object.keys(plan.secrets).join(", ") || "none"}.
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyExtensionPolicy
metadata: { name: envoy-oidc, namespace: default }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop }]
  wasm:
  - name: envoy-oidc
    code: { type: Image, image: { url: ${IMAGE.slice("oci://".length)} } }
    # Without the filter nothing passes.
    failOpen: false
    env: { hostKeys: [${Object.keys(plan.secrets).join(", ")}] }
    config:
${yamlAt(plan.filter, 6)}
${plan.hosts.map(gatewayHost).join("")}`;
}

/** Envoy Gateway makes clusters only for backends of routes. This route is for a host that nobody requests. */
const gatewayHost = ({ name, hostname, port, tls }: Host): string => `---
# The provider at ${hostname}. Its cluster is named httproute/default/${name}/rule/0
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: { name: ${name}, namespace: default }
spec: { endpoints: [{ ${isIP(hostname) === 0 ? "fqdn: { hostname:" : "ip: { address:"} ${hostname}, port: ${port} } }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name}, namespace: default }
spec:
  parentRefs: [{ name: eg }]
  hostnames: [${name}.cluster.invalid]
  rules:
  - backendRefs: [{ group: gateway.envoyproxy.io, kind: Backend, name: ${name} }]
${tls ? `---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: { name: ${name}, namespace: default }
spec:
  targetRefs: [{ group: gateway.envoyproxy.io, kind: Backend, name: ${name} }]
  # Whose certificates are accepted, and for which name.
  validation: { wellKnownCACertificates: System, hostname: ${hostname} }
` : ""}`;

function compose(plan: Plan): string {
  const app = new URL(plan.options.appUrl), isHere = isLoopback(app.hostname) && app.protocol === "http:", port = isHere ? Number(app.port) || 80 : LISTENER_PORT;
  return `# Envoy with the filter, in a container:  docker compose up
# The variables come from a file .env beside this one, which nobody else may read:
${Object.entries(plan.secrets).map(([name, what]) => `#   ${name}=…   # ${what}`).join("\n") || "#   none"}
services:
  envoy:
    image: envoyproxy/envoy:v1.40.0
    command: [-c, /etc/envoy/envoy.yaml]
    environment:
${Object.keys(plan.secrets).map((name) => `      ${name}: "\${${name}:?set it in .env}"`).join("\n") || "      {}"}
    # ${isHere ? `Reachable from this machine alone. For others write "${port}:${LISTENER_PORT}", with TLS in front: their browsers need https.` : `Reachable from this machine alone: by a server on it that ends TLS. If that runs elsewhere, write "${port}:${LISTENER_PORT}".`}
    ports: ["127.0.0.1:${port}:${LISTENER_PORT}"]
    volumes:
    - ./envoy.yaml:/etc/envoy/envoy.yaml:ro
    - ./envoy-oidc.wasm:/etc/envoy/envoy-oidc.wasm:ro
`;
}
