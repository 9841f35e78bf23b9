// The list as AssemblyScript for the filter's reader.
import { byPlace, type Attribute, type List } from "./list";

const HEAD = "// Made of attributes.yaml by `npm run build`: change that.\n";
const LINE = 150;

/** assembly/config/attribute_names.ts: the names, and the objects that they belong to. */
export function namesFile({ attributes, foreign }: List): string {
  const places = byPlace(attributes);
  const root = (test: (a: Attribute) => unknown): string[] => attributes.filter((a) => !a.name.includes(".") && test(a)).map(({ name }) => name);
  return [
    HEAD,
    "/** The objects that have attributes, with the dot behind their path; `rules[].`: those that only a rule has. */",
    `export const PLACES: string[] = ${array([...places.keys()])};\n`,
    "/** The names in each of them, in the same order. */",
    `export const NAMES: string[][] = [\n${[...places.values()].map((names) => `  ${array(names, 2)},`).join("\n")}\n];\n`,
    "/** Attributes of the whole configuration, which no rule has. */",
    `export const WHOLE_ONLY: string[] = ${array(root((a) => a.whole))};\n`,
    "/** Attributes that have no effect without a browser login. */",
    `export const OF_LOGIN: string[] = ${array(root((a) => a.for === "login"))};\n`,
    "/** Likewise where no token is introspected. */",
    `export const OF_INTROSPECTION: string[] = ${array(root((a) => a.for === "introspection"))};\n`,
    "/** Likewise where the client proves itself without an assertion. */",
    `export const OF_ASSERTIONS: string[] = ${array(root((a) => a.for === "assertions"))};\n`,
    "/** Attributes of other products: name, the JSON text of a value that asks for nothing (\"\": none; \"any\": every one), what to use instead, in turn. */",
    `export const FOREIGN: string[] = [\n${foreign.map(({ name, harmless, instead }) => `  ${[name, String(harmless ?? ""), instead].map((text) => JSON.stringify(text)).join(", ")},`).join("\n")}\n];`,
  ].join("\n") + "\n";
}

/** assembly/config/attributes.ts: one function for each attribute that has a default or bounds, one constant for the most items of each list or map. */
export function attributesFile({ attributes }: List): string {
  const functions = attributes.flatMap((a) => functionOf(a) ?? []);
  const counts = attributes.filter((a) => a.max !== undefined && a.type !== "whole").map(({ name, max }) => `export const MAX_${name.replaceAll(".", "_").toUpperCase()} = ${max};`);
  return `${HEAD}// Defaults and bounds. Each takes the reader of the object that holds the attribute.\n\nimport { ConfigReader } from "./reader";\n\n${counts.join("\n")}\n\n${functions.join("\n")}\n`;
}

function functionOf(a: Attribute): string | null {
  const name = a.name.replaceAll(".", "_"), leaf = JSON.stringify(a.name.split(".").pop());
  const made = (type: string, call: string): string => `export function ${name}(r: ConfigReader): ${type} { return r.${call}; }`;
  switch (a.type) {
    case "boolean": return made("bool", `flag(${leaf}, ${a.default})`);
    case "off": return made("bool", `flag(${leaf}, false)`);
    case "word": return made("string", `oneOf(${leaf}, ${array([...a.words!, ...(a.refuses ?? [])])})`);
    case "whole": {
      const method = a.zero ? "wholeOrZero" : "whole";
      if (a.default !== undefined) return made("i32", `${method}(${leaf}, ${a.default}, ${a.min}, ${a.max})`);
      return `export function ${name}(r: ConfigReader, otherwise: i32): i32 { return r.${method}(${leaf}, otherwise, ${a.min}, ${a.max}); }`;
    }
    default: return null;
  }
}

function array(names: string[], indent = 0): string {
  const texts = names.map((name) => JSON.stringify(name)), lines: string[] = [""];
  for (const text of texts) {
    if (lines.at(-1)!.length + text.length > LINE) lines.push("");
    lines[lines.length - 1] += (lines.at(-1) ? " " : "") + text + ",";
  }
  const blank = " ".repeat(indent);
  return lines.length === 1 ? `[${lines[0]!.slice(0, -1)}]` : `[\n${lines.map((line) => `${blank}  ${line}\n`).join("")}${blank}]`;
}
