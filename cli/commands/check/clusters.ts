// Checks the clusters named in the settings: whether they exist, and whether their TLS authenticates the server. The filter knows only their names.

import { isScalar, isSeq, type Node } from "yaml";
import { at, isFields, listAt, mapsBelow, nodeAt, offsetAt, textAt, typeOf, type Fields } from "./fields";
import type { Plugin } from "./plugins";
import type { Note } from "./note";
import { clusterFor, clusterNames, ENDPOINTS, urlOf, type Settings } from "./settings";

export interface Cluster { fields: Fields; offset: number }

/** The clusters of an Envoy configuration by name, and whether Envoy gets others dynamically. */
export function clustersOf(root: Node | null): { clusters: Map<string, Cluster>; dynamic: boolean } {
  const clusters = new Map<string, Cluster>();
  const list = nodeAt(root, "static_resources", "clusters");
  for (const item of isSeq(list) ? list.items as Node[] : []) {
    const name = nodeAt(item, "name");
    if (isScalar(name)) clusters.set(String(name.value), { fields: item.toJSON() as Fields, offset: offsetAt(item) });
  }
  return { clusters, dynamic: nodeAt(root, "dynamic_resources", "cds_config") !== undefined || nodeAt(root, "dynamic_resources", "ads_config") !== undefined };
}

/** `root`: the Envoy configuration around the plugin. */
export function checkClusters(plugin: Plugin, root: Node | null, all: Settings[], note: Note): void {
  const { clusters, dynamic } = clustersOf(root);
  if (mapsBelow(root).every((map) => nodeAt(map, "static_resources") === undefined)) return;
  const named = all.flatMap(clusterNames);
  for (const { place, cluster } of named) {
    if (clusters.has(cluster)) continue;
    if (dynamic) note("note", "cluster-elsewhere", place, `the cluster ${cluster} is not in this file; Envoy may get it from its control plane`);
    else note("error", "cluster-missing", place, `there is no cluster ${cluster}: the clusters are ${[...clusters.keys()].join(", ") || "none"}`);
  }
  const seen = new Set<string>(), checked = new Set<string>();
  for (const settings of all) {
    for (const endpoint of ["discovery", ...ENDPOINTS]) {
      const url = urlOf(settings.all[endpoint]), name = url && clusterFor(settings, endpoint, url), cluster = name === undefined ? undefined : clusters.get(name);
      if (url === undefined || cluster === undefined || seen.has(`${name} ${url.origin}`)) continue;
      seen.add(`${name} ${url.origin}`);
      checked.add(name!);
      for (const { level, code, text } of transportFaults(name!, cluster.fields, url)) note(level, code, "", text, plugin.file.at(cluster.offset));
    }
  }
  // The URLs in the metadata are https, unless plain http is accepted.
  if (all.every((settings) => settings.all.ssl_verify === false)) return;
  for (const name of new Set(named.map(({ cluster }) => cluster).filter((one) => clusters.has(one) && !checked.has(one)))) {
    const { fields, offset } = clusters.get(name)!, url = new URL(`https://${textAt(tlsOf(fields), "sni") || UNKNOWN}`);
    for (const { level, code, text } of transportFaults(name, fields, url).filter((fault) => fault.code !== "tls-other-name")) note(level, code, "", text, plugin.file.at(offset));
  }
}

/** A placeholder for a host that only the metadata names. */
const UNKNOWN = "the-providers-name";

interface Fault { level: "error" | "warning"; code: string; text: string }

/** The faults of the connection to a URL. RFC 9110 §4.3.4: a certificate must be for the name that was called. */
export function transportFaults(name: string, cluster: Fields, url: URL): Fault[] {
  const tls = tlsOf(cluster), host = url.hostname, say = (level: Fault["level"], code: string, text: string): Fault => ({ level, code, text: `cluster ${name}: ${text}` });
  if (url.protocol === "http:") return tls === undefined ? [] : [say("warning", "tls-for-http", `speaks TLS, but ${url.origin} is plain http`)];
  if (tls === undefined) return [say("error", "cluster-without-tls", `has no transport_socket with TLS, but ${url.hostname === UNKNOWN ? "the provider" : url.origin} is https: Envoy would speak plain http`)];
  const faults: Fault[] = [], context = at(tls, "common_tls_context");
  const validation = at(context, "validation_context") ?? at(context, "combined_validation_context", "default_validation_context");
  const elsewhere = at(context, "validation_context_sds_secret_config") ?? at(context, "combined_validation_context", "validation_context_sds_secret_config");
  const automatic = Object.values(isFields(at(cluster, "typed_extension_protocol_options")) ? at(cluster, "typed_extension_protocol_options") as Fields : {}).map((options) => at(options, "upstream_http_protocol_options"));
  if (elsewhere === undefined && at(validation, "trusted_ca") === undefined && at(validation, "system_root_certs") === undefined) {
    faults.push(say("error", "tls-without-ca", "its validation_context has no trusted_ca: Envoy would accept any certificate, and anyone on the network between could issue tokens. Set trusted_ca: { filename: /etc/ssl/certs/ca-certificates.crt }"));
  }
  const names = [...listAt(validation, "match_typed_subject_alt_names"), ...listAt(validation, "match_subject_alt_names")];
  const checksName = names.length > 0 || automatic.some((options) => at(options, "auto_san_validation") === true) || at(tls, "auto_sni_san_validation") === true;
  if (elsewhere === undefined && !checksName) {
    faults.push(say("error", "tls-without-name-check", `certificates are not checked for a name: one of anybody's domain would do. Set match_typed_subject_alt_names: [{ san_type: DNS, matcher: { exact: ${host} } }]`));
  }
  const exact = names.map((san) => textAt(san, "matcher", "exact") || textAt(san, "exact")).filter((text) => text !== "");
  if (names.length > 0 && exact.length === names.length && !exact.some((text) => matchesName(text, host))) {
    faults.push(say("warning", "tls-other-name", `certificates are checked for ${exact.join(", ")}, and the provider is ${host}`));
  }
  const sni = textAt(tls, "sni");
  if (sni === "" && !automatic.some((options) => at(options, "auto_sni") === true) && at(tls, "auto_host_sni") !== true) {
    faults.push(say("warning", "tls-without-sni", `has no sni: a server of several names answers with the certificate of another. Set sni: ${host}`));
  }
  if (textAt(context, "tls_params", "tls_maximum_protocol_version") !== "TLSv1_3") {
    faults.push(say("warning", "tls-maximum-version", "offers TLS 1.2 at most, which is Envoy's default for upstreams: set tls_params: { tls_maximum_protocol_version: TLSv1_3 }"));
  }
  return faults;
}

function tlsOf(cluster: Fields): unknown {
  const socket = at(cluster, "transport_socket", "typed_config");
  return typeOf(socket).endsWith("UpstreamTlsContext") ? socket : undefined;
}

function matchesName(pattern: string, host: string): boolean {
  return pattern === host || pattern.startsWith("*.") && host.slice(host.indexOf(".")) === pattern.slice(1);
}
