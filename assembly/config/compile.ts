// From the filter's JSON to a Config, or to every reason why there is none. Attribute names and meanings are those of Apache
// APISIX's openid-connect plugin; what only Envoy needs has a name of its own. docs/configuration.md lists all of them.

import { EMPTY } from "../bytes/bytes";
import { decodeUtf8 } from "../bytes/utf8";
import { Endpoint } from "../http/callout";
import { issuerOf } from "../http/url";
import { parse } from "../json/parser";
import { Client, ClientAuth } from "../oidc/client_auth";
import { Config, ProviderSettings, Unauthenticated, Verification } from "./config";
import { Environment } from "./environment";
import { readIdentity } from "./identity";
import { ConfigReader } from "./reader";
import { readSources } from "./sources";
import { readTokenRules } from "./token_rules";

/** The largest configuration, in bytes. */
const MAX_CONFIG = 256 * 1024;
const MAX_SECONDS = 365 * 24 * 3600;
const CACHE_KIB = 1024;

/** Attributes of the browser login. With bearer_only they have nothing to act on. */
const BROWSER_ONLY: string[] = [
  "scope", "redirect_uri", "logout_path", "post_logout_redirect_uri", "redirect_after_logout_uri", "session", "session_contents",
  "use_pkce", "use_nonce", "authorization_params", "token_endpoint_auth_method", "renew_access_token_on_expiry", "access_token_expires_in",
  "access_token_expires_leeway", "refresh_session_interval", "force_reauthorize", "revoke_tokens_on_logout",
  "set_id_token_header", "set_raw_id_token_header", "set_refresh_token_header",
];

@final
export class Compiled {
  /** null when there are errors. */
  config: Config | null = null;
  readonly errors: string[] = [];
  readonly warnings: string[] = [];
}

export function compile(document: Uint8Array, environment: Environment): Compiled {
  const out = new Compiled();
  const parsed = parse(document, MAX_CONFIG);
  const fault = parsed.fault;
  if (fault != null || !parsed.value.isObject(parsed.value.root)) {
    out.errors.push("configuration: expected a JSON object" + (fault != null && fault.at.length > 0 ? ", stopped understanding at byte " + fault.at : ""));
    return out;
  }
  const reader = new ConfigReader(parsed.value, parsed.value.root, "", environment, out.errors);
  const config = readConfig(reader, out.warnings);
  reader.end();
  if (out.errors.length == 0) out.config = config;
  return out;
}

function readConfig(r: ConfigReader, warnings: string[]): Config {
  const c = new Config();
  const allowHttp = !r.flag("ssl_verify", true);
  if (allowHttp) warnings.push("ssl_verify is false: plain http to the provider is accepted, and certificates are checked only as the cluster's transport_socket says");
  const realm = r.text("realm");
  if (realm != null) c.realm = decodeUtf8(realm);
  if (!quotable(c.realm)) r.wrong("realm", "expected printable ASCII without quotes and backslashes");
  c.timeoutMs = r.whole("timeout", 3, 1, 60) * 1000;
  c.cacheVerdicts = !r.flag("jwt_verification_cache_ignore", false);
  // Whatever it says, it makes this configuration another one: caches belong to configurations (filter/configure.ts).
  r.text("cache_segment");
  c.cacheBytes = r.whole("cache_max_kib", CACHE_KIB, 64, 64 * 1024) * 1024;

  readUnauthenticated(r, c, warnings);
  c.sources = readSources(r);
  c.identity = readIdentity(r);
  readProvider(r, c, allowHttp);
  readTokenRules(r, c);
  refuseUnsafe(r);
  return c;
}

function readUnauthenticated(r: ConfigReader, c: Config, warnings: string[]): void {
  const bearerOnly = r.flag("bearer_only", false);
  const action = r.oneOf("unauth_action", ["auth", "deny", "pass"]);
  if (bearerOnly || action == "deny") c.unauthenticated = Unauthenticated.Deny;
  else if (action == "pass") c.unauthenticated = Unauthenticated.Pass;
  else r.wrong("bearer_only", "the browser login (unauth_action auth) is not in this release: set bearer_only to true, or unauth_action to deny or pass");
  const unused = r.unused(BROWSER_ONLY);
  if (unused.length > 0) warnings.push("not used by bearer tokens: " + unused.join(", "));
}

