// The Envoy HTTP filters that are measured, and the filters around them.

import type { BenchProvider } from "./provider";
import { CLIENT_ID, SCOPE } from "./tokens";

/** The number of copies of a filter in one chain. What one copy adds is far below the variation between runs. */
export const TIMES = 10;

export interface Filter { name: string; typed_config: Record<string, unknown> }

/** A configuration in a string is passed unchanged. */
export function wasm(file: string, config: object | string, vmId = ""): Filter {
  return {
    name: "wasm",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
      config: {
        failure_policy: "FAIL_CLOSED",
        vm_config: { vm_id: vmId, runtime: "envoy.wasm.runtime.v8", code: { local: { filename: file } } },
        configuration: { "@type": "type.googleapis.com/google.protobuf.StringValue", value: typeof config === "string" ? config : JSON.stringify(config) },
      },
    },
  };
}

export function jwtAuthn({ issuer, jwks }: BenchProvider, cache: boolean): Filter {
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

/** Envoy's own login. It does not call UserInfo, and checks neither the ID Token's signature nor its claims. */
export function oauth2({ issuer }: BenchProvider, tokenPath: string): Filter {
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

/** Identity headers that a client has forged. */
export const FORGED = { "x-raw-id-token": "forged", "x-refresh-token": "forged" };
const EARNED = ["x-access-token", "x-id-token", "x-userinfo", "x-user-id"];

/**
 * The same filter `TIMES` times in a row, each with its own root context, all in one VM: like the native filters, they share their code. Before each
 * of them Envoy restores the request's headers to what the client sent, so that each does the same work. The reference is this chain without the
 * filter. `cookies`: the credential is in the cookies and not in Authorization.
 */
export function chain(filter: Filter | null, cookies: boolean): Filter[] {
  const links = Array.from({ length: TIMES }, (_, i) => [headersOfClient(`headers-${i}`, cookies), ...(filter ? [named(filter, i)] : [])]).flat();
  return cookies ? [rememberCookies(), ...links] : links;
}

/** Only the filter, `TIMES` times: for modules that do not change headers, or whose calls are measured. */
export function row(filter: Filter): Filter[] { return Array.from({ length: TIMES }, (_, i) => named(filter, i)); }

function named(filter: Filter, i: number): Filter {
  const copy = structuredClone(filter), { config } = copy.typed_config as { config?: { root_id?: string; configuration?: { value: string } } };
  copy.name += `-${i}`;
  // Filters with identical configurations would share their caches.
  if (config?.configuration) config.root_id = copy.name;
  if (config?.configuration?.value.startsWith("{")) config.configuration.value = JSON.stringify({ ...JSON.parse(config.configuration.value) as object, realm: copy.name });
  return copy;
}

const COOKIES = "bench.cookies";

function rememberCookies(): Filter {
  return {
    name: "cookies",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.http.set_filter_state.v3.Config",
      on_request_headers: [{ object_key: COOKIES, factory_key: "envoy.string", format_string: { text_format_source: { inline_string: "%REQ(cookie)%" }, omit_empty_values: true } }],
    },
  };
}

function headersOfClient(name: string, cookies: boolean): Filter {
  const set = (key: string, value: string): object => ({ append: { header: { key, value }, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" } });
  return {
    name,
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
      mutations: {
        request_mutations: [
          ...[...EARNED, ...(cookies ? ["authorization"] : [])].map((remove) => ({ remove })),
          ...Object.entries(FORGED).map(([key, value]) => set(key, value)),
          ...(cookies ? [set("cookie", `%FILTER_STATE(${COOKIES}:PLAIN)%`)] : []),
        ],
      },
    },
  };
}
