// What is measured: one Envoy configuration each, all alike but for the one filter in question.

import type { BenchProvider } from "./provider";

export interface Subject {
  name: string;
  /** The HTTP filter in front of the router; none for the bare proxy. */
  filter: object | null;
  /** The request's bearer token. */
  token: string;
}

export interface Modules { filter: string; empty: string }

export function subjects(provider: BenchProvider, modules: Modules): Subject[] {
  const { token, opaque, issuer } = provider;
  const keys = { bearer_only: true, use_jwks: true, ssl_verify: false, discovery: `${issuer}/.well-known/openid-configuration`, provider_cluster: "idp" };
  const oidc = (config: object): object => wasm(modules.filter, { ...keys, ...config });
  const one = { set_access_token_header: false };
  const three = { claim_headers: { sub: "x-user-id" } };
  return [
    { name: "no filter", filter: null, token },
    { name: "empty wasm module", filter: wasm(modules.empty, {}), token },
    { name: "jwt_authn, cache on", filter: jwtAuthn(provider, true), token },
    { name: "jwt_authn, cache off", filter: jwtAuthn(provider, false), token },
    { name: "envoy-oidc, cached token, 1 header", filter: oidc(one), token },
    { name: "envoy-oidc, cached token, 3 headers", filter: oidc(three), token },
    { name: "envoy-oidc, token judged every time", filter: oidc({ ...one, jwt_verification_cache_ignore: true }), token },
    { name: "envoy-oidc, cached introspection", filter: oidc({ ...one, use_jwks: false, introspection_endpoint: `${issuer}/introspect`, client_id: "a", client_secret: "b" }), token: opaque },
  ];
}

function wasm(file: string, config: object): object {
  return {
    name: "wasm",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
      config: {
        failure_policy: "FAIL_CLOSED",
        vm_config: { runtime: "envoy.wasm.runtime.v8", code: { local: { filename: file } } },
        configuration: { "@type": "type.googleapis.com/google.protobuf.StringValue", value: JSON.stringify(config) },
      },
    },
  };
}

function jwtAuthn({ issuer, jwks }: BenchProvider, cache: boolean): object {
  const provider = {
    issuer, local_jwks: { inline_string: jwks }, forward: true, forward_payload_header: "x-userinfo",
    ...(cache ? { jwt_cache_config: { jwt_cache_size: 1000 } } : {}),
  };
  return {
    name: "jwt_authn",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
      providers: { p: provider },
      rules: [{ match: { prefix: "/" }, requires: { provider_name: "p" } }],
    },
  };
}

export interface Ports { listener: number; admin: number; upstream: number; idp: number }

/** A bootstrap with one listener in front of the upstream. */
export function bootstrap(filter: object | null, ports: Ports): object {
  return listening(ports, filter ? [filter] : [], { match: { prefix: "/" }, route: { cluster: "upstream" } });
}

/** The upstream: an Envoy that answers by itself, because nothing is quicker. */
export function upstreamBootstrap(ports: Ports): object {
  return listening(ports, [], { match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: "ok" } } });
}

function listening(ports: Ports, filters: object[], route: object): object {
  const address = (port: number): object => ({ socket_address: { address: "127.0.0.1", port_value: port } });
  const cluster = (name: string, port: number): object => ({
    name, type: "STATIC", load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }] },
  });
  const router = { name: "router", typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" } };
  const manager = {
    "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
    stat_prefix: "in", http_filters: [...filters, router], route_config: { virtual_hosts: [{ name: "all", domains: ["*"], routes: [route] }] },
  };
  return {
    admin: { address: address(ports.admin) },
    static_resources: {
      listeners: [{ name: "in", address: address(ports.listener), filter_chains: [{ filters: [{ name: "hcm", typed_config: manager }] }] }],
      clusters: [cluster("upstream", ports.upstream), cluster("idp", ports.idp)],
    },
  };
}
