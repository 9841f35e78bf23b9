// The provider: where its metadata is, by which Envoy clusters it is called, and how bearer tokens are verified with its help.

import { EMPTY, joined, utf8 } from "../bytes/bytes";
import { Endpoint } from "../http/callout";
import { issuerOf, Url } from "../http/url";
import { Config, ProviderSettings, Verification } from "./config";
import { Clients, readClients } from "./read_client";
import { readIntrospection } from "./read_introspection";
import { ConfigReader } from "./reader";

const MAX_SECONDS = 365 * 24 * 3600;

/** The Envoy cluster of each endpoint: a URL never chooses where a call goes (duty 140). */
@final
export class Clusters {
  constructor(
    readonly discovery: Uint8Array,
    readonly jwks: Uint8Array,
    readonly introspection: Uint8Array,
    readonly token: Uint8Array,
    readonly userinfo: Uint8Array,
    readonly revocation: Uint8Array,
  ) {}
}

export function readClusters(r: ConfigReader): Clusters {
  const common = r.text("provider_cluster");
  const cluster = common == null ? EMPTY : common;
  const perEndpoint = r.child("endpoint_clusters");
  if (perEndpoint == null) return new Clusters(cluster, cluster, cluster, cluster, cluster, cluster);
  const out = new Clusters(
    or(perEndpoint.text("discovery"), cluster),
    or(perEndpoint.text("jwks_uri"), cluster),
    or(perEndpoint.text("introspection_endpoint"), cluster),
    or(perEndpoint.text("token_endpoint"), cluster),
    or(perEndpoint.text("userinfo_endpoint"), cluster),
    or(perEndpoint.text("revocation_endpoint"), cluster),
  );
  perEndpoint.end();
  return out;
}

/** `signIn`: browsers sign in, for which the provider's metadata is needed however bearer tokens are verified. */
export function readProvider(r: ConfigReader, c: Config, clusters: Clusters, signIn: bool, allowHttp: bool, warnings: string[]): Clients {
  const keyGiven = r.has("public_key") || r.has("symmetric_key");
  const useJwks = r.flag("use_jwks", false);
  const endpoint: Url | null = keyGiven || useJwks ? null : r.url("introspection_endpoint", allowHttp);
  c.verification = keyGiven ? Verification.PublicKey : useJwks ? Verification.Jwks
    : endpoint != null ? Verification.Introspection : Verification.Either;
  const introspects = c.verification == Verification.Introspection;
  const clients = readClients(r, signIn, c.verification, warnings);
  c.client = clients.introspection;
  readIntrospection(r, c, warnings);
  if (introspects && endpoint != null) c.introspection.endpoint = new Endpoint(endpoint, clusters.introspection);

  const discovery = r.url("discovery", allowHttp);
  const issuer = r.text("issuer");
  // Metadata and keys age together here: the shorter life holds for both.
  const keysSec = r.whole("jwk_expires_in", 86400, 60, MAX_SECONDS), lifetime = min(keysSec, r.whole("discovery_expires_in", keysSec, 60, MAX_SECONDS));
  const fetches = signIn || c.verification == Verification.Jwks || c.verification == Verification.Either;
  if (introspects && clusters.introspection.length == 0 || fetches && (signIn || discovery != null) && !complete(clusters, signIn)) {
    if (!r.has("provider_cluster")) r.wrong("provider_cluster", "is required: the name of the Envoy cluster that leads to the provider");
  }
  if (discovery == null) {
    if (issuer != null) c.issuers = [issuer];
    if (fetches && !r.has("discovery")) r.wrong("discovery", "is required: the URL of the provider's /.well-known/openid-configuration");
    return clients;
  }
  const expected = issuer != null ? issuer : issuerOf(discovery);
  if (expected.length == 0) r.wrong("issuer", "is required, because the discovery URL does not end in /.well-known/openid-configuration");
  // Where the document is not fetched, nobody says how the issuer is spelt.
  if (!fetches) c.issuers = issuer != null ? [issuer] : [expected, joined(expected, utf8("/"))];
  if (fetches) c.provider = new ProviderSettings(new Endpoint(discovery, clusters.discovery), expected, issuer != null, clusters.jwks, clusters.introspection, allowHttp, c.timeoutMs, <i64>lifetime * 1000);
  return clients;
}

/** Whether there is a cluster for all that is called once the metadata is there. */
function complete(clusters: Clusters, signIn: bool): bool {
  return clusters.discovery.length > 0 && (!signIn || clusters.jwks.length > 0 && clusters.token.length > 0 && clusters.userinfo.length > 0 && clusters.revocation.length > 0);
}

function or(text: Uint8Array | null, fallback: Uint8Array): Uint8Array { return text == null ? fallback : text; }
