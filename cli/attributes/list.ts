// The list of attributes (assembly/config/attributes.yaml), read and checked.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { FORMATS } from "./formats";

export const ROOT = join(__dirname, "../..");
const LIST = "assembly/config/attributes.yaml";

export type Type = "boolean" | "off" | "whole" | "word" | "text" | "texts" | "object" | "map" | "rules" | "claim rule" | "claim schema";

/** An entry of the list. The head of the list explains each field. */
export interface Attribute {
  name: string;
  /** The heading of docs/configuration.md above it. */
  section: string;
  type: Type;
  format?: string;
  names?: string;
  values?: string;
  words?: string[];
  refuses?: string[];
  unit?: string;
  zero?: boolean;
  min?: number;
  max?: number;
  default?: boolean | number | string;
  otherwise?: string;
  shown?: string;
  open?: boolean;
  whole?: boolean;
  secret?: boolean;
  deprecated?: boolean;
  from: "APISIX" | "lua-resty-openidc" | "Huawei" | "ours";
  for?: "login" | "introspection" | "assertions";
  owner: string;
  text: string;
}

/** An attribute of another product that the filter does not have. */
export interface Foreign {
  name: string;
  instead: string;
  /** A value that has no effect; "any": every value. */
  harmless?: boolean | "any";
  from: "APISIX" | "lua-resty-openidc" | "Huawei";
}

export interface List { attributes: Attribute[]; foreign: Foreign[] }

/** Throws if the list is invalid. */
export function readList(text = readFileSync(join(ROOT, LIST), "utf8")): List {
  const attributes: Attribute[] = [], foreign: Foreign[] = [], seen = new Set<string>();
  for (const [, section, entries] of text.matchAll(/^# (.+)\n((?:(?:[-\s] ).*\n)+)/gm)) {
    for (const entry of parse(entries!) as (Attribute | Foreign)[]) {
      if (seen.has(entry.name)) throw new Error(`${LIST}: ${entry.name} stands there twice`);
      seen.add(entry.name);
      if ("instead" in entry) foreign.push(entry);
      else attributes.push(checked({ ...entry, section: section! }));
    }
  }
  return { attributes, foreign };
}

function checked(a: Attribute): Attribute {
  const wrong = (what: string): never => { throw new Error(`${LIST}: ${a.name}: ${what}`); };
  for (const key of ["type", "from", "owner", "text"] as const) if (a[key] === undefined) wrong(`needs ${key}`);
  for (const format of [a.format, a.names, a.values]) if (format !== undefined && !(format in FORMATS)) wrong(`no such format: ${format}`);
  if (a.type === "whole" && (a.min === undefined || a.max === undefined)) wrong("needs min and max");
  if (a.type === "word" && !a.words?.length) wrong("needs words");
  if (a.type === "map" && !(a.names && a.values)) wrong("needs names and values");
  if (a.type === "boolean" && typeof a.default !== "boolean") wrong("needs a default");
  return a;
}

/** The object that contains the attribute ("", "rules[].", "session.", with a dot at its end), and the attribute's name in it. */
export function placeOf(name: string): [place: string, leaf: string] {
  const dot = name.lastIndexOf(".");
  return [name.slice(0, dot + 1), name.slice(dot + 1)];
}

/** The names in each object, outermost first. Objects whose members have entries need none of their own. */
export function byPlace(attributes: Attribute[]): Map<string, string[]> {
  const places = new Map<string, string[]>([["", []]]);
  const add = (name: string): void => {
    const [place, leaf] = placeOf(name);
    if (place !== "" && place !== "rules[].") add(place.slice(0, -1));
    if (!places.has(place)) places.set(place, []);
    if (!places.get(place)!.includes(leaf)) places.get(place)!.push(leaf);
  };
  for (const { name } of attributes) add(name);
  return places;
}
