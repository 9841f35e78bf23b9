// Finds every plugin of a file: anywhere in an Envoy configuration, in resources of Istio and Envoy Gateway, and in a file with only the filter's
// JSON.

import { isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from "yaml";
import type { Finding } from "../finding";
import { EmbeddedJson, type Position, type SourceFile } from "../source/source_file";
import { at, isFields, listAt, mapsBelow, nodeAt, offsetAt, textAt, type Fields } from "./fields";

export type Home = "filter" | "envoy" | "wasmplugin" | "envoyfilter" | "extensionpolicy";

export interface Plugin {
  home: Home;
  file: SourceFile;
  /** The object around the plugin's configuration, and its place; missing for the filter's JSON alone. */
  fields: Fields;
  node?: Node;
  /** The filter's JSON as the filter receives it. */
  json: string;
  /** The variables that the filter gets; null if the file does not say. */
  variables: { fromHost: string[]; values: Record<string, string> } | null;
  /** The position of an attribute, and of a character of the JSON. */
  position(path: string): Position;
  positionOfIndex(index: number): Position;
}

/** Attributes that only this filter has. One of them identifies it, whatever the plugin is called. */
const TELLING = ["discovery", "provider_cluster", "bearer_only", "introspection_endpoint", "use_jwks", "claim_validator", "unauth_action", "rules"];

export function pluginsOf(file: SourceFile): { plugins: Plugin[]; findings: Finding[] } {
  const findings: Finding[] = [], plugins: Plugin[] = [];
  if (isFilterJson(file)) return { plugins: [alone(file)], findings };
  for (const document of file.documents) {
    for (const error of document.errors) findings.push({ level: "error", code: "syntax", text: error.message.split("\n")[0]!.replace(/ at line.*$/, ""), file: file.name, position: file.at(error.pos[0]) });
    if (document.errors.length > 0) continue;
    for (const root of resourcesOf(document.contents as Node | null)) {
      const kind = textAt(root?.toJSON(), "kind");
      if (kind === "WasmPlugin") plugins.push(...ofWasmPlugin(file, root));
      else if (kind === "EnvoyExtensionPolicy") plugins.push(...ofExtensionPolicy(file, root));
      else plugins.push(...ofEnvoy(file, root, kind === "EnvoyFilter" ? "envoyfilter" : "envoy", findings));
    }
  }
  return { plugins, findings };
}

/** A document is one resource, or the List that kubectl makes of several. */
function resourcesOf(root: Node | null): (Node | null)[] {
  const items = nodeAt(root, "items");
  return textAt(root?.toJSON(), "kind").endsWith("List") && isSeq(items) ? items.items as Node[] : [root];
}

/** Kubernetes' resources of a file. */
export function resourcesIn(file: SourceFile): Fields[] {
  return file.documents.filter(({ errors }) => errors.length === 0).flatMap((document) => resourcesOf(document.contents as Node | null)).map((node) => node?.toJSON() as unknown).filter(isFields).filter((one) => typeof one.kind === "string");
}

/** Whether the text is JSON, valid or not, that belongs to neither Envoy nor Kubernetes. */
function isFilterJson({ text, documents }: SourceFile): boolean {
  if (!/^[\s﻿]*\{/.test(text)) return false;
  const root = documents[0]?.toJS() as unknown;
  if (!isFields(root) || documents[0]!.errors.length > 0) return !/"(static_resources|staticResources|kind|resources|vm_config|vmConfig)"/.test(text);
  return !["static_resources", "staticResources", "kind", "resources", "dynamic_resources", "admin", "vm_config", "typed_config", "http_filters", "@type"].some((key) => key in root);
}

function alone(file: SourceFile): Plugin {
  const json = EmbeddedJson.whole(file);
  return { home: "filter", file, fields: {}, json: file.text, variables: null, position: (path) => file.at(json.offsetOf(path)), positionOfIndex: (index) => file.at(index) };
}

/** Every PluginConfig, that is every object with a `vm_config`. */
function ofEnvoy(file: SourceFile, root: Node | null, home: Home, findings: Finding[]): Plugin[] {
  return [...new Set(mapsBelow(root))].filter((map) => isMap(nodeAt(map, "vm_config"))).flatMap((map) => {
    const fields = map.toJSON() as Fields, configuration = nodeAt(map, "configuration", "value") ?? nodeAt(map, "configuration");
    const plugin = pluginOf(file, home, fields, map, configuration, {
      fromHost: listAt(fields, "vm_config", "environment_variables", "host_env_keys").map(String),
      values: texts(at(fields, "vm_config", "environment_variables", "key_values")),
    });
    if (isOurs(plugin, JSON.stringify(at(fields, "vm_config", "code") ?? ""))) return [plugin];
    findings.push({ level: "note", code: "other-plugin", text: `the plugin ${textAt(fields, "name") || textAt(fields, "root_id") || "without a name"} is not this filter, and was passed over`, file: file.name, position: file.at(offsetAt(map)) });
    return [];
  });
}

function ofWasmPlugin(file: SourceFile, root: Node | null): Plugin[] {
  const spec = nodeAt(root, "spec");
  if (!isMap(spec)) return [];
  const fields = spec.toJSON() as Fields, env = listAt(fields, "vm_config", "env");
  const plugin = pluginOf(file, "wasmplugin", fields, spec, nodeAt(spec, "plugin_config"), {
    fromHost: env.filter((entry) => textAt(entry, "value_from") === "HOST").map((entry) => textAt(entry, "name")),
    values: texts(Object.fromEntries(env.filter((entry) => textAt(entry, "value_from") !== "HOST").map((entry) => [textAt(entry, "name"), at(entry, "value")]))),
  });
  return isOurs(plugin, textAt(fields, "url")) ? [plugin] : [];
}

function ofExtensionPolicy(file: SourceFile, root: Node | null): Plugin[] {
  const list = nodeAt(root, "spec", "wasm"), items = isSeq(list) ? list.items.filter(isMap) as YAMLMap[] : [];
  return items.flatMap((item) => {
    const fields = item.toJSON() as Fields;
    const plugin = pluginOf(file, "extensionpolicy", fields, item, nodeAt(item, "config"), { fromHost: listAt(fields, "env", "host_keys").map(String), values: {} });
    return isOurs(plugin, JSON.stringify(at(fields, "code") ?? "")) ? [plugin] : [];
  });
}

/** `configuration`: a string of JSON, or an object that the reader of the file turns into JSON. */
function pluginOf(file: SourceFile, home: Home, fields: Fields, map: YAMLMap, configuration: Node | undefined, variables: Plugin["variables"]): Plugin {
  const common = { home, file, fields, node: map as Node, variables };
  if (isScalar(configuration) && typeof configuration.value === "string") {
    const json = EmbeddedJson.inside(file, configuration as Scalar);
    return { ...common, json: json.text, position: (path) => file.at(json.offsetOf(path)), positionOfIndex: (index) => file.at(json.offsetOfIndex(index)) };
  }
  const node = configuration ?? map, value = isMap(configuration) ? configuration.toJSON() as Fields : null;
  const { "@type": _type, ...settings } = value ?? {};
  return { ...common, json: value === null ? "" : JSON.stringify(settings), position: (path) => file.at(file.offsetOf(node, path)), positionOfIndex: () => file.at(offsetAt(node)) };
}

function isOurs({ fields, json }: Plugin, code: string): boolean {
  const names = [textAt(fields, "name"), textAt(fields, "root_id"), textAt(fields, "plugin_name"), textAt(fields, "vm_config", "vm_id"), code];
  return names.some((name) => name.includes("envoy-oidc")) || TELLING.some((attribute) => json.includes(`"${attribute}"`));
}

function texts(value: unknown): Record<string, string> {
  return isFields(value) ? Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text ?? "")])) : {};
}