function readProvider(r: ConfigReader, c: Config, allowHttp: bool): void {
  const cluster = textOr(r.text("provider_cluster"));
  let discoveryCluster = cluster, jwksCluster = cluster, introspectionCluster = cluster;
  const perEndpoint = r.child("endpoint_clusters");
  if (perEndpoint != null) {
    discoveryCluster = textOr(perEndpoint.text("discovery"), cluster);
    jwksCluster = textOr(perEndpoint.text("jwks_uri"), cluster);
    introspectionCluster = textOr(perEndpoint.text("introspection_endpoint"), cluster);
    perEndpoint.end();
  }
  const clientId = r.text("client_id"), secret = r.text("client_secret");
  const auth = r.oneOf("introspection_endpoint_auth_method", ["client_secret_basic", "client_secret_post"]);
  if (clientId != null && secret != null) c.client = new Client(clientId, secret, auth == "client_secret_post" ? ClientAuth.Post : ClientAuth.Basic);

  const keyGiven = r.has("public_key") || r.has("symmetric_key");
  const useJwks = r.flag("use_jwks", false);
  const endpoint = r.url("introspection_endpoint", allowHttp);
  c.verification = keyGiven ? Verification.PublicKey : useJwks ? Verification.Jwks
    : endpoint != null ? Verification.Introspection : Verification.Either;
  if (c.verification == Verification.Introspection) {
    if (c.client == null) r.wrong(clientId == null ? "client_id" : "client_secret", "is required: the introspection endpoint asks who is calling");
    if (endpoint != null) c.introspection.endpoint = new Endpoint(endpoint, introspectionCluster);
    if (introspectionCluster.length == 0 && !r.has("provider_cluster")) r.wrong("provider_cluster", CLUSTER_NEEDED);
  }

  const discovery = r.url("discovery", allowHttp);
  const issuer = r.text("issuer");
  const lifetime = r.whole("jwk_expires_in", 86400, 60, MAX_SECONDS);
  const fetches = c.verification == Verification.Jwks || c.verification == Verification.Either;
  if (discovery == null) {
    if (issuer != null) c.issuers = [issuer];
    if (fetches && !r.has("discovery")) r.wrong("discovery", "is required: the URL of the provider's /.well-known/openid-configuration");
    return;
  }
  const expected = issuer != null ? issuer : issuerOf(discovery);
  if (expected.length == 0) r.wrong("issuer", "is required, because the discovery URL does not end in /.well-known/openid-configuration");
  c.issuers = [expected];
  if (!fetches) return;
  if (discoveryCluster.length == 0 && !r.has("provider_cluster")) r.wrong("provider_cluster", CLUSTER_NEEDED);
  c.provider = new ProviderSettings(new Endpoint(discovery, discoveryCluster), expected, jwksCluster, introspectionCluster, allowHttp, c.timeoutMs, <i64>lifetime * 1000);
}

const CLUSTER_NEEDED = "is required: the name of the Envoy cluster that leads to the provider";

/** Names of options elsewhere whose weak value is never accepted; naming the safe value is fine. */
function refuseUnsafe(r: ConfigReader): void {
  if (r.flag("accept_none_alg", false)) r.wrong("accept_none_alg", "unsigned tokens are never accepted");
  if (r.flag("accept_unsupported_alg", false)) r.wrong("accept_unsupported_alg", "a signature that cannot be checked is never accepted");
}

function textOr(text: Uint8Array | null, fallback: Uint8Array = EMPTY): Uint8Array { return text == null ? fallback : text; }

/** Whether the text may stand inside the quotes of a challenge (RFC 9110 §5.6.4) as it is. */
function quotable(text: string): bool {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x20 || c > 0x7e || c == 0x22 || c == 0x5c) return false;
  }
  return text.length > 0;
}
