// Envoy's configurations, which differ only in the measured filters.

import type { Filter } from "./filters";

export interface Ports { listener: number; admin: number; upstream: number; idp: number }

export interface DirectAnswer { status: number; body: string; headers: Record<string, string> }

/** A listener in front of the upstream. The `unused` listeners get no requests. */
export function bootstrap(filters: Filter[], ports: Ports, unused: { port: number; filters: Filter[] }[] = []): object {
  return listening(ports, [{ match: { prefix: "/" }, route: { cluster: "upstream" } }], [{ port: ports.listener, filters }, ...unused]);
}

/** An Envoy that answers everything with this answer. */
export function answering(answer: DirectAnswer, ports: Ports): object {
  return listening(ports, [directly({ prefix: "/" }, answer.status, answer.body, answer.headers)], [{ port: ports.listener, filters: [] }]);
}

/**
 * The upstream: an Envoy that answers by itself, which is the fastest server. /session and /known answer 200 only with the header of an identity;
 * /who returns what it saw.
 */
export function upstreamBootstrap(ports: Ports): object {
  const has = (name: string): object => ({ headers: [{ name, present_match: true }] });
  const seen = { "x-seen-user": "x-user-id", "x-seen-token": "x-access-token", "x-seen-userinfo": "x-userinfo", "x-seen-cookie": "cookie", "x-seen-authorization": "authorization", "x-seen-forged": "x-raw-id-token" };
  return listening(ports, [
    directly({ prefix: "/session", ...has("x-user-id") }),
    directly({ prefix: "/session", ...has("authorization") }),
    directly({ prefix: "/session" }, 500),
    directly({ prefix: "/known", ...has("x-userinfo") }),
    directly({ prefix: "/known" }, 500),
    directly({ prefix: "/who" }, 200, "ok", Object.fromEntries(Object.entries(seen).map(([key, name]) => [key, `%REQ(${name})%`]))),
    directly({ prefix: "/" }),
  ], [{ port: ports.listener, filters: [] }]);
}

function directly(match: object, status = 200, body = "ok", headers: Record<string, string> = {}): object {
  return {
    match, direct_response: { status, body: { inline_string: body } },
    response_headers_to_add: Object.entries(headers).map(([key, value]) => ({ header: { key, value }, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" })),
  };
}

function listening(ports: Ports, routes: object[], listeners: { port: number; filters: Filter[] }[]): object {
  const address = (port: number): object => ({ socket_address: { address: "127.0.0.1", port_value: port } });
  const cluster = (name: string, port: number): object => ({
    name, type: "STATIC", load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }] },
    circuit_breakers: { thresholds: [{ max_connections: 1_000, max_pending_requests: 20_000, max_requests: 20_000 }] },
  });
  const router = { name: "router", typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" } };
  const listener = ({ port, filters }: { port: number; filters: Filter[] }): object => ({
    name: `port-${port}`, address: address(port),
    filter_chains: [{
      filters: [{
        name: "hcm",
        typed_config: {
          "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
          stat_prefix: "in", http_filters: [...filters, router], route_config: { virtual_hosts: [{ name: "all", domains: ["*"], routes }] },
        },
      }],
    }],
  });
  const secret = (name: string): object => ({ name, generic_secret: { secret: { inline_string: `the bench's ${name} secret` } } });
  return {
    admin: { address: address(ports.admin) },
    static_resources: {
      listeners: listeners.map(listener),
      clusters: [cluster("upstream", ports.upstream), cluster("idp", ports.idp)],
      secrets: [secret("token"), secret("hmac")],
    },
  };
}
