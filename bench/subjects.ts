// What is measured: one Envoy configuration each, all alike but for the one filter in question, and what its requests carry.

import type { BenchProvider } from "./provider";
import { COOKIE_NAME, SESSION_SECRET } from "./sessions";
import { CLIENT_ID, SCOPE, type Size } from "./tokens";

/** The HTTP filter in front of the router; none for the bare proxy. Subjects with the same one share an Envoy. */
export type Filter = object | null;

export type Load =
  | { kind: "token"; token: string }
  /** The same session again, or each time another of more than the filter remembers. */
  | { kind: "session"; size: Size; seen: boolean }
  /** Cookies that this very filter has set at a sign-in, the same again. */
  | { kind: "own session"; size: Size }
  | { kind: "sign-in" };

export interface Subject { name: string; filter: Filter; load: Load; /** The bare proxy under such a load: what "added" is over. None for sign-ins. */ over: string | null }

export interface Modules { filter: string; empty: string }

export function subjects(provider: BenchProvider, modules: Modules): Subject[] {
  const { token, opaque, issuer } = provider;
  const provided = { ssl_verify: false, discovery: `${issuer}/.well-known/openid-configuration`, provider_cluster: "idp" };
  const keys = { ...provided, bearer_only: true, use_jwks: true };
  const oidc = (config: object): Filter => wasm(modules.filter, { ...keys, ...config });
  const one = { set_access_token_header: false };
  const three = { claim_headers: { sub: "x-user-id" } };
  const bearer = (name: string, filter: Filter, carried = token): Subject => ({ name, filter, load: { kind: "token", token: carried }, over: "no filter" });

  const signing = {
    ...provided, ...three, client_id: CLIENT_ID, client_secret: "the bench's client secret", scope: SCOPE, redirect_uri: "/callback",
    // Without a limit on idling nothing has to be written down while a run lasts, and every request can be let through as it came.
    session: { secret: SESSION_SECRET, cookie_name: COOKIE_NAME, idling_timeout: 0 },
  };
  const browser = wasm(modules.filter, signing);
  const session = (name: string, filter: Filter, size: Size, seen: boolean): Subject => (
    { name, filter, load: { kind: "session", size, seen }, over: `no filter, ${size} of cookies` });
  const small = oauth2(issuer, "/token"), large = oauth2(issuer, "/large/token");
  const own = (filter: Filter, size: Size): Subject => ({ name: `oauth2, session ${size}`, filter, load: { kind: "own session", size }, over: `no filter, ${size} of cookies` });
  const signIn = (name: string, filter: Filter): Subject => ({ name, filter, load: { kind: "sign-in" }, over: null });
  return [
    bearer("no filter", null),
    bearer("empty wasm module", wasm(modules.empty, {})),
    bearer("jwt_authn, cache on", jwtAuthn(provider, true)),
    bearer("jwt_authn, cache off", jwtAuthn(provider, false)),
    bearer("envoy-oidc, cached token, 1 header", oidc(one)),
    bearer("envoy-oidc, cached token, 3 headers", oidc(three)),
    bearer("envoy-oidc, token judged every time", oidc({ ...one, jwt_verification_cache_ignore: true })),
    bearer("envoy-oidc, cached introspection",
      oidc({ ...one, use_jwks: false, introspection_endpoint: `${issuer}/introspect`, client_id: "a", client_secret: "b" }), opaque),

    session("no filter, 1 kB of cookies", null, "1 kB", false),
    own(small, "1 kB"),
    session("envoy-oidc, session seen before, 1 kB", browser, "1 kB", true),
    session("envoy-oidc, session first seen, 1 kB", browser, "1 kB", false),
    session("no filter, 12 kB of cookies", null, "12 kB", false),
    own(large, "12 kB"),
    session("envoy-oidc, session seen before, 12 kB", browser, "12 kB", true),
    session("envoy-oidc, session first seen, 12 kB", browser, "12 kB", false),

    signIn("oauth2, sign-in", small),
    signIn("envoy-oidc, sign-in, no UserInfo", wasm(modules.filter, { ...signing, session_contents: { access_token: true, id_token: true, enc_id_token: true } })),
    signIn("envoy-oidc, sign-in", browser),
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

/** Envoy's own sign-in: it asks no UserInfo, and checks neither the ID Token's signature nor its claims. */
function oauth2(issuer: string, tokenPath: string): object {
  return {
    name: "oauth2",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.http.oauth2.v3.OAuth2",
      config: {
        token_endpoint: { cluster: "idp", uri: `${issuer}${tokenPath}`, timeout: "3s" },
        authorization_endpoint: `${issuer}/authorize`,
        redirect_uri: "http://%REQ(:authority)%/callback",
        redirect_path_matcher: { path: { exact: "/callback" } },
        signout_path: { path: { exact: "/logout" } },
        credentials: { client_id: CLIENT_ID, token_secret: { name: "token" }, hmac_secret: { name: "hmac" } },
        auth_scopes: SCOPE.split(" "),
        forward_bearer_token: true,
      },
    },
  };
}

export interface Ports { listener: number; admin: number; upstream: number; idp: number }

/** A bootstrap with one listener in front of the upstream. */
export function bootstrap(filter: Filter, ports: Ports): object {
  return listening(ports, filter ? [filter] : [], [{ match: { prefix: "/" }, route: { cluster: "upstream" } }]);
}

/**
 * The upstream: an Envoy that answers by itself, because nothing is quicker. /session is for people whom somebody has let in; /who tells
 * whom.
 */
export function upstreamBootstrap(ports: Ports): object {
  const answer = (match: object, status = 200, more: object = {}): object => ({ match, direct_response: { status, body: { inline_string: "ok" } }, ...more });
  const has = (name: string): object => ({ headers: [{ name, present_match: true }] });
  const seen = (key: string, name: string): object => ({ header: { key, value: `%REQ(${name})%` } });
  return listening(ports, [], [
    answer({ prefix: "/session", ...has("x-user-id") }),
    answer({ prefix: "/session", ...has("authorization") }),
    answer({ prefix: "/session" }, 500),
    answer({ prefix: "/who" }, 200, { response_headers_to_add: [seen("x-seen-user", "x-user-id"), seen("x-seen-token", "x-access-token"), seen("x-seen-cookie", "cookie"), seen("x-seen-authorization", "authorization")] }),
    answer({ prefix: "/" }),
  ]);
}

function listening(ports: Ports, filters: object[], routes: object[]): object {
  const address = (port: number): object => ({ socket_address: { address: "127.0.0.1", port_value: port } });
  const cluster = (name: string, port: number): object => ({
    name, type: "STATIC", load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }] },
  });
  const router = { name: "router", typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" } };
  const manager = {
    "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
    stat_prefix: "in", http_filters: [...filters, router], route_config: { virtual_hosts: [{ name: "all", domains: ["*"], routes }] },
  };
  const secret = (name: string): object => ({ name, generic_secret: { secret: { inline_string: `the bench's ${name} secret` } } });
  return {
    admin: { address: address(ports.admin) },
    static_resources: {
      listeners: [{ name: "in", address: address(ports.listener), filter_chains: [{ filters: [{ name: "hcm", typed_config: manager }] }] }],
      clusters: [cluster("upstream", ports.upstream), cluster("idp", ports.idp)],
      secrets: [secret("token"), secret("hmac")],
    },
  };
}
