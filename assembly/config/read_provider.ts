// The attributes of the provider: where its metadata are, the Envoy clusters of its endpoints, and how bearer tokens are verified with it.

import { joined, same, utf8 } from "../bytes/bytes";
import { issuerOf, Url } from "../http/url";
import { Algorithm } from "../jose/algorithm";
import { ENDPOINTS, Endpoints } from "../oidc/endpoints";
import * as attributes from "./attributes";
import { Clusters } from "./clusters";
import { Config, ProviderSettings, Verification } from "./config";
import { Clients, readClients } from "./read_client";
import { readIntrospection } from "./read_introspection";
import { ConfigReader } from "./reader";

/** `login`: browsers log in. That needs the provider's metadata, however bearer tokens are verified. */
export function readProvider(r: ConfigReader, c: Config, clusters: Clusters, login: bool, allowHttp: bool, warnings: string[]): Clients {
  const way = readVerification(r, attributes.use_jwks(r));
  const endpoint: Url | null = way == Verification.Introspection ? r.url("introspection_endpoint", allowHttp) : null;
  // A wrong URL was reported already, so nothing is reported that depends on it.
  c.verification = way == Verification.Introspection && endpoint == null ? Verification.Either : way;
  const introspects = c.verification == Verification.Introspection;
  const clients = readClients(r, login, c.verification, warnings);
  c.client = clients.introspection;
  readIntrospection(r, c, warnings);
  if (introspects && endpoint != null) c.introspection.endpoint = clusters.endpoint("introspection_endpoint", endpoint);

  const discovery = r.url("discovery", allowHttp), endpoints = readEndpoints(r, allowHttp);
  const issuer = r.text("issuer");
  // Metadata and keys have one lifetime here: the shorter of the two.
  const keysSec = attributes.jwk_expires_in(r), lifetime = min(keysSec, attributes.discovery_expires_in(r, keysSec));
  const fetches = login || c.verification == Verification.Jwks || c.verification == Verification.Either;
  if (introspects && !clusters.covers("introspection_endpoint") || fetches && (login || discovery != null) && !complete(clusters, login)) {
    if (!r.has("provider_cluster")) r.wrong("provider_cluster", "is required: the name of the Envoy cluster that leads to the provider");
  }
  if (discovery == null) {
    if (issuer != null) c.issuers = [issuer];
    if (fetches && !r.has("discovery")) r.wrong("discovery", "is required: the URL of the provider's /.well-known/openid-configuration");
    return clients;
  }
  const expected = issuer != null ? issuer : issuerOf(discovery);
  if (expected.length == 0 || sameButForSlash(expected, discovery.text)) r.wrong("discovery", "does not end in /.well-known/openid-configuration: append that to the issuer; if this is the URL of the metadata, set issuer");
  // Without the metadata, the issuer's exact spelling is not known.
  if (!fetches) c.issuers = issuer != null ? [issuer] : [expected, joined(expected, utf8("/"))];
  if (fetches) c.provider = new ProviderSettings(clusters.endpoint("discovery", discovery), expected, issuer != null, clusters, endpoints, allowHttp, c.timeoutMs, <i64>lifetime * 1000);
  return clients;
}

/** Whether `discovery` is the issuer itself, which has no metadata. */
function sameButForSlash(a: Uint8Array, b: Uint8Array): bool {
  const slash = utf8("/");
  return same(a, b) || same(joined(a, slash), b) || same(a, joined(b, slash));
}

/** A rule's own attributes take precedence over inherited ones. Among attributes of the same level the order is: a key, `use_jwks`, `introspection_endpoint`. */
function readVerification(r: ConfigReader, useJwks: bool): Verification {
  const ownKey = r.owns("public_key") || r.owns("symmetric_key"), ownJwks = useJwks && r.owns("use_jwks"), ownEndpoint = r.owns("introspection_endpoint");
  const own = ownKey || ownJwks || ownEndpoint;
  if (own ? ownKey : r.has("public_key") || r.has("symmetric_key")) return Verification.PublicKey;
  if (own ? ownJwks : useJwks) return Verification.Jwks;
  return (own ? ownEndpoint : r.has("introspection_endpoint")) ? Verification.Introspection : Verification.Either;
}

/** Whether there is a cluster for every endpoint that may be called. */
function complete(clusters: Clusters, login: bool): bool {
  return clusters.covers("discovery")
    && (!login || clusters.covers("jwks_uri") && clusters.covers("token_endpoint") && clusters.covers("userinfo_endpoint") && clusters.covers("revocation_endpoint"));
}

/** The endpoints that replace those of the metadata. `introspection_endpoint` also says how tokens are verified, so it is read before. */
function readEndpoints(r: ConfigReader, allowHttp: bool): Endpoints {
  const out = new Endpoints();
  for (let i = 0; i < ENDPOINTS.length; i++) {
    const url: Url | null = ENDPOINTS[i] == "introspection_endpoint" ? null : r.url(ENDPOINTS[i], allowHttp);
    if (url != null) out.set(ENDPOINTS[i], url);
  }
  return out;
}

/** The endpoints that these settings need. Where the provider offers no introspection, keys take its place (`neededEndpoint`). */
export function usedEndpoints(c: Config): string[] {
  const out: string[] = [], browser = c.browser, introspects = c.verification == Verification.Either && c.client != null;
  const verifies = c.verification == Verification.Jwks || c.verification == Verification.Either && !introspects;
  if (verifies || browser != null && anyAsymmetric(browser.idTokenAlgorithms)) out.push("jwks_uri");
  if (introspects) out.push("introspection_endpoint");
  if (browser == null) return out;
  out.push("authorization_endpoint");
  out.push("token_endpoint");
  if (browser.contents.user) out.push("userinfo_endpoint");
  if (browser.revokeOnLogout) out.push("revocation_endpoint");
  return out;
}

function anyAsymmetric(algorithms: Algorithm[]): bool {
  for (let i = 0; i < algorithms.length; i++) if (!algorithms[i].symmetric) return true;
  return false;
}
