// Checks the connection to the provider in Istio and Envoy Gateway: the resources that make a cluster, and its TLS, as far as they are in the files.

import { at, isFields, listAt, textAt, type Fields } from "./fields";
import { clusterNames, type Settings } from "./settings";
import type { Plugin } from "./plugins";
import type { Note } from "./note";

/** `resources`: those of all files. A missing one may exist in the Kubernetes cluster, and is not reported. */
export function checkMesh(plugin: Plugin, resources: Fields[], all: Settings[], note: Note): void {
  if (all.every((settings) => settings.all.ssl_verify === false)) return;
  for (const { place, cluster } of all.flatMap(clusterNames)) {
    const [, port, host] = /^outbound\|(\d+)\|[^|]*\|(.+)$/.exec(cluster) ?? [], [, route] = /^httproute\/[^/]+\/([^/]+)\/rule\/\d+$/.exec(cluster) ?? [];
    if (host !== undefined) checkIstio(host, Number(port), resources, (level, code, text) => note(level, code, place, text));
    else if (route !== undefined) checkGateway(route, resources, (level, code, text) => note(level, code, place, text));
  }
}

type Say = (level: "error" | "warning", code: string, text: string) => void;

const ofKind = (resources: Fields[], kind: string): Fields[] => resources.filter((resource) => resource.kind === kind);

function checkIstio(host: string, port: number, resources: Fields[], say: Say): void {
  const entry = ofKind(resources, "ServiceEntry").find((one) => listAt(one, "spec", "hosts").includes(host));
  const rules = ofKind(resources, "DestinationRule").filter((one) => textAt(one, "spec", "host") === host);
  if (entry === undefined) return;
  if (!listAt(entry, "spec", "ports").some((one) => Number(at(one, "number")) === port)) say("error", "cluster-missing", `the ServiceEntry of ${host} has no port ${port}`);
  const tls = rules.map((rule) => at(rule, "spec", "trafficPolicy", "tls") ?? listAt(rule, "spec", "trafficPolicy", "portLevelSettings").map((one) => at(one, "tls")).find(isFields)).find(isFields);
  if (tls === undefined || textAt(tls, "mode") === "DISABLE") return say("error", "cluster-without-tls", `no DestinationRule begins TLS to ${host}, and the provider is https: add one with tls: { mode: SIMPLE, sni: ${host}, caCertificates: system, subjectAltNames: [${host}] }`);
  if (listAt(tls, "subjectAltNames").length === 0) say("warning", "tls-without-name-check", `the DestinationRule of ${host} names no subjectAltNames: whether certificates are checked for a name is then up to Istio's version`);
  if (textAt(tls, "caCertificates") === "" && textAt(tls, "credentialName") === "") say("warning", "tls-without-ca", `the DestinationRule of ${host} has no caCertificates: which authorities are believed is then up to Istio's version. Set caCertificates: system`);
}

function checkGateway(name: string, resources: Fields[], say: Say): void {
  const route = ofKind(resources, "HTTPRoute").find((one) => textAt(one, "metadata", "name") === name);
  const backends = listAt(route, "spec", "rules").flatMap((rule) => listAt(rule, "backendRefs")).filter((ref) => textAt(ref, "kind") === "Backend").map((ref) => textAt(ref, "name"));
  for (const backend of backends.filter((one) => ofKind(resources, "Backend").some((resource) => textAt(resource, "metadata", "name") === one))) {
    const policy = ofKind(resources, "BackendTLSPolicy").find((one) => listAt(one, "spec", "targetRefs").some((ref) => textAt(ref, "name") === backend));
    if (policy === undefined) say("error", "cluster-without-tls", `no BackendTLSPolicy begins TLS to the Backend ${backend}, and the provider is https`);
    else if (textAt(policy, "spec", "validation", "hostname") === "") say("error", "tls-without-name-check", `the BackendTLSPolicy of ${backend} has no validation.hostname`);
  }
}
