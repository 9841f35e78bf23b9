// Reads objects of Envoy and Kubernetes: protobuf's JSON accepts two spellings of each name, and anything may be missing.

import { isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from "yaml";

export type Fields = Record<string, unknown>;

export const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

const camel = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The value at a path of snake_case names, whichever spelling the object has. */
export function at(value: unknown, ...path: string[]): unknown {
  for (const name of path) {
    if (!isFields(value)) return undefined;
    value = value[name] ?? value[camel(name)];
  }
  return value;
}

export const listAt = (value: unknown, ...path: string[]): unknown[] => {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
};

export const textAt = (value: unknown, ...path: string[]): string => {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
};

/** Likewise in a YAML tree. */
export function nodeAt(node: Node | null | undefined, ...path: string[]): Node | undefined {
  for (const name of path) {
    if (!isMap(node)) return undefined;
    node = pairAt(node, name)?.value as Node | null;
  }
  return node ?? undefined;
}

export function pairAt(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && (key.value === name || key.value === camel(name)));
}

/** The offset of a key, or of the map if it is missing. */
export function offsetAt(node: Node | undefined, ...path: string[]): number {
  let offset = node?.range?.[0] ?? 0;
  for (const name of path) {
    if (!isMap(node)) return offset;
    const pair = pairAt(node, name);
    if (pair === undefined) return offset;
    offset = (pair.key as Scalar).range?.[0] ?? offset;
    node = pair.value as Node;
  }
  return offset;
}

/** Every map below a node, itself included. */
export function mapsBelow(node: Node | null | undefined): YAMLMap[] {
  if (isSeq(node)) return node.items.flatMap((item) => mapsBelow(item as Node));
  if (!isMap(node)) return [];
  return [node, ...node.items.flatMap(({ value }) => mapsBelow(value as Node))];
}

/** The object's type without the prefix: `envoy.extensions…UpstreamTlsContext`. */
export const typeOf = (value: unknown): string => textAt(value, "@type").split("/").pop() ?? "";
